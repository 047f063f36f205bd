//! A pathway: the states of those who have not achieved, alerts about what is recorded of them, and worklists.

use crate::ground::Span;
use crate::model::book::{ClusterSet, ConditionId, DateId, MeasureId, Window};
pub use crate::model::ids::{FigureId, StateId, UsedId, WordListId};
use crate::model::remark::Notes;
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

/// `worklist calls "calls to make" for "the practice"  each child in contacting  columns patient_id, next_step`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worklist {
    /// `calls`
    pub name: String,
    /// The title.
    pub title: String,
    /// Who works through it.
    pub role: String,
    /// What stands in its rows.
    pub rows: Listed,
    /// Which children stand first.
    pub first: Option<ConditionId>,
    /// The columns, left to right.
    pub columns: Vec<ListColumn>,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// What stands in the rows of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Listed {
    /// `each child in contacting or to_review`
    Children(Vec<StateId>),
    /// `each exception`: each record that shows one
    Exceptions,
    /// `each alert`
    Alerts,
}

/// A column of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListColumn {
    /// The heading.
    pub name: String,
    /// What stands in it.
    pub value: ColumnValue,
}

/// What stands in a column of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ColumnValue {
    /// `birth_date`: what every pathway knows of a child
    Known(KnownColumn),
    /// `referred_on = referral`
    Date(DateId),
    /// `means_left = means not in records of imms_call_1`
    Words {
        /// `means`
        words: WordListId,
        /// True for `not in`: those of the list that no record says.
        absent: bool,
        /// Of what.
        clusters: ClusterSet,
        /// When.
        window: Window,
    },
}

/// What every pathway can put in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum KnownColumn {
    /// `practice_code`
    PracticeCode,
    /// `practice_name`, from the practices file
    PracticeName,
    /// `area`, from the practices file
    Area,
    /// `patient_id`; empty where an alert is about a practice
    PatientId,
    /// `birth_date`
    BirthDate,
    /// `indicators`: not achieved, separated by blanks
    Indicators,
    /// `vaccines_outstanding`: missing doses that can be given, separated by semicolons
    VaccinesOutstanding,
    /// `last_days`: the last day on which each of them counts for its indicator, in the same order
    LastDays,
    /// `state`
    State,
    /// `state_title`
    StateTitle,
    /// `next_step`
    NextStep,
    /// `contact_name`, from the practices file
    ContactName,
    /// `contact_details`, from the practices file
    ContactDetails,
    /// `free_slots`: the practice's free slots on or after the date, separated by semicolons
    FreeSlots,
    /// `category`: the exception's title
    Category,
    /// `evidence_code`: the code that shows the exception
    EvidenceCode,
    /// `evidence_date`
    EvidenceDate,
    /// `evidence_text`: the free text beside it
    EvidenceText,
    /// `alert`
    Alert,
    /// `alert_title`
    AlertTitle,
    /// `to_do`
    ToDo,
    /// `template`
    Template,
}

impl KnownColumn {
    /// All of them, in the order in which a reader would look them up.
    pub const ALL: [KnownColumn; 22] = [
        KnownColumn::PracticeCode,
        KnownColumn::PracticeName,
        KnownColumn::Area,
        KnownColumn::PatientId,
        KnownColumn::BirthDate,
        KnownColumn::Indicators,
        KnownColumn::VaccinesOutstanding,
        KnownColumn::LastDays,
        KnownColumn::State,
        KnownColumn::StateTitle,
        KnownColumn::NextStep,
        KnownColumn::ContactName,
        KnownColumn::ContactDetails,
        KnownColumn::FreeSlots,
        KnownColumn::Category,
        KnownColumn::EvidenceCode,
        KnownColumn::EvidenceDate,
        KnownColumn::EvidenceText,
        KnownColumn::Alert,
        KnownColumn::AlertTitle,
        KnownColumn::ToDo,
        KnownColumn::Template,
    ];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        match self {
            KnownColumn::PracticeCode => "practice_code",
            KnownColumn::PracticeName => "practice_name",
            KnownColumn::Area => "area",
            KnownColumn::PatientId => "patient_id",
            KnownColumn::BirthDate => "birth_date",
            KnownColumn::Indicators => "indicators",
            KnownColumn::VaccinesOutstanding => "vaccines_outstanding",
            KnownColumn::LastDays => "last_days",
            KnownColumn::State => "state",
            KnownColumn::StateTitle => "state_title",
            KnownColumn::NextStep => "next_step",
            KnownColumn::ContactName => "contact_name",
            KnownColumn::ContactDetails => "contact_details",
            KnownColumn::FreeSlots => "free_slots",
            KnownColumn::Category => "category",
            KnownColumn::EvidenceCode => "evidence_code",
            KnownColumn::EvidenceDate => "evidence_date",
            KnownColumn::EvidenceText => "evidence_text",
            KnownColumn::Alert => "alert",
            KnownColumn::AlertTitle => "alert_title",
            KnownColumn::ToDo => "to_do",
            KnownColumn::Template => "template",
        }
    }

    /// Which rows know it.
    pub fn stands_in(self, rows: &Listed) -> bool {
        match self {
            KnownColumn::Category
            | KnownColumn::EvidenceCode
            | KnownColumn::EvidenceDate
            | KnownColumn::EvidenceText => *rows == Listed::Exceptions,
            KnownColumn::Alert | KnownColumn::AlertTitle | KnownColumn::ToDo | KnownColumn::Template => {
                *rows == Listed::Alerts
            }
            KnownColumn::PracticeCode
            | KnownColumn::PracticeName
            | KnownColumn::Area
            | KnownColumn::PatientId
            | KnownColumn::BirthDate
            | KnownColumn::Indicators
            | KnownColumn::VaccinesOutstanding
            | KnownColumn::LastDays
            | KnownColumn::State
            | KnownColumn::StateTitle
            | KnownColumn::NextStep
            | KnownColumn::ContactName
            | KnownColumn::ContactDetails
            | KnownColumn::FreeSlots => true,
        }
    }
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
