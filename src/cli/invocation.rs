//! A command line as results record it, so that it can be given again: `run`, `--year=2023-24`, `--patients=p.csv`.
//!
//! Every option is written in one way, whichever way it was typed. Where results go, which rules folder was used, and with
//! how many threads and how much memory decides nothing of what they say, and is left out.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory};
use serde::Serialize;

use crate::cli::{Arguments, ending};

/// Options that decide nothing of what results say.
const LEFT_OUT: [&str; 4] = ["output", "rules", "threads", "memory"];

/// A command with its options.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(into = "Vec<String>")]
pub(super) struct Invocation {
    /// `run`, or `audit` and `month-end`.
    commands: Vec<String>,
    options: Vec<Given>,
}

/// An option that was given.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Given {
    /// Its name in long, or that of a place (`FILE`) in the order of arguments.
    name: String,
    /// As it is typed: `--year=2023-24`, `--strict`, or the value alone.
    typed: String,
}

impl Invocation {
    /// That of this process; nothing where it has none, as in a test.
    pub(super) fn of_this_process() -> Option<Invocation> {
        let typed = ending::completed(&Arguments::command(), std::env::args_os().collect()).ok()?;
        Invocation::read(typed.into_iter().skip(1)).ok()
    }

    /// Reads what somebody typed, or what was recorded.
    ///
    /// # Errors
    /// It is no command line.
    pub(super) fn read(typed: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Invocation, clap::Error> {
        let mut command = Arguments::command();
        let typed = typed.into_iter().map(Into::into);
        let matches = command.try_get_matches_from_mut(std::iter::once(OsString::from("uptake")).chain(typed))?;
        let mut invocation = Invocation { commands: Vec::new(), options: Vec::new() };
        invocation.add(&command, &matches);
        Ok(invocation)
    }

    fn add(&mut self, command: &Command, matches: &ArgMatches) {
        let Some((name, inner)) = matches.subcommand() else { return };
        let Some(command) = command.find_subcommand(name) else { return };
        self.commands.push(name.to_owned());
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if LEFT_OUT.contains(&id) || inner.value_source(id) != Some(ValueSource::CommandLine) {
                continue;
            }
            let name = argument.get_long().unwrap_or(id).to_owned();
            if !argument.get_action().takes_values() {
                self.options.push(Given { typed: format!("--{name}"), name });
                continue;
            }
            for value in inner.get_raw(id).into_iter().flatten() {
                let value = value.to_string_lossy();
                let typed = if argument.is_positional() { value.into_owned() } else { format!("--{name}={value}") };
                self.options.push(Given { name: name.clone(), typed });
            }
        }
        self.add(command, inner);
    }

    /// The first command's name; empty where there is none.
    pub(super) fn command(&self) -> &str {
        self.commands.first().map_or("", String::as_str)
    }

    /// True if the option was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|given| given.name == name)
    }

    /// True if the option was given so.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.options.iter().any(|given| given.name == name && given.typed == format!("--{name}={value}"))
    }

    /// True if anything was to be read from stdin.
    pub(super) fn reads_stdin(&self) -> bool {
        self.options.iter().any(|given| given.typed == "-" || given.typed.ends_with("=-"))
    }

    /// The same without an option.
    pub(super) fn without(mut self, name: &str) -> Invocation {
        self.options.retain(|given| given.name != name);
        self
    }

    /// The same with an option, which may be there already and is repeated then.
    pub(super) fn with(mut self, name: &str, value: &str) -> Invocation {
        self.options.push(Given { name: name.to_owned(), typed: format!("--{name}={value}") });
        self
    }
}

impl From<Invocation> for Vec<String> {
    fn from(invocation: Invocation) -> Vec<String> {
        let options = invocation.options.into_iter().map(|given| given.typed);
        invocation.commands.into_iter().chain(options).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_written_in_one_way() {
        let typed = "--threads 3 run --year 2021-22,2023-24 -o out.json --patients p.csv --events=e.csv --strict \
                     --format json --rules elsewhere";
        let read = Invocation::read(typed.split_whitespace()).unwrap();
        let written: Vec<String> = read.clone().into();
        let expected = "run --year=2021-22 --year=2023-24 --patients=p.csv --events=e.csv --strict --format=json";
        assert_eq!(written.join(" "), expected);
        assert_eq!(Invocation::read(written).unwrap(), read, "what is recorded reads as what was typed");
        assert_eq!(read.command(), "run");
        assert!(read.has("strict") && !read.has("output") && read.says("format", "json"));
    }

    #[test]
    fn a_command_within_a_command_and_a_file_by_its_place() {
        let score = Invocation::read(["score", "counts.csv", "--year", "2023-24"]).unwrap();
        assert_eq!(Vec::from(score.clone()), ["score", "counts.csv", "--year=2023-24"]);
        let other = score.without("file").with("counts", "other.csv");
        assert_eq!(Vec::from(other), ["score", "--year=2023-24", "--counts=other.csv"]);
        let audit = ["audit", "exceptions", "--year=2023-24", "--patients=-", "--events=e.csv"];
        let read = Invocation::read(audit).unwrap();
        assert!(read.reads_stdin());
        assert_eq!(Vec::from(read), audit);
    }
}
