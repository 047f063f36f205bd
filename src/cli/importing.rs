//! Tables that name their columns or write their dates in another way: what was declared of them on the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use clap::{Arg, Args, Command, ValueEnum};

use crate::cli::CliError;
use crate::data::{DateOrder, Naming, TableName};
use crate::model::library::nearest;
use crate::syntax::column_map::{self, MappedColumn};

/// In which order dates are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Dates {
    /// 2021-04-03
    Iso,
    /// 03/04/2021, the third of April
    DayFirst,
}

impl Dates {
    fn order(self) -> DateOrder {
        match self {
            Dates::Iso => DateOrder::Iso,
            Dates::DayFirst => DateOrder::DayFirst,
        }
    }
}

/// What is declared of the tables that a command reads.
#[derive(Args, Debug)]
pub(super) struct ImportArguments {
    /// What a table calls a column: patients.birth_date=DOB; may be repeated. Or a TOML file of such names
    #[arg(long, global = true, value_name = "TABLE.COLUMN=NAME", help_heading = "Tables read")]
    map: Vec<String>,

    /// In which order the tables write their dates
    #[arg(long, global = true, value_enum, value_name = "ORDER", help_heading = "Tables read")]
    dates: Option<Dates>,
}

/// The commands that read no tables, so that nothing can be declared of any.
const WITHOUT_TABLES: [&str; 14] = [
    "demo",
    "curve",
    "check",
    "test",
    "fmt",
    "diff",
    "show",
    "sql",
    "new-year",
    "export",
    "schema",
    "completions",
    "man",
    "lsp",
];

/// The command line for help: what is declared of tables is shown where tables are read. A command that has an option of
/// its own takes none from above, so each gets its own, which is hidden.
pub(super) fn shown_where_read(command: Command) -> Command {
    let is_declared = |argument: &&Arg| ["map", "dates"].contains(&argument.get_id().as_str());
    let hidden: Vec<Arg> =
        command.get_arguments().filter(is_declared).map(|argument| argument.clone().global(false).hide(true)).collect();
    let there: Vec<&str> = WITHOUT_TABLES.into_iter().filter(|name| command.find_subcommand(name).is_some()).collect();
    let with_hidden = |inner: Command| inner.args(&hidden);
    there.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_hidden))
}

/// What was declared, by table. It is set once, before the first table is opened.
static DECLARED: OnceLock<BTreeMap<TableName, Naming>> = OnceLock::new();

/// What was declared of a table.
pub(super) fn naming(table: TableName) -> Naming {
    DECLARED.get().and_then(|declared| declared.get(&table)).cloned().unwrap_or_default()
}

impl ImportArguments {
    /// Declares how the tables are read for the rest of the process.
    pub(super) fn declare(&self) -> Result<(), CliError> {
        let declared = self.namings()?;
        // The command line is read once.
        let _ = DECLARED.set(declared);
        Ok(())
    }

    fn namings(&self) -> Result<BTreeMap<TableName, Naming>, CliError> {
        let (mut columns, mut dates) = (Vec::new(), self.dates.map(Dates::order));
        for map in &self.map {
            if map.to_ascii_lowercase().ends_with(".toml") && !map.contains('=') {
                let (of_file, more) = read_file(Path::new(map))?;
                dates = dates.or(of_file);
                columns.extend(more);
            } else {
                columns.push(single(map)?);
            }
        }
        let start = Naming::dates(dates.unwrap_or_default());
        let mut namings: BTreeMap<TableName, Naming> =
            TableName::ALL.into_iter().map(|table| (table, start.clone())).collect();
        for mapped in columns {
            let table = table_of(&mapped.table)?;
            let column = column_of(table, &mapped.column)?;
            let Some(naming) = namings.get_mut(&table) else { continue };
            if let Some(called) = &mapped.called {
                naming.call(column, called);
            }
            if let Some(word) = &mapped.dates {
                naming.order(column, order(word)?);
            }
        }
        Ok(namings)
    }
}

/// `patients.birth_date=DOB`
fn single(written: &str) -> Result<MappedColumn, CliError> {
    let parts = written.split_once('=').and_then(|(ours, called)| Some((ours.split_once('.')?, called)));
    let Some(((table, column), called)) = parts.filter(|(_, called)| !called.trim().is_empty()) else {
        let error =
            CliError::usage(format!("`--map {written}` is neither TABLE.COLUMN=NAME nor a file that ends in .toml"));
        return Err(error.help("write for example `--map patients.birth_date=DOB`"));
    };
    let (table, column) = (table.trim().to_owned(), column.trim().to_owned());
    Ok(MappedColumn { table, column, called: Some(called.trim().to_owned()), dates: None })
}

fn read_file(path: &Path) -> Result<(Option<DateOrder>, Vec<MappedColumn>), CliError> {
    let text = fs::read_to_string(path).map_err(CliError::read(path))?;
    let map = column_map::read(&text)
        .map_err(|fault| CliError::usage(format!("{} cannot be used as a map of columns: {fault}", path.display())))?;
    let dates = map.dates.as_deref().map(order).transpose()?;
    Ok((dates, map.columns))
}

fn order(word: &str) -> Result<DateOrder, CliError> {
    let known = Dates::from_str(word, false);
    known.map(Dates::order).map_err(|_| {
        CliError::usage(format!("dates are not written in an order `{word}`")).help("the orders are: iso, day-first")
    })
}

fn table_of(word: &str) -> Result<TableName, CliError> {
    let found = TableName::ALL.into_iter().find(|table| table.word() == word);
    let words = TableName::ALL.map(TableName::word);
    found.ok_or_else(|| unknown(format!("there is no table `{word}` to name columns of"), word, &words))
}

fn column_of(table: TableName, word: &str) -> Result<&'static str, CliError> {
    let columns = table.columns();
    let found = columns.iter().copied().find(|column| *column == word);
    found.ok_or_else(|| unknown(format!("the table {} has no column `{word}`", table.word()), word, &columns))
}

/// An error that names the known word that was most likely meant, and all of them.
fn unknown(message: String, word: &str, known: &[&str]) -> CliError {
    let all = format!("there are: {}", known.join(", "));
    CliError::usage(message).help(match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    })
}
