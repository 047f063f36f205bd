//! Dates, periods and windows, resolved.

use crate::ground::printed::number_word;
use crate::ground::{Diagnostic, Period, Span, Unit};
use crate::model::book::{Date, DateId, Edge, FigureValue, Which, Window};
use crate::model::build::Builder;
use crate::model::build::names::{Meaning, suggest};
use crate::model::build::pathways::how_to_ask_a_row;
use crate::syntax::tree::{self, BoundKind, Number, Ordinal, Word};

/// No age or delay in a contract is longer than this many of any unit (days, at most).
const LONGEST_PERIOD: u32 = 60_000;

impl Builder<'_> {
    /// The id of a date: the same date always has the same id.
    pub(super) fn intern_date(&mut self, date: Date, words: &str) -> DateId {
        let at = self.parts.dates.iter().position(|known| *known == date).unwrap_or_else(|| {
            self.parts.enter_date(&date);
            self.parts.dates.push(date);
            self.parts.date_words.push(words.to_owned());
            self.parts.dates.len() - 1
        });
        DateId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    pub(super) fn date(&mut self, date: &tree::Date) -> DateId {
        let words = self.sources.quoted(date.span());
        let resolved = match date {
            tree::Date::Birth(_) => Date::Birth,
            tree::Date::Registration(_) => Date::Registration,
            tree::Date::YearStart(_) => Date::YearStart,
            tree::Date::YearEnd(_) => Date::YearEnd,
            tree::Date::MeasurementDay(_) => Date::MeasurementDay,
            tree::Date::ReportDay(_) => Date::ReportDay,
            tree::Date::Age(period) => return self.age(period),
            tree::Date::Named(name) => return self.named_date(name),
            tree::Date::Calendar { day, span } => match day {
                Some(day) => Date::Calendar(*day),
                None => {
                    self.faults.push(Diagnostic::error("E210", *span, format!("the calendar has no {words}")));
                    Date::YearStart
                }
            },
            tree::Date::Shifted { period, back, from, .. } => {
                let from = self.date(from);
                let period = self.period(period);
                if *back { Date::Before(from, period) } else { Date::After(from, period) }
            }
            tree::Date::Nth { which, clusters, window, span } => {
                let clusters_named = clusters;
                let clusters = self.codes.set(clusters, &mut self.faults);
                let which = match which {
                    Ordinal::FromStart(at) => Which::FromStart(*at),
                    Ordinal::Last => Which::Last,
                };
                self.refuse_counting_after_itself(which, clusters_named, window.as_ref(), *span);
                let window = window.as_ref().map(|window| self.window(window)).unwrap_or_default();
                Date::Nth { which, clusters, window }
            }
        };
        let resolved = self.no_date_longer_than_can_be_read(resolved, date.span());
        self.intern_date(resolved, &words)
    }

    /// `age 8 months` is birth and 8 months later.
    pub(super) fn age(&mut self, period: &tree::Period) -> DateId {
        let birth = self.intern_date(Date::Birth, "birth");
        let period = self.period(period);
        self.intern_date(Date::After(birth, period), &format!("age {period}"))
    }

    fn named_date(&mut self, name: &Word) -> DateId {
        if let Some(date) = self.row_date(&name.text) {
            return self.intern_date(date, &name.text);
        }
        match self.names.find(&name.text) {
            Some(Meaning::Date(id)) => return id,
            Some(Meaning::Condition(_)) => {
                let message = format!("`{}` is a condition, and a day is needed here", name.text);
                self.faults.push(Diagnostic::error("E206", name.span, message));
            }
            None => {
                let figure = self.contract.find(&name.text, None).map(|(_, figure)| figure.value.clone());
                match figure {
                    Some(FigureValue::IsDate(day)) => return self.intern_date(Date::Calendar(day), &name.text),
                    Some(_) => {
                        let message = format!("the figure `{}` is not a date, and a day is needed here", name.text);
                        self.faults.push(Diagnostic::error("E206", name.span, message));
                    }
                    None => self.unknown_name(name, "a day"),
                }
            }
        }
        self.intern_date(Date::YearStart, "year start")
    }

    /// A name that nothing defines.
    pub(super) fn unknown_name(&mut self, name: &Word, needed: &str) {
        let fault = Diagnostic::error(
            "E202",
            name.span,
            format!("nothing here is named `{}`, and {needed} is needed", name.text),
        );
        let word = name.text.as_str();
        if let Some(help) = how_to_ask_a_row(word) {
            self.faults.push(fault.help(help));
            return;
        }
        let fault = match self.names.defined_elsewhere(word) {
            Some((measure, span)) => fault
                .also(*span, format!("{measure} defines it for itself"))
                .help("a `define` before the first indicator can be used by all"),
            None => suggest(fault, word, name.span, self.names.known().chain(self.otherwise()), |fault| {
                fault.help(if self.codes.exists(word) {
                    format!("`{word}` is a code cluster: write `any {word}`, or `at least 1 {word}`")
                } else {
                    format!("write `define {word} …` above")
                })
            }),
        };
        self.faults.push(fault);
    }

    /// In a pathway, the word that the last state says in the place of a condition.
    fn otherwise(&self) -> Option<&'static str> {
        (!self.state_names.is_empty()).then_some("otherwise")
    }

    /// `the second mmr at least 28 days after (the first mmr)` counts among those 28 days later, which is the third.
    fn refuse_counting_after_itself(
        &mut self,
        which: Which,
        clusters: &[Word],
        window: Option<&tree::Window>,
        span: Span,
    ) {
        let Which::FromStart(2..) = which else { return };
        let is_same = |date: &tree::Date| matches!(date, tree::Date::Nth { clusters: others, .. } if others.iter().map(|word| &word.text).eq(clusters.iter().map(|word| &word.text)));
        for bound in window.iter().flat_map(|window| &window.bounds) {
            if let BoundKind::After(date) | BoundKind::AtLeastAfter(_, date) = &bound.kind
                && is_same(date)
            {
                let fault = Diagnostic::error(
                    "E403",
                    span,
                    "this counts among the days that lie in its window only, so it skips one more than it says",
                );
                self.faults.push(
                    fault.help("write `the first … after …`: the first one in the window is the one that follows"),
                );
            }
        }
    }

    pub(super) fn period(&mut self, period: &tree::Period) -> Period {
        let count = self.number(&period.count);
        let Some((more, unit)) = &period.and else { return Period { count, unit: period.unit } };
        let more = self.number(more);
        match (period.unit, unit) {
            (Unit::Years, Unit::Months) => {
                Period { count: count.saturating_mul(12).saturating_add(more), unit: Unit::Months }
            }
            (Unit::Weeks, Unit::Days) => {
                Period { count: count.saturating_mul(7).saturating_add(more), unit: Unit::Days }
            }
            (Unit::Years | Unit::Months | Unit::Weeks | Unit::Days, _) => {
                let message = "only years with months, and weeks with days, make one length of time";
                self.faults.push(Diagnostic::error("E211", period.span, message));
                Period { count, unit: period.unit }
            }
        }
    }

    /// A whole number, or the figure that says it.
    pub(super) fn number(&mut self, number: &Number) -> u32 {
        let (value, span) = match number {
            Number::Whole { value, span } => (*value, *span),
            Number::Figure(name) => {
                let figure = self.contract.find(&name.text, None).map(|(_, figure)| figure.value.clone());
                match figure {
                    Some(FigureValue::Is(amount)) => {
                        (amount.whole().and_then(|whole| u32::try_from(whole).ok()), name.span)
                    }
                    Some(FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_)) => (None, name.span),
                    None => {
                        let names = self.contract.figure_names().map(str::to_owned).collect::<Vec<_>>();
                        let fault = Diagnostic::error("E204", name.span, format!("there is no figure `{}`", name.text));
                        if let Some(count) = number_word(&name.text) {
                            self.faults.push(fault.help(format!("write the number in digits: `{count}`")));
                            return 1;
                        }
                        let known = names.iter().map(String::as_str);
                        self.faults.push(suggest(fault, &name.text, name.span, known, |fault| {
                            fault.help("add it to `[figures]` of the numbers file, or write the number")
                        }));
                        return 1;
                    }
                }
            }
        };
        match value {
            Some(value) if value <= LONGEST_PERIOD => value,
            Some(_) | None => {
                let message = format!("this must be a whole number of at most {LONGEST_PERIOD}");
                self.faults.push(Diagnostic::error("E212", span, message));
                1
            }
        }
    }

    pub(super) fn window(&mut self, window: &tree::Window) -> Window {
        let mut resolved = Window::default();
        for bound in &window.bounds {
            self.bound(&bound.kind, &mut resolved);
        }
        resolved
    }

    fn bound(&mut self, bound: &BoundKind, window: &mut Window) {
        let edge = |date: DateId, shift_days: i32| Edge { date, shift_days };
        match bound {
            BoundKind::InYear => {
                window.from.push(edge(self.intern_date(Date::YearStart, "year start"), 0));
                window.to.push(edge(self.intern_date(Date::YearEnd, "year end"), 0));
            }
            BoundKind::InPreceding(period) => {
                let day = self.intern_date(Date::MeasurementDay, "the measurement day");
                let period = self.period(period);
                let before =
                    self.intern_date(Date::Before(day, period), &format!("{period} before the measurement day"));
                window.from.push(edge(before, 1));
                window.to.push(edge(day, 0));
            }
            BoundKind::FromToBefore(from, to) => {
                window.from.push(edge(self.date(from), 0));
                window.to.push(edge(self.date(to), -1));
            }
            BoundKind::FromTo(from, to) => {
                window.from.push(edge(self.date(from), 0));
                window.to.push(edge(self.date(to), 0));
            }
            BoundKind::OnOrAfter(date) => window.from.push(edge(self.date(date), 0)),
            BoundKind::After(date) => window.from.push(edge(self.date(date), 1)),
            BoundKind::Before(date) => window.to.push(edge(self.date(date), -1)),
            BoundKind::By(date) => window.to.push(edge(self.date(date), 0)),
            BoundKind::On(date) => {
                let date = self.date(date);
                window.from.push(edge(date, 0));
                window.to.push(edge(date, 0));
            }
            BoundKind::Within(period, date) => {
                let words = format!("{} after {}", self.sources.quoted(period.span), self.sources.quoted(date.span()));
                let date = self.date(date);
                let period = self.period(period);
                window.from.push(edge(date, 0));
                window.to.push(edge(self.intern_date(Date::After(date, period), &words), 0));
            }
            BoundKind::AtLeastAfter(period, date) => {
                let words = format!("{} after {}", self.sources.quoted(period.span), self.sources.quoted(date.span()));
                let date = self.date(date);
                let period = self.period(period);
                window.from.push(edge(self.intern_date(Date::After(date, period), &words), 0));
            }
        }
    }
}
