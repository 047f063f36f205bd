//! What is said of the word that the mouse rests on.

use serde_json::Value;

use super::{CONTRACT, Editor, INDICATORS, PAYMENTS, mistyped};

/// The words on the n-th occurrence of a word, and how long the place is.
fn words(editor: &mut Editor, below: &str, text: &str, word: &str) -> (String, u64) {
    // A place before `¦` only says which occurrence is meant.
    let (before, word) = word.split_once('¦').unwrap_or(("", word));
    let nth = text[..text.find(&format!("{before}{word}")).unwrap() + before.len()].matches(word).count();
    let found = editor.hover(below, text, word, nth);
    let words = found["contents"]["value"].as_str().unwrap_or_else(|| panic!("nothing on {word}"));
    let place = &found["range"];
    (words.to_owned(), place["end"]["character"].as_u64().unwrap() - place["start"]["character"].as_u64().unwrap())
}

#[test]
fn names_are_explained() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    let (said, length) = words(&mut editor, INDICATORS, &indicators, "dtap before age 8");
    assert!(said.starts_with("dtap: Diphtheria") && said.contains(" codes, not the whole official list\n"), "{said}");
    assert!(said.contains("\n310306005  First diphtheria") && said.contains("\nand "), "{said}");
    assert_eq!(length, 4);
    // A rulebook that is faulty for the moment is known all the same.
    editor.change(INDICATORS, 2, &mistyped(&indicators));
    editor.faults(INDICATORS);
    assert_ne!(editor.hover(INDICATORS, &mistyped(&indicators), "dtap before age 8", 0), Value::Null);
    editor.change(INDICATORS, 3, &indicators);
    editor.faults(INDICATORS);
    let (said, _) = words(&mut editor, INDICATORS, &indicators, "two_mmr and");
    assert_eq!(said, "define two_mmr at least 2 mmr from age 1 year to before age 5 years");
    let (said, _) = words(&mut editor, INDICATORS, &indicators, "VI003 \"");
    assert!(said.starts_with("VI003: MMR twice and the DTaP/IPV booster before 5 years\nChildren who reach"), "{said}");
    assert!(said.contains("\nachieved: two_mmr and reinforcing_dose\n"), "{said}");
    assert!(said.contains("\nlower_threshold = 81 % (official: "), "{said}");
    let (said, _) = words(&mut editor, INDICATORS, &indicators, "DTPCON");
    assert!(said.ends_with("\nany dtap_contraindicated before age 8 months"), "{said}");
    let (said, length) = words(&mut editor, INDICATORS, &indicators, "business-rules-v49");
    assert!(said.starts_with("business-rules-v49: QOF business rules"), "{said}");
    assert_eq!(length, 18);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn figures_are_explained() {
    let mut editor = Editor::start();
    let payments = editor.text(PAYMENTS);
    editor.open(PAYMENTS, &payments);
    editor.faults(PAYMENTS);
    let (said, _) = words(&mut editor, PAYMENTS, &payments, "lower_threshold");
    assert!(said.contains("\nVI001: 89 % (official: NHS England's letter"), "{said}");
    assert!(said.contains("\nVI002: 86 %") && said.contains("sources disagree: the article"), "{said}");
    let (said, _) = words(&mut editor, PAYMENTS, &payments, "pounds_per_point");
    assert!(said.contains("the whole rulebook: £213.43 per point (reported: "), "{said}");
    let (said, _) = words(&mut editor, PAYMENTS, &payments, "numerator");
    assert_eq!(said, "how many achieved");
    let (said, _) = words(&mut editor, PAYMENTS, &payments, "points * pounds_per_point");
    assert!(said.starts_with("points = 0 when denominator = 0 = 0 when"), "{said}");
    let contract = editor.text(CONTRACT);
    editor.open(CONTRACT, &contract);
    editor.faults(CONTRACT);
    let (said, _) = words(&mut editor, CONTRACT, &contract, "VI003]");
    assert!(said.starts_with("VI003: MMR twice"), "{said}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn an_age_is_said_in_dates_of_birth() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    // 1 August 2022 + 8 months is 1 April 2023; 31 July 2023 + 8 months is 31 March 2024.
    let expected = "age 8 months: reached in 2023-24 by those born from 1 August 2022 to 31 July 2023";
    for word in ["turns 8 months", "turns ¦8 months", "turns 8 ¦months", "before ¦age 8 months"] {
        assert_eq!(words(&mut editor, INDICATORS, &indicators, word).0, expected, "{word}");
    }
    // 31 August 2022 + 18 months is 29 February 2024.
    let (said, _) = words(&mut editor, INDICATORS, &indicators, "turns 18 months");
    assert_eq!(said, "age 18 months: reached in 2023-24 by those born from 1 October 2021 to 30 September 2022");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn words_of_the_language_are_explained() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    let (said, length) = words(&mut editor, INDICATORS, &indicators, "turns 8 months ¦in the year");
    assert!(said.starts_with("from the first day of the contract year"), "{said}");
    assert_eq!(length, 11);
    let (said, _) = words(&mut editor, INDICATORS, &indicators, "at ¦least 3 dtap");
    assert!(said.starts_with("at least N CLUSTER"), "{said}");
    // Comments and titles are the writer's own.
    assert_eq!(editor.hover(INDICATORS, &indicators, "register, what", 0), Value::Null);
    assert_eq!(editor.hover(INDICATORS, &indicators, "before 8 months\"", 0), Value::Null);
    let mmr = "codes/2026.1/mmr.toml";
    let text = editor.text(mmr);
    editor.open(mmr, &text);
    editor.faults(mmr);
    let (said, _) = words(&mut editor, mmr, &text, "170433008");
    assert_eq!(said, "170433008\nmmr: MMR vaccination - 2nd dose");
    assert_eq!(editor.leave(), Some(0));
}
