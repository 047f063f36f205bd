//! The words of TOML files.

use super::{Named, Reader};
use crate::cli::lsp::files;
use crate::ground::{FileId, Span};
use crate::syntax::toml_tree::{Entry, Table, Value, read_toml};

impl Reader<'_> {
    /// The numbers file of a rulebook.
    pub(super) fn numbers(&mut self, root: &Table) {
        for figure in files::figures(root) {
            self.figures.insert(figure.entry.key.clone());
            self.definition(Named::Figure(figure.entry.key.clone()), figure.entry.key_span);
            self.source_of(&figure.entry.value);
        }
        for kind in ["indicator", "course", "proxy"] {
            for entry in files::entries(root, kind) {
                self.mention(Named::Measure(entry.key.clone()), entry.key_span);
                if kind == "proxy" {
                    self.source_of(&entry.value);
                    for (code, span) in self.texts(&entry.value, "lowest_of") {
                        self.mention(Named::Measure(code), span);
                    }
                }
            }
        }
        for entry in files::entries(root, "uses") {
            self.definition(Named::Used(entry.key.clone()), entry.key_span);
        }
        for entry in files::entries(root, "words") {
            self.definition(Named::Words(entry.key.clone()), entry.key_span);
        }
        self.sources(root, self.numbers_path.clone());
    }

    fn sources(&mut self, root: &Table, of: String) {
        for entry in files::entries(root, "sources") {
            self.definition(Named::Source { of: of.clone(), id: entry.key.clone() }, entry.key_span);
        }
    }

    /// `source = "…"` of a figure or stand-in.
    fn source_of(&mut self, value: &Value) {
        let Value::Table(table) = value else { return };
        if let Some((id, span)) = table.get("source").and_then(|entry| self.text(&entry.value, entry.span)) {
            let of = self.numbers_path.clone();
            self.mention(Named::Source { of, id }, span);
        }
    }

    /// The worked examples of a rulebook.
    pub(super) fn examples(&mut self, root: &Table) {
        let Some(Entry { value: Value::List(list), .. }) = root.get("example") else { return };
        for (example, _) in list {
            let Value::Table(table) = example else { continue };
            let measure = table.get("indicator").and_then(|entry| self.text(&entry.value, entry.span));
            if let Some((code, span)) = &measure {
                self.mention(Named::Measure(code.clone()), *span);
            }
            for (event, span) in self.texts(example, "events") {
                self.last_word(&event, span, |reader, recorded, span| {
                    // In an example of a pathway the free text follows.
                    let name = recorded.split(' ').next().unwrap_or_default();
                    let start = span.range().start;
                    reader.cluster(name, Span::new(span.file, start..start + name.len()));
                });
            }
            if let Some(Entry { value: Value::Table(figures), .. }) = table.get("figures") {
                for figure in &figures.entries {
                    self.mention(Named::Figure(figure.key.clone()), figure.key_span);
                }
            }
            if table.get("pathway").is_some() {
                self.standing(table);
                continue;
            }
            let expect = table.get("expect").and_then(|entry| self.text(&entry.value, entry.span));
            let (Some((of, _)), Some((outcome, span))) = (measure, expect) else { continue };
            if outcome.starts_with("excepted ") || outcome.starts_with("excluded ") {
                self.last_word(&outcome, span, |reader, code, span| {
                    let named = Named::Reason { of: of.clone(), code: code.to_owned() };
                    reader.mention(named, span);
                });
            }
        }
    }

    /// Where an example expects a child to stand.
    fn standing(&mut self, example: &Table) {
        let Some(Entry { value: Value::Table(expect), .. }) = example.get("expect") else { return };
        for (code, span) in self.texts(&Value::Table(expect.clone()), "indicators") {
            self.mention(Named::Measure(code), span);
        }
        let state = expect.get("state").and_then(|entry| self.text(&entry.value, entry.span));
        if let Some((name, span)) = state.filter(|(name, _)| name != "not pursued") {
            self.mention(Named::State(name), span);
        }
    }

    fn last_word(&mut self, text: &str, span: Span, read: impl FnOnce(&mut Self, &str, Span)) {
        if let Some((before, word)) = text.split_once(' ') {
            let start = span.range().start + before.len() + 1;
            read(self, word, Span::new(span.file, start..start + word.len()));
        }
    }

    /// The clusters of a folder.
    pub(super) fn cluster_files(&mut self, folder: &str) {
        let sources = self.sources;
        let below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        for (file, source) in sources.iter().filter(|(_, source)| below(&source.path)) {
            let (root, _) = read_toml(file, &source.text);
            self.cluster_file(file, &root);
        }
    }

    fn cluster_file(&mut self, file: FileId, root: &Table) {
        let path = self.sources.file(file).path.clone();
        let title = root.get("title").map_or(Span::new(file, 0..0), |entry| entry.key_span);
        self.definition(Named::Cluster(path.clone()), title);
        for (name, span) in self.texts(&Value::Table(root.clone()), "includes") {
            self.cluster(&name, span);
        }
        self.sources(root, path.clone());
        for code in files::entries(root, "codes") {
            let Value::Table(table) = &code.value else { continue };
            if let Some((id, span)) = table.get("source").and_then(|entry| self.text(&entry.value, entry.span)) {
                self.mention(Named::Source { of: path.clone(), id }, span);
            }
        }
    }

    /// A text and its place within the quotes; none where escapes move it.
    pub(super) fn text(&self, value: &Value, span: Span) -> Option<(String, Span)> {
        let Value::Text(text) = value else { return None };
        let start = span.range().start + 1;
        let inside = Span::new(span.file, start..start + text.len());
        (self.sources.text(inside) == text).then(|| (text.clone(), inside))
    }

    /// The texts of a list in a table.
    fn texts(&self, table: &Value, key: &str) -> Vec<(String, Span)> {
        let Value::Table(table) = table else { return Vec::new() };
        let Some(Entry { value: Value::List(list), .. }) = table.get(key) else { return Vec::new() };
        list.iter().filter_map(|(value, span)| self.text(value, *span)).collect()
    }
}
