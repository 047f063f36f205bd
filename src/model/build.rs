//! Building one rulebook: every part is read and resolved, every fault is kept, and only a book without errors is given
//! out.

mod codes;
mod conditions;
mod contract;
mod dates;
mod digest;
mod dues;
mod editions;
mod examples;
mod fields;
mod formulas;
mod measures;
mod names;
mod notes;
mod pathways;
mod payments;
mod related;
mod sense;
mod uses;
mod worklists;
mod written_out;

use crate::ground::{BookName, Diagnostic, FileId, Sources};
use crate::model::Rulebook;
use crate::model::book::{Checked, Proxy, Used};
use crate::syntax::read_rules;
use crate::syntax::tree::{Block, RowTable, RuleFile, Word};

use self::codes::Codes;
use self::contract::Contract;
use self::names::Names;

pub(super) use self::examples::{explained, read as examples};

/// The files that hold a rulebook's numbers; a folder with one of them is a rulebook.
pub(super) const NUMBERS_FILES: [&str; 2] = ["contract.toml", "scheme.toml"];

/// Faults that a clause may have caused that could not be read: what it would have defined, or said, is not known. They
/// are left out until all clauses can be read.
const DOUBTFUL: [&str; 9] = ["E202", "E204", "E304", "E307", "E308", "E408", "E409", "E607", "W402"];

/// What is being built, and the faults so far.
struct Builder<'a> {
    sources: &'a Sources,
    faults: Vec<Diagnostic>,
    contract: Contract,
    codes: Codes<'a>,
    names: Names,
    parts: Parts,
    /// Figures that formulas ask for and nobody gives.
    missing: Vec<sense::MissingFigure>,
    /// How often a formula read a figure that has no unit.
    units_missing: usize,
    /// The rulebooks of `[uses]`, in its order; None for one with errors.
    uses: Vec<Option<Used>>,
    /// The states of the pathway that is being read.
    state_names: Vec<Word>,
    /// The table of whose rows something is being asked.
    row_table: Option<RowTable>,
}

/// The tables of the rulebook, as far as they are filled.
#[derive(Default)]
struct Parts {
    dates: Vec<crate::model::book::Date>,
    date_words: Vec<String>,
    conditions: Vec<crate::model::book::Condition>,
    condition_words: Vec<crate::model::book::ConditionWords>,
    measures: Vec<crate::model::book::Measure>,
    measurements: Vec<crate::model::book::Measurement>,
    payments: Vec<crate::model::book::Payment>,
    programs: Vec<crate::model::formula::Program>,
    fees: Vec<crate::model::book::Fee>,
    requirements: Vec<crate::model::book::Requirement>,
    pathway: Option<crate::model::pathway::Pathway>,
    worklists: Vec<crate::model::worklist::Worklist>,
    written_out: written_out::WrittenOut,
}

pub(super) use codes::{cluster_codes, code_entries, included_clusters};
pub(super) use editions::edited_clusters;
pub(super) use names::nearest;

/// The version of the national code clusters that a rulebook names.
pub(super) fn codes_version(sources: &Sources, name: &BookName) -> Option<String> {
    let numbers = NUMBERS_FILES.iter().find_map(|file| sources.find(&format!("{name}/{file}")))?;
    // Faults are told by whoever checks the rulebook.
    let contract = contract::read(sources, numbers, name, &mut Vec::new());
    contract.codes_version.map(|(version, _)| version)
}

/// Builds the rulebook of a folder; None where so much is wrong that there is nothing to give.
pub(super) fn build(sources: &Sources, name: &BookName) -> (Option<Rulebook>, Vec<Diagnostic>) {
    build_below(sources, name, &[])
}

/// Builds a rulebook for others that use it.
fn build_below(sources: &Sources, name: &BookName, above: &[BookName]) -> (Option<Rulebook>, Vec<Diagnostic>) {
    let folder = name.to_string();
    let mut faults = Vec::new();
    let numbers = NUMBERS_FILES.iter().find_map(|file| sources.find(&format!("{folder}/{file}")));
    let Some(numbers) = numbers else { return (None, faults) };
    let rules: Vec<(FileId, RuleFile)> = rule_files(sources, &folder)
        .map(|file| {
            let (tree, unreadable) = read_rules(file, &sources.file(file).text);
            faults.extend(unreadable);
            (file, tree)
        })
        .collect();
    let of_rules = faults.len();
    let contract = contract::read(sources, numbers, name, &mut faults);
    let above = [above, std::slice::from_ref(name)].concat();
    let uses = uses::used_books(sources, &contract.uses, &above, &mut faults);
    let of_files = faults.len();
    let numbers_are_readable =
        contract.is_whole && !faults[of_rules..].iter().any(|fault| fault.code.starts_with("E1"));
    let codes = Codes::new(sources, &folder, &contract);
    let mut builder = Builder {
        sources,
        faults,
        contract,
        codes,
        names: Names::default(),
        parts: Parts::default(),
        uses,
        state_names: Vec::new(),
        row_table: None,
        missing: Vec::new(),
        units_missing: 0,
    };
    let blocks: Vec<&Block> = rules.iter().flat_map(|(_, tree)| &tree.blocks).collect();
    builder.read_blocks(&blocks);
    builder.report_missing_figures();
    let proxies = builder.contract.proxies(&builder.parts.measures, &mut builder.faults);
    if numbers_are_readable && of_rules == 0 {
        builder.check_sense(&blocks);
    } else {
        let found = builder.faults.split_off(of_files);
        let is_certain = |fault: &Diagnostic| numbers_are_readable && !DOUBTFUL.contains(&fault.code);
        builder.faults.extend(found.into_iter().filter(is_certain));
    }
    let digest = digest::digest(sources, &folder, &builder.codes, &builder.uses);
    builder.finish(name, digest, proxies)
}

fn rule_files<'a>(sources: &'a Sources, folder: &'a str) -> impl Iterator<Item = FileId> + 'a {
    let is_ours = move |path: &str| {
        path.strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|file| !file.contains('/') && file.ends_with(".rules"))
    };
    sources.iter().filter(move |(_, file)| is_ours(&file.path)).map(|(id, _)| id)
}

impl Builder<'_> {
    /// Shared definitions first, then what uses them.
    fn read_blocks(&mut self, blocks: &[&Block]) {
        for block in blocks {
            if let Block::Define(define) = block {
                self.define(define);
            }
        }
        for block in blocks {
            if let Block::Measure(measure) = block {
                self.measure(measure);
            }
        }
        // A second pathway is a fault, and borrows nothing.
        let pathway =
            blocks.iter().find_map(|block| if let Block::Pathway(pathway) = block { Some(pathway) } else { None });
        if let Some(pathway) = pathway {
            self.borrow_indicators(pathway);
        }
        self.contract.check_owners(&self.parts.measures, &mut self.faults);
        for block in blocks {
            match block {
                Block::Payment(payment) => self.payment(payment),
                Block::Fee(fee) => self.fee(fee),
                Block::Pathway(pathway) => self.pathway(pathway),
                Block::Worklist(worklist) => self.list_of_patients(worklist),
                Block::Define(_) | Block::Measure(_) | Block::Require(_) => {}
            }
        }
        self.refuse_beside();
    }

    fn finish(self, name: &BookName, digest: String, proxies: Vec<Proxy>) -> (Option<Rulebook>, Vec<Diagnostic>) {
        let Builder { contract, codes, parts, uses, mut faults, .. } = self;
        let figures = contract.figures(&parts.measures);
        // Of a numbers file that names no version of the codes, nobody knows which clusters it has.
        let of_codes = faults.len();
        let clusters = codes.finish(&mut faults);
        if !contract.is_whole {
            faults.truncate(of_codes);
        }
        let (Some(start), Some(end)) = (contract.start, contract.end) else { return (None, faults) };
        let book = Rulebook {
            name: name.clone(),
            revision: contract.revision,
            title: contract.title,
            digest,
            start,
            end,
            missing_day: contract.missing_day,
            codes_version: contract.codes_version.map(|(version, _)| version),
            clusters,
            dates: parts.dates,
            conditions: parts.conditions,
            condition_words: parts.condition_words,
            date_words: parts.date_words,
            measures: parts.measures,
            measurements: parts.measurements,
            figures,
            sources: contract.sources,
            payments: parts.payments,
            programs: parts.programs,
            fees: parts.fees,
            requirements: parts.requirements,
            proxies,
            areas: contract.areas,
            baseline_years: contract.baseline_years,
            uses: uses.into_iter().flatten().collect(),
            word_lists: contract.words.into_iter().map(|words| words.list).collect(),
            pathway: parts.pathway,
            worklists: parts.worklists,
            checked: Checked,
        };
        (Some(book), faults)
    }
}
