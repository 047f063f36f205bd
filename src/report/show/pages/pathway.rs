//! Pathways and their parts, as pages for people.

use super::Page;
use crate::report::prose::Block;
use crate::report::show::overview::{PathwayShort, WorklistShort};
use crate::report::show::{
    AlertShown, ClusterShort, DefinedShown, PartShown, PathwayShown, Place, Sentence, StateShown, UsedShown,
    WordListShown, WorklistShown,
};
use crate::report::style::{counted, listed};
use crate::report::table::{Cell, Column, Table};

impl Page {
    pub(super) fn uses(&mut self, uses: &[UsedShown]) {
        if uses.is_empty() {
            return;
        }
        self.heading("Rulebooks that it uses, and cannot change");
        for used in uses {
            self.item(0, format!("{}: {}, {}", used.name, used.rulebook, used.title));
        }
    }

    pub(super) fn pathway_in_short(&mut self, pathway: &PathwayShort) {
        self.heading(format!("Pathway {}: {}", pathway.name, pathway.title));
        self.line(pathway.sentence.as_str());
        self.heading("States, of which the first that holds is the child's");
        let columns = ["state", "title", "exception", "credited to"].map(Column::text);
        let mut table = Table::new("", columns);
        for state in &pathway.states {
            let or_empty = |text: &Option<String>| text.clone().map_or(Cell::Empty, Cell::text);
            let cells = [Cell::text(state.name.clone()), Cell::text(state.title.clone())];
            table
                .rows
                .push(cells.into_iter().chain([or_empty(&state.exception), or_empty(&state.credited_to)]).collect());
        }
        self.blocks.push(Block::Table(table));
        self.heading("Alerts");
        pathway.alerts.iter().for_each(|alert| self.item(0, format!("{}: {}", alert.name, alert.title)));
        self.heading("Worklists");
        self.worklists_in_short(&pathway.worklists);
    }

    pub(super) fn worklists_in_short(&mut self, lists: &[WorklistShort]) {
        for list in lists {
            self.item(0, format!("{}: {} (for {})", list.name, list.title, list.worked_by));
        }
    }

    pub(super) fn word_lists_in_short(&mut self, lists: &[WordListShown]) {
        if lists.is_empty() {
            return;
        }
        self.heading("Words looked for in free text");
        for list in lists {
            let things: Vec<&str> = list.things.iter().map(|thing| thing.thing.as_str()).collect();
            self.item(0, format!("{}: {}", list.name, things.join(", ")));
        }
    }

    pub(super) fn pathway(&mut self, pathway: &PathwayShown) {
        self.title(format!("{}: {}", pathway.name, pathway.title));
        let place = &pathway.place;
        self.line(format!("Pathway of {} ({}), at {}.", place.rulebook, place.rulebook_title, place.place));
        self.notes(0, &pathway.notes);
        self.heading("Who is pursued");
        self.line(pathway.sentence.as_str());
        let used = |used: &UsedShown| format!("{} ({}, here named {})", used.rulebook, used.title, used.name);
        self.line(format!("The results are those of {}.", used(&pathway.year_end)));
        if let Some(baseline) = &pathway.baseline {
            self.line(format!("Improvement is measured from the year-end results of {}.", used(baseline)));
        }
        self.line("What happened after the report date is not seen.");
        for state in &pathway.states {
            self.heading(format!("State {}, {}: {}", state.number, state.name, state.title));
            self.state(state);
        }
        for alert in &pathway.alerts {
            self.heading(format!("Alert {}: {}", alert.name, alert.title));
            self.alert(alert);
        }
        for list in &pathway.worklists {
            self.heading(format!("Worklist {}: {}", list.name, list.title));
            self.worklist(list);
        }
        if let Some(figure) = &pathway.audit_above {
            self.heading("Audit");
            self.line(format!(
                "A practice is flagged for an indicator if the children in states that are reported as an exception are more than {} ({}) of its denominator.",
                figure.name, figure.in_words
            ));
            self.figure_remarks(figure);
        }
        self.reads(&pathway.defined, &pathway.word_lists, &pathway.clusters);
    }

    fn part_title(&mut self, name: &str, title: &str) {
        self.title(format!("{name}: {title}"));
    }

    fn part_place<T>(&mut self, kind: &str, number: usize, part: &PartShown<T>, place: &Place) {
        let pathway = part.pathway.as_ref().map_or(String::new(), |name| format!(" in the pathway {name}"));
        self.line(format!(
            "{kind} {number} of {}{pathway} of {} ({}), at {}.",
            part.of, place.rulebook, place.rulebook_title, place.place
        ));
    }

    pub(super) fn state_alone(&mut self, shown: &PartShown<StateShown>) {
        let state = &shown.part;
        self.part_title(&state.name, &state.title);
        self.part_place("State", state.number, shown, &state.place);
        self.heading("Who is in it");
        self.state(state);
        self.reads(&shown.defined, &shown.word_lists, &shown.clusters);
    }

    pub(super) fn alert_alone(&mut self, shown: &PartShown<AlertShown>) {
        let alert = &shown.part;
        self.part_title(&alert.name, &alert.title);
        self.part_place("Alert", alert.number, shown, &alert.place);
        self.heading("When it is raised");
        self.alert(alert);
        self.reads(&shown.defined, &shown.word_lists, &shown.clusters);
    }

    pub(super) fn worklist_alone(&mut self, shown: &PartShown<WorklistShown>) {
        let list = &shown.part;
        self.part_title(&list.name, &list.title);
        self.part_place("Worklist", list.number, shown, &list.place);
        self.heading("Who is on it");
        self.worklist(list);
        self.reads(&shown.defined, &shown.word_lists, &shown.clusters);
    }

    fn said(&mut self, sentence: &Sentence, words: Option<&str>) {
        self.line(sentence.text.as_str());
        self.parts(0, &sentence.parts);
        if let Some(words) = words {
            self.blocks.push(Block::Words(words.to_owned()));
        }
    }

    fn state(&mut self, state: &StateShown) {
        self.said(&state.sentence, state.words.as_deref());
        self.notes(0, &state.notes);
        if let Some(exception) = &state.exception {
            self.line(format!(
                "Reported as the exception {}, {}; shown by {}.",
                exception.code, exception.title, exception.shown_by
            ));
        }
        if let Some(credited) = &state.credited_to {
            self.line(format!("A vaccination that achieves an indicator from this state is credited to {credited}."));
        }
        self.next_steps(state);
        match &state.listed_in[..] {
            [] => {}
            [only] => self.line(format!("Listed in the worklist {only}.")),
            several => self.line(format!("Listed in the worklists {}.", listed(several))),
        }
    }

    fn next_steps(&mut self, state: &StateShown) {
        match &state.next[..] {
            [] => {}
            [only] if only.when.is_none() => self.line(format!("Next step: “{}”.", only.step)),
            steps => {
                self.line("Next step, the first of these that applies:");
                for (at, next) in steps.iter().enumerate() {
                    let Some(when) = &next.when else {
                        let otherwise = if at == 0 { "" } else { " otherwise" };
                        self.item(0, format!("“{}”{otherwise}", next.step));
                        continue;
                    };
                    self.item(0, format!("“{}” {}", next.step, when.text));
                    self.parts(1, &when.parts);
                    if let Some(words) = &next.words {
                        self.remark(0, format!("rule: {words}"));
                    }
                }
            }
        }
    }

    fn alert(&mut self, alert: &AlertShown) {
        self.said(&alert.sentence, Some(&alert.words));
        self.notes(0, &alert.notes);
        self.line(format!("What to do: “{}”.", alert.to_do));
        if let Some(template) = &alert.template {
            self.line(format!("Code it with the template “{template}”."));
        }
    }

    fn worklist(&mut self, list: &WorklistShown) {
        self.line(format!("For {}. {}", list.worked_by, list.rows));
        if let Some(first) = &list.first {
            self.said(first, list.first_words.as_deref());
        }
        self.notes(0, &list.notes);
        let mut table = Table::new("", ["column", "what stands in it"].map(Column::text));
        for column in &list.columns {
            table.rows.push(vec![Cell::text(column.column.clone()), Cell::text(column.holds.clone())]);
        }
        self.blocks.push(Block::Table(table));
    }

    fn reads(&mut self, defined: &[DefinedShown], word_lists: &[String], clusters: &[ClusterShort]) {
        if !defined.is_empty() {
            self.heading("Names used above");
            defined.iter().for_each(|defined| self.defined(defined));
        }
        if !word_lists.is_empty() {
            self.heading("Words");
            let lists = if word_lists.len() == 1 { "list" } else { "lists" };
            let names: Vec<String> = word_lists.iter().map(|name| format!("“{name}”")).collect();
            self.line(format!("Free text is searched for the words of the {lists} {}.", listed(&names)));
        }
        self.clusters(clusters);
    }

    pub(super) fn word_list(&mut self, list: &WordListShown) {
        self.title(format!("{}: words looked for in free text", list.name));
        let things = counted(list.things.len() as u64, "thing");
        self.line(format!("List of words of {} ({}): {things}.", list.rulebook, list.rulebook_title));
        self.line(
            "They are found as whole words, case and punctuation left aside; where two ways of writing both fit, the longer counts.",
        );
        let mut table = Table::new("", ["thing", "written as"].map(Column::text));
        for thing in &list.things {
            table.rows.push(vec![Cell::text(thing.thing.clone()), Cell::text(thing.ways.join(", "))]);
        }
        self.blocks.push(Block::Table(table));
        if !list.read_by.is_empty() {
            self.line(format!("Read by {}.", listed(&list.read_by)));
        }
    }
}
