//! Results as FHIR R4: a Bundle of MeasureReports, one for each practice, indicator and year.
//!
//! Comes in: rows of a run, with the rulebooks that they follow. Goes out: one JSON document, an entry a line. A report of
//! patients (`subject-list`) is followed by the Lists of those whom its populations count.
//!
//! In FHIR a denominator is counted before exclusions and exceptions are taken out, and the score after: so `denominator`
//! here is the register, as `initial-population` is, and the score is the achievement.

mod elements;

use std::io;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::report::disclosure::Disclosure;
use crate::report::fhir::elements::{
    Concept, Group, Item, List, MeasureReport, Meta, Period, Population, Reference, Score, concept,
};
use crate::report::rows::{MeasureRow, PatientRow};

/// A row's rulebook, and the row.
pub type OfBook<'a, R> = (&'a Rulebook, &'a R);

/// The populations of a proportion, each with what it counts of a practice's register.
const POPULATIONS: [Counts; 5] = [
    Counts { code: "initial-population", outcome: None },
    Counts { code: "denominator", outcome: None },
    Counts { code: "denominator-exclusion", outcome: Some("excluded") },
    Counts { code: "denominator-exception", outcome: Some("excepted") },
    Counts { code: "numerator", outcome: Some("achieved") },
];

/// A population by its code, and the outcome that it counts; None for the whole register.
struct Counts {
    code: &'static str,
    outcome: Option<&'static str>,
}

/// Writes a report for each practice, indicator and year, with counts alone. A count that is withheld is told to be
/// masked, and reports that have seen disclosure control are tagged with what was done.
///
/// # Errors
/// What the writer says.
pub fn write_summaries(
    out: &mut dyn io::Write,
    rows: &[OfBook<'_, MeasureRow>],
    disclosure: Option<Disclosure>,
) -> io::Result<()> {
    let mut bundle = Bundle::open(out)?;
    for (book, row) in rows {
        let (counts, withheld) = (&row.counts, row.withheld);
        let register = (counts.register, withheld.register);
        let counted = [
            register,
            register,
            (counts.excluded, withheld.excluded),
            (counts.excepted, withheld.excepted),
            (counts.numerator, withheld.numerator),
        ];
        let population = POPULATIONS.iter().zip(counted).map(|(of, (people, is_withheld))| {
            let count = people.whole().and_then(|whole| u64::try_from(whole).ok());
            if is_withheld { Population::masked(of.code) } else { Population::new(of.code, count, None) }
        });
        let achievement = counts.achievement_percent().filter(|_| !withheld.achievement());
        let score = achievement.map(|percent| percent.to_decimals(2));
        let subject = Subject { book, year: &row.year, practice_code: &row.practice_code, indicator: &row.indicator };
        let report = subject.report("summary", population.collect(), score.as_deref());
        bundle.add(&MeasureReport { meta: disclosure.map(|done| Meta::tagged(done.label())), ..report })?;
    }
    bundle.close()
}

/// Writes a report for each practice, indicator and year, with lists of patients. The rows are in order of practice,
/// indicator, year and patient.
///
/// # Errors
/// What the writer says.
pub fn write_subject_lists(out: &mut dyn io::Write, rows: &[OfBook<'_, PatientRow<'_>>]) -> io::Result<()> {
    fn place<'r>((_, row): &OfBook<'_, PatientRow<'r>>) -> (&'r str, &'r str, &'r str) {
        (row.practice_code, row.indicator, row.year)
    }
    let mut bundle = Bundle::open(out)?;
    for group in rows.chunk_by(|a, b| place(a) == place(b)) {
        let Some((book, first)) = group.first() else { continue };
        let (practice_code, indicator, year) = (first.practice_code, first.indicator, first.year);
        let mut lists = Vec::new();
        let mut population = Vec::new();
        for Counts { code, outcome } in &POPULATIONS {
            let is_in = |(_, row): &&OfBook<'_, PatientRow<'_>>| outcome.is_none_or(|outcome| row.outcome == outcome);
            let patients: Vec<Item> =
                group.iter().filter(is_in).map(|(_, row)| Item { item: Reference::patient(&row.patient_id) }).collect();
            let count = patients.len() as u64;
            let title = format!("{indicator} {year}, {practice_code}: {code}");
            let list = (count > 0).then(|| List::of(title, patients));
            population.push(Population::new(
                code,
                Some(count),
                list.as_ref().map(|list| Reference::to(full_url(list))),
            ));
            lists.extend(list);
        }
        let score = score(&population);
        let subject = Subject { book, year, practice_code, indicator };
        bundle.add(&subject.report("subject-list", population, score.as_deref()))?;
        lists.iter().try_for_each(|list| bundle.add(list))?;
    }
    bundle.close()
}

/// The achievement in per cent that populations in the order of [`POPULATIONS`] give.
fn score(populations: &[Population]) -> Option<String> {
    let count = |at: usize| populations.get(at).and_then(|population| population.count).map(i128::from);
    let left = count(1)? - count(2)? - count(3)?;
    Amount::ratio(count(4)? * 100, left).map(|percent| percent.to_decimals(2))
}

/// What a report is about.
struct Subject<'a> {
    book: &'a Rulebook,
    year: &'a str,
    practice_code: &'a str,
    indicator: &'a str,
}

impl Subject<'_> {
    fn report(&self, kind: &'static str, population: Vec<Population>, score: Option<&str>) -> MeasureReport {
        let book = self.book;
        // Nobody has registered a canonical address for these measures; the name tells the rulebook that was applied.
        let measure = format!(
            "urn:uptake:{}:{}:{}",
            escaped(&book.name.scheme),
            escaped(&book.name.year),
            escaped(self.indicator)
        );
        MeasureReport {
            resource_type: "MeasureReport",
            meta: None,
            status: "complete",
            kind,
            measure: format!("{measure}|{}", book.revision),
            reporter: Reference::organization(self.practice_code),
            period: Period { start: book.start.to_string(), end: book.end.to_string() },
            improvement_notation: concept("measure-improvement-notation", "increase"),
            group: vec![Group {
                code: Concept { coding: Vec::new(), text: Some(format!("{} {}", self.indicator, self.year)) },
                population,
                measure_score: score.and_then(Score::percent),
            }],
        }
    }
}

/// A text as part of an address.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// An address that is the same for the same resource and for no other: a UUID (version 8) made of its digest.
fn full_url(resource: &impl Serialize) -> String {
    let json = serde_json::to_vec(resource).unwrap_or_default();
    let digest = Sha256::digest(&json);
    let mut bytes: Vec<u8> = digest.iter().take(16).copied().collect();
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A Bundle while it is written.
struct Bundle<'w> {
    out: &'w mut dyn io::Write,
    is_empty: bool,
}

impl<'w> Bundle<'w> {
    fn open(out: &'w mut dyn io::Write) -> io::Result<Bundle<'w>> {
        out.write_all(br#"{"resourceType":"Bundle","type":"collection""#)?;
        Ok(Bundle { out, is_empty: true })
    }

    fn add(&mut self, resource: &impl Serialize) -> io::Result<()> {
        // FHIR has no empty lists, so the member comes with its first entry.
        self.out.write_all(if self.is_empty { b",\"entry\":[\n" } else { b",\n" })?;
        self.is_empty = false;
        write!(self.out, r#"{{"fullUrl":"{}","resource":"#, full_url(resource))?;
        serde_json::to_writer(&mut *self.out, resource)?;
        self.out.write_all(b"}")
    }

    fn close(self) -> io::Result<()> {
        self.out.write_all(if self.is_empty { b"}\n" } else { b"\n]}\n" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::rows::tests::{book, row};

    #[test]
    fn a_summary_counts_the_populations_as_fhir_does() {
        let book = book();
        let row = row("2030-31", "A1", "T1");
        let mut out = Vec::new();
        write_summaries(&mut out, &[(&book, &row)], None).unwrap();
        let bundle: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let report = &bundle["entry"][0]["resource"];
        // A register of 10, of whom 1 is excluded and 2 are excepted; 5 of the 7 who are left: 71.43 %.
        let counts: Vec<(&str, u64)> = report["group"][0]["population"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| (of["code"]["coding"][0]["code"].as_str().unwrap(), of["count"].as_u64().unwrap()))
            .collect();
        let expected = [10, 10, 1, 2, 5];
        assert_eq!(counts, POPULATIONS.iter().map(|of| of.code).zip(expected).collect::<Vec<_>>());
        assert_eq!(report["group"][0]["measureScore"]["value"], 71.43);
        assert_eq!(report["measure"], "urn:uptake:toy:2030-31:T1|3");
        assert_eq!(report["period"], serde_json::json!({"start": "2030-04-01", "end": "2031-03-31"}));
    }

    #[test]
    fn nothing_is_an_empty_bundle() {
        let mut out = Vec::new();
        write_summaries(&mut out, &[], None).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}\n");
    }

    #[test]
    fn a_denominator_of_nobody_has_no_score() {
        let counts = [Some(4), Some(4), Some(1), Some(3), Some(0)];
        let populations = POPULATIONS.iter().zip(counts).map(|(of, count)| Population::new(of.code, count, None));
        assert_eq!(score(&populations.collect::<Vec<_>>()), None);
    }

    #[test]
    fn names_are_escaped_in_addresses() {
        assert_eq!(escaped("wf-newham/é 1"), "wf-newham%2F%C3%A9%201");
    }
}
