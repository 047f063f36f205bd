//! The tree of a `.rules` file: what was written, with its place. Every variant shows the text that it stands for.

use crate::ground::{Day, Span, Unit};

/// A word and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The word, without quotes where it had them.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A whole `.rules` file: its blocks in the order written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleFile {
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// One block of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// `define two_mmr …` outside an indicator: every indicator of the rulebook may use it.
    Define(Define),
    /// `indicator VI001 "…"` or `course MMR1 "…"`
    Measure(Measure),
    /// `fee mmr "…" doses mmr in the year`
    Fee(Fee),
    /// `payment achievement "…" for each indicator`
    Payment(Payment),
    /// `require "the lower threshold is below the upper" lower_threshold < upper_threshold`
    Require(Require),
    /// `pathway childhood_immunisations "…" for those not achieved in at least one of VI001, VI002 of year_end`
    Pathway(Pathway),
    /// `worklist to_call "…" for "the practice" each patient in time …`, outside a pathway
    Worklist(Worklist),
}

impl Block {
    /// What it defines for all.
    pub fn define(&self) -> Option<&Define> {
        match self {
            Block::Define(define) => Some(define),
            Block::Measure(_)
            | Block::Fee(_)
            | Block::Payment(_)
            | Block::Require(_)
            | Block::Pathway(_)
            | Block::Worklist(_) => None,
        }
    }
}

/// A remark on a clause or figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// `source business-rules-v49 reported`
    Source {
        /// The id of a source in the rulebook's `[sources]`.
        id: Word,
        /// `official`, `reported`, `derived` or `assumed`.
        status: Word,
    },
    /// `conflict "the sources disagree …"`
    Conflict(Word),
    /// `says "the contract's wording in short"`
    Says(Word),
}

/// `define two_mmr  at least 2 mmr from age 1 year to before age 5 years`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Define {
    /// `two_mmr`
    pub name: Word,
    /// What the name stands for.
    pub meaning: Defined,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole clause.
    pub span: Span,
}

/// What a `define` defines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Defined {
    /// `define two_mmr  at least 2 mmr …`
    Condition(Condition),
    /// `define first_dose  the first shingles_inactivated …`
    Date(Date),
}

/// Whether a measure is an indicator of the contract or a vaccine course.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum MeasureKind {
    /// `indicator VI001 …`
    Indicator,
    /// `course MMR1_24M …`
    Course,
}

/// `indicator VI001 "DTP: three doses before 8 months"` and its clauses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measure {
    /// Indicator or course.
    pub kind: MeasureKind,
    /// `VI001`
    pub code: Word,
    /// The title.
    pub title: Word,
    /// Remarks on the whole.
    pub notes: Vec<Note>,
    /// `measured on the first day of each quarter`, if so: its place.
    pub each_quarter: Option<Span>,
    /// The clauses in the order written.
    pub clauses: Vec<Clause>,
    /// The whole block.
    pub span: Span,
}

/// A clause of a measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clause {
    /// `define …`
    Define(Define),
    /// `register registered at year end and turns 8 months in the year`
    Register(ClauseBody),
    /// `achieved at least 3 dtap before age 8 months`
    Achieved(ClauseBody),
    /// `exclude TOOYOUNG "…" any …`
    Exclude(Reason),
    /// `except DTPCON "…" any dtap_contraindicated before age 8 months`
    Except(Reason),
    /// `due mmr at age 1 year, age 3 years 4 months`
    Due(Due),
    /// `related to dtap records of td_ipv or hepb`
    Related(Related),
    /// `near misses within 31 days`
    Near(Near),
}

impl Clause {
    /// What it defines for its measure.
    pub fn define(&self) -> Option<&Define> {
        match self {
            Clause::Define(define) => Some(define),
            Clause::Register(_)
            | Clause::Achieved(_)
            | Clause::Exclude(_)
            | Clause::Except(_)
            | Clause::Due(_)
            | Clause::Related(_)
            | Clause::Near(_) => None,
        }
    }
}

/// When doses are due: the k-th dose of the clusters on the k-th date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// `mmr`; `doses of shingles_live or shingles_inactivated`
    pub clusters: Vec<Word>,
    /// `age 1 year, age 3 years 4 months`
    pub dates: Vec<Date>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole clause.
    pub span: Span,
}

/// What may have been a dose that counts, recorded as something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    /// `mmr`: what it may have been
    pub counted: Word,
    /// `measles and mumps and rubella`: what it was recorded as
    pub records: Vec<Word>,
    /// True where `and` joins them, so that all of them together may have been the dose; `or` says any one.
    pub together: bool,
    /// `on or after age 1 year`
    pub window: Option<Window>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole clause.
    pub span: Span,
}

/// `near misses within 31 days`: a date that is no further off may be a slip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Near {
    /// How far.
    pub period: Period,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole clause.
    pub span: Span,
}

/// A condition with its remarks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClauseBody {
    /// When it holds.
    pub condition: Condition,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole clause.
    pub span: Span,
}

/// An exclusion or exception: a code, a title and a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// `DTPCON`
    pub code: Word,
    /// The title.
    pub title: Word,
    /// When it holds.
    pub body: ClauseBody,
}

/// A condition on a patient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// `a and b`, or `all of - a - b`
    All {
        /// The parts.
        parts: Vec<Condition>,
        /// True for the list form.
        listed: bool,
        /// The whole.
        span: Span,
    },
    /// `a or b`, or `any of - a - b`
    Any {
        /// The parts.
        parts: Vec<Condition>,
        /// True for the list form.
        listed: bool,
        /// The whole.
        span: Span,
    },
    /// `not a`
    Not {
        /// What must not hold.
        inner: Box<Condition>,
        /// The whole.
        span: Span,
    },
    /// `(a or b)`
    Bracketed {
        /// Between the brackets.
        inner: Box<Condition>,
        /// With the brackets.
        span: Span,
    },
    /// `at least 3 dtap before age 8 months`
    Count {
        /// `at least 3`
        quantity: Quantity,
        /// `dtap`; `doses of shingles_live or shingles_inactivated`
        clusters: Vec<Word>,
        /// `on the same day as imms_call_2`: its clusters; none where nothing is said.
        same_day: Vec<Word>,
        /// `saying written_evidence`
        saying: Option<Saying>,
        /// `before age 8 months`; every day where there is none.
        window: Option<Window>,
        /// The whole.
        span: Span,
    },
    /// `at least 3 different means in records of imms_call_1 or imms_call_2 in the year`
    Different {
        /// `at least 3`
        quantity: Quantity,
        /// `means`
        words: Word,
        /// `imms_call_1`, `imms_call_2`
        clusters: Vec<Word>,
        /// `in the year`
        window: Option<Window>,
        /// The whole.
        span: Span,
    },
    /// `any appointment with (agreed_date by the date)`, `no slot`
    Row {
        /// `appointment`
        table: RowTable,
        /// True for `no`.
        absent: bool,
        /// What must hold of the row.
        condition: Option<Box<Condition>>,
        /// The whole.
        span: Span,
    },
    /// `in with_coordinator or contacting`
    InState {
        /// `with_coordinator`, `contacting`
        states: Vec<Word>,
        /// The whole.
        span: Span,
    },
    /// `turns 8 months in the year`, `registered after age 17 months`, `first_dose before year start`
    Falls {
        /// Which day.
        subject: Subject,
        /// Where it must lie.
        window: Window,
        /// The whole.
        span: Span,
    },
    /// `registered at year end`
    RegisteredAt {
        /// On which day.
        date: Date,
        /// The whole.
        span: Span,
    },
    /// `there is a first_dose`, `there is no first_dose`
    Exists {
        /// `first_dose`
        name: Word,
        /// True for `there is no`.
        absent: bool,
        /// The whole.
        span: Span,
    },
    /// `two_mmr`
    Named(Word),
}

impl Condition {
    /// The place of the whole condition.
    pub fn span(&self) -> Span {
        match self {
            Condition::All { span, .. }
            | Condition::Any { span, .. }
            | Condition::Not { span, .. }
            | Condition::Bracketed { span, .. }
            | Condition::Count { span, .. }
            | Condition::Different { span, .. }
            | Condition::Row { span, .. }
            | Condition::InState { span, .. }
            | Condition::Falls { span, .. }
            | Condition::RegisteredAt { span, .. }
            | Condition::Exists { span, .. } => *span,
            Condition::Named(name) => name.span,
        }
    }
}

/// `not saying one means`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saying {
    /// True for `not saying`.
    pub absent: bool,
    /// True for `saying one`: one thing of the list and no other.
    pub one: bool,
    /// `means`
    pub words: Word,
}

/// A table with rows of a patient or of a practice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RowTable {
    /// `appointment`: of a patient
    Appointment,
    /// `slot`: of a practice
    Slot,
}

/// How many doses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// `at least 3`
    AtLeast(Number),
    /// `at most 2`
    AtMost(Number),
    /// `exactly 1`
    Exactly(Number),
    /// `any`
    Any,
    /// `no`
    No,
}

/// A whole number, or the figure that says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Number {
    /// `3`
    Whole {
        /// The number; None if it has more digits than any count can need.
        value: Option<u32>,
        /// Its place.
        span: Span,
    },
    /// `doses_needed`
    Figure(Word),
}

impl Number {
    /// The place of the number.
    pub fn span(&self) -> Span {
        match self {
            Number::Whole { span, .. } => *span,
            Number::Figure(name) => name.span,
        }
    }
}

/// The day that must lie in a window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// `turns 8 months …`
    Turns(Period),
    /// `registered …`
    Registered(Span),
    /// `born …`
    Born(Span),
    /// `first_dose …`, `year end …`
    Date(Date),
}

/// `from age 1 year to before age 5 years`: bounds that all hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Window {
    /// The bounds.
    pub bounds: Vec<Bound>,
    /// The whole.
    pub span: Span,
}

/// One bound of a window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    /// What it says.
    pub kind: BoundKind,
    /// Its place.
    pub span: Span,
}

/// The kinds of bound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BoundKind {
    /// `in the year`
    InYear,
    /// `in the preceding 12 months`: up to and including the measurement day
    InPreceding(Period),
    /// `from age 1 year to before age 5 years`
    FromToBefore(Date, Date),
    /// `from age 12 months up to and including age 18 months`
    FromTo(Date, Date),
    /// `on or after age 8 months`
    OnOrAfter(Date),
    /// `after age 17 months`
    After(Date),
    /// `before age 8 months`
    Before(Date),
    /// `by year end`: up to and including
    By(Date),
    /// `on birth`
    On(Date),
    /// `within 7 days after agreement`: the 7th day included
    Within(Period, Date),
    /// `at least 28 days after first_dose`
    AtLeastAfter(Period, Date),
}

/// A day in a patient's life or in the contract year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Date {
    /// `the first shingles_inactivated from age 70 years to before age 80 years`
    Nth {
        /// `first`
        which: Ordinal,
        /// `shingles_inactivated`, or several counted together
        clusters: Vec<Word>,
        /// Among which events.
        window: Option<Window>,
        /// The whole.
        span: Span,
    },
    /// `age 8 months`
    Age(Period),
    /// `28 days after first_dose`, `2 weeks before year end`
    Shifted {
        /// `28 days`
        period: Period,
        /// True for `before`.
        back: bool,
        /// `first_dose`
        from: Box<Date>,
        /// The whole.
        span: Span,
    },
    /// `year start`
    YearStart(Span),
    /// `year end`
    YearEnd(Span),
    /// `the measurement day`
    MeasurementDay(Span),
    /// `the report date`
    ReportDay(Span),
    /// `birth`
    Birth(Span),
    /// `registration`
    Registration(Span),
    /// `1 January 2026`
    Calendar {
        /// The day, if the calendar has it.
        day: Option<Day>,
        /// Its place.
        span: Span,
    },
    /// `first_dose`
    Named(Word),
}

impl Date {
    /// The place of the whole date.
    pub fn span(&self) -> Span {
        match self {
            Date::Nth { span, .. }
            | Date::Shifted { span, .. }
            | Date::Calendar { span, .. }
            | Date::YearStart(span)
            | Date::YearEnd(span)
            | Date::MeasurementDay(span)
            | Date::ReportDay(span)
            | Date::Birth(span)
            | Date::Registration(span) => *span,
            Date::Age(period) => period.span,
            Date::Named(name) => name.span,
        }
    }
}

/// Which of several events, in order of their days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ordinal {
    /// `first`, `second`, … as 1, 2, …
    FromStart(u32),
    /// `last`
    Last,
}

/// `8 months`, `4 years 9 months`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Period {
    /// `8`
    pub count: Number,
    /// `months`
    pub unit: Unit,
    /// `9 months` after `4 years`
    pub and: Option<(Number, Unit)>,
    /// The whole.
    pub span: Span,
}

/// `fee mmr "MMR, each dose"  doses mmr in the year` and its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fee {
    /// `mmr`
    pub name: Word,
    /// The title.
    pub title: Word,
    /// Remarks.
    pub notes: Vec<Note>,
    /// Which doses: distinct patients and dates of these clusters together.
    pub clusters: Vec<Word>,
    /// When given.
    pub window: Window,
    /// What each is worth.
    pub lines: Vec<Line>,
    /// The whole block.
    pub span: Span,
}

/// `payment achievement "QOF achievement" for each indicator` and its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    /// `achievement`
    pub name: Word,
    /// The title.
    pub title: Word,
    /// What it is computed for.
    pub scope: Scope,
    /// The place of the scope.
    pub scope_span: Span,
    /// True if it says `may be waived`.
    pub waivable: bool,
    /// True if it says `from counts only`.
    pub from_counts: bool,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The lines in the order written.
    pub lines: Vec<Line>,
    /// The whole block.
    pub span: Span,
}

/// `require "the lower threshold is below the upper" lower_threshold < upper_threshold`: what must be so of the figures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Require {
    /// What must be so, in the contract's words.
    pub says: Word,
    /// The test of it.
    pub test: Test,
    /// Where the test stands.
    pub test_span: Span,
    /// Remarks.
    pub notes: Vec<Note>,
}

/// What a payment is computed for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// `for each indicator`, or `for each indicator only VI001, VI002`
    Each(MeasureKind, Vec<Word>),
    /// `for each quarter`
    Quarter,
    /// `for the practice`
    Practice,
}

/// `points = 0 when achievement < lower_threshold`, with its further cases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// `points`
    pub name: Word,
    /// The cases: the first whose test holds gives the value.
    pub cases: Vec<Case>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole.
    pub span: Span,
}

/// `= 0 when achievement < lower_threshold`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// `0`
    pub formula: Formula,
    /// When it applies.
    pub when: When,
    /// The whole.
    pub span: Span,
}

/// When a case applies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// Nothing is said: always.
    Always,
    /// `when achievement < lower_threshold`
    Test(Box<Test>),
    /// `otherwise`
    Otherwise,
}

/// A test of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// `a < b and c > d`
    All(Vec<Test>, Span),
    /// `a < b or c > d`
    Any(Vec<Test>, Span),
    /// `not a < b`
    Not(Box<Test>, Span),
    /// `(a < b or c > d)`
    Bracketed(Box<Test>, Span),
    /// `there is no baseline_achievement`
    Absent(Operand, Span),
    /// `achievement < lower_threshold`
    Compare(Formula, Comparator, Formula, Span),
}

impl Test {
    /// The place of the whole test.
    pub fn span(&self) -> Span {
        match self {
            Test::All(_, span)
            | Test::Any(_, span)
            | Test::Not(_, span)
            | Test::Bracketed(_, span)
            | Test::Absent(_, span)
            | Test::Compare(_, _, _, span) => *span,
        }
    }
}

/// How two amounts compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`
    Equal,
    /// `<>`
    Unequal,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

impl Comparator {
    /// As rule files write it.
    pub fn sign(self) -> &'static str {
        match self {
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Equal => "=",
            Comparator::Unequal => "<>",
            Comparator::GreaterOrEqual => ">=",
            Comparator::Greater => ">",
        }
    }

    /// Whether two amounts compare so.
    pub fn holds<A: Ord>(self, left: A, right: A) -> bool {
        match self {
            Comparator::Less => left < right,
            Comparator::LessOrEqual => left <= right,
            Comparator::Equal => left == right,
            Comparator::Unequal => left != right,
            Comparator::GreaterOrEqual => left >= right,
            Comparator::Greater => left > right,
        }
    }
}

/// Arithmetic over counts and figures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Formula {
    /// `213.43`, `80 %`, `£10.06`
    Number {
        /// The digits.
        text: String,
        /// The sign beside them.
        sign: NumberSign,
        /// The whole.
        span: Span,
    },
    /// `numerator`, `numerator of VI001`
    Operand(Operand),
    /// `a + b`, `a - b`, `a * b`, `a / b`
    Binary(Operator, Box<Formula>, Box<Formula>, Span),
    /// `- a`
    Minus(Box<Formula>, Span),
    /// `min(a, b)`
    Smallest(Vec<Formula>, Span),
    /// `max(a, b)`
    Largest(Vec<Formula>, Span),
    /// `round a to pence`
    Round(Box<Formula>, RoundTo, Span),
    /// `(a + b)`
    Bracketed(Box<Formula>, Span),
}

impl Formula {
    /// The place of the whole formula.
    pub fn span(&self) -> Span {
        match self {
            Formula::Number { span, .. }
            | Formula::Binary(_, _, _, span)
            | Formula::Minus(_, span)
            | Formula::Smallest(_, span)
            | Formula::Largest(_, span)
            | Formula::Round(_, _, span)
            | Formula::Bracketed(_, span) => *span,
            Formula::Operand(operand) => operand.span,
        }
    }
}

/// The sign beside a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberSign {
    /// `18`
    None,
    /// `80 %`
    Percent,
    /// `£10.06`
    Pounds,
}

/// What `round … to` rounds to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RoundTo {
    /// `to pence`
    Pence(Span),
    /// `to 2 decimals`
    Decimals(Number),
}

/// The four operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

/// `numerator`, or `numerator of VI001`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operand {
    /// `numerator`
    pub name: Word,
    /// `VI001`
    pub of: Option<Word>,
    /// The whole.
    pub span: Span,
}

/// `pathway childhood_immunisations "…" for those not achieved in at least one of VI001, VI002 of year_end since baseline`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pathway {
    /// `childhood_immunisations`
    pub name: Word,
    /// The title.
    pub title: Word,
    /// `VI001`, `VI002`: who has achieved none of them need not be; one that is not achieved is enough.
    pub indicators: Vec<Word>,
    /// `year_end`: the name in `[uses]` of the rulebook whose indicators they are.
    pub of: Word,
    /// `baseline`: the name in `[uses]` of the rulebook that improvement is measured from.
    pub since: Option<Word>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The steps in the order written.
    pub steps: Vec<Step>,
    /// The whole block.
    pub span: Span,
}

/// One step of a pathway.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// `define …`
    Define(Define),
    /// `state refused "genuine refusal" …`
    State(State),
    /// `alert too_few_means "…" …`
    Alert(Alert),
    /// `worklist calls "calls to make" …`
    Worklist(Worklist),
    /// `audit above audit_rate`: a practice whose share of exceptions is above the figure
    Audit(Word),
}

impl Step {
    /// What it defines for its pathway.
    pub fn define(&self) -> Option<&Define> {
        match self {
            Step::Define(define) => Some(define),
            Step::State(_) | Step::Alert(_) | Step::Worklist(_) | Step::Audit(_) => None,
        }
    }
}

/// `state refused "genuine refusal"  any imms_refused in the year`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// `refused`
    pub name: Word,
    /// The title.
    pub title: Word,
    /// When a child is in it, unless in an earlier one; None for `otherwise`.
    pub condition: Option<Condition>,
    /// `exception ABSOLUTE "absolute decliners" shown by imms_refused in the year`
    pub exceptions: Vec<Exception>,
    /// `credited to "the coordinator"`
    pub credited: Vec<Word>,
    /// What to do next, the first that applies.
    pub next: Vec<Next>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole.
    pub span: Span,
}

/// `exception ABSOLUTE "absolute decliners" shown by imms_refused in the year`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exception {
    /// `ABSOLUTE`
    pub code: Word,
    /// The title.
    pub title: Word,
    /// The clusters whose records show it.
    pub clusters: Vec<Word>,
    /// When they were recorded.
    pub window: Option<Window>,
    /// The whole.
    pub span: Span,
}

/// `next "second call" when there is no second_call`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next {
    /// The words.
    pub text: Word,
    /// When it applies; None: always.
    pub when: Option<Condition>,
    /// The whole.
    pub span: Span,
}

/// `alert too_few_means "three calls by fewer than three means"  all_calls and not three_means`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// `too_few_means`
    pub name: Word,
    /// The title.
    pub title: Word,
    /// True for `once per practice`.
    pub per_practice: bool,
    /// When it is raised.
    pub condition: Condition,
    /// `do "call again by a means not used yet"`
    pub to_do: Vec<Word>,
    /// `code with "(RP) Childhood Immunisations CEG"`
    pub template: Vec<Word>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole.
    pub span: Span,
}

/// `worklist calls "calls to make" for "the practice"  each child in contacting  columns patient_id, next_step`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worklist {
    /// `calls`
    pub name: Word,
    /// The title.
    pub title: Word,
    /// Who works through it.
    pub role: Word,
    /// What stands in its rows.
    pub rows: Listed,
    /// Which rows stand first.
    pub first: Option<Condition>,
    /// The columns, left to right.
    pub columns: Vec<ListColumn>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The whole.
    pub span: Span,
}

/// What stands in the rows of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Listed {
    /// `each child in contacting or to_review`
    Children(Vec<Word>),
    /// `each exception`: each record that shows one
    Exceptions,
    /// `each alert`
    Alerts,
    /// `each patient in time`
    Patients(PatientRows),
}

/// Which patients a list outside a pathway is of, each once for every indicator on whose register it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum PatientRows {
    /// `each patient in time`: not achieved, and can still be
    InTime,
    /// `each patient too late`: not achieved, and can no longer be
    TooLate,
    /// `each patient excepted`: out of the denominator
    Excepted,
}

/// `birth_date`, or `referred_on = referral`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListColumn {
    /// The heading.
    pub name: Word,
    /// What stands in it, where the rule file says so itself.
    pub value: Option<ColumnValue>,
    /// The whole.
    pub span: Span,
}

/// What a rule file puts in a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ColumnValue {
    /// `referral`, `the last imms_call_3 in the year`
    Date(Date),
    /// `means in records of imms_call_1`, `means not in records of imms_call_1 or imms_call_2`
    Words {
        /// `means`
        words: Word,
        /// True for `not in`: those of the list that no record says.
        absent: bool,
        /// `imms_call_1`
        clusters: Vec<Word>,
        /// `in the year`
        window: Option<Window>,
    },
}
