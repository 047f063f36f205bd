//! In which form results are written, and where to.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::CliError;
use crate::cli::output::{self, Readers};
use crate::model::Rulebook;
use crate::report::disclosure::stated::Stated;
use crate::report::figures;
use crate::report::style::{Style, wrapped};
#[cfg(feature = "parquet")]
use crate::report::table::parquet;
#[cfg(feature = "workbook")]
use crate::report::table::workbook;
use crate::report::table::{Cell, Column, Grid, Notes, Table, csv, markdown, terminal};

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
    /// Excel workbook
    #[cfg(feature = "workbook")]
    Xlsx,
    /// Tables for forges and wikis, as GitHub draws them
    Markdown,
}

impl Format {
    /// True for forms that people read as they stand: they get several tables, with totals, and less of each.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self, Format::Table | Format::Markdown)
    }

    /// True for a workbook, which holds several tables.
    pub(super) fn is_workbook(self) -> bool {
        #[cfg(feature = "workbook")]
        return self == Format::Xlsx;
        #[cfg(not(feature = "workbook"))]
        return false;
    }

    /// What it is, if it is no text.
    fn binary(self) -> Option<&'static str> {
        match self {
            Format::Table | Format::Markdown | Format::Json | Format::Csv => None,
            #[cfg(feature = "parquet")]
            Format::Parquet => Some("Parquet"),
            #[cfg(feature = "workbook")]
            Format::Xlsx => Some("an Excel workbook"),
        }
    }
}

/// How and where results are written.
#[derive(Args, Debug)]
pub(super) struct OutputArguments {
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,

    /// Write the results to a file, which appears whole or not at all; without --format its ending names the form; `-` is
    /// stdout
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

impl OutputArguments {
    /// Writes several grids one below the other for people; in other forms there is one.
    pub(super) fn write_tables(
        &self,
        grids: &[(&dyn Grid, &[Vec<Cell<'_>>])],
        readers: Readers,
        notes: &Notes,
    ) -> Result<(), CliError> {
        if self.format.is_for_people() {
            return output::to_place(self.output.as_deref(), readers, |out| {
                for (at, (grid, totals)) in grids.iter().enumerate() {
                    if at > 0 {
                        writeln!(out)?;
                    }
                    self.write_for_people(out, *grid, totals)?;
                }
                self.write_disclosure(out, notes)
            });
        }
        #[cfg(feature = "workbook")]
        if self.format == Format::Xlsx {
            self.refuse_terminal()?;
            let grids: Vec<&dyn Grid> = grids.iter().map(|(grid, _)| *grid).collect();
            return output::to_place(self.output.as_deref(), readers, |out| workbook::write(out, &grids, notes));
        }
        grids.iter().try_for_each(|(grid, totals)| self.write(*grid, totals, readers, notes, |_| Ok(())))
    }

    /// Writes a grid in the form asked for; `json` writes the document that goes with it, and a workbook holds the
    /// notes too.
    pub(super) fn write(
        &self,
        grid: &dyn Grid,
        totals: &[Vec<Cell<'_>>],
        readers: Readers,
        notes: &Notes,
        json: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        self.refuse_terminal()?;
        let place = self.output.as_deref();
        let stated = notes.disclosure.map(|disclosure| Stated::new(grid, disclosure));
        let for_programs = stated.as_ref().map_or(grid, |stated| stated as &dyn Grid);
        match self.format {
            Format::Table | Format::Markdown => output::to_place(place, readers, |out| {
                self.write_for_people(out, grid, totals)?;
                self.write_disclosure(out, notes)
            }),
            Format::Json => output::to_place(place, readers, json),
            Format::Csv => {
                // Patients' ids must be found again; what anybody may open has names that somebody typed.
                let formulas = match readers {
                    Readers::Owner => csv::Formulas::AsWritten,
                    Readers::Anyone => csv::Formulas::Defused,
                };
                output::to_place(place, readers, |out| csv::write(out, for_programs, formulas))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet => output::to_place(place, readers, |out| parquet::write(out, for_programs)),
            #[cfg(feature = "workbook")]
            Format::Xlsx => output::to_place(place, readers, |out| workbook::write(out, &[grid], notes)),
        }
    }

    fn write_for_people(&self, out: &mut dyn Write, grid: &dyn Grid, totals: &[Vec<Cell<'_>>]) -> io::Result<()> {
        if self.format == Format::Markdown {
            return markdown::write(out, grid, totals);
        }
        terminal::write(out, grid, totals, self.style())
    }

    /// How tables for people may look where they go.
    fn style(&self) -> Style {
        if self.output.is_none() { output::stdout_style() } else { Style::PLAIN }
    }

    /// Says below tables for people what disclosure control they have seen.
    fn write_disclosure(&self, out: &mut dyn Write, notes: &Notes) -> io::Result<()> {
        let Some(disclosure) = notes.disclosure else { return Ok(()) };
        let width = self.style().width.filter(|_| self.format == Format::Table);
        writeln!(out)?;
        wrapped(&disclosure.words(), 0, 0, width).iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// An error if bytes that are no text would go to a terminal.
    fn refuse_terminal(&self) -> Result<(), CliError> {
        let is_stdout = self.output.as_deref().is_none_or(|path| path.as_os_str() == "-");
        match self.format.binary() {
            Some(what) if is_stdout && output::stdout_is_terminal() => {
                let error = CliError::usage(format!("{what} is no text for a terminal"));
                Err(error.help("name a file with `--output`"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The notes of results that follow these rulebooks: which they are, and who says what they say.
pub(super) fn notes<'a>(books: impl IntoIterator<Item = &'a Rulebook>) -> Notes {
    let mut about = vec![("Made by".to_owned(), format!("uptake {}", env!("CARGO_PKG_VERSION")))];
    let mut sources = Table::new("Sources", SOURCE_COLUMNS);
    let books: Vec<&Rulebook> = books.into_iter().collect();
    for book in &books {
        let words = format!("{}\nrevision {}\nSHA-256 {}", book.title, book.revision, book.digest);
        about.push((format!("Rulebook {}", book.name), words));
        let name = book.name.to_string();
        let said = book.sources.iter().map(|source| [name.clone(), source.id.clone(), source.title.clone()]);
        sources.rows.extend(said.map(|row| row.map(Cell::text).to_vec()));
    }
    Notes {
        title: String::new(),
        about,
        drawn: Vec::new(),
        tables: vec![figures::table(books), sources],
        disclosure: None,
    }
}

/// The columns of the sources of rulebooks.
const SOURCE_COLUMNS: [Column; 3] = [Column::text("rulebook"), Column::text("source"), Column::text("title")];
