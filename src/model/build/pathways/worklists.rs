//! Worklists and their columns, resolved.

use crate::ground::Diagnostic;
use crate::model::build::Builder;
use crate::model::build::names::suggest;
use crate::model::pathway::{ColumnValue, KnownColumn, ListColumn, Listed, Worklist};
use crate::syntax::tree;

impl Builder<'_> {
    pub(super) fn worklist(&mut self, worklist: &tree::Worklist, known: &[Worklist]) -> Worklist {
        self.refuse_same(&worklist.name, known.iter().map(|known| (&known.name, known.span)));
        let rows = match &worklist.rows {
            tree::Listed::Children(states) => Listed::Children(self.state_ids(states)),
            tree::Listed::Exceptions => Listed::Exceptions,
            tree::Listed::Alerts => Listed::Alerts,
        };
        let first = worklist.first.as_ref().map(|condition| self.condition(condition));
        let mut columns: Vec<ListColumn> = Vec::new();
        for (at, column) in worklist.columns.iter().enumerate() {
            let earlier = worklist.columns[..at].iter().find(|known| known.name.text == column.name.text);
            if let Some(first) = earlier {
                let message = format!("a second column `{}`", column.name.text);
                let fault = Diagnostic::error("E203", column.name.span, message).also(first.name.span, "first here");
                self.faults.push(fault.help("leave one of the two out, or give it another name: `other_name = …`"));
            }
            if let Some(value) = self.column_value(column, &rows) {
                columns.push(ListColumn { name: column.name.text.clone(), value });
            }
        }
        Worklist {
            name: worklist.name.text.clone(),
            title: worklist.title.text.clone(),
            role: worklist.role.text.clone(),
            rows,
            first,
            columns,
            notes: self.notes(&worklist.notes).0,
            span: worklist.name.span,
        }
    }

    fn column_value(&mut self, column: &tree::ListColumn, rows: &Listed) -> Option<ColumnValue> {
        match &column.value {
            Some(tree::ColumnValue::Date(date)) => Some(ColumnValue::Date(self.date(date))),
            Some(tree::ColumnValue::Words { words, absent, clusters, window }) => Some(ColumnValue::Words {
                words: self.word_list(words)?,
                absent: *absent,
                clusters: self.codes.set(clusters, &mut self.faults),
                window: window.as_ref().map(|window| self.window(window)).unwrap_or_default(),
            }),
            None => self.known_column(column, rows).map(ColumnValue::Known),
        }
    }

    fn known_column(&mut self, column: &tree::ListColumn, rows: &Listed) -> Option<KnownColumn> {
        let name = column.name.text.as_str();
        let Some(known) = KnownColumn::ALL.into_iter().find(|known| known.word() == name) else {
            let fault = Diagnostic::error("E610", column.name.span, format!("a list knows no column `{name}`"));
            let words = || KnownColumn::ALL.into_iter().map(KnownColumn::word);
            self.faults.push(suggest(fault, name, column.name.span, words(), |fault| {
                fault.help(format!(
                    "columns are: {}; any other name says what it is: `referred_on = referral`",
                    words().collect::<Vec<_>>().join(", ")
                ))
            }));
            return None;
        };
        if !known.stands_in(rows) {
            let message = format!("the rows of this list have no `{name}`");
            let fault = Diagnostic::error("E610", column.name.span, message);
            self.faults.push(fault.help(match known {
                KnownColumn::Alert | KnownColumn::AlertTitle | KnownColumn::ToDo | KnownColumn::Template => {
                    "it stands in a list of `each alert`"
                }
                _ => "it stands in a list of `each exception`",
            }));
            return None;
        }
        Some(known)
    }
}
