//! Counts that somebody else made: which rows are whose year's, what they are counts of, and what stands in for what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::years::DEFAULT_SCHEME;
use crate::cli::{CliError, inputs};
use crate::data::counts::{self, CountRow, CountTable};
use crate::data::naming::TableName;
use crate::eval::pay::Counted;
use crate::ground::{FindingKind, Findings};
use crate::model::Rulebook;
use crate::model::book::{MeasureId, Measurement, MeasurementId, Proxy};
use crate::report::gaps::NamedGap;
use crate::report::style::listed;

/// A table of counts, read.
#[derive(Debug)]
pub(super) struct GivenCounts {
    pub(super) path: PathBuf,
    pub(super) table: CountTable,
}

/// The rows that one rulebook's practices are paid by.
#[derive(Debug)]
pub(super) struct BookCounts<'a> {
    file: String,
    rows: Vec<&'a CountRow>,
}

/// What a reader must know of counts: each is said on stderr and stands in JSON.
#[derive(Debug, Default)]
pub(super) struct CountRemarks {
    pub(super) findings: Findings,
    proxies: Remarks,
    approximate: Remarks,
    rounded: Remarks,
    /// Why another stand-in might be taken.
    conflicts: BTreeSet<String>,
    /// Measures that nobody counted, and of whose stand-ins only some were: by year as in the `year` column, measure, and
    /// what is missing.
    halves: Remarks,
    /// Which rows are used for which years.
    years: Vec<String>,
    /// By rulebook, as in the `year` column.
    practices: BTreeMap<String, BTreeSet<String>>,
}

/// By rulebook, measure, and what its counts were made of: the practices concerned.
type Remarks = BTreeMap<(String, String, String), BTreeSet<String>>;

/// One remark in JSON.
#[derive(Serialize)]
struct Remark<'a> {
    rulebook: &'a str,
    measure: &'a str,
    counts_of: &'a str,
    practices: &'a BTreeSet<String>,
}

impl GivenCounts {
    /// Reads the table.
    pub(super) fn read(path: &Path) -> Result<GivenCounts, CliError> {
        Ok(GivenCounts { path: path.to_owned(), table: counts::read(&inputs::open(path, TableName::Counts)?)? })
    }

    /// Each rulebook's rows. With a `year` column a row is for its own year; where no row is of any year asked for,
    /// every row is for all of them.
    pub(super) fn by_book(
        &self,
        books: &[Rulebook],
        remarks: &mut CountRemarks,
    ) -> Result<Vec<BookCounts<'_>>, CliError> {
        let years: BTreeSet<&str> = self.table.rows.iter().filter_map(|row| row.year.as_deref()).collect();
        let is_own = years.iter().any(|year| books.iter().any(|book| is_of(year, book)));
        if !is_own && years.len() > 1 {
            let years: Vec<String> = years.iter().map(|year| (*year).to_owned()).collect();
            let message =
                format!("{} has counts of {}, and none of these years was asked for", self.file(), listed(&years));
            return Err(CliError::usage(message).help("ask for one of them, or keep one year's rows in the file"));
        }
        if is_own {
            remarks.years.push("each row of the counts is used for its own year".to_owned());
        } else if let Some(year) = years.first() {
            remarks.years.push(format!("the counts are of {year} and are used for every year asked for"));
        }
        let is_used = |row: &CountRow, book: &Rulebook| match &row.year {
            Some(year) if is_own => is_of(year, book),
            Some(_) | None => true,
        };
        let of_book = |book| self.table.rows.iter().filter(move |row| is_used(row, book));
        Ok(books.iter().map(|book| BookCounts { file: self.file(), rows: of_book(book).collect() }).collect())
    }

    /// The practices that have a row, of whatever measure or year.
    pub(super) fn practices(&self) -> impl Iterator<Item = &str> {
        self.table.rows.iter().map(|row| row.practice_code.as_str())
    }

    /// The file's name as the user gave it.
    pub(super) fn file(&self) -> String {
        self.path.display().to_string()
    }
}

/// True if a cell of a `year` column names the rulebook.
pub(super) fn is_of(year: &str, book: &Rulebook) -> bool {
    year == book.year_label(DEFAULT_SCHEME) || year == book.name.to_string()
}

/// What a row's measure means in a rulebook: a measurement, and whether a year's counts stand for a quarter.
type Meanings<'b> = BTreeMap<&'b str, Vec<(MeasurementId, bool)>>;

fn meanings(book: &Rulebook) -> Meanings<'_> {
    let mut meanings = Meanings::new();
    for (measurement, at) in book.measurements.iter().zip(0..) {
        meanings.entry(&measurement.label).or_default().push((MeasurementId(at), false));
        let code = &book.measures[measurement.measure.index()].code;
        if *code != measurement.label {
            meanings.entry(code).or_default().push((MeasurementId(at), true));
        }
    }
    meanings
}

/// A practice's rows by measurement, those of the quarter itself before those of a whole year.
type Found<'a> = BTreeMap<(MeasurementId, bool), Vec<&'a CountRow>>;

impl BookCounts<'_> {
    /// The counts of each practice by measurement.
    pub(super) fn matched(
        &self,
        book: &Rulebook,
        remarks: &mut CountRemarks,
    ) -> BTreeMap<String, Vec<Option<Counted>>> {
        let meanings = meanings(book);
        let mut found: BTreeMap<&str, Found<'_>> = BTreeMap::new();
        let mut unknown: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for row in &self.rows {
            match meanings.get(row.measure.as_str()) {
                None => unknown.entry(&row.measure).or_default().push(row.row),
                Some(meant) => {
                    let of_practice = found.entry(&row.practice_code).or_default();
                    meant.iter().for_each(|meant| of_practice.entry(*meant).or_default().push(row));
                }
            }
        }
        self.count_unknown(book, &unknown, remarks);
        let mut matched = BTreeMap::new();
        for (practice_code, found) in found {
            let mut counts = self.choose(book, practice_code, found, remarks);
            stand_in(book, practice_code, &mut counts, remarks);
            let practices = remarks.practices.entry(book.year_label(DEFAULT_SCHEME)).or_default();
            practices.insert(practice_code.to_owned());
            matched.insert(practice_code.to_owned(), counts);
        }
        remarks.practices.entry(book.year_label(DEFAULT_SCHEME)).or_default();
        matched
    }

    fn count_unknown(&self, book: &Rulebook, unknown: &BTreeMap<&str, Vec<u64>>, remarks: &mut CountRemarks) {
        const NAMED: usize = 5;
        let mut names: Vec<String> = unknown.keys().take(NAMED).map(|name| (*name).to_owned()).collect();
        if unknown.len() > NAMED {
            names.push(format!("{} more", unknown.len() - NAMED));
        }
        let column = format!("measure ({}: {})", book.name, listed(&names));
        let rows: Vec<u64> = unknown.values().flatten().copied().collect();
        remarks.findings.add_counted(FindingKind::UnknownMeasure, &self.file, &column, rows.len() as u64, &rows);
    }

    /// Of several rows for one measurement, one whatever their order.
    fn choose(
        &self,
        book: &Rulebook,
        practice_code: &str,
        found: Found<'_>,
        remarks: &mut CountRemarks,
    ) -> Vec<Option<Counted>> {
        let mut counts: Vec<Option<Counted>> = vec![None; book.measurements.len()];
        for ((measurement, is_annual), mut rows) in found {
            rows.sort_by_key(|row| (row.numerator, row.denominator, row.register, row.row));
            let Some((row, others)) = rows.split_first() else { continue };
            // A year's row stands for four quarters and is told of once.
            let is_first = book.measurements[measurement.index()].quarter.is_none_or(|quarter| quarter == 1);
            for other in others.iter().filter(|other| is_first && !says_the_same(row, other)) {
                remarks.findings.add(FindingKind::CountedTwice, &self.file, "measure", Some(other.row));
            }
            let place = &mut counts[measurement.index()];
            if place.is_some() {
                continue;
            }
            *place = Some(counted(row));
            let code = code(book, measurement.index());
            if is_annual {
                note(&mut remarks.approximate, book, code, &row.measure, practice_code);
            }
            if row.rounded {
                note(&mut remarks.rounded, book, code, &row.measure, practice_code);
            }
        }
        counts
    }
}

fn says_the_same(one: &CountRow, other: &CountRow) -> bool {
    (one.numerator, one.denominator, one.register) == (other.numerator, other.denominator, other.register)
}

fn counted(row: &CountRow) -> Counted {
    let plain = Counted::of(row.numerator, row.denominator);
    match row.register {
        Some([register, excluded, excepted]) => {
            Counted { register: register.into(), excluded: excluded.into(), excepted: excepted.into(), ..plain }
        }
        None => plain,
    }
}

/// A measure's code: the quarters of one measure are remarked together.
fn code(book: &Rulebook, measurement: usize) -> &str {
    &book.measures[book.measurements[measurement].measure.index()].code
}

fn note(remarks: &mut Remarks, book: &Rulebook, measure: &str, counts_of: &str, practice_code: &str) {
    let key = (book.name.to_string(), measure.to_owned(), counts_of.to_owned());
    remarks.entry(key).or_default().insert(practice_code.to_owned());
}

/// Lets courses stand in for what a practice's counts lack.
fn stand_in(book: &Rulebook, practice_code: &str, counts: &mut [Option<Counted>], remarks: &mut CountRemarks) {
    for proxy in &book.proxies {
        for at in 0..book.measurements.len() {
            let measured = &book.measurements[at];
            if measured.measure != proxy.measure || counts[at].is_some() {
                continue;
            }
            let Some((course, lowest)) = lowest(book, proxy, measured.quarter, counts) else {
                note_half(book, proxy, (at, practice_code), counts, remarks);
                continue;
            };
            counts[at] = Some(lowest);
            let (ours, theirs) = (code(book, at), code(book, course));
            note(&mut remarks.proxies, book, ours, theirs, practice_code);
            if let Some(conflict) = &proxy.conflict {
                remarks.conflicts.insert(format!("{}: {theirs} for {ours}: {conflict}", book.name));
            }
            if measured.quarter.is_some() && book.measurements[course].quarter.is_none() {
                note(&mut remarks.approximate, book, ours, theirs, practice_code);
            }
        }
    }
}

/// Names what a practice's counts lack of the courses that would stand in together, where they have some of them: without
/// it the measure is left out as if nobody had asked for it.
fn note_half(
    book: &Rulebook,
    proxy: &Proxy,
    (measurement, practice_code): (usize, &str),
    counts: &[Option<Counted>],
    remarks: &mut CountRemarks,
) {
    let quarter = book.measurements[measurement].quarter;
    let (there, missing): (Vec<&MeasureId>, Vec<&MeasureId>) =
        proxy.lowest_of.iter().partition(|course| counted_course(book, **course, quarter, counts).is_some());
    if there.is_empty() {
        return;
    }
    let missing: Vec<String> = missing.iter().map(|course| book.measures[course.index()].code.clone()).collect();
    let key = (book.year_label(DEFAULT_SCHEME), code(book, measurement).to_owned(), listed(&missing));
    remarks.halves.entry(key).or_default().insert(practice_code.to_owned());
}

/// A course's counts for a quarter, and where among the measurements.
fn counted_course(
    book: &Rulebook,
    course: MeasureId,
    quarter: Option<u8>,
    counts: &[Option<Counted>],
) -> Option<(usize, Counted)> {
    let is_it = |measured: &Measurement| {
        measured.measure == course && (measured.quarter.is_none() || measured.quarter == quarter)
    };
    let at = book.measurements.iter().position(is_it)?;
    Some((at, counts.get(at).copied().flatten()?))
}

/// The course of lowest achievement, the first listed of equals; None unless all of them were counted. A course that counts
/// nobody has no achievement and is the lowest only where all are so.
fn lowest(book: &Rulebook, proxy: &Proxy, quarter: Option<u8>, counts: &[Option<Counted>]) -> Option<(usize, Counted)> {
    let mut lowest: Option<(usize, Counted)> = None;
    for course in &proxy.lowest_of {
        let (at, counted) = counted_course(book, *course, quarter, counts)?;
        let is_lower =
            lowest.is_none_or(|(_, held)| match (counted.achievement_percent(), held.achievement_percent()) {
                (Some(its), Some(held)) => its < held,
                (its, held) => its.is_some() && held.is_none(),
            });
        if is_lower {
            lowest = Some((at, counted));
        }
    }
    lowest
}

impl CountRemarks {
    /// What stood in for what in a rulebook: the codes of the measure and of the course.
    pub(super) fn stood_in<'a>(&'a self, book: &Rulebook) -> impl Iterator<Item = (&'a str, &'a str)> {
        let name = book.name.to_string();
        let ours = self.proxies.keys().filter(move |(rulebook, _, _)| *rulebook == name);
        ours.map(|(_, measure, course)| (measure.as_str(), course.as_str()))
    }

    /// The remarks for people, a line each.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.years.clone();
        notes
            .extend(lines(&self.proxies, |measure, of| format!("{measure} is not counted, and {of} stands in for it")));
        notes.extend(self.conflicts.iter().cloned());
        notes.extend(lines(&self.approximate, |measure, of| {
            format!("{measure} is approximate: a whole year's counts of {of} stand for each quarter")
        }));
        notes.extend(lines(&self.rounded, |measure, _| {
            format!("{measure} is rounded: its numerator is worked out from a percentage")
        }));
        notes
    }

    /// The remarks as members of a JSON document; those of nothing are left out.
    pub(super) fn members(&self) -> Vec<(&'static str, serde_json::Value)> {
        let lists = [("proxies", &self.proxies), ("approximate", &self.approximate), ("rounded", &self.rounded)];
        let filled = lists.into_iter().filter(|(_, remarks)| !remarks.is_empty());
        let mut members: Vec<_> = filled.map(|(name, remarks)| (name, in_json(remarks))).collect();
        if !self.years.is_empty() {
            members.push(("years_of_counts", serde_json::Value::from(self.years.clone())));
        }
        members
    }

    /// Measures of which a stand-in was only half counted.
    pub(super) fn half_counted(&self) -> impl Iterator<Item = NamedGap> {
        self.halves.iter().map(|((year, measure, missing), practices)| NamedGap {
            gap: format!("{measure} was not counted, and without {missing} nothing stands in for it"),
            years: vec![year.clone()],
            practices: practices.iter().cloned().collect(),
        })
    }

    /// Practices that were counted for one year and not for another, and measures that were counted by half.
    pub(super) fn gaps(&self) -> Vec<NamedGap> {
        let everyone: BTreeSet<&String> = self.practices.values().flatten().collect();
        let mut gaps: Vec<NamedGap> = self.half_counted().collect();
        for (year, there) in &self.practices {
            let missing: Vec<String> =
                everyone.iter().filter(|code| !there.contains(**code)).map(|code| (*code).clone()).collect();
            if !missing.is_empty() {
                let gap = "nothing was counted for the practice".to_owned();
                gaps.push(NamedGap { gap, years: vec![year.clone()], practices: missing });
            }
        }
        gaps
    }
}

fn in_json(remarks: &Remarks) -> serde_json::Value {
    let remark = |((rulebook, measure, counts_of), practices)| Remark { rulebook, measure, counts_of, practices };
    let list: Vec<Remark<'_>> = remarks.iter().map(|((a, b, c), practices)| remark(((a, b, c), practices))).collect();
    serde_json::to_value(list).unwrap_or_default()
}

fn lines(remarks: &Remarks, say: impl Fn(&str, &str) -> String) -> Vec<String> {
    const NAMED: usize = 4;
    let line = |((rulebook, measure, of), practices): (&(String, String, String), &BTreeSet<String>)| {
        let mut named: Vec<String> = practices.iter().take(NAMED).cloned().collect();
        if practices.len() > NAMED {
            named.push(format!("{} more", practices.len() - NAMED));
        }
        format!("{rulebook}: {} ({})", say(measure, of), listed(&named))
    };
    remarks.iter().map(line).collect()
}
