//! From a worklist to what is shown of it.

use super::{ColumnShown, PartShown, WorklistShown};
use crate::model::pathway::Pathway;
use crate::model::worklist::{ColumnValue, KnownColumn, ListColumn, Listed, PatientRows, Worklist};
use crate::report::show::gather::Gatherer;
use crate::report::show::pathway::readers::Reads;

impl Gatherer<'_> {
    /// A list by itself: one of a pathway, or where none is named one of the lists of patients.
    pub(in crate::report::show) fn worklist_alone(
        &self,
        pathway: Option<&Pathway>,
        at: usize,
    ) -> PartShown<WorklistShown> {
        let lists = pathway.map_or(&self.book.worklists, |pathway| &pathway.worklists);
        self.part(self.worklist(at, &lists[at]), pathway, lists.len(), &Reads::of_worklist(&lists[at]))
    }

    pub(in crate::report::show) fn worklist(&self, at: usize, list: &Worklist) -> WorklistShown {
        let rows = match &list.rows {
            Listed::Children(states) => format!("A row for each child in the state {}.", self.aloud().states(states)),
            Listed::Exceptions => "A row for each record that shows the exception of a child's state.".to_owned(),
            Listed::Alerts => "A row for each alert that is raised.".to_owned(),
            Listed::Patients(rows) => patients(*rows).to_owned(),
        };
        WorklistShown {
            number: at + 1,
            name: list.name.clone(),
            title: list.title.clone(),
            place: self.place(list.span),
            worked_by: list.role.clone(),
            rows,
            first: list.first.map(|first| self.aloud().around("A child stands first who", first)),
            first_words: list.first.map(|first| self.words(first)),
            columns: list.columns.iter().map(|column| self.column(list, column)).collect(),
            notes: self.notes(&list.notes),
        }
    }

    fn column(&self, list: &Worklist, column: &ListColumn) -> ColumnShown {
        let aloud = self.aloud();
        let holds = match &column.value {
            ColumnValue::Known(known) => match list.rows {
                Listed::Patients(_) => known_column(*known).replace("the child's", "the patient's"),
                Listed::Children(_) | Listed::Exceptions | Listed::Alerts => known_column(*known).to_owned(),
            },
            ColumnValue::Figure(figure) => format!("the figure “{}”", self.book.figures[figure.index()].name),
            ColumnValue::Date(date) => aloud.column_date(*date),
            ColumnValue::Words { words, absent, clusters, window } => {
                let list = &self.book.word_lists[words.index()].name;
                let by = if *absent { "that no record" } else { "that a record" };
                let (clusters, when) = (aloud.clusters(*clusters), aloud.window(window));
                format!("what is in the list “{list}” {by} of {clusters}{when} names alone")
            }
        };
        ColumnShown { column: column.name.clone(), holds }
    }
}

/// Whom a list of patients is of.
fn patients(rows: PatientRows) -> &'static str {
    match rows {
        PatientRows::InTime => {
            "A row for each patient and indicator that is not achieved and that doses from that day on can still achieve."
        }
        PatientRows::TooLate => {
            "A row for each patient and indicator that is not achieved and that no dose from that day on can achieve."
        }
        PatientRows::Excepted => "A row for each patient and indicator whose denominator the patient is out of.",
    }
}

/// What stands in a column that every list of the kind can fill.
fn known_column(column: KnownColumn) -> &'static str {
    match column {
        KnownColumn::PracticeCode => "the practice's code",
        KnownColumn::PracticeName => "the practice's name, from the practices file",
        KnownColumn::Area => "the practice's area, from the practices file",
        KnownColumn::PatientId => "the child's id",
        KnownColumn::BirthDate => "the child's date of birth",
        KnownColumn::Indicators => "the indicators that the child has not achieved",
        KnownColumn::VaccinesOutstanding => "the missing doses that can be given",
        KnownColumn::LastDays => {
            "the last day on which each of the missing doses counts for its indicator, in the same order"
        }
        KnownColumn::RegisteredDate => "the first day of the registration that counts",
        KnownColumn::AsOf => "the day on which the list is made",
        KnownColumn::Year => "the contract year that counts the doses",
        KnownColumn::Indicator => "the indicator's code",
        KnownColumn::IndicatorTitle => "the indicator's title",
        KnownColumn::DoseNumbers => "which dose of its kind each of the missing doses is, in the same order",
        KnownColumn::FirstDays => "the first day on which each of the missing doses counts, in the same order",
        KnownColumn::DueDates => "when each of the missing doses is due, in the same order",
        KnownColumn::DaysOverdue => "the days since the first of the missing doses was due",
        KnownColumn::DaysLeft => "the days to the first of the last days",
        KnownColumn::OtherWays => "other doses that would be in time, each with its last day",
        KnownColumn::PoundsAtStake => "what one more patient who achieves the indicator is worth to the practice",
        KnownColumn::FeePounds => "the item-of-service fees that the missing doses earn",
        KnownColumn::Reason => "why it is too late, or what takes the patient out of the denominator",
        KnownColumn::ReasonCode => "the code of the exception",
        KnownColumn::State => "the child's state, by its name",
        KnownColumn::StateTitle => "the child's state, by its title",
        KnownColumn::NextStep => "the next step of the child's state",
        KnownColumn::ContactName => "the practice's named contact, from the practices file",
        KnownColumn::ContactDetails => "how to reach the practice's contact, from the practices file",
        KnownColumn::FreeSlots => "the practice's free slots on or after the report date",
        KnownColumn::Category => "the exception's title",
        KnownColumn::EvidenceCode => "the code that shows the exception",
        KnownColumn::EvidenceDate => "the date of that code",
        KnownColumn::EvidenceText => "the free text beside that code",
        KnownColumn::Alert => "the alert, by its name",
        KnownColumn::AlertTitle => "the alert, by its title",
        KnownColumn::ToDo => "what to do about the alert",
        KnownColumn::Template => "the template to code with",
    }
}
