//! What may stand at the cursor: the parser says what kind, the rulebook says which.

mod tables;

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, Position, TextEdit};

use crate::cli::lsp::files;
use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::mentions::{MORE_COUNTS, Mentions, Named, defines_of, lines_of};
use crate::cli::lsp::places::Places;
use crate::cli::lsp::{hover, keywords};
use crate::ground::Sources;
use crate::model::formula::CountName;
use crate::syntax::toml_tree::{Value, read_toml};
use crate::syntax::tree::{Block, Define, Defined};
use crate::syntax::{Expected, NameKind, expected};

/// Something that may stand at the cursor.
struct Candidate {
    label: String,
    kind: CompletionItemKind,
    /// A few words beside it.
    detail: String,
    /// More, when it is asked for.
    more: String,
}

impl Candidate {
    fn new(kind: CompletionItemKind, label: impl Into<String>, detail: impl Into<String>) -> Candidate {
        Candidate { label: label.into(), kind, detail: detail.into(), more: String::new() }
    }

    fn more(self, more: impl Into<String>) -> Candidate {
        Candidate { more: more.into(), ..self }
    }
}

/// What may stand at a position of a file.
pub(super) fn items(folder: &Folder, below: &str, at: Position) -> Vec<CompletionItem> {
    let found = || {
        let (_, text) = folder.file(below)?;
        let places = Places::new(text);
        let at = places.offset(at)?;
        let (start, candidates) = match below.ends_with(".rules") {
            true => of_rules(folder, below, text, at)?,
            false => tables::candidates(folder, below, text, at)?,
        };
        let end = at + text[at..].find(|sign| !is_part(sign)).unwrap_or(text.len() - at);
        // The rest of a word that the cursor stands in is replaced with it.
        let end = if start < at { end } else { at };
        let range = places.exact(start..end);
        Some(candidates.into_iter().enumerate().map(|(rank, candidate)| item(candidate, rank, range)).collect())
    };
    found().unwrap_or_default()
}

fn item(candidate: Candidate, rank: usize, range: lsp_types::Range) -> CompletionItem {
    let Candidate { label, kind, detail, more } = candidate;
    CompletionItem {
        kind: Some(kind),
        detail: (!detail.is_empty()).then_some(detail),
        documentation: (!more.is_empty()).then_some(Documentation::String(more)),
        sort_text: Some(format!("{rank:04}")),
        filter_text: Some(label.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: label.clone() })),
        label,
        ..CompletionItem::default()
    }
}

fn is_count(word: &str) -> bool {
    CountName::ALL.iter().any(|count| count.word() == word) || MORE_COUNTS.contains(&word)
}

/// True for the signs of names, codes and sources.
fn is_part(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

/// Where the word starts that the cursor stands in, and what may stand there.
fn of_rules(folder: &Folder, below: &str, text: &str, at: usize) -> Option<(usize, Vec<Candidate>)> {
    let start = word_start(text, at);
    let expected = expected(text, start)?;
    let mentions = folder.mentions(below)?;
    let rulebook = Rulebook { sources: folder.sources(), mentions, below };
    let names = expected.names.iter().flat_map(|kind| rulebook.names(*kind, &expected));
    let mut candidates: Vec<Candidate> = names.collect();
    // The counts that the grammar names are among the quantities.
    let is_count = |phrase: &str| expected.names.contains(&NameKind::Quantity) && is_count(phrase);
    let phrases = expected.phrases.iter().filter(|phrase| !is_count(phrase));
    candidates.extend(
        phrases.map(|phrase| Candidate::new(CompletionItemKind::KEYWORD, phrase, keywords::help(phrase).unwrap_or(""))),
    );
    Some((start, candidates))
}

/// Ids of sources hold signs that names do not.
fn word_start(text: &str, at: usize) -> usize {
    let back = |is_part: fn(char) -> bool| {
        text[..at].rfind(|sign| !is_part(sign)).map_or(0, |before| text.ceil_char_boundary(before + 1))
    };
    let of_source = back(|sign| is_part(sign) || sign == '-' || sign == '.');
    if text[..of_source].trim_end().ends_with("source") { of_source } else { back(is_part) }
}

/// A rulebook that names are looked up in.
struct Rulebook<'a> {
    sources: &'a Sources,
    mentions: Mentions,
    below: &'a str,
}

impl Rulebook<'_> {
    fn names(&self, kind: NameKind, expected: &Expected) -> Vec<Candidate> {
        match kind {
            NameKind::Cluster => self.clusters(),
            NameKind::Condition => self.defined(expected, |meaning| matches!(meaning, Defined::Condition(_))),
            NameKind::Day => {
                let mut days = self.defined(expected, |meaning| matches!(meaning, Defined::Date(_)));
                days.extend(self.figures(|figure| figure.is_date()));
                days
            }
            NameKind::WholeNumber => self.figures(|figure| figure.owner.is_none() && figure.whole().is_some()),
            NameKind::Quantity => self.quantities(expected),
            NameKind::Measure => self.measures(),
            NameKind::Figure => self.figures(|figure| figure.owner.is_none() && !figure.is_date()),
            NameKind::Source => self.source_ids(),
            NameKind::State => self.named(CompletionItemKind::ENUM_MEMBER, |named| match named {
                Named::State(name) => Some(name),
                _ => None,
            }),
            NameKind::Words => self.named(CompletionItemKind::VALUE, |named| match named {
                Named::Words(name) => Some(name),
                _ => None,
            }),
            NameKind::Used => self.named(CompletionItemKind::MODULE, |named| match named {
                Named::Used(name) => Some(name),
                _ => None,
            }),
            NameKind::Line => self.results(expected),
        }
    }

    /// The clusters of the rulebook's own folder and of the version that it names.
    fn clusters(&self) -> Vec<Candidate> {
        let folder = self.below.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = folder.strip_suffix("/codes").unwrap_or(folder);
        let root = self.mentions.numbers.as_ref().map(|(_, root)| root);
        let version = root.and_then(|root| files::text(root, "codes"));
        let folders = [format!("{folder}/codes"), version.map_or(String::new(), |version| format!("codes/{version}"))];
        let mut found: Vec<Candidate> = Vec::new();
        for (file, source) in self.sources.iter() {
            let Some((in_folder, _)) = source.path.rsplit_once('/') else { continue };
            let name = hover::cluster_name(&source.path);
            if folders.iter().any(|folder| folder == in_folder) && !found.iter().any(|known| known.label == name) {
                let (root, _) = read_toml(file, &source.text);
                let title = files::text(&root, "title").unwrap_or("").to_owned();
                let codes = files::entries(&root, "codes").len();
                let note = files::text(&root, "note").unwrap_or("");
                let more = format!("{codes} codes. {note}");
                found.push(Candidate::new(CompletionItemKind::ENUM, name, title).more(more.trim_end()));
            }
        }
        found
    }

    /// Names that the block gave before the cursor, and those for all.
    fn defined(&self, expected: &Expected, is_wanted: impl Fn(&Defined) -> bool) -> Vec<Candidate> {
        // The block before the cursor was cut out of its file, so its words are looked up by their names.
        let of = expected.block.as_ref().and_then(|block| match block {
            Block::Measure(measure) => Some(measure.code.text.clone()),
            Block::Pathway(pathway) => Some(pathway.name.text.clone()),
            Block::Define(_) | Block::Fee(_) | Block::Payment(_) | Block::Require(_) | Block::Worklist(_) => None,
        });
        let own = expected.block.iter().flat_map(defines_of).map(|define| (of.clone(), define));
        let shared = self.mentions.blocks().filter_map(Block::define).map(|define| (None, define));
        let all = own.chain(shared);
        let wanted = all.filter(|(_, define)| is_wanted(&define.meaning));
        let candidate = |(of, define): (Option<String>, &Define)| {
            let name = define.name.text.clone();
            let named = Named::Defined { of, name: name.clone() };
            let meaning = hover::meaning(self.sources, &self.mentions, &named).unwrap_or_default();
            Candidate::new(CompletionItemKind::CONSTANT, name, meaning)
        };
        wanted.map(candidate).collect()
    }

    /// What is given its meaning under a name of a kind.
    fn named(&self, kind: CompletionItemKind, name: impl Fn(&Named) -> Option<&String>) -> Vec<Candidate> {
        let defined = self.mentions.list.iter().filter(|mention| mention.is_definition);
        let candidate = |named: &Named| {
            let said = hover::of_named(self.sources, &self.mentions, named).unwrap_or_default();
            let first = said.lines().next().unwrap_or("").to_owned();
            Some(Candidate::new(kind, name(named)?, first).more(said))
        };
        defined.filter_map(|mention| candidate(&mention.named)).collect()
    }

    /// Figures by their names, each once.
    fn figures(&self, is_wanted: impl Fn(&files::Figure<'_>) -> bool) -> Vec<Candidate> {
        let Some((_, root)) = &self.mentions.numbers else { return Vec::new() };
        let mut found: Vec<Candidate> = Vec::new();
        for figure in self.mentions.figures().iter().filter(|figure| is_wanted(figure)) {
            let words = hover::of_figure(figure, root);
            match found.iter_mut().find(|known| known.label == figure.entry.key) {
                Some(known) => {
                    "one for each measure".clone_into(&mut known.detail);
                    known.more = format!("{}\n{words}", known.more);
                }
                None => {
                    let detail = figure.words(root);
                    found.push(Candidate::new(CompletionItemKind::VALUE, &figure.entry.key, detail).more(words));
                }
            }
        }
        found
    }

    /// What a formula reads: lines above, figures and counts.
    fn quantities(&self, expected: &Expected) -> Vec<Candidate> {
        let has_doses = matches!(expected.block, Some(Block::Fee(_)));
        let lines = expected.block.as_ref().map_or(&[][..], lines_of);
        let mut found: Vec<Candidate> = lines
            .iter()
            .map(|line| Candidate::new(CompletionItemKind::VARIABLE, &line.name.text, "a line above"))
            .collect();
        found.extend(self.figures(|figure| !figure.is_date()));
        let counts = CountName::ALL.map(CountName::word).into_iter().chain(["list_size"]);
        for count in counts.chain(has_doses.then_some("doses")) {
            found.push(Candidate::new(CompletionItemKind::FIELD, count, keywords::help(count).unwrap_or("")));
        }
        found
    }

    fn measures(&self) -> Vec<Candidate> {
        let candidate = |code: &str, title: &str| Candidate::new(CompletionItemKind::CLASS, code, title);
        let of = |mentions: &Mentions| -> Vec<Candidate> {
            mentions.measures().map(|measure| candidate(&measure.code.text, &measure.title.text)).collect()
        };
        let mut found = of(&self.mentions);
        for (_, book) in self.mentions.uses() {
            let used = of(&Mentions::of_book(self.sources, &book));
            found.extend(
                used.into_iter()
                    .filter(|used| !found.iter().any(|known| known.label == used.label))
                    .collect::<Vec<_>>(),
            );
        }
        found
    }

    fn source_ids(&self) -> Vec<Candidate> {
        let Some((_, root)) = &self.mentions.numbers else { return Vec::new() };
        let title = |value: &Value| match value {
            Value::Text(title) => title.clone(),
            _ => String::new(),
        };
        let sources = files::entries(root, "sources").iter();
        sources.map(|entry| Candidate::new(CompletionItemKind::REFERENCE, &entry.key, title(&entry.value))).collect()
    }

    /// The lines that are paid and not yet there.
    fn results(&self, expected: &Expected) -> Vec<Candidate> {
        let lines = match &expected.block {
            Some(block @ (Block::Fee(_) | Block::Payment(_))) => lines_of(block),
            Some(Block::Define(_) | Block::Measure(_) | Block::Require(_) | Block::Pathway(_) | Block::Worklist(_))
            | None => {
                return Vec::new();
            }
        };
        let results = [("points", "what is earned in points"), ("pounds", "what is paid, rounded to pence")];
        let is_new = |name: &str| !lines.iter().any(|line| line.name.text == name);
        let missing = results.into_iter().filter(|(name, _)| is_new(name));
        missing.map(|(name, help)| Candidate::new(CompletionItemKind::VARIABLE, name, help)).collect()
    }
}
