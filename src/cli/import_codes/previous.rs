//! The newest version that a cluster has, for what is new against it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ground::{ConceptId, Sources};
use crate::syntax::toml_tree::{Table, Value, read_toml};

/// A chain of included clusters this long can only be a circle.
const LONGEST_CHAIN: usize = 8;

/// A cluster as a version of the national codes has it.
pub(super) struct Previous {
    pub(super) version: String,
    pub(super) title: String,
    /// The codes with their terms, those of included clusters too.
    pub(super) codes: BTreeMap<ConceptId, String>,
    /// The clusters that it includes.
    pub(super) includes: BTreeSet<String>,
}

impl Previous {
    /// The cluster of that name in the newest version that has it.
    pub(super) fn newest(sources: &Sources, cluster: &str) -> Option<Previous> {
        let has = |version: &&str| sources.find(&file(version, cluster)).is_some();
        let version = versions(sources).into_iter().rev().find(has)?;
        let mut previous = Previous {
            version: version.to_owned(),
            title: String::new(),
            codes: BTreeMap::new(),
            includes: BTreeSet::new(),
        };
        previous.take(sources, cluster, 0);
        Some(previous)
    }

    /// Takes over what can be read of a cluster; what cannot is for `uptake check` to say.
    fn take(&mut self, sources: &Sources, cluster: &str, depth: usize) {
        let Some(file) = sources.find(&file(&self.version, cluster)) else { return };
        let (root, _) = read_toml(file, &sources.file(file).text);
        if let (0, Some(Value::Text(title))) = (depth, value(&root, "title")) {
            self.title.clone_from(title);
        }
        if let Some(Value::Table(codes)) = value(&root, "codes") {
            self.codes.extend(
                codes.entries.iter().filter_map(|entry| Some((ConceptId::parse(&entry.key)?, term(&entry.value)))),
            );
        }
        if let (true, Some(Value::List(includes))) = (depth < LONGEST_CHAIN, value(&root, "includes")) {
            for (include, _) in includes {
                let Value::Text(include) = include else { continue };
                self.includes.insert(include.clone());
                self.take(sources, include, depth + 1);
            }
        }
    }
}

fn value<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    table.get(key).map(|entry| &entry.value)
}

fn term(code: &Value) -> String {
    match code {
        Value::Table(table) => match value(table, "term") {
            Some(Value::Text(term)) => term.clone(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

fn file(version: &str, cluster: &str) -> String {
    format!("codes/{version}/{cluster}.toml")
}

/// The versions of the national codes, the newest last: `2026.10` comes after `2026.9`.
pub(super) fn versions(sources: &Sources) -> Vec<&str> {
    let versions: BTreeSet<(Vec<u64>, &str)> = files(sources).map(|(version, _)| (numbers(version), version)).collect();
    versions.into_iter().map(|(_, version)| version).collect()
}

/// The names of the clusters in a version.
pub(super) fn clusters<'a>(sources: &'a Sources, version: &str) -> BTreeSet<&'a str> {
    files(sources).filter(|(folder, _)| *folder == version).map(|(_, cluster)| cluster).collect()
}

/// The numbers of a version, by which versions are put in order.
pub(super) fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The files of the national codes, as version and cluster.
fn files(sources: &Sources) -> impl Iterator<Item = (&str, &str)> {
    sources.iter().filter_map(|(_, file)| file.path.strip_prefix("codes/")?.strip_suffix(".toml")?.split_once('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_goes_by_number_and_includes_count() {
        let mut sources = Sources::default();
        let text = |code: &str| {
            format!("title = \"T {code}\"\nincludes = [\"b\", \"a\"]\n[codes]\n{code} = {{ term = \"t\" }}\n")
        };
        sources.add("codes/2026.9/a.toml", text("38598009"));
        sources.add("codes/2026.10/a.toml", text("170433008"));
        sources.add("codes/2026.10/b.toml", text("170431005"));
        sources.add("codes/2027.1/b.toml", text("170432003"));
        assert_eq!(versions(&sources), ["2026.9", "2026.10", "2027.1"]);
        let newest = Previous::newest(&sources, "a").unwrap();
        assert_eq!((newest.version.as_str(), newest.title.as_str()), ("2026.10", "T 170433008"));
        let codes: Vec<String> = newest.codes.keys().map(ConceptId::to_string).collect();
        assert_eq!(codes, ["170431005", "170433008"]);
        assert!(Previous::newest(&sources, "c").is_none());
    }
}
