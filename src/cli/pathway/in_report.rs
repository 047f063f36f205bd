//! A local scheme's part of `uptake report`: the same as `uptake pathway` shows people.

use std::path::Path;

use super::setting::BesideFiles;
use super::{LevelArgument, PathwayArguments, look, returned};
use crate::cli::CliError;
use crate::cli::disclosure::DisclosureArguments;
use crate::cli::facts::PracticeArguments;
use crate::cli::format::{Format, OutputArguments};
use crate::cli::inputs::PatientArguments;
use crate::cli::years::YearArguments;
use crate::report::page::LocalScheme;
use crate::report::pathway::{alerts, areas, exceptions, returns, states, won};

/// The return of one scheme over these tables.
pub(in crate::cli) fn local_scheme(
    years: YearArguments,
    tables: &PatientArguments,
    practices: &PracticeArguments,
    beside: &BesideFiles,
    disclosure: DisclosureArguments,
    rules: Option<&Path>,
) -> Result<LocalScheme, CliError> {
    let practices = PracticeArguments { practices: practices.practices.clone(), ..PracticeArguments::default() };
    let arguments = PathwayArguments {
        years,
        tables: tables.clone(),
        practices,
        beside: beside.clone(),
        year_end: None,
        level: LevelArgument::Practice,
        table: None,
        list: None,
        lists: None,
        practice: None,
        disclosure,
        output: OutputArguments { format: Format::Table, output: None },
    };
    look(&arguments, rules, |scene, counting, mut found| {
        let returned = returned::Returned::of(&arguments, scene, counting, &mut found)?;
        let readers = returned::Readers::People;
        let mut tables = vec![
            areas(scene.pathway, &returned.rows, &returned.withheld_areas, readers),
            returns(scene.pathway, &returned.rows, readers),
        ];
        if disclosure.asked()?.is_none() {
            tables.extend([states(scene, false), exceptions(scene), won(scene, false), alerts(scene, false)]);
        }
        Ok(LocalScheme {
            as_of: scene.as_of.in_words(),
            book: scene.book.clone(),
            tables,
            returned: returned.rows,
            notes: returned.notes,
            findings: found.list(),
            gaps: returned.gaps,
        })
    })
}
