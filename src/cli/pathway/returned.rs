//! The return: baseline and year end from records or from given counts, exceptions, and what is paid.

use std::collections::{BTreeMap, BTreeSet};

use super::PathwayArguments;
use super::setting::TakingPart;
use crate::cli::CliError;
use crate::cli::facts::KnownPractices;
use crate::cli::given_counts::{CountRemarks, GivenCounts};
use crate::data::{Extract, PracticeId};
use crate::eval::counts::Counts;
use crate::eval::pay::{Counted, Facts, Gap, Origin, earned};
use crate::ground::{Amount, FindingKind, Findings};
use crate::model::book::{Figure, FigureId, FigureValue, MeasurementId};
use crate::model::formula::Operand;
use crate::report::disclosure::{Disclosure, rounded_whole};
use crate::report::figured::{ANY_PRACTICE, Figured, gap_words};
use crate::report::gaps::NamedGap;
pub(super) use crate::report::pathway::Readers;
use crate::report::pathway::{ReturnRow, Scene, WithheldAreas, WithheldReturn, withhold};

/// Who was counted, besides what the pathway came to.
#[derive(Clone, Copy)]
pub(super) struct Counting<'a> {
    pub(super) extract: &'a Extract,
    pub(super) known: &'a KnownPractices,
    pub(super) taking_part: &'a TakingPart,
}

/// The rows of the return, and what must be known of them.
pub(super) struct Returned {
    pub(super) rows: Vec<ReturnRow>,
    pub(super) gaps: Vec<NamedGap>,
    pub(super) notes: Vec<String>,
    /// What is withheld of areas.
    pub(super) withheld_areas: WithheldAreas,
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
            rows.extend(practice_rows(arguments, scene, counting, &figures, (id, &practice_code), given.as_ref())?);
        }
        let below = arguments.disclosure.asked()?.and_then(Disclosure::below);
        let withheld_areas = below.map_or_else(WithheldAreas::new, |below| withhold(&mut rows, below));
        let without_room = rows.iter().filter(|row| !row.fits()).count() as u64;
        let file = arguments.year_end.as_ref().map_or(String::new(), |path| path.display().to_string());
        findings.add_counted(FindingKind::ExceptionsWithoutRoom, &file, "denominator", without_room, &[]);
        let gaps = gaps(&rows, scene, &figures);
        let mut notes = remarks.notes();
        for set in &counting.known.overrides {
            notes.push(format!("set for this run: {} is {}", set.figure, set.set_to));
        }
        Ok(Returned { rows, gaps, notes, withheld_areas })
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
    let taking_part = counting.taking_part;
    let counted = counting.extract.practices().filter(|(PracticeId(at), code)| {
        let at = *at as usize;
        taking_part.has(code) && (is_there(&scene.result.year_end[at]) || is_there(&scene.result.baseline[at]))
    });
    let counted = counted.map(|(_, code)| code.to_owned());
    let given = given.into_iter().flat_map(|given| given.keys().cloned()).filter(|code| taking_part.has(code));
    counted.chain(given).collect()
}

fn practice_rows(
    arguments: &PathwayArguments,
    scene: &Scene<'_>,
    counting: &Counting<'_>,
    figures: &[Figure],
    (id, practice_code): (Option<PracticeId>, &str),
    given: Option<&ByPractice>,
) -> Result<Vec<ReturnRow>, CliError> {
    let disclosure = arguments.disclosure.asked()?;
    let mut exceptions = exceptions(scene, practice_code);
    if let Some(Disclosure::Round { base }) = disclosure {
        exceptions.iter_mut().flatten().for_each(|count| *count = rounded_whole(*count, base));
    }
    let known = counting.known;
    let facts = facts(arguments, scene, known, (id, practice_code), given, &exceptions);
    let facts = disclosure.map_or(facts.clone(), |disclosure| disclosure.facts(facts));
    let in_file = || known.practices.find(practice_code).and_then(|practice| practice.area.as_deref());
    let area = counting.taking_part.area(practice_code).or_else(in_file).unwrap_or_default().to_owned();
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
        withheld: WithheldReturn::default(),
    });
    // A practice has a row for each indicator on whose register it has anyone, then or now.
    let is_there = |counted: &Option<Counted>| counted.is_some_and(|counted| !counted.register.is_zero());
    let rows = rows.filter(|row| is_there(&row.baseline) || is_there(&row.year_end));
    Ok(rows.map(|row| if row.fits() { row } else { without_room(row) }).collect())
}

/// What a practice is paid on counts that have no room for its exceptions is not known.
fn without_room(row: ReturnRow) -> ReturnRow {
    let why = format!("the counts of {ANY_PRACTICE} for {} have no room for its exceptions", row.indicator);
    ReturnRow { pounds: Figured::Gap(why), ..row }
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
    facts.baselines.resize(scene.book.measurements.len(), None);
    for (indicator, measurement) in measurements(scene).enumerate() {
        let from_records =
            |counts: &[Vec<Counts>]| id.map(|PracticeId(at)| Counted::from(counts[at as usize][indicator]));
        let year_end = match given {
            Some(given) => given.get(practice_code).and_then(|counts| counts[indicator]),
            None => from_records(&scene.result.year_end),
        };
        let locally_excepted = Amount::from(exceptions[indicator].iter().sum::<u64>());
        facts.counts[measurement.index()] = year_end.map(|counted| Counted { locally_excepted, ..counted });
        // Without `since` there is no year whose results could be the baseline.
        if !known.has_baselines() && scene.pathway.baseline.is_some() {
            facts.baselines[measurement.index()] = from_records(&scene.result.baseline);
        }
    }
    facts
}

/// The figures that payments read and nobody has set.
fn unset_figures<'a>(scene: &'a Scene<'_>, figures: &'a [Figure]) -> impl Iterator<Item = FigureId> + 'a {
    let ids = (0..).map(FigureId).zip(figures);
    let unset = ids.filter(|(_, figure)| matches!(figure.value, FigureValue::Unset(_)));
    let is_read = |id: FigureId| {
        scene.book.programs.iter().any(|program| program.reads(&|operand| operand == Operand::Figure(id)))
    };
    unset.map(|(id, _)| id).filter(move |id| is_read(*id))
}

/// Why the rate above which a practice is audited is not known, if it is not.
fn audit_gap(scene: &Scene<'_>, figures: &[Figure]) -> Option<String> {
    let figure = scene.pathway.audit_above?;
    let is_unset = matches!(figures[figure.index()].value, FigureValue::Unset(_));
    is_unset.then(|| gap_words(Gap::Unset(figure), scene.book, ANY_PRACTICE))
}

/// What is not known, and whom it concerns: pounds, and the rate above which a practice is audited.
fn gaps(rows: &[ReturnRow], scene: &Scene<'_>, figures: &[Figure]) -> Vec<NamedGap> {
    let mut by_sentence: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        if let Figured::Gap(why) = &row.pounds {
            by_sentence.entry(why.clone()).or_default().insert(row.practice_code.clone());
        }
    }
    // A figure that is not set is said even where something else is missing too.
    let unset = unset_figures(scene, figures).map(|figure| gap_words(Gap::Unset(figure), scene.book, ANY_PRACTICE));
    for why in unset.chain(audit_gap(scene, figures)) {
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
