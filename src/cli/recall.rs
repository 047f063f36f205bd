//! `uptake recall`: whom to call, until when, and what it is worth.

mod money;
mod payers;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use self::money::Money;
use self::payers::Payers;
use crate::cli::facts::{self, KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::{self, PatientArguments};
use crate::cli::output::{self, Readers};
use crate::cli::pathway::day;
use crate::cli::progress::Bar;
use crate::cli::provenance::{Made, Provenance};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done, results, worklists};
use crate::data::{Extract, Silent};
use crate::eval::pathway::Card;
use crate::eval::pay::Gap;
use crate::eval::recall::{Asking, Called, Recall, recall as look};
use crate::eval::sight::{Asked, Lens};
use crate::ground::{Day, Finding};
use crate::model::Rulebook;
use crate::model::book::MeasureKind;
use crate::model::worklist::{PatientRows, Worklist};
use crate::report::figured::{ANY_PRACTICE, Figured, gap_words};
use crate::report::findings;
use crate::report::gaps::{self, NamedGap};
use crate::report::recall::{
    Line, Scene, excepted, in_time, limit_doses, list, sort_by_place, sort_in_time, too_late, unset_figures,
};
use crate::report::run_json::{self, BookStamp, RunDocument};
use crate::report::table::{Cell, Grid, Table};

/// Arguments of `uptake recall`.
#[derive(Args, Debug)]
pub(super) struct RecallArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// The day on which it is asked: events after it are not seen, and nothing can be given before it; by default today
    /// (UTC). Registrations, leavings and deaths are those of the whole table, as they are for `run`
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,

    /// These indicators only; repeat it or separate several by commas
    #[arg(long, visible_alias = "measure", value_name = "CODE", value_delimiter = ',')]
    indicator: Vec<String>,

    /// This practice only
    #[arg(long, value_name = "CODE")]
    practice: Option<String>,

    /// Only those born or registered on that day or later
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Day>,

    /// Of those still in time, only whom so many doses can serve: down the list, whoever's missing doses are all still to
    /// be had
    #[arg(long, value_name = "DOSES")]
    limit: Option<u64>,

    /// How many days left count as `closing` in the counts
    #[arg(long, value_name = "DAYS", default_value_t = 28)]
    within: u32,

    /// Which table of counts; by default all of them for people and in JSON, else those still in time
    #[arg(long, value_enum, conflicts_with_all = ["list", "lists"])]
    table: Option<TableArgument>,

    /// Write one list of patients (which asks for patients' data), by the name it has in the rule file
    #[arg(long, value_name = "NAME", conflicts_with = "lists")]
    list: Option<String>,

    /// Write every list of patients of every practice (which asks for patients' data) into a new folder,
    /// DIR/PRACTICE/LIST.csv
    #[arg(long, value_name = "DIR")]
    lists: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum TableArgument {
    /// Those who can still be in time, per practice and indicator
    InTime,
    /// Those who can no longer: too_late still lack doses, given_late had them too late (a list of those too late has both);
    /// and the fees that catching up earns
    TooLate,
    /// Those out of the denominator, by reason
    Excepted,
}

pub(super) fn recall(arguments: &RecallArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, mut books) = arguments.years.counting_books(rules)?;
    let as_of = match arguments.as_of {
        Some(day) => day,
        None => today()?,
    };
    let told = arguments.told(&books)?;
    if let Some(name) = &arguments.list {
        lists_of(&books, name)?;
    }
    let known = arguments.practices.read(&books)?;
    if arguments.tables.strict {
        known.practices.refuse_malformed()?;
    }
    // The lists show figures, those that this run sets among them.
    for (at, book) in books.iter_mut().enumerate() {
        book.figures = known.figures(at);
    }
    let further = payers::further(&library, &books, as_of);
    let asked = Asked { courses: payers::need_courses(&books), ..Asked::default() };
    let wanted = inputs::wanted(&books, asked);
    let bar = Bar::rows();
    let extract = arguments.tables.read(&wanted, &bar)?;
    let lenses: Vec<Lens<'_>> = books.iter().map(|book| Lens::new(book, &wanted.codes, asked)).collect();
    let payers = Payers::new(&books, &further, &wanted.codes);
    let asking = Asking { as_of, told: &told, payers: &payers.lenses };
    let (results, grouped) = look(&extract, &lenses, asking, &Silent);
    bar.finish();
    arguments.practices.check_waived(&books, &known, extract.practices().map(|(_, code)| code))?;
    let mut found = extract.findings().clone();
    found.merge(grouped);
    found.merge(known.findings.clone());
    for (book, result) in books.iter().zip(&results) {
        found.merge(known.unmatched(book, facts::with_list(&extract, &result.counts)));
    }
    let findings = found.list();
    output::talk_block(&findings::summary(&findings, None));
    let setting =
        Setting { books: &books, extract: &extract, known: &known, results: &results, payers: &payers, as_of };
    arguments.write(&setting, &findings)?;
    Ok(Done::Well)
}

/// What the lines are made of.
struct Setting<'a> {
    books: &'a [Rulebook],
    extract: &'a Extract,
    known: &'a KnownPractices,
    results: &'a [Recall],
    payers: &'a Payers<'a>,
    as_of: Day,
}

impl RecallArguments {
    /// By rulebook, by measurement: whether it was asked for.
    fn told(&self, books: &[Rulebook]) -> Result<Vec<Vec<bool>>, CliError> {
        let indicators = |book: &Rulebook| {
            let of_book = book.measurements.iter().map(|measurement| {
                let measure = &book.measures[measurement.measure.index()];
                let is_ours = measure.kind == MeasureKind::Indicator && measure.borrowed.is_none();
                is_ours.then(|| (measure.code.clone(), measurement.label.clone()))
            });
            of_book.collect::<Vec<_>>()
        };
        let known: Vec<Vec<Option<(String, String)>>> = books.iter().map(indicators).collect();
        let names = |(code, label): &(String, String), asked: &str| code == asked || label == asked;
        for asked in &self.indicator {
            if !known.iter().flatten().flatten().any(|indicator| names(indicator, asked)) {
                let mut codes: Vec<&str> = known.iter().flatten().flatten().map(|(code, _)| code.as_str()).collect();
                codes.sort_unstable();
                codes.dedup();
                let error = CliError::usage(format!("there is no indicator `{asked}` in these years"));
                return Err(error.help(format!("there are: {}", codes.join(", "))));
            }
        }
        let is_asked = |indicator: &(String, String)| {
            self.indicator.is_empty() || self.indicator.iter().any(|asked| names(indicator, asked))
        };
        let told = known.iter().map(|book| book.iter().map(|one| one.as_ref().is_some_and(is_asked)).collect());
        Ok(told.collect())
    }

    fn write(&self, setting: &Setting<'_>, findings: &[Finding]) -> Result<(), CliError> {
        self.refuse_unknown_practice(setting.extract)?;
        let years: Vec<String> = setting.books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
        let money = Money::new(setting, &self.practices);
        let lines = self.lines(setting, &years, &money);
        let cards = cards(setting);
        let scene = Scene { as_of: setting.as_of, cards: &cards, lines: &lines };
        let today = if self.as_of.is_none() { ", which is today" } else { "" };
        output::talk(&format!("as of {}{today}", setting.as_of.in_words()));
        let gaps = gaps_of(&lines);
        output::talk_block(&gaps::summary(&gaps));
        results::notes(&[], setting.known).iter().for_each(|note| output::talk(note));
        if let Some(folder) = &self.lists {
            return write_all(setting.books, &scene, folder);
        }
        if let Some(name) = &self.list {
            let lists = lists_of(setting.books, name)?;
            let table = list(&scene, &lists, None);
            return worklists::write_one(&table, &self.output, setting.books);
        }
        self.write_tables(setting, &scene, &money, &gaps, findings)
    }

    /// A list of a practice that is not there would look like one with nothing to do.
    fn refuse_unknown_practice(&self, extract: &Extract) -> Result<(), CliError> {
        let is_known = |code: &String| extract.practices().any(|(_, known)| known == code);
        match self.practice.as_ref().filter(|code| !is_known(code)) {
            None => Ok(()),
            Some(code) => {
                let error = CliError::usage(format!("no patient is registered at a practice `{code}`"));
                Err(error.help("name a practice_code of the patients file with `--practice`"))
            }
        }
    }

    /// Whom the lists name: those still in time first, in the order in which to call them.
    fn lines<'a>(&self, setting: &Setting<'a>, years: &'a [String], money: &Money<'a>) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        for (at, result) in setting.results.iter().enumerate() {
            for called in result.called.iter().filter(|called| self.is_asked(setting.extract, called)) {
                lines.push(Line {
                    book: &setting.books[at],
                    year: &years[at],
                    practice_code: setting.extract.practice_code(called.practice),
                    patient_id: setting.extract.patient_id(called.patient),
                    called,
                    at_stake: money.of_more(at, called, 1),
                    fees: money.fees(called),
                });
            }
        }
        let is_in_time = |line: &Line<'_>| line.called.rows == PatientRows::InTime;
        let (mut urgent, mut others): (Vec<_>, Vec<_>) = lines.into_iter().partition(is_in_time);
        sort_in_time(&mut urgent);
        sort_by_place(&mut others);
        if let Some(doses) = self.limit {
            urgent = limit_doses(urgent, doses);
        }
        urgent.extend(others);
        urgent
    }

    fn is_asked(&self, extract: &Extract, called: &Called) -> bool {
        let is_there = |code: &String| extract.practice_code(called.practice) == code;
        let is_new = |since: Day| called.birth >= since || called.registered >= since;
        self.practice.as_ref().is_none_or(is_there) && self.since.is_none_or(is_new)
    }

    fn write_tables(
        &self,
        setting: &Setting<'_>,
        scene: &Scene<'_>,
        money: &Money<'_>,
        gaps: &[NamedGap],
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let worth = |line: &Line<'_>, count: u64| {
            let at = setting.books.iter().position(|book| book.name == line.book.name).unwrap_or_default();
            (line.at_stake.clone(), money.of_more(at, line.called, i64::try_from(count).unwrap_or(i64::MAX)))
        };
        let (in_time, too_late, excepted) = (in_time(scene, self.within, worth), too_late(scene), excepted(scene));
        let tables: [(TableArgument, &str, &Table<'_>); 3] = [
            (TableArgument::InTime, "in_time", &in_time),
            (TableArgument::TooLate, "too_late", &too_late),
            (TableArgument::Excepted, "excepted", &excepted),
        ];
        let notes = format::notes(setting.books);
        if self.output.format == Format::Json {
            let named = tables.iter().find(|(table, ..)| self.table == Some(*table));
            let results = named.map_or(&in_time, |(.., table)| *table);
            let further: Vec<(&str, &dyn Grid)> = tables[1..]
                .iter()
                .filter(|_| named.is_none())
                .map(|(_, name, table)| (*name, *table as &dyn Grid))
                .collect();
            return self.output.write(results, &[], Readers::Anyone, &notes, |out| {
                self.document(out, setting, results, &further, gaps, findings)
            });
        }
        let all = self.output.format.is_for_people() || self.output.format.is_workbook();
        let is_shown = |table: TableArgument| match self.table {
            Some(asked) => asked == table,
            None => all || table == TableArgument::InTime,
        };
        let shown = tables.iter().filter(|(table, ..)| is_shown(*table));
        let shown: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> =
            shown.map(|(.., table)| (*table as &dyn Grid, &[][..])).collect();
        self.output.write_tables(&shown, Readers::Anyone, &notes)
    }

    fn document(
        &self,
        out: &mut dyn std::io::Write,
        setting: &Setting<'_>,
        results: &dyn Grid,
        tables: &[(&str, &dyn Grid)],
        gaps: &[NamedGap],
        findings: &[Finding],
    ) -> std::io::Result<()> {
        let provenance = Provenance::with_practices(Made::as_of(setting.as_of), &self.tables, &self.practices);
        let stamps: Vec<BookStamp> = setting.books.iter().map(BookStamp::of).collect();
        let document = RunDocument {
            rulebooks: &stamps,
            results,
            tables,
            overrides: &serde_json::to_value(&setting.known.overrides)?,
            disclosure: None,
            remarks: &[("as_of", serde_json::Value::String(setting.as_of.to_string()))],
            gaps,
            findings,
            provenance: &provenance,
        };
        run_json::write_as(out, "uptake.recall/1", &document)
    }
}

/// What is not known: pounds and fees of those who are listed, and the figures that the lists show.
fn gaps_of(lines: &[Line<'_>]) -> Vec<NamedGap> {
    let mut by_sentence: BTreeMap<Cow<'_, str>, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    let mut of_lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in lines {
        let unset = of_lists.entry(line.year).or_insert_with(|| unset_in_lists(line.book));
        let of_line = [&line.at_stake, &line.fees].into_iter().filter_map(|figure| match figure {
            Figured::Gap(why) => Some(Cow::Borrowed(why.as_str())),
            Figured::Known(_) | Figured::None | Figured::Withheld => None,
        });
        for why in of_line.chain(unset.iter().map(|why| Cow::Owned(why.clone()))) {
            let (years, practices) = by_sentence.entry(why).or_default();
            years.insert(line.year);
            practices.insert(line.practice_code);
        }
    }
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    let gap = |(gap, (years, practices)): (Cow<'_, str>, _)| NamedGap {
        gap: gap.into_owned(),
        years: owned(years),
        practices: owned(practices),
    };
    by_sentence.into_iter().map(gap).collect()
}

/// The figures that a rulebook's lists show and nobody has set.
fn unset_in_lists(book: &Rulebook) -> Vec<String> {
    let unset = book.worklists.iter().flat_map(|list| unset_figures(book, list));
    let words: BTreeSet<String> = unset.map(|figure| gap_words(Gap::Unset(figure), book, ANY_PRACTICE)).collect();
    words.into_iter().collect()
}

/// Today's date in UTC.
fn today() -> Result<Day, CliError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let days = since.and_then(|since| i32::try_from(since.as_secs() / (24 * 60 * 60)).ok());
    let day = days.and_then(Day::from_epoch_days);
    day.ok_or_else(|| CliError::usage("the clock of this machine shows no date").help("name the day with `--as-of`"))
}

/// The list of a name in each rulebook that has one.
fn lists_of<'a>(books: &'a [Rulebook], name: &str) -> Result<Vec<(&'a Rulebook, &'a Worklist)>, CliError> {
    let of_book = |book: &'a Rulebook| book.worklists.iter().map(move |list| (book, list));
    let lists: Vec<_> = books.iter().flat_map(of_book).filter(|(_, list)| list.name == name).collect();
    if !lists.is_empty() {
        return Ok(lists);
    }
    let error = CliError::usage(format!("these years have no list of patients `{name}`"));
    let names = names(books);
    Err(match names.is_empty() {
        true => error.help("write `worklist …` of `each patient in time` in a rule file: no other columns are shown"),
        false => error.help(format!("there are: {}", names.join(", "))),
    })
}

/// The names of the lists, each once.
fn names(books: &[Rulebook]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for list in books.iter().flat_map(|book| &book.worklists) {
        if !names.contains(&list.name.as_str()) {
            names.push(&list.name);
        }
    }
    names
}

fn write_all(books: &[Rulebook], scene: &Scene<'_>, folder: &Path) -> Result<(), CliError> {
    let mut practices: Vec<&str> = scene.lines.iter().map(|line| line.practice_code).collect();
    practices.sort_unstable();
    practices.dedup();
    let of_name = |name| lists_of(books, name).map(|lists| (name, lists));
    let lists = names(books).into_iter().map(of_name).collect::<Result<Vec<_>, _>>()?;
    if lists.is_empty() {
        // There is no list of any name.
        return lists_of(books, "").map(drop);
    }
    let tables = lists.iter().flat_map(|(name, lists)| {
        practices.iter().map(move |practice| (*practice, *name, list(scene, lists, Some(practice))))
    });
    worklists::write_all(folder, scene.as_of, tables)
}

/// What lists say of practices.
fn cards(setting: &Setting<'_>) -> BTreeMap<String, Card> {
    let card = |code: &str| match setting.known.practices.find(code) {
        None => Card::default(),
        Some(practice) => Card {
            name: practice.name.clone(),
            area: practice.area.clone(),
            contact_name: practice.contact_name.clone(),
            contact_details: practice.contact_details.clone(),
            free_slots: Vec::new(),
        },
    };
    setting.extract.practices().map(|(_, code)| (code.to_owned(), card(code))).collect()
}
