//! The questions that practices asked about the local scheme, each answer a test named after it.

use super::stage::{DOSES, HOME, Stage, rows};

const SCHEME: [&str; 6] = ["call1", "call2", "call3", "referred", "refused", "declined"];
const UNREACHED: [&str; 3] = ["2024-05-01 call1 phone", "2024-05-10 call2 letter", "2024-05-20 call3 text"];

/// A child in each state, by the name of the state.
fn one_in_each_state() -> Stage {
    let mut stage = Stage::new();
    stage.child("refused", &["2024-06-01 refused letter on file"]);
    stage.child("declined", &["2024-06-01 referred", "2024-07-01 declined after talk"]);
    stage.child("agreed", &["2025-03-01 referred"]);
    stage.appointment("agreed", "2025-03-27 2025-04-02");
    stage.child("hesitant", &["2024-06-01 referred worried about side effects"]);
    stage.child("unreached", &UNREACHED);
    stage.child("called", &["2024-05-01 call1 phone"]);
    stage.child("new", &[]);
    stage
}

/// Can all patients be sent to the coordinators? No: genuine refusals and those who cannot be contacted are not.
#[test]
fn only_the_hesitant_are_sent_to_the_coordinator() {
    let mut stage = one_in_each_state();
    assert_eq!(stage.listed("coordinator"), ["hesitant"]);
    // A referral of one who refused puts nobody on the list, and says so; one who could not be contacted is an alert.
    stage.event("refused", "2024-08-01 referred");
    stage.event("unreached", "2024-08-01 referred");
    let patients = stage.patients(&[]);
    assert_eq!(patients["refused"]["state"], "refused");
    assert_eq!(patients["refused"]["alerts"], "referred_after_refusal");
    assert_eq!(patients["unreached"]["alerts"], "referred_without_contact");
    assert!(!stage.listed("coordinator").contains(&"refused".to_owned()));
}

/// Are there codes for hesitant patients? Yes, in the template.
#[test]
fn the_hesitant_have_a_code_of_their_own() {
    let mut stage = Stage::new();
    stage.child("hesitant", &["2024-06-01 166281000000106 hesitant"]);
    stage.child("nobody", &["2024-06-01 429684009 hesitant"]);
    assert_eq!(stage.listed("coordinator"), ["hesitant"]);
}

/// What template should be used? "(RP) Childhood Immunisations CEG".
#[test]
fn what_is_to_be_coded_names_the_template() {
    let mut stage = one_in_each_state();
    stage.event("refused", "2024-06-02 referred");
    stage.child("untold", &["2024-06-01 refused"]);
    let list = stage.list("alerts", &[]);
    // Two of children; the practice has no file and no slots, and a child with the coordinator: three about the practice.
    assert_eq!(list.len(), 5, "{list:#?}");
    assert!(list.iter().all(|row| row["template"] == "(RP) Childhood Immunisations CEG"), "{list:#?}");
}

/// What must lists hold? Protected appointments, and how to reach a named person who books them.
#[test]
fn a_referral_list_has_protected_appointments_and_a_named_person() {
    let mut stage = one_in_each_state();
    let missing = ["no_named_contact", "no_contact_details", "no_free_slot"];
    let alerts = |stage: &Stage| -> Vec<String> {
        stage.table("alerts", &[]).into_iter().map(|row| row["alert"].clone()).collect()
    };
    assert_eq!(alerts(&stage), missing);
    stage.line("practices", "A81001,Newham,Jo Bird,020 7946 0000");
    stage.line("slots", "A81001,2025-04-01 09:00,2025-04-01 09:20,no");
    assert!(alerts(&stage).is_empty());
    let list = stage.list("coordinator", &[]);
    assert_eq!(list[0]["contact_name"], "Jo Bird");
    assert_eq!(list[0]["contact_details"], "020 7946 0000");
    assert_eq!(list[0]["free_slots"], "2025-04-01 09:00 to 2025-04-01 09:20");
}

/// How is the review conducted? The practice reviews who has declined, and forwards only those who could be persuaded.
#[test]
fn the_practice_reviews_its_decliners_and_forwards_only_some() {
    let mut stage = Stage::new();
    stage.child("a-new", &[]);
    stage.child("b-declined", &["2024-05-01 310376006 consent not given"]);
    stage.child("c-declined", &["2024-05-01 310376006 consent not given"]);
    // Decliners first, and nobody with the coordinator before the practice refers.
    assert_eq!(stage.listed("review"), ["b-declined", "c-declined", "a-new"]);
    assert!(stage.listed("coordinator").is_empty());
    stage.event("c-declined", "2024-06-01 referred could be persuaded");
    assert_eq!(stage.listed("review"), ["b-declined", "a-new"]);
    assert_eq!(stage.listed("coordinator"), ["c-declined"]);
}

/// Will exception reporting remove patients from QOF targets? No.
#[test]
fn exception_reporting_does_not_remove_from_qof() {
    let mut coded = Stage::demo();
    let practices = ["run", "--year", "2024-25,2023-24", "--format", "csv"];
    let (national, people) = (&practices[1..], [&practices[1..], &["--level", "patient"]].concat());
    let (with, people_with) = (coded.run_national(national).fine().stdout, coded.run_national(&people).fine().stdout);
    let exceptions = |stage: &Stage| -> u64 {
        stage.table("return", &[]).iter().map(|row| row["exceptions"].parse::<u64>().unwrap()).sum()
    };
    let counts = |stage: &Stage| -> Vec<String> {
        let columns = ["practice_code", "indicator", "denominator", "numerator", "uptake_percent"];
        let line =
            |row: &std::collections::BTreeMap<String, String>| columns.map(|column| row[column].clone()).join(",");
        stage.table("return", &[]).iter().map(line).collect()
    };
    let counts_with = counts(&coded);
    assert!(exceptions(&coded) > 0, "the demo has exceptions");
    let codes = SCHEME.map(super::stage::code);
    coded.keep_events(|row| !codes.contains(&row[2]));
    assert_eq!(exceptions(&coded), 0);
    assert_eq!(coded.run_national(national).fine().stdout, with);
    assert_eq!(coded.run_national(&people).fine().stdout, people_with);
    assert_eq!(counts(&coded), counts_with);
}

/// What code if a parent declines, and is the practice paid? The template's; payment is on improved uptake and takes the
/// exceptions into account.
#[test]
fn a_parent_who_declines_is_coded_and_payment_takes_it_into_account() {
    // Baseline 1 of 2. Year end 2 of 4 with one refusal: 2 - 3 x 1/2 = 0.5 children, at £40: £20. Without the code
    // 2 - 4 x 1/2 = 0.
    let paid = |refused: bool| {
        let mut stage = Stage::new();
        stage.then(1, 2);
        stage.children(2, "vaccinated", &DOSES);
        stage.child("open", &[]);
        stage.child("parent", if refused { &["2024-06-01 refused wrote to us"] } else { &[] });
        let row = stage.table("return", &["--set", "pounds_per_child=40"]).swap_remove(0);
        (row["absolute"].clone(), row["uptake_percent"].clone(), row["pounds"].clone())
    };
    assert_eq!(paid(true), ("1".to_owned(), "50.00".to_owned(), "20.00".to_owned()));
    assert_eq!(paid(false), ("0".to_owned(), "50.00".to_owned(), "0.00".to_owned()));
}

/// Are QOF searches used? Yes, with additional support searches for those exempted.
#[test]
fn qof_searches_are_used_and_the_exempted_are_searched_for_beside_them() {
    let stage = Stage::demo();
    let national = rows(&stage.run_national(&["--year", "2023-24,2024-25", "--format", "csv"]).fine().stdout);
    let of = |year: &str, practice: &str, indicator: &str, column: &str| {
        let is_it = |row: &&std::collections::BTreeMap<String, String>| {
            row["year"] == year && row["practice_code"] == practice && row["indicator"] == indicator
        };
        national.iter().find(is_it).map_or("0".to_owned(), |row| row[column].clone())
    };
    let returned = stage.table("return", &[]);
    assert_eq!(returned.len(), 15, "five practices of the two boroughs, three indicators");
    for row in &returned {
        let (practice, indicator) = (&row["practice_code"], &row["indicator"]);
        for column in ["denominator", "numerator"] {
            assert_eq!(row[column], of("2024-25", practice, indicator, column), "{row:?}");
            assert_eq!(row[&format!("baseline_{column}")], of("2023-24", practice, indicator, column), "{row:?}");
        }
    }
    // The support search: each exempted child is on the list, under one category, and nobody else is.
    let categories = [
        ("refused", "absolute decliners"),
        ("declined_after_referral", "declined after referral"),
        ("no_contact", "no contact"),
    ];
    let mut expected: Vec<(String, &str)> = Vec::new();
    for (id, row) in stage.patients(&[]) {
        let category = categories.iter().find(|(state, _)| row["state"] == *state);
        expected.extend(category.map(|(_, category)| (id, *category)));
    }
    let list = stage.list("exempted", &[]);
    let mut found: Vec<(String, &str)> =
        list.iter().map(|row| (row["patient_id"].clone(), row["category"].as_str())).collect();
    found.sort();
    found.dedup();
    assert_eq!(found, expected);
    assert!(found.len() > 5);
}

/// How is exception reporting monitored? By a search; the ICB monitors levels and may audit.
#[test]
fn exception_levels_are_monitored_and_may_be_audited() {
    // 1 of 4 is 25 %: above 24, not above 25.
    let mut stage = Stage::new();
    stage.children(3, "vaccinated", &DOSES);
    stage.child("refused", &["2024-06-01 refused letter of 28 May, scanned"]);
    let row = |rate: &str| stage.table("return", &["--set", &format!("audit_rate={rate}")]).swap_remove(0);
    assert_eq!((row("24")["exception_percent"].as_str(), row("24")["audit"].as_str()), ("25.00", "yes"));
    assert_eq!(row("25")["audit"], "no");
    // What an audit looks at: the record that shows each exception.
    let list = stage.list("exempted", &[]);
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["evidence_code"], "183948000");
    assert_eq!(list[0]["evidence_date"], "2024-06-01");
    assert_eq!(list[0]["evidence_text"], "letter of 28 May, scanned");
}

/// What is sufficient evidence for informed dissent? An explicit written refusal; more is in a flowchart that is not public.
#[test]
fn a_refusal_without_written_evidence_is_an_alert_and_still_a_refusal() {
    let mut stage = Stage::new();
    stage.child("written", &["2024-06-01 refused explicit written refusal"]);
    stage.child("spoken", &["2024-06-01 refused says no"]);
    let patients = stage.patients(&[]);
    assert_eq!((patients["written"]["state"].as_str(), patients["written"]["alerts"].as_str()), ("refused", ""));
    let spoken = &patients["spoken"];
    assert_eq!((spoken["state"].as_str(), spoken["alerts"].as_str()), ("refused", "refusal_without_evidence"));
}

/// How does the process reflect on payment? Achievement includes exceptions, and vaccinations due to the coordinators.
#[test]
fn payment_reflects_exceptions_and_children_whom_the_coordinator_won() {
    // Baseline 1 of 2. Four children, one vaccinated: 1 - 4 x 1/2 < 0, nothing. The coordinator wins two of the others:
    // 3 - 4 x 1/2 = 1, £50. The last declines after the referral: 3 - 3 x 1/2 = 1.5, £75.
    let mut stage = Stage::new();
    stage.then(1, 2);
    stage.child("prompt", &DOSES);
    for id in ["won-1", "won-2", "last"] {
        stage.child(id, &["2024-03-01 dtap", "2024-04-01 dtap", "2024-05-01 referred"]);
    }
    let pounds = |stage: &Stage| stage.table("return", &["--set", "pounds_per_child=50"])[0]["pounds"].clone();
    assert_eq!(pounds(&stage), "0.00");
    for id in ["won-1", "won-2"] {
        stage.event(id, "2024-06-03 dtap");
    }
    assert_eq!(pounds(&stage), "50.00");
    let won = stage.table("won", &[]);
    let by_coordinator: Vec<&str> =
        won.iter().filter(|row| row["credited_to"] == "the coordinator").map(|row| row["children"].as_str()).collect();
    assert_eq!(by_coordinator, ["2"]);
    stage.event("last", "2024-06-20 declined");
    assert_eq!(pounds(&stage), "75.00");
    assert_eq!(stage.table("return", &[])[0]["practice_code"], HOME);
}
