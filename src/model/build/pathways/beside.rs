//! Conditions on texts, appointments, slots, practices and states, resolved.

use crate::ground::{Diagnostic, Span};
use crate::model::book::{Condition, ConditionId, Date};
use crate::model::build::Builder;
use crate::model::build::names::suggest;
use crate::model::pathway::{Beside, PracticeField, RowDate, RowTruth, Saying, WordListId};
use crate::syntax::tree::{self, RowTable, Word};

impl Builder<'_> {
    /// A count of records that are further described.
    pub(in crate::model::build) fn records(
        &mut self,
        count: (crate::model::book::ClusterSet, u32, Option<u32>),
        same_day: &[Word],
        saying: Option<&tree::Saying>,
        window: crate::model::book::Window,
    ) -> Condition {
        let (clusters, at_least, at_most) = count;
        let same_day = (!same_day.is_empty()).then(|| self.codes.set(same_day, &mut self.faults));
        let saying = saying.and_then(|saying| {
            let words = self.word_list(&saying.words)?;
            Some(Saying { words, absent: saying.absent, one: saying.one })
        });
        Condition::Beside(Beside::Records { clusters, same_day, saying, at_least, at_most, window })
    }

    /// The list of words of a name.
    pub(in crate::model::build) fn word_list(&mut self, name: &Word) -> Option<WordListId> {
        let lists = &mut self.contract.words;
        if let Some(at) = lists.iter().position(|words| words.list.name == name.text) {
            lists[at].used = true;
            return u32::try_from(at).ok().map(WordListId);
        }
        let fault = Diagnostic::error("E202", name.span, format!("there is no list of words `{}`", name.text));
        let known = lists.iter().map(|words| words.list.name.as_str());
        self.faults.push(suggest(fault, &name.text, name.span, known, |fault| {
            fault.help(format!("write `[words.{}]` in the numbers file, and the words below it", name.text))
        }));
        None
    }

    /// `any appointment with (…)`
    pub(in crate::model::build) fn row(
        &mut self,
        table: RowTable,
        absent: bool,
        condition: Option<&tree::Condition>,
        span: Span,
    ) -> Condition {
        if let Some(outer) = self.row_table {
            let message = format!("{} cannot ask for {}", a_row_of(outer), a_row_of(table));
            let help = "close the bracket first, and join the two with `and`";
            self.faults.push(Diagnostic::error("E609", span, message).help(help));
        }
        let before = self.row_table.replace(table);
        let condition = condition.map(|condition| self.condition(condition));
        self.row_table = before;
        let row = Condition::Beside(Beside::Row { table, condition });
        if !absent {
            return row;
        }
        let row = self.add(row, span);
        let text = &mut self.parts.condition_words[row.index()].text;
        *text = text.replacen("no ", "any ", 1);
        Condition::Not(row)
    }

    /// A date of the row at hand.
    pub(in crate::model::build) fn row_date(&self, name: &str) -> Option<Date> {
        let table = self.row_table?;
        RowDate::ALL.into_iter().find(|date| date.column() == (name, table)).map(Date::OfRow)
    }

    /// `attended`: a yes or no of the row at hand.
    pub(in crate::model::build) fn row_truth(&mut self, name: &Word) -> Option<ConditionId> {
        let table = self.row_table?;
        let truth = RowTruth::ALL.into_iter().find(|truth| truth.column() == (name.text.as_str(), table))?;
        Some(self.add(Condition::Beside(Beside::RowSays(truth)), name.span))
    }

    /// `there is a contact_name`
    pub(in crate::model::build) fn practice_field(&mut self, name: &Word, span: Span) -> Option<ConditionId> {
        if self.names.span_of(&name.text).is_some() {
            return None;
        }
        let field = PracticeField::ALL.into_iter().find(|field| field.column() == name.text)?;
        let id = self.add(Condition::Beside(Beside::Practice(field)), span);
        self.parts.condition_words[id.index()].text = format!("there is a {}", name.text);
        Some(id)
    }
}

/// How to ask what an appointment or a slot says, if that is what a name stands for.
pub(in crate::model::build) fn how_to_ask_a_row(name: &str) -> Option<String> {
    let date = RowDate::ALL.into_iter().map(RowDate::column).find(|(column, _)| *column == name);
    let truth = RowTruth::ALL.into_iter().map(RowTruth::column).find(|(column, _)| *column == name);
    let ((_, table), asked) = match (date, truth) {
        (Some(date), _) => (date, format!("{name} by the report date")),
        (None, Some(truth)) => (truth, name.to_owned()),
        (None, None) => return None,
    };
    let row = match table {
        RowTable::Appointment => "appointment",
        RowTable::Slot => "slot",
    };
    Some(format!("each {row} says that: ask for it in brackets, as in `any {row} with ({asked})`"))
}

fn a_row_of(table: RowTable) -> &'static str {
    match table {
        RowTable::Appointment => "an appointment",
        RowTable::Slot => "a slot",
    }
}
