//! In which form results are written, and where to.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::CliError;
use crate::cli::output::{self, Readers};
use crate::report::table::{Cell, Grid, csv, terminal};

/// The forms of tables.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// For people: a table as wide as the terminal
    Table,
    /// One JSON document
    Json,
    /// Comma-separated, with a header
    Csv,
    /// Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
}

/// How and where results are written.
#[derive(Args, Debug)]
pub(super) struct OutputArguments {
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,

    /// Write the results to a file, which appears whole or not at all; `-` is stdout
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

impl OutputArguments {
    /// Writes several grids one below the other for people; in other forms there is one.
    pub(super) fn write_tables(
        &self,
        grids: &[(&dyn Grid, &[Vec<Cell<'_>>])],
        readers: Readers,
    ) -> Result<(), CliError> {
        if let (Format::Table, place) = (self.format, self.output.as_deref()) {
            let style = if place.is_none() { output::stdout_style() } else { crate::report::style::Style::PLAIN };
            return output::to_place(place, readers, |out| {
                for (at, (grid, totals)) in grids.iter().enumerate() {
                    if at > 0 {
                        writeln!(out)?;
                    }
                    terminal::write(out, *grid, totals, style)?;
                }
                Ok(())
            });
        }
        grids.iter().try_for_each(|(grid, totals)| self.write(*grid, totals, readers, |_| Ok(())))
    }

    /// Writes a grid in the form asked for; `json` writes the document that goes with it.
    pub(super) fn write(
        &self,
        grid: &dyn Grid,
        totals: &[Vec<Cell<'_>>],
        readers: Readers,
        json: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let place = self.output.as_deref();
        match self.format {
            Format::Table => {
                let style = if place.is_none() { output::stdout_style() } else { crate::report::style::Style::PLAIN };
                output::to_place(place, readers, |out| terminal::write(out, grid, totals, style))
            }
            Format::Json => output::to_place(place, readers, json),
            Format::Csv => output::to_place(place, readers, |out| csv::write(out, grid, csv::Formulas::AsWritten)),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                if place.is_none() && output::stdout_is_terminal() {
                    return Err(
                        CliError::usage("Parquet is no text for a terminal").help("name a file with `--output`")
                    );
                }
                output::to_place(place, readers, |out| crate::report::table::parquet::write(out, grid))
            }
        }
    }
}
