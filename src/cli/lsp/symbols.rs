//! What a file and a folder hold: indicators, courses, payments, fees, definitions, clusters.

use lsp_types::{DocumentSymbol, Location, OneOf, SymbolKind, WorkspaceSymbol};

use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::mentions::{Mentions, defines_of};
use crate::cli::lsp::places::Places;
use crate::cli::lsp::{files, hover};
use crate::ground::Span;
use crate::syntax::read_rules;
use crate::syntax::toml_tree::{Entry, Table, Value, read_toml};
use crate::syntax::tree::{Block, Clause, Define, Line, Step, Word};

/// What a folder shows at most for one question.
const MOST_SHOWN: usize = 500;

/// What a file holds, nested.
pub(super) fn of_file(folder: &Folder, below: &str) -> Option<Vec<DocumentSymbol>> {
    let (file, text) = folder.file(below)?;
    let maker = Maker { places: Places::new(text) };
    if below.ends_with(".rules") {
        let (tree, _) = read_rules(file, text);
        return Some(tree.blocks.iter().map(|block| maker.block(block)).collect());
    }
    Some(maker.tables(&read_toml(file, text).0))
}

struct Maker<'a> {
    places: Places<'a>,
}

impl Maker<'_> {
    #[expect(deprecated, reason = "the protocol's type still has the field that it gave up")]
    fn symbol(
        &self,
        kind: SymbolKind,
        name: impl Into<String>,
        detail: &str,
        whole: Span,
        name_span: Span,
        children: Vec<DocumentSymbol>,
    ) -> DocumentSymbol {
        let selection_range = self.places.range(name_span.range());
        let last = children.iter().map(|child| child.range.end).max().unwrap_or_default();
        let mut range = self.places.range(whole.to(name_span).range());
        range.start = range.start.min(selection_range.start);
        range.end = range.end.max(last);
        DocumentSymbol {
            name: name.into(),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
            kind,
            tags: None,
            deprecated: None,
            range,
            selection_range,
            children: (!children.is_empty()).then_some(children),
        }
    }

    fn block(&self, block: &Block) -> DocumentSymbol {
        match block {
            Block::Define(define) => self.define(define),
            Block::Measure(measure) => {
                let clauses = measure.clauses.iter().map(|clause| self.clause(clause)).collect();
                let (code, title) = (&measure.code, &measure.title.text);
                self.symbol(SymbolKind::CLASS, &code.text, title, measure.span, code.span, clauses)
            }
            Block::Fee(fee) => self.paid(&fee.name, &fee.title.text, fee.span, &fee.lines),
            Block::Payment(payment) => self.paid(&payment.name, &payment.title.text, payment.span, &payment.lines),
            Block::Require(require) => {
                let (says, whole) = (&require.says, require.says.span.to(require.test_span));
                self.symbol(SymbolKind::BOOLEAN, "require", &says.text, whole, says.span, Vec::new())
            }
            Block::Pathway(pathway) => {
                let steps = pathway.steps.iter().map(|step| self.step(step)).collect();
                let (name, title) = (&pathway.name, &pathway.title.text);
                self.symbol(SymbolKind::CLASS, &name.text, title, pathway.span, name.span, steps)
            }
            Block::Worklist(list) => {
                let (name, title) = (&list.name, &list.title.text);
                self.symbol(SymbolKind::ARRAY, &name.text, title, list.span, name.span, Vec::new())
            }
        }
    }

    fn step(&self, step: &Step) -> DocumentSymbol {
        let (kind, name, title, whole) = match step {
            Step::Define(define) => return self.define(define),
            Step::State(state) => (SymbolKind::ENUM_MEMBER, &state.name, state.title.text.as_str(), state.span),
            Step::Alert(alert) => (SymbolKind::EVENT, &alert.name, alert.title.text.as_str(), alert.span),
            Step::Worklist(list) => (SymbolKind::ARRAY, &list.name, list.title.text.as_str(), list.span),
            Step::Audit(figure) => (SymbolKind::PROPERTY, figure, "audit", figure.span),
        };
        self.symbol(kind, &name.text, title, whole, name.span, Vec::new())
    }

    fn define(&self, define: &Define) -> DocumentSymbol {
        self.symbol(SymbolKind::CONSTANT, &define.name.text, "", define.span, define.name.span, Vec::new())
    }

    fn paid(&self, name: &Word, title: &str, whole: Span, lines: &[Line]) -> DocumentSymbol {
        let line =
            |line: &Line| self.symbol(SymbolKind::VARIABLE, &line.name.text, "", line.span, line.name.span, Vec::new());
        let lines = lines.iter().map(line).collect();
        self.symbol(SymbolKind::FUNCTION, &name.text, title, whole, name.span, lines)
    }

    fn clause(&self, clause: &Clause) -> DocumentSymbol {
        let (name, title, whole, place) = match clause {
            Clause::Define(define) => return self.define(define),
            Clause::Register(body) => ("register", "", body.span, body.span),
            Clause::Achieved(body) => ("achieved", "", body.span, body.span),
            Clause::Due(due) => ("due", "", due.span, due.span),
            Clause::Related(related) => ("related", "", related.span, related.span),
            Clause::Near(near) => ("near misses", "", near.span, near.span),
            Clause::Exclude(reason) | Clause::Except(reason) => {
                (reason.code.text.as_str(), reason.title.text.as_str(), reason.body.span, reason.code.span)
            }
        };
        self.symbol(SymbolKind::PROPERTY, name, title, whole, place, Vec::new())
    }

    fn tables(&self, table: &Table) -> Vec<DocumentSymbol> {
        table.entries.iter().map(|entry| self.entry(entry)).collect()
    }

    fn entry(&self, entry: &Entry) -> DocumentSymbol {
        let (kind, children) = match &entry.value {
            // A table on its own lines holds others; one within braces is a value.
            Value::Table(table) if table.entries.iter().any(|entry| matches!(entry.value, Value::Table(_))) => {
                (SymbolKind::NAMESPACE, self.tables(table))
            }
            Value::Table(_) | Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) => {
                (SymbolKind::KEY, Vec::new())
            }
            Value::List(_) => (SymbolKind::ARRAY, Vec::new()),
        };
        self.symbol(kind, &entry.key, "", entry.key_span, entry.key_span, children)
    }
}

/// What a folder's rulebooks and clusters hold whose name or title has the words asked for.
pub(super) fn of_folder(folder: &Folder, query: &str) -> Vec<WorkspaceSymbol> {
    let query = query.to_lowercase();
    let mut found = Vec::new();
    let mut add = |kind, name: &str, title: &str, container: &str, place: Span| {
        let is_asked = name.to_lowercase().contains(&query) || title.to_lowercase().contains(&query);
        if is_asked && found.len() < MOST_SHOWN {
            found.extend(folder.location(place).map(|at| symbol(kind, name, title, container, at)));
        }
    };
    for name in folder.library().names() {
        let mentions = Mentions::of_book(folder.sources(), &name);
        let book = name.to_string();
        for block in mentions.blocks() {
            let (kind, word, title) = match block {
                // What is required has no name to look for.
                Block::Require(_) => continue,
                Block::Define(define) => (SymbolKind::CONSTANT, &define.name, ""),
                Block::Measure(measure) => (SymbolKind::CLASS, &measure.code, measure.title.text.as_str()),
                Block::Fee(fee) => (SymbolKind::FUNCTION, &fee.name, fee.title.text.as_str()),
                Block::Payment(payment) => (SymbolKind::FUNCTION, &payment.name, payment.title.text.as_str()),
                Block::Pathway(pathway) => (SymbolKind::CLASS, &pathway.name, pathway.title.text.as_str()),
                Block::Worklist(list) => (SymbolKind::ARRAY, &list.name, list.title.text.as_str()),
            };
            add(kind, &word.text, title, &book, word.span);
            for define in defines_of(block) {
                let container = format!("{book} {}", word.text);
                add(SymbolKind::CONSTANT, &define.name.text, "", &container, define.name.span);
            }
        }
    }
    for (file, source) in folder.sources().iter() {
        let Some((in_folder, _)) = source.path.rsplit_once('/') else { continue };
        if files::clusters_of(&source.path).is_some() || in_folder.ends_with("/codes") {
            let (root, _) = read_toml(file, &source.text);
            let title = files::text(&root, "title").unwrap_or("");
            add(SymbolKind::ENUM, hover::cluster_name(&source.path), title, in_folder, Span::new(file, 0..0));
        }
    }
    found
}

fn symbol(kind: SymbolKind, name: &str, title: &str, container: &str, at: Location) -> WorkspaceSymbol {
    let name = if title.is_empty() { name.to_owned() } else { format!("{name}: {title}") };
    WorkspaceSymbol {
        name,
        kind,
        tags: None,
        container_name: Some(container.to_owned()),
        location: OneOf::Left(at),
        data: None,
    }
}
