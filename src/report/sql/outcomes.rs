//! What becomes of each patient: the register, exclusions, achievement and exceptions of every measurement, in their order.

use crate::eval::births::births;
use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{ConditionId, Measure, MeasureKind, MeasurementId, Reason};
use crate::report::sql::conditions::Rows;
use crate::report::sql::dialect::literal_day;
use crate::report::sql::plan::Plan;
use crate::report::sql::records::{Look, Reading, Who};
use crate::report::sql::script::{Names, Script, indented, remark};
use crate::report::sql::{Asking, Refusal};

/// The step with one row per patient on a register and measurement: `patient_id`, `practice_code`, `indicator`,
/// `outcome`, `reason`.
pub(super) const OUTCOMES: &str = "outcomes";

/// The measurements of a kind; of all kinds with courses.
pub(super) fn measured(book: &Rulebook, with_courses: bool) -> Vec<MeasurementId> {
    let numbered = (0..).map(MeasurementId).zip(&book.measurements);
    let is_asked =
        |measure: &Measure| measure.borrowed.is_none() && (with_courses || measure.kind == MeasureKind::Indicator);
    numbered.filter(|(_, it)| is_asked(&book.measures[it.measure.index()])).map(|(id, _)| id).collect()
}

/// Writes the steps to the outcomes of some measurements; nothing recorded after `last_seen` is seen.
pub(super) fn write(
    script: &mut Script,
    asking: &Asking<'_>,
    (book, prefix): (&Rulebook, &str),
    measurements: &[MeasurementId],
    last_seen: Option<Day>,
) -> Result<String, Refusal> {
    let measure = |id: &MeasurementId| &book.measures[book.measurements[id.index()].measure.index()];
    let conditions = measurements.iter().map(measure).flat_map(|measure| {
        let reasons = measure.excludes.iter().chain(&measure.excepts).map(|reason| reason.clause.condition);
        [measure.register.condition, measure.achieved.condition].into_iter().chain(reasons)
    });
    let plan = Plan::of(book, &conditions.collect::<Vec<_>>(), &[])?;
    let reading = Reading {
        book,
        dialect: asking.dialect,
        tables: asking.tables,
        plan: &plan,
        prefix,
        looks: &looks(book, measurements, last_seen),
        who: Who::Registered,
        report_day: None,
        with_givers: false,
    };
    let facts = reading.write(script);
    let judged = format!("{prefix}judged");
    let mut names = Names::default();
    let ways: Vec<(MeasurementId, String)> = measurements
        .iter()
        .map(|id| (*id, names.fresh(&format!("{} way", book.measurements[id.index()].label))))
        .collect();
    let columns = ways.iter().map(|(id, name)| way(&reading.rows(), *id, name));
    let query = format!(
        "SELECT p.patient_id, p.practice_code{}\nFROM {facts} AS p",
        columns.map(|column| format!(",\n{column}")).collect::<String>(),
    );
    let says = "What decides each patient's outcome: what is excluded leaves first, then what is achieved counts, then the \
                first exception. Who is not on a register has none.";
    script.step(&judged, says, &query);
    let outcomes = format!("{prefix}{OUTCOMES}");
    unpivot(script, asking, (book, prefix), &ways, (&judged, &outcomes));
    Ok(outcomes)
}

/// The measurement days, each with the ranges of births that can be on a register then; no birth is in two of them.
fn looks(book: &Rulebook, measurements: &[MeasurementId], last_seen: Option<Day>) -> Vec<Look> {
    let of_measurement = |id: &MeasurementId| {
        let measurement = &book.measurements[id.index()];
        let measure = &book.measures[measurement.measure.index()];
        Look {
            measured_on: measurement.day,
            seen_to: last_seen.map_or(measurement.day, |seen| seen.min(measurement.day)),
            births: births(book, measurement.day, measure.register.condition),
        }
    };
    let mut ranges: Vec<Look> = measurements.iter().map(of_measurement).collect();
    ranges.sort_by_key(|look| (look.measured_on, look.births));
    let mut looks: Vec<Look> = Vec::new();
    for range in ranges {
        match looks.last_mut() {
            Some(last) if last.measured_on == range.measured_on && range.births.0 <= last.births.1 => {
                last.births.1 = last.births.1.max(range.births.1);
            }
            _ => looks.push(range),
        }
    }
    looks
}

/// What decides one measurement, as a column.
fn way(rows: &Rows<'_>, id: MeasurementId, name: &str) -> String {
    let book = rows.book;
    let measurement = &book.measurements[id.index()];
    let measure = &book.measures[measurement.measure.index()];
    let words = |condition: ConditionId| book.condition_words[condition.index()].text.as_str();
    let case = |says: &str, condition: ConditionId, way: &str| {
        let test = indented(&rows.condition(condition), 4);
        format!("{}    WHEN {}\n    THEN {}\n", remark(says, 4), test.trim_start(), rows.dialect.literal(way))
    };
    let reason = |word: &str, reason: &Reason| {
        let condition = reason.clause.condition;
        let says = format!("{word} {} \"{}\": {}", reason.code, reason.title, words(condition));
        case(&says, condition, &format!("{word} {}", reason.code))
    };
    let achieved = measure.achieved.condition;
    let excludes = measure.excludes.iter().map(|exclude| reason("excluded", exclude));
    let counts = case(&format!("achieved: {}", words(achieved)), achieved, "achieved");
    let excepts = measure.excepts.iter().map(|except| reason("excepted", except));
    let cases: String = excludes.chain([counts]).chain(excepts).collect();
    let mut register = rows.condition(measure.register.condition);
    if rows.measured_on.is_none() {
        register = format!("p.measured_on = {} AND {register}", literal_day(measurement.day));
    }
    let title = format!("{} \"{}\"", measurement.label, measure.title);
    let register_words = format!("register: {}", words(measure.register.condition));
    format!(
        "{}{}  CASE WHEN {}\n  THEN CASE\n{cases}    ELSE {} END\n  END AS {name}",
        remark(&title, 2),
        remark(&register_words, 2),
        indented(&register, 2).trim_start(),
        rows.dialect.literal("not_achieved"),
    )
}

/// One row per measurement in the place of one column each.
fn unpivot(
    script: &mut Script,
    asking: &Asking<'_>,
    (book, prefix): (&Rulebook, &str),
    ways: &[(MeasurementId, String)],
    (judged, outcomes): (&str, &str),
) {
    let label = |id: &MeasurementId| asking.dialect.literal(&book.measurements[id.index()].label);
    let labels = format!("{prefix}measurements");
    let rows: Vec<String> = ways.iter().map(|(id, _)| format!("({})", label(id))).collect();
    script.rows(&labels, "indicator", "What is measured.", &rows);
    let cases: Vec<String> = ways.iter().map(|(id, name)| format!("    WHEN {} THEN j.{name}", label(id))).collect();
    let query = format!(
        "SELECT w.patient_id, w.practice_code, w.indicator,
  CASE WHEN w.way LIKE 'excluded %' THEN 'excluded' WHEN w.way LIKE 'excepted %' THEN 'excepted' ELSE w.way END AS outcome,
  CASE WHEN w.way LIKE 'exc%' THEN SUBSTRING(w.way, {REASON_FROM}) END AS reason
FROM (
  SELECT j.patient_id, j.practice_code, m.indicator, CASE m.indicator
{}
    END AS way
  FROM {judged} AS j
  CROSS JOIN {labels} AS m
) AS w
WHERE w.way IS NOT NULL",
        cases.join("\n"),
    );
    script.step(outcomes, "One row per patient and measurement on whose register the patient is.", &query);
}

/// Where the reason starts in `excluded TOOFAR` and `excepted DTPCON`, counted from 1.
const REASON_FROM: usize = "excluded ".len() + 1;
