//! One row per practice with every count that a formula reads, and the tables that are made of it.

use std::collections::BTreeMap;

use crate::model::Rulebook;
use crate::model::book::{MeasureKind, MeasurementId};
use crate::model::formula::{Operand, Program, ProgramOf};
use crate::report::sql::fractions::Fraction;
use crate::report::sql::outcomes::measured;
use crate::report::sql::programs::{Columns, Programs};
use crate::report::sql::script::{Names, Script};
use crate::report::sql::{Asking, Refusal, outcomes};

/// The columns of counts, each with the outcome that it counts; the register counts all.
pub(super) const COUNTS: [(&str, Option<&str>); 4] = [
    ("register", None),
    ("excluded", Some("excluded")),
    ("excepted", Some("excepted")),
    ("numerator", Some("achieved")),
];

/// Names for the columns of measurements.
pub(super) fn stems(book: &Rulebook, measurements: &[MeasurementId]) -> BTreeMap<MeasurementId, String> {
    let mut names = Names::default();
    measurements.iter().map(|id| (*id, names.fresh(&book.measurements[id.index()].label))).collect()
}

/// Writes a step with one row per practice: the counts of some measurements by their outcomes.
pub(super) fn tallies(
    script: &mut Script,
    asking: &Asking<'_>,
    (book, prefix): (&Rulebook, &str),
    stems: &BTreeMap<MeasurementId, String>,
) -> String {
    let mut columns = Vec::new();
    let mut denominators = Vec::new();
    for (id, stem) in stems {
        let label = asking.dialect.literal(&book.measurements[id.index()].label);
        for (name, outcome) in COUNTS {
            let outcome = outcome.map(|outcome| format!(" AND o.outcome = '{outcome}'")).unwrap_or_default();
            let count = format!("COUNT(CASE WHEN o.indicator = {label}{outcome} THEN 1 END)");
            columns.push(format!("{} AS {stem}_{name}", asking.dialect.whole(&count)));
        }
        denominators.push(format!("t.{stem}_register - t.{stem}_excluded - t.{stem}_excepted AS {stem}_denominator"));
    }
    let step = format!("{prefix}tallies");
    let query = format!(
        "SELECT t.*,\n  {}\nFROM (\n  SELECT o.practice_code,\n    {}\n  FROM {prefix}{} AS o\n  GROUP BY o.practice_code\n) AS t",
        denominators.join(",\n  "),
        columns.join(",\n    "),
        outcomes::OUTCOMES,
    );
    let says = "One row per practice: how many patients each measurement counts. The denominator is the register less those \
                excluded and excepted.";
    script.step(&step, says, &query);
    step
}

/// Puts the list size of each practice, and its baseline where there is one, beside its counts.
pub(super) fn with_practices(
    script: &mut Script,
    asking: &Asking<'_>,
    book: &Rulebook,
    stems: &BTreeMap<MeasurementId, String>,
    places: &[usize],
    before: &str,
) -> String {
    let reads = |asked: &dyn Fn(Operand) -> bool| places.iter().any(|place| book.programs[*place].reads(asked));
    let mut last = before.to_owned();
    if reads(&|operand| operand == Operand::ListSize) {
        list_sizes(script, asking);
        let query = format!(
            "SELECT p.*, n.list_size\nFROM {last} AS p\nLEFT JOIN list_sizes AS n ON n.practice_code = p.practice_code"
        );
        last = format!("{before}_with_list_sizes");
        script.step(&last, "", &query);
    }
    let Some(table) = asking.tables.baseline.as_ref().filter(|_| !stems.is_empty()) else { return last };
    let columns = stems.iter().flat_map(|(id, stem)| {
        let measurement = &book.measurements[id.index()];
        let code = &book.measures[measurement.measure.index()].code;
        let sum = |column: &str, label: &str| {
            format!("SUM(CASE WHEN b.indicator = {} THEN b.{column} END)", asking.dialect.literal(label))
        };
        ["numerator", "denominator"].map(|column| {
            let value = match *code == measurement.label {
                true => sum(column, code),
                false => format!("COALESCE({}, {})", sum(column, &measurement.label), sum(column, code)),
            };
            format!("{} AS {stem}_baseline_{column}", asking.dialect.whole(&value))
        })
    });
    let columns: Vec<String> = columns.collect();
    let query = format!(
        "SELECT {} AS practice_code,\n  {}\nFROM {table} AS b\nGROUP BY 1",
        asking.dialect.text("b.practice_code"),
        columns.join(",\n  ")
    );
    script.step("baselines", "Earlier results of each practice, pooled.", &query);
    let names = stems.values().map(|stem| format!(", b.{stem}_baseline_numerator, b.{stem}_baseline_denominator"));
    let query = format!(
        "SELECT p.*{}\nFROM {last} AS p\nLEFT JOIN baselines AS b ON b.practice_code = p.practice_code",
        names.collect::<String>()
    );
    last = format!("{before}_with_baselines");
    script.step(&last, "", &query);
    last
}

/// The list size of each practice, once.
pub(super) fn list_sizes(script: &mut Script, asking: &Asking<'_>) {
    let query = format!(
        "SELECT {} AS practice_code,\n  {} AS list_size\nFROM {} AS n\nGROUP BY 1",
        asking.dialect.text("n.practice_code"),
        asking.dialect.whole("CASE WHEN COUNT(n.list_size) < COUNT(*) THEN NULL ELSE MIN(n.list_size) END"),
        asking.tables.practices,
    );
    script.step("list_sizes", "", &query);
}

/// The programs of a kind that are paid where there are records, by their places.
pub(super) fn programs(book: &Rulebook, is_asked: impl Fn(&Program) -> bool) -> Vec<usize> {
    let from_counts = |program: &Program| match program.of {
        ProgramOf::Payment(id) => book.payments[id.index()].from_counts,
        ProgramOf::Fee(_) => false,
    };
    let numbered = book.programs.iter().enumerate();
    numbered.filter(|(_, program)| !from_counts(program) && is_asked(program)).map(|(at, _)| at).collect()
}

/// Whether a program is paid for an indicator.
pub(super) fn is_for_indicator(book: &Rulebook, program: &Program) -> bool {
    program
        .measurement
        .is_some_and(|id| book.measures[book.measurements[id.index()].measure.index()].kind == MeasureKind::Indicator)
}

/// The steps that count these measurements and pay these programs: what was written, and the last step.
fn paid<'a>(
    script: &mut Script,
    asking: &Asking<'a>,
    book: &'a Rulebook,
    counted: &[MeasurementId],
    places: &[usize],
) -> Result<(Programs<'a>, String), Refusal> {
    outcomes::write(script, asking, (book, ""), counted, None)?;
    let stems = stems(book, counted);
    let tallies = tallies(script, asking, (book, ""), &stems);
    let before = with_practices(script, asking, book, &stems, places, &tallies);
    let columns = Columns { stems, doses: BTreeMap::new(), has_baseline: asking.tables.baseline.is_some() };
    let mut programs = Programs::new(book, asking.figures, asking.dialect, columns);
    let last = programs.write(script, places, &before)?;
    Ok((programs, last))
}

/// The query for one row per practice and indicator, as `run` has it.
pub(super) fn indicators(script: &mut Script, asking: &Asking<'_>, book: &Rulebook) -> Result<String, Refusal> {
    let places = programs(book, |program| is_for_indicator(book, program));
    let own = measured(book, false);
    let reads_more = |id: &MeasurementId| {
        let reads = |operand: Operand| matches!(operand, Operand::Count(_, read) if read == *id);
        places.iter().any(|place| book.programs[*place].reads(&reads))
    };
    let counted: Vec<MeasurementId> =
        measured(book, true).into_iter().filter(|id| own.contains(id) || reads_more(id)).collect();
    let (programs, last) = paid(script, asking, book, &counted, &places)?;
    let case = |value: &dyn Fn(MeasurementId) -> String| per_measurement(asking, book, &own, value);
    let count = |name: &str| {
        let cases = case(&|id| programs.columns.count(id, name).unwrap_or_default());
        format!("CAST({cases} AS BIGINT) AS {name}")
    };
    let earned = |name: &str, places_shown: u32| {
        case(&|id| {
            let paid = places.iter().filter(|place| book.programs[**place].measurement == Some(id));
            decimal(asking, sum(paid.filter_map(|place| programs.value(*place, name))), places_shown)
        })
    };
    let percent = case(&|id| {
        let column = |name: &str| programs.columns.count(id, name).unwrap_or_default();
        Fraction::percent(&column("numerator"), &column("denominator"), false).decimal(2, asking.dialect)
    });
    Ok(format!(
        "SELECT r.*\nFROM (\n  SELECT {} AS year, p.practice_code, m.indicator,\n    {},\n    {},\n    {},\n    {},\n    {},\n    {percent} AS achievement_percent,\n    {} AS points,\n    {} AS pounds\n  FROM {last} AS p\n  CROSS JOIN measurements AS m\n) AS r\nWHERE r.register > 0\nORDER BY {}, {}",
        asking.dialect.literal(asking.year_label),
        count("register"),
        count("excluded"),
        count("excepted"),
        count("denominator"),
        count("numerator"),
        earned("points", 4),
        earned("pounds", 2),
        asking.dialect.bytewise("r.practice_code"),
        asking.dialect.bytewise("r.indicator"),
    ))
}

/// A value by measurement, as one expression over a row per practice (`p`) and measurement (`m`).
fn per_measurement(
    asking: &Asking<'_>,
    book: &Rulebook,
    measurements: &[MeasurementId],
    value: &dyn Fn(MeasurementId) -> String,
) -> String {
    let cases = measurements.iter().map(|id| {
        let label = asking.dialect.literal(&book.measurements[id.index()].label);
        format!("\n      WHEN {label} THEN {}", value(*id))
    });
    format!("CASE m.indicator{} END", cases.collect::<String>())
}

/// The sum of what programs give: None where none of them gives any, Some(None) where one is never known.
pub(super) fn sum(values: impl Iterator<Item = Option<Fraction>>) -> Option<Option<Fraction>> {
    values.reduce(|sum, value| sum.zip(value).map(|(sum, value)| sum.plus(&value, false)))
}

/// A figure to be shown; NULL where there is none or it is not known.
pub(super) fn decimal(asking: &Asking<'_>, value: Option<Option<Fraction>>, places: u32) -> String {
    match value.flatten() {
        Some(value) => value.decimal(places, asking.dialect),
        None => format!("CAST(NULL AS DECIMAL(30, {places}))"),
    }
}

/// The query for payments that are not for indicators: one row per practice, payment and what it is paid for.
pub(super) fn payments(script: &mut Script, asking: &Asking<'_>, book: &Rulebook) -> Result<String, Refusal> {
    let places =
        programs(book, |program| matches!(program.of, ProgramOf::Payment(_)) && !is_for_indicator(book, program));
    if places.is_empty() {
        let what = format!("the payments of {} that are not for indicators", book.name);
        return Err(Refusal { what, why: "it has none".to_owned() });
    }
    let counted = measured(book, true);
    let (programs, last) = paid(script, asking, book, &counted, &places)?;
    let mut rows = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let program = &book.programs[*place];
        let ProgramOf::Payment(id) = program.of else { continue };
        let measured = program.measurement.map(|id| book.measurements[id.index()].label.clone());
        let paid_for = measured.or(program.quarter.map(|quarter| format!("Q{quarter}"))).unwrap_or_default();
        let (name, paid_for) = (&book.payments[id.index()].name, &paid_for);
        rows.push(format!("({}, {}, {})", at + 1, asking.dialect.literal(name), asking.dialect.literal(paid_for)));
    }
    script.rows("paid", "place, payment, paid_for", "What is paid, and for what.", &rows);
    let case = |name: &str, places_shown: u32| {
        let cases = places.iter().enumerate().map(|(at, place)| {
            format!("\n    WHEN {} THEN {}", at + 1, decimal(asking, programs.value(*place, name), places_shown))
        });
        format!("CASE m.place{} END", cases.collect::<String>())
    };
    Ok(format!(
        "SELECT {} AS year, p.practice_code, m.payment, NULLIF(m.paid_for, '') AS paid_for,\n  {} AS points,\n  {} AS pounds\nFROM {last} AS p\nCROSS JOIN paid AS m\nORDER BY {}, {}, {}",
        asking.dialect.literal(asking.year_label),
        case("points", 4),
        case("pounds", 2),
        asking.dialect.bytewise("p.practice_code"),
        asking.dialect.bytewise("m.payment"),
        asking.dialect.bytewise("m.paid_for"),
    ))
}
