//! Where the same name does not mean the same people: what a reader of a comparison must be warned of.

use crate::model::Rulebook;
use crate::model::book::{ConditionId, Measure, MeasureId};

/// A sentence for every measure that a later rulebook measures in other words than the first that has it. Each rulebook
/// comes under the name that readers know it by.
pub fn differences(books: &[(String, &Rulebook)]) -> Vec<String> {
    let mut sentences = Vec::new();
    for (at, later) in books.iter().enumerate() {
        for measure in &later.1.measures {
            let same = |other: &(String, &Rulebook)| other.1.measure(&measure.code);
            let Some((first, id)) = books[..at].iter().find_map(|other| Some((other, same(other)?))) else { continue };
            sentences.extend(difference(first, &first.1.measures[id.index()], later, measure));
        }
    }
    sentences
}

fn difference(
    (there, first): &(String, &Rulebook),
    before: &Measure,
    (here, book): &(String, &Rulebook),
    measure: &Measure,
) -> Option<String> {
    let (new, old) = (words(book, measure.register.condition), words(first, before.register.condition));
    if new != old {
        let code = &measure.code;
        return Some(format!("{code} counts other people in {here} than in {there}: `{new}` rather than `{old}`"));
    }
    let (new, old) = (words(book, measure.achieved.condition), words(first, before.achieved.condition));
    (new != old).then(|| {
        format!("{} is achieved otherwise in {here} than in {there}: `{new}` rather than `{old}`", measure.code)
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
