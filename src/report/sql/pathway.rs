//! A local scheme: the state of each child not achieved, next steps and alerts, and the return per practice.
//!
//! The outcomes of the rulebooks that the scheme uses come first, each by steps of its own; the scheme's conditions are
//! then asked of the children who have not achieved. What a child could still be given is a search, and is not said here.

use std::collections::BTreeMap;

use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{ConditionId, FigureValue, MeasurementId};
use crate::model::pathway::{Alert, Pathway, State};
use crate::report::sql::counts::{decimal, programs, sum, with_practices};
use crate::report::sql::fractions::Fraction;
use crate::report::sql::outcomes::OUTCOMES;
use crate::report::sql::plan::Plan;
use crate::report::sql::programs::{Columns, Programs};
use crate::report::sql::records::{Look, Reading, Who};
use crate::report::sql::script::{Names, Script, indented, plain, remark};
use crate::report::sql::{Asking, Refusal, counts, outcomes};

/// An indicator of a pathway.
struct Indicator {
    /// Its measurement in the scheme's own rulebook, in that of the year's end, and in the baseline's.
    own: Option<MeasurementId>,
    year_end: MeasurementId,
    baseline: Option<MeasurementId>,
    code: String,
}

/// A scheme and those it uses.
struct Scheme<'a> {
    asking: &'a Asking<'a>,
    book: &'a Rulebook,
    pathway: &'a Pathway,
    indicators: Vec<Indicator>,
}

impl<'a> Scheme<'a> {
    fn new(asking: &'a Asking<'a>, book: &'a Rulebook, pathway: &'a Pathway) -> Scheme<'a> {
        let baseline = pathway.baseline.map(|id| &book.uses[id.index()].book);
        let indicators = pathway.indicators.iter().filter_map(|id| {
            let measure = &book.measures[id.index()];
            Some(Indicator {
                own: book.measurement_of(&measure.code),
                year_end: measure.borrowed?.measurement,
                baseline: baseline.and_then(|book| book.measurement_of(&measure.code)),
                code: measure.code.clone(),
            })
        });
        Scheme { asking, book, pathway, indicators: indicators.collect() }
    }

    fn literal(&self, text: &str) -> String {
        self.asking.dialect.literal(text)
    }

    /// What practices say of themselves, each once, and appointments and slots.
    fn tables(&self, script: &mut Script) {
        let (dialect, tables) = (self.asking.dialect, self.asking.tables);
        let columns = ["practice_name", "list_size", "area", "contact_name", "contact_details"];
        let read = columns.map(|column| match column {
            "list_size" => dialect.whole(&format!("n.{column}")) + " AS list_size",
            _ => format!("NULLIF({}, '') AS {column}", dialect.text(&format!("n.{column}"))),
        });
        let order = columns.map(|column| format!("r.{column} NULLS FIRST"));
        let query = format!(
            "SELECT q.practice_code, q.list_size, q.area, q.contact_name, q.contact_details\nFROM (\n  SELECT r.*, \
             ROW_NUMBER() OVER (PARTITION BY r.practice_code ORDER BY {}) AS place\n  FROM (\n    SELECT {} AS \
             practice_code,\n      {}\n    FROM {} AS n\n  ) AS r\n) AS q\nWHERE q.place <= 1",
            order.join(", "),
            dialect.text("n.practice_code"),
            read.join(",\n      "),
            tables.practices,
        );
        script.step("practices_read", "What is known of each practice; of several rows the first by content.", &query);
        let query = format!(
            "SELECT {} AS patient_id, CAST(t.agreed_date AS DATE) AS agreed_date,\n  CAST(t.appointment_date AS DATE) \
             AS appointment_date, t.attended\nFROM {} AS t\nWHERE t.agreed_date IS NOT NULL OR t.appointment_date IS NOT NULL",
            dialect.text("t.patient_id"),
            tables.appointments,
        );
        script.step("appointments_read", "Appointments, and agreements to one.", &query);
        let query = format!(
            "SELECT {} AS practice_code, CAST(t.slot_start AS DATE) AS slot_start,\n  \
             MAX(CASE WHEN t.taken THEN 1 ELSE 0 END) = 1 AS taken\nFROM {} AS t\nWHERE t.slot_start IS NOT NULL\n\
             GROUP BY t.practice_code, t.slot_start, t.slot_end",
            dialect.text("t.practice_code"),
            tables.slots,
        );
        script.step("slots_read", "Protected slots, each once; one that is both free and taken is taken.", &query);
    }

    /// The outcomes of a rulebook that is used, of the practices that take part; gives the name of the step.
    fn used(
        &self,
        script: &mut Script,
        (book, name): (&Rulebook, &str),
        measurements: &[MeasurementId],
        last_seen: Option<Day>,
    ) -> Result<String, Refusal> {
        let prefix = format!("{}_", plain(name));
        outcomes::write(script, self.asking, (book, &prefix), measurements, last_seen)?;
        let step = format!("{prefix}taking_part");
        let areas: Vec<String> = self.book.areas.iter().map(|area| self.literal(&area.to_lowercase())).collect();
        let query = match areas.is_empty() {
            true => format!("SELECT o.* FROM {prefix}{OUTCOMES} AS o"),
            false => format!(
                "SELECT o.*\nFROM {prefix}{OUTCOMES} AS o\nCROSS JOIN (SELECT COUNT(area) AS areas FROM practices_read) AS k\n\
                 LEFT JOIN practices_read AS n ON n.practice_code = o.practice_code\n\
                 WHERE k.areas = 0 OR LOWER(TRIM(n.area)) IN ({})",
                areas.join(", ")
            ),
        };
        let says =
            "Outcomes of practices of the scheme's areas; of all where nobody says which area any practice is of.";
        script.step(&step, says, &query);
        Ok(step)
    }

    /// The children who have not achieved; gives the name of the step with everybody's outcomes.
    fn not_achieved(&self, script: &mut Script) -> Result<String, Refusal> {
        let used = &self.book.uses[self.pathway.year_end.index()];
        let measurements: Vec<MeasurementId> = self.indicators.iter().map(|indicator| indicator.year_end).collect();
        let taking_part = self.used(script, (&used.book, &used.name), &measurements, Some(self.asking.as_of))?;
        let open = self.indicators.iter().map(|indicator| {
            format!(
                ",\n  MAX(CASE WHEN o.indicator = {} THEN 1 ELSE 0 END) AS {}_open",
                self.literal(&used.book.measurements[indicator.year_end.index()].label),
                plain(&indicator.code)
            )
        });
        let query = format!(
            "SELECT o.patient_id, MIN(o.practice_code) AS practice_code{}\nFROM {taking_part} AS o\n\
             WHERE o.outcome = 'not_achieved'\nGROUP BY o.patient_id",
            open.collect::<String>()
        );
        script.step("children", "The children who have not achieved one of the indicators.", &query);
        Ok(taking_part)
    }

    /// The columns that say which indicators a child has not achieved.
    fn open_columns(&self) -> Vec<String> {
        self.indicators.iter().map(|indicator| format!("{}_open", plain(&indicator.code))).collect()
    }

    fn reading<'r>(&'r self, plan: &'r Plan, looks: &'r [Look]) -> Reading<'r> {
        Reading {
            book: self.book,
            dialect: self.asking.dialect,
            tables: self.asking.tables,
            plan,
            prefix: "",
            looks,
            who: Who::Of("children".to_owned(), self.open_columns()),
            report_day: Some(self.asking.as_of),
            with_givers: false,
        }
    }

    /// Each child with its state; gives the name of the step.
    fn states(&self, script: &mut Script, reading: &Reading<'_>) -> String {
        let facts = reading.write(script);
        let rows = reading.rows();
        let mut cases = String::new();
        let mut last = "NULL".to_owned();
        for state in &self.pathway.states {
            let name = self.literal(&state.name);
            let Some(condition) = state.condition else {
                last = name;
                continue;
            };
            let words = &self.book.condition_words[condition.index()].text;
            cases.push_str(&remark(&format!("state {} \"{}\": {words}", state.name, state.title), 4));
            let test = indented(&rows.condition(condition), 4);
            cases.push_str(&format!("    WHEN {}\n    THEN {name}\n", test.trim_start()));
        }
        let query = format!(
            "SELECT p.*, n.area, n.contact_name, n.contact_details,\n  CASE\n{cases}    ELSE {last}\n  END AS state\n\
             FROM {facts} AS p\nLEFT JOIN practices_read AS n ON n.practice_code = p.practice_code"
        );
        script.step("states", "The state of each child: the first that holds.", &query);
        "states".to_owned()
    }

    fn looks(&self) -> [Look; 1] {
        [Look { measured_on: self.book.end, seen_to: self.asking.as_of, births: (Day::FIRST, Day::LAST) }]
    }
}

/// The query for one row per child not achieved, as `pathway --level patient` has it but for what could still be given.
pub(super) fn children(
    script: &mut Script,
    asking: &Asking<'_>,
    book: &Rulebook,
    pathway: &Pathway,
) -> Result<String, Refusal> {
    let scheme = Scheme::new(asking, book, pathway);
    scheme.tables(script);
    scheme.not_achieved(script)?;
    let alerts: Vec<&Alert> = pathway.alerts.iter().filter(|alert| !alert.per_practice).collect();
    let states = pathway.states.iter().flat_map(|state| state.condition.into_iter().chain(steps(state)));
    let conditions: Vec<ConditionId> = states.chain(alerts.iter().map(|alert| alert.condition)).collect();
    let plan = Plan::of(book, &conditions, &[])?;
    let looks = scheme.looks();
    let reading = scheme.reading(&plan, &looks);
    let states = scheme.states(script, &reading);
    let rows = reading.rows();
    let next = pathway.states.iter().filter(|state| !state.next.is_empty()).map(|state| {
        let steps = state.next.iter().map(|next| {
            let text = scheme.literal(&next.text);
            match next.when {
                Some(condition) => format!("WHEN {} THEN {text} ", rows.condition(condition)),
                None => format!("WHEN TRUE THEN {text} "),
            }
        });
        format!("    WHEN {} THEN CASE {}END\n", scheme.literal(&state.name), steps.collect::<String>())
    });
    let next = next.collect::<String>();
    let next = if next.is_empty() { "CAST(NULL AS CHAR(1))".to_owned() } else { format!("CASE p.state\n{next}  END") };
    let indicators = scheme.indicators.iter().map(|indicator| {
        format!(
            "CASE WHEN p.{}_open = 1 THEN {} ELSE '' END",
            plain(&indicator.code),
            scheme.literal(&format!("{} ", indicator.code))
        )
    });
    let indicators: Vec<String> = indicators.collect();
    let raised = alerts.iter().map(|alert| {
        let words = &book.condition_words[alert.condition.index()].text;
        let says = remark(&format!("alert {} \"{}\": {words}", alert.name, alert.title), 4);
        let test = indented(&rows.condition(alert.condition), 4);
        let name = scheme.literal(&format!("{} ", alert.name));
        format!(",\n{says}    CASE WHEN {}\n    THEN {name} ELSE '' END", test.trim_start())
    });
    Ok(format!(
        "SELECT p.patient_id, p.practice_code, p.state,\n  TRIM(CONCAT('', {})) AS indicators,\n  {next} AS next_step,\n  \
         NULLIF(TRIM(CONCAT(''{}\n  )), '') AS alerts\nFROM {states} AS p\n\
         ORDER BY {}, {}",
        indicators.join(", "),
        raised.collect::<String>(),
        asking.dialect.bytewise("p.practice_code"),
        asking.dialect.bytewise("p.patient_id"),
    ))
}

fn steps(state: &State) -> impl Iterator<Item = ConditionId> {
    state.next.iter().filter_map(|next| next.when)
}

/// The query for one row per practice and indicator, as `pathway --table return` has it.
pub(super) fn returns(
    script: &mut Script,
    asking: &Asking<'_>,
    book: &Rulebook,
    pathway: &Pathway,
) -> Result<String, Refusal> {
    if let Some(table) = &asking.tables.baseline {
        let why = "a return counts its baseline from the records".to_owned();
        return Err(Refusal { what: format!("the table `{table}` of a baseline"), why });
    }
    let scheme = Scheme::new(asking, book, pathway);
    scheme.tables(script);
    let year_end = scheme.not_achieved(script)?;
    let conditions: Vec<ConditionId> = pathway.states.iter().filter_map(|state| state.condition).collect();
    let plan = Plan::of(book, &conditions, &[])?;
    let looks = scheme.looks();
    let states = scheme.states(script, &scheme.reading(&plan, &looks));
    let baseline = match pathway.baseline.map(|id| &book.uses[id.index()]) {
        Some(used) => {
            let measurements: Vec<MeasurementId> =
                scheme.indicators.iter().filter_map(|indicator| indicator.baseline).collect();
            Some(scheme.used(script, (&used.book, &used.name), &measurements, None)?)
        }
        None => None,
    };
    let before = scheme.tallies(script, &year_end, baseline.as_deref(), &states);
    scheme.return_rows(script, &before)
}

/// The measurements' stems in a return: the indicators' codes.
impl Scheme<'_> {
    fn stems(&self) -> BTreeMap<MeasurementId, String> {
        let mut names = Names::default();
        let own = self.indicators.iter().filter_map(|indicator| Some((indicator.own?, &indicator.code)));
        own.map(|(id, code)| (id, names.fresh(code))).collect()
    }

    fn excepting(&self) -> impl Iterator<Item = (&State, String)> {
        self.pathway.states.iter().filter_map(|state| Some((state, plain(&state.exception.as_ref()?.code))))
    }

    /// One row per practice: counts at the year's end and at the baseline, and exceptions.
    fn tallies(&self, script: &mut Script, year_end: &str, baseline: Option<&str>, states: &str) -> String {
        let mut query =
            format!("SELECT o.practice_code, 'year_end' AS whose, o.indicator, o.outcome FROM {year_end} AS o");
        if let Some(baseline) = baseline {
            query.push_str(&format!(
                "\nUNION ALL\nSELECT o.practice_code, 'baseline' AS whose, o.indicator, o.outcome FROM {baseline} AS o"
            ));
        }
        script.step("both_ends", "Outcomes at the year's end and at the baseline.", &query);
        let dialect = self.asking.dialect;
        let (mut columns, mut denominators, mut excepted) = (Vec::new(), Vec::new(), Vec::new());
        for (indicator, stem) in self.indicators.iter().zip(self.stems().values()) {
            let code = self.literal(&indicator.code);
            for (whose, before) in [("year_end", stem.clone()), ("baseline", format!("{stem}_baseline"))] {
                for (name, outcome) in counts::COUNTS {
                    let outcome = outcome.map(|outcome| format!(" AND o.outcome = '{outcome}'")).unwrap_or_default();
                    let count =
                        format!("COUNT(CASE WHEN o.whose = '{whose}' AND o.indicator = {code}{outcome} THEN 1 END)");
                    columns.push(format!("{} AS {before}_{name}", dialect.whole(&count)));
                }
                denominators.push(format!(
                    "t.{before}_register - t.{before}_excluded - t.{before}_excepted AS {before}_denominator"
                ));
            }
            for (state, exception) in self.excepting() {
                let state = self.literal(&state.name);
                let open = plain(&indicator.code);
                let count = format!("COUNT(CASE WHEN s.state = {state} AND s.{open}_open = 1 THEN 1 END)");
                excepted.push((format!("{stem}_{exception}"), dialect.whole(&count)));
            }
        }
        let made: Vec<String> = excepted.iter().map(|(name, count)| format!(",\n  {count} AS {name}")).collect();
        let query = format!("SELECT s.practice_code{}\nFROM {states} AS s\nGROUP BY s.practice_code", made.concat());
        script.step("exceptions", "Children by the exception that their state is reported as.", &query);
        let query = format!(
            "SELECT o.practice_code,\n  {}\nFROM both_ends AS o\nGROUP BY o.practice_code",
            columns.join(",\n  ")
        );
        script.step("counts_at_both_ends", "", &query);
        let kept = excepted.iter().map(|(name, _)| format!(",\n  COALESCE(e.{name}, 0) AS {name}"));
        let local = self.stems().into_values().map(|stem| {
            let parts = self.excepting().map(|(_, exception)| format!("COALESCE(e.{stem}_{exception}, 0)"));
            let parts: Vec<String> = parts.collect();
            let sum = if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") };
            format!(",\n  {} AS {stem}_locally_excepted", dialect.whole(&sum))
        });
        let query = format!(
            "SELECT t.*,\n  {}{}{}\nFROM counts_at_both_ends AS t\nLEFT JOIN exceptions AS e ON e.practice_code = t.practice_code",
            denominators.join(",\n  "),
            kept.collect::<String>(),
            local.collect::<String>(),
        );
        script.step(
            "tallies",
            "One row per practice. The denominator is the register less those excluded and excepted.",
            &query,
        );
        "tallies".to_owned()
    }

    fn return_rows(&self, script: &mut Script, tallies: &str) -> Result<String, Refusal> {
        let (asking, book) = (self.asking, self.book);
        let places = programs(book, |program| program.measurement.is_some());
        let before = with_practices(script, asking, book, &self.stems(), &places, tallies);
        let columns =
            Columns { stems: self.stems(), doses: BTreeMap::new(), has_baseline: self.pathway.baseline.is_some() };
        let mut programs = Programs::new(book, asking.figures, asking.dialect, columns);
        let last = programs.write(script, &places, &before)?;
        let rows = self.indicators.iter().enumerate();
        let rows: Vec<String> = rows.map(|(at, it)| format!("({}, {})", at + 1, self.literal(&it.code))).collect();
        script.rows("indicators", "place, indicator", "", &rows);
        let owned: Vec<(MeasurementId, String)> = self.stems().into_iter().collect();
        let case = |value: &dyn Fn(MeasurementId, &str) -> String| {
            let cases = owned
                .iter()
                .enumerate()
                .map(|(at, (id, stem))| format!("\n      WHEN {} THEN {}", at + 1, value(*id, stem)));
            format!("CASE m.place{} END", cases.collect::<String>())
        };
        let count = |name: &str| format!("CAST({} AS BIGINT)", case(&|_, stem| format!("p.{stem}_{name}")));
        // Without a baseline nobody was counted at it, which is not the same as a count of nobody.
        let baseline_count = |name: &str| match self.pathway.baseline {
            Some(_) => count(name),
            None => "CAST(NULL AS BIGINT)".to_owned(),
        };
        let share = |part: &str, whole: &str| {
            case(&|_, stem| {
                Fraction::percent(&format!("p.{stem}_{part}"), &whole.replace('@', &format!("p.{stem}")), false)
                    .decimal(2, asking.dialect)
            })
        };
        let exceptions = self.excepting().map(|(_, exception)| format!(",\n    {} AS {exception}", count(&exception)));
        let audit = case(&|_, stem| self.audit(stem));
        let pounds = case(&|id, _| {
            let paid = places.iter().filter(|place| book.programs[**place].measurement == Some(id));
            decimal(asking, sum(paid.filter_map(|place| programs.value(*place, "pounds"))), 2)
        });
        let areas = book
            .areas
            .iter()
            .map(|area| format!(" WHEN {} THEN {}", self.literal(&area.to_lowercase()), self.literal(area)));
        let area = match book.areas.is_empty() {
            true => "n.area".to_owned(),
            false => format!("CASE LOWER(TRIM(n.area)){} ELSE n.area END", areas.collect::<String>()),
        };
        Ok(format!(
            "SELECT r.practice_code, r.area, r.indicator, r.baseline_denominator, r.baseline_numerator, r.baseline_percent,\n  \
             r.denominator, r.numerator, r.uptake_percent{}, r.exceptions,\n  r.uptake_with_exceptions_percent, \
             r.exception_percent, r.audit, r.pounds\nFROM (\n  SELECT p.practice_code, {area} AS area, m.place, m.indicator,\n    \
             {} AS register,\n    {} AS baseline_register,\n    {} AS baseline_denominator,\n    {} AS baseline_numerator,\n    \
             {} AS baseline_percent,\n    {} AS denominator,\n    {} AS numerator,\n    {} AS uptake_percent{},\n    \
             {} AS exceptions,\n    {} AS uptake_with_exceptions_percent,\n    {} AS exception_percent,\n    {audit} AS audit,\n    \
             {pounds} AS pounds\n  FROM {last} AS p\n  CROSS JOIN indicators AS m\n  LEFT JOIN practices_read AS n \
             ON n.practice_code = p.practice_code\n) AS r\nWHERE r.register > 0 OR r.baseline_register > 0\nORDER BY {}, r.place",
            self.excepting().map(|(_, exception)| format!(", r.{exception}")).collect::<String>(),
            count("register"),
            count("baseline_register"),
            baseline_count("baseline_denominator"),
            baseline_count("baseline_numerator"),
            share("baseline_numerator", "@_baseline_denominator"),
            count("denominator"),
            count("numerator"),
            share("numerator", "@_denominator"),
            exceptions.collect::<String>(),
            count("locally_excepted"),
            share("numerator", "(@_denominator - @_locally_excepted)"),
            share("locally_excepted", "@_denominator"),
            asking.dialect.bytewise("r.practice_code"),
        ))
    }

    /// Whether the share of exceptions is above what is audited; NULL where that is not set, or there is no share.
    fn audit(&self, stem: &str) -> String {
        let above = self.pathway.audit_above.map(|id| &self.asking.figures[id.index()].value);
        let Some(FigureValue::Is(above)) = above else { return "CAST(NULL AS CHAR(3))".to_owned() };
        let whole = format!("p.{stem}_denominator");
        let share = Fraction::percent(&format!("p.{stem}_locally_excepted"), &whole, true);
        let test = share.compared(">", &Fraction::number(*above));
        format!("CASE WHEN {whole} = 0 THEN NULL WHEN {test} THEN 'yes' ELSE 'no' END")
    }
}
