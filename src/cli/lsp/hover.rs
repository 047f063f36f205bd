//! What is said of the word that the mouse rests on.

use std::fmt::Write;
use std::ops::Range;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use crate::cli::lsp::files::{self, Figure, Year};
use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::mentions::{Mentions, Named, defines_of, lines_of, touches};
use crate::cli::lsp::places::Places;
use crate::cli::lsp::{ages, keywords};
use crate::ground::{FileId, Sources};
use crate::syntax::is_in_words;
use crate::syntax::toml_tree::{Table, Value, read_toml};
use crate::syntax::tree::{Block, Clause, Measure, Note, Step};

/// How many codes of a cluster are shown.
const CODES_SHOWN: usize = 8;

/// What is said of the word at a position of a file.
pub(super) fn hover(folder: &Folder, below: &str, at: Position) -> Option<Hover> {
    let (file, text) = folder.file(below)?;
    let places = Places::new(text);
    let at = places.offset(at)?;
    let (value, range) = at_byte(folder, below, file, text, at)?;
    // Terms and titles may hold any sign, so they are not given as Markdown.
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::PlainText, value });
    Some(Hover { contents, range: Some(places.range(range)) })
}

fn at_byte(folder: &Folder, below: &str, file: FileId, text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let sources = folder.sources();
    let mentions = folder.mentions(below)?;
    if let Some(mention) = mentions.at(file, at)
        && let Some(words) = of_named(sources, &mentions, &mention.named)
    {
        return Some((words, mention.span.range()));
    }
    if let Some(found) = age(&mentions, file, text, at) {
        return Some(found);
    }
    if below.ends_with(".toml") {
        return code(sources, &mentions, below, text, at);
    }
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let line = text[start..].lines().next().unwrap_or("");
    if is_in_words(&text[..at]) {
        return None;
    }
    let (place, help) = keywords::at(line, at - start)?;
    Some((help.to_owned(), start + place.start..start + place.end))
}

/// An age, `age` and `turns` before it among it.
fn age(mentions: &Mentions, file: FileId, text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let (_, root) = mentions.numbers.as_ref()?;
    let year = Year::of(root)?;
    let figures = mentions.figures();
    mentions.ages.iter().filter(|age| age.span.file == file).find_map(|age| {
        let before = text[..age.span.range().start].trim_end();
        let word = ["age", "turns"].into_iter().find(|word| before.ends_with(word)).map_or(0, str::len);
        let place = before.len() - word..age.span.range().end;
        let is_here = touches(age.span, at) || word > 0 && (place.start..=place.end).contains(&at);
        let words = ages::words(age, &figures, &year).filter(|_| is_here)?;
        Some((words, place))
    })
}

/// The term of a SNOMED CT code in a TOML file.
fn code(sources: &Sources, mentions: &Mentions, below: &str, text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let is_other = |sign: char| !sign.is_ascii_digit();
    let start = text[..at].rfind(is_other).map_or(0, |before| text.ceil_char_boundary(before + 1));
    let end = text[at..].find(is_other).map_or(text.len(), |length| at + length);
    let id = text.get(start..end).filter(|id| id.len() >= 6)?;
    let clusters = mentions.list.iter().filter_map(|mention| match &mention.named {
        Named::Cluster(path) => Some(path.as_str()),
        _ => None,
    });
    let mut paths: Vec<&str> = clusters.chain([below]).collect();
    paths.sort_unstable();
    paths.dedup();
    let terms: Vec<String> = paths.into_iter().filter_map(|path| term(sources, path, id)).collect();
    (!terms.is_empty()).then(|| (format!("{id}\n{}", terms.join("\n")), start..end))
}

/// What a cluster's file calls a code: `mmr: First MMR vaccination`.
fn term(sources: &Sources, path: &str, id: &str) -> Option<String> {
    let file = sources.find(path)?;
    let text = &sources.file(file).text;
    // Most files do not hold it, and need not be read.
    let root = text.contains(id).then(|| read_toml(file, text).0)?;
    let entry = files::entries(&root, "codes").iter().find(|entry| entry.key == id)?;
    let Value::Table(table) = &entry.value else { return None };
    Some(format!("{}: {}", cluster_name(path), files::text(table, "term")?))
}

/// What is said of something that has a name.
pub(super) fn of_named(sources: &Sources, mentions: &Mentions, named: &Named) -> Option<String> {
    match named {
        Named::Cluster(path) => Some(of_cluster(sources, path)),
        Named::Figure(name) => of_figures(mentions, name),
        Named::Count(name) => keywords::help(name).map(str::to_owned),
        Named::Defined { .. } | Named::Line { .. } => meaning(sources, mentions, named),
        Named::Measure(code) => of_measure(sources, mentions, measure(mentions, code)?),
        Named::State(name) => of_state(sources, mentions, name),
        Named::Words(name) => of_words(sources, mentions, name),
        Named::Used(name) => {
            let uses = mentions.uses();
            let (_, book) = uses.iter().find(|(known, _)| known == name)?;
            Some(format!("{name}: the rulebook {book}"))
        }
        Named::Reason { of, code } => {
            let clauses = &measure(mentions, of)?.clauses;
            clauses.iter().find_map(|clause| match clause {
                Clause::Exclude(reason) | Clause::Except(reason) if reason.code.text == *code => {
                    let condition = sources.quoted(reason.body.condition.span());
                    Some(format!("{code}: {}\n{condition}", reason.title.text))
                }
                _ => None,
            })
        }
        Named::Source { of, id } => {
            let file = sources.find(of)?;
            let (root, _) = read_toml(file, &sources.file(file).text);
            let entry = files::entries(&root, "sources").iter().find(|entry| entry.key == *id)?;
            match &entry.value {
                Value::Text(title) => Some(format!("{id}: {title}")),
                _ => None,
            }
        }
    }
}

/// `mmr` of `codes/2026.1/mmr.toml`
pub(super) fn cluster_name(path: &str) -> &str {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    file.strip_suffix(".toml").unwrap_or(file)
}

fn of_cluster(sources: &Sources, path: &str) -> String {
    let root = sources.find(path).map(|file| read_toml(file, &sources.file(file).text).0).unwrap_or_default();
    let codes = files::entries(&root, "codes");
    let count = if codes.len() == 1 { "1 code".to_owned() } else { format!("{} codes", codes.len()) };
    let mut words = format!("{}: {}\n{count}", cluster_name(path), files::text(&root, "title").unwrap_or("no title"));
    if let Some(Value::List(list)) = root.get("includes").map(|entry| &entry.value) {
        let names = list.iter().filter_map(|(value, _)| match value {
            Value::Text(name) => Some(name.as_str()),
            _ => None,
        });
        let _ = write!(words, ", and those of {}", names.collect::<Vec<_>>().join(", "));
    }
    if root.get("complete").is_some_and(|entry| entry.value == Value::Truth(false)) {
        words += ", not the whole official list";
    }
    if let Some(note) = files::text(&root, "note") {
        let _ = write!(words, "\n{note}");
    }
    for code in codes.iter().take(CODES_SHOWN) {
        let term = match &code.value {
            Value::Table(table) => files::text(table, "term").unwrap_or(""),
            _ => "",
        };
        let _ = write!(words, "\n{}  {term}", code.key);
    }
    if codes.len() > CODES_SHOWN {
        let _ = write!(words, "\nand {} more", codes.len() - CODES_SHOWN);
    }
    words
}

/// A figure that each indicator has of its own is shown for each.
fn of_figures(mentions: &Mentions, name: &str) -> Option<String> {
    let (_, root) = mentions.numbers.as_ref()?;
    let figures = mentions.figures().into_iter().filter(|figure| figure.entry.key == name);
    let lines: Vec<String> = figures.map(|figure| of_figure(&figure, root)).collect();
    (!lines.is_empty()).then(|| format!("{name}\n{}", lines.join("\n")))
}

/// `VI001: 89 % (official: NHS England's letter)`, and where sources disagree.
pub(super) fn of_figure(figure: &Figure<'_>, root: &Table) -> String {
    let mut words = format!("{}: {}", figure.owner.unwrap_or("the whole rulebook"), figure.words(root));
    if let Some(conflict) = figure.conflict() {
        let _ = write!(words, "\n    sources disagree: {conflict}");
    }
    words
}

/// The measure of a code.
fn measure<'m>(mentions: &'m Mentions, code: &str) -> Option<&'m Measure> {
    mentions.measures().find(|measure| measure.code.text == code)
}

/// A state's title and when a child is in it.
fn of_state(sources: &Sources, mentions: &Mentions, name: &str) -> Option<String> {
    let pathways = mentions.blocks().filter_map(|block| match block {
        Block::Pathway(pathway) => Some(pathway),
        Block::Define(_)
        | Block::Measure(_)
        | Block::Fee(_)
        | Block::Payment(_)
        | Block::Require(_)
        | Block::Worklist(_) => None,
    });
    let states = pathways.flat_map(|pathway| &pathway.steps).filter_map(|step| match step {
        Step::State(state) => Some(state),
        Step::Define(_) | Step::Alert(_) | Step::Worklist(_) | Step::Audit(_) => None,
    });
    let state = states.into_iter().find(|state| state.name.text == name)?;
    let when = state.condition.as_ref().map_or("otherwise".to_owned(), |condition| sources.quoted(condition.span()));
    Some(format!("{name}: {}\n{when}", state.title.text))
}

/// The things of a list of words, each in all the ways it is written.
fn of_words(sources: &Sources, mentions: &Mentions, name: &str) -> Option<String> {
    let (_, root) = mentions.numbers.as_ref()?;
    let list = files::entries(root, "words").iter().find(|entry| entry.key == name)?;
    let Value::Table(table) = &list.value else { return None };
    let things = table.entries.iter().map(|entry| format!("\n{}: {}", entry.key, sources.quoted(entry.span)));
    Some(format!("{name}: words to look for in free text{}", things.collect::<String>()))
}

fn of_measure(sources: &Sources, mentions: &Mentions, measure: &Measure) -> Option<String> {
    let mut words = format!("{}: {}", measure.code.text, measure.title.text);
    for note in &measure.notes {
        if let Note::Says(says) = note {
            let _ = write!(words, "\n{}", says.text);
        }
    }
    for clause in &measure.clauses {
        let (what, condition) = match clause {
            Clause::Register(body) => ("register", &body.condition),
            Clause::Achieved(body) => ("achieved", &body.condition),
            Clause::Define(_)
            | Clause::Exclude(_)
            | Clause::Except(_)
            | Clause::Due(_)
            | Clause::Related(_)
            | Clause::Near(_) => continue,
        };
        let _ = write!(words, "\n{what}: {}", sources.quoted(condition.span()));
    }
    let (_, root) = mentions.numbers.as_ref()?;
    for figure in mentions.figures().iter().filter(|figure| figure.owner == Some(measure.code.text.as_str())) {
        let _ = write!(words, "\n{} = {}", figure.entry.key, figure.words(root));
    }
    Some(words)
}

/// What a `define` or a line says, in its own words.
pub(super) fn meaning(sources: &Sources, mentions: &Mentions, named: &Named) -> Option<String> {
    let place = mentions.all(named).find(|mention| mention.is_definition)?.span;
    let whole = mentions.blocks().find_map(|block| {
        let mut defines = block.define().into_iter().chain(defines_of(block));
        let define = defines.find(|define| define.name.span == place).map(|define| define.span);
        let line = lines_of(block).iter().find(|line| line.name.span == place).map(|line| line.span);
        define.or(line)
    })?;
    Some(sources.quoted(whole))
}
