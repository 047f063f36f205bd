//! Examples of one practice's counts, and what they earn.

use super::{Reader, did_you_mean};
use crate::ground::printed::plain_digits;
use crate::ground::{Amount, Diagnostic, Span};
use crate::model::book::{FigureId, FigureValue, MeasureId, MeasurementId};
use crate::model::build::fields::Fields;
use crate::model::examples::CountsCase;
use crate::model::shape;
use crate::syntax::toml_tree::{Entry, Table, Value};

const FORM_OF_EARNINGS: &str = "write { points = \"3\", pounds = \"603.48\" }, or one of the two";

impl<'a> Reader<'a> {
    pub(super) fn counts_case(
        &mut self,
        fields: &mut Fields<'a>,
        measurement: Option<MeasurementId>,
    ) -> Option<CountsCase> {
        let counts = self.ratio(fields, "counts");
        let locally_excepted = self.locally_excepted(fields, counts);
        let baseline = self.ratio(fields, "baseline");
        let list_size = fields.whole("list_size").map(|(patients, _)| patients.into());
        let owner = measurement.map(|id| self.book.measurements[id.index()].measure);
        let figures = self.set_figures(fields, owner);
        let (points, pounds) = self.earned(fields)?;
        let (numerator, denominator) = counts?;
        Some(CountsCase {
            measurement: measurement?,
            numerator,
            denominator,
            locally_excepted,
            list_size,
            baseline,
            figures,
            points,
            pounds,
        })
    }

    /// `{ points = "3", pounds = "603.48" }`
    pub(super) fn earned(&mut self, fields: &mut Fields<'a>) -> Option<(Option<Amount>, Option<Amount>)> {
        let expect = fields.table("expect");
        let (table, span) = fields.required("expect", expect, FORM_OF_EARNINGS)?;
        let mut inner = Fields::of(&shape::EARNED, table, span, "`expect`");
        let (points, pounds) = (self.amount(&mut inner, "points"), self.amount(&mut inner, "pounds"));
        if table.entries.is_empty() {
            self.fault("E501", span, "`expect` expects nothing", FORM_OF_EARNINGS);
        }
        self.end(inner);
        Some((points, pounds))
    }

    /// Those whom a pathway reports as exceptions: they have not achieved, so there must be room for them.
    fn locally_excepted(&mut self, fields: &mut Fields<'a>, counts: Option<(u64, u64)>) -> u64 {
        let Some((excepted, span)) = fields.whole("locally_excepted") else { return 0 };
        let excepted = u64::from(excepted);
        if self.book.pathway.is_none() {
            let message = format!("{} has no pathway, which alone reports exceptions of its own", self.book.name);
            self.fault("E503", span, message, "leave `locally_excepted` out");
        }
        if let Some((numerator, denominator)) = counts
            && excepted > denominator - numerator
        {
            let open = denominator - numerator;
            let message = format!("{excepted} are excepted locally, and only {open} have not achieved");
            self.fault(
                "E511",
                span,
                message,
                "who is excepted locally is in the denominator, and not in the numerator",
            );
        }
        excepted
    }

    /// `{ pounds_per_child = "50" }`: figures of what is measured, else of the rulebook.
    pub(super) fn set_figures(&mut self, fields: &mut Fields<'a>, owner: Option<MeasureId>) -> Vec<(FigureId, Amount)> {
        let Some((table, span)) = fields.table("figures") else { return Vec::new() };
        let set = self.set_of(table, owner);
        let mut figures = self.book.figures.clone();
        for (id, amount) in &set {
            figures[id.index()].value = FigureValue::Is(*amount);
        }
        if let Some(broken) = self.book.broken_requirement(&figures) {
            self.fault("E515", span, broken, "set figures that the rulebook could have");
        }
        set
    }

    pub(super) fn set_of(&mut self, table: &Table, owner: Option<MeasureId>) -> Vec<(FigureId, Amount)> {
        let mut set = Vec::new();
        for entry in &table.entries {
            let (figure, amount) = (self.figure(entry, owner), self.amount_of(&entry.key, entry));
            set.extend(figure.zip(amount));
        }
        set
    }

    /// The figure that an entry names, which must be a number, or one that nobody knows.
    fn figure(&mut self, entry: &Entry, owner: Option<MeasureId>) -> Option<FigureId> {
        let book = self.book;
        let numbered = || (0..).map(FigureId).zip(&book.figures).filter(|(_, figure)| is_number(&figure.value));
        let of = |owner| numbered().find(move |(_, figure)| figure.owner == owner && figure.name == entry.key);
        let found = of(owner).or_else(|| of(None)).map(|(id, _)| id);
        if found.is_none() {
            let known = numbered().filter(|(_, figure)| figure.owner.is_none() || figure.owner == owner);
            let known = known.map(|(_, figure)| figure.name.as_str());
            let of = owner.map_or(String::new(), |id| format!(" for {}", book.measures[id.index()].code));
            let message = format!("{} has no number `{}` to set{of}", book.name, entry.key);
            let fault = Diagnostic::error("E515", entry.key_span, message);
            self.faults.push(did_you_mean(fault, &entry.key, entry.key_span, known, "it has"));
        }
        found
    }

    /// `{ numerator = 19, denominator = 20 }`
    fn ratio(&mut self, fields: &mut Fields<'a>, key: &'static str) -> Option<(u64, u64)> {
        let (table, span) = fields.table(key)?;
        self.ratio_in(key, table, span)
    }

    /// The same as a value.
    pub(super) fn ratio_of(&mut self, key: &str, value: &'a Value, span: Span) -> Option<(u64, u64)> {
        let Value::Table(table) = value else {
            let message = format!("`{key}` must be a table, found {}", value.kind());
            self.fault("E502", span, message, "write { numerator = 19, denominator = 20 }");
            return None;
        };
        self.ratio_in(key, table, span)
    }

    fn ratio_in(&mut self, key: &str, table: &'a Table, span: Span) -> Option<(u64, u64)> {
        let mut inner = Fields::of(&shape::RATIO, table, span, format!("`{key}`"));
        let [numerator, denominator] = ["numerator", "denominator"].map(|part| {
            let count = inner.whole(part);
            inner.required(part, count, "write { numerator = 19, denominator = 20 }").map(|(count, _)| u64::from(count))
        });
        self.end(inner);
        let (numerator, denominator) = numerator.zip(denominator)?;
        if numerator > denominator {
            let message = format!("the numerator {numerator} is above the denominator {denominator}");
            self.fault("E511", span, message, "who is in the numerator is in the denominator too");
            return None;
        }
        Some((numerator, denominator))
    }

    /// `"2.04"` or `"18/7"`; the quotes may be left out of a decimal.
    pub(super) fn amount(&mut self, fields: &mut Fields<'a>, key: &'static str) -> Option<Amount> {
        let entry = fields.entry(key)?;
        self.amount_of(key, entry)
    }

    fn amount_of(&mut self, key: &str, entry: &Entry) -> Option<Amount> {
        let amount = match &entry.value {
            Value::Number(digits) => Amount::parse(digits),
            Value::Text(text) => match text.split_once('/') {
                Some((above, below)) => Amount::parse(above).zip(Amount::parse(below)).and_then(|(a, b)| a.over(b)),
                None => Amount::parse(text),
            },
            Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        };
        if amount.is_none() {
            let fault = Diagnostic::error("E513", entry.span, format!("`{key}` must be an exact amount"));
            self.faults.push(match &entry.value {
                Value::Text(text) if plain_digits(text).is_some() => {
                    let right = format!("\"{}\"", plain_digits(text).unwrap_or_default());
                    fault.help(format!("write {right}")).fix(entry.span, right)
                }
                Value::Text(_)
                | Value::Number(_)
                | Value::Date(_)
                | Value::Truth(_)
                | Value::List(_)
                | Value::Table(_) => fault.help("write a decimal such as \"2.04\", or a fraction such as \"18/7\""),
            });
        }
        amount
    }
}

/// True of what a payment can reckon with once it is set.
fn is_number(value: &FigureValue) -> bool {
    match value {
        FigureValue::Is(_) | FigureValue::Unset(_) => true,
        FigureValue::IsDate(_) | FigureValue::Absent(_) => false,
    }
}
