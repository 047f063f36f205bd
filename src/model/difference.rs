//! What two rulebooks mean differently: compared as they were checked, not as they are written.
//!
//! Comes in: two rulebooks. Goes out: every [`Change`] with what either says, who says so, and how much it matters. A
//! comment, a blank or the order of two parts of an `and` is no change; `before` that becomes `by` is one.

mod clauses;
mod codes;
mod figures;
mod formulas;
mod headers;
mod meaning;
mod measures;
mod pairs;
mod pathways;
mod payments;
mod reminders;
mod worklists;

use crate::ground::{ConceptId, Day, MissingDay, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{Notes, Status};

/// How much a change matters, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Grade {
    /// What a reader is told: titles, remarks, sources. Nobody is treated otherwise.
    Wording,
    /// Which codes and words count as what the rules name, or may have been meant for it.
    Codes,
    /// Thresholds, points, prices; when a dose is due, which decides who is overdue.
    Figures,
    /// Who counts, what is paid for what, who is sent where.
    Logic,
}

/// What a change is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Subject {
    /// The rulebook as a whole.
    Book,
    /// The indicator or course with this code.
    Measure(String),
    /// A payment, by its name.
    Payment(String),
    /// An item-of-service fee, by its name.
    Fee(String),
    /// A code cluster, by its name.
    Cluster(String),
    /// A list of words, by its name.
    WordList(String),
    /// The pathway.
    Pathway,
    /// A state of the pathway, by its name.
    State(String),
    /// An alert of the pathway, by its name.
    Alert(String),
    /// A worklist of the pathway, by its name.
    Worklist(String),
}

/// Which of the two kinds of reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ReasonKind {
    /// `exclude`
    Exclusion,
    /// `except`
    Exception,
}

/// Which part of its subject changed. Where one side says nothing, it was added or taken away.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum What {
    /// The subject itself.
    Whole,
    /// Its title.
    Title,
    /// `says`: the contract's wording in short.
    Wording,
    /// Who says so, and where sources disagree, of the whole or of the part named.
    Remarks(Option<String>),
    /// The contract year's first and last day.
    Year,
    /// `revision`
    Revision,
    /// `missing_day`
    MissingDay,
    /// `codes`: the version of the national code clusters.
    CodesVersion,
    /// `areas`
    Areas,
    /// `baseline_years`
    BaselineYears,
    /// `[uses]`: which rulebook is read under a name.
    Uses(String),
    /// The rulebook that is read under a name says otherwise itself.
    UsedBook(String),
    /// The title of a source, by its id.
    Source(String),
    /// The days on which a measure is measured.
    MeasuredOn,
    /// `register`
    Register,
    /// `achieved`
    Achieved,
    /// An exclusion or exception, by its code.
    Reason(ReasonKind, String),
    /// The title of an exclusion or exception.
    ReasonTitle(ReasonKind, String),
    /// Which of several that hold is the reason.
    ReasonOrder(ReasonKind),
    /// A figure, by its name.
    Figure(String),
    /// How far a figure can be trusted, and who says so; the figure is the same.
    FigureTrust(String),
    /// `due`: when doses of some clusters, by their names, are due.
    Due(String),
    /// `related to`: what may have been a dose of a cluster, by its name.
    Related(String),
    /// `near misses within`
    NearMisses,
    /// What stands in for the measure where counts lack it.
    Proxy,
    /// A code of a cluster.
    Code(ConceptId),
    /// The term of a code, or who says that it belongs there.
    CodeTerm(ConceptId),
    /// What is known of a cluster: whether it is complete, its note.
    ClusterNote,
    /// A way of writing a thing of a word list.
    Way(String),
    /// What a payment is paid for.
    PaidFor,
    /// `may be waived`
    Waivable,
    /// `from counts only`
    FromCounts,
    /// A line of a payment or fee, by its name.
    Line(String),
    /// Which doses earn a fee.
    Doses,
    /// For whom the pathway is.
    Indicators,
    /// `since`: what improvement is measured from.
    Since,
    /// `audit above`
    AuditAbove,
    /// Which of several states that hold is the child's.
    StateOrder,
    /// When the subject holds, or is raised.
    Condition,
    /// What a state is reported as, and what shows it.
    Exception,
    /// Who is credited.
    Credited,
    /// What to do next.
    Next,
    /// What an alert tells to do.
    ToDo,
    /// The template to code with.
    Template,
    /// Whether an alert is raised once per practice.
    PerPractice,
    /// Who works through a worklist.
    Role,
    /// What stands in the rows of a worklist.
    Rows,
    /// Which rows stand first.
    First,
    /// The columns of a worklist.
    Columns,
}

/// What one side says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// In the rule's own words where it has some.
    pub text: String,
    /// How sure it is, and the title of the source.
    pub by: Vec<(Status, String)>,
    /// Where sources disagree, and which is followed.
    pub conflicts: Vec<String>,
}

impl Said {
    fn text(text: impl Into<String>) -> Said {
        Said { text: text.into(), ..Said::default() }
    }

    fn noted(book: &Rulebook, text: impl Into<String>, notes: &Notes) -> Said {
        let by = notes.sources.iter().map(|(id, status)| (*status, book.sources[id.index()].title.clone()));
        Said { text: text.into(), by: by.collect(), conflicts: notes.conflicts.clone() }
    }
}

/// The smallest part that changed, in either side's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// What is no longer there.
    pub old: Option<String>,
    /// What was not there.
    pub new: Option<String>,
}

/// One thing that two rulebooks mean differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// Which part of that.
    pub what: What,
    /// How much it matters.
    pub grade: Grade,
    /// What the old rulebook says; None where it says nothing of it.
    pub old: Option<Said>,
    /// What the new rulebook says; None where it says nothing of it.
    pub new: Option<Said>,
    /// Of a clause or formula that both have: the smallest parts that changed.
    pub parts: Vec<Part>,
}

/// All that two rulebooks mean differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The changes, by subject.
    pub changes: Vec<Change>,
    /// How many years the new rulebook is later.
    pub years_later: i32,
    /// True if the rulebooks' files differ at all.
    pub texts_differ: bool,
}

impl Difference {
    /// Compares two rulebooks.
    pub fn of(old: &Rulebook, new: &Rulebook) -> Difference {
        let mut comparing = Comparing::new(old, new);
        comparing.headers();
        comparing.measures();
        comparing.payments();
        comparing.fees();
        comparing.clusters();
        comparing.word_lists();
        comparing.pathways();
        comparing.lists_of_patients();
        let mut changes = comparing.changes;
        // A measure's figures and clauses stand together; within a subject what was found first stands first.
        changes.sort_by_key(|change| comparing.places.iter().position(|subject| *subject == change.subject));
        Difference { changes, years_later: years_later(old, new), texts_differ: old.digest != new.digest }
    }

    /// How much the most important change matters; None where there is none.
    pub fn grade(&self) -> Option<Grade> {
        self.changes.iter().map(|change| change.grade).max()
    }
}

/// How many years a rulebook is later than another.
fn years_later(old: &Rulebook, new: &Rulebook) -> i32 {
    new.start.ymd().0 - old.start.ymd().0
}

/// The same day some years later, or earlier if negative: 29 February becomes 28 February where there is none.
pub fn moved(day: Day, years: i32) -> Day {
    let period = Period { count: years.unsigned_abs(), unit: Unit::Years };
    if years < 0 { day.minus(period, MissingDay::LastDay) } else { day.plus(period, MissingDay::LastDay) }
}

/// Two rulebooks being compared.
struct Comparing<'a> {
    old: &'a Rulebook,
    new: &'a Rulebook,
    changes: Vec<Change>,
    /// The subjects in the order in which they were first spoken of.
    places: Vec<Subject>,
}

impl<'a> Comparing<'a> {
    fn new(old: &'a Rulebook, new: &'a Rulebook) -> Comparing<'a> {
        Comparing { old, new, changes: Vec::new(), places: Vec::new() }
    }

    fn push(&mut self, change: Change) {
        if !self.places.contains(&change.subject) {
            self.places.push(change.subject.clone());
        }
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    fn change(&mut self, subject: &Subject, what: What, grade: Grade, old: Option<Said>, new: Option<Said>) {
        self.push(Change { subject: subject.clone(), what, grade, old, new, parts: Vec::new() });
    }

    /// A text of either side; one that differs by the year's name alone moved with the year.
    fn texts(&mut self, subject: &Subject, what: What, grade: Grade, old: Option<&str>, new: Option<&str>) {
        let is_same = match (old, new) {
            (Some(old), Some(new)) => self.is_same_text(old, new),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_same {
            self.change(subject, what, grade, old.map(Said::text), new.map(Said::text));
        }
    }

    fn is_same_text(&self, old: &str, new: &str) -> bool {
        if old == new {
            return true;
        }
        let (before, after) = (&self.old.name.year, &self.new.name.year);
        let moved = ["-", "/", "\u{2013}"]
            .iter()
            .fold(old.to_owned(), |text, dash| text.replace(&before.replace('-', dash), &after.replace('-', dash)));
        moved == new
    }

    /// Remarks that name other sources or conflicts.
    fn remarks(&mut self, subject: &Subject, part: Option<String>, old: &Notes, new: &Notes) {
        let sides = (Said::noted(self.old, "", old), Said::noted(self.new, "", new));
        let names_same = sides.0.by.len() == sides.1.by.len()
            && sides.0.by.iter().zip(&sides.1.by).all(|(a, b)| a.0 == b.0 && self.is_same_text(&a.1, &b.1));
        let conflicts_same = sides.0.conflicts.len() == sides.1.conflicts.len()
            && sides.0.conflicts.iter().zip(&sides.1.conflicts).all(|(a, b)| self.is_same_text(a, b));
        if !(names_same && conflicts_same) {
            self.change(subject, What::Remarks(part), Grade::Wording, Some(sides.0), Some(sides.1));
        }
    }
}
