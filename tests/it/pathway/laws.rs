//! What holds for any records: the demo's, put into another order, looked at by more threads, with more said that nobody asks
//! for; and figures that must add up.

use std::collections::{BTreeMap, BTreeSet};

use super::stage::{Rows, Stage};

const TABLES: [&str; 5] = ["return", "areas", "states", "won", "alerts"];
const LISTS: [&str; 5] = ["coordinator", "calls", "review", "exempted", "alerts"];

/// All that the pathway can say as CSV.
fn everything(stage: &Stage, more: &[&str]) -> Vec<String> {
    let said = |asked: &[&str]| stage.run(&[asked, &["--format", "csv"], more].concat()).fine().stdout;
    let mut all = vec![said(&["--level", "patient"])];
    all.extend(TABLES.map(|table| said(&["--table", table])));
    all.extend(LISTS.map(|list| said(&["--list", list])));
    all
}

#[test]
fn order_threads_and_irrelevant_events_change_nothing() {
    let day = ["--as-of", "2025-01-15"];
    let mut stage = Stage::demo();
    let first = everything(&stage, &day);
    assert!(first[0].lines().count() > 40, "the demo has children to look at");
    for threads in ["1", "3"] {
        assert_eq!(everything(&stage, &[&day[..], &["--threads", threads]].concat()), first, "{threads} threads");
    }
    stage.reorder(|rows| {
        rows.reverse();
        let middle = rows.len() / 3;
        rows.rotate_left(middle);
    });
    assert_eq!(everything(&stage, &day), first, "another order of rows");
    let children: Vec<String> = stage.patients(&day).into_keys().collect();
    for (at, id) in children.iter().enumerate() {
        // Known to no cluster, though its text names means and evidence; and what happens after the report date.
        stage.event(id, &format!("2024-{:02}-10 22298006 phone, letter, written refusal", 4 + at % 9));
        let later = ["call1 phone", "referred", "refused signed", "declined", "mmr", "dtap", "vaccination_not_given"];
        stage.event(id, &format!("2025-01-16 {}", later[at % later.len()]));
        stage.appointment(id, "2025-01-16 2025-02-20");
    }
    assert_eq!(everything(&stage, &day), first, "irrelevant events, and later ones");
}

/// Whole numbers of a column, summed by what `key` makes of a row.
fn sums(rows: &Rows, column: &str, key: impl Fn(&BTreeMap<String, String>) -> String) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        *sums.entry(key(row)).or_default() += row[column].parse::<u64>().unwrap();
    }
    sums.retain(|_, sum| *sum > 0);
    sums
}

#[test]
fn children_states_exceptions_and_returns_of_the_demo_add_up() {
    let stage = Stage::demo();
    for date in ["2024-04-01", "2024-09-30", "2025-03-31", "2025-05-31"] {
        let day = ["--as-of", date];
        // `patients` asserts that no child stands twice.
        let patients = stage.patients(&day);
        let (returned, states, areas) =
            (stage.table("return", &day), stage.table("states", &day), stage.table("areas", &day));
        let both = |row: &BTreeMap<String, String>| format!("{} {}", row["practice_code"], row["indicator"]);
        // Denominator less numerator is those who have not achieved.
        let (denominators, numerators) = (sums(&returned, "denominator", both), sums(&returned, "numerator", both));
        let mut open: BTreeMap<String, u64> = BTreeMap::new();
        let mut excepted: BTreeMap<String, u64> = BTreeMap::new();
        for row in patients.values() {
            for indicator in row["indicators"].split(' ') {
                let place = format!("{} {indicator}", row["practice_code"]);
                *open.entry(place.clone()).or_default() += 1;
                let is_exception =
                    ["refused", "declined_after_referral", "no_contact"].contains(&row["state"].as_str());
                *excepted.entry(place).or_default() += u64::from(is_exception);
            }
        }
        for (place, denominator) in &denominators {
            let numerator = numerators.get(place).copied().unwrap_or_default();
            assert_eq!(denominator - numerator, open.get(place).copied().unwrap_or_default(), "{place} as of {date}");
        }
        excepted.retain(|_, count| *count > 0);
        assert_eq!(sums(&returned, "exceptions", both), excepted, "as of {date}");
        for row in &returned {
            let parts = ["absolute", "declined", "nocontact"].map(|column| row[column].parse::<u64>().unwrap());
            assert_eq!(row["exceptions"], parts.iter().sum::<u64>().to_string(), "{row:?}");
        }
        // States count children, each once.
        let practice_state = |row: &BTreeMap<String, String>| format!("{} {}", row["practice_code"], row["state"]);
        let mut by_state: BTreeMap<String, u64> = BTreeMap::new();
        patients.values().for_each(|row| *by_state.entry(practice_state(row)).or_default() += 1);
        assert_eq!(sums(&states, "children", practice_state), by_state, "as of {date}");
        // Boroughs are the sum of their practices.
        let by_area = |row: &BTreeMap<String, String>| format!("{} {}", row["area"], row["indicator"]);
        for column in ["baseline_denominator", "baseline_numerator", "denominator", "numerator", "exceptions"] {
            assert_eq!(sums(&returned, column, by_area), sums(&areas, column, by_area), "{column} as of {date}");
        }
    }
}

#[test]
fn no_more_are_won_than_have_achieved() {
    let stage = Stage::demo();
    let both = |row: &BTreeMap<String, String>| format!("{} {}", row["practice_code"], row["indicator"]);
    let won = sums(&stage.table("won", &[]), "children", both);
    let numerators = sums(&stage.table("return", &[]), "numerator", both);
    assert!(won.values().sum::<u64>() > 20);
    for (place, won) in won {
        assert!(won <= numerators[&place], "{place}: {won} won");
    }
    // On the first day of the year whoever was won was so by a dose of that day; no code of the year came before it.
    let first = stage.table("won", &["--as-of", "2024-04-01"]);
    assert!(first.iter().all(|row| ["", "to_review"].contains(&row["state_before"].as_str())), "{first:?}");
}

#[test]
fn lists_name_each_child_of_their_states_once() {
    let stage = Stage::demo();
    let patients = stage.patients(&[]);
    let nothing_to_give = |id: &String| !patients[id]["nothing_to_give"].is_empty();
    for (list, state) in [("coordinator", "with_coordinator"), ("calls", "contacting"), ("review", "to_review")] {
        let of_state = patients.iter().filter(|(id, row)| row["state"] == state && !nothing_to_give(id));
        let expected: BTreeSet<&String> = of_state.map(|(id, _)| id).collect();
        let listed = stage.listed(list);
        assert_eq!(listed.len(), expected.len(), "{list}");
        assert_eq!(listed.iter().collect::<BTreeSet<_>>(), expected, "{list}");
        assert!(!listed.is_empty(), "the demo has somebody on the list {list}");
    }
}

#[test]
fn lists_in_a_folder_are_the_lists_asked_for_one_by_one() {
    let stage = Stage::demo();
    let folder = stage.path("lists");
    stage.run(&["--lists", folder.to_str().unwrap()]).fine();
    for list in LISTS {
        let all = stage.list(list, &[]);
        let practices: BTreeSet<&str> = all.iter().map(|row| row["practice_code"].as_str()).collect();
        let mut together = Rows::new();
        for practice in practices {
            let file = std::fs::read_to_string(folder.join(practice).join(format!("{list}.csv"))).unwrap();
            let of_practice = stage.run(&["--list", list, "--practice", practice, "--format", "csv"]).fine().stdout;
            assert_eq!(file, of_practice, "{list} of {practice}");
            together.extend(super::stage::rows(&file));
        }
        assert_eq!(together, all, "{list}");
    }
}

#[test]
fn the_return_of_the_demo_is_laid_out() {
    let ran = Stage::demo().run(&["--table", "return", "--set", "pounds_per_child=50", "--set", "audit_rate=5"]).fine();
    insta::assert_snapshot!("pathway-return", ran.stdout);
}
