//! Doses that earn an item-of-service fee, paid to who gave them, else to the practice where the patient was registered.

use std::collections::BTreeMap;

use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{Fee, FeeId, Window};
use crate::model::formula::ProgramOf;
use crate::report::sql::conditions::Rows;
use crate::report::sql::counts::{decimal, programs, with_practices};
use crate::report::sql::plan::{Kind, Plan};
use crate::report::sql::programs::{Columns, Programs};
use crate::report::sql::records::{Look, Reading, Who};
use crate::report::sql::script::{Names, Script, indented, remark};
use crate::report::sql::{Asking, Refusal};

/// The query for one row per practice and fee.
pub(super) fn fees(script: &mut Script, asking: &Asking<'_>, book: &Rulebook) -> Result<String, Refusal> {
    if book.fees.is_empty() {
        return Err(Refusal { what: format!("the fees of {}", book.name), why: "it has none".to_owned() });
    }
    earning(script, asking, book)?;
    let mut names = Names::default();
    let doses: BTreeMap<FeeId, String> =
        (0..).map(FeeId).zip(&book.fees).map(|(id, fee)| (id, names.fresh(&format!("{} doses", fee.name)))).collect();
    let columns = doses.iter().map(|(id, name)| {
        let fee = asking.dialect.literal(&book.fees[id.index()].name);
        let count = format!("COUNT(CASE WHEN e.fee = {fee} THEN 1 END)");
        format!(",\n  {} AS {name}", asking.dialect.whole(&count))
    });
    let query = format!(
        "SELECT e.practice_code{}\nFROM earned AS e\nWHERE e.practice_code IS NOT NULL\nGROUP BY e.practice_code",
        columns.collect::<String>()
    );
    script.step("fee_tallies", "One row per practice: how many doses earn each fee.", &query);
    let places = programs(book, |program| matches!(program.of, ProgramOf::Fee(_)));
    let before = with_practices(script, asking, book, &BTreeMap::new(), &places, "fee_tallies");
    let columns = Columns { stems: BTreeMap::new(), doses: doses.clone(), has_baseline: false };
    let mut programs = Programs::new(book, asking.figures, asking.dialect, columns);
    let last = programs.write(script, &places, &before)?;
    let case = |value: &dyn Fn(FeeId) -> String| {
        let cases = doses.keys().map(|id| {
            let fee = asking.dialect.literal(&book.fees[id.index()].name);
            format!("\n      WHEN {fee} THEN {}", value(*id))
        });
        format!("CASE m.fee{} END", cases.collect::<String>())
    };
    let pounds = case(&|id| {
        let place = places.iter().find(|place| book.programs[**place].of == ProgramOf::Fee(id));
        decimal(asking, place.and_then(|place| programs.value(*place, "pounds")), 2)
    });
    Ok(format!(
        "SELECT r.*\nFROM (\n  SELECT {} AS year, p.practice_code, m.fee,\n    CAST({} AS BIGINT) AS doses,\n    {pounds} AS pounds\n  FROM {last} AS p\n  CROSS JOIN fees AS m\n) AS r\nWHERE r.doses > 0\nORDER BY {}, {}",
        asking.dialect.literal(asking.year_label),
        case(&|id| format!("p.{}", doses[&id])),
        asking.dialect.bytewise("r.practice_code"),
        asking.dialect.bytewise("r.fee"),
    ))
}

/// The steps to one row per dose that earns a fee, with the practice that earns it.
fn earning(script: &mut Script, asking: &Asking<'_>, book: &Rulebook) -> Result<(), Refusal> {
    let windows: Vec<&Window> = book.fees.iter().map(|fee| &fee.window).collect();
    let mut plan = Plan::of(book, &[], &windows)?;
    for fee in &book.fees {
        let kind = Kind::Clusters(fee.clusters);
        if !plan.kinds.contains(&kind) {
            plan.kinds.push(kind);
        }
    }
    let looks = [Look { measured_on: book.end, seen_to: book.end, births: (Day::FIRST, Day::LAST) }];
    let reading = Reading {
        book,
        dialect: asking.dialect,
        tables: asking.tables,
        plan: &plan,
        prefix: "",
        looks: &looks,
        who: Who::Anyone,
        report_day: None,
        with_givers: true,
    };
    let facts = reading.write(script);
    let literal = |text: &str| asking.dialect.literal(text);
    let of_fee =
        |fee: &Fee| format!("({}, {})", literal(&fee.name), literal(&Kind::Clusters(fee.clusters).words(book)));
    let rows: Vec<String> = book.fees.iter().map(of_fee).collect();
    script.rows("fees", "fee, counted_as", "What earns a fee.", &rows);
    let windows = book.fees.iter().map(|fee| {
        let says = remark(&format!("{} \"{}\"", fee.name, fee.title), 2);
        format!("{says}  WHEN {} THEN {}\n", literal(&fee.name), reading.rows().day_is_in(&fee.window))
    });
    let query = format!(
        "SELECT p.patient_id, m.fee, d.day, d.giver\nFROM {facts} AS p\nINNER JOIN doses AS d\n  \
         ON d.patient_id = p.patient_id AND d.day >= p.birth_date AND d.day <= p.seen_to\n\
         INNER JOIN fees AS m ON m.counted_as = d.counted_as\nWHERE CASE m.fee\n{}  ELSE FALSE END",
        windows.collect::<String>()
    );
    script.step("paid_doses", "Doses that earn a fee, each once a day, and who gave them.", &query);
    let query = format!(
        "SELECT e.patient_id, e.fee, e.day, e.practice_code\nFROM (\n  SELECT d.patient_id, d.fee, d.day, \
         COALESCE(d.giver, s.practice_code) AS practice_code,\n    ROW_NUMBER() OVER (\n      \
         PARTITION BY d.patient_id, d.fee, d.day\n      ORDER BY CASE WHEN s.practice_code IS NULL THEN 1 ELSE 0 END, \
         s.registered_date DESC, s.practice_code DESC) AS place\n  FROM paid_doses AS d\n  LEFT JOIN stays AS s\n    \
         ON s.patient_id = d.patient_id\n    AND {}\n) AS e\nWHERE e.place <= 1",
        indented(&Rows::holds_on("d.day"), 4).trim_start()
    );
    script.step(
        "earned",
        "A dose is paid to who gave it, else to the practice whose list the patient was on that day.",
        &query,
    );
    Ok(())
}
