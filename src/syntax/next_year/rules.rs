//! A `.rules` file carried over: only the words that say how sure a clause is are changed.

use pest::Parser;

use crate::syntax::grammar::{Rule, RulesParser};
use crate::syntax::next_year::{NextYear, dates, noted, remarks};

/// The file in the new year. Clauses that were surer than `assumed` are assumed, and days of the calendar and texts that
/// name a year are marked. A file that cannot be read stays as it is: a rulebook that was checked has none.
pub fn rules(text: &str, next: &NextYear<'_>) -> String {
    let Ok(pairs) = RulesParser::parse(Rule::file, text) else { return text.to_owned() };
    // Every place is found by its kind, so that blocks which the grammar learns later are carried over too.
    let pairs: Vec<_> = pairs.flatten().collect();
    let conflicts = pairs.iter().filter(|pair| pair.as_rule() == Rule::conflict).map(|pair| pair.as_span());
    let conflicts: Vec<_> = conflicts.map(|span| span.start()..span.end()).collect();
    let mut notes: Vec<(usize, String)> = Vec::new();
    let mut statuses = Vec::new();
    for pair in &pairs {
        let span = pair.as_span();
        let words = span.as_str().trim_end();
        match pair.as_rule() {
            Rule::status if words != "assumed" => {
                notes.push((span.start(), format!("{words} in {}", next.from)));
                statuses.push(span.start()..span.start() + words.len());
            }
            Rule::calendar => notes.push((span.start(), format!("{words} is a day of the calendar, left as it was"))),
            // Where sources disagree, their own dates are meant.
            Rule::text
                if dates::names_a_year(words) && !conflicts.iter().any(|range| range.contains(&span.start())) =>
            {
                notes.push((span.start(), "this text names a year".to_owned()));
            }
            _ => {}
        }
    }
    let line_of = |at: usize| text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    let notes: Vec<(usize, String)> = notes.into_iter().map(|(at, note)| (line_of(at), note)).collect();
    let mut assumed = text.to_owned();
    for status in statuses.into_iter().rev() {
        assumed.replace_range(status, "assumed");
    }
    with_notes(&remarks(&assumed, next, true), &notes)
}

/// The text with notes at the ends of lines, which are counted from 0.
fn with_notes(text: &str, notes: &[(usize, String)]) -> String {
    let line = |(at, line): (usize, &str)| {
        let said: Vec<&str> = notes.iter().filter(|(of, _)| *of == at).map(|(_, note)| note.as_str()).collect();
        if said.is_empty() { line.to_owned() } else { noted(line, &said.join("; ")) }
    };
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_assumed_and_days_are_marked() {
        let next = NextYear { from: "toy/2030-31", scheme: "toy", year: "2031-32", first: 2030, by: 1, known: &[] };
        let text = "# Toy 2030/31\n# as in 2029\nindicator T1 \"one of 2030\"\n  source letter-2030 official\n  register registered at year end and born after 1 May 2020 # x\n  achieved any jab\n    source press assumed\n    conflict \"of 2029\"\n";
        let expected = "# Toy 2031/32\n# as in 2029  # look: written for toy/2030-31\nindicator T1 \"one of 2030\"  # look: this text names a year\n  source letter-2030 assumed  # look: official in toy/2030-31\n  register registered at year end and born after 1 May 2020 # x  # look: 1 May 2020 is a day of the calendar, left as it was\n  achieved any jab\n    source press assumed\n    conflict \"of 2029\"\n";
        assert_eq!(rules(text, &next), expected);
        // A year later the notes are those of that year.
        let again = NextYear { from: "toy/2031-32", year: "2032-33", first: 2031, ..next };
        let later = rules(expected, &again);
        assert!(later.contains("  source letter-2030 assumed  # look: official in toy/2030-31\n"), "{later}");
        assert_eq!(later.matches("# look").count(), 4, "{later}");
    }
}
