//! The checked rulebook: flat tables addressed by ids, without a name left to look up.

use std::sync::Arc;

use crate::ground::{BookName, ConceptId, Day, MissingDay, Period, Span};
use crate::model::formula::{Program, Test};
pub use crate::model::ids::{
    ConditionId, DateId, FeeId, FigureId, MeasureId, MeasurementId, PaymentId, SourceId, StateId, UsedId, WordListId,
};
use crate::model::pathway::{Beside, Pathway, RowDate, WordList};
pub use crate::model::remark::{Notes, Status};
use crate::model::unit::Unit;
use crate::model::worklist::Worklist;
pub use crate::syntax::tree::MeasureKind;

/// One scheme's rules for one contract year, checked.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// `qof/2023-24`
    pub name: BookName,
    /// How often it was revised since it was first published.
    pub revision: u32,
    /// Its title.
    pub title: String,
    /// SHA-256 of what it says and of the code clusters it uses, in hexadecimal.
    pub digest: String,
    /// First day of the contract year.
    pub start: Day,
    /// Last day of the contract year.
    pub end: Day,
    /// What an age is when the month lacks the day.
    pub missing_day: MissingDay,
    /// The version of the national code clusters that it uses, if it uses them.
    pub codes_version: Option<String>,
    /// The clusters that its rules name; at most 64.
    pub clusters: Vec<Cluster>,
    /// All dates.
    pub dates: Vec<Date>,
    /// All conditions.
    pub conditions: Vec<Condition>,
    /// The words of each condition, as [`ConditionWords`], by the same ids.
    pub condition_words: Vec<ConditionWords>,
    /// The words of each date, by the same ids: `age 8 months`, `first_dose`.
    pub date_words: Vec<String>,
    /// Indicators and courses in the order written.
    pub measures: Vec<Measure>,
    /// Each measure on each of its measurement days.
    pub measurements: Vec<Measurement>,
    /// All figures.
    pub figures: Vec<Figure>,
    /// Who says so.
    pub sources: Vec<Source>,
    /// Payments in the order written.
    pub payments: Vec<Payment>,
    /// Each payment for each thing it is paid for.
    pub programs: Vec<Program>,
    /// Item-of-service fees in the order written.
    pub fees: Vec<Fee>,
    /// What must be so of the figures, for each measure that has them.
    pub requirements: Vec<Requirement>,
    /// Stand-ins for measures that counts lack.
    pub proxies: Vec<Proxy>,
    /// The areas that it is for; none where it is for all.
    pub areas: Vec<String>,
    /// The years whose results together are a practice's baseline, where it says so.
    pub baseline_years: Vec<BookName>,
    /// Rulebooks whose results it reads.
    pub uses: Vec<Used>,
    /// Words to look for in free text.
    pub word_lists: Vec<WordList>,
    /// Its pathway, if it has one.
    pub pathway: Option<Pathway>,
    /// The lists of patients of its own indicators; those of the pathway stand there.
    pub worklists: Vec<Worklist>,
    /// Only [`crate::model`] can make one.
    #[expect(dead_code, reason = "its presence is the proof, its value says nothing")]
    pub(in crate::model) checked: Checked,
}

/// The mark of a rulebook that was checked.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Checked;

impl Rulebook {
    /// The measure with a code.
    pub fn measure(&self, code: &str) -> Option<MeasureId> {
        let at = self.measures.iter().position(|measure| measure.code == code)?;
        u32::try_from(at).ok().map(MeasureId)
    }

    /// The measurement at the year's end of the indicator or course with a code.
    pub fn measurement_of(&self, code: &str) -> Option<MeasurementId> {
        let measure = self.measure(code)?;
        let is_it = |measurement: &Measurement| measurement.measure == measure && measurement.quarter.is_none();
        let at = self.measurements.iter().position(is_it)?;
        u32::try_from(at).ok().map(MeasurementId)
    }

    /// The measurement with a label, as it stands in an `indicator` column.
    pub fn measurement_labelled(&self, label: &str) -> Option<MeasurementId> {
        let at = self.measurements.iter().position(|measurement| measurement.label == label)?;
        u32::try_from(at).ok().map(MeasurementId)
    }

    /// The label of results of this rulebook in a `year` column: the year alone for the scheme `default_scheme`.
    pub fn year_label(&self, default_scheme: &str) -> String {
        if self.name.scheme == default_scheme { self.name.year.clone() } else { self.name.to_string() }
    }

    /// The clusters that hold a code, as a set.
    pub fn clusters_of(&self, code: ConceptId) -> ClusterSet {
        let held = self.clusters.iter().enumerate().filter(|(_, cluster)| cluster.holds(code));
        ClusterSet(held.fold(0, |set, (at, _)| set | 1 << at))
    }
}

/// A set of a rulebook's clusters: bit n stands for the n-th.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct ClusterSet(pub u64);

impl ClusterSet {
    /// True if the two sets share a cluster.
    pub fn meets(self, other: ClusterSet) -> bool {
        self.0 & other.0 != 0
    }

    /// The clusters that both have.
    pub fn and(self, other: ClusterSet) -> ClusterSet {
        ClusterSet(self.0 & other.0)
    }

    /// The clusters of both.
    pub fn or(self, other: ClusterSet) -> ClusterSet {
        ClusterSet(self.0 | other.0)
    }

    /// The places of its clusters in [`Rulebook::clusters`].
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..64).filter(move |at| self.0 >> at & 1 == 1)
    }
}

/// A list of SNOMED CT concept ids that count as one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cluster {
    /// `dtap`
    pub name: String,
    /// Its title.
    pub title: String,
    /// False if it is only what could be found in public.
    pub complete: bool,
    /// What is known to be missing or uncertain.
    pub note: String,
    /// Its codes, by number, those of the clusters it includes among them.
    pub codes: Vec<Code>,
    /// How many of the codes are its own: the first written, for examples.
    pub first_code: Option<ConceptId>,
}

impl Cluster {
    /// True if the code is in the cluster.
    pub fn holds(&self, code: ConceptId) -> bool {
        self.codes.binary_search_by_key(&code, |code| code.id).is_ok()
    }
}

/// One code of a cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The concept id.
    pub id: ConceptId,
    /// Its term.
    pub term: String,
    /// Who says that it belongs here.
    pub source: String,
}

/// A day in a patient's life or in the contract year.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum Date {
    /// `birth`
    Birth,
    /// `registration`: the start of the registration that holds on the measurement day
    Registration,
    /// `year start`
    YearStart,
    /// `year end`
    YearEnd,
    /// `the measurement day`
    MeasurementDay,
    /// `the report date`
    ReportDay,
    /// `agreed_date`, of the row at hand
    OfRow(RowDate),
    /// `1 January 2026`, or a figure that is a date
    Calendar(Day),
    /// `age 8 months` (from birth), `28 days after first_dose`
    After(DateId, Period),
    /// `2 weeks before year end`
    Before(DateId, Period),
    /// `the second mmr from age 1 year to before age 5 years`: the days counted once each
    Nth {
        /// Which.
        which: Which,
        /// Of what.
        clusters: ClusterSet,
        /// Among which days.
        window: Window,
    },
}

/// Which of several days in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Which {
    /// `the second`: 2
    FromStart(u32),
    /// `the last`
    Last,
}

/// The days on or after every `from` and on or before every `to`. Without edges, every day.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct Window {
    /// Lower edges, each included.
    pub from: Vec<Edge>,
    /// Upper edges, each included.
    pub to: Vec<Edge>,
}

/// A date, shifted by whole days: `before age 8 months` ends at that date − 1 day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Edge {
    /// The date.
    pub date: DateId,
    /// Days added to it.
    pub shift_days: i32,
}

/// A condition on a patient.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum Condition {
    /// `a and b`: the first that fails decides
    All(Vec<ConditionId>),
    /// `a or b`: the first that holds decides
    Any(Vec<ConditionId>),
    /// `not a`
    Not(ConditionId),
    /// `at least 3 dtap before age 8 months`: distinct days, of all the clusters together
    Count {
        /// Of what.
        clusters: ClusterSet,
        /// No fewer than this.
        at_least: u32,
        /// No more than this.
        at_most: Option<u32>,
        /// When.
        window: Window,
    },
    /// `turns 8 months in the year`: the date is there, and lies in the window
    Falls {
        /// Which day.
        date: DateId,
        /// Where it must lie.
        window: Window,
    },
    /// `registered at year end`
    RegisteredAt(DateId),
    /// `there is a first_dose`
    Exists(DateId),
    /// `any appointment`, `in with_coordinator`: only in a pathway
    Beside(Beside),
}

/// A condition's words and place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConditionWords {
    /// The rule's own words, on one line.
    pub text: String,
    /// The name it was defined under, if it was.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Remarks of the `define` that it is the meaning of.
    pub notes: Notes,
}

/// An indicator or course.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measure {
    /// Which of the two.
    pub kind: MeasureKind,
    /// `VI001`
    pub code: String,
    /// Its title.
    pub title: String,
    /// The contract's wording in short.
    pub says: Option<String>,
    /// Remarks on the whole.
    pub notes: Notes,
    /// Who is on the register.
    pub register: Clause,
    /// Who leaves the register whether achieved or not, in order.
    pub excludes: Vec<Reason>,
    /// Who achieves.
    pub achieved: Clause,
    /// Who leaves the denominator unless achieved, in order.
    pub excepts: Vec<Reason>,
    /// Where another rulebook counts it: nobody is on its register here.
    pub borrowed: Option<Borrowed>,
    /// When its doses are due, in the order written.
    pub dues: Vec<Due>,
    /// What may have been a dose that counts, recorded as something else, in the order written.
    pub related: Vec<Related>,
    /// How far off a date may be to be taken for a slip, if the rulebook says so.
    pub near: Option<Near>,
    /// Where it stands.
    pub span: Span,
}

/// When doses of some clusters are due: the k-th of them on the k-th date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// Of what.
    pub clusters: ClusterSet,
    /// The dates, the first dose's first.
    pub dates: Vec<DateId>,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// `related to mmr records of measles and mumps and rubella on or after age 1 year`: what may have been a dose that counts,
/// recorded as something else. It decides no outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    /// What it may have been: one cluster.
    pub counted: ClusterSet,
    /// What it was recorded as: a record of each of these together, of any of the clusters of each.
    pub records: Vec<ClusterSet>,
    /// When.
    pub window: Window,
    /// What to look at, in the rulebook's own words.
    pub says: Option<String>,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// `near misses within 31 days`. It decides no outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Near {
    /// How far off a date may be.
    pub period: Period,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// `[uses] year_end = "qof/2024-25"`: a rulebook whose results another one reads.
#[derive(Clone, Debug)]
pub struct Used {
    /// `year_end`
    pub name: String,
    /// The rulebook, checked.
    pub book: Arc<Rulebook>,
}

/// A measure that another rulebook counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Borrowed {
    /// Which rulebook.
    pub from: UsedId,
    /// Its measurement.
    pub measurement: MeasurementId,
}

/// A condition with its remarks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clause {
    /// When it holds.
    pub condition: ConditionId,
    /// Remarks.
    pub notes: Notes,
}

/// An exclusion, or an exception (personalised care adjustment).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// `DTPCON`
    pub code: String,
    /// Its title.
    pub title: String,
    /// When it holds.
    pub clause: Clause,
}

/// A measure on one measurement day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measurement {
    /// What is measured.
    pub measure: MeasureId,
    /// `VI001`, or `T5_BOOSTER Q2` where a measure is measured each quarter.
    pub label: String,
    /// The quarter, 1 to 4, where it is measured each quarter.
    pub quarter: Option<u8>,
    /// The day; the year's last where nothing else is said.
    pub day: Day,
}

/// One figure of a rulebook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// `lower_threshold`
    pub name: String,
    /// The indicator or course it belongs to; None for the whole rulebook's.
    pub owner: Option<MeasureId>,
    /// What it is.
    pub value: FigureValue,
    /// In what unit.
    pub unit: Unit,
    /// The unit as written: `£ per point`, `% points`.
    pub unit_word: String,
    /// How far to trust it; None for one that is not set.
    pub status: Option<Status>,
    /// Who says so; None for one that is not set.
    pub source: Option<SourceId>,
    /// Where sources disagree, and which is followed.
    pub conflict: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// What a figure is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FigureValue {
    /// `is = 89`
    Is(crate::ground::Amount),
    /// `is = 2026-01-01`
    IsDate(Day),
    /// `unset = "the commissioner sets it"`: needed and not known, so what needs it is a gap
    Unset(String),
    /// `none = "VI004 has no improvement route"`: there is none, and formulas can ask
    Absent(String),
}

/// Who says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// `letter-2023-03-06`
    pub id: String,
    /// What it is.
    pub title: String,
}

/// A payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    /// `achievement`
    pub name: String,
    /// Its title.
    pub title: String,
    /// True if a run may waive it for a practice.
    pub waivable: bool,
    /// True if it is paid where only counts are known: from records, fees are counted dose by dose.
    pub from_counts: bool,
    /// Remarks on the whole.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// `require "the lower threshold is below the upper" lower_threshold < upper_threshold`, for one measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// What must be so, in the contract's words.
    pub says: String,
    /// Whose figures it tests; None for the whole rulebook's.
    pub owner: Option<MeasureId>,
    /// The figures that it reads.
    pub figures: Vec<FigureId>,
    /// The test, which reads figures only.
    pub test: Test,
    /// Remarks.
    pub notes: Notes,
}

/// `[proxy.VI003] lowest_of = ["DTAP_IPV_HIB_5Y", "MMR2_5Y"]`: what stands in for a measure that counts lack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proxy {
    /// What is stood in for.
    pub measure: MeasureId,
    /// The course of lowest achievement among these stands in, where all of them were counted.
    pub lowest_of: Vec<MeasureId>,
    /// Why another might be taken.
    pub conflict: Option<String>,
    /// How far to trust it.
    pub status: Option<Status>,
    /// Who says so.
    pub source: Option<SourceId>,
}

/// An item-of-service fee: which doses earn it. Its lines are a [`Program`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fee {
    /// `mmr`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Of what: each patient's distinct days of these clusters together.
    pub clusters: ClusterSet,
    /// Given when.
    pub window: Window,
    /// Remarks on the whole.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}
