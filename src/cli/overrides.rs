//! Figures that one run sets otherwise than the rulebook: `--set lower_threshold=85`, `--set VI001.lower_threshold=85`.

mod refused;

pub(super) use self::refused::out_of_bounds;

use clap::Args;
use serde::Serialize;

use crate::cli::CliError;
use crate::ground::{Amount, Day};
use crate::model::Rulebook;
use crate::model::book::{Date, Figure, FigureId, FigureValue};
use crate::model::formula::Operand;

/// Figures set on the command line.
#[derive(Args, Debug, Default)]
pub(super) struct OverrideArguments {
    /// Set a figure for this run only: NAME=VALUE, INDICATOR.NAME=VALUE, or YEAR:… for one year; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
}

/// A figure that was set, for output: results must name it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Override {
    /// `qof/2023-24`
    pub(super) rulebook: String,
    /// `lower_threshold`, `VI001.lower_threshold`
    pub(super) figure: String,
    /// What the rulebook says; None where it leaves the figure unset.
    pub(super) rulebook_says: Option<String>,
    /// What this run uses.
    pub(super) set_to: String,
}

/// A figure as the command line names it.
struct Named<'a> {
    year: Option<&'a str>,
    owner: Option<&'a str>,
    name: &'a str,
}

/// One `--set`, read.
struct Setting<'a> {
    /// As written.
    text: &'a str,
    named: Named<'a>,
    value: Given,
}

/// What a figure is set to.
#[derive(Clone, Copy)]
enum Given {
    Number(Amount),
    Day(Day),
}

/// What a figure can be set to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Number,
    Day,
    /// There is none, or the rules were made with it.
    Nothing,
}

impl OverrideArguments {
    /// Each rulebook's figures with the settings applied, and what was set. A setting that no rulebook knows is an
    /// error, and so is one that `check` would refuse in a numbers file.
    pub(super) fn figures(&self, books: &[Rulebook]) -> Result<(Vec<Vec<Figure>>, Vec<Override>), CliError> {
        let settings = self.set.iter().map(|text| read(text)).collect::<Result<Vec<_>, _>>()?;
        let mut figures: Vec<Vec<Figure>> = books.iter().map(|book| book.figures.clone()).collect();
        let mut made = Vec::new();
        for setting in &settings {
            let before = made.len();
            for (book, figures) in books.iter().zip(&mut figures) {
                made.extend(setting.apply(book, figures)?);
            }
            if made.len() == before {
                return Err(refused::unknown(&setting.named, books));
            }
        }
        for (book, figures) in books.iter().zip(&figures) {
            if let Some(fault) = book.broken_requirement(figures) {
                return Err(refused::broken(fault, &settings));
            }
        }
        Ok((figures, made))
    }
}

/// The figures of a rulebook that a name means and that are numbers, for a sweep over them.
pub(super) fn numbers_named(name: &str, book: &Rulebook) -> Result<Vec<FigureId>, CliError> {
    let named = named(name);
    let mut ids = Vec::new();
    for (id, figure) in (0..).map(FigureId).zip(&book.figures).filter(|(_, figure)| named.means(book, figure)) {
        match takes(book, id, figure) {
            Takes::Number => ids.push(id),
            Takes::Day => return Err(refused::no_grid_of_days(name)),
            Takes::Nothing => {}
        }
    }
    if ids.is_empty() { Err(refused::unknown(&named, std::slice::from_ref(book))) } else { Ok(ids) }
}

fn named(path: &str) -> Named<'_> {
    let (year, path) = path.trim().split_once(':').map_or((None, path.trim()), |(year, path)| (Some(year), path));
    let (owner, name) = path.split_once('.').map_or((None, path), |(owner, name)| (Some(owner), name));
    Named { year, owner, name }
}

fn read(text: &str) -> Result<Setting<'_>, CliError> {
    let (path, value) = text.split_once('=').ok_or_else(|| refused::not_a_setting(text))?;
    let value = value.trim();
    let number = || Amount::parse(value.trim_start_matches('£').trim_end_matches('%'));
    let day = Day::parse_iso(value).map(Given::Day);
    let value = day.or_else(|| number().map(Given::Number)).ok_or_else(|| refused::no_value(text, path, value))?;
    Ok(Setting { text, named: named(path), value })
}

impl Named<'_> {
    /// Whether it can be of a rulebook at all.
    fn is_of(&self, book: &Rulebook) -> bool {
        self.year.is_none_or(|year| year == book.name.year || year == book.name.to_string())
    }

    fn means(&self, book: &Rulebook, figure: &Figure) -> bool {
        let owner = figure.owner.map(|owner| book.measures[owner.index()].code.as_str());
        self.is_of(book) && figure.name == self.name && self.owner.is_none_or(|wanted| owner == Some(wanted))
    }
}

impl Setting<'_> {
    fn apply(&self, book: &Rulebook, figures: &mut [Figure]) -> Result<Vec<Override>, CliError> {
        let mut made = Vec::new();
        for (at, figure) in figures.iter_mut().enumerate().filter(|(_, figure)| self.named.means(book, figure)) {
            let declared = &book.figures[at];
            let id = FigureId(u32::try_from(at).unwrap_or(u32::MAX));
            let (value, set_to) = match (takes(book, id, declared), self.value) {
                (Takes::Number, Given::Number(amount)) => {
                    if let Some(odd) = declared.out_of_bounds(amount) {
                        return Err(refused::out_of_bounds(&format!("--set {}", self.text), &odd));
                    }
                    (FigureValue::Is(amount), amount.to_string())
                }
                (Takes::Day, Given::Day(day)) => (FigureValue::IsDate(day), day.to_string()),
                (Takes::Number, Given::Day(_)) => return Err(refused::wants_number(self, declared)),
                (Takes::Day, Given::Number(_)) => return Err(refused::wants_day(self, declared)),
                (Takes::Nothing, _) if matches!(declared.value, FigureValue::IsDate(_)) => {
                    return Err(refused::built_in(self, book));
                }
                (Takes::Nothing, _) => continue,
            };
            figure.value = value;
            made.push(Override {
                rulebook: book.name.to_string(),
                figure: path_of(book, declared),
                rulebook_says: said(declared),
                set_to,
            });
        }
        Ok(made)
    }
}

/// `lower_threshold`, or `VI001.lower_threshold` for one that belongs to a measure.
fn path_of(book: &Rulebook, figure: &Figure) -> String {
    let owner = figure.owner.map(|owner| &book.measures[owner.index()].code);
    owner.map_or_else(|| figure.name.clone(), |owner| format!("{owner}.{}", figure.name))
}

fn said(figure: &Figure) -> Option<String> {
    match &figure.value {
        FigureValue::Is(amount) => Some(amount.to_string()),
        FigureValue::IsDate(day) => Some(day.to_string()),
        FigureValue::Unset(_) | FigureValue::Absent(_) => None,
    }
}

/// What a figure can be set to. One that is not set is a number where it has a unit or a formula reads it, else a day: the
/// lists show it.
fn takes(book: &Rulebook, id: FigureId, figure: &Figure) -> Takes {
    match &figure.value {
        FigureValue::Is(_) => Takes::Number,
        // A condition's day was worked out when the rules were made.
        FigureValue::IsDate(day) if book.dates.contains(&Date::Calendar(*day)) => Takes::Nothing,
        FigureValue::IsDate(_) => Takes::Day,
        FigureValue::Absent(_) => Takes::Nothing,
        FigureValue::Unset(_) => {
            let is_it = |operand| matches!(operand, Operand::Figure(read) if read == id);
            let is_number = !figure.unit_word.is_empty() || book.programs.iter().any(|program| program.reads(&is_it));
            if is_number { Takes::Number } else { Takes::Day }
        }
    }
}
