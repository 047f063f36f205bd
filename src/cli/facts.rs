//! What payments are computed from, per rulebook and practice, wherever it was counted.

mod baselines;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;

use crate::cli::facts::baselines::Baselines;
use crate::cli::given_counts::{BookCounts, CountRemarks};
use crate::cli::overrides::{Override, OverrideArguments};
use crate::cli::{CliError, inputs};
use crate::data::naming::TableName;
use crate::data::practices::{self, Practices};
use crate::data::{Extract, PracticeId};
use crate::eval::counts::Counts;
use crate::eval::pay::{Counted, Facts, Origin};
use crate::eval::run::BookResult;
use crate::eval::sight::Asked;
use crate::ground::Findings;
use crate::model::Rulebook;
use crate::model::book::Figure;
use crate::model::formula::{CountName, Formula, Operand, Test};
use crate::report::disclosure::Disclosure;
use crate::report::disclosure::measures::Withholding;
use crate::report::rollup::Grouping;

/// What is known of practices besides counts.
#[derive(Args, Debug, Default)]
pub(super) struct PracticeArguments {
    /// Practices: practice_code, practice_name?, list_size?, area?; pounds need the list size
    #[arg(long, value_name = "FILE")]
    pub(super) practices: Option<PathBuf>,

    /// Earlier results of each practice, pooled into its baseline: practice_code, indicator, numerator, denominator,
    /// as `run --format csv` writes them; may be repeated. With a `year` column, only the years that the rulebook names
    /// as `baseline_years` are pooled
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Vec<PathBuf>,

    /// Waive what may be waived for a practice: PRACTICE, or PAYMENT:PRACTICE; may be repeated
    #[arg(long, value_name = "PRACTICE", value_delimiter = ',')]
    pub(super) waive: Vec<String>,

    #[command(flatten)]
    pub(super) overrides: OverrideArguments,
}

/// One rulebook's practices, ready to be paid.
#[derive(Debug)]
pub(super) struct BookFacts<'b> {
    pub(super) book: &'b Rulebook,
    /// The rulebook's figures, those that this run sets among them.
    pub(super) figures: Vec<Figure>,
    /// By practice code.
    pub(super) practices: BTreeMap<String, Facts>,
    /// By group, where practices are put together.
    pub(super) groups: Option<BTreeMap<String, Facts>>,
    /// What of the counts of those who have a row is not to be published.
    pub(super) withholding: Option<Withholding>,
}

/// What the tables say of practices, read once.
#[derive(Debug, Default)]
pub(super) struct KnownPractices {
    pub(super) practices: Practices,
    baselines: Baselines,
    pub(super) overrides: Vec<Override>,
    figures: Vec<Vec<Figure>>,
    pub(super) findings: Findings,
}

impl<'b> BookFacts<'b> {
    /// The same as it is to be published: practices put together, rounded, or with what is withheld of them.
    pub(super) fn published(self, disclosure: Option<Disclosure>, grouping: Option<&Grouping>) -> BookFacts<'b> {
        let fit = |practices: BTreeMap<String, Facts>| -> BTreeMap<String, Facts> {
            let Some(disclosure) = disclosure else { return practices };
            practices.into_iter().map(|(code, facts)| (code, disclosure.facts(facts))).collect()
        };
        let groups = grouping.map(|grouping| grouping.facts(&self.practices));
        let below = disclosure.and_then(Disclosure::below);
        let shown = groups.as_ref().unwrap_or(&self.practices);
        let withholding = below.map(|below| Withholding::of(self.book, shown, below));
        BookFacts { withholding, groups: groups.map(fit), practices: fit(self.practices), ..self }
    }

    /// What is known of those who have a row: the groups, or the practices where they are not put together.
    pub(super) fn shown(&self) -> &BTreeMap<String, Facts> {
        self.groups.as_ref().unwrap_or(&self.practices)
    }
}

impl PracticeArguments {
    /// Reads the tables.
    pub(super) fn read(&self, books: &[Rulebook]) -> Result<KnownPractices, CliError> {
        let (figures, overrides) = self.overrides.figures(books)?;
        let practices = match &self.practices {
            Some(path) => practices::read(&inputs::open(path, TableName::Practices)?)?,
            None => Practices::default(),
        };
        self.check_waivers(books)?;
        let mut findings = practices.findings.clone();
        let baselines = Baselines::read(&self.baseline, books, &mut findings)?;
        Ok(KnownPractices { practices, baselines, overrides, figures, findings })
    }
}

impl KnownPractices {
    /// True if somebody gave a baseline.
    pub(super) fn has_baselines(&self) -> bool {
        !self.baselines.is_empty()
    }

    /// What is odd between the baselines and those who were counted for a rulebook: practices that one of them lacks.
    pub(super) fn unmatched<'a>(&self, book: &Rulebook, counted: impl IntoIterator<Item = &'a str>) -> Findings {
        self.baselines.unmatched(book, &counted.into_iter().collect::<BTreeSet<&str>>())
    }

    /// The figures of the rulebook at that place of those read for.
    pub(super) fn figures(&self, at: usize) -> Vec<Figure> {
        self.figures.get(at).cloned().unwrap_or_default()
    }

    /// A practice's facts without any counts yet.
    pub(super) fn facts(
        &self,
        arguments: &PracticeArguments,
        book: &Rulebook,
        practice_code: &str,
        origin: Origin,
    ) -> Facts {
        let of_measure = |measurement| self.baselines.of(book, practice_code, measurement);
        let list_size = self.practices.find(practice_code).and_then(|practice| practice.list_size);
        Facts {
            list_size: list_size.map(u64::from),
            counts: vec![None; book.measurements.len()],
            baselines: if self.has_baselines() {
                book.measurements.iter().map(of_measure).collect()
            } else {
                Vec::new()
            },
            doses: vec![None; book.fees.len()],
            waived: arguments.waived(book, practice_code),
            origin,
        }
    }
}

/// True if somebody is on a register of the practice.
fn has_list(counts: &[Counts]) -> bool {
    counts.iter().any(|counts| counts.register > 0)
}

/// The practices on whose registers somebody is, in one rulebook's results from records.
pub(super) fn with_list<'a>(extract: &'a Extract, counts: &'a [Vec<Counts>]) -> impl Iterator<Item = &'a str> {
    extract.practices().filter(|(PracticeId(at), _)| has_list(&counts[*at as usize])).map(|(_, code)| code)
}

/// The facts of one rulebook's practices, from records.
pub(super) fn from_records<'b>(
    arguments: &PracticeArguments,
    known: &KnownPractices,
    book: &'b Rulebook,
    figures: Vec<Figure>,
    extract: &Extract,
    result: &BookResult,
    asked: Asked,
) -> BookFacts<'b> {
    let of_practice = |(PracticeId(at), practice_code): (PracticeId, &str)| {
        let counts = &result.counts[at as usize];
        let doses = &result.doses[at as usize];
        let is_there = has_list(counts) || doses.iter().any(|doses| *doses > 0);
        if !is_there {
            return None;
        }
        let mut facts = known.facts(arguments, book, practice_code, Origin::Records);
        for (counted, counts) in facts.counts.iter_mut().zip(counts) {
            // Nobody on a register is a count too: its payment is nothing, not a gap.
            *counted = Some(Counted::from(*counts));
        }
        if asked.fees {
            facts.doses = doses.iter().map(|doses| (*doses > 0).then_some(*doses)).collect();
        }
        Some((practice_code.to_owned(), facts))
    };
    let named: Vec<(PracticeId, &str)> = extract.practices().collect();
    let practices: Vec<(String, Facts)> = named.into_par_iter().filter_map(of_practice).collect();
    BookFacts { book, figures, practices: practices.into_iter().collect(), groups: None, withholding: None }
}

/// The facts of one rulebook's practices, from counts that somebody else made; what must be known of them is remarked.
pub(super) fn from_counts<'b>(
    arguments: &PracticeArguments,
    known: &KnownPractices,
    book: &'b Rulebook,
    figures: Vec<Figure>,
    counts: &BookCounts<'_>,
    remarks: &mut CountRemarks,
) -> BookFacts<'b> {
    let mut practices = BTreeMap::new();
    for (practice_code, counts) in counts.matched(book, remarks) {
        let facts = known.facts(arguments, book, &practice_code, Origin::Counts);
        practices.insert(practice_code, Facts { counts, ..facts });
    }
    BookFacts { book, figures, practices, groups: None, withholding: None }
}

/// True if some payment asks for the practice's baseline.
pub(super) fn reads_baseline(book: &Rulebook) -> bool {
    let cases = book.programs.iter().flat_map(|program| &program.lines).flat_map(|line| &line.cases);
    cases.into_iter().any(|case| formula_reads(&case.formula) || case.test.as_ref().is_some_and(test_reads))
}

fn test_reads(test: &Test) -> bool {
    match test {
        Test::All(parts) | Test::Any(parts) => parts.iter().any(test_reads),
        Test::Not(inner) => test_reads(inner),
        Test::Absent(operand) => is_baseline(*operand),
        Test::Compare(left, _, right) => formula_reads(left) || formula_reads(right),
    }
}

fn formula_reads(formula: &Formula) -> bool {
    match formula {
        Formula::Number(_) => false,
        Formula::Operand(operand) => is_baseline(*operand),
        Formula::Plus(a, b) | Formula::Minus(a, b) | Formula::Times(a, b) | Formula::Over(a, b) => {
            formula_reads(a) || formula_reads(b)
        }
        Formula::Smallest(parts) | Formula::Largest(parts) => parts.iter().any(formula_reads),
        Formula::Round(inner, _) => formula_reads(inner),
    }
}

fn is_baseline(operand: Operand) -> bool {
    matches!(operand, Operand::Count(CountName::BaselineAchievement, _))
}
