//! What is odd in a rules folder as a whole, though each rulebook is sound by itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::ground::{BookName, ConceptId, Diagnostic, FileId, Span};
use crate::model::book::{Measure, MeasureKind};
use crate::model::build::{self, NUMBERS_FILES, code_entries, included_clusters};
use crate::model::examples::{self, Example};
use crate::model::{Library, Rulebook};
use crate::syntax::toml_tree::{Table, Value, read_toml};

impl Library {
    /// What somebody should look at in sound rulebooks beside one another: indicators that no worked example shows, years
    /// that overlap or leave a gap, codes under two names; and, where these are all the rulebooks there are, code clusters
    /// that none of them uses.
    pub fn check_across(&self, books: &[Rulebook]) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = books.iter().flat_map(|book| self.check_examples(book)).collect();
        let clusters = self.clusters();
        self.check_years(books, &mut found);
        check_terms(&clusters, &mut found);
        if books.len() == self.names().len() {
            self.check_unused_clusters(books, &clusters, &mut found);
        }
        found
    }

    fn check_examples(&self, book: &Rulebook) -> Vec<Diagnostic> {
        let mut own = (0..book.measures.len())
            .filter(|&at| book.measures[at].kind == MeasureKind::Indicator && book.measures[at].borrowed.is_none());
        let Some(file) = self.sources.find(&format!("{}/{}", book.name, examples::FILE)) else {
            return own.next().and_then(|_| self.without_examples(book)).into_iter().collect();
        };
        let (read, faults) = build::examples(&self.sources, book);
        // What an example that is at fault would have shown is not known.
        if !faults.is_empty() {
            return Vec::new();
        }
        let measured = read.iter().filter_map(Example::measurement);
        let shown: BTreeSet<usize> = measured.map(|id| book.measurements[id.index()].measure.index()).collect();
        let unshown = own.filter(|at| !shown.contains(at)).map(|at| &book.measures[at]);
        let path = &self.sources.file(file).path;
        unshown.map(|measure| unshown_indicator(measure, path)).collect()
    }

    /// Said once of a rulebook whose indicators have no file of examples: the place is its numbers file.
    fn without_examples(&self, book: &Rulebook) -> Option<Diagnostic> {
        let file = NUMBERS_FILES.iter().find_map(|file| self.sources.find(&format!("{}/{file}", book.name)))?;
        let message = format!("{} has no worked examples: nothing shows that its rules mean what was meant", book.name);
        let help = format!("write some into {}/{}: {EXAMPLE_OF_AN_INDICATOR}", book.name, examples::FILE);
        Some(Diagnostic::warning("W514", Span::new(file, 0..0), message).help(help))
    }

    /// The years of one scheme follow one another, day by day.
    fn check_years(&self, books: &[Rulebook], found: &mut Vec<Diagnostic>) {
        let mut by_start: Vec<&Rulebook> = books.iter().collect();
        by_start.sort_by_key(|book| (&book.name.scheme, book.start));
        for (before, book) in by_start.iter().zip(by_start.iter().skip(1)) {
            if before.name.scheme != book.name.scheme {
                continue;
            }
            let (Some(place), Some(other)) = (self.header(&book.name, "starts"), self.header(&before.name, "ends"))
            else {
                continue;
            };
            let (code, message, help) = if book.start <= before.end {
                let message = format!("{} starts before {} has ended", book.name, before.name);
                ("W435", message, "a day belongs to one contract year: mend one of the two dates".to_owned())
            } else if book.start > before.end.plus_days(1) {
                let days = book.start.days_since(before.end) - 1;
                let message = format!("between {} and {} lie {days} days of no rulebook", before.name, book.name);
                ("W436", message, "mend one of the two dates, or add the rulebook between them".to_owned())
            } else {
                continue;
            };
            found.push(Diagnostic::warning(code, place, message).also(other, "the year before ends here").help(help));
        }
    }

    /// The place of an entry in the head of a numbers file.
    fn header(&self, name: &BookName, key: &str) -> Option<Span> {
        let file = NUMBERS_FILES.iter().find_map(|file| self.sources.find(&format!("{name}/{file}")))?;
        let (root, _) = read_toml(file, &self.sources.file(file).text);
        root.get(key).map(|entry| entry.span)
    }

    /// All cluster files, by path.
    fn clusters(&self) -> Vec<(FileId, &str, Table)> {
        let is_cluster = |path: &str| {
            path.ends_with(".toml")
                && path
                    .rsplit_once('/')
                    .is_some_and(|(folder, _)| folder.starts_with("codes/") || folder.ends_with("/codes"))
        };
        let files = self.sources.iter().filter(|(_, file)| is_cluster(&file.path));
        files.map(|(id, file)| (id, file.path.as_str(), read_toml(id, &file.text).0)).collect()
    }

    fn check_unused_clusters(
        &self,
        books: &[Rulebook],
        clusters: &[(FileId, &str, Table)],
        found: &mut Vec<Diagnostic>,
    ) {
        let used = self.cluster_files(books, clusters);
        let shared = clusters.iter().filter(|(_, path, _)| path.starts_with("codes/"));
        for (file, path, _) in shared.filter(|(file, _, _)| !used.contains(file)) {
            let name = path.rsplit_once('/').map_or(*path, |(_, name)| name).trim_end_matches(".toml");
            if self.is_named_beside_the_rulebooks(name) {
                continue;
            }
            let message = format!("no rulebook uses the code cluster `{name}` of this version");
            let warning = Diagnostic::warning("W432", Span::new(*file, 0..0), message);
            found.push(
                warning.help(format!("count it in a rule, as in `any {name}`, or take the file out of the folder")),
            );
        }
    }

    /// The paths of the cluster files that rulebooks read, included ones among them.
    pub fn clusters_read(&self, names: &[BookName]) -> BTreeSet<String> {
        let books: Vec<Rulebook> = names.iter().filter_map(|name| self.check(name).book).collect();
        let files = self.cluster_files(&books, &self.clusters());
        files.into_iter().map(|file| self.sources.file(file).path.clone()).collect()
    }

    /// The names of the clusters that include a cluster; None if there is no file for it.
    pub fn clusters_including(&self, name: &str) -> Option<BTreeSet<String>> {
        let clusters = self.clusters();
        let of_path = |path: &str| path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml").to_owned();
        clusters.iter().find(|(_, path, _)| of_path(path) == name)?;
        let includes = |root: &Table| included_clusters(root).any(|included| included == name);
        Some(clusters.iter().filter(|(_, _, root)| includes(root)).map(|(_, path, _)| of_path(path)).collect())
    }

    fn cluster_files(&self, books: &[Rulebook], clusters: &[(FileId, &str, Table)]) -> BTreeSet<FileId> {
        let mut used: BTreeSet<FileId> = BTreeSet::new();
        for book in books {
            let version = self.national_version(&book.name);
            let find = |name: &str| {
                let own = self.sources.find(&format!("{}/codes/{name}.toml", book.name));
                own.or_else(|| self.sources.find(&format!("codes/{}/{name}.toml", version.as_deref()?)))
            };
            let mut open: Vec<FileId> = book.clusters.iter().filter_map(|cluster| find(&cluster.name)).collect();
            while let Some(file) = open.pop() {
                if used.insert(file)
                    && let Some((_, _, root)) = clusters.iter().find(|(id, _, _)| *id == file)
                {
                    open.extend(included_clusters(root).filter_map(find));
                }
            }
        }
        used
    }

    /// True if a file that is neither a rulebook's nor a cluster names a cluster: made-up data may record its codes.
    fn is_named_beside_the_rulebooks(&self, cluster: &str) -> bool {
        let folders: Vec<String> = self.names().iter().map(|name| format!("{name}/")).collect();
        let is_beside =
            |path: &str| !path.starts_with("codes/") && !folders.iter().any(|folder| path.starts_with(folder));
        let quoted = format!("\"{cluster}\"");
        self.sources.iter().any(|(_, file)| is_beside(&file.path) && file.text.contains(&quoted))
    }

    fn national_version(&self, name: &BookName) -> Option<String> {
        let file = NUMBERS_FILES.iter().find_map(|file| self.sources.find(&format!("{name}/{file}")))?;
        let (root, _) = read_toml(file, &self.sources.file(file).text);
        match &root.get("codes")?.value {
            Value::Text(version) => Some(version.clone()),
            Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        }
    }
}

/// What stands in an example of an indicator.
const EXAMPLE_OF_AN_INDICATOR: &str =
    "`[[example]]` with `indicator = \"…\"`, a patient, and the outcome worked out by hand";

/// An indicator that the examples of its rulebook leave out.
fn unshown_indicator(measure: &Measure, path: &str) -> Diagnostic {
    let message = format!("no worked example shows the indicator {}", measure.code);
    let help = format!("add one to {path}: {}", EXAMPLE_OF_AN_INDICATOR.replace('…', measure.code.as_str()));
    Diagnostic::warning("W514", measure.span, message).help(help)
}

/// One code is one thing: under two terms, one of them is most likely another code's.
fn check_terms(clusters: &[(FileId, &str, Table)], found: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<ConceptId, (&str, Span)> = BTreeMap::new();
    let plain = |term: &str| term.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    for (code, term, place) in clusters.iter().flat_map(|(_, _, root)| code_entries(root)) {
        match known.get(&code) {
            Some((first, first_place)) if plain(first) != plain(term) => {
                let message = format!("the code `{code}` has another term in another cluster file");
                let warning = Diagnostic::warning("W433", place, message).label(format!("“{term}” here"));
                let warning = warning.also(*first_place, format!("“{first}” here"));
                found.push(warning.help("look the code up, and write its preferred term in both"));
            }
            Some(_) => {}
            None => {
                known.insert(code, (term, place));
            }
        }
    }
}
