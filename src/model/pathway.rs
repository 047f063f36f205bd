//! A pathway: the states of those who have not achieved, alerts about what is recorded of them, and its worklists.

use crate::ground::Span;
use crate::model::book::{ClusterSet, ConditionId, MeasureId, Window};
pub use crate::model::ids::{FigureId, StateId, UsedId, WordListId};
use crate::model::remark::Notes;
use crate::model::worklist::Worklist;
pub use crate::syntax::tree::RowTable;

/// `pathway childhood_immunisations "…" for those not achieved in at least one of VI001, VI002 of year_end since baseline`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pathway {
    /// `childhood_immunisations`
    pub name: String,
    /// The title.
    pub title: String,
    /// The indicators, borrowed from another rulebook: who has not achieved one of them is pursued.
    pub indicators: Vec<MeasureId>,
    /// The rulebook whose indicators they are.
    pub year_end: UsedId,
    /// The rulebook that improvement is measured from.
    pub baseline: Option<UsedId>,
    /// The states, in order: the first whose condition holds is the child's.
    pub states: Vec<State>,
    /// The alerts.
    pub alerts: Vec<Alert>,
    /// The worklists.
    pub worklists: Vec<Worklist>,
    /// `audit above audit_rate`: the share of exceptions, in per cent of a denominator, above which a practice is flagged.
    pub audit_above: Option<FigureId>,
    /// Remarks on the whole.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// `state refused "genuine refusal"  any imms_refused in the year`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// `refused`
    pub name: String,
    /// The title.
    pub title: String,
    /// When a child is in it, unless in an earlier one; None for `otherwise`.
    pub condition: Option<ConditionId>,
    /// The exception that it is reported as.
    pub exception: Option<Exception>,
    /// Who is credited when a child in this state achieves.
    pub credited: Option<String>,
    /// What to do next, the first that applies.
    pub next: Vec<Next>,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// `exception ABSOLUTE "absolute decliners" shown by imms_refused in the year`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exception {
    /// `ABSOLUTE`
    pub code: String,
    /// The title.
    pub title: String,
    /// The clusters whose records show it.
    pub clusters: ClusterSet,
    /// When they were recorded.
    pub window: Window,
}

/// `next "second call" when there is no second_call`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next {
    /// The words.
    pub text: String,
    /// When it applies; None: always.
    pub when: Option<ConditionId>,
}

/// `alert too_few_means "three calls by fewer than three means"  all_calls and not three_means`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// `too_few_means`
    pub name: String,
    /// The title.
    pub title: String,
    /// True where one alert is raised for a practice, however many children raise it.
    pub per_practice: bool,
    /// When it is raised.
    pub condition: ConditionId,
    /// What to do.
    pub to_do: String,
    /// The template to code with.
    pub template: Option<String>,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// A condition on what stands beside a patient's records: texts, appointments, the practice, the pathway's state. Only
/// pathways ask such things.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum Beside {
    /// `any imms_refused saying written_evidence in the year`: distinct days of records that also are so
    Records {
        /// Of what.
        clusters: ClusterSet,
        /// `on the same day as imms_call_2`
        same_day: Option<ClusterSet>,
        /// `saying written_evidence`
        saying: Option<Saying>,
        /// No fewer than this.
        at_least: u32,
        /// No more than this.
        at_most: Option<u32>,
        /// When.
        window: Window,
    },
    /// `at least 3 different means in records of imms_call_1 or imms_call_2 in the year`: things of the list that some
    /// record's text says alone
    Different {
        /// `means`
        words: WordListId,
        /// Of what.
        clusters: ClusterSet,
        /// No fewer than this.
        at_least: u32,
        /// No more than this.
        at_most: Option<u32>,
        /// When.
        window: Window,
    },
    /// `any appointment with (…)`: a row of which the condition holds; without one, any row
    Row {
        /// In which table.
        table: RowTable,
        /// What must hold of it.
        condition: Option<ConditionId>,
    },
    /// `attended`, `taken`: the row at hand says yes
    RowSays(RowTruth),
    /// `there is a contact_name`
    Practice(PracticeField),
    /// `in with_coordinator or contacting`
    InState(Vec<StateId>),
}

/// `not saying one means`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Saying {
    /// `means`
    pub words: WordListId,
    /// True for `not saying`.
    pub absent: bool,
    /// True for `saying one`: exactly one thing of the list.
    pub one: bool,
}

/// A date in a row of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RowDate {
    /// `agreed_date` of an appointment
    AgreedDate,
    /// `appointment_date` of an appointment
    AppointmentDate,
    /// `slot_start` of a slot
    SlotStart,
}

impl RowDate {
    /// All of them.
    pub const ALL: [RowDate; 3] = [RowDate::AgreedDate, RowDate::AppointmentDate, RowDate::SlotStart];

    /// The column's name, and the table.
    pub fn column(self) -> (&'static str, RowTable) {
        match self {
            RowDate::AgreedDate => ("agreed_date", RowTable::Appointment),
            RowDate::AppointmentDate => ("appointment_date", RowTable::Appointment),
            RowDate::SlotStart => ("slot_start", RowTable::Slot),
        }
    }
}

/// A yes or no in a row of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RowTruth {
    /// `attended` of an appointment
    Attended,
    /// `taken` of a slot
    Taken,
}

impl RowTruth {
    /// All of them.
    pub const ALL: [RowTruth; 2] = [RowTruth::Attended, RowTruth::Taken];

    /// The column's name, and the table.
    pub fn column(self) -> (&'static str, RowTable) {
        match self {
            RowTruth::Attended => ("attended", RowTable::Appointment),
            RowTruth::Taken => ("taken", RowTable::Slot),
        }
    }
}

/// What a practices file may say of a practice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum PracticeField {
    /// `contact_name`
    ContactName,
    /// `contact_details`
    ContactDetails,
}

impl PracticeField {
    /// All of them.
    pub const ALL: [PracticeField; 2] = [PracticeField::ContactName, PracticeField::ContactDetails];

    /// The column's name.
    pub fn column(self) -> &'static str {
        match self {
            PracticeField::ContactName => "contact_name",
            PracticeField::ContactDetails => "contact_details",
        }
    }
}

/// `[words.means]`: things, each in all the ways it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WordList {
    /// `means`
    pub name: String,
    /// The things.
    pub things: Vec<Thing>,
}

/// `text_message = ["text", "sms", "text message"]`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thing {
    /// `text_message`
    pub name: String,
    /// Each way as its words in small letters, punctuation left out.
    pub ways: Vec<Vec<String>>,
}

/// The words of a text: runs of letters and digits, in small letters. Punctuation separates words, as a blank does.
pub fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

impl WordList {
    /// The things that a text says, by their places, each once. At each word the longest way counts, so that `text
    /// message` is not `message` too.
    pub fn things_in(&self, text: &str) -> Vec<usize> {
        let words = words_of(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let rest = &words[at..];
            let ways = self
                .things
                .iter()
                .enumerate()
                .flat_map(|(thing, known)| known.ways.iter().map(move |way| (way, thing)));
            let longest = ways.filter(|(way, _)| rest.starts_with(way)).max_by_key(|(way, _)| way.len());
            match longest {
                Some((way, thing)) => {
                    if !found.contains(&thing) {
                        found.push(thing);
                    }
                    at += way.len().max(1);
                }
                None => at += 1,
            }
        }
        found
    }
}
