//! Examples that `--help` ends with, from `docs/examples/help.txt`: a command to a line. Each can be run as it stands beside
//! the tables that `uptake demo` writes, the counts that the second example of `run` leaves, and a published list of codes
//! (the tests do), so that none goes stale.

use std::collections::BTreeMap;

use clap::Command;

const EXAMPLES: &str = include_str!("../../docs/examples/help.txt");

/// The longest line of an example, in characters: help is at most as wide with its indent.
const WIDTH: usize = 92;

/// The command line with the examples at the end of each command's help.
pub(super) fn with_examples(command: Command) -> Command {
    let mut by_command: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
    for example in EXAMPLES.lines() {
        let path = path(&command, example);
        // A command that only holds others shows theirs.
        for depth in 1..=path.len() {
            by_command.entry(path[..depth].to_vec()).or_default().push(broken(example));
        }
    }
    by_command.iter().fold(command, |command, (path, examples)| {
        at(command, path, &format!("Examples:\n  {}", examples.join("\n  ")))
    })
}

/// The commands that an example names: `audit`, `month-end`.
fn path<'e>(command: &Command, example: &'e str) -> Vec<&'e str> {
    let mut inner = Some(command);
    let words = example.split(' ').skip(1);
    words
        .take_while(|word| {
            inner = inner.and_then(|command| command.find_subcommand(word));
            inner.is_some()
        })
        .collect()
}

fn at(command: Command, path: &[&str], text: &str) -> Command {
    match path {
        [] => command.after_help(text.to_owned()),
        [first, rest @ ..] => command.mut_subcommand(*first, |inner| at(inner, rest, text)),
    }
}

/// A long command over several lines, as a shell reads it.
fn broken(example: &str) -> String {
    let mut lines = vec![String::new()];
    for part in
        example.split(" --").enumerate().map(|(at, part)| if at == 0 { part.to_owned() } else { format!("--{part}") })
    {
        let last = lines.last_mut().filter(|line| line.len() + 3 + part.len() <= WIDTH);
        match last {
            Some(line) if line.is_empty() => line.push_str(&part),
            Some(line) => {
                line.push(' ');
                line.push_str(&part);
            }
            None => lines.push(part),
        }
    }
    lines.join(" \\\n      ")
}
