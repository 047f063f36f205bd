//! Clauses that nobody can meet, that everybody meets, or that another has decided already.

mod lists;

use crate::ground::{Day, Diagnostic, Severity, Span};
use crate::model::book::{
    Clause, Condition, ConditionId, ConditionWords, Date, DateId, Fee, Measure, MeasureId, Reason, Window,
};
use crate::model::build::Builder;
use crate::model::build::sense::logic::{Budget, People, Tables, Wanted};

impl Builder<'_> {
    pub(super) fn check_clauses(&mut self) {
        let (Some(start), Some(end)) = (self.contract.start, self.contract.end) else { return };
        if end <= start {
            return;
        }
        let parts = &self.parts;
        let missing_day = self.contract.missing_day;
        let budget = Budget::default();
        let tables =
            Tables { dates: &parts.dates, conditions: &parts.conditions, start, end, missing_day, budget: &budget };
        let faulty: Vec<Span> =
            self.faults.iter().filter(|fault| fault.severity == Severity::Error).map(|fault| fault.place).collect();
        let has_reports = parts.pathway.is_some();
        let mut clauses =
            Clauses { tables, words: &parts.condition_words, faulty, has_reports, odd: Vec::new(), found: Vec::new() };
        let mut days: Vec<Day> = parts.measurements.iter().map(|measured| measured.day).collect();
        days.sort_unstable();
        days.dedup();
        if days.is_empty() {
            days.push(end);
        }
        clauses.defined(&days);
        // Who is on a borrowed register is not for this rulebook to say.
        let own = parts.measures.iter().zip((0..).map(MeasureId)).filter(|(measure, _)| measure.borrowed.is_none());
        for (measure, id) in own {
            let measured = parts.measurements.iter().filter(|measured| measured.measure == id);
            clauses.measure(measure, measured.map(|measured| measured.day).collect());
        }
        for fee in &parts.fees {
            let people = tables.people(None, vec![end]);
            clauses.fee(&people, fee);
        }
        let found = clauses.found;
        self.faults.extend(found);
    }
}

/// Whom a condition is about: these people, as far as they meet what is wanted.
#[derive(Clone, Copy)]
struct Context<'a> {
    people: &'a People,
    wanted: &'a [Wanted],
}

impl Context<'_> {
    /// What is wanted, and more.
    fn and(&self, more: impl IntoIterator<Item = Wanted>) -> Vec<Wanted> {
        self.wanted.iter().copied().chain(more).collect()
    }

    /// Of whom a message speaks.
    fn whom(&self) -> &'static str {
        if self.wanted.is_empty() { "anybody" } else { "anybody on the register" }
    }

    fn everybody(&self) -> &'static str {
        if self.wanted.is_empty() { "everybody" } else { "everybody on the register" }
    }
}

struct Clauses<'a> {
    tables: Tables<'a>,
    words: &'a [ConditionWords],
    /// Where errors lie: what stands there is not what was meant.
    faulty: Vec<Span>,
    /// True in a rulebook with a pathway, whose reports may be made after the year has ended.
    has_reports: bool,
    /// What has a name and was found odd where it is defined: that is said once.
    odd: Vec<ConditionId>,
    found: Vec<Diagnostic>,
}

impl Clauses<'_> {
    /// What has a name means the same for all who use it, whoever is on their registers.
    fn defined(&mut self, days: &[Day]) {
        let people = self.tables.people(None, days.to_vec());
        let people = if self.has_reports { people.seen_until_a_report() } else { people };
        let context = Context { people: &people, wanted: &[] };
        let named = (0..).map(ConditionId).zip(self.words).filter(|(_, words)| words.name.is_some());
        for (id, words) in named {
            let before = self.found.len();
            if !self.is_faulty(id) && !self.inside(context, id) {
                self.whole(&people, id, words.name.as_deref().unwrap_or_default());
            }
            if self.found.len() > before {
                self.odd.push(id);
            }
        }
    }

    fn whole(&mut self, people: &People, id: ConditionId, name: &str) {
        if self.tables.nobody(people, &[(id, true)]) {
            let message = format!("`{name}` can never hold, whoever the patient is");
            self.never("E425", id, message, "mend one of the parts: together they ask what cannot be");
        } else if self.tables.nobody(people, &[(id, false)]) {
            let message = format!("`{name}` always holds, whoever the patient is");
            self.warn("W426", id, message, "mend it, or leave it out where it is used");
        }
    }

    fn fee(&mut self, people: &People, fee: &Fee) {
        if self.tables.has_fewer_days(people, &[], &fee.window, 1) {
            let message = format!("the fee `{}` pays for nothing: no day of the year lies in its window", fee.name);
            self.never_in("E423", &fee.window, fee.span, message, "mend the days between which doses count");
        }
    }

    fn measure(&mut self, measure: &Measure, days: Vec<Day>) {
        let reasons = measure.excludes.iter().chain(&measure.excepts);
        let clauses = [measure.register.condition, measure.achieved.condition];
        if clauses.into_iter().chain(reasons.map(|reason| reason.clause.condition)).any(|id| self.is_faulty(id)) {
            return;
        }
        let register = measure.register.condition;
        let everybody = self.tables.people(None, days.clone());
        let people = self.tables.people(Some(register), days);
        let code = &measure.code;
        let before = self.found.len();
        if self.look_at(Context { people: &everybody, wanted: &[] }, register) {
            self.say_whose(before, "E420", &format!("nobody can be on the register of {code}"));
            return;
        }
        if people.is_nobody() || self.tables.nobody(&people, &[(register, true)]) {
            let message = format!("nobody can be on the register of {code}");
            self.never("E420", register, message, "mend one of the parts: together they ask what cannot be");
            return;
        }
        let on_register = [(register, true)];
        let context = Context { people: &people, wanted: &on_register };
        let is_odd = self.achieved(context, code, &measure.achieved);
        for (at, reason) in measure.excludes.iter().enumerate() {
            self.reason(context, reason, "exclusion", &measure.excludes[..at]);
        }
        for (at, reason) in measure.excepts.iter().enumerate() {
            if !self.reason(context, reason, "exception", &measure.excepts[..at]) && !is_odd {
                self.superseded(context, reason, measure);
            }
        }
    }

    /// Looks at what achieves; true if something was found.
    fn achieved(&mut self, context: Context<'_>, code: &str, clause: &Clause) -> bool {
        let id = clause.condition;
        let before = self.found.len();
        if self.look_at(context, id) {
            if self.tables.nobody(context.people, &context.and([(id, true)])) {
                self.say_whose(before, "E421", &format!("nobody can achieve {code}"));
            }
            return true;
        }
        if self.tables.nobody(context.people, &context.and([(id, true)])) {
            let message = format!("nobody on the register of {code} can achieve it");
            self.never("E421", id, message, "mend the condition, or the register");
        } else if self.tables.nobody(context.people, &context.and([(id, false)])) {
            let message = format!("everybody on the register of {code} achieves it");
            self.warn("W422", id, message, "mend the condition: as it stands it asks nothing");
        }
        self.found.len() > before
    }

    /// Says of what was found about a part what it means for the whole.
    fn say_whose(&mut self, since: usize, code: &'static str, whose: &str) {
        for found in self.found[since..].iter_mut().filter(|found| found.code == "E425") {
            found.code = code;
            found.message = format!("{whose}: {}", found.message);
        }
    }

    /// Looks at the condition of a clause; true if something was found, here or where it was defined.
    fn look_at(&mut self, context: Context<'_>, id: ConditionId) -> bool {
        self.odd.contains(&id) || (self.words[id.index()].name.is_none() && self.inside(context, id))
    }

    /// Looks at one exclusion or exception beside the earlier ones; true if something was found.
    fn reason(&mut self, context: Context<'_>, reason: &Reason, kind: &str, earlier: &[Reason]) -> bool {
        let (id, code) = (reason.clause.condition, &reason.code);
        if self.look_at(context, id) {
            return true;
        }
        let whom = context.whom();
        if self.tables.nobody(context.people, &context.and([(id, true)])) {
            let message = format!("the {kind} {code} can never hold for {whom}");
            self.never("E425", id, message, "mend the condition, or leave it out");
            return true;
        }
        if self.tables.nobody(context.people, &context.and([(id, false)])) {
            let message = format!("the {kind} {code} holds for {}", context.everybody());
            self.warn("W426", id, message, "mend the condition: as it stands it takes everybody out");
            return true;
        }
        for first in earlier {
            let both = context.and([(id, true), (first.clause.condition, false)]);
            if self.tables.nobody(context.people, &both) {
                let message =
                    format!("the {kind} {code} never decides: {} comes first and holds whenever it does", first.code);
                let place = self.span(id);
                let warning = Diagnostic::warning("W429", place, message);
                let warning = warning.also(self.span(first.clause.condition), format!("{} decides here", first.code));
                self.found.push(warning.help("mend one of the two, leave this one out, or put it first"));
                return true;
            }
        }
        let none_before = earlier.iter().map(|first| (first.clause.condition, false));
        if earlier.len() > 1 && self.tables.nobody(context.people, &context.and(none_before.chain([(id, true)]))) {
            let message = format!("the {kind} {code} never decides: whenever it holds, an earlier one does");
            self.warn("W429", id, message, "leave it out, or put it before the others");
            return true;
        }
        false
    }

    /// An exception for those only who have achieved never counts.
    fn superseded(&mut self, context: Context<'_>, reason: &Reason, measure: &Measure) {
        let (id, achieved) = (reason.clause.condition, measure.achieved.condition);
        if self.tables.nobody(context.people, &context.and([(id, true), (achieved, false)])) {
            let message =
                format!("the exception {} never counts: whoever meets it has achieved {}", reason.code, measure.code);
            let warning = Diagnostic::warning("W428", self.span(id), message);
            let warning = warning.also(self.span(achieved), "achieving comes before any exception");
            self.found.push(warning.help("mend the exception, or leave it out"));
        }
    }

    /// Looks at the parts of a condition; true if something was found.
    fn inside(&mut self, context: Context<'_>, id: ConditionId) -> bool {
        match &self.tables.conditions[id.index()] {
            Condition::All(parts) => self.part_is_odd(context, parts) || self.all_of(context, id, parts),
            Condition::Any(parts) => self.part_is_odd(context, parts) || self.any_of(context, parts),
            Condition::Not(inner) => self.part_is_odd(context, &[*inner]),
            Condition::Count { at_least: 0, at_most: None, .. } => true,
            Condition::Count { at_least, window, .. } => self.window(&context, window, self.span(id), *at_least),
            Condition::Falls { window, .. } => self.window_of_day(context, window, self.span(id)),
            // Of what stands beside the records, nobody can say that it cannot be.
            Condition::RegisteredAt(_) | Condition::Exists(_) | Condition::Beside(_) => false,
        }
    }

    /// What has a name is looked at where it is defined.
    fn part_is_odd(&mut self, context: Context<'_>, parts: &[ConditionId]) -> bool {
        let mut odd = false;
        for part in parts {
            odd |= self.look_at(context, *part);
        }
        odd
    }

    /// A window in which events are counted.
    fn window(&mut self, context: &Context<'_>, window: &Window, place: Span, at_least: u32) -> bool {
        if self.window_of_day(*context, window, place) {
            return true;
        }
        let fewer = |days| self.tables.has_fewer_days(context.people, context.wanted, window, days);
        let message = if fewer(1) {
            "nothing is ever counted here: events are seen from birth to the measurement day, and none of those days lies \
             in this window"
                .to_owned()
        } else if at_least > 1 && fewer(at_least) {
            format!("{at_least} different days are asked for, and this window never has so many")
        } else {
            return false;
        };
        let code = if at_least > 1 && !fewer(1) { "E424" } else { "E423" };
        self.never_in(code, window, place, message, "mend the days between which events count");
        true
    }

    fn window_of_day(&mut self, context: Context<'_>, window: &Window, place: Span) -> bool {
        let empty = self.tables.ends_before_it_starts(context.people, context.wanted, window);
        if empty {
            let message = "no day lies in this window: it ends before it starts";
            self.never_in("E423", window, place, message.to_owned(), "mend its start or its end");
        }
        empty
    }

    fn never_in(&mut self, code: &'static str, window: &Window, place: Span, message: String, help: &str) {
        let is_dated = window.from.iter().chain(&window.to).any(|edge| self.is_dated(edge.date));
        self.found.push(never(code, is_dated, place, message).help(help));
    }

    fn never(&mut self, code: &'static str, id: ConditionId, message: String, help: &str) {
        let is_dated = self.hangs_on_the_calendar(id);
        self.found.push(never(code, is_dated, self.span(id), message).help(help));
    }

    fn warn(&mut self, code: &'static str, id: ConditionId, message: String, help: &str) {
        self.found.push(Diagnostic::warning(code, self.span(id), message).help(help));
    }

    fn span(&self, id: ConditionId) -> Span {
        self.words[id.index()].span
    }

    /// True if an error lies in the words of a condition, or of one that it names.
    fn is_faulty(&self, id: ConditionId) -> bool {
        let span = self.span(id);
        let meets = |fault: &Span| fault.file == span.file && fault.start <= span.end && span.start <= fault.end;
        self.faulty.iter().any(meets)
            || match &self.tables.conditions[id.index()] {
                Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| self.is_faulty(*part)),
                Condition::Not(inner) => self.is_faulty(*inner),
                Condition::Count { .. }
                | Condition::Falls { .. }
                | Condition::RegisteredAt(_)
                | Condition::Exists(_)
                | Condition::Beside(_) => false,
            }
    }

    /// True if a condition reads a date that the rules name outright: what cannot be this year may be in another.
    fn hangs_on_the_calendar(&self, id: ConditionId) -> bool {
        let in_window = |window: &Window| window.from.iter().chain(&window.to).any(|edge| self.is_dated(edge.date));
        match &self.tables.conditions[id.index()] {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| self.hangs_on_the_calendar(*part)),
            Condition::Not(inner) => self.hangs_on_the_calendar(*inner),
            Condition::Count { window, .. } => in_window(window),
            Condition::Falls { date, window } => self.is_dated(*date) || in_window(window),
            Condition::RegisteredAt(date) | Condition::Exists(date) => self.is_dated(*date),
            Condition::Beside(_) => false,
        }
    }

    fn is_dated(&self, date: DateId) -> bool {
        match &self.tables.dates[date.index()] {
            Date::Calendar(_) => true,
            Date::After(from, _) | Date::Before(from, _) => self.is_dated(*from),
            Date::Nth { window, .. } => window.from.iter().chain(&window.to).any(|edge| self.is_dated(edge.date)),
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_) => false,
        }
    }
}

/// What can never be is an error; where it hangs on a date that the rules name, it may only be out of its year.
fn never(code: &'static str, is_dated: bool, place: Span, message: String) -> Diagnostic {
    if is_dated {
        Diagnostic::warning("W430", place, message).label("hangs on a date that is named here")
    } else {
        Diagnostic::error(code, place, message)
    }
}
