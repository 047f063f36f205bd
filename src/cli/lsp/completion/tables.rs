//! What may stand at the cursor of a TOML file. One that is being written can seldom be read, so the cursor's line and
//! the table's head above it say where it stands.

use lsp_types::CompletionItemKind;

use super::{Candidate, Rulebook};
use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::mentions::Mentions;
use crate::ground::Sources;
use crate::model::remark::Status;
use crate::model::shape::{self, Shape};
use crate::model::unit::Unit;
use crate::syntax::tree::{Block, Clause, Step};

/// The keys of a figure.
const FIGURE: [(&str, &str); 7] = [
    ("is", "the figure: a number or a date"),
    ("unit", "what it is measured in"),
    ("status", "how far to trust it"),
    ("source", "who says so: an id of `[sources]`"),
    ("conflict", "where sources disagree, and which is followed"),
    ("unset", "in the place of `is`: needed and not known, and why"),
    ("none", "in the place of `is`: there is none, and why"),
];

/// The keys at the top of a numbers file.
const HEADER: [(&str, &str); 8] = [
    ("scheme", "the scheme's name, which is also its folder's"),
    ("year", "the contract year, which is also the folder's name"),
    ("title", "what the rulebook is called"),
    ("revision", "how often it was revised"),
    ("starts", "the first day of the contract year"),
    ("ends", "the last day of the contract year"),
    ("codes", "the version of the national code clusters"),
    ("missing_day", "what an age is when the month lacks the day"),
];

/// The keys of a stand-in.
const PROXY: [(&str, &str); 4] = [
    ("lowest_of", "the courses of which the lowest stands in"),
    ("status", "how far to trust it"),
    ("source", "who says so: an id of `[sources]`"),
    ("conflict", "where sources disagree, and which is followed"),
];

/// The keys of a cluster's file.
const CLUSTER: [(&str, &str); 4] = [
    ("title", "what the cluster is called"),
    ("complete", "true for a whole official list, else false"),
    ("note", "what is known to be missing or uncertain"),
    ("includes", "clusters whose codes count too"),
];

/// Where the cursor stands.
struct Cursor<'t> {
    /// The head of the table: `indicator.VI001`; nothing above the first.
    table: &'t str,
    /// The line before the cursor.
    line: &'t str,
}

/// Where the word starts that the cursor stands in, and what may stand there.
pub(super) fn candidates(folder: &Folder, below: &str, text: &str, at: usize) -> Option<(usize, Vec<Candidate>)> {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = &before[line_start..];
    let mut heads = before[..line_start]
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix('[')?.split(']').next()?.trim_matches(['[', ' '])));
    let cursor = Cursor { table: heads.next_back().unwrap_or(""), line };
    let sources = without_line(folder.sources(), below, line_start);
    let rulebook = Rulebook { sources: &sources, mentions: Mentions::around(&sources, below)?, below };
    if line.trim_start().starts_with('#') {
        return None;
    }
    let is_open = line.matches('"').count() % 2 == 1;
    if is_open {
        let start = line_start + line.rfind('"')? + 1;
        return rulebook.values(&cursor, start - line_start).map(|(skip, found)| (start + skip, found));
    }
    let word = line.rfind(|sign: char| !sign.is_ascii_alphanumeric() && !"_-.".contains(sign));
    let start = word.map_or(0, |before| line.ceil_char_boundary(before + 1));
    rulebook.keys(&cursor, start).map(|found| (line_start + start, found))
}

/// The files as they are with a line of one left blank: what is being written there would hide what stands below.
fn without_line(sources: &Sources, below: &str, line_start: usize) -> Sources {
    let mut without = Sources::default();
    for (_, file) in sources.iter() {
        let mut text = file.text.clone();
        if file.path == below {
            let end = text[line_start..].find('\n').map_or(text.len(), |length| line_start + length);
            text.replace_range(line_start..end, &" ".repeat(end - line_start));
        }
        without.add(file.path.as_str(), text);
    }
    without
}

/// Each key once, in the order of the list.
fn keys(list: &[(&str, &str)], cursor: &Cursor<'_>) -> Vec<Candidate> {
    let is_new = |key: &str| !cursor.line.contains(&format!("{key} ="));
    let is_first = |at: usize, key: &str| !list[..at].iter().any(|(other, _)| *other == key);
    let new = list.iter().enumerate().filter(|(at, (key, _))| is_new(key) && is_first(*at, key));
    new.map(|(_, known)| known).map(|(key, help)| Candidate::new(CompletionItemKind::PROPERTY, *key, *help)).collect()
}

/// The keys of a shape, each with what it says.
fn of_shape(shape: &'static Shape) -> Vec<(&'static str, &'static str)> {
    shape.keys.iter().map(|key| (key.name, key.says)).collect()
}

fn words<'w>(words: impl IntoIterator<Item = (&'w str, &'w str)>) -> Vec<Candidate> {
    let candidate = |(word, help)| Candidate::new(CompletionItemKind::ENUM_MEMBER, word, help);
    words.into_iter().map(candidate).collect()
}

impl Rulebook<'_> {
    /// Keys and heads of tables. `start` is where the word starts in the line.
    fn keys(&self, cursor: &Cursor<'_>, start: usize) -> Option<Vec<Candidate>> {
        let before = cursor.line[..start].trim();
        let file = self.below.rsplit_once('/').map_or(self.below, |(_, file)| file);
        let is_cluster = self.below.starts_with("codes/") || self.below.contains("/codes/");
        if before.starts_with('[') {
            return Some(self.heads(file, is_cluster));
        }
        if let Some((_, inside)) = before.rsplit_once('{') {
            let expects_key = inside.trim().is_empty() || inside.trim_end().ends_with(',');
            let of_code = [("term", "its term"), ("source", "who says that it belongs here: an id of `[sources]`")];
            if file == "examples.toml" {
                return expects_key.then(|| self.keys_within(cursor));
            }
            let list: &[(&str, &str)] = if is_cluster { &of_code } else { &FIGURE };
            return expects_key.then(|| keys(list, cursor));
        }
        if !before.is_empty() {
            return None;
        }
        let (head, code) = cursor.table.split_once('.').unwrap_or((cursor.table, ""));
        match head {
            "" if is_cluster => Some(keys(&CLUSTER, cursor)),
            "" if file == "examples.toml" => Some(Vec::new()),
            "" => Some(keys(&HEADER, cursor)),
            "example" => {
                let shapes = [&shape::PATIENT_EXAMPLE, &shape::COUNTS_EXAMPLE, &shape::CHILD_EXAMPLE];
                Some(keys(&shapes.map(of_shape).concat(), cursor))
            }
            "proxy" => Some(keys(&PROXY, cursor)),
            "figures" => Some(self.missing_figures(None)),
            "indicator" | "course" => Some(self.missing_figures(Some(code))),
            _ => None,
        }
    }

    /// Keys within the braces behind a key of an example: `expect = { state = "…", ` has those of where a child stands.
    fn keys_within(&self, cursor: &Cursor<'_>) -> Vec<Candidate> {
        match cursor.line.split('=').next().unwrap_or_default().trim() {
            "expect" => keys(&[&shape::STANDING, &shape::EARNED].map(of_shape).concat(), cursor),
            "appointments" => keys(&of_shape(&shape::APPOINTMENT), cursor),
            "slots" => keys(&of_shape(&shape::SLOT), cursor),
            "counts" | "baseline" => keys(&of_shape(&shape::RATIO), cursor),
            "figures" => self.figures(|_| true),
            _ => Vec::new(),
        }
    }

    /// Figures that others have and this one has not.
    fn missing_figures(&self, owner: Option<&str>) -> Vec<Candidate> {
        let figures = self.mentions.figures();
        let has = |name: &str| figures.iter().any(|figure| figure.owner == owner && figure.entry.key == name);
        let wanted = self.figures(|figure| figure.owner.is_some() == owner.is_some());
        wanted.into_iter().filter(|candidate| !has(&candidate.label)).collect()
    }

    fn heads(&self, file: &str, is_cluster: bool) -> Vec<Candidate> {
        let heads: &[&str] = match file {
            _ if is_cluster => &["sources", "codes"],
            "examples.toml" => &["[example]"],
            _ => &["figures", "sources"],
        };
        let mut found: Vec<Candidate> =
            heads.iter().map(|head| Candidate::new(CompletionItemKind::MODULE, *head, "")).collect();
        if found.iter().any(|head| head.label == "figures") {
            for measure in self.mentions.measures() {
                let kind = match measure.kind {
                    crate::syntax::tree::MeasureKind::Indicator => "indicator",
                    crate::syntax::tree::MeasureKind::Course => "course",
                };
                let head = format!("{kind}.{}", measure.code.text);
                found.push(Candidate::new(CompletionItemKind::MODULE, head, &measure.title.text));
            }
        }
        found
    }

    /// What a text in quotes may say, and how many bytes of it stay. `start` is where it starts in the line.
    fn values(&self, cursor: &Cursor<'_>, start: usize) -> Option<(usize, Vec<Candidate>)> {
        let said = &cursor.line[start..];
        let before = cursor.line[..start - 1].trim_end();
        let key = before.trim_end_matches(|sign: char| sign != '=').trim_end_matches('=').trim_end();
        let key = key.rsplit(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next().unwrap_or("");
        let whole = |found| Some((0, found));
        match key {
            "status" => whole(words(
                Status::ALL.map(|status| (status.word(), super::keywords::help(status.word()).unwrap_or(""))),
            )),
            "unit" => whole(words(Unit::WORDS.map(|(word, _)| (word, "")))),
            "missing_day" => whole(words([
                ("last day", "31 August + 6 months is the last day of February"),
                ("next day", "31 August + 6 months is 1 March"),
            ])),
            "codes" => whole(self.versions()),
            "source" => whole(self.sources_of_file()),
            "indicator" | "lowest_of" => whole(self.measures()),
            "includes" => whole(self.included()),
            "events" => Some((said.find(' ')? + 1, self.clusters())),
            "expect" => Some(self.outcomes(said)),
            "pathway" | "state" | "next" | "exception" | "alerts" => whole(self.of_pathway(key)),
            "indicators" => whole(self.measures()),
            _ => None,
        }
    }

    fn versions(&self) -> Vec<Candidate> {
        let paths = self.sources.iter().filter_map(|(_, file)| file.path.strip_prefix("codes/")?.split_once('/'));
        let mut versions: Vec<&str> = paths.map(|(version, _)| version).collect();
        versions.dedup();
        words(versions.into_iter().map(|version| (version, "")))
    }

    /// The sources of this file: a cluster's own, else the numbers file's.
    fn sources_of_file(&self) -> Vec<Candidate> {
        let Some(file) = self.sources.find(self.below) else { return Vec::new() };
        let (root, _) = crate::syntax::toml_tree::read_toml(file, &self.sources.file(file).text);
        let own = Mentions { numbers: Some((file, root)), ..Mentions::default() };
        Rulebook { sources: self.sources, mentions: own, below: self.below }.source_ids()
    }

    /// The other clusters of a cluster's folder.
    fn included(&self) -> Vec<Candidate> {
        let folder = self.below.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files = self.sources.iter().filter(|(_, file)| {
            file.path != self.below && file.path.rsplit_once('/').is_some_and(|(in_folder, _)| in_folder == folder)
        });
        let candidate =
            |path: &str| Candidate::new(CompletionItemKind::ENUM, crate::cli::lsp::hover::cluster_name(path), "");
        files.map(|(_, file)| candidate(&file.path)).collect()
    }

    /// What an example may say of the pathway.
    fn of_pathway(&self, key: &str) -> Vec<Candidate> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        let pathways = self.mentions.blocks().filter_map(|block| match block {
            Block::Pathway(pathway) => Some(pathway),
            Block::Define(_)
            | Block::Worklist(_)
            | Block::Measure(_)
            | Block::Fee(_)
            | Block::Payment(_)
            | Block::Require(_) => None,
        });
        for pathway in pathways {
            if key == "pathway" {
                found.push((&pathway.name.text, &pathway.title.text));
            }
            for step in &pathway.steps {
                match (step, key) {
                    (Step::State(state), "state") => found.push((&state.name.text, &state.title.text)),
                    (Step::State(state), "next") => {
                        found.extend(state.next.iter().map(|next| (next.text.text.as_str(), state.name.text.as_str())));
                    }
                    (Step::State(state), "exception") => {
                        found.extend(state.exceptions.iter().map(|of| (of.code.text.as_str(), of.title.text.as_str())));
                    }
                    (Step::Alert(alert), "alerts") => found.push((&alert.name.text, &alert.title.text)),
                    (Step::Define(_) | Step::State(_) | Step::Alert(_) | Step::Worklist(_) | Step::Audit(_), _) => {}
                }
            }
        }
        if key == "state" {
            found.push(("not pursued", "achieved, excepted by the national rules, or on no register"));
        }
        words(found)
    }

    /// Outcomes of an example, and after `excepted` and `excluded` the codes.
    fn outcomes(&self, said: &str) -> (usize, Vec<Candidate>) {
        let Some((outcome, _)) = said.split_once(' ').filter(|(word, _)| ["excepted", "excluded"].contains(word))
        else {
            let found = ["achieved", "not achieved", "not on the register", "excepted", "excluded"];
            return (0, words(found.map(|outcome| (outcome, ""))));
        };
        let mut found: Vec<Candidate> = Vec::new();
        for measure in self.mentions.measures() {
            for clause in &measure.clauses {
                let reason = match clause {
                    Clause::Except(reason) if outcome == "excepted" => reason,
                    Clause::Exclude(reason) if outcome == "excluded" => reason,
                    _ => continue,
                };
                if !found.iter().any(|known| known.label == reason.code.text) {
                    let detail = format!("{}: {}", measure.code.text, reason.title.text);
                    found.push(Candidate::new(CompletionItemKind::ENUM_MEMBER, &reason.code.text, detail));
                }
            }
        }
        (outcome.len() + 1, found)
    }
}
