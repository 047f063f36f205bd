//! Figures that one run sets otherwise than the rulebook: `--set lower_threshold=85`, `--set VI001.lower_threshold=85`.

use clap::Args;
use serde::Serialize;

use crate::cli::CliError;
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue};

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

/// One `--set`, read.
struct Setting<'a> {
    year: Option<&'a str>,
    owner: Option<&'a str>,
    name: &'a str,
    value: Amount,
}

impl OverrideArguments {
    /// Each rulebook's figures with the settings applied, and what was set. A setting that no rulebook knows is an
    /// error, and so is one that turns thresholds round.
    pub(super) fn figures(&self, books: &[Rulebook]) -> Result<(Vec<Vec<Figure>>, Vec<Override>), CliError> {
        let (figures, made) = self.figures_in_any_order(books)?;
        for (book, figures) in books.iter().zip(&figures) {
            if let Some(fault) = book.broken_requirement(figures) {
                return Err(
                    CliError::usage(fault).help("set the figure for one indicator: `--set INDICATOR.NAME=VALUE`")
                );
            }
        }
        Ok((figures, made))
    }

    /// The same without a look at their order.
    pub(super) fn figures_in_any_order(
        &self,
        books: &[Rulebook],
    ) -> Result<(Vec<Vec<Figure>>, Vec<Override>), CliError> {
        let mut figures: Vec<Vec<Figure>> = books.iter().map(|book| book.figures.clone()).collect();
        let mut made = Vec::new();
        for text in &self.set {
            let setting = read(text)?;
            let before = made.len();
            for (book, figures) in books.iter().zip(&mut figures) {
                made.extend(setting.apply(book, figures));
            }
            if made.len() == before {
                return Err(unknown(&setting, books));
            }
        }
        Ok((figures, made))
    }
}

fn read(text: &str) -> Result<Setting<'_>, CliError> {
    let wrong = || {
        CliError::usage(format!("`--set {text}` is not NAME=VALUE"))
            .help("write for example `--set lower_threshold=85`, or `INDICATOR.lower_threshold=85` for one indicator")
    };
    let (path, value) = text.split_once('=').ok_or_else(wrong)?;
    let value = Amount::parse(value.trim().trim_start_matches('£').trim_end_matches('%')).ok_or_else(wrong)?;
    let (year, path) = path.trim().split_once(':').map_or((None, path.trim()), |(year, path)| (Some(year), path));
    let (owner, name) = path.split_once('.').map_or((None, path), |(owner, name)| (Some(owner), name));
    Ok(Setting { year, owner, name, value })
}

impl Setting<'_> {
    fn apply(&self, book: &Rulebook, figures: &mut [Figure]) -> Vec<Override> {
        let name = book.name.to_string();
        if self.year.is_some_and(|year| year != book.name.year && year != name) {
            return Vec::new();
        }
        let mut made = Vec::new();
        for figure in figures.iter_mut().filter(|figure| figure.name == self.name) {
            let owner = figure.owner.map(|owner| book.measures[owner.index()].code.as_str());
            let is_number = matches!(figure.value, FigureValue::Is(_) | FigureValue::Unset(_));
            if !is_number || self.owner.is_some_and(|wanted| owner != Some(wanted)) {
                continue;
            }
            let rulebook_says = match &figure.value {
                FigureValue::Is(amount) => Some(amount.to_string()),
                FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
            };
            figure.value = FigureValue::Is(self.value);
            let path = owner.map_or_else(|| self.name.to_owned(), |owner| format!("{owner}.{}", self.name));
            made.push(Override { rulebook: name.clone(), figure: path, rulebook_says, set_to: self.value.to_string() });
        }
        made
    }
}

fn unknown(setting: &Setting<'_>, books: &[Rulebook]) -> CliError {
    if let Some(owner) = setting.owner
        && !books.iter().any(|book| book.measure(owner).is_some())
    {
        let mut known: Vec<&str> =
            books.iter().flat_map(|book| &book.measures).map(|measure| measure.code.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        return CliError::usage(format!("there is no indicator or course `{owner}` in these rulebooks"))
            .help(format!("there are: {}", known.join(", ")));
    }
    let mut known: Vec<&str> = books.iter().flat_map(|book| &book.figures).map(|figure| figure.name.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    CliError::usage(format!("none of these rulebooks has a figure `{}` to set", setting.name))
        .help(format!("figures are: {}", known.join(", ")))
}
