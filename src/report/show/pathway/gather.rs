//! From the checked pathway to what is shown of it.

use super::{
    AlertShown, ExceptionShown, NextShown, PartShown, PathwayShown, StateShown, ThingShown, UsedShown, WordListShown,
};
use crate::model::book::{ConditionId, UsedId};
use crate::model::pathway::{Alert, Pathway, State, WordList};
use crate::model::worklist::Listed;
use crate::report::show::gather::Gatherer;
use crate::report::show::pathway::readers::Reads;
use crate::report::show::sentences::{Sentence, Speaker};
use crate::report::style::listed;

impl<'a> Gatherer<'a> {
    pub(super) fn aloud(&self) -> Speaker<'a> {
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
        self.part(part, Some(pathway), pathway.states.len(), &Reads::of_state(state))
    }

    pub(in crate::report::show) fn alert_alone(&self, pathway: &Pathway, at: usize) -> PartShown<AlertShown> {
        let alert = &pathway.alerts[at];
        self.part(self.alert(at, alert), Some(pathway), pathway.alerts.len(), &Reads::of_alert(alert))
    }

    pub(super) fn part<T>(&self, part: T, pathway: Option<&Pathway>, of: usize, reads: &Reads<'_>) -> PartShown<T> {
        PartShown {
            part,
            pathway: pathway.map(|pathway| pathway.name.clone()),
            of,
            defined: self.defined_by(reads),
            clusters: self.cluster_set(reads.clusters(self.book)),
            word_lists: reads.word_lists(self.book),
        }
    }

    fn defined_by(&self, reads: &Reads<'_>) -> Vec<crate::report::show::DefinedShown> {
        self.defined_in(self.aloud(), &reads.conditions(self.book), &reads.dates(self.book))
    }

    pub(super) fn words(&self, id: ConditionId) -> String {
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
            Listed::Alerts | Listed::Patients(_) => false,
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
