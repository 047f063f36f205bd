//! The page itself: templates, a style sheet and a script of the tree, put together into one file that needs no other.
//!
//! Every text is escaped by the template engine, and characters that would turn it round or hide it are made visible. The page's own policy lets only its own style sheet and script run, by
//! their digests, and nothing be loaded from anywhere.

use std::io;

use base64::prelude::{BASE64_STANDARD, Engine};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, escape_formatter};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::report::disclosure::Disclosure;
use crate::report::page::chart::Chart;
use crate::report::page::headline::Card;
use crate::report::page::view::TableView;
use crate::report::page::{Known, Named, Section};
use crate::report::rollup::RowKind;
use crate::report::style::harmless;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The templates by name; the first is the page.
const TEMPLATES: [(&str, &str); 4] = [
    ("page.html", include_str!("page.html")),
    ("section.html", include_str!("section.html")),
    ("chart.html", include_str!("chart.html")),
    ("table.html", include_str!("table.html")),
];

/// All that the page's template asks for.
#[derive(Serialize)]
struct PageView<'a> {
    title: &'a str,
    policy: String,
    version: &'a str,
    style: &'a str,
    script: &'a str,
    sections: Vec<SectionView<'a>>,
    areas: Vec<&'a str>,
    /// What the rows are of: `practices`.
    rows: &'a str,
    rows_heading: String,
    row_column: &'a str,
    /// What disclosure control the report has seen; empty for none.
    disclosure: String,
    practices: Vec<PracticeView<'a>>,
}

#[derive(Serialize)]
struct SectionView<'a> {
    id: &'a str,
    heading: &'a str,
    paragraphs: &'a [String],
    list: &'a [String],
    cards: &'a [Card],
    charts: &'a [Chart],
    tables: Vec<TableView>,
}

#[derive(Serialize)]
struct PracticeView<'a> {
    code: &'a str,
    #[serde(flatten)]
    named: &'a Named,
}

/// What a page is about, besides its sections.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The practices, or their groups.
    pub known: &'a Known,
    /// What is withheld or rounded, if anything is.
    pub disclosure: Option<Disclosure>,
}

/// Writes the page.
///
/// # Errors
/// What the writer says, or that a template is at fault.
pub fn write(out: &mut dyn io::Write, title: &str, sections: &[Section], about: &About<'_>) -> io::Result<()> {
    let About { known, disclosure } = about;
    let view = PageView {
        title,
        policy: format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            digest(STYLE),
            digest(SCRIPT)
        ),
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        script: SCRIPT,
        sections: sections.iter().map(|section| view(section, known.kind)).collect(),
        areas: known.areas().into_iter().collect(),
        rows: known.kind.many,
        rows_heading: known.kind.heading(),
        row_column: known.kind.column,
        disclosure: disclosure.map(Disclosure::label).unwrap_or_default(),
        practices: known.named.iter().map(|(code, named)| PracticeView { code, named }).collect(),
    };
    let html = rendered(view).map_err(io::Error::other)?;
    out.write_all(html.as_bytes())?;
    out.flush()
}

fn rendered(view: PageView<'_>) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &Value::from(harmless(text).into_owned())),
        Some(_) | None => escape_formatter(out, state, value),
    });
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    environment.get_template("page.html")?.render(Serde(view))
}

fn view(section: &Section, kind: RowKind) -> SectionView<'_> {
    let Section { id, heading, paragraphs, list, cards, charts, tables } = section;
    let tables = tables.iter().map(|(id, table)| TableView::of(id, table, kind)).collect();
    SectionView { id, heading, paragraphs, list, cards, charts, tables }
}

/// A text's digest as a policy writes it: `sha256-…` in base 64.
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn base_64_is_that_of_rfc_4648() {
        let known =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (bytes, text) in known {
            assert_eq!(BASE64_STANDARD.encode(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_section_without_a_template_of_its_own_is_still_a_page() {
        let mut section = Section::new("one", "One <b>heading</b>");
        section.paragraphs.push("It's \"so\" & no \u{202e}other".to_owned());
        let mut out = Vec::new();
        let known = Known { kind: RowKind::PRACTICE, named: BTreeMap::default() };
        write(&mut out, "A title", &[section], &About { known: &known, disclosure: None }).unwrap();
        let html = String::from_utf8(out).unwrap();
        assert!(html.contains("One &lt;b&gt;heading&lt;&#x2f;b&gt;"), "{html}");
        assert!(!html.contains("<b>heading"));
        assert!(html.contains("no \u{fffd}other"), "{html}");
    }
}
