//! What to do next in plain words, most for fewest people first.

use std::cmp::Ordering;

use crate::ground::Amount;
use crate::report::figured::Figured;
use crate::report::next::{Change, NextRow, StepRow};
use crate::report::style::{grouped, harmless, listed};
use crate::report::wording::said;

/// The measures with a step ahead, those first whose next step is worth most for each of the people that it needs; of
/// equals, and of those whose worth is not known, in the order of the rows.
pub fn best_first(rows: &[NextRow]) -> Vec<&NextRow> {
    let mut ahead: Vec<&NextRow> = rows.iter().filter(|row| row.next().is_some()).collect();
    ahead.sort_by(|a, b| by_worth(a, b));
    ahead
}

/// What is worth more for each of its people first; what is not known last.
pub fn by_worth(a: &NextRow, b: &NextRow) -> Ordering {
    each(b).cmp(&each(a))
}

fn each(row: &NextRow) -> Option<Amount> {
    let step = row.next()?;
    step.change.pounds.known()?.over(Amount::from(step.people))
}

/// A sentence on a measure's next step, and on the next people one by one: `A81001, VI001, 2023-24: 1 more reaches
/// the lower threshold (89 %), worth £548.82; the next three are worth £548.82, £609.80 and £609.80; 7 reach the upper
/// threshold (96 %), £3,841.74 in all`. None without a step ahead.
pub fn sentence(row: &NextRow) -> Option<String> {
    let step = row.next()?;
    let (more, reach) = (step.people, if step.people == 1 { "reaches" } else { "reach" });
    let mut text = format!(
        "{}, {}, {}: {more} more {reach} {}, worth {}",
        harmless(&row.practice_code),
        row.indicator,
        row.year,
        called(step),
        worth(&step.change)
    );
    if step.last.pounds.known().is_some_and(|pounds| more > 1 && Some(pounds) != step.change.pounds.known()) {
        text.push_str(&format!(", {} of it for the last", worth(&step.last)));
    }
    let singly: Vec<String> = row.each_more.iter().filter(|change| is_known(change)).map(worth).collect();
    match singly.len() {
        0 => {}
        1 => text.push_str(&format!("; the next is worth {}", singly[0])),
        2 => text.push_str(&format!("; the next two are worth {}", listed(&singly))),
        _ => text.push_str(&format!("; the next three are worth {}", listed(&singly))),
    }
    let full = row.steps.iter().rfind(|other| !other.is_held && other.people > step.people);
    if let Some(full) = full {
        text.push_str(&format!("; {} reach {}, {} in all", full.people, called(full), worth(&full.change)));
    }
    Some(text)
}

/// A step by its figure's name and value: `the lower threshold (89 %)`.
fn called(step: &StepRow) -> String {
    if step.at.is_empty() {
        format!("the place where {}", step.reached_when)
    } else {
        format!("the {} ({})", said(&step.step), step.at)
    }
}

fn is_known(change: &Change) -> bool {
    change.pounds.known().or(change.points.known()).is_some()
}

/// In pounds where they are known, else in points.
fn worth(change: &Change) -> String {
    match (&change.pounds, &change.points) {
        (Figured::Known(pounds), _) if pounds.is_negative() => {
            format!("−£{}", grouped(pounds.to_decimals(2).trim_start_matches('-')))
        }
        (Figured::Known(pounds), _) => format!("£{}", grouped(&pounds.to_decimals(2))),
        (Figured::Gap(_) | Figured::None | Figured::Withheld, Figured::Known(points)) => {
            format!("{} points", points.to_decimals(4))
        }
        (Figured::Gap(_) | Figured::None | Figured::Withheld, Figured::Gap(_) | Figured::None | Figured::Withheld) => {
            "an amount that is not known".to_owned()
        }
    }
}
