//! How much a condition, a date or a line of a payment says once every name in it is written out.
//!
//! `define c (b and any mmr) or (b and any dtap)` says `b` twice, and `b` may say `a` twice: thirty short lines can say more
//! than any machine reads. Whoever evaluates, explains or translates rules goes through what is written out, so the first that
//! says too much is refused where it stands.

use crate::ground::{Diagnostic, Span};
use crate::model::book::{Condition, ConditionId, Date, DateId, Window};
use crate::model::build::{Builder, Parts};
use crate::model::formula::{Case, Formula, Operand, Test};
use crate::model::pathway::Beside;

/// The longest rule of a contract that is known says less than a hundredth of it.
const MOST_PARTS: u32 = 10_000;

/// How many parts each condition and each date has, by its place in the rulebook's tables.
#[derive(Default)]
pub(super) struct WrittenOut {
    conditions: Vec<u32>,
    dates: Vec<u32>,
}

impl Builder<'_> {
    /// The condition itself, or one that asks nothing in the place of one that says too much.
    pub(super) fn no_longer_than_can_be_read(&mut self, condition: Condition, span: Span) -> Condition {
        let parts = self.parts.of_condition(&condition);
        let is_too_long = self.refuse_above(parts, span);
        self.parts.written_out.conditions.push(if is_too_long { 1 } else { parts });
        if is_too_long { Condition::All(Vec::new()) } else { condition }
    }

    /// The date itself, or another in the place of one that says too much.
    pub(super) fn no_date_longer_than_can_be_read(&mut self, date: Date, span: Span) -> Date {
        let parts = self.parts.of_date(&date);
        if self.refuse_above(parts, span) { Date::YearStart } else { date }
    }

    /// How many parts the cases of a line have, and the cases, or others in the place of those that say too much.
    pub(super) fn no_line_longer_than_can_be_read(
        &mut self,
        cases: Vec<Case>,
        earlier: &[u32],
        span: Span,
    ) -> (u32, Vec<Case>) {
        let parts = cases.iter().map(|case| of_case(case, earlier)).fold(0, u32::saturating_add);
        if self.refuse_above(parts, span) {
            let nothing = Formula::Number(crate::ground::Amount::from(0_u32));
            return (1, vec![Case { test: None, formula: nothing }]);
        }
        (parts, cases)
    }

    fn refuse_above(&mut self, parts: u32, span: Span) -> bool {
        let is_too_long = parts > MOST_PARTS;
        if is_too_long {
            let message = "with all its names written out this has more than 10,000 parts";
            let fault = Diagnostic::error("E417", span, message);
            self.faults
                .push(fault.help("ask once what is asked twice: a name that stands here twice is written out twice"));
        }
        is_too_long
    }
}

impl Parts {
    /// Notes how many parts a date has that is entered into the tables.
    pub(super) fn enter_date(&mut self, date: &Date) {
        let parts = self.of_date(date);
        self.written_out.dates.push(parts);
    }

    fn of_condition(&self, condition: &Condition) -> u32 {
        let all = |parts: &[ConditionId]| parts.iter().map(|part| self.condition(*part)).fold(0, u32::saturating_add);
        let inner = match condition {
            Condition::All(parts) | Condition::Any(parts) => all(parts),
            Condition::Not(inner) => self.condition(*inner),
            Condition::Count { window, .. } => self.of_window(window),
            Condition::Falls { date, window } => self.date(*date).saturating_add(self.of_window(window)),
            Condition::RegisteredAt(date) | Condition::Exists(date) => self.date(*date),
            Condition::Beside(Beside::Records { window, .. } | Beside::Different { window, .. }) => {
                self.of_window(window)
            }
            Condition::Beside(Beside::Row { condition, .. }) => {
                condition.map_or(0, |condition| self.condition(condition))
            }
            Condition::Beside(Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_)) => 0,
        };
        inner.saturating_add(1)
    }

    fn of_date(&self, date: &Date) -> u32 {
        let inner = match date {
            Date::After(from, _) | Date::Before(from, _) => self.date(*from),
            Date::Nth { window, .. } => self.of_window(window),
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_) => 0,
        };
        inner.saturating_add(1)
    }

    fn of_window(&self, window: &Window) -> u32 {
        window.from.iter().chain(&window.to).map(|edge| self.date(edge.date)).fold(0, u32::saturating_add)
    }

    fn condition(&self, id: ConditionId) -> u32 {
        self.written_out.conditions.get(id.index()).copied().unwrap_or(1)
    }

    fn date(&self, id: DateId) -> u32 {
        self.written_out.dates.get(id.index()).copied().unwrap_or(1)
    }
}

fn of_case(case: &Case, earlier: &[u32]) -> u32 {
    case.test.iter().map(|test| of_test(test, earlier)).fold(of_formula(&case.formula, earlier), u32::saturating_add)
}

fn of_test(test: &Test, earlier: &[u32]) -> u32 {
    let comparisons = test.comparisons().into_iter().flat_map(|(left, right)| [left, right]);
    comparisons.map(|formula| of_formula(formula, earlier)).fold(1, u32::saturating_add)
}

fn of_formula(formula: &Formula, earlier: &[u32]) -> u32 {
    let mut parts: u32 = 1;
    formula.each_operand(&mut |operand| {
        let its = match operand {
            Operand::Line(at) => earlier.get(at).copied().unwrap_or(1),
            Operand::Figure(_) | Operand::Count(..) | Operand::ListSize | Operand::Doses => 1,
        };
        parts = parts.saturating_add(its);
    });
    parts
}
