//! Which words of a rulebook's files name something, and what: so that an editor can go from one to the others. It reads
//! what is written, sound or not, and leaves out what names nothing.

mod left_open;
mod pathways;
mod rules;
mod tables;

use std::collections::BTreeSet;

pub(super) use self::rules::MORE_COUNTS;

use crate::cli::lsp::files;
use crate::ground::{BookName, FileId, Sources, Span};
use crate::syntax::read_rules;
use crate::syntax::toml_tree::{Table, read_toml};
use crate::syntax::tree::{Block, Clause, Define, Line, Measure, Period, RuleFile, Step};

/// What a word names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Named {
    /// The code cluster of a file.
    Cluster(String),
    /// What `define` defines, in a measure or for all.
    Defined {
        /// The code of the measure that it is defined in; None for all.
        of: Option<String>,
        /// `two_mmr`
        name: String,
    },
    /// A figure, which each measure may have of its own.
    Figure(String),
    /// What is counted: `numerator`.
    Count(String),
    /// A line of a payment or fee.
    Line {
        /// The payment or fee.
        of: String,
        /// `points`
        name: String,
    },
    /// An indicator or course.
    Measure(String),
    /// An exclusion or exception of a measure.
    Reason {
        /// The measure.
        of: String,
        /// `DTPCON`
        code: String,
    },
    /// A state of a pathway.
    State(String),
    /// Words to look for in free text: `[words.means]`.
    Words(String),
    /// A rulebook that this one uses, by the name that `[uses]` gives it.
    Used(String),
    /// A source of a file's `[sources]`.
    Source {
        /// The file.
        of: String,
        /// `business-rules-v49`
        id: String,
    },
}

/// A word that names something.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub(super) named: Named,
    pub(super) span: Span,
    /// True where it is given its meaning.
    pub(super) is_definition: bool,
}

/// What was read of a rulebook, or of a folder of clusters that no rulebook owns.
#[derive(Default)]
pub(super) struct Mentions {
    /// The words that name something.
    pub(super) list: Vec<Mention>,
    /// Ages: `8 months` in `age 8 months`.
    pub(super) ages: Vec<Period>,
    /// The rule files.
    pub(super) rules: Vec<RuleFile>,
    /// The numbers file.
    pub(super) numbers: Option<(FileId, Table)>,
}

/// Where a rulebook's words are looked up.
struct Reader<'a> {
    sources: &'a Sources,
    /// The folders in which its clusters lie, the first before the others.
    cluster_folders: Vec<String>,
    /// Names that all measures may use.
    shared: BTreeSet<String>,
    /// The measure, payment or fee that is being read, and the names that it defines for itself.
    block: String,
    own: BTreeSet<String>,
    figures: BTreeSet<String>,
    numbers_path: String,
    found: Mentions,
}

impl Mentions {
    /// Reads the rulebook of a file, or the folder of clusters that it lies in.
    pub(super) fn around(sources: &Sources, below: &str) -> Option<Mentions> {
        match files::book_of(below) {
            Some(name) => Some(Mentions::of_book(sources, &name)),
            None => Some(Mentions::of_clusters(sources, files::clusters_of(below)?)),
        }
    }

    /// Reads a rulebook.
    pub(super) fn of_book(sources: &Sources, name: &BookName) -> Mentions {
        let folder = name.to_string();
        let numbers = files::numbers(sources, name).map(|file| (file, read_toml(file, &sources.file(file).text).0));
        let version = numbers.as_ref().and_then(|(_, table)| files::text(table, "codes"));
        let mut reader = Reader::new(sources);
        reader.cluster_folders = [Some(format!("{folder}/codes")), version.map(|version| format!("codes/{version}"))]
            .into_iter()
            .flatten()
            .collect();
        let rules: Vec<RuleFile> =
            files::rule_files(sources, &folder).map(|file| read_rules(file, &sources.file(file).text).0).collect();
        reader.shared = shared(&rules);
        if let Some((file, table)) = &numbers {
            reader.numbers_path.clone_from(&sources.file(*file).path);
            reader.numbers(table);
        }
        rules.iter().for_each(|file| reader.file(file));
        if let Some(examples) = sources.find(&format!("{folder}/examples.toml")) {
            let (root, _) = read_toml(examples, &sources.file(examples).text);
            reader.examples(&root);
            reader.left_open(&root, &rules);
        }
        reader.cluster_files(&format!("{folder}/codes"));
        Mentions { rules, numbers, ..reader.found }
    }

    /// Reads the clusters of a folder that no rulebook owns.
    pub(super) fn of_clusters(sources: &Sources, folder: &str) -> Mentions {
        let mut reader = Reader::new(sources);
        reader.cluster_folders = vec![folder.to_owned()];
        reader.cluster_files(folder);
        reader.found
    }

    /// What is named at a byte of a file. At the seam of two words the one that starts there.
    pub(super) fn at(&self, file: FileId, at: usize) -> Option<&Mention> {
        let holds = |mention: &&Mention| mention.span.file == file && touches(mention.span, at);
        self.list.iter().filter(holds).max_by_key(|mention| mention.span.start)
    }

    /// All words that name something.
    pub(super) fn all<'m>(&'m self, named: &'m Named) -> impl Iterator<Item = &'m Mention> {
        self.list.iter().filter(move |mention| mention.named == *named)
    }

    /// The figures of the numbers file: whose, and their entries.
    pub(super) fn figures(&self) -> Vec<files::Figure<'_>> {
        self.numbers.as_ref().map(|(_, table)| files::figures(table)).unwrap_or_default()
    }

    /// The indicators and courses.
    pub(super) fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.blocks().filter_map(|block| match block {
            Block::Measure(measure) => Some(measure),
            Block::Define(_)
            | Block::Fee(_)
            | Block::Payment(_)
            | Block::Require(_)
            | Block::Pathway(_)
            | Block::Worklist(_) => None,
        })
    }

    /// The rulebooks that it uses, by the names that it has for them.
    pub(super) fn uses(&self) -> Vec<(&str, BookName)> {
        self.numbers.as_ref().map(|(_, root)| files::uses(root)).unwrap_or_default()
    }

    /// The blocks of all rule files.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.rules.iter().flat_map(|file| &file.blocks)
    }
}

/// True if a place holds a byte, or ends there.
pub(super) fn touches(span: Span, at: usize) -> bool {
    span.range().contains(&at) || span.range().end == at
}

fn shared(rules: &[RuleFile]) -> BTreeSet<String> {
    let defines = rules.iter().flat_map(|file| &file.blocks).filter_map(Block::define);
    names_of(defines)
}

/// What a block defines for itself.
pub(super) fn defines_of(block: &Block) -> Vec<&Define> {
    match block {
        Block::Measure(measure) => measure.clauses.iter().filter_map(Clause::define).collect(),
        Block::Pathway(pathway) => pathway.steps.iter().filter_map(Step::define).collect(),
        Block::Define(_) | Block::Fee(_) | Block::Payment(_) | Block::Require(_) | Block::Worklist(_) => Vec::new(),
    }
}

/// The lines of a block that is paid.
pub(super) fn lines_of(block: &Block) -> &[Line] {
    match block {
        Block::Fee(fee) => &fee.lines,
        Block::Payment(payment) => &payment.lines,
        Block::Define(_) | Block::Measure(_) | Block::Require(_) | Block::Pathway(_) | Block::Worklist(_) => &[],
    }
}

fn names_of<'d>(defines: impl IntoIterator<Item = &'d Define>) -> BTreeSet<String> {
    defines.into_iter().map(|define| define.name.text.clone()).collect()
}

impl<'a> Reader<'a> {
    fn new(sources: &'a Sources) -> Reader<'a> {
        Reader {
            sources,
            cluster_folders: Vec::new(),
            shared: BTreeSet::new(),
            block: String::new(),
            own: BTreeSet::new(),
            figures: BTreeSet::new(),
            numbers_path: String::new(),
            found: Mentions::default(),
        }
    }

    fn mention(&mut self, named: Named, span: Span) {
        self.found.list.push(Mention { named, span, is_definition: false });
    }

    fn definition(&mut self, named: Named, span: Span) {
        self.found.list.push(Mention { named, span, is_definition: true });
    }

    fn cluster(&mut self, name: &str, span: Span) {
        let files = self.cluster_folders.iter().map(|folder| format!("{folder}/{name}.toml"));
        let found = files.into_iter().find(|file| self.sources.find(file).is_some());
        if let Some(file) = found {
            self.mention(Named::Cluster(file), span);
        }
    }
}
