//! What is offered at the cursor.

use serde_json::Value;

use super::{CONTRACT, Editor, INDICATORS, PAYMENTS};

/// What is offered at the cursor `¦` of a text.
fn offered(editor: &mut Editor, below: &str, marked: &str) -> Vec<Value> {
    let (_, place) = editor.show(below, marked);
    let answer = editor.ask("textDocument/completion", place);
    answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

fn labels(offered: &[Value]) -> Vec<&str> {
    offered.iter().map(|item| item["label"].as_str().unwrap()).collect()
}

fn item<'o>(offered: &'o [Value], label: &str) -> &'o Value {
    let found = offered.iter().find(|item| item["label"] == label);
    found.unwrap_or_else(|| panic!("{label} is not among {:?}", labels(offered)))
}

/// The indicators with other words, and a cursor among them, in the place of some.
fn with(text: &str, words: &str, marked: &str) -> String {
    assert_eq!(text.matches(words).count(), 1, "{words}");
    text.replace(words, marked)
}

#[test]
fn clusters_after_a_quantity() {
    let mut editor = Editor::start();
    let sound = editor.text(INDICATORS);
    for quantity in ["any", "no", "at least 3", "at most 2", "exactly 1"] {
        let marked = with(&sound, "at least 3 dtap before age 8 months", &format!("{quantity} dt¦ap before birth"));
        let found = offered(&mut editor, INDICATORS, &marked);
        let dtap = item(&found, "dtap");
        assert!(dtap["detail"].as_str().unwrap().starts_with("Diphtheria"), "{dtap}");
        assert!(dtap["documentation"].as_str().unwrap().contains(" codes. What could be found"), "{dtap}");
        // The whole word is replaced, wherever in it the cursor stands.
        let range = &dtap["textEdit"]["range"];
        let column = |end: &str| range[end]["character"].as_u64().unwrap();
        assert_eq!((column("start"), column("end")), (5 + quantity.len() as u64, 9 + quantity.len() as u64));
        assert!(!labels(&found).contains(&"two_mmr"));
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn sources_and_then_how_sure() {
    let mut editor = Editor::start();
    let sound = editor.text(INDICATORS);
    let place = "    any dtap_contraindicated before age 8 months\n";
    let found = offered(&mut editor, INDICATORS, &with(&sound, place, &format!("{place}    source letter-20¦\n")));
    let letter = item(&found, "letter-2023-03-06");
    assert!(letter["detail"].as_str().unwrap().starts_with("NHS England's letter"), "{letter}");
    let range = &letter["textEdit"]["range"];
    assert_eq!(range["start"]["character"], 11, "the id is one word: {letter}");
    let found = offered(&mut editor, INDICATORS, &with(&sound, place, &format!("{place}    source none ¦\n")));
    assert_eq!(labels(&found), ["assumed", "derived", "official", "reported"]);
    assert!(item(&found, "assumed")["detail"].as_str().unwrap().starts_with("nobody says"));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_starts_a_clause_and_what_goes_on_in_it() {
    let mut editor = Editor::start();
    let sound = editor.text(INDICATORS);
    let place = "    any dtap_contraindicated before age 8 months\n";
    let found = offered(&mut editor, INDICATORS, &with(&sound, place, &format!("{place}  ¦\n")));
    for clause in ["except", "exclude", "define", "source", "conflict", "and", "or", "indicator"] {
        assert!(item(&found, clause)["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{clause}");
    }
    assert!(!labels(&found).contains(&"when"), "{found:?}");
    let found = offered(&mut editor, INDICATORS, &with(&sound, "    two_mmr and reinforcing_dose\n", "    ¦\n"));
    let two = item(&found, "two_mmr");
    assert_eq!(two["detail"], "define two_mmr at least 2 mmr from age 1 year to before age 5 years");
    for phrase in ["at least", "any of", "there is", "turns", "no", "registered"] {
        item(&found, if phrase == "any of" { "any" } else { phrase });
    }
    // Another indicator's own names are not known here, nor are those defined further down.
    let found = offered(&mut editor, INDICATORS, &with(&sound, "    at least 3 dtap before age 8 months\n", "    ¦\n"));
    assert!(!labels(&found).contains(&"two_mmr"), "{found:?}");
    let found = offered(&mut editor, INDICATORS, &format!("{sound}\n¦"));
    item(&found, "payment");
    let nothing = offered(&mut editor, INDICATORS, &format!("# any ¦\n{sound}"));
    assert_eq!(nothing, Vec::<Value>::new());
    let nothing = offered(&mut editor, INDICATORS, &with(&sound, "\"DTP: three", "\"DTP: any ¦three"));
    assert_eq!(nothing, Vec::<Value>::new());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_a_formula_reads() {
    let mut editor = Editor::start();
    let sound = editor.text(PAYMENTS);
    let found = offered(&mut editor, PAYMENTS, &with(&sound, "round points * pounds_per_point", "round ¦"));
    assert_eq!(
        item(&found, "pounds_per_point")["detail"],
        "£213.43 per point (reported: pounds per point and national average list size of each year, as practice-support sites report them)"
    );
    let lower = item(&found, "lower_threshold");
    assert_eq!(lower["detail"], "one for each measure");
    assert!(lower["documentation"].as_str().unwrap().contains("VI002: 86 % (official: "), "{lower}");
    assert_eq!(item(&found, "points")["detail"], "a line above");
    assert_eq!(item(&found, "numerator")["detail"], "how many achieved");
    assert!(!labels(&found).contains(&"doses") && !labels(&found).contains(&"mmr"), "{found:?}");
    let found =
        offered(&mut editor, PAYMENTS, &with(&sound, "round points * pounds_per_point", "round numerator of ¦"));
    assert_eq!(item(&found, "VI001")["detail"], "DTP: three doses before 8 months");
    let found =
        offered(&mut editor, PAYMENTS, &with(&sound, "\"QOF achievement\" for each indicator", "\"QOF\" for ¦"));
    assert_eq!(labels(&found), ["each course", "each indicator", "each quarter", "the practice"]);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn keys_and_values_of_tables() {
    let mut editor = Editor::start();
    let sound = editor.text(CONTRACT);
    let figure = "lower_threshold  = { is = 89, unit = \"%\", status = \"official\", source = \"letter-2023-03-06\" }";
    let mut at = |marked: &str| {
        let found = offered(&mut editor, CONTRACT, &with(&sound, figure, marked));
        found.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(at("lower_threshold = { is = 89, ¦"), ["unit", "status", "source", "conflict", "unset", "none"]);
    assert_eq!(at("lower_threshold = { is = 89, status = \"¦"), ["official", "reported", "derived", "assumed"]);
    let units = at("lower_threshold = { is = 89, unit = \"¦\" }");
    assert!(units.contains(&"£ per dose".to_owned()) && units.contains(&"%".to_owned()), "{units:?}");
    assert!(at("lower_threshold = { source = \"let¦\" }").contains(&"letter-2023-03-06".to_owned()));
    // The others have it, and this one has not.
    assert_eq!(at("low¦"), ["lower_threshold", "doses_per_child"]);
    let heads = at("[¦");
    assert!(heads.contains(&"indicator.VI004".to_owned()) && heads.contains(&"course.MMR2_5Y".to_owned()), "{heads:?}");
    assert_eq!(at("lower_threshold = { is = ¦"), Vec::<String>::new());
    let examples = "qof/2023-24/examples.toml";
    let marked = "[[example]]\nindicator = \"VI001\"\nevents = [\"2023-03-15 dtap\", \"2023-03-16 mm¦\"]\n";
    item(&offered(&mut editor, examples, marked), "mmr");
    let found = offered(&mut editor, examples, "[[example]]\nexpect = \"excepted ¦\"\n");
    assert!(item(&found, "DTPCON")["detail"].as_str().unwrap().starts_with("VI001: "));
    let found = offered(&mut editor, examples, "[[example]]\nin¦\n");
    item(&found, "indicator");
    let found = offered(&mut editor, "codes/2026.1/mmr.toml", "title = \"x\"\nincludes = [\"mm¦\"]\n");
    item(&found, "mmrv");
    assert_eq!(editor.leave(), Some(0));
}
