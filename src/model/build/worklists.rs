//! Worklists and their columns, resolved.

use crate::ground::Diagnostic;
use crate::model::build::Builder;
use crate::model::build::names::suggest;
use crate::model::ids::FigureId;
use crate::model::worklist::{ColumnValue, KnownColumn, ListColumn, Listed, RowKind, Worklist};
use crate::syntax::tree;

impl Builder<'_> {
    /// A list outside a pathway.
    pub(super) fn list_of_patients(&mut self, worklist: &tree::Worklist) {
        let known = std::mem::take(&mut self.parts.worklists);
        let list = self.worklist(worklist, &known);
        self.parts.worklists = known;
        let place = worklist.name.span;
        match list.rows {
            Listed::Patients(_) => {}
            Listed::Children(_) | Listed::Exceptions | Listed::Alerts => {
                let message = format!("a list of `{}` stands in a pathway", list.rows.kind().words());
                let fault = Diagnostic::error("E611", place, message);
                let help = "write it within a `pathway`; outside one, a list is of `each patient in time`, `too late` or \
                            `excepted`";
                self.faults.push(fault.help(help));
            }
        }
        if let Some(first) = &worklist.first {
            let fault = Diagnostic::error("E611", first.span(), "a list of patients has an order of its own");
            self.faults
                .push(fault.help("leave `first` out: the list is in order of the pounds at stake and the days left"));
        }
        let of_patients = matches!(list.rows, Listed::Patients(_));
        for column in worklist.columns.iter().filter(|_| of_patients) {
            self.refuse_ruled_column(column);
        }
        self.parts.worklists.push(list);
    }

    /// Texts and days of records stand in the lists of a pathway.
    fn refuse_ruled_column(&mut self, column: &tree::ListColumn) {
        let is_figure =
            |date: &tree::Date| matches!(date, tree::Date::Named(name) if self.contract.has(&name.text, None));
        let stands = match &column.value {
            None => true,
            Some(tree::ColumnValue::Date(date)) => is_figure(date),
            Some(tree::ColumnValue::Words { .. }) => false,
        };
        if !stands {
            let message =
                "a column of a list of patients is one that every such list knows, or a figure of the rulebook";
            let fault = Diagnostic::error("E610", column.span, message);
            self.faults.push(fault.help("days and words of records stand in the lists of a `pathway`"));
        }
    }

    /// Within a pathway there are children, exceptions and alerts.
    pub(super) fn pathway_list(&mut self, worklist: &tree::Worklist, known: &[Worklist]) -> Worklist {
        if let tree::Listed::Patients(_) = worklist.rows {
            let message = "a pathway lists `each child in` its states, not `each patient`";
            let fault = Diagnostic::error("E611", worklist.name.span, message);
            self.faults
                .push(fault.help("write the list before the pathway, or in a rule file of the indicators' rulebook"));
        }
        self.worklist(worklist, known)
    }

    fn worklist(&mut self, worklist: &tree::Worklist, known: &[Worklist]) -> Worklist {
        self.refuse_same(&worklist.name, known.iter().map(|known| (&known.name, known.span)));
        let rows = match &worklist.rows {
            tree::Listed::Children(states) => Listed::Children(self.state_ids(states)),
            tree::Listed::Exceptions => Listed::Exceptions,
            tree::Listed::Alerts => Listed::Alerts,
            tree::Listed::Patients(rows) => Listed::Patients(*rows),
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
            Some(tree::ColumnValue::Date(date)) => Some(match self.column_figure(date) {
                Some(figure) => ColumnValue::Figure(figure),
                None => ColumnValue::Date(self.date(date)),
            }),
            Some(tree::ColumnValue::Words { words, absent, clusters, window }) => Some(ColumnValue::Words {
                words: self.word_list(words)?,
                absent: *absent,
                clusters: self.codes.set(clusters, &mut self.faults),
                window: window.as_ref().map(|window| self.window(window)).unwrap_or_default(),
            }),
            None => self.known_column(column, rows).map(ColumnValue::Known),
        }
    }

    /// The figure that a column shows, if its name is no day's: one that is not set, or no date.
    fn column_figure(&mut self, date: &tree::Date) -> Option<FigureId> {
        let tree::Date::Named(name) = date else { return None };
        let is_defined = self.names.known().any(|known| known == name.text);
        let figure = self.contract.find(&name.text, None).filter(|_| !is_defined);
        figure.map(|(id, _)| id)
    }

    fn known_column(&mut self, column: &tree::ListColumn, rows: &Listed) -> Option<KnownColumn> {
        let name = column.name.text.as_str();
        let Some(known) = KnownColumn::ALL.into_iter().find(|known| known.word() == name) else {
            let fault = Diagnostic::error("E610", column.name.span, format!("a list knows no column `{name}`"));
            let words = || KnownColumn::ALL.into_iter().map(KnownColumn::word);
            let ours = KnownColumn::ALL.into_iter().filter(|known| known.stands_in(rows.kind()));
            let ours: Vec<&str> = ours.map(KnownColumn::word).collect();
            self.faults.push(suggest(fault, name, column.name.span, words(), |fault| {
                fault.help(format!(
                    "columns are: {}; any other name says what it is: `referred_on = referral`",
                    ours.join(", ")
                ))
            }));
            return None;
        };
        if !known.stands_in(rows.kind()) {
            let message = format!("the rows of this list have no `{name}`");
            let fault = Diagnostic::error("E610", column.name.span, message);
            let kinds = RowKind::ALL.into_iter().filter(|kind| known.stands_in(*kind));
            let kinds: Vec<String> = kinds.map(|kind| format!("`{}`", kind.words())).collect();
            self.faults.push(fault.help(format!("it stands in a list of {}", kinds.join(" or "))));
            return None;
        }
        Some(known)
    }
}
