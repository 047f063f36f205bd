//! Files that lie where no rulebook reads them.

use std::collections::BTreeMap;

use crate::ground::{Diagnostic, FileId, Span};
use crate::model::Library;
use crate::model::build::{NUMBERS_FILES, nearest};

impl Library {
    /// A warning for each folder whose rule files no rulebook reads, because it has no numbers file or lies too deep or
    /// not deep enough. Files of words and numbers at the top, beside the schemes, are left alone: they may be anybody's.
    pub fn stray_files(&self) -> Vec<Diagnostic> {
        let books: Vec<String> = self.names().iter().map(|name| format!("{name}/")).collect();
        let mut folders: BTreeMap<&str, Vec<(FileId, &str)>> = BTreeMap::new();
        for (id, file) in self.sources().iter() {
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            let below = books.iter().find_map(|book| file.path.strip_prefix(book.as_str()));
            let is_read = match below {
                Some(below) => !name.ends_with(".rules") || below == name,
                None => file.path.starts_with("codes/"),
            };
            if !is_read && !is_misnamed(&file.path) {
                folders.entry(folder).or_default().push((id, name));
            }
        }
        let misnamed = self.sources().iter().filter(|(_, file)| is_misnamed(&file.path));
        let misnamed = misnamed.map(|(id, file)| misnamed_file(id, &file.path));
        misnamed.chain(folders.into_iter().filter_map(|(folder, files)| stray_folder(folder, &files))).collect()
    }
}

/// Endings that an editor adds to a rule file's own.
const MISNAMED: [&str; 2] = [".rules.txt", ".toml.txt"];

/// True for a rule file to whose name an editor added an ending.
pub fn is_misnamed(path: &str) -> bool {
    MISNAMED.iter().any(|ending| path.ends_with(ending))
}

fn misnamed_file(id: FileId, path: &str) -> Diagnostic {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let message = format!("no rulebook reads {name}: its name ends with .txt");
    Diagnostic::warning("W317", Span::new(id, 0..0), message)
        .help(format!("rename it to {}", name.trim_end_matches(".txt")))
}

fn stray_folder(folder: &str, files: &[(FileId, &str)]) -> Option<Diagnostic> {
    let has_depth_of_a_rulebook = folder.matches('/').count() == 1;
    let is_rules = |name: &str| name.ends_with(".rules");
    let (first, _) = files.iter().find(|(_, name)| is_rules(name) || has_depth_of_a_rulebook)?;
    let shown = if folder.is_empty() { "the top of the rules folder".to_owned() } else { format!("{folder}/") };
    let message = format!("no rulebook reads the files in {shown}");
    let warning = Diagnostic::warning("W317", Span::new(*first, 0..0), message);
    let mistyped = files.iter().find_map(|(_, name)| Some((*name, nearest(name, NUMBERS_FILES.into_iter())?)));
    Some(warning.help(match mistyped {
        Some((name, near)) if has_depth_of_a_rulebook => format!("rename {name}: a rulebook's numbers file is {near}"),
        _ if has_depth_of_a_rulebook => {
            "a rulebook has a numbers file: add contract.toml, or scheme.toml for a local scheme".to_owned()
        }
        _ => "rule files are read from SCHEME/YEAR/, beside a contract.toml or scheme.toml".to_owned(),
    }))
}
