//! What was odd in the data and what is not known; and who says what: rulebooks, figures, sources, files.

use crate::ground::Finding;
use crate::model::Rulebook;
use crate::report::disclosure::Disclosure;
use crate::report::figures;
use crate::report::findings::in_words;
use crate::report::gaps::NamedGap;
use crate::report::page::{LocalScheme, Material, Section};
use crate::report::style::listed;
use crate::report::table::{Cell, Column, Table};

/// The name in links of the table of every figure.
pub const FIGURES_TABLE: &str = "figures-table";

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputFile {
    /// Its name as it was given.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal; None where it could not be read twice.
    pub sha256: Option<String>,
}

/// What was odd in the data, and what is not known.
pub(super) fn findings(material: &Material<'_>) -> Section {
    let mut section = Section::new("findings", "Data findings");
    for (id, table, nothing) in [
        (
            "findings-table",
            odd("What was odd in the data", material.findings, material.disclosure),
            "Nothing was odd in the data.",
        ),
        ("gaps-table", not_known("What is not known", material.gaps), "Every figure that was needed is known."),
    ] {
        match table.rows.is_empty() {
            true => section.paragraphs.push(nothing.to_owned()),
            false => section.tables.push((id.to_owned(), table)),
        }
    }
    section
}

/// What was odd in the data, as a table. What is published says no row's number.
pub(super) fn odd(title: &str, findings: &[Finding], disclosure: Option<Disclosure>) -> Table<'static> {
    let mut columns = vec![
        Column::whole("times"),
        Column::text("found"),
        Column::text("done"),
        Column::text("file"),
        Column::text("column"),
    ];
    columns.extend(disclosure.is_none().then_some(Column::text("first_rows")));
    let mut table = Table::new(title, columns);
    for finding in in_words(findings, disclosure) {
        let rows: Vec<String> = finding.first_rows.iter().map(u64::to_string).collect();
        let texts = [finding.found, finding.done, finding.file, finding.column];
        let mut cells = vec![finding.times.cell()];
        cells.extend(texts.iter().map(|text| text_cell(text)));
        cells.extend(disclosure.is_none().then(|| text_cell(&rows.join(", "))));
        table.rows.push(cells);
    }
    table
}

/// What is not known, and whom it concerns, as a table.
pub(super) fn not_known(title: &str, gaps: &[NamedGap]) -> Table<'static> {
    let mut table = Table::new(title, [Column::text("gap"), Column::text("years"), Column::text("practices")]);
    for gap in gaps {
        let cells = [gap.gap.clone(), listed(&gap.years), listed(&gap.practices)];
        table.rows.push(cells.iter().map(|text| text_cell(text)).collect());
    }
    table
}

/// The rulebooks, every figure with its source and status, the files, and how the report was made.
pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("colophon", "Where this comes from");
    let control = match material.disclosure {
        Some(done) => format!("Disclosure control: {}", done.words()),
        None => "Small counts are not hidden, so publish it with care".to_owned(),
    };
    section.paragraphs.push(format!(
        "Made by uptake {}. The same files and rules give the same report, byte for byte. It holds counts of people and \
         nothing about any one person. {control}.",
        env!("CARGO_PKG_VERSION")
    ));
    section.paragraphs.extend(material.notes.iter().map(|note| format!("{note}.")));
    let books = books(material);
    section.tables.push(("rulebooks-table".to_owned(), rulebooks(&books)));
    section.tables.push((FIGURES_TABLE.to_owned(), figures::table(books.iter().copied())));
    section.tables.push(("files-table".to_owned(), files(material.inputs)));
    section
}

/// The rulebooks of the years, then those of the local scheme, each once.
pub fn books<'a>(material: &Material<'a>) -> Vec<&'a Rulebook> {
    let mut books: Vec<&Rulebook> = material.sides.iter().map(|side| side.book).collect();
    for book in material.scheme.into_iter().flat_map(LocalScheme::books) {
        if !books.iter().any(|other| other.digest == book.digest) {
            books.push(book);
        }
    }
    books
}

fn rulebooks(books: &[&Rulebook]) -> Table<'static> {
    let columns = [Column::text("rulebook"), Column::text("title"), Column::whole("revision"), Column::text("digest")];
    let mut table = Table::new("Rulebooks, with the SHA-256 digest of what each says", columns);
    table.rows.extend(books.iter().map(|book| {
        vec![
            Cell::text(book.name.to_string()),
            Cell::text(book.title.clone()),
            Cell::Whole(u64::from(book.revision)),
            Cell::text(book.digest.clone()),
        ]
    }));
    table
}

fn files(inputs: &[InputFile]) -> Table<'static> {
    let mut table =
        Table::new("Files that were read, with SHA-256 digests", [Column::text("file"), Column::text("digest")]);
    for InputFile { file, sha256 } in inputs {
        table.rows.push(vec![Cell::text(file.clone()), sha256.clone().map_or(Cell::Empty, Cell::text)]);
    }
    table
}

fn text_cell(text: &str) -> Cell<'static> {
    if text.is_empty() { Cell::Empty } else { Cell::text(text.to_owned()) }
}
