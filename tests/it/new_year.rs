//! `uptake new-year`: a rulebook carried over passes its checks, gives the same results a year on, and says what must be
//! looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::tables::{Ran, Rules, Tables};
use crate::uptake::{BOOKS, output, stdout};

fn new_year(arguments: &[&str]) -> Ran {
    Ran::of(output([&["new-year"], arguments].concat()))
}

/// The files below a folder with their texts.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let read = |(_, file): (_, &uptake::ground::SourceFile)| (file.path.clone(), file.text.clone());
    let mut texts: Vec<_> = crate::tables::sources(folder).iter().map(read).collect();
    texts.sort();
    texts
}

/// A text with two blanks before each comment: where comments line up is `fmt`'s to say.
fn even(text: &str) -> String {
    let line = |line: &str| {
        let parts: Vec<&str> = line.split(" # ").collect();
        let (last, before) = parts.split_last().unwrap();
        before.iter().map(|part| format!("{}  # ", part.trim_end())).collect::<String>() + last
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Every shipped rulebook, one year on and four: the end of February lies elsewhere in some.
#[test]
fn every_rulebook_carried_over_passes_check_and_test() {
    for (from, by) in BOOKS.iter().flat_map(|book| [(book, 1), (book, 4), (book, -1)]) {
        let (scheme, year) = from.split_once('/').unwrap();
        let first: i32 = year[..4].parse().unwrap();
        let to = format!("{}-{:02}", first + by, (first + by + 1) % 100);
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("rules");
        let into = folder.to_str().unwrap();
        let ran = new_year(&[&to, "--from", from, "--into", into]).fine();
        // A year before a vaccine came is told that its fee pays for nothing: a remark, and no fault of the carrying.
        let checked = stdout(["check", "--rules", into]);
        let is_remark = |code: &str| code == "W430";
        assert!(codes_in(&checked).iter().all(|code| is_remark(code)), "{from} {to}: {checked}");
        assert!(stdout(["fmt", "--check", "--rules", into]).ends_with("nothing to change\n"), "{from} {to}");
        let count = stdout(["test", from]).split(": ").nth(1).unwrap().to_owned();
        assert_eq!(stdout(["test", "--rules", into]), format!("{scheme}/{to}: {count}"), "{from} {to}");
        // The fee rsv of 2024-25 begins on a day of the calendar within the year, which does not move as examples do: in a
        // later year the days before it earn the fee, in an earlier one no day does. No other expectation is new.
        let anew = match (*from, by) {
            ("qof/2024-25", -1) => ", 3 of them with another outcome than before\n",
            ("qof/2024-25", _) => ", 2 of them with another outcome than before\n",
            _ => "\n",
        };
        assert!(ran.stdout.contains(&format!("examples pass{anew}")), "{from} {to}: {}", ran.stdout);
    }
}

/// The extract's dates moved by four years, which keeps every 29 February.
#[test]
fn results_are_the_same_on_data_moved_as_far() {
    let rules = Rules::copy(&["qof/2023-24"]);
    let folder = rules.folder().to_str().unwrap();
    new_year(&["2027-28", "--from", "2023-24", "--rules", folder]).fine();
    let temporary = tempfile::tempdir().unwrap();
    let extract = temporary.path().join("demo");
    let place = extract.to_str().unwrap();
    Ran::of(output(["demo", place, "--write-only", "--size", "20000", "--seed", "7"])).fine();
    let read = |name: &str| fs::read_to_string(extract.join(format!("{name}.csv"))).unwrap();
    let moved = |name: &str| -> String {
        let row = |line: &str| line.split(',').map(four_years_on).collect::<Vec<_>>().join(",");
        read(name).lines().map(|line| row(line) + "\n").collect()
    };
    let now = Tables::of_texts(&read("patients"), &read("events"));
    let then = Tables::of_texts(&moved("patients"), &moved("events"));
    for tables in [&now, &then] {
        tables.write("practices.csv", read("practices"));
    }
    for more in [
        &["--format", "csv"][..],
        &["--format", "csv", "--level", "patient"],
        &["--format", "csv", "--table", "practices"],
    ] {
        let of = |tables: &Tables, year: &str| {
            let ran = tables.run(&[&["--rules", folder, "--year", year], more].concat());
            ran.rows().iter().map(|row| row.replace(year, "YEAR")).collect::<Vec<_>>()
        };
        let (now, then) = (of(&now, "2023-24"), of(&then, "2027-28"));
        assert!(now.len() > 10, "{now:?}");
        assert_eq!(now, then);
    }
}

fn four_years_on(cell: &str) -> String {
    let is_date = cell.len() == 10 && cell.as_bytes()[4] == b'-' && cell.as_bytes()[7] == b'-';
    match cell[..4.min(cell.len())].parse::<u32>() {
        Ok(year) if is_date => format!("{:04}{}", year + 4, &cell[4..]),
        _ => cell.to_owned(),
    }
}

#[test]
fn every_figure_is_kept_assumed_and_marked() {
    let rules = Rules::copy(&["qof/2026-27", "target-payments/2020-21"]);
    let folder = rules.folder().to_str().unwrap();
    for (from, to) in [("qof/2026-27", "2027-28"), ("target-payments/2020-21", "2021-22")] {
        new_year(&[to, "--from", from, "--rules", folder]).fine();
        let scheme = from.split_once('/').unwrap().0;
        let read = |book: &str| fs::read_to_string(rules.path(&format!("{book}/contract.toml"))).unwrap();
        let (old, new) = (read(from), read(&format!("{scheme}/{to}")));
        let mut figures = 0;
        for (old, new) in old.lines().zip(new.lines()).filter(|(old, _)| old.contains("{ is = ")) {
            figures += 1;
            let part = |line: &str, key: &str| {
                line.split(&format!("{key} = ")).nth(1).unwrap().split([',', '}']).next().unwrap().trim().to_owned()
            };
            assert_eq!(part(old, "is"), part(new, "is"));
            assert_eq!(part(old, "unit"), part(new, "unit"));
            assert_eq!(
                (part(new, "status").as_str(), part(new, "source").as_str()),
                ("\"assumed\"", "\"carried-over\"")
            );
            let was =
                format!("# look: in {from} {}, from {}", part(old, "status"), part(old, "source")).replace('"', "");
            assert!(new.ends_with(&was), "{new}\n{was}");
            assert_eq!(old.split("conflict = ").nth(1).is_some(), new.contains("conflict = "));
        }
        assert!(figures > 8, "{figures}");
        // No source is lost.
        let titles = |text: &str| -> BTreeSet<String> {
            let below = text.split("[sources]").nth(1).unwrap().lines();
            below.filter_map(|line| line.split(" = \"").nth(1)?.split('"').next().map(str::to_owned)).collect()
        };
        let carried = format!("carried over from {from}, not yet confirmed");
        let expected: BTreeSet<String> = titles(&old).into_iter().chain([carried]).collect();
        assert_eq!(titles(&new), expected);
        let not_official = stdout(["show", "--unverified", "--rules", folder, "--year", &format!("{scheme}/{to}")]);
        assert!(!not_official.contains("\nReported"), "{not_official}");
    }
}

/// What nobody confirmed in one year says in the next who last said so, and no source is lost by the way.
#[test]
fn a_year_carried_over_twice_keeps_what_was_known() {
    let rules = Rules::copy(&["qof/2026-27"]);
    let folder = rules.folder().to_str().unwrap();
    new_year(&["2027-28", "--from", "2026-27", "--rules", folder]).fine();
    let confirmed = "lower_threshold    = { is = 89, unit = \"%\", status = \"assumed\", source = \"carried-over\" }          # look: in qof/2026-27 reported, from letter-2026-27";
    let by_hand =
        "lower_threshold    = { is = 90, unit = \"%\", status = \"official\", source = \"guidance-2025-26\" }";
    rules.edit("qof/2027-28/contract.toml", confirmed, by_hand, 1);
    new_year(&["qof/2028-29", "--from", "2027-28", "--rules", folder]).fine();
    let numbers = even(&fs::read_to_string(rules.path("qof/2028-29/contract.toml")).unwrap());
    for line in [
        "lower_threshold    = { is = 90, unit = \"%\", status = \"assumed\", source = \"carried-over\" }  # look: in qof/2027-28 official, from guidance-2025-26\n",
        "upper_threshold    = { is = 96, unit = \"%\", status = \"assumed\", source = \"carried-over\" }  # look: in qof/2026-27 reported, from letter-2026-27\n",
        "quoted in the press\"  # look: cited by figures of qof/2026-27 only\n",
        "\ncarried-over          = \"carried over from qof/2027-28, not yet confirmed\"\n",
    ] {
        assert!(numbers.contains(line), "{line}\n{numbers}");
    }
    // The folder that this one was copied into holds a cluster that only the local scheme uses.
    assert_eq!(codes_in(&stdout(["check", "--rules", folder])), ["W432"]);
}

/// The codes in square brackets: `warning[W432]`.
fn codes_in(text: &str) -> Vec<String> {
    let codes = text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(code, _)| code);
    codes.filter(|code| code.len() == 4 && code.starts_with(['E', 'W'])).map(str::to_owned).collect()
}

/// What is printed is what is marked, and a day of the calendar in a rule is among it.
#[test]
fn all_that_must_be_looked_at_is_marked_and_listed() {
    let rules = Rules::copy(&["qof/2025-26"]);
    let folder = rules.folder().to_str().unwrap();
    rules.edit(
        "qof/2025-26/fees.rules",
        "doses rsv in the year",
        "doses rsv in the year and on or after 1 January 2026",
        1,
    );
    let ran = new_year(&["2026-27", "--from", "2025-26", "--rules", folder]).fine();
    let mut marked = Vec::new();
    for (path, text) in texts(&rules.path("qof/2026-27")) {
        let marks = text.lines().zip(1..).filter(|(line, _)| line.contains("# look: "));
        marked.extend(marks.map(|(_, number): (&str, u32)| format!("qof/2026-27/{path}:{number}")));
    }
    marked.sort();
    let listed = ran.stdout.lines().filter(|line| line.contains("qof/2026-27/") && line.starts_with("  "));
    let mut listed: Vec<String> = listed
        .map(|line| line.trim().strip_prefix(&format!("{folder}/")).unwrap().split(": ").next().unwrap().to_owned())
        .collect();
    listed.sort();
    assert_eq!(listed, marked);
    let fees = even(&fs::read_to_string(rules.path("qof/2026-27/fees.rules")).unwrap());
    assert!(
        fees.contains("on or after 1 January 2026  # look: 1 January 2026 is a day of the calendar, left as it was\n"),
        "{fees}"
    );
    // Nothing but marks, first lines and how sure a clause is has changed in the rules.
    for (path, old) in texts(&rules.path("qof/2025-26")).iter().filter(|(path, _)| path.ends_with(".rules")) {
        let new = fs::read_to_string(rules.path(&format!("qof/2026-27/{path}"))).unwrap();
        let plain = |line: &str| {
            let line = line.split("# look: ").next().unwrap().trim_end();
            let line = line.replace("2026/27", "2025/26");
            ["official", "reported", "derived"].iter().fold(line, |line, status| {
                match line.trim_start().starts_with("source") {
                    true => line.replace(status, "assumed"),
                    false => line,
                }
            })
        };
        let pairs: Vec<(String, String)> = old.lines().map(plain).zip(new.lines().map(plain)).collect();
        assert_eq!(old.lines().count(), new.lines().count());
        assert!(pairs.iter().all(|(old, new)| old == new), "{path}: {:?}", pairs.iter().find(|(old, new)| old != new));
    }
}

#[test]
fn what_is_printed_and_written_reads_well() {
    let temporary = tempfile::tempdir().unwrap();
    let into = temporary.path().join("rules");
    let ran =
        new_year(&["target-payments/2021-22", "--from", "target-payments/2020-21", "--into", into.to_str().unwrap()]);
    let ran = ran.fine();
    let said = format!("{}\n----\n{}", ran.stdout, ran.stderr).replace(into.to_str().unwrap(), "rules");
    let numbers = fs::read_to_string(into.join("target-payments/2021-22/contract.toml")).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!("new-year-said", said);
        insta::assert_snapshot!("new-year-contract", numbers);
    });
    assert!(into.join("codes/2026.1/mmr.toml").exists());
}

#[test]
fn a_faulty_name_or_a_folder_that_is_there_is_refused() {
    let rules = Rules::copy(&["qof/2026-27"]);
    let folder = rules.folder().to_str().unwrap();
    let refused = |arguments: &[&str]| new_year(&[arguments, &["--rules", folder]].concat()).refused();
    let before = texts(rules.folder());
    for wrong in ["2027", "2027-29", "27-28", "2027-2028", "next", "qof/2027", "qof/b/2027-28", ""] {
        refused(&[wrong, "--from", "2026-27"])
            .says(&format!("`{wrong}` does not name a contract year"))
            .says("write the two calendar years that it lies in, as in `2027-28`");
    }
    refused(&["2027/28", "--from", "qof/2026-27"]).says("`2027/28` does not name a contract year");
    refused(&["../2027-28", "--from", "qof/2026-27"]).says("does not name a contract year");
    refused(&["2027-28", "--from", "2025-26"]).says("there is no rulebook `2025-26`").says("qof/2026-27");
    refused(&["2026-27", "--from", "2026-27"]).says("is there already, and was left alone");
    fs::create_dir_all(rules.path("qof/2027-28")).unwrap();
    refused(&["2027-28", "--from", "2026-27"]).says("is there already, and was left alone");
    fs::remove_dir(rules.path("qof/2027-28")).unwrap();
    // A rulebook with a fault is not carried over.
    rules.edit("qof/2026-27/indicators.rules", "at least 3 dtap", "at least 3 dtpa", 1);
    refused(&["2027-28", "--from", "2026-27"]).says("the rulebook qof/2026-27 cannot be used: it has 1 error");
    rules.edit("qof/2026-27/indicators.rules", "at least 3 dtpa", "at least 3 dtap", 1);
    assert_eq!(texts(rules.folder()), before);
}

/// An example that cannot be told by its days alone: the day that it is about is one of the calendar.
#[test]
fn an_example_that_comes_out_otherwise_says_so() {
    let rules = Rules::copy(&["qof/2026-27"]);
    let folder = rules.folder().to_str().unwrap();
    rules.edit(
        "qof/2026-27/indicators.rules",
        "at least 3 dtap before age 8 months",
        "at least 3 dtap before age 8 months\n    and born on or after 1 February 2026",
        1,
    );
    let ran = Ran::of(output(["test", "2026-27", "--rules", folder]));
    // Those born earlier in 2026-27's examples of VI001 fail by the edit; the last one here does not.
    let failing = ran.stdout.matches("failed: ").count();
    rules.append(
        "qof/2026-27/examples.toml",
        "\n[[example]]\nname = \"born the day before\"\nindicator = \"VI001\"\nborn = 2026-01-31\nevents = [\"2026-03-15 dtap\", \"2026-04-15 dtap\", \"2026-05-15 dtap\"]\nexpect = \"not achieved\"   # by a day\n",
    );
    let again = Ran::of(output(["test", "2026-27", "--rules", folder]));
    assert_eq!(again.stdout.matches("failed: ").count(), failing);
    new_year(&["2027-28", "--from", "2026-27", "--rules", folder]).fine();
    let examples = even(&fs::read_to_string(rules.path("qof/2027-28/examples.toml")).unwrap());
    let last = examples.split("[[example]]").last().unwrap();
    assert!(last.contains("born = 2027-01-31\n"), "{last}");
    assert!(
        last.contains("expect = \"achieved\"  # by a day  # look: `not achieved` in qof/2026-27; the days of this year make it so\n"),
        "{last}"
    );
    assert_eq!(Ran::of(output(["test", "2027-28", "--rules", folder])).code, Some(0));
}

#[test]
fn the_built_in_rules_need_a_folder_to_go_to() {
    let temporary = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = crate::uptake::uptake([&["new-year"], arguments].concat());
        Ran::of(command.current_dir(temporary.path()).output().unwrap())
    };
    run(&["2027-28", "--from", "2026-27"])
        .refused()
        .says("there is no rules folder to write into")
        .says("`uptake export my-rules`");
    run(&["2027-28", "--from", "2026-27", "--into", "mine"]).fine().says("uptake --rules mine check 2027-28");
    // A second year joins the first, and takes no codes that are there.
    let ran = run(&["2028-29", "--from", "2026-27", "--into", "mine"]).fine();
    assert!(!ran.stdout.contains("codes/2026.1"), "{}", ran.stdout);
    let mine = temporary.path().join("mine");
    assert_eq!(stdout(["check", "--rules", mine.to_str().unwrap()]), "2 rulebooks checked: no faults\n");
}

/// The rulebooks that a scheme uses move on with it, and come along where they are not there; its own codes too.
#[test]
fn a_local_scheme_moves_on_to_the_rulebooks_of_the_new_year() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("rules");
    let into = folder.to_str().unwrap();
    let ran = new_year(&["2025-26", "--from", "wf-newham/2024-25", "--into", into]).fine();
    for brought in ["codes/2026.1", "qof/2024-25", "qof/2025-26"] {
        assert!(ran.stdout.contains(&format!("wrote {into}/{brought}/, which it reads\n")), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("scheme.toml:19: uses.year_end: qof/2024-25 in wf-newham/2024-25\n"), "{}", ran.stdout);
    assert_eq!(stdout(["check", "--rules", into]), "3 rulebooks checked: no faults\n");
    assert!(stdout(["fmt", "--check", "--rules", into]).ends_with("nothing to change\n"));
    let examples = fs::read_to_string(crate::uptake::rules().join("wf-newham/2024-25/examples.toml")).unwrap();
    let examples = examples.lines().filter(|line| *line == "[[example]]").count();
    let tested = stdout(["test", "--rules", into]);
    assert!(tested.ends_with(&format!("\nwf-newham/2025-26: {examples} examples passed\n")), "{tested}");
    let scheme = even(&fs::read_to_string(folder.join("wf-newham/2025-26/scheme.toml")).unwrap());
    for line in [
        "\nyear_end = \"qof/2025-26\"  # the register, outcomes and ages of the children  # look: qof/2024-25 in wf-newham/2024-25\n",
        "\nbaseline = \"qof/2024-25\" ",
        "\nareas       = [\"Newham\", \"Waltham Forest\"]\n",
    ] {
        assert!(scheme.contains(line), "{line}\n{scheme}");
    }
    let codes = |folder: &Path| texts(&folder.join("codes"));
    let shipped = crate::uptake::rules().join("wf-newham/2024-25");
    assert_eq!(codes(&folder.join("wf-newham/2025-26")), codes(&shipped));
    assert_eq!(codes(&shipped).len(), 6);
    // It is a year on in what it says, and looks for the children of that year.
    let shown = stdout(["show", "VI001", "--rules", into, "--year", "wf-newham/2025-26"]);
    assert!(shown.contains("(born from 1 August 2024 to 31 July 2025)"), "{shown}");
    let rules = even(&fs::read_to_string(folder.join("wf-newham/2025-26/pathway.rules")).unwrap());
    assert!(!rules.contains(" official\n") && rules.contains("assumed  # look: official in wf-newham/2024-25\n"));
}

#[test]
fn a_rulebook_that_a_scheme_would_use_and_that_is_not_there_is_named() {
    let rules = Rules::copy(&["qof/2023-24", "qof/2024-25", "wf-newham/2024-25"]);
    let folder = rules.folder().to_str().unwrap();
    let before = texts(rules.folder());
    new_year(&["2025-26", "--from", "wf-newham/2024-25", "--rules", folder])
        .refused()
        .says("wf-newham/2025-26 would read a rulebook that is not there: `qof/2025-26`, which is `year_end` of wf-newham/2024-25")
        .says("uptake new-year qof/2025-26 --from qof/2024-25");
    assert_eq!(texts(rules.folder()), before);
    new_year(&["qof/2025-26", "--from", "qof/2024-25", "--rules", folder]).fine();
    new_year(&["2025-26", "--from", "wf-newham/2024-25", "--rules", folder]).fine();
    assert_eq!(stdout(["check", "--rules", folder]), "5 rulebooks checked: no faults\n");
    // A baseline that is not there yet stays, and is marked: the rest can be read.
    new_year(&["qof/2027-28", "--from", "qof/2024-25", "--rules", folder]).fine();
    let ran = new_year(&["2027-28", "--from", "wf-newham/2024-25", "--rules", folder]).fine();
    assert!(
        ran.stdout.contains("uses.baseline: as in wf-newham/2024-25: there is no rulebook qof/2026-27\n"),
        "{}",
        ran.stdout
    );
    // The year between the two is not there: that is all there is to say.
    assert_eq!(codes_in(&stdout(["check", "--rules", folder])), ["W436", "W436"]);
}

/// What names the place or the year of the old rulebook is marked where the new one is of another.
#[test]
fn another_scheme_has_its_old_name_marked_and_a_year_out_of_turn_is_remarked() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("rules");
    let into = folder.to_str().unwrap();
    let ran = new_year(&["newtown/2025-26", "--from", "wf-newham/2024-25", "--into", into]).fine();
    assert!(!ran.stderr.contains("note:"), "{}", ran.stderr);
    for what in [
        ": written for wf-newham/2024-25\n",
        ": title: as in wf-newham/2024-25\n",
        ": areas: as in wf-newham/2024-25\n",
    ] {
        assert!(ran.stdout.contains("newtown/2025-26/scheme.toml:") && ran.stdout.contains(what), "{}", ran.stdout);
    }
    assert!(stdout(["fmt", "--check", "--rules", into]).ends_with("nothing to change\n"));
    let (gap, back) = (temporary.path().join("gap"), temporary.path().join("back"));
    new_year(&["2028-29", "--from", "2026-27", "--into", gap.to_str().unwrap()])
        .fine()
        .says("note: a year lies between qof/2026-27 and qof/2028-29");
    new_year(&["2019-20", "--from", "2021-22", "--into", back.to_str().unwrap()])
        .fine()
        .says("note: qof/2019-20 is before qof/2021-22");
}
