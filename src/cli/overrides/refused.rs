//! Why a figure cannot be set, or not so.

use crate::cli::CliError;
use crate::cli::overrides::{Named, Setting};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue};
use crate::model::bounds::OutOfBounds;

pub(super) fn not_a_setting(text: &str) -> CliError {
    CliError::usage(format!("`--set {text}` is not NAME=VALUE"))
        .help("write for example `--set lower_threshold=85`, or `INDICATOR.lower_threshold=85` for one indicator")
}

/// What follows the `=` is neither a number nor a day.
pub(super) fn no_value(text: &str, path: &str, value: &str) -> CliError {
    let plain = value.replace(',', "");
    if plain != value && Amount::parse(plain.trim_start_matches('£').trim_end_matches('%')).is_some() {
        let error = CliError::usage(format!("`--set {text}` has a comma in its number"));
        return error.help(format!("write the number without commas: `--set {path}={plain}`"));
    }
    CliError::usage(format!("`--set {text}` gives neither a number nor a day"))
        .help("write a number as in `--set lower_threshold=85`, and a day as YYYY-MM-DD")
}

pub(super) fn wants_number(setting: &Setting<'_>, figure: &Figure) -> CliError {
    let unit = if figure.unit_word.is_empty() { "a number" } else { figure.unit_word.as_str() };
    let message = format!("`--set {}` gives a day, and `{}` is a number", setting.text, figure.name);
    CliError::usage(message).help(format!("write it in its unit: {unit}"))
}

pub(super) fn wants_day(setting: &Setting<'_>, figure: &Figure) -> CliError {
    let message = format!("`--set {}` gives a number, and `{}` is a day", setting.text, figure.name);
    CliError::usage(message).help("write the day as YYYY-MM-DD")
}

pub(super) fn built_in(setting: &Setting<'_>, book: &Rulebook) -> CliError {
    let message =
        format!("`{}` is a day that conditions of {} read, so no run can set it", setting.named.name, book.name);
    CliError::usage(message).help("write it into the rulebook's numbers file, in a folder of your own")
}

pub(super) fn no_grid_of_days(name: &str) -> CliError {
    CliError::usage(format!("`{name}` is a day, and a grid is over numbers")).help("name a figure that is a number")
}

/// What `check` refuses in a numbers file.
pub(in crate::cli) fn out_of_bounds(written: &str, odd: &OutOfBounds) -> CliError {
    CliError::usage(format!("`{written}` cannot be: {}", odd.message)).help(odd.help)
}

/// What a rulebook requires of its figures, and does not hold of those set.
pub(super) fn broken(fault: String, settings: &[Setting<'_>]) -> CliError {
    let is_for_all = settings.iter().any(|setting| setting.named.owner.is_none());
    CliError::usage(fault).help(match is_for_all {
        true => "set the figure for one indicator: `--set INDICATOR.NAME=VALUE`",
        false => "set it to what the rulebook allows, or set the other figure too, with another `--set`",
    })
}

/// No figure of these rulebooks is meant.
pub(super) fn unknown(named: &Named<'_>, books: &[Rulebook]) -> CliError {
    if let Some(year) = named.year
        && !books.iter().any(|book| named.is_of(book))
    {
        let asked: Vec<String> = books.iter().map(|book| book.name.to_string()).collect();
        let error = CliError::usage(format!("`{year}` is not among the years that were asked for"));
        return error.help(format!("asked for: {}", asked.join(", ")));
    }
    if let Some(owner) = named.owner
        && !books.iter().any(|book| book.measure(owner).is_some())
    {
        let known = books.iter().flat_map(|book| &book.measures).map(|measure| measure.code.as_str());
        return CliError::usage(format!("there is no indicator or course `{owner}` in these rulebooks"))
            .help(format!("there are: {}", sorted(known)));
    }
    let absent = books.iter().find_map(|book| {
        let mut figures = book.figures.iter().filter(|figure| named.means(book, figure));
        figures.find_map(|figure| match &figure.value {
            FigureValue::Absent(why) => Some((book, why)),
            FigureValue::Is(_) | FigureValue::IsDate(_) | FigureValue::Unset(_) => None,
        })
    });
    if let Some((book, why)) = absent {
        return CliError::usage(format!("{} has no `{}` to set: {why}", book.name, named.name));
    }
    let known = books.iter().flat_map(|book| &book.figures).map(|figure| figure.name.as_str());
    CliError::usage(match named.owner {
        Some(owner) => format!("`{owner}` has no figure `{}` to set in these rulebooks", named.name),
        None => format!("none of these rulebooks has a figure `{}` to set", named.name),
    })
    .help(format!("figures are: {}", sorted(known)))
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
