//! Examples that `--help` ends with. Each is a command that can be run as it stands beside the tables that `uptake demo`
//! writes and the counts that the first example of `run` leaves (the tests do), so that none goes stale.

use clap::Command;

/// By command: its examples, a line each.
const EXAMPLES: [(&str, &[&str]); 24] = [
    ("demo", &["uptake demo", "uptake demo larger --size 5000 --seed 7 --write-only"]),
    (
        "run",
        &[
            "uptake run --year 2023-24 --patients patients.csv --events events.csv --practices practices.csv",
            "uptake run --year 2023-24 --patients patients.csv --events events.csv --format csv --output counts.csv",
            "uptake run --year 2023-24 --patients patients.csv --events events.csv --practices practices.csv --by area --suppress 5",
        ],
    ),
    (
        "score",
        &[
            "uptake score counts.csv --year 2023-24 --practices practices.csv",
            "uptake score counts.csv --year 2023-24 --table long --format csv",
        ],
    ),
    (
        "compare",
        &[
            "uptake compare --years 2021-22,2023-24 --patients patients.csv --events events.csv --practices practices.csv",
            "uptake compare --years 2023-24,2026-27 --counts counts.csv --practices practices.csv --format markdown",
        ],
    ),
    ("diff", &["uptake diff 2021-22 2023-24", "uptake diff built-in rules"]),
    ("next", &["uptake next --year 2023-24 --counts counts.csv --practices practices.csv"]),
    (
        "curve",
        &["uptake curve --years 2021-22,2023-24 --cohort-size 90 --list-size 9085 --format svg --output curve.svg"],
    ),
    (
        "sweep",
        &[
            "uptake sweep --year 2023-24 --counts counts.csv --practices practices.csv --figure VI001.lower_threshold=85..92:1",
        ],
    ),
    ("check", &["uptake check", "uptake check --explain E203"]),
    ("test", &["uptake test", "uptake test 2023-24 --coverage"]),
    ("fmt", &["uptake fmt --check"]),
    (
        "pathway",
        &[
            "uptake pathway --year wf-newham/2024-25 --patients patients.csv --events events.csv --practices practices.csv --appointments appointments.csv --slots slots.csv",
        ],
    ),
    (
        "recall",
        &[
            "uptake recall --year 2023-24 --patients patients.csv --events events.csv --practices practices.csv --as-of 2023-10-01",
        ],
    ),
    (
        "attrition",
        &["uptake attrition --years 2021-22,2023-24 --patients patients.csv --events events.csv --indicator VI003"],
    ),
    ("audit month-end", &["uptake audit month-end --year 2023-24 --patients patients.csv --events events.csv"]),
    ("audit exceptions", &["uptake audit exceptions --year 2023-24 --patients patients.csv --events events.csv"]),
    (
        "explain",
        &[
            "uptake explain --year 2023-24 --patients patients.csv --events events.csv --patient 1911929084 --indicator VI001",
        ],
    ),
    ("near-misses", &["uptake near-misses --year 2023-24 --patients patients.csv --events events.csv"]),
    ("show", &["uptake show VI001", "uptake show --unverified"]),
    ("sql", &["uptake sql --dialect duckdb --year 2023-24 --level practice"]),
    ("new-year", &["uptake new-year 2027-28 --from 2026-27"]),
    ("export", &["uptake export my-rules"]),
    ("schema", &["uptake schema contract"]),
    ("completions", &["uptake completions bash"]),
];

/// The command line with the examples at the end of each command's help.
pub(super) fn with_examples(command: Command) -> Command {
    EXAMPLES.iter().fold(command, |command, (path, examples)| {
        let words: Vec<&str> = path.split(' ').collect();
        at(command, &words, &text(examples))
    })
}

fn at(command: Command, path: &[&str], text: &str) -> Command {
    match path {
        [] => command.after_help(text.to_owned()),
        [first, rest @ ..] => command.mut_subcommand(*first, |inner| at(inner, rest, text)),
    }
}

fn text(examples: &[&str]) -> String {
    let lines: Vec<String> = examples.iter().map(|example| format!("  {example}")).collect();
    format!("Examples:\n{}", lines.join("\n"))
}
