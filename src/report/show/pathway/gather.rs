//! From the checked pathway to what is shown of it.

use super::{
    AlertShown, ColumnShown, ExceptionShown, NextShown, PartShown, PathwayShown, StateShown, ThingShown, UsedShown,
    WordListShown, WorklistShown,
};
use crate::model::book::{ConditionId, UsedId};
use crate::model::pathway::{Alert, ColumnValue, KnownColumn, ListColumn, Listed, Pathway, State, WordList, Worklist};
use crate::report::show::gather::Gatherer;
use crate::report::show::pathway::readers::Reads;
use crate::report::show::sentences::{Sentence, Speaker};
use crate::report::style::listed;

impl<'a> Gatherer<'a> {
    fn aloud(&self) -> Speaker<'a> {
        Speaker::of_pathway(self.book)
    }

    pub(in crate::report::show) fn pathway(&self, pathway: &'a Pathway) -> PathwayShown {
        let code = |id: &crate::model::book::MeasureId| self.book.measures[id.index()].code.clone();
        let indicators: Vec<String> = pathway.indicators.iter().map(code).collect();
        let reads = Reads::of_pathway(pathway);
        let year_end = self.used(pathway.year_end);
        PathwayShown {
            name: pathway.name.clone(),
            title: pathway.title.clone(),
            place: self.place(pathway.span),
            sentence: pursued(&indicators, &year_end),
            indicators,
            year_end,
            baseline: pathway.baseline.map(|used| self.used(used)),
            states: pathway.states.iter().enumerate().map(|(at, state)| self.state(pathway, at, state)).collect(),
            alerts: pathway.alerts.iter().enumerate().map(|(at, alert)| self.alert(at, alert)).collect(),
            worklists: pathway.worklists.iter().enumerate().map(|(at, list)| self.worklist(at, list)).collect(),
            audit_above: pathway.audit_above.map(|id| self.figure(id, &self.book.figures[id.index()])),
            defined: self.defined_by(&reads),
            clusters: self.cluster_set(self.book.clusters_of_pathway()),
            word_lists: reads.word_lists(self.book),
            notes: self.notes(&pathway.notes),
        }
    }

    pub(in crate::report::show) fn used(&self, id: UsedId) -> UsedShown {
        let used = &self.book.uses[id.index()];
        UsedShown { name: used.name.clone(), rulebook: used.book.name.to_string(), title: used.book.title.clone() }
    }

    pub(in crate::report::show) fn state_alone(&self, pathway: &Pathway, at: usize) -> PartShown<StateShown> {
        let state = &pathway.states[at];
        let part = self.state(pathway, at, state);
        self.part(part, pathway, pathway.states.len(), &Reads::of_state(state))
    }

    pub(in crate::report::show) fn alert_alone(&self, pathway: &Pathway, at: usize) -> PartShown<AlertShown> {
        let alert = &pathway.alerts[at];
        self.part(self.alert(at, alert), pathway, pathway.alerts.len(), &Reads::of_alert(alert))
    }

    pub(in crate::report::show) fn worklist_alone(&self, pathway: &Pathway, at: usize) -> PartShown<WorklistShown> {
        let list = &pathway.worklists[at];
        self.part(self.worklist(at, list), pathway, pathway.worklists.len(), &Reads::of_worklist(list))
    }

    fn part<T>(&self, part: T, pathway: &Pathway, of: usize, reads: &Reads<'_>) -> PartShown<T> {
        PartShown {
            part,
            pathway: pathway.name.clone(),
            of,
            defined: self.defined_by(reads),
            clusters: self.cluster_set(reads.clusters(self.book)),
            word_lists: reads.word_lists(self.book),
        }
    }

    fn defined_by(&self, reads: &Reads<'_>) -> Vec<crate::report::show::DefinedShown> {
        self.defined_in(self.aloud(), &reads.conditions(self.book), &reads.dates(self.book))
    }

    fn words(&self, id: ConditionId) -> String {
        self.book.condition_words[id.index()].text.clone()
    }

    fn state(&self, pathway: &Pathway, at: usize, state: &State) -> StateShown {
        let aloud = self.aloud();
        let sentence = match state.condition {
            Some(condition) if at == 0 => aloud.around("A child is in it who", condition),
            Some(condition) => aloud.around("Unless in a state before it, a child is in it who", condition),
            None => Sentence::flat("Every child who is in no state before it is in it."),
        };
        let lists = pathway.worklists.iter().filter(|list| match &list.rows {
            Listed::Children(states) => states.iter().any(|id| id.index() == at),
            Listed::Exceptions => state.exception.is_some(),
            Listed::Alerts => false,
        });
        StateShown {
            number: at + 1,
            name: state.name.clone(),
            title: state.title.clone(),
            place: self.place(state.span),
            sentence,
            words: state.condition.map(|id| self.words(id)),
            exception: state.exception.as_ref().map(|exception| ExceptionShown {
                code: exception.code.clone(),
                title: exception.title.clone(),
                shown_by: format!(
                    "each record of {}{}",
                    aloud.clusters(exception.clusters),
                    aloud.window(&exception.window)
                ),
            }),
            credited_to: state.credited.clone(),
            next: state
                .next
                .iter()
                .map(|next| NextShown {
                    step: next.text.clone(),
                    when: next.when.map(|id| aloud.told("for a child who", id)),
                    words: next.when.map(|id| self.words(id)),
                })
                .collect(),
            listed_in: lists.map(|list| list.name.clone()).collect(),
            notes: self.notes(&state.notes),
        }
    }

    fn alert(&self, at: usize, alert: &Alert) -> AlertShown {
        let start = match alert.per_practice {
            true => "Raised once for a practice that has a pursued child who",
            false => "Raised for a pursued child who",
        };
        AlertShown {
            number: at + 1,
            name: alert.name.clone(),
            title: alert.title.clone(),
            place: self.place(alert.span),
            once_per_practice: alert.per_practice,
            sentence: self.aloud().around(start, alert.condition),
            words: self.words(alert.condition),
            to_do: alert.to_do.clone(),
            template: alert.template.clone(),
            notes: self.notes(&alert.notes),
        }
    }

    fn worklist(&self, at: usize, list: &Worklist) -> WorklistShown {
        let rows = match &list.rows {
            Listed::Children(states) => format!("A row for each child in the state {}.", self.aloud().states(states)),
            Listed::Exceptions => "A row for each record that shows the exception of a child's state.".to_owned(),
            Listed::Alerts => "A row for each alert that is raised.".to_owned(),
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
            columns: list.columns.iter().map(|column| self.column(column)).collect(),
            notes: self.notes(&list.notes),
        }
    }

    fn column(&self, column: &ListColumn) -> ColumnShown {
        let aloud = self.aloud();
        let holds = match &column.value {
            ColumnValue::Known(known) => known_column(*known).to_owned(),
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

    pub(in crate::report::show) fn word_list(&self, at: usize, list: &WordList) -> WordListShown {
        WordListShown {
            name: list.name.clone(),
            rulebook: self.book.name.to_string(),
            rulebook_title: self.book.title.clone(),
            things: list
                .things
                .iter()
                .map(|thing| ThingShown {
                    thing: thing.name.clone(),
                    ways: thing.ways.iter().map(|way| way.join(" ")).collect(),
                })
                .collect(),
            read_by: Reads::readers_of_words(self.book, at),
        }
    }
}

/// Who is pursued.
fn pursued(indicators: &[String], year_end: &UsedShown) -> String {
    let result = match indicators {
        [only] => format!("{only} of {}", year_end.rulebook),
        several => format!("at least one of {} of {}", listed(several), year_end.rulebook),
    };
    format!(
        "A child is pursued whose result for {result} on the report date is “not achieved”: on its register, and neither achieved, excluded nor excepted there."
    )
}

/// What stands in a column that every pathway can fill.
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
