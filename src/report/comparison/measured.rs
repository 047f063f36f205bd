//! Where the same name does not mean the same people: what a reader of a comparison must be warned of.

use crate::model::Rulebook;
use crate::model::book::{ConditionId, Measure, MeasureId};

/// A sentence for every measure that a later rulebook measures in other words than the first that has it.
pub fn differences(books: &[&Rulebook]) -> Vec<String> {
    let mut sentences = Vec::new();
    for (at, book) in books.iter().enumerate() {
        for measure in &book.measures {
            let same = |other: &&Rulebook| other.measure(&measure.code).map(|id| (id, other.name.to_string()));
            let Some((id, name)) = books[..at].iter().find_map(same) else { continue };
            let Some(first) = books[..at].iter().find(|other| other.name.to_string() == name) else { continue };
            sentences.extend(difference(first, &first.measures[id.index()], book, measure));
        }
    }
    sentences
}

fn difference(first: &Rulebook, before: &Measure, book: &Rulebook, measure: &Measure) -> Option<String> {
    let (here, there) = (words(book, measure.register.condition), words(first, before.register.condition));
    if here != there {
        return Some(format!(
            "{} counts other people in {} than in {}: `{here}` rather than `{there}`",
            measure.code, book.name, first.name
        ));
    }
    let (here, there) = (words(book, measure.achieved.condition), words(first, before.achieved.condition));
    (here != there).then(|| {
        format!(
            "{} is achieved otherwise in {} than in {}: `{here}` rather than `{there}`",
            measure.code, book.name, first.name
        )
    })
}

/// A sentence for a course that stands in for a measure: what it counts, and what it stands in for.
pub fn stand_in(book: &Rulebook, measure: MeasureId, proxy: MeasureId) -> String {
    let of = |id: MeasureId| &book.measures[id.index()];
    let (here, there) = (words(book, of(proxy).register.condition), words(book, of(measure).register.condition));
    let ages = if here == there { String::new() } else { format!(": `{here}` rather than `{there}`") };
    format!("{}: {} stands in for {}{ages}", book.name, of(proxy).code, of(measure).code)
}

fn words(book: &Rulebook, id: ConditionId) -> &str {
    &book.condition_words[id.index()].text
}
