//! Conditions on what stands beside a patient's records, as English: texts, appointments, slots, the practice, the state.

use crate::model::book::ConditionId;
use crate::model::pathway::{Beside, PracticeField, RowDate, RowTable, RowTruth, Saying, StateId};
use crate::report::show::sentences::{About, Mood, Naming, Sentence, Speaker, on_days};

impl Speaker<'_> {
    /// `named` stands behind it, or where its parts begin.
    pub(super) fn beside(&self, beside: &Beside, mood: Mood, named: &str) -> Sentence {
        let said = mood == Mood::Said;
        let text = match beside {
            Beside::Records { .. } => self.records(beside, mood),
            Beside::Different { .. } => self.different(beside, mood),
            Beside::Row { table, condition } => return self.row(*table, *condition, mood, named),
            Beside::RowSays(truth) => {
                let is = if said { "is" } else { "is not" };
                match truth {
                    RowTruth::Attended => format!("{is} marked as attended"),
                    RowTruth::Taken => format!("{is} taken"),
                }
            }
            Beside::Practice(field) => {
                let with = if said { "with" } else { "without" };
                let what = match field {
                    PracticeField::ContactName => "a named contact",
                    PracticeField::ContactDetails => "contact details",
                };
                format!("is at a practice {with} {what}")
            }
            Beside::InState(states) => {
                let is = if said { "is" } else { "is not" };
                format!("{is} in the state {}", self.states(states))
            }
        };
        // Only what a row says itself is about the row.
        let is_of_person = self.about == About::Row && !matches!(beside, Beside::RowSays(_));
        let text = if is_of_person { format!("concerns a {} who {text}", self.who) } else { text };
        Sentence::flat(text + named)
    }

    /// The names of states: `contacting or to_review`.
    pub(super) fn states(&self, states: &[StateId]) -> String {
        let known = self.book.pathway.iter().flat_map(|pathway| &pathway.states).collect::<Vec<_>>();
        let names: Vec<&str> =
            states.iter().filter_map(|id| known.get(id.index())).map(|state| state.name.as_str()).collect();
        names.join(" or ")
    }

    fn records(&self, beside: &Beside, mood: Mood) -> String {
        let Beside::Records { clusters, same_day, saying, at_least, at_most, window } = beside else {
            return String::new();
        };
        let mut such = format!("of {}{}", self.clusters(*clusters), self.window(window));
        if let Some(saying) = saying {
            such += &self.saying(*saying);
        }
        if let Some(same_day) = same_day {
            let comma = if saying.is_some() { "," } else { "" };
            such += &format!("{comma} on the same day as a record of {}", self.clusters(*same_day));
        }
        match (mood, at_least, at_most) {
            (Mood::Said, 1, None) | (Mood::Denied, 0, Some(0)) => format!("has a record {such}"),
            (Mood::Said, 0, Some(0)) | (Mood::Denied, 1, None) => format!("has no record {such}"),
            (Mood::Said, least, most) => format!("has{} a record {such}", on_days(*least, *most)),
            (Mood::Denied, least, most) => format!("does not have{} a record {such}", on_days(*least, *most)),
        }
    }

    fn saying(&self, saying: Saying) -> String {
        let list = &self.book.word_lists[saying.words.index()].name;
        match (saying.one, saying.absent) {
            (false, false) => format!(" whose text names something in the list “{list}”"),
            (false, true) => format!(" whose text names nothing in the list “{list}”"),
            (true, false) => format!(" whose text names exactly one thing in the list “{list}”"),
            (true, true) => format!(" whose text does not name exactly one thing in the list “{list}”"),
        }
    }

    fn different(&self, beside: &Beside, mood: Mood) -> String {
        let Beside::Different { words, clusters, at_least, at_most, window } = beside else { return String::new() };
        // One thing that a text names alone is one text that names one thing.
        if matches!((at_least, at_most), (1, None) | (0, Some(0))) {
            let (clusters, saying) = (*clusters, Some(Saying { words: *words, absent: false, one: true }));
            let (at_least, at_most, window) = (*at_least, *at_most, window.clone());
            return self
                .records(&Beside::Records { clusters, same_day: None, saying, at_least, at_most, window }, mood);
        }
        let things = |count: u32| if count == 1 { "1 thing".to_owned() } else { format!("{count} different things") };
        let how_many = match (at_least, at_most) {
            (least, None) => format!("at least {}", things(*least)),
            (0, Some(most)) => format!("no more than {}", things(*most)),
            (least, Some(most)) if least == most => format!("exactly {}", things(*least)),
            (least, Some(most)) => format!("{least} to {}", things(*most)),
        };
        let has = if mood == Mood::Said { "has" } else { "does not have" };
        let (list, clusters) = (&self.book.word_lists[words.index()].name, self.clusters(*clusters));
        let when = self.window(window);
        format!(
            "{has} records of {clusters}{when} whose texts name {how_many} in the list “{list}” (a text that names more than one counts for none)"
        )
    }

    fn row(&self, table: RowTable, condition: Option<ConditionId>, mood: Mood, named: &str) -> Sentence {
        let has = match (table, mood) {
            (RowTable::Appointment, Mood::Said) => "has an appointment",
            (RowTable::Appointment, Mood::Denied) => "has no appointment",
            (RowTable::Slot, Mood::Said) => "is at a practice with a slot",
            (RowTable::Slot, Mood::Denied) => "is at a practice without a slot",
        };
        let Some(condition) = condition else { return Sentence::flat(format!("{has}{named}")) };
        let of_row = Speaker { about: About::Row, ..*self };
        let Sentence { text, parts } = of_row.predicate(condition, Naming::Said);
        Sentence { text: format!("{has}{named} that {text}"), parts }
    }
}

/// Where a date of an appointment or slot lies, but for the time.
pub(super) fn falls_in_row(date: RowDate, mood: Mood) -> &'static str {
    match (date, mood) {
        (RowDate::AgreedDate, Mood::Said) => "was agreed",
        (RowDate::AgreedDate, Mood::Denied) => "was not agreed",
        (RowDate::AppointmentDate, Mood::Said) => "is held",
        (RowDate::AppointmentDate, Mood::Denied) => "is not held",
        (RowDate::SlotStart, Mood::Said) => "starts",
        (RowDate::SlotStart, Mood::Denied) => "does not start",
    }
}

/// Whether an appointment or slot says a date.
pub(super) fn exists_in_row(date: RowDate, mood: Mood) -> String {
    let what = match date {
        RowDate::AgreedDate => "day of agreement",
        RowDate::AppointmentDate => "day on which it is held",
        RowDate::SlotStart => "start",
    };
    let article = if mood == Mood::Denied { "no" } else { "a" };
    format!("has {article} {what}")
}
