//! What payments are computed from, per rulebook and practice, wherever it was counted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use crate::cli::given_counts::{BookCounts, CountRemarks};
use crate::cli::overrides::{Override, OverrideArguments};
use crate::cli::{CliError, inputs};
use crate::data::naming::TableName;
use crate::data::practices::{self, Practices};
use crate::data::{Extract, PracticeId, counts};
use crate::eval::pay::{Counted, Facts, Origin};
use crate::eval::run::BookResult;
use crate::eval::sight::Asked;
use crate::ground::Findings;
use crate::model::Rulebook;
use crate::model::book::{Figure, PaymentId};
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
    /// as `run --format csv` writes them; may be repeated
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
    /// By practice and indicator.
    baselines: BTreeMap<(String, String), Counted>,
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
        let mut known = KnownPractices {
            findings: practices.findings.clone(),
            practices,
            overrides,
            figures,
            ..KnownPractices::default()
        };
        for path in &self.baseline {
            known.read_baseline(path)?;
        }
        self.check_waivers(books)?;
        Ok(known)
    }

    fn check_waivers(&self, books: &[Rulebook]) -> Result<(), CliError> {
        for waiver in &self.waive {
            let Some((payment, _)) = waiver.split_once(':') else { continue };
            let mut payments = books.iter().flat_map(|book| &book.payments);
            if !payments.any(|known| known.name == payment && known.waivable) {
                let names = books.iter().flat_map(|book| &book.payments).filter(|known| known.waivable);
                let mut names: Vec<&str> = names.map(|known| known.name.as_str()).collect();
                names.dedup();
                let message = format!("there is no payment `{payment}` that may be waived in these years");
                let help = match names.is_empty() {
                    true => "nothing may be waived in these years".to_owned(),
                    false => format!("those that may be: {}", names.join(", ")),
                };
                return Err(CliError::usage(message).help(help));
            }
        }
        Ok(())
    }

    fn waived(&self, book: &Rulebook, practice_code: &str) -> Vec<PaymentId> {
        let is_waived = |name: &str| {
            self.waive.iter().any(|waiver| match waiver.split_once(':') {
                Some((payment, practice)) => payment == name && practice == practice_code,
                None => waiver == practice_code,
            })
        };
        let payments = book.payments.iter().zip(0..);
        payments
            .filter(|(payment, _)| payment.waivable && is_waived(&payment.name))
            .map(|(_, at)| PaymentId(at))
            .collect()
    }
}

impl KnownPractices {
    /// Pools a table's numerators and denominators.
    fn read_baseline(&mut self, path: &Path) -> Result<(), CliError> {
        let table = counts::read(&inputs::open(path, TableName::Counts)?)?;
        self.findings.merge(table.findings);
        for row in table.rows {
            let counted = Counted::of(row.numerator, row.denominator);
            let pooled = self
                .baselines
                .entry((row.practice_code, row.measure))
                .or_insert(Counted::of(crate::ground::Amount::ZERO, crate::ground::Amount::ZERO));
            // Counts of people never grow beyond what an exact amount holds.
            let numerator = pooled.numerator.plus(counted.numerator).unwrap_or(pooled.numerator);
            let denominator = pooled.denominator.plus(counted.denominator).unwrap_or(pooled.denominator);
            *pooled = Counted::of(numerator, denominator);
        }
        Ok(())
    }

    /// True if somebody gave a baseline.
    pub(super) fn has_baselines(&self) -> bool {
        !self.baselines.is_empty()
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
        let has_baselines = self.has_baselines();
        let baseline = |code: &str| self.baselines.get(&(practice_code.to_owned(), code.to_owned())).copied();
        let of_measure = |measurement: &crate::model::book::Measurement| {
            baseline(&measurement.label).or_else(|| baseline(&book.measures[measurement.measure.index()].code))
        };
        let list_size = self.practices.find(practice_code).and_then(|practice| practice.list_size);
        Facts {
            list_size: list_size.map(u64::from),
            counts: vec![None; book.measurements.len()],
            baselines: if has_baselines { book.measurements.iter().map(of_measure).collect() } else { Vec::new() },
            doses: vec![None; book.fees.len()],
            waived: arguments.waived(book, practice_code),
            origin,
        }
    }
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
        let is_there = counts.iter().any(|counts| counts.register > 0) || doses.iter().any(|doses| *doses > 0);
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
