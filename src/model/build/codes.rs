//! Code clusters: those of the scheme's own folder first, else those of the national version that the rulebook names.

use std::collections::BTreeSet;

use crate::ground::concept::ConceptFault;
use crate::ground::{ConceptId, Diagnostic, FileId, Sources, Span};
use crate::model::book::{Cluster, ClusterSet, Code};
use crate::model::build::contract::Contract;
use crate::model::build::fields::Fields;
use crate::model::build::names::suggest;
use crate::model::shape;
use crate::syntax::toml_tree::{Entry, Table, Value, read_toml};
use crate::syntax::tree::Word;

/// The most clusters that one rulebook can name: a set of them is one machine word.
const MOST_CLUSTERS: usize = 64;

/// The most codes that the clusters of one rulebook can have together: an event keeps its code's place in 16 bits.
const MOST_CODES: usize = u16::MAX as usize;

/// The codes of a cluster, from the newest national version that has it, else from a scheme's own folder.
pub(in crate::model) fn cluster_codes(sources: &Sources, name: &str) -> Vec<ConceptId> {
    let is_it = |path: &str| {
        path.rsplit_once('/').is_some_and(|(folder, file)| {
            file.strip_suffix(".toml") == Some(name) && (folder.starts_with("codes/") || folder.ends_with("/codes"))
        })
    };
    let found = sources.iter().filter(|(_, file)| is_it(&file.path));
    let newest = found.max_by_key(|(_, file)| (file.path.starts_with("codes/"), file.path.clone()));
    let Some((file, found)) = newest else { return Vec::new() };
    let folder = found.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut codes = Codes {
        sources,
        own_folder: folder,
        national_folder: None,
        is_local: false,
        clusters: Vec::new(),
        files: Vec::new(),
        faults: Vec::new(),
        has_too_many_codes: false,
    };
    codes.read(name, file, 0).codes.iter().map(|code| code.id).collect()
}

/// The clusters that the rulebook's rules have named so far.
pub(super) struct Codes<'a> {
    sources: &'a Sources,
    own_folder: String,
    national_folder: Option<String>,
    /// True for the rulebook of a local scheme.
    is_local: bool,
    clusters: Vec<Cluster>,
    files: Vec<FileId>,
    faults: Vec<Diagnostic>,
    /// That is said once.
    has_too_many_codes: bool,
}

impl<'a> Codes<'a> {
    pub(super) fn new(sources: &'a Sources, folder: &str, contract: &Contract) -> Codes<'a> {
        let own_folder = format!("{folder}/codes");
        let national_folder = contract.codes_version.as_ref().map(|(version, _)| format!("codes/{version}"));
        let mut faults = Vec::new();
        if let (Some((version, span)), Some(national)) = (&contract.codes_version, &national_folder)
            && !sources.iter().any(|(_, file)| file.path.starts_with(&format!("{national}/")))
        {
            let versions: Vec<&str> = versions(sources).collect();
            let fault =
                Diagnostic::error("E312", *span, format!("there is no version `{version}` of the code clusters"));
            faults.push(fault.help(match versions.join(", ") {
                none if none.is_empty() => format!("a version is a folder with a file for each cluster: {national}/"),
                versions => format!("versions are: {versions}"),
            }));
        }
        let is_local = sources.file(contract.file).path.ends_with("/scheme.toml");
        Codes {
            sources,
            own_folder,
            national_folder,
            is_local,
            clusters: Vec::new(),
            files: Vec::new(),
            faults,
            has_too_many_codes: false,
        }
    }

    /// The set of the clusters that are named; those that cannot be found are faults.
    pub(super) fn set(&mut self, names: &[Word], faults: &mut Vec<Diagnostic>) -> ClusterSet {
        let mut set = ClusterSet::default();
        for name in names {
            if let Some(at) = self.find(name, faults) {
                set.0 |= 1 << at;
            }
        }
        set
    }

    /// How many codes the clusters have together, each counted once.
    fn codes_together(&self) -> usize {
        let codes = || self.clusters.iter().flat_map(|cluster| &cluster.codes).map(|code| code.id);
        // Mostly there are too few for it to matter whether some stand in several clusters.
        if codes().count() <= MOST_CODES { 0 } else { codes().collect::<BTreeSet<_>>().len() }
    }

    fn find(&mut self, name: &Word, faults: &mut Vec<Diagnostic>) -> Option<usize> {
        if let Some(at) = self.clusters.iter().position(|cluster| cluster.name == name.text) {
            return Some(at);
        }
        let Some(file) = self.file(&name.text) else {
            faults.push(self.unknown(name));
            return None;
        };
        if self.clusters.len() == MOST_CLUSTERS {
            let message = format!("a rulebook can name at most {MOST_CLUSTERS} code clusters");
            faults.push(Diagnostic::error("E208", name.span, message));
            return None;
        }
        let cluster = self.read(&name.text, file, 0);
        self.clusters.push(cluster);
        if !self.has_too_many_codes && self.codes_together() > MOST_CODES {
            let message = format!("with `{}` the rulebook counts events of more than {MOST_CODES} codes", name.text);
            let help = "keep the clusters to codes that are recorded, or take those out that no rule needs";
            faults.push(Diagnostic::error("E208", name.span, message).help(help));
            self.has_too_many_codes = true;
        }
        Some(self.clusters.len() - 1)
    }

    /// The cluster of a name, read when it is first asked for.
    pub(super) fn cluster(&mut self, name: &Word, faults: &mut Vec<Diagnostic>) -> Option<&Cluster> {
        self.find(name, faults).map(|at| &self.clusters[at])
    }

    /// The name of a cluster that the rules have named.
    pub(super) fn name(&self, at: usize) -> &str {
        self.clusters.get(at).map_or("", |cluster| &cluster.name)
    }

    /// True if there is a cluster of that name.
    pub(super) fn exists(&self, name: &str) -> bool {
        self.file(name).is_some()
    }

    fn file(&self, name: &str) -> Option<FileId> {
        let folders = [Some(&self.own_folder), self.national_folder.as_ref()];
        folders.into_iter().flatten().find_map(|folder| self.sources.find(&format!("{folder}/{name}.toml")))
    }

    fn unknown(&self, name: &Word) -> Diagnostic {
        let fault = Diagnostic::error("E201", name.span, format!("there is no code cluster `{}`", name.text));
        let folders = [Some(&self.own_folder), self.national_folder.as_ref()];
        let known = self.sources.iter().filter_map(|(_, file)| {
            let (folder, file) = file.path.rsplit_once('/')?;
            folders.into_iter().flatten().any(|ours| ours == folder).then_some(file.strip_suffix(".toml")?)
        });
        suggest(fault, &name.text, name.span, known, |fault| {
            // The shared clusters are published: a local scheme's codes stand in its own folder.
            let shared = self.national_folder.as_ref().filter(|_| !self.is_local);
            let folder = shared.unwrap_or(&self.own_folder);
            fault.help(format!("a cluster `{}` would be the file {folder}/{}.toml", name.text, name.text))
        })
    }

    fn read(&mut self, name: &str, file: FileId, depth: usize) -> Cluster {
        self.files.push(file);
        let (root, unreadable) = read_toml(file, &self.sources.file(file).text);
        let is_readable = unreadable.is_empty();
        self.faults.extend(unreadable);
        let mut fields = Fields::of(&shape::CLUSTER, &root, Fields::file_start(file), format!("the cluster `{name}`"));
        let title = fields.text("title");
        let title = fields.required("title", title, "write what the cluster is called");
        let complete = fields.truth("complete");
        let complete =
            fields.required("complete", complete, "write `complete = true` for a whole official list, else false");
        let note = fields.text("note");
        let includes = fields.list("includes").map_or(&[][..], |(list, _)| list);
        let sources = fields.table("sources").map(|(table, _)| table);
        let codes = fields.table("codes");
        let codes = fields.required("codes", codes, "list the codes: `38598009 = { term = \"…\", source = \"…\" }`");
        let mut cluster = Cluster {
            name: name.to_owned(),
            title: title.map_or("", |(title, _)| title).to_owned(),
            complete: complete.is_some_and(|(complete, _)| complete),
            note: note.map_or("", |(note, _)| note).to_owned(),
            codes: Vec::new(),
            first_code: None,
        };
        for entry in codes.iter().flat_map(|(table, _)| &table.entries) {
            cluster.codes.extend(code(entry, sources, &mut fields));
        }
        cluster.first_code = cluster.codes.first().map(|code| code.id);
        let included: Vec<(&str, Span)> = includes.iter().filter_map(|item| included(item, &mut fields)).collect();
        // Of a file that cannot be read whole, nobody knows what stands in the rest.
        self.faults.extend(fields.finish().into_iter().filter(|_| is_readable));
        for (other, span) in included {
            self.include(&mut cluster, other, span, depth);
        }
        cluster.codes.sort_by_key(|code| code.id);
        cluster.codes.dedup_by_key(|code| code.id);
        cluster
    }

    /// Takes another cluster's codes into this one.
    fn include(&mut self, cluster: &mut Cluster, other: &str, span: Span, depth: usize) {
        // A chain this long can only be a circle.
        if depth > 8 || other == cluster.name {
            self.faults.push(Diagnostic::error(
                "E209",
                span,
                format!("the cluster `{}` includes itself", cluster.name),
            ));
            return;
        }
        match self.file(other) {
            Some(file) => {
                let inner = self.read(other, file, depth + 1);
                cluster.first_code = cluster.first_code.or(inner.first_code);
                cluster.codes.extend(inner.codes);
            }
            None => self.faults.push(self.unknown(&Word { text: other.to_owned(), span })),
        }
    }

    /// The files that were read, for the digest.
    pub(super) fn files(&self) -> &[FileId] {
        &self.files
    }

    /// Files of the scheme's own folder that no rule led to.
    pub(super) fn unused_own_files(&self) -> Vec<FileId> {
        let is_own = |path: &str| {
            path.strip_prefix(&self.own_folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|file| !file.contains('/') && file.ends_with(".toml"))
        };
        let own = self.sources.iter().filter(|(_, file)| is_own(&file.path)).map(|(id, _)| id);
        own.filter(|id| !self.files.contains(id)).collect()
    }

    pub(super) fn finish(self, faults: &mut Vec<Diagnostic>) -> Vec<Cluster> {
        faults.extend(self.faults);
        self.clusters
    }
}

/// The codes that a cluster file lists, with their terms and places.
pub(in crate::model) fn code_entries(root: &Table) -> impl Iterator<Item = (ConceptId, &str, Span)> {
    let codes = root.get("codes").map(|entry| &entry.value);
    let entries = codes.and_then(|codes| match codes {
        Value::Table(table) => Some(&table.entries),
        Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) => None,
    });
    entries.into_iter().flatten().filter_map(|entry| {
        let Value::Table(code) = &entry.value else { return None };
        match &code.get("term")?.value {
            Value::Text(term) => Some((ConceptId::parse(&entry.key)?, term.as_str(), entry.key_span)),
            Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        }
    })
}

/// The names of the clusters that a cluster file includes.
pub(in crate::model) fn included_clusters(root: &Table) -> impl Iterator<Item = &str> {
    let list = root.get("includes").map(|entry| &entry.value);
    let items = list.and_then(|list| match list {
        Value::List(items) => Some(items),
        Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::Table(_) => None,
    });
    items.into_iter().flatten().filter_map(|(item, _)| match item {
        Value::Text(name) => Some(name.as_str()),
        Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
    })
}

fn versions(sources: &Sources) -> impl Iterator<Item = &str> {
    let folders = sources.iter().filter_map(|(_, file)| file.path.strip_prefix("codes/")?.split_once('/'));
    let mut versions: Vec<&str> = folders.map(|(version, _)| version).collect();
    versions.sort_unstable();
    versions.dedup();
    versions.into_iter()
}

fn included<'a>((value, span): &'a (Value, Span), fields: &mut Fields<'_>) -> Option<(&'a str, Span)> {
    match value {
        Value::Text(name) => Some((name, *span)),
        other => {
            let message = format!("`includes` lists names of clusters, found {}", other.kind());
            fields.fault(Diagnostic::error("E302", *span, message));
            None
        }
    }
}

/// Why a text is no concept id, and what to do.
pub(super) fn not_an_id(text: &str) -> (String, &'static str) {
    let is_rounded = text.contains(['E', 'e']) && text.contains(['.', '+']);
    let (why, help) = match text {
        _ if is_rounded => ("a spreadsheet has rounded it", "take the id from the source again, as text"),
        _ if !text.bytes().all(|digit| digit.is_ascii_digit()) => {
            ("it has other signs than digits", "write its digits only")
        }
        _ if text.starts_with('0') => ("it starts with 0", "take the id from the source again: none starts with 0"),
        _ if text.len() < 6 => ("it is too short", "an id has 6 to 18 digits"),
        _ => ("it is too long", "an id has 6 to 18 digits"),
    };
    (format!("`{text}` is not a SNOMED CT concept id: {why}"), help)
}

fn code(entry: &Entry, sources: Option<&Table>, fields: &mut Fields<'_>) -> Option<Code> {
    let Some(id) = ConceptId::parse(&entry.key) else {
        let (message, help) = not_an_id(&entry.key);
        fields.fault(Diagnostic::error("E313", entry.key_span, message).help(help));
        return None;
    };
    match id.fault() {
        Some(ConceptFault::CheckDigit) => {
            let message = format!("the check digit of `{id}` is wrong");
            let help = match entry.key.len() {
                16.. => "a spreadsheet keeps 15 digits and rounds the rest: take the id from the source again, as text",
                _ => "a digit was mistyped: take the id from the source again",
            };
            fields.fault(Diagnostic::error("E314", entry.key_span, message).help(help));
        }
        Some(ConceptFault::Partition) => {
            let message = format!("`{id}` is the SNOMED CT id of {}, and a concept's is needed", id.kind());
            let help = "look up the concept that it belongs to, and take that one's id";
            fields.fault(Diagnostic::error("E315", entry.key_span, message).help(help));
        }
        None => {}
    }
    let Value::Table(table) = &entry.value else {
        let message = format!("the code `{id}` is written as {}", entry.value.kind());
        fields.fault(Diagnostic::error("E302", entry.span, message).help("write { term = \"…\", source = \"…\" }"));
        return None;
    };
    let mut inner = Fields::of(&shape::CODE, table, entry.key_span, format!("the code `{id}`"));
    let term = inner.text("term");
    let term = inner.required("term", term, "write its term, so that a reader knows what it is");
    let source = inner.text("source");
    let source = inner.required("source", source, "write who says that it belongs here");
    if let Some((source, span)) = source
        && sources.is_none_or(|sources| sources.get(source).is_none())
    {
        let fault = Diagnostic::error("E205", span, format!("there is no source `{source}`"));
        let known = sources.iter().flat_map(|sources| &sources.entries).map(|entry| entry.key.as_str());
        inner.fault(suggest(fault, source, span, known, |fault| fault.help("add it to this file's `[sources]`")));
    }
    let title = |id: &str| match sources.and_then(|sources| sources.get(id)).map(|entry| &entry.value) {
        Some(Value::Text(title)) => title.clone(),
        _ => id.to_owned(),
    };
    let code = Code {
        id,
        term: term.map_or("", |(term, _)| term).to_owned(),
        source: source.map_or(String::new(), |(id, _)| title(id)),
    };
    for fault in inner.finish() {
        fields.fault(fault);
    }
    Some(code)
}
