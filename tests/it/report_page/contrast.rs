//! Contrast of text and marks with what they stand on, in both themes, as the Web Content Accessibility Guidelines (2.2,
//! success criteria 1.4.3 and 1.4.11) work it out.

use std::collections::BTreeMap;
use std::fs;

use crate::uptake::root;

/// Text and its ground, by the style sheet's names.
const TEXTS: [(&str, &str); 14] = [
    ("text", "ground"),
    ("text", "panel"),
    ("text", "stripe"),
    ("faint", "ground"),
    ("faint", "panel"),
    ("faint", "stripe"),
    ("link", "ground"),
    ("link", "panel"),
    ("link", "stripe"),
    ("on-head", "head"),
    ("on-focus", "focus"),
    ("low", "panel"),
    ("high", "panel"),
    ("mark", "panel"),
];

/// Lines and marks and their ground.
const MARKS: [(&str, &str); 6] = [
    ("line", "panel"),
    ("mark", "panel"),
    ("low", "panel"),
    ("high", "panel"),
    ("text", "panel"),
    ("on-focus", "focus"),
];

/// The colours of each theme by name, in the order in which the style sheet has them.
fn themes() -> Vec<BTreeMap<String, [f64; 3]>> {
    let css = fs::read_to_string(root().join("src/report/page/page.css")).unwrap();
    let mut themes = Vec::new();
    for block in css.split('{').filter(|block| block.contains("--ground:")) {
        let block = block.split('}').next().unwrap();
        let colours = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
        let channel = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        let colour = |(name, hex): (&str, &str)| (name.to_owned(), [0, 2, 4].map(|at| channel(hex, at)));
        themes.push(colours.map(colour).collect());
    }
    themes
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_worked_out_as_the_guidelines_do() {
    // Black on white is 21; #767676 on white is the well-known grey just above 4.5.
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    let grey = contrast([f64::from(0x76_u8) / 255.0; 3], [1.0; 3]);
    assert!((4.5..4.6).contains(&grey), "{grey}");
}

#[test]
fn text_can_be_read_and_marks_be_seen_in_every_theme() {
    let themes = themes();
    // Light, dark by the device, dark by choice, and paper, which keeps what it does not name.
    assert_eq!(themes.len(), 4);
    assert_eq!(themes[1], themes[2], "dark is dark, whoever asked for it");
    for (at, theme) in themes.iter().enumerate() {
        let colour =
            |name: &str| *theme.get(name).or_else(|| themes[0].get(name)).unwrap_or_else(|| panic!("--{name}"));
        for ((text, ground), least) in TEXTS.map(|pair| (pair, 4.5)).into_iter().chain(MARKS.map(|pair| (pair, 3.0))) {
            let found = contrast(colour(text), colour(ground));
            assert!(found >= least, "theme {at}: --{text} on --{ground} is {found:.2}, less than {least}");
        }
    }
}
