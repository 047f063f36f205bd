//! The built command obeys other rule files: edited ones, and a scheme that somebody else invented.

use super::stage::{DOSES, HOME, Stage, rows};
use crate::tables::{Rules, copy};
use crate::uptake::root;

const BOOKS: [&str; 3] = ["qof/2023-24", "qof/2024-25", "wf-newham/2024-25"];
const SCHEME: &str = "wf-newham/2024-25/scheme.toml";
const PATHWAY: &str = "wf-newham/2024-25/pathway.rules";

/// The state and alerts of one child under edited rules.
#[track_caller]
fn seen(stage: &Stage, rules: &Rules, id: &str) -> String {
    let patients = stage.patients(&["--rules", rules.folder().to_str().unwrap()]);
    patients
        .get(id)
        .map_or("not pursued".to_owned(), |row| format!("{} {}", row["state"], row["alerts"]).trim_end().to_owned())
}

#[test]
fn a_changed_call_code_is_obeyed() {
    let mut stage = Stage::new();
    stage.child("old", &["2024-05-01 185559001 phone"]);
    stage.child("new", &["2024-05-01 999010100000105 phone"]);
    let rules = Rules::copy(&BOOKS);
    assert_eq!(
        (seen(&stage, &rules, "old").as_str(), seen(&stage, &rules, "new").as_str()),
        ("contacting", "to_review")
    );
    rules.edit("wf-newham/2024-25/codes/imms_call_1.toml", "185559001", "999010100000105", 1);
    assert_eq!(
        (seen(&stage, &rules, "old").as_str(), seen(&stage, &rules, "new").as_str()),
        ("to_review", "contacting")
    );
}

#[test]
fn two_means_for_three_are_obeyed() {
    let mut stage = Stage::new();
    stage.child("two", &["2024-05-01 call1 phone", "2024-05-10 call2 letter", "2024-05-20 call3 phone"]);
    stage.child("one", &["2024-05-01 call1 phone", "2024-05-10 call2 phone", "2024-05-20 call3 phone"]);
    let rules = Rules::copy(&BOOKS);
    assert_eq!(seen(&stage, &rules, "two"), "contacting too_few_means");
    rules.edit(PATHWAY, "at least 3 different means", "at least 2 different means", 2);
    assert_eq!(seen(&stage, &rules, "two"), "no_contact");
    assert_eq!(seen(&stage, &rules, "one"), "contacting too_few_means");
}

#[test]
fn a_new_word_for_a_means_and_a_new_means_are_obeyed() {
    let mut stage = Stage::new();
    stage.child("word", &["2024-05-01 call1 phone", "2024-05-10 call2 postcard", "2024-05-20 call3 sms"]);
    stage.child("same", &["2024-05-01 call1 letter", "2024-05-10 call2 postcard", "2024-05-20 call3 sms"]);
    stage.child("means", &["2024-05-01 call1 phone", "2024-05-10 call2 Carrier-Pigeon", "2024-05-20 call3 sms"]);
    let rules = Rules::copy(&BOOKS);
    for id in ["word", "same", "means"] {
        assert_eq!(seen(&stage, &rules, id), "contacting too_few_means means_not_clear");
    }
    rules.edit(SCHEME, "[\"letter\", \"letters\",", "[\"letter\", \"postcard\", \"letters\",", 1);
    rules.edit(SCHEME, "[words.means]\n", "[words.means]\npigeon = [\"carrier pigeon\"]\n", 1);
    assert_eq!(seen(&stage, &rules, "word"), "no_contact");
    assert_eq!(seen(&stage, &rules, "same"), "contacting too_few_means", "a postcard is a letter, and no third means");
    assert_eq!(seen(&stage, &rules, "means"), "no_contact");
}

#[test]
fn more_days_for_an_appointment_are_obeyed() {
    let mut stage = Stage::new();
    stage.child("day-8", &["2024-08-20 referred"]);
    stage.appointment("day-8", "2024-09-02 2024-09-10");
    stage.child("day-11", &["2024-08-20 referred"]);
    stage.appointment("day-11", "2024-09-02 2024-09-13");
    let rules = Rules::copy(&BOOKS);
    assert_eq!(seen(&stage, &rules, "day-8"), "with_coordinator agreed_without_appointment");
    rules.edit(PATHWAY, "within 7 days after agreed_date", "within 10 days after agreed_date", 1);
    assert_eq!(seen(&stage, &rules, "day-8"), "with_coordinator");
    assert_eq!(seen(&stage, &rules, "day-11"), "with_coordinator agreed_without_appointment");
}

#[test]
fn a_rate_and_an_audit_rate_in_the_file_are_obeyed() {
    // Baseline 1 of 2; year end 2 of 3 with one refused: 2 - 2 x 1/2 = 1 child; 1 of 3 is 33.33 %.
    let mut stage = Stage::new();
    stage.then(1, 2);
    stage.children(2, "vaccinated", &DOSES);
    stage.child("refused", &["2024-06-01 refused signed"]);
    let rules = Rules::copy(&BOOKS);
    let folder = rules.folder().to_str().unwrap();
    let row = || stage.table("return", &["--rules", folder]).swap_remove(0);
    assert_eq!((row()["pounds"].as_str(), row()["audit"].as_str()), ("", ""));
    let set = |name: &str, is: &str| {
        let text = std::fs::read_to_string(rules.path(SCHEME)).unwrap();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        let (before, after) = (line.find("unset").unwrap(), line.rfind(", unit").unwrap());
        let edited = format!("{}is = {is}{}", &line[..before], &line[after..]);
        let edited = edited.replace(" }", ", status = \"assumed\", source = \"reading\" }");
        rules.edit(SCHEME, line, &edited, 1);
    };
    set("pounds_per_child", "62.5");
    set("audit_rate", "33");
    assert_eq!((row()["pounds"].as_str(), row()["audit"].as_str()), ("62.50", "yes"));
}

#[test]
fn a_pathway_without_since_reports_no_baseline() {
    let mut stage = Stage::new();
    stage.children(2, "vaccinated", &DOSES);
    stage.child("refused", &["2024-06-01 refused signed"]);
    let rules = Rules::copy(&BOOKS);
    rules.edit(PATHWAY, "  since baseline\n", "", 1);
    let folder = ["--rules", rules.folder().to_str().unwrap()];
    let row = stage.table("return", &[&folder[..], &["--set", "pounds_per_child=50"]].concat()).swap_remove(0);
    for column in ["baseline_denominator", "baseline_numerator", "baseline_percent", "pounds"] {
        assert_eq!(row[column], "", "{column}");
    }
    assert_eq!(row["denominator"], "3");
    assert!(row["not_known"].contains("the baseline of the practice for VI001 is not known"), "{row:?}");
    let shown = stage.run(&folder).fine().stdout;
    assert!(shown.contains("Achieved since the year started") && !shown.contains("since the baseline"), "{shown}");
}

#[test]
fn another_borough_is_obeyed() {
    let mut stage = Stage::new();
    stage.line("practices", "A81001,Hackney,,");
    stage.line("practices", "A81002,Newham,,");
    stage.child("hackney", &[]);
    stage.child_at("A81002", "newham", &[]);
    let rules = Rules::copy(&BOOKS);
    assert_eq!(seen(&stage, &rules, "hackney"), "not pursued");
    rules.edit(SCHEME, "[\"Newham\", \"Waltham Forest\"]", "[\"Hackney\"]", 1);
    assert_eq!(seen(&stage, &rules, "hackney"), "to_review");
    assert_eq!(seen(&stage, &rules, "newham"), "not pursued");
}

#[test]
fn another_order_of_states_is_obeyed() {
    // The unreached are looked for before those with the coordinator: the one referred after three calls is unreached.
    let mut stage = Stage::new();
    let calls = ["2024-05-01 call1 phone", "2024-05-10 call2 letter", "2024-05-20 call3 sms", "2024-06-20 referred"];
    stage.child("both", &calls);
    let rules = Rules::copy(&BOOKS);
    assert_eq!(seen(&stage, &rules, "both"), "with_coordinator referred_without_contact");
    let text = std::fs::read_to_string(rules.path(PATHWAY)).unwrap();
    let place = |name: &str| text.find(&format!("  state {name} ")).unwrap();
    let (coordinator, no_contact, contacting) = (place("with_coordinator"), place("no_contact"), place("contacting"));
    let moved =
        [&text[..coordinator], &text[no_contact..contacting], &text[coordinator..no_contact], &text[contacting..]];
    std::fs::write(rules.path(PATHWAY), moved.concat()).unwrap();
    assert_eq!(seen(&stage, &rules, "both"), "no_contact referred_without_contact");
}

/// The invented scheme of `tests/schemes`, beside the national rulebooks that it uses.
fn harbour() -> Rules {
    let rules = Rules::copy(&["qof/2024-25", "qof/2025-26"]);
    copy(&root().join("tests/schemes/harbour"), &rules.path("harbour"));
    rules
}

const RING_1: &str = "999010100000105";
const RING_2: &str = "999011100000103";
const NURSE: &str = "999012100000101";
const OPTED_OUT: &str = "999013100000102";

/// Born 1 March 2024: 18 months on 1 September 2025, on VI002 of 2025-26 alone.
fn toddler(stage: &mut Stage, id: &str, events: &[&str]) {
    stage.row("patients", [id, HOME, "2024-03-01", "2024-03-01", "", ""]);
    events.iter().for_each(|event| stage.event(id, event));
}

/// Born 1 March 2023: 18 months on 1 September 2024, on VI002 of 2024-25, and gone in May 2025.
fn toddler_before(stage: &mut Stage, id: &str, events: &[&str]) {
    stage.row("patients", [id, HOME, "2023-03-01", "2023-03-01", "2025-05-01", ""]);
    events.iter().for_each(|event| stage.event(id, event));
}

#[test]
fn an_invented_scheme_with_other_codes_two_calls_and_another_list_runs_with_the_same_binary() {
    let mut stage = Stage::new();
    let event = |day: &str, code: &str, text: &str| format!("{day} {code} {text}");
    let ring_1 = event("2025-05-01", RING_1, "phone");
    let (knock, phone) = (event("2025-05-08", RING_2, "knocked on the door"), event("2025-05-08", RING_2, "by phone"));
    toddler(&mut stage, "opted", &[&ring_1, &knock, &event("2025-06-01", OPTED_OUT, "")]);
    toddler(&mut stage, "nurse", &[&event("2025-06-01", NURSE, "")]);
    toddler(&mut stage, "away", &[&ring_1, &knock]);
    toddler(&mut stage, "rung", &[&ring_1, &phone]);
    // The codes of another scheme say nothing here, and nor does an opt-out of the year before.
    toddler(
        &mut stage,
        "new",
        &["2025-06-01 refused signed", "2025-06-02 referred", &event("2025-03-31", OPTED_OUT, "")],
    );
    toddler(&mut stage, "won", &[&event("2025-06-01", NURSE, ""), "2025-06-10 mmr"]);
    toddler(&mut stage, "prompt", &["2025-04-10 mmr"]);
    toddler_before(&mut stage, "then-1", &["2024-04-01 mmr"]);
    for at in 2..=5 {
        toddler_before(&mut stage, &format!("then-{at}"), &[]);
    }
    let rules = harbour();
    let folder = rules.folder().to_str().unwrap().to_owned();
    let run = |more: &[&str]| {
        let more = [&["--rules", &folder, "--format", "csv"], more].concat();
        let ran = stage.run_scheme(&["--scheme", "harbour", "--year", "2025-26"], &more).fine();
        rows(&ran.stdout)
    };
    let told: Vec<String> = run(&["--level", "patient"])
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {} {}",
                row["patient_id"], row["state"], row["indicators"], row["next_step"], row["alerts"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "away unreachable VI002 nothing more to do ",
            "new not_rung VI002 ring the family ",
            "nurse nurse_visited VI002 invite to the evening clinic ",
            "opted opted_out VI002 nothing more to do ",
            "rung being_rung VI002 knock on the door one_channel",
        ]
    );
    let clinic: Vec<String> = run(&["--list", "evening_clinic"])
        .iter()
        .map(|row| format!("{} {} {} {}", row["patient_id"], row["state_title"], row["rung_on"], row["channels"]))
        .collect();
    assert_eq!(
        clinic,
        ["nurse visited by the nurse  ", "new not rung yet  ", "rung being rung 2025-05-01 phone"],
        "those whom the nurse visited come first"
    );
    // Baseline 1 of 5. Year end 2 of 7, of whom one opted out: 2 - 6 x 1/5 = 0.8 children at £12.50: £10. The unreachable are
    // no exception here.
    let returned = run(&["--table", "return"]);
    let row = returned.iter().find(|row| row["indicator"] == "VI002").unwrap();
    let columns =
        ["baseline_denominator", "baseline_numerator", "denominator", "numerator", "optout", "exceptions", "pounds"];
    assert_eq!(columns.map(|column| row[column].as_str()), ["5", "1", "7", "2", "1", "1", "10.00"]);
    assert_eq!(row["uptake_with_exceptions_percent"], "33.33");
    let won: Vec<String> = run(&["--table", "won"])
        .iter()
        .map(|row| format!("{} {} {}", row["state_before"], row["credited_to"], row["children"]))
        .collect();
    assert_eq!(won, ["nurse_visited the nurse 1", "not_rung neither 1"]);
}

#[test]
fn an_invented_scheme_passes_the_same_check_as_the_shipped_ones() {
    let rules = harbour();
    let checked = crate::uptake::output(["check", "--rules", rules.folder().to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
}
