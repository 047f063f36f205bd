//! What practices earn, as tables: indicators, other payments, fees; written in the form asked for.

use std::borrow::{Borrow, Cow};

use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::CliError;
use crate::cli::facts::{BookFacts, KnownPractices, reads_baseline};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::given_counts::CountRemarks;
use crate::cli::output::{self, Readers};
use crate::cli::overrides::Override;
use crate::cli::years::DEFAULT_SCHEME;
use crate::eval::pay::{Counted, Facts, Origin, earned, paid};
use crate::eval::sight::Asked;
use crate::ground::Finding;
use crate::model::Rulebook;
use crate::model::book::{MeasureKind, MeasurementId};
use crate::report::achievement::by_indicator;
use crate::report::disclosure::Disclosure;
use crate::report::gaps::{self, Figured, NamedGap};
use crate::report::long_form;
use crate::report::payments::{PaymentGrid, PaymentRow, PaymentTable, payment_rows, sort_payments};
use crate::report::rollup::{Grouping, OfGroups};
use crate::report::rows::{self, MeasureGrid, MeasureRow, Totals, WithheldTotals};
use crate::report::run_json::{self, BookStamp, RunDocument};
use crate::report::table::{Cell, Grid, Table};
use crate::report::together::together;

/// The tables of results.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TableArgument {
    /// One row per practice and indicator
    Indicators,
    /// Payments that are not for indicators: claw-back per course, targets per quarter
    Payments,
    /// Item-of-service fees per practice
    Fees,
    /// One row per practice: indicators, other payments and fees together
    Practices,
    /// The published long form: PRACTICE_CODE, INDICATOR_CODE, MEASURE, VALUE
    Long,
}

impl TableArgument {
    /// The member of a JSON document that holds it beside the results; None for one that is the results or is not there.
    fn member(self) -> Option<&'static str> {
        match self {
            TableArgument::Payments => Some("payments"),
            TableArgument::Fees => Some("fees"),
            TableArgument::Practices => Some("practices"),
            TableArgument::Indicators | TableArgument::Long => None,
        }
    }
}

/// Which tables are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asking {
    /// All of them.
    All,
    /// One.
    Only(TableArgument),
}

impl Asking {
    /// All for people and in JSON, else one.
    pub(super) fn of(table: Option<TableArgument>, format: Format) -> Asking {
        match (table, format) {
            (Some(table), _) => Asking::Only(table),
            (None, Format::Table | Format::Markdown | Format::Json) => Asking::All,
            #[cfg(feature = "workbook")]
            (None, Format::Xlsx) => Asking::All,
            (None, _) => Asking::Only(TableArgument::Indicators),
        }
    }

    /// What must be counted for them.
    pub(super) fn asked(self) -> Asked {
        match self {
            Asking::All | Asking::Only(TableArgument::Practices) => {
                Asked { courses: true, fees: true, pathway: false, related: false }
            }
            Asking::Only(TableArgument::Indicators | TableArgument::Long) => Asked::default(),
            Asking::Only(TableArgument::Payments) => {
                Asked { courses: true, fees: false, pathway: false, related: false }
            }
            Asking::Only(TableArgument::Fees) => Asked { courses: false, fees: true, pathway: false, related: false },
        }
    }

    /// Whether anything beside the indicators is told, for which everything else that is paid must be reckoned.
    fn pays(self) -> bool {
        !matches!(self, Asking::Only(TableArgument::Indicators | TableArgument::Long))
    }

    fn includes(self, table: TableArgument) -> bool {
        (self == Asking::All && table != TableArgument::Long) || self == Asking::Only(table)
    }
}

/// How results are made fit for whom they are published to.
#[derive(Clone, Debug, Default)]
pub(super) struct Publishing {
    pub(super) disclosure: Option<Disclosure>,
    pub(super) grouping: Option<Grouping>,
}

/// The rows of all tables.
#[derive(Debug)]
pub(super) struct Results<'b> {
    books: Vec<&'b Rulebook>,
    pub(super) measures: Vec<MeasureRow>,
    pub(super) payments: Vec<PaymentRow>,
    pub(super) fees: Vec<PaymentRow>,
    stamps: Vec<BookStamp>,
    overrides: serde_json::Value,
    notes: Vec<String>,
    remarks: Vec<(&'static str, serde_json::Value)>,
    /// What is not known besides the figures of rows.
    further_gaps: Vec<NamedGap>,
    published: Publishing,
    withheld_totals: WithheldTotals,
}

impl<'b> Results<'b> {
    /// Pays every practice by every rulebook, as far as tables are asked for; puts practices together, and withholds what
    /// their facts say. Facts that are made as they are asked for need room for one rulebook at a time.
    pub(super) fn of(
        books: impl IntoIterator<Item = impl Borrow<BookFacts<'b>>>,
        known: &KnownPractices,
        published: Publishing,
        asking: Asking,
    ) -> Results<'b> {
        let mut results = Results {
            books: Vec::new(),
            measures: Vec::new(),
            payments: Vec::new(),
            fees: Vec::new(),
            stamps: Vec::new(),
            overrides: serde_json::to_value(&known.overrides).unwrap_or_default(),
            notes: notes_of_overrides(known),
            remarks: Vec::new(),
            further_gaps: Vec::new(),
            published,
            withheld_totals: WithheldTotals::new(),
        };
        if known.overrides.is_empty() {
            results.overrides = serde_json::Value::Null;
        }
        for facts in books {
            let facts = facts.borrow();
            results.books.push(facts.book);
            results.stamps.push(BookStamp::of(facts.book));
            results.notes.extend(note_of_baseline(facts.book, known));
            results.add(facts, asking);
        }
        rows::sort_measures(&mut results.measures);
        sort_payments(&mut results.payments);
        sort_payments(&mut results.fees);
        results
    }

    /// The same with what must be known of counts that somebody else made.
    pub(super) fn remarked(mut self, remarks: &CountRemarks) -> Results<'b> {
        self.notes.extend(remarks.notes());
        self.remarks.extend(remarks.members());
        self.further_gaps = remarks.gaps();
        self
    }

    /// What was withheld or rounded, if anything was.
    pub(super) fn disclosure(&self) -> Option<Disclosure> {
        self.published.disclosure
    }

    fn add(&mut self, book: &BookFacts<'_>, asking: Asking) {
        let year = book.book.year_label(DEFAULT_SCHEME);
        let (mut measures, mut payments, mut fees) = (Vec::new(), Vec::new(), Vec::new());
        let of_practice = |(practice_code, facts): (&String, &Facts)| {
            let paid = if asking.pays() { paid(book.book, &book.figures, facts) } else { Vec::new() };
            let rows = payment_rows(book.book, &year, practice_code, facts, &paid);
            (measure_rows(book, &year, practice_code, facts), rows)
        };
        let practices: Vec<_> = book.practices.par_iter().map(of_practice).collect();
        for (more_measures, (more_payments, more_fees)) in practices {
            measures.extend(more_measures);
            payments.extend(more_payments);
            fees.extend(more_fees);
        }
        if let Some(grouping) = &self.published.grouping {
            measures = grouping.measures(book.book, measures, book.shown());
            (payments, fees) = (grouping.payments(payments), grouping.payments(fees));
        }
        let withholding = book.withholding.as_ref();
        let told = |row: PaymentRow| match withholding.zip(book.shown().get(&row.key.practice_code)) {
            Some((withholding, facts)) => withholding.payment(book.book, facts, row),
            None => row,
        };
        self.measures.extend(measures.into_iter().map(
            |row| match withholding.zip(book.shown().get(&row.practice_code)) {
                Some((withholding, facts)) => withholding.measure(book.book, facts, row),
                None => row,
            },
        ));
        self.payments.extend(payments.into_iter().map(told));
        self.fees.extend(fees.into_iter().map(told));
        let Some(withholding) = withholding else { return };
        for (measurement, at) in book.book.measurements.iter().zip(0..) {
            let key = (measurement.label.clone(), year.clone());
            self.withheld_totals.insert(key, withholding.total(MeasurementId(at)));
        }
    }

    /// Writes the tables asked for; what is not known and what was set goes to stderr.
    pub(super) fn write<P: Serialize>(
        &self,
        output: &OutputArguments,
        asking: Asking,
        findings: &[Finding],
        provenance: impl FnOnce() -> P,
    ) -> Result<(), CliError> {
        let gaps = self.gaps(asking);
        output::talk_block(&gaps::summary(&gaps));
        self.notes.iter().for_each(|note| output::talk(note));
        let measures = MeasureGrid { title: "Indicators per practice", rows: &self.measures };
        let paying = self.paying(output, asking);
        let payments = PaymentGrid { title: "Other payments", table: PaymentTable::Payments, rows: &paying };
        let fees = PaymentGrid { title: "Item-of-service fees", table: PaymentTable::Fees, rows: &self.fees };
        // Each is as long as all others, so it is made only where it is read.
        let together = match asking.includes(TableArgument::Practices) {
            true => together(&self.measures, &self.payments, &self.fees),
            false => Table::default(),
        };
        let long = match asking.includes(TableArgument::Long) {
            true => long_form::table(&self.measures),
            false => Table::default(),
        };
        let plain: [&dyn Grid; 4] = [&measures, &payments, &fees, &together];
        let grouping = self.published.grouping.as_ref();
        let renamed = grouping.map(|grouping| plain.map(|grid| OfGroups::new(grid, grouping)));
        let [measures, payments, fees, together] =
            renamed.as_ref().map_or(plain, |renamed| renamed.each_ref().map(|grid| grid as &dyn Grid));
        let tables: [(TableArgument, &dyn Grid); 5] = [
            (TableArgument::Indicators, measures),
            (TableArgument::Payments, payments),
            (TableArgument::Fees, fees),
            (TableArgument::Practices, together),
            (TableArgument::Long, &long),
        ];
        if output.format == Format::Json {
            return self.write_json(output, asking, &tables, (&gaps, findings), provenance);
        }
        self.write_shown(output, asking, &tables)
    }

    /// Writes the tables asked for as one document, the first of them as its results, with what must be known of them.
    fn write_json<P: Serialize>(
        &self,
        output: &OutputArguments,
        asking: Asking,
        tables: &[(TableArgument, &dyn Grid); 5],
        (gaps, findings): (&[NamedGap], &[Finding]),
        provenance: impl FnOnce() -> P,
    ) -> Result<(), CliError> {
        let further = tables.iter().filter(|_| asking == Asking::All);
        let further: Vec<(&str, &dyn Grid)> =
            further.filter_map(|(table, grid)| Some((table.member()?, *grid))).collect();
        // One table asked for by name is the result; otherwise the others follow the indicators.
        let (_, results) = tables.iter().find(|(table, _)| asking == Asking::Only(*table)).unwrap_or(&tables[0]);
        output.write(*results, &[], Readers::Anyone, &format::notes([]), |out| {
            let document = RunDocument {
                rulebooks: &self.stamps,
                results: *results,
                tables: &further,
                overrides: &self.overrides,
                disclosure: self.published.disclosure,
                remarks: &self.remarks,
                gaps,
                findings,
                provenance: &provenance(),
            };
            run_json::write(out, &document)
        })
    }

    /// The payments that are shown: people need not read what pays nothing, as a claw-back mostly does.
    fn paying(&self, output: &OutputArguments, asking: Asking) -> Cow<'_, [PaymentRow]> {
        if !output.format.is_for_people() {
            return Cow::Borrowed(&self.payments);
        }
        let paying: Vec<PaymentRow> = self.payments.iter().filter(|row| !pays_nothing(row)).cloned().collect();
        let left_out = self.payments.len() - paying.len();
        if left_out > 0 && asking.includes(TableArgument::Payments) {
            output::talk(&format!("{left_out} payments of £0.00 are left out of the table of payments"));
        }
        Cow::Owned(paying)
    }

    /// Writes those of the tables that are asked for, in any form but JSON; the indicators with their totals.
    fn write_shown(
        &self,
        output: &OutputArguments,
        asking: Asking,
        tables: &[(TableArgument, &dyn Grid)],
    ) -> Result<(), CliError> {
        let is_totalled = asking.includes(TableArgument::Indicators) && output.format.is_for_people();
        let totals = match is_totalled {
            true => rows::totals(&self.measures, &self.withheld_totals),
            false => Totals::default(),
        };
        totals.notes.iter().for_each(|note| output::talk(note));
        let mut grids: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> = Vec::new();
        for (table, grid) in tables.iter().filter(|(table, _)| asking.includes(*table)) {
            let is_indicators = *table == TableArgument::Indicators;
            if is_indicators || asking != Asking::All || grid.row_count() > 0 {
                grids.push((*grid, if is_indicators { &totals.rows } else { &[] }));
            }
        }
        let mut notes = format::notes(self.books.iter().copied()).disclosed(self.published.disclosure);
        // A picture has no mark for what is withheld.
        let is_drawn = output.format.is_workbook() && self.published.disclosure.is_none();
        if is_drawn && asking.includes(TableArgument::Indicators) {
            notes.drawn.push(by_indicator(&self.measures));
        }
        output.write_tables(&grids, Readers::Anyone, &notes)
    }

    /// What is not known of the tables asked for.
    pub(super) fn gaps(&self, asking: Asking) -> Vec<NamedGap> {
        let is_read = |table| asking.includes(table) || asking.includes(TableArgument::Practices);
        let payments = self.payments.iter().filter(|_| is_read(TableArgument::Payments));
        let fees = self.fees.iter().filter(|_| is_read(TableArgument::Fees));
        let measures =
            if is_read(TableArgument::Indicators) || is_read(TableArgument::Long) { &self.measures[..] } else { &[] };
        let mut gaps = gaps::named(measures, payments.chain(fees));
        gaps.extend(self.further_gaps.iter().cloned());
        gaps
    }
}

/// True if a payment is known to come to nothing.
fn pays_nothing(row: &PaymentRow) -> bool {
    let is_nothing = |figure: &Figured| match figure {
        Figured::Known(amount) => amount.is_zero(),
        Figured::None => true,
        Figured::Gap(_) | Figured::Withheld => false,
    };
    is_nothing(&row.points) && is_nothing(&row.pounds)
}

/// One row per indicator measurement that was counted.
fn measure_rows(book: &BookFacts<'_>, year: &str, practice_code: &str, facts: &Facts) -> Vec<MeasureRow> {
    let mut rows = Vec::new();
    for (counts, at) in facts.counts.iter().zip(0..) {
        let measurement = MeasurementId(at);
        let measure = book.book.measurements[measurement.index()].measure;
        if book.book.measures[measure.index()].kind != MeasureKind::Indicator {
            continue;
        }
        // From records a practice has a row for each register that somebody is on.
        let is_empty = |counts: &Counted| facts.origin == Origin::Records && counts.register.is_zero();
        if let Some(counts) = counts.as_ref().filter(|counts| !is_empty(counts)) {
            let earned = earned(book.book, &book.figures, measurement, facts);
            rows.push(MeasureRow::new(book.book, year, practice_code, measurement, *counts, earned));
        }
    }
    rows
}

/// What a reader must know of how the results came about: what was set, and whether a baseline is missing.
pub(super) fn notes(books: &[BookFacts<'_>], known: &KnownPractices) -> Vec<String> {
    let missing = books.iter().filter_map(|facts| note_of_baseline(facts.book, known));
    notes_of_overrides(known).into_iter().chain(missing).collect()
}

/// What was set for this run.
fn notes_of_overrides(known: &KnownPractices) -> Vec<String> {
    let note = |set: &Override| {
        let says = set.rulebook_says.as_deref().unwrap_or("leaves it unset");
        format!("set for this run: {} of {} is {} (the rulebook: {says})", set.figure, set.rulebook, set.set_to)
    };
    known.overrides.iter().map(note).collect()
}

/// That a rulebook asks for a baseline which nobody gave.
fn note_of_baseline(book: &Rulebook, known: &KnownPractices) -> Option<String> {
    let note =
        "no baseline was given, so nobody's improvement is known and only the thresholds pay; give one with --baseline";
    (reads_baseline(book) && !known.has_baselines()).then(|| format!("{}: {note}", book.name))
}
