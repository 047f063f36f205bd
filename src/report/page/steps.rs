//! What is within reach, and where people drop out.

use crate::report::attrition::LEGEND;
use crate::report::next::{tables, words};
use crate::report::page::practices::{owned, picked};
use crate::report::page::{Material, Section};

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
    let rows: Vec<_> = material.next.iter().filter(|row| row.year == year).cloned().collect();
    let best = words::best_first(&rows);
    let sentences: Vec<String> = best.iter().take(SENTENCES).filter_map(|row| words::sentence(row)).collect();
    section.paragraphs.push(match sentences.is_empty() {
        true => "No payment has a step ahead.".to_owned(),
        false => {
            "How many more people reach each practice's next step of pay and what that is worth, the most for the \
                  fewest people first; and how many may be lost before a step is. The fee for each dose comes on top."
                .to_owned()
        }
    });
    section.list.extend(sentences.into_iter().map(|sentence| format!("{sentence}.")));
    let table = picked(&tables::measures(best.iter().copied()), &COLUMNS);
    section.tables.push(("steps-table".to_owned(), material.known.beside(&table)));
    section
}

/// Where people drop out, for all practices together.
pub(super) fn attrition(material: &Material<'_>) -> Section {
    let mut section = Section::new("attrition", "Where people drop out");
    section.paragraphs.push("All practices together, clause by clause in the rules' own words.".to_owned());
    section.list.extend(LEGEND.map(str::to_owned));
    for (table, number) in material.attrition.tables(0, "").iter().zip(1..) {
        section.tables.push((format!("attrition-{number}"), owned(table)));
    }
    section
}
