//! The return: baseline and year end from records or from given counts, exceptions, and what is paid.

use std::collections::{BTreeMap, BTreeSet};

use super::PathwayArguments;
use crate::cli::CliError;
use crate::cli::facts::KnownPractices;
use crate::cli::given_counts::{CountRemarks, GivenCounts};
use crate::data::{Extract, PracticeId};
use crate::eval::counts::Counts;
use crate::eval::pay::{Counted, Facts, Origin, earned};
use crate::ground::{Amount, Findings};
use crate::model::book::{Figure, FigureValue, MeasurementId};
use crate::report::figured::{ANY_PRACTICE, Figured, gap_words};
use crate::report::gaps::NamedGap;
pub(super) use crate::report::pathway::Readers;
use crate::report::pathway::{ReturnRow, Scene};

/// Who was counted, besides what the pathway came to.
#[derive(Clone, Copy)]
pub(super) struct Counting<'a> {
    pub(super) extract: &'a Extract,
    pub(super) known: &'a KnownPractices,
    /// By practice of the extract: whether it takes part.
    pub(super) takes_part: &'a [bool],
}

/// The rows of the return, and what must be known of them.
pub(super) struct Returned {
    pub(super) rows: Vec<ReturnRow>,
    pub(super) gaps: Vec<NamedGap>,
    pub(super) notes: Vec<String>,
}

/// Counts by practice, then by indicator of the pathway.
type ByPractice = BTreeMap<String, Vec<Option<Counted>>>;

impl Returned {
    pub(super) fn of(
        arguments: &PathwayArguments,
        scene: &Scene<'_>,
        counting: &Counting<'_>,
        findings: &mut Findings,
    ) -> Result<Returned, CliError> {
        let mut remarks = CountRemarks::default();
        let given = given_year_end(arguments, scene, &mut remarks, findings)?;
        let figures = counting.known.figures(0);
        let mut rows = Vec::new();
        for practice_code in practices(scene, counting, given.as_ref()) {
            let id = counting.extract.practices().find(|(_, code)| *code == practice_code).map(|(id, _)| id);
            rows.extend(practice_rows(
                arguments,
                scene,
                counting.known,
                &figures,
                (id, &practice_code),
                given.as_ref(),
            ));
        }
        let gaps = gaps(&rows, scene, &figures);
        let mut notes = remarks.notes();
        for set in &counting.known.overrides {
            notes.push(format!("set for this run: {} is {}", set.figure, set.set_to));
        }
        Ok(Returned { rows, gaps, notes })
    }
}

/// Counts at the year's end that somebody else made.
fn given_year_end(
    arguments: &PathwayArguments,
    scene: &Scene<'_>,
    remarks: &mut CountRemarks,
    findings: &mut Findings,
) -> Result<Option<ByPractice>, CliError> {
    let Some(path) = &arguments.year_end else { return Ok(None) };
    let given = GivenCounts::read(path)?;
    findings.merge(given.table.findings.clone());
    let books = [scene.book.clone()];
    let by_book = given.by_book(&books, remarks)?;
    let matched = by_book.first().map(|counts| counts.matched(scene.book, remarks)).unwrap_or_default();
    findings.merge(remarks.findings.clone());
    let of_pathway = |counts: Vec<Option<Counted>>| -> Vec<Option<Counted>> {
        measurements(scene).map(|id| counts.get(id.index()).copied().flatten()).collect()
    };
    Ok(Some(matched.into_iter().map(|(practice, counts)| (practice, of_pathway(counts))).collect()))
}

/// The scheme's own measurements of the pathway's indicators.
fn measurements<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = MeasurementId> + 'a {
    let codes = scene.pathway.indicators.iter().map(|id| &scene.book.measures[id.index()].code);
    codes.filter_map(|code| scene.book.measurement_of(code))
}

/// The practices that have anybody on a register, or whose counts were given, in bytewise order.
fn practices(scene: &Scene<'_>, counting: &Counting<'_>, given: Option<&ByPractice>) -> BTreeSet<String> {
    let is_there = |counts: &[Counts]| counts.iter().any(|counts| counts.register > 0);
    let counted = counting.extract.practices().filter(|(PracticeId(at), _)| {
        let at = *at as usize;
        counting.takes_part[at] && (is_there(&scene.result.year_end[at]) || is_there(&scene.result.baseline[at]))
    });
    let counted = counted.map(|(_, code)| code.to_owned());
    counted.chain(given.into_iter().flat_map(|given| given.keys().cloned())).collect()
}

fn practice_rows(
    arguments: &PathwayArguments,
    scene: &Scene<'_>,
    known: &KnownPractices,
    figures: &[Figure],
    (id, practice_code): (Option<PracticeId>, &str),
    given: Option<&ByPractice>,
) -> Vec<ReturnRow> {
    let exceptions = exceptions(scene, practice_code);
    let facts = facts(arguments, scene, known, (id, practice_code), given, &exceptions);
    let area = known.practices.find(practice_code).and_then(|practice| practice.area.clone()).unwrap_or_default();
    let audit_above = scene.pathway.audit_above.and_then(|figure| match figures[figure.index()].value {
        FigureValue::Is(amount) => Some(amount),
        FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
    });
    let audit_not_set = audit_gap(scene, figures);
    let rows = measurements(scene).zip(&exceptions).map(|(measurement, exceptions)| ReturnRow {
        practice_code: practice_code.to_owned(),
        area: area.clone(),
        indicator: scene.book.measurements[measurement.index()].label.clone(),
        baseline: facts.baselines[measurement.index()],
        year_end: facts.counts[measurement.index()],
        exceptions: exceptions.clone(),
        audit_above,
        audit_not_set: audit_not_set.clone(),
        pounds: Figured::of(earned(scene.book, figures, measurement, &facts).pounds, scene.book),
    });
    rows.collect()
}

/// By indicator, then by state that is reported as an exception: how many children of a practice.
fn exceptions(scene: &Scene<'_>, practice_code: &str) -> Vec<Vec<u64>> {
    let states: Vec<usize> = scene
        .pathway
        .states
        .iter()
        .enumerate()
        .filter(|(_, state)| state.exception.is_some())
        .map(|(at, _)| at)
        .collect();
    let mut counted = vec![vec![0; states.len()]; scene.pathway.indicators.len()];
    for child in scene.result.children.iter().filter(|child| child.practice_code == practice_code) {
        if let Some(at) = states.iter().position(|state| *state == child.state.index()) {
            child.indicators.iter().for_each(|indicator| counted[*indicator][at] += 1);
        }
    }
    counted
}

/// What the practice's payments are computed from.
fn facts(
    arguments: &PathwayArguments,
    scene: &Scene<'_>,
    known: &KnownPractices,
    (id, practice_code): (Option<PracticeId>, &str),
    given: Option<&ByPractice>,
    exceptions: &[Vec<u64>],
) -> Facts {
    let mut facts = known.facts(&arguments.practices, scene.book, practice_code, Origin::Records);
    for (indicator, measurement) in measurements(scene).enumerate() {
        let from_records =
            |counts: &[Vec<Counts>]| id.map(|PracticeId(at)| Counted::from(counts[at as usize][indicator]));
        let year_end = match given {
            Some(given) => given.get(practice_code).and_then(|counts| counts[indicator]),
            None => from_records(&scene.result.year_end),
        };
        let locally_excepted = Amount::from(exceptions[indicator].iter().sum::<u64>());
        facts.counts[measurement.index()] = year_end.map(|counted| Counted { locally_excepted, ..counted });
        if !known.has_baselines() {
            facts.baselines[measurement.index()] = from_records(&scene.result.baseline);
        }
    }
    facts
}

/// Why the rate above which a practice is audited is not known, if it is not.
fn audit_gap(scene: &Scene<'_>, figures: &[Figure]) -> Option<String> {
    let figure = scene.pathway.audit_above?;
    let is_unset = matches!(figures[figure.index()].value, FigureValue::Unset(_));
    is_unset.then(|| gap_words(crate::eval::pay::Gap::Unset(figure), scene.book, ANY_PRACTICE))
}

/// What is not known, and whom it concerns: pounds, and the rate above which a practice is audited.
fn gaps(rows: &[ReturnRow], scene: &Scene<'_>, figures: &[Figure]) -> Vec<NamedGap> {
    let mut by_sentence: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        if let Figured::Gap(why) = &row.pounds {
            by_sentence.entry(why.clone()).or_default().insert(row.practice_code.clone());
        }
    }
    if let Some(why) = audit_gap(scene, figures) {
        by_sentence.entry(why).or_default().extend(rows.iter().map(|row| row.practice_code.clone()));
    }
    let year = scene.book.name.to_string();
    let gap = |(gap, practices): (String, BTreeSet<String>)| NamedGap {
        gap,
        years: vec![year.clone()],
        practices: practices.into_iter().collect(),
    };
    by_sentence.into_iter().map(gap).collect()
}
