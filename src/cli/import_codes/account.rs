//! What an import did, in words: for the file itself and for the person before the screen.

use std::collections::BTreeMap;

use crate::cli::import_codes::ImportCodesArguments;
use crate::cli::import_codes::place::Place;
use crate::cli::import_codes::previous::{self, Previous};
use crate::cli::output;
use crate::data::code_list::{CodeList, CodeListForm, Refset, Selection};
use crate::ground::{ConceptId, Sources};

/// How many of the codes that came or went are shown.
const MOST_SHOWN: usize = 12;

/// An import, once all is read.
pub(super) struct Account<'a> {
    pub(super) arguments: &'a ImportCodesArguments,
    pub(super) list: &'a CodeList,
    pub(super) selection: &'a Selection,
    pub(super) previous: Option<&'a Previous>,
}

impl Account<'_> {
    /// The short name of the source, where none is given.
    pub(super) fn source(&self) -> &'static str {
        match self.list.form {
            CodeListForm::OpenCodelists => "opencodelists",
            CodeListForm::Refset => "pcd-refset",
        }
    }

    /// The source in words, where none are given.
    pub(super) fn source_title(&self) -> String {
        match self.list.form {
            CodeListForm::OpenCodelists => format!("OpenCodelists, as downloaded in {}", self.file_name()),
            CodeListForm::Refset => {
                format!("NHS England primary care domain reference set {}, from {}", self.refset(), self.file_name())
            }
        }
    }

    /// What a reader of the file should know of it.
    pub(super) fn note(&self) -> String {
        let mut note = format!("Taken over by `uptake import-codes` from {}", self.file_name());
        let left_out = [(self.selection.retired, "no longer active"), (self.selection.faults.len(), "faulty")];
        let left_out: Vec<String> = left_out
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, why)| format!("{} {why}", rows_are(count)))
            .collect();
        if !left_out.is_empty() {
            note += &format!("; {}, and left out", left_out.join(", "));
        }
        note + "."
    }

    /// Says what was read, what was written, and what is new.
    pub(super) fn tell(&self, place: &Place) {
        let (selection, file) = (self.selection, self.arguments.file.display());
        let what = match self.list.form {
            CodeListForm::OpenCodelists => "a list from OpenCodelists".to_owned(),
            CodeListForm::Refset => format!("the reference set {}", self.refset()),
        };
        output::talk(&format!("read {file} as {what}, in {}", self.list.encoding));
        let mut counts = vec![counted(selection.codes.len(), "code")];
        let others = [
            (selection.repeated, "repeating a code"),
            (selection.retired, "no longer active, left out"),
            (selection.faults.len(), "faulty, left out"),
        ];
        counts.extend(
            others
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, why)| format!("{} {why}", counted(*count, "row"))),
        );
        output::talk(&format!("  {}", counts.join("; ")));
        let nameless = selection.codes.values().filter(|term| term.is_empty()).count();
        if nameless > 0 {
            output::talk(&format!(
                "  {} without a term: fill in the file, so that a reader knows what they are",
                counted(nameless, "code")
            ));
        }
        if let Some(path) = place.path().filter(|path| path.as_os_str() != "-") {
            output::talk(&format!("wrote {}", path.display()));
        }
        self.tell_changes();
    }

    fn tell_changes(&self) {
        let cluster = &self.arguments.cluster;
        let Some(previous) = self.previous else {
            output::talk(&format!("no version has had a cluster `{cluster}` before"));
            return;
        };
        let added = without(&self.selection.codes, &previous.codes);
        let removed = without(&previous.codes, &self.selection.codes);
        let includes: Vec<&str> = previous.includes.iter().map(String::as_str).collect();
        let with = if includes.is_empty() {
            String::new()
        } else {
            format!(" with what it includes ({})", includes.join(", "))
        };
        let (more, fewer) = (added.len(), removed.len());
        let version = &previous.version;
        output::talk(&format!("against `{cluster}` of {version}{with}: {more} added, {fewer} removed"));
        show("+", &added);
        show("-", &removed);
    }

    /// Says which clusters of the version before are still missing beside the new one, since a rulebook takes all its
    /// national clusters from one version.
    pub(super) fn tell_what_lacks(&self, sources: &Sources) {
        let version = self.arguments.version.as_str();
        let is_older = |known: &&str| previous::numbers(known) < previous::numbers(version);
        let Some(older) = previous::versions(sources).into_iter().rev().find(is_older) else { return };
        let mut there = previous::clusters(sources, version);
        there.insert(&self.arguments.cluster);
        let missing: Vec<&str> =
            previous::clusters(sources, older).into_iter().filter(|name| !there.contains(name)).collect();
        if !missing.is_empty() {
            output::talk(&format!(
                "version {version} still lacks {} of {older}: {}",
                counted(missing.len(), "cluster"),
                missing.join(", ")
            ));
            output::talk(
                "  a rulebook takes all its national clusters from one version: import or copy those that it names",
            );
        }
    }

    /// The name of the file without its folder, which is nobody else's business.
    fn file_name(&self) -> String {
        let name = self.arguments.file.file_name().unwrap_or(self.arguments.file.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The reference set by name and id, as far as it has them.
    fn refset(&self) -> String {
        let ids: Vec<&str> =
            self.selection.refsets.iter().map(|refset| refset.id.as_str()).filter(|id| !id.is_empty()).collect();
        let cluster = self.selection.refsets.first().map_or("", |refset| refset.cluster.as_str());
        match (cluster, ids.join(", ")) {
            ("", ids) => ids,
            (cluster, ids) if ids.is_empty() => cluster.to_owned(),
            (cluster, ids) => format!("{cluster} ({ids})"),
        }
    }
}

type Codes<'a> = Vec<(&'a ConceptId, &'a String)>;

fn without<'a>(codes: &'a BTreeMap<ConceptId, String>, others: &BTreeMap<ConceptId, String>) -> Codes<'a> {
    codes.iter().filter(|(code, _)| !others.contains_key(code)).collect()
}

fn show(sign: &str, codes: &Codes<'_>) {
    for (code, term) in codes.iter().take(MOST_SHOWN) {
        output::talk(&format!("  {sign} {code} {term}"));
    }
    if codes.len() > MOST_SHOWN {
        output::talk(&format!("  {sign} and {} more", codes.len() - MOST_SHOWN));
    }
}

/// Lists reference sets, by name, for somebody to choose from.
pub(super) fn show_refsets(refsets: &[Refset]) {
    let mut refsets: Vec<&Refset> = refsets.iter().collect();
    refsets.sort();
    let width = |text: fn(&Refset) -> usize| refsets.iter().map(|refset| text(refset)).max().unwrap_or(0);
    let cluster_width = width(|refset| refset.cluster.len());
    let id_width = width(|refset| refset.id.len());
    for refset in &refsets {
        let Refset { cluster, id, description, rows } = refset;
        let rows = counted(*rows, "row");
        output::talk(format!("  {cluster:cluster_width$}  {id:id_width$}  {rows:>9}  {description}").trim_end());
    }
}

/// `1 row`, `3 rows`
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// `1 row is`, `3 rows are`
pub(super) fn rows_are(count: usize) -> String {
    format!("{} {}", counted(count, "row"), if count == 1 { "is" } else { "are" })
}
