//! Conditions, windows and dates.

use super::Reading;
use super::pairs::{Children, Pair, span, word};
use crate::ground::{Day, Diagnostic, Span, Unit};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::{
    Bound, BoundKind, Condition, Date, Number, Ordinal, Period, Quantity, RowTable, Saying, Subject, Window, Word,
};

impl Reading {
    /// `a or b`; a list of one is the one itself.
    pub(super) fn condition(&mut self, pair: Pair<'_>) -> Condition {
        let place = span(self.file, &pair);
        let parts: Vec<_> = Children::of(self.file, pair).rest().map(|both| self.both(both)).collect();
        self.refuse_mixture(&parts);
        joined(parts, place, |parts, span| Condition::Any { parts, listed: false, span })
    }

    fn both(&mut self, pair: Pair<'_>) -> Condition {
        let place = span(self.file, &pair);
        let parts = Children::of(self.file, pair).rest().map(|single| self.single(single)).collect();
        joined(parts, place, |parts, span| Condition::All { parts, listed: false, span })
    }

    /// `a or b and c` reads two ways; brackets say which.
    fn refuse_mixture(&mut self, parts: &[Condition]) {
        if parts.len() < 2 {
            return;
        }
        for part in parts {
            if let Condition::All { listed: false, span, .. } = part {
                let fault = Diagnostic::error("E102", *span, "`and` stands beside `or` without brackets")
                    .label("these belong together?")
                    .help("put the part that belongs together in brackets, or write `any of` with a line for each");
                self.faults.push(fault);
            }
        }
    }

    fn single(&mut self, pair: Pair<'_>) -> Condition {
        let inner = Children::of(self.file, pair).one();
        self.simple(inner)
    }

    fn simple(&mut self, pair: Pair<'_>) -> Condition {
        let place = span(self.file, &pair);
        let rule = pair.as_rule();
        let mut parts = Children::of(self.file, pair.clone());
        match rule {
            Rule::negated | Rule::row_negated => {
                Condition::Not { inner: Box::new(self.simple(parts.one())), span: place }
            }
            Rule::bracketed => {
                let inner = Box::new(self.condition(parts.one_of(Rule::condition)));
                Condition::Bracketed { inner, span: place }
            }
            Rule::list => self.list(parts, place),
            Rule::exists => {
                let absent = parts.skip(Rule::k_no);
                Condition::Exists { name: parts.word(Rule::name), absent, span: place }
            }
            Rule::registered_at => {
                parts.take(Rule::k_registered);
                Condition::RegisteredAt { date: self.date(parts.one_of(Rule::date)), span: place }
            }
            Rule::falls => {
                let subject = self.subject(parts.one_of(Rule::subject));
                Condition::Falls { subject, window: self.window(parts.one_of(Rule::window)), span: place }
            }
            Rule::count => {
                let quantity = self.quantity(parts.one_of(Rule::quantity));
                let clusters = self.clusters(parts.one_of(Rule::clusters));
                let same_day = parts.take(Rule::same_day).map(|pair| self.same_day(pair)).unwrap_or_default();
                let saying = parts.take(Rule::saying).map(|pair| self.saying(pair));
                let window = self.optional_window(&mut parts);
                Condition::Count { quantity, clusters, same_day, saying, window, span: place }
            }
            Rule::different => {
                let quantity = self.quantity(parts.one_of(Rule::quantity));
                let words = parts.word(Rule::name);
                let clusters = self.clusters(parts.one_of(Rule::clusters));
                let window = self.optional_window(&mut parts);
                Condition::Different { quantity, words, clusters, window, span: place }
            }
            Rule::row => self.row(parts, place),
            Rule::in_state => {
                let states = parts.rest().map(|state| word(self.file, &state)).collect();
                Condition::InState { states, span: place }
            }
            // The grammar leaves only a name.
            _ => Condition::Named(word(self.file, &pair)),
        }
    }

    fn same_day(&mut self, pair: Pair<'_>) -> Vec<Word> {
        let mut parts = Children::of(self.file, pair);
        parts.take(Rule::k_day);
        self.clusters(parts.one_of(Rule::clusters))
    }

    /// `not saying one means`
    fn saying(&self, pair: Pair<'_>) -> Saying {
        let mut parts = Children::of(self.file, pair);
        let absent = parts.take(Rule::k_not).is_some();
        let one = parts.skip(Rule::k_one);
        Saying { absent, one, words: parts.word(Rule::name) }
    }

    /// `any appointment with (agreed_date by the date)`
    fn row(&mut self, mut parts: Children<'_>, place: Span) -> Condition {
        let absent = parts.skip(Rule::k_no);
        parts.take(Rule::k_any);
        let table = match Children::of(self.file, parts.one_of(Rule::row_table)).one().as_rule() {
            Rule::k_slot => RowTable::Slot,
            _ => RowTable::Appointment,
        };
        let condition = parts.next().map(|condition| Box::new(self.simple(condition)));
        Condition::Row { table, absent, condition, span: place }
    }

    /// `any of - a - b`
    fn list(&mut self, mut parts: Children<'_>, place: Span) -> Condition {
        let is_any = parts.take(Rule::any_of).is_some();
        parts.take(Rule::all_of);
        let mut conditions = Vec::new();
        for bullet in parts.rest() {
            self.refuse_outdented(&bullet);
            let condition = self.condition(Children::of(self.file, bullet).one());
            self.refuse_bare_list(&condition);
            conditions.push(condition);
        }
        if is_any {
            Condition::Any { parts: conditions, listed: true, span: place }
        } else {
            Condition::All { parts: conditions, listed: true, span: place }
        }
    }

    /// A line that continues a bullet stands to the right of its `-`; one that does not was meant for the whole list.
    fn refuse_outdented(&mut self, bullet: &Pair<'_>) {
        let (_, dash_column) = bullet.as_span().start_pos().line_col();
        let text = bullet.as_span().as_str().trim_end();
        let mut offset = 0;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let words = line.trim_start();
            let indent = line.chars().count() - words.chars().count();
            if at > 0 && !words.is_empty() && !words.starts_with('#') && indent < dash_column {
                let start = bullet.as_span().start() + offset + (line.len() - words.len());
                let place = Span::new(self.file, start..start + words.trim_end().len());
                let fault = Diagnostic::error("E103", place, "this line seems to continue the whole list, but belongs to its last line")
                    .label("read as part of the line that starts with `-` above it")
                    .help("indent it beyond the `-` if it belongs there; if it goes with the whole list, put the list in brackets");
                self.faults.push(fault);
                return;
            }
            offset += line.len();
        }
    }

    /// A list inside a list would take the lines that follow it.
    fn refuse_bare_list(&mut self, condition: &Condition) {
        let place = match condition {
            Condition::Any { listed: true, span, .. } | Condition::All { listed: true, span, .. } => Some(*span),
            Condition::All { parts, .. } | Condition::Any { parts, .. } => {
                parts.iter().for_each(|part| self.refuse_bare_list(part));
                None
            }
            Condition::Not { .. }
            | Condition::Bracketed { .. }
            | Condition::Count { .. }
            | Condition::Different { .. }
            | Condition::Row { .. }
            | Condition::InState { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt { .. }
            | Condition::Exists { .. }
            | Condition::Named(_) => None,
        };
        if let Some(place) = place {
            let fault = Diagnostic::error("E104", place, "a list inside a list needs brackets")
                .label("where does this list end?")
                .help("put the inner list in brackets, or give it a name with `define`");
            self.faults.push(fault);
        }
    }

    fn quantity(&mut self, pair: Pair<'_>) -> Quantity {
        let inner = Children::of(self.file, pair).one();
        let rule = inner.as_rule();
        match rule {
            Rule::k_any => Quantity::Any,
            Rule::k_no => Quantity::No,
            _ => {
                let mut parts = Children::of(self.file, inner);
                parts.take(Rule::k_exactly);
                let number = self.number_of(parts.one_of(Rule::how_many));
                match rule {
                    Rule::at_least => Quantity::AtLeast(number),
                    Rule::at_most => Quantity::AtMost(number),
                    _ => Quantity::Exactly(number),
                }
            }
        }
    }

    /// A whole number, or a figure's name.
    fn number_of(&mut self, pair: Pair<'_>) -> Number {
        let inner = Children::of(self.file, pair).one();
        self.number_itself(&inner)
    }

    fn number_itself(&mut self, pair: &Pair<'_>) -> Number {
        match pair.as_rule() {
            Rule::whole => Number::Whole { value: pair.as_str().trim().parse().ok(), span: span(self.file, pair) },
            _ => Number::Figure(word(self.file, pair)),
        }
    }

    pub(super) fn clusters(&mut self, pair: Pair<'_>) -> Vec<Word> {
        Children::of(self.file, pair).rest().map(|name| word(self.file, &name)).collect()
    }

    fn subject(&mut self, pair: Pair<'_>) -> Subject {
        let inner = Children::of(self.file, pair).one();
        let place = span(self.file, &inner);
        match inner.as_rule() {
            Rule::turns => Subject::Turns(self.period(Children::of(self.file, inner).one())),
            Rule::k_registered => Subject::Registered(place),
            Rule::k_born => Subject::Born(place),
            _ => Subject::Date(self.date(inner)),
        }
    }

    pub(super) fn window(&mut self, pair: Pair<'_>) -> Window {
        let place = span(self.file, &pair);
        let bounds = Children::of(self.file, pair).rest().map(|bound| self.bound(bound)).collect();
        Window { bounds, span: place }
    }

    fn bound(&mut self, pair: Pair<'_>) -> Bound {
        let place = span(self.file, &pair);
        let inner = Children::of(self.file, pair).one();
        let rule = inner.as_rule();
        let mut parts = Children::of(self.file, inner);
        let kind = match rule {
            Rule::in_year => BoundKind::InYear,
            Rule::in_preceding => BoundKind::InPreceding(self.period(parts.one_of(Rule::period))),
            Rule::within | Rule::at_least_after => {
                let period = self.period(parts.one_of(Rule::period));
                parts.take(Rule::k_after);
                let from = self.date(parts.one_of(Rule::date));
                if rule == Rule::within {
                    BoundKind::Within(period, from)
                } else {
                    BoundKind::AtLeastAfter(period, from)
                }
            }
            _ => self.bound_by_dates(rule, parts),
        };
        Bound { kind, span: place }
    }

    fn bound_by_dates(&mut self, rule: Rule, parts: Children<'_>) -> BoundKind {
        let mut dates = parts.rest().filter(|part| part.as_rule() == Rule::date);
        let mut date = || self.date(dates.next().expect("the grammar gives every bound its dates"));
        let first = date();
        match rule {
            Rule::from_to_before => BoundKind::FromToBefore(first, date()),
            Rule::from_to => BoundKind::FromTo(first, date()),
            Rule::on_or_after => BoundKind::OnOrAfter(first),
            Rule::after => BoundKind::After(first),
            Rule::before => BoundKind::Before(first),
            Rule::by => BoundKind::By(first),
            _ => BoundKind::On(first),
        }
    }

    pub(super) fn date(&mut self, pair: Pair<'_>) -> Date {
        let inner = Children::of(self.file, pair).one();
        self.date_or_nth(inner)
    }

    /// What stands inside a `date`, or an n-th event by itself.
    pub(super) fn date_or_nth(&mut self, pair: Pair<'_>) -> Date {
        let place = span(self.file, &pair);
        let rule = pair.as_rule();
        let mut parts = Children::of(self.file, pair.clone());
        match rule {
            Rule::date => self.date(pair),
            Rule::nth => {
                let which = ordinal(parts.one_of(Rule::ordinal).as_str().trim());
                let clusters = self.clusters(parts.one_of(Rule::clusters));
                let window = parts.take(Rule::window).map(|window| self.window(window));
                Date::Nth { which, clusters, window, span: place }
            }
            Rule::age => Date::Age(Period { span: place, ..self.period(parts.one_of(Rule::period)) }),
            Rule::shifted => {
                let period = self.period(parts.one_of(Rule::period));
                let back = parts.take(Rule::k_before).is_some();
                parts.take(Rule::k_after);
                let from = Box::new(self.date(parts.one_of(Rule::date)));
                Date::Shifted { period, back, from, span: place }
            }
            Rule::year_start => Date::YearStart(place),
            Rule::year_end => Date::YearEnd(place),
            Rule::measurement_day => Date::MeasurementDay(place),
            Rule::report_day => Date::ReportDay(place),
            Rule::k_birth => Date::Birth(place),
            Rule::k_registration => Date::Registration(place),
            Rule::calendar => Date::Calendar { day: calendar_day(parts), span: place },
            // The grammar leaves only a name.
            _ => Date::Named(word(self.file, &pair)),
        }
    }

    pub(super) fn period(&mut self, pair: Pair<'_>) -> Period {
        let mut parts = Children::of(self.file, pair);
        let count = self.number_of(parts.one_of(Rule::how_long));
        let unit = unit(parts.one_of(Rule::unit).as_str().trim());
        let and =
            parts.take(Rule::whole).map(|whole| (self.number_itself(&whole), self::unit(parts.one().as_str().trim())));
        Period { count, unit, and, span: parts.span() }
    }
}

fn joined(mut parts: Vec<Condition>, span: Span, join: impl FnOnce(Vec<Condition>, Span) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts, span)
        }
    }
}

fn ordinal(text: &str) -> Ordinal {
    match text {
        "first" => Ordinal::FromStart(1),
        "second" => Ordinal::FromStart(2),
        "third" => Ordinal::FromStart(3),
        "fourth" => Ordinal::FromStart(4),
        "fifth" => Ordinal::FromStart(5),
        _ => Ordinal::Last,
    }
}

fn unit(text: &str) -> Unit {
    match text.trim_end_matches('s') {
        "day" => Unit::Days,
        "week" => Unit::Weeks,
        "month" => Unit::Months,
        _ => Unit::Years,
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn calendar_day(mut parts: Children<'_>) -> Option<Day> {
    let day = parts.one_of(Rule::day_of_month).as_str().parse().ok()?;
    let month = parts.one_of(Rule::month).as_str().to_owned();
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month)?.1;
    let year = parts.one_of(Rule::calendar_year).as_str().parse().ok()?;
    Day::from_ymd(year, month, day)
}
