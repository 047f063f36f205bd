//! What is within reach, and where people drop out.

use crate::report::attrition::LEGEND;
use crate::report::comparison::Side;
use crate::report::disclosure::Disclosure;
use crate::report::next::{NextRow, groups, tables, words};
use crate::report::page::practices::{owned, picked};
use crate::report::page::{Material, Section};
use crate::report::rollup::Grouping;

/// How many sentences stand above the table.
const SENTENCES: usize = 5;

/// The columns of `next` that a reader of a page needs.
const COLUMNS: [&str; 13] = [
    "year",
    "practice_code",
    "indicator",
    "denominator",
    "numerator",
    "achievement_percent",
    "next_step",
    "next_step_at",
    "more_needed",
    "next_step_pounds",
    "one_more_pounds",
    "may_lose",
    "loss_pounds",
];

/// Steps of the last year asked for: those of a year that is over cannot be reached any more.
pub(super) fn section(material: &Material<'_>) -> Section {
    let year = material.sides.last().map_or("", |side| side.label);
    let mut section = Section::new("steps", format!("Steps within reach, {year}"));
    let of_year: Vec<NextRow> = material.next.iter().filter(|row| row.year == year).cloned().collect();
    match (material.grouping, material.disclosure) {
        (Some(grouping), Some(done)) => section.paragraphs.push(format!(
            "Left out: steps are those of single practices, of which a report of {} that is {} says nothing.",
            grouping.kind.many,
            done.label()
        )),
        (Some(grouping), None) => of_groups(&mut section, &of_year, grouping),
        (None, _) => of_practices(&mut section, material, of_year),
    }
    section
}

fn of_groups(section: &mut Section, rows: &[NextRow], grouping: &Grouping) {
    section.paragraphs.push(format!(
        "A step is a practice's, so each {} has those of its practices together: how many more people reach the next step of \
         every practice that has one ahead and what that is worth, the practice that brings most for the fewest people, and \
         how many practices would lose a step by one person fewer. The fee for each dose comes on top.",
        grouping.kind.one
    ));
    section.tables.push(("steps-table".to_owned(), groups::table(rows, grouping)));
}

fn of_practices(section: &mut Section, material: &Material<'_>, rows: Vec<NextRow>) {
    let (withheld, told): (Vec<NextRow>, Vec<NextRow>) = rows.into_iter().partition(|row| is_withheld(material, row));
    let best = words::best_first(&told);
    let sentences: Vec<String> = best.iter().take(SENTENCES).filter_map(|row| words::sentence(row)).collect();
    section.paragraphs.push(match sentences.is_empty() {
        true => "No payment has a step ahead.".to_owned(),
        false => {
            "How many more people reach each practice's next step of pay and what that is worth, the most for the \
                  fewest people first; and how many may be lost before a step is. The fee for each dose comes on top."
                .to_owned()
        }
    });
    if !withheld.is_empty() {
        section.paragraphs.push(format!(
            "Left out: what is next for {} of {} pairs of practice and indicator, since it would give withheld counts away.",
            withheld.len(),
            withheld.len() + told.len()
        ));
    }
    section.list.extend(sentences.into_iter().map(|sentence| format!("{sentence}.")));
    let table = picked(&tables::measures(best.iter().copied()), &COLUMNS);
    section.tables.push(("steps-table".to_owned(), material.known.beside(&table)));
}

/// Words of a rule in quotation marks, as a page has them; a terminal sets them between backquotes.
fn quoted(line: &str) -> String {
    let marks = ["“", "”"].into_iter().cycle();
    let mut parts = line.split('`');
    let first = parts.next().unwrap_or_default().to_owned();
    marks.zip(parts).fold(first, |text, (mark, part)| text + mark + part)
}

/// True if a step of the row is worked out from a count that is withheld.
fn is_withheld(material: &Material<'_>, row: &NextRow) -> bool {
    let hides = |side: &Side<'_>| {
        let withholding = side.withholding?;
        let facts = side.shown.get(&row.practice_code)?;
        let id = side.book.measurement_labelled(&row.indicator)?;
        Some(withholding.hides(side.book, &row.practice_code, facts, id))
    };
    material.sides.iter().filter(|side| side.label == row.year).filter_map(hides).any(|is_hidden| is_hidden)
}

/// Where people drop out, for all practices together.
pub(super) fn attrition(material: &Material<'_>) -> Section {
    let mut section = Section::new("attrition", "Where people drop out");
    if let Some(Disclosure::Round { base }) = material.disclosure {
        section.paragraphs.push(format!(
            "Left out: rounded lines beside rounded practices could give a count away. `uptake attrition --round {base}` \
             gives them by themselves."
        ));
        return section;
    }
    section.paragraphs.push("All practices together, clause by clause in the rules' own words.".to_owned());
    let left_out = material.attrition.left_out();
    if !left_out.is_empty() {
        section.paragraphs.push(format!(
            "Left out, since a total that its lines share with the practices is withheld: {}.",
            left_out.join("; ")
        ));
    }
    section.list.extend(LEGEND.map(quoted));
    for (table, number) in material.attrition.tables(0, "").iter().zip(1..) {
        section.tables.push((format!("attrition-{number}"), owned(table)));
    }
    section
}
