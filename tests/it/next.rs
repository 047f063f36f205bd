//! What to do next: steps worked by hand, the article's advice on the demo's practices, and laws over made-up payments and
//! the shipped years.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use uptake::eval::pay::{Counted, Facts, Origin, paid};
use uptake::ground::{Amount, BookName, Sources};
use uptake::model::book::{Figure, FigureValue};
use uptake::model::{Library, Rulebook};
use uptake::report::gaps::Figured;
use uptake::report::next::{self, NextRow, Paying, StepRow};

use crate::csv_text::{Rows, rows};
use crate::uptake::{output, stdout};

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What `next` writes as CSV for a practice F of so many patients and so many of one measure.
fn next_of(year: &str, measure: &str, counted: [u32; 2], list_size: u32, table: &str) -> Rows {
    let folder = tempfile::tempdir().unwrap();
    let [numerator, denominator] = counted;
    let counts = format!("practice_code,measure,numerator,denominator\nF,{measure},{numerator},{denominator}\n");
    let counts = write(folder.path(), "counts.csv", &counts);
    let practices = write(folder.path(), "practices.csv", &format!("practice_code,list_size\nF,{list_size}\n"));
    let files = ["--counts", &counts, "--practices", &practices, "--format", "csv", "--table", table];
    rows(&stdout([&["next", "--year", year][..], &files].concat()))
}

fn cells<'r, const N: usize>(row: &'r BTreeMap<String, String>, columns: [&str; N]) -> [&'r str; N] {
    columns.map(|column| row[column].as_str())
}

#[test]
fn between_the_thresholds_of_2021_22_one_more_child_is_three_points_for_each_per_cent() {
    // Each per cent is (18 - 3) / (95 - 90) = 3 points. One child is 1/75 = 1 1/3 % of 75, so 4 points; 1 1/9 % of 90,
    // 3 1/3 points; 2/3 % of 150, 2 points. Each cohort stands just above 90 %, with one more still at or below 95 %.
    for (numerator, denominator, points) in [(69, 75, "4.0000"), (82, 90, "3.3333"), (137, 150, "2.0000")] {
        let rows = next_of("2021-22", "VI001", [numerator, denominator], 9085, "measures");
        assert_eq!(rows[0]["one_more_points"], points, "{denominator}");
    }
}

#[test]
fn ninety_eligible_in_2023_24() {
    // 18 points from 89 % to 96 %, 18/7 a per cent, at £213.43. Of 90, 80 are 88.9 %: nothing. 81 are 90 %: 18/7 points,
    // 18/7 * 213.43 = 3841.74 / 7 = £548.82. Each further child is 10/9 %: 20/7 points, 4268.60 / 7 = £609.80, up to 86 at
    // 95.6 %: 18/7 + 5 * 20/7 = 118/7 points. 87 are 96.7 %: 18 points, 8/7 more, 1707.44 / 7 = £243.92.
    // In all 548.82 + 5 * 609.80 + 243.92 = £3,841.74.
    let of = |numerator| next_of("2023-24", "VI001", [numerator, 90], 9639, "measures").remove(0);
    let more = ["one_more_pounds", "second_more_pounds", "third_more_pounds"];
    assert_eq!(cells(&of(79), more), ["0.00", "548.82", "609.80"]);
    assert_eq!(cells(&of(80), more), ["548.82", "609.80", "609.80"]);
    for numerator in 81..=85 {
        assert_eq!(of(numerator)["one_more_pounds"], "609.80");
    }
    assert_eq!(cells(&of(86), more), ["243.92", "0.00", "0.00"]);
    let steps = next_of("2023-24", "VI001", [80, 90], 9639, "steps");
    let columns = ["step", "step_at", "state", "people", "points", "pounds", "reaching_one_pounds", "effect"];
    assert_eq!(steps.len(), 2);
    // The 81st child brings less than the 82nd: the payment starts, it does not jump.
    let lower = ["lower_threshold", "89 %", "ahead", "1", "2.5714", "548.82", "548.82", "starts"];
    assert_eq!(cells(&steps[0], columns), lower);
    let upper = ["upper_threshold", "96 %", "ahead", "7", "18.0000", "3841.74", "243.92", "full"];
    assert_eq!(cells(&steps[1], columns), upper);
}

#[test]
fn a_step_of_points_is_a_cliff_and_what_may_be_lost_is_counted_down_to_it() {
    // 150 children: 90 % is 135 and 3 points, each further child 2 points. At 137 (7 points) two may be lost; with the
    // third, 134, all 7 are. 7 * £201.16 = £1,408.12.
    let steps = next_of("2021-22", "VI001", [137, 150], 9085, "steps");
    let columns = ["step", "state", "people", "points", "pounds", "reaching_one_points", "one_after_points", "effect"];
    // 95 % is 142.5: 143 is six more, and the sixth brings 18 - (3 + 7 * 2) = 1 point. 11 points are £2,212.76.
    let upper = ["upper_threshold", "ahead", "6", "11.0000", "2212.76", "1.0000", "0.0000", "full"];
    assert_eq!(cells(&steps[0], columns), upper);
    let lower = ["lower_threshold", "held", "2", "-7.0000", "-1408.12", "3.0000", "2.0000", "jumps"];
    assert_eq!(cells(&steps[1], columns), lower);
    let row = &next_of("2021-22", "VI001", [137, 150], 9085, "measures")[0];
    assert_eq!(cells(row, ["may_lose", "loss_pounds", "one_fewer_pounds"]), ["2", "-1408.12", "-402.32"]);
}

#[test]
fn the_end_of_a_repayment_is_a_step_and_so_is_its_cap() {
    // 100 children, one dose each at £10.06, 78 reached. Below 80 % half of the 100, £503.00, is repaid, but never more
    // than the fees of those reached. Two more: 2 * 10.06 + 503.00 = £523.12, and the second brings £513.06 of it.
    let steps = next_of("2021-22", "MMR1_24M", [78, 100], 9085, "steps");
    let columns = ["payment", "step", "step_at", "reached_when", "people", "pounds", "reaching_one_pounds", "effect"];
    let line = "achievement is at least 80 %";
    let end = ["clawback", "clawback_threshold", "80 %", line, "2", "523.12", "513.06", "jumps"];
    assert_eq!(cells(&steps[0], columns), end);
    // From 50 on half of the population is the smaller. 28 may be lost; with the 29th, 49 are left, whose fees are all
    // repaid: 78 * 10.06 - 503.00 = £281.68 is lost.
    assert_eq!(cells(&steps[1], ["step", "state", "people", "pounds"]), ["fees_of_share", "held", "28", "-281.68"]);
    assert_eq!(steps.len(), 2);
}

#[test]
fn the_improvement_route_has_steps_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let counts = "practice_code,measure,numerator,denominator\nF,VI001,70,100\n";
    let counts = write(folder.path(), "counts.csv", counts);
    let practices = write(folder.path(), "practices.csv", "practice_code,list_size\nF,10295\n");
    let baseline = "practice_code,indicator,numerator,denominator\nF,VI001,66,100\n";
    let baseline = write(folder.path(), "baseline.csv", baseline);
    let files = ["--counts", &counts, "--practices", &practices, "--baseline", &baseline, "--format", "csv"];
    let steps = rows(&stdout([&["next", "--year", "2026-27", "--table", "steps"][..], &files].concat()));
    // The baseline is 66 %. An improvement of 5 points or less, 71 %, earns nothing; each one above it 18/13 points;
    // one of 18, 84 %, all 18. So 72 is the first that earns, and 84 is all there is: by then the thresholds, 89 % and
    // 96 %, add nothing and are no steps.
    // 18/13 * £227.95 = £315.6230…; 18 * £227.95 = £4,103.10.
    let columns = ["step", "step_at", "people", "points", "pounds", "effect"];
    assert_eq!(steps.len(), 2, "{steps:#?}");
    assert_eq!(cells(&steps[0], columns), ["improvement_starts", "5 % points", "2", "1.3846", "315.62", "starts"]);
    assert_eq!(cells(&steps[1], columns), ["improvement_full", "18 % points", "14", "18.0000", "4103.10", "full"]);
}

#[test]
fn without_a_list_size_the_points_are_told_and_the_pounds_named_as_missing() {
    let folder = tempfile::tempdir().unwrap();
    let counts = write(folder.path(), "counts.csv", "practice_code,measure,numerator,denominator\nF,VI001,80,90\n");
    let run = output(["next", "--year", "2023-24", "--counts", &counts, "--format", "csv", "--table", "steps"]);
    let steps = rows(&String::from_utf8(run.stdout).unwrap());
    assert_eq!(cells(&steps[1], ["people", "points", "pounds", "effect"]), ["7", "18.0000", "", "full"]);
    assert!(String::from_utf8(run.stderr).unwrap().contains("the list size of the practice is not known"));
}

#[test]
fn a_figure_set_for_one_run_moves_the_step_and_a_waived_repayment_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let counts = "practice_code,measure,numerator,denominator\nF,VI001,80,100\nF,MMR1_24M,78,100\n";
    let counts = write(folder.path(), "counts.csv", counts);
    let run = |more: &[&str]| {
        let steps = ["next", "--year", "2021-22", "--counts", &counts, "--format", "csv", "--table", "steps"];
        rows(&stdout([&steps[..], more].concat()))
    };
    let set = run(&["--set", "VI001.lower_threshold=85", "--measure", "VI001"]);
    assert_eq!(cells(&set[0], ["step_at", "reached_when", "people"]), ["85 %", "achievement is at least 85 %", "5"]);
    assert_eq!(run(&["--measure", "MMR1_24M"]).len(), 2);
    assert_eq!(run(&["--measure", "MMR1_24M", "--waive", "clawback:F"]).len(), 0);
}

#[test]
fn people_are_told_in_words_what_brings_most() {
    let folder = tempfile::tempdir().unwrap();
    let counts = "practice_code,measure,numerator,denominator\nF,VI001,80,90\nG,VI001,87,90\n";
    let counts = write(folder.path(), "counts.csv", counts);
    let practices = write(folder.path(), "practices.csv", "practice_code,list_size\nF,9639\nG,9639\n");
    let run = output(["next", "--year", "2023-24", "--counts", &counts, "--practices", &practices]);
    let told = String::from_utf8(run.stderr).unwrap();
    let sentence = "F, VI001, 2023-24: 1 more reaches the lower threshold (89 %), worth £548.82; the next three are worth \
                    £548.82, £609.80 and £609.80; 7 reach the upper threshold (96 %), £3,841.74 in all";
    assert!(told.contains(sentence), "{told}");
    for (wrong, words) in [("--practice", "there is no practice `X`"), ("--measure", "no payment here reads a measure")]
    {
        let run = output(["next", "--year", "2023-24", "--counts", &counts, wrong, "X"]);
        assert_eq!(run.status.code(), Some(2));
        assert!(String::from_utf8(run.stderr).unwrap().contains(words));
    }
}

#[test]
fn children_given_their_dose_reach_the_step_in_a_run_of_records() {
    // 20 babies turn 8 months in 2023-24, 16 of them with three doses, the others with two: 80 %. 89 % of 20 is 17.8, so
    // two more reach it, 18 of 20 being 90 %: 18/7 points, £548.82 at the average list.
    let folder = tempfile::tempdir().unwrap();
    let practices = write(folder.path(), "practices.csv", "practice_code,list_size\nF,9639\n");
    let mut patients = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    let code = crate::golden::code("dtap");
    let events = |given: u32| {
        let mut events = "patient_id,event_date,code\n".to_owned();
        for child in 0..20 {
            let days = if child < given { 3 } else { 2 };
            (1..=days).for_each(|day| writeln!(events, "C{child},2023-0{day}-20,{code}").unwrap());
        }
        events
    };
    (0..20).for_each(|child| writeln!(patients, "C{child},F,2022-11-01,2022-11-02").unwrap());
    let patients = write(folder.path(), "patients.csv", &patients);
    let run = |command: &str, given: u32, more: &[&str]| {
        let events = write(folder.path(), "events.csv", &events(given));
        let files = ["--patients", &patients, "--events", &events, "--practices", &practices, "--format", "csv"];
        rows(&stdout([&[command, "--year", "2023-24"][..], &files, more].concat()))
    };
    let step = &run("next", 16, &["--table", "steps"])[0];
    assert_eq!(cells(step, ["step", "people", "points", "pounds"]), ["lower_threshold", "2", "2.5714", "548.82"]);
    let paid = |given| {
        let rows = run("run", given, &[]);
        let row = rows.iter().find(|row| row["indicator"] == "VI001").unwrap().clone();
        (row["points"].clone(), row["pounds"].clone())
    };
    let zero = || ("0.0000".to_owned(), "0.00".to_owned());
    assert_eq!((paid(16), paid(17)), (zero(), zero()));
    assert_eq!(paid(18), ("2.5714".to_owned(), "548.82".to_owned()));
}

#[test]
fn the_articles_advice_holds_for_the_demos_practices() {
    // The article of April 2021: in the high 70s a big incentive to push over 80 %; in the low 80s less of one; around 90 %
    // a strong one to strive for 95 %. Here, for every practice of the demo's extract: what each of those needed is worth
    // beside the fee for the dose, £10.06, which all earn.
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    stdout(["demo", place, "--size", "20000", "--write-only"]);
    let files = ["patients", "events", "practices"].map(|table| [format!("--{table}"), format!("{place}/{table}.csv")]);
    let asked = ["next", "--year", "2021-22", "--format", "csv"].map(str::to_owned);
    let table = rows(&stdout(asked.into_iter().chain(files.concat())));
    let number = |row: &BTreeMap<String, String>, column: &str| Amount::parse(&row[column]);
    let between = |row: &BTreeMap<String, String>, from: u32, to: u32| {
        let percent = number(row, "achievement_percent");
        percent.is_some_and(|percent| Amount::from(from) <= percent && percent < Amount::from(to))
    };
    let is_indicator = |row: &&BTreeMap<String, String>| row["indicator"].starts_with("VI00");
    let each = |row: &BTreeMap<String, String>| {
        number(row, "next_step_pounds").unwrap().over(number(row, "more_needed").unwrap()).unwrap()
    };
    let strong = Amount::parse("100.60").unwrap();
    let courses: Vec<_> = table.iter().filter(|row| !is_indicator(row)).collect();
    let high_70s: Vec<_> = courses.iter().filter(|row| between(row, 76, 80)).collect();
    assert!(!high_70s.is_empty());
    for row in high_70s {
        assert_eq!(row["next_step"], "clawback_threshold");
        assert!(each(row) > strong, "{row:?}");
    }
    let low_80s: Vec<_> = table.iter().filter(|row| between(row, 80, 84)).collect();
    let indicators = low_80s.iter().filter(|row| is_indicator(row)).count();
    assert!(0 < indicators && indicators < low_80s.len());
    for row in low_80s {
        // One more, and the one after, bring nothing.
        assert_eq!(cells(row, ["one_more_pounds", "second_more_pounds"]), ["0.00", "0.00"], "{row:?}");
    }
    let from_90: Vec<_> =
        table.iter().filter(is_indicator).filter(|row| row["indicator"] != "VI004" && between(row, 90, 95)).collect();
    assert!(from_90.len() > 5);
    for row in from_90 {
        assert_eq!(row["next_step"], "upper_threshold");
        assert!(each(row) > strong, "{row:?}");
    }
}

// ---- Laws ---------------------------------------------------------------------------------------------------------

pub(crate) const NUMBERS: &str = r#"
scheme      = "toy"
year        = "2030-31"
title       = "A toy contract"
revision    = 1
starts      = 2030-04-01
ends        = 2031-03-31
codes       = "toy.1"
missing_day = "last day"

[figures]
rate         = { is = 200, unit = "£ per point", status = "assumed", source = "none" }
per_dose     = { is = 10.06, unit = "£ per dose", status = "assumed", source = "none" }
floor        = { is = 0, unit = "£", status = "assumed", source = "none" }
cap          = { is = 500, unit = "£", status = "assumed", source = "none" }
bonus        = { is = 700, unit = "£", status = "assumed", source = "none" }
share        = { is = 0.5, unit = "share", status = "assumed", source = "none" }
average_list = { is = 9000, unit = "patients", status = "assumed", source = "none" }
line         = { is = 80, unit = "%", status = "assumed", source = "none" }
lower        = { is = 60, unit = "%", status = "assumed", source = "none" }
upper        = { is = 90, unit = "%", status = "assumed", source = "none" }
starts_at    = { is = 5, unit = "% points", status = "assumed", source = "none" }
full_at      = { is = 20, unit = "% points", status = "assumed", source = "none" }
some         = { is = 4, unit = "points", status = "assumed", source = "none" }
all_points   = { is = 18, unit = "points", status = "assumed", source = "none" }

[sources]
none = "nobody says"
"#;

pub(crate) const RULES: &str = r#"
indicator T1 "one"
  source none assumed
  register
    registered at year end
  achieved
    any jab before age 8 months

indicator T2 "two"
  source none assumed
  register
    registered at year end
  achieved
    any jab before age 9 months

payment stepped "steps" for each indicator
  points = 0          when denominator = 0
         = 0          when achievement < lower
         = some       when achievement < upper
         = all_points otherwise
  pounds = round points * rate * list_size / average_list to pence

payment better "the better of two slopes" for each indicator
  by_threshold
       = 0          when denominator = 0
       = 0          when achievement < lower
       = some + (achievement - lower) / (upper - lower) * (all_points - some) when achievement < upper
       = all_points otherwise
  improvement = achievement - baseline_achievement
  by_improvement
       = 0          when denominator = 0
       = 0          when there is no baseline_achievement
       = 0          when improvement <= starts_at
       = (improvement - starts_at) / (full_at - starts_at) * all_points when improvement < full_at
       = all_points otherwise
  points = max(by_threshold, by_improvement)

payment back "paid back below a line" for each indicator
  taken  = min(share * register * per_dose, numerator * per_dose - floor)
  pounds = 0                         when denominator = 0
         = 0                         when achievement >= line
         = round 0 - taken to pence  otherwise

payment capped "a fee each, capped" for each indicator
  pounds = round min(cap, numerator * per_dose) to pence

payment bent "in no straight line" for each indicator
  pounds = 0                                                       when denominator = 0
         = round numerator * numerator / denominator * per_dose to pence when numerator * numerator >= 3 * denominator
         = 0                                                       otherwise

payment both "for both together" for the practice
  pounds = 0                    when denominator of T1 = 0 or denominator of T2 = 0
         = 0                    when achievement of T1 < line or achievement of T2 < line
         = round bonus to pence otherwise
"#;

pub(crate) const JAB: &str = r#"
title    = "A jab"
complete = true

[sources]
none = "nobody says"

[codes]
38598009 = { term = "a jab", source = "none" }
"#;

static TOY: LazyLock<Rulebook> = LazyLock::new(|| {
    let mut sources = Sources::default();
    sources.add("toy/2030-31/contract.toml", NUMBERS);
    sources.add("toy/2030-31/toy.rules", RULES);
    sources.add("codes/toy.1/jab.toml", JAB);
    let library = Library::new(sources);
    let checked = library.check(&BookName::parse("2030-31", "toy").unwrap());
    checked.book.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
});

static SHIPPED: LazyLock<Vec<Rulebook>> = LazyLock::new(|| {
    let library = Library::new(crate::tables::sources(&crate::uptake::rules()));
    let books = library.names().into_iter().map(|name| library.check(&name).book.unwrap());
    books.collect()
});

/// One practice, and the figures of its rulebook.
#[derive(Clone, Debug)]
struct Case<'b> {
    book: &'b Rulebook,
    figures: Vec<Figure>,
    facts: Facts,
}

impl Case<'_> {
    fn rows(&self) -> Vec<NextRow> {
        let practices = BTreeMap::from([("F".to_owned(), self.facts.clone())]);
        next::rows(&[Paying { year: "Y", book: self.book, figures: &self.figures, practices: &practices }])
    }

    /// The case if so many more of a measure had achieved.
    fn with(&self, indicator: &str, more: i128) -> Self {
        let mut case = self.clone();
        let at = self.book.measurements.iter().position(|measured| measured.label == indicator).unwrap();
        let counted = case.facts.counts[at].as_mut().unwrap();
        counted.numerator = counted.numerator.plus(Amount::ratio(more, 1).unwrap()).unwrap();
        case
    }

    /// Points and pounds by program, as they are paid; None where they are not known.
    fn paid(&self) -> Vec<(usize, Option<Amount>, Option<Amount>)> {
        let known = |amount: Option<Result<Amount, _>>| amount.and_then(Result::ok);
        let each = paid(self.book, &self.figures, &self.facts).into_iter();
        each.map(|paid| (paid.program, known(paid.points), known(paid.pounds))).collect()
    }

    /// The sum of all pounds that are paid; None where a payment is not known.
    fn total(&self) -> Option<Amount> {
        let pounds = paid(self.book, &self.figures, &self.facts).into_iter().filter_map(|paid| paid.pounds);
        pounds.map(Result::ok).try_fold(Amount::ZERO, |sum, part| sum.plus(part?))
    }
}

fn minus(after: Option<Amount>, before: Option<Amount>) -> Option<Amount> {
    after?.minus(before?)
}

fn key(step: &StepRow) -> (&str, &str, &str) {
    (&step.payment, &step.step, &step.reached_when)
}

/// Exactly so many more reach a step and one fewer does not; what it is worth is the difference of what is paid.
fn steps_are_reached_and_worth_what_is_paid(case: &Case<'_>) -> Result<(), TestCaseError> {
    for row in case.rows() {
        for step in &row.steps {
            let (people, of) = (i128::from(step.people), |more| case.with(&row.indicator, more));
            let reached = if step.is_held { -people } else { people };
            let state = |more: i128| -> Option<(bool, u64)> {
                let rows = of(more).rows();
                let row = rows.into_iter().find(|other| other.indicator == row.indicator)?;
                row.steps.iter().find(|other| key(other) == key(step)).map(|step| (step.is_held, step.people))
            };
            prop_assert_eq!(state(reached), Some((true, 0)), "{:?}", step);
            prop_assert_eq!(state(reached - 1), Some((false, 1)), "{:?}", step);
            let changed = if step.is_held { reached - 1 } else { reached };
            if let (Some(after), Some(before)) = (of(changed).total(), case.total()) {
                prop_assert_eq!(&step.change.pounds, &Figured::Known(after.minus(before).unwrap()));
            }
            if let Some(last) = minus(of(reached).total(), of(reached - 1).total()) {
                prop_assert_eq!(&step.last.pounds, &Figured::Known(last));
            }
        }
    }
    Ok(())
}

/// Between steps each further person is worth the same: exactly in points, but for rounding in pounds.
fn nothing_changes_between_steps(case: &Case<'_>, bent: &[&str]) -> Result<(), TestCaseError> {
    for row in case.rows() {
        let (lowest, highest) =
            (-row.counts.numerator.floor(), row.counts.denominator.minus(row.counts.numerator).unwrap());
        let places: Vec<i128> = row
            .steps
            .iter()
            .map(|step| if step.is_held { -i128::from(step.people) } else { i128::from(step.people) })
            .collect();
        let all: Vec<_> = (lowest..=highest.floor()).map(|more| case.with(&row.indicator, more).paid()).collect();
        let pence = Amount::parse("0.02").unwrap();
        for (three, at) in all.windows(3).zip(lowest + 1..) {
            if places.contains(&at) || places.contains(&(at + 1)) {
                continue;
            }
            for ((a, b), c) in three[0].iter().zip(&three[1]).zip(&three[2]) {
                if bent.contains(&payment(case.book, a.0)) {
                    continue;
                }
                prop_assert_eq!(minus(b.1, a.1), minus(c.1, b.1), "points at {} of {:?}", at, row.indicator);
                if let (Some(one), Some(other)) = (minus(b.2, a.2), minus(c.2, b.2)) {
                    let apart = one.minus(other).unwrap();
                    let apart = if apart.is_negative() { Amount::ZERO.minus(apart).unwrap() } else { apart };
                    prop_assert!(apart <= pence, "pounds at {} of {:?}: {} and {}", at, row, one, other);
                }
            }
        }
    }
    Ok(())
}

fn payment(book: &Rulebook, program: usize) -> &str {
    match book.programs[program].of {
        uptake::model::formula::ProgramOf::Payment(id) => &book.payments[id.index()].name,
        uptake::model::formula::ProgramOf::Fee(id) => &book.fees[id.index()].name,
    }
}

fn counted() -> impl Strategy<Value = Counted> {
    (1_u64..60)
        .prop_flat_map(|denominator| (0..=denominator, Just(denominator)))
        .prop_map(|(numerator, denominator)| Counted::of(Amount::from(numerator), Amount::from(denominator)))
}

/// A made-up practice under made-up figures, thresholds in their order.
fn made_up() -> impl Strategy<Value = Case<'static>> {
    let figures = (1_u32..99, 1_u32..99, 1_u32..99, 0_u32..30, 1_u32..30, 0_u32..18, 0_u32..900);
    let practice = (counted(), counted(), prop::option::of(counted()), prop::option::weighted(0.9, 1_u64..20_000));
    (figures, practice).prop_map(|((lower, upper, line, starts, full, some, cap), (one, two, baseline, list_size))| {
        let (lower, upper) = (lower.min(upper), lower.max(upper) + 1);
        let values = [
            ("lower", lower),
            ("upper", upper),
            ("line", line),
            ("starts_at", starts),
            ("full_at", starts + full),
            ("some", some),
            ("cap", cap),
        ];
        let book: &'static Rulebook = &TOY;
        let mut figures = book.figures.clone();
        for figure in &mut figures {
            if let Some((_, value)) = values.iter().find(|(name, _)| *name == figure.name) {
                figure.value = FigureValue::Is(Amount::from(*value));
            }
        }
        let counts = vec![Some(one), Some(two)];
        let facts = Facts { list_size, counts, baselines: vec![baseline, None], ..Facts::default() };
        Case { book, figures, facts }
    })
}

/// A practice that was counted for one measure of a shipped year, by records or by somebody else.
fn shipped() -> impl Strategy<Value = Case<'static>> {
    let practice = (counted(), prop::option::of(counted()), prop::option::weighted(0.9, 1_u64..20_000), any::<bool>());
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), practice).prop_map(
        |(book, measured, (counted, baseline, list_size, by_records))| {
            let book: &'static Rulebook = &SHIPPED[book.index(SHIPPED.len())];
            let mut counts = vec![None; book.measurements.len()];
            let at = measured.index(counts.len());
            counts[at] = Some(counted);
            let mut baselines = vec![None; counts.len()];
            baselines[at] = baseline;
            let origin = if by_records { Origin::Records } else { Origin::Counts };
            let facts = Facts { list_size, counts, baselines, origin, ..Facts::default() };
            Case { book, figures: book.figures.clone(), facts }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exactly_so_many_more_reach_a_step_of_any_payment(case in made_up()) {
        steps_are_reached_and_worth_what_is_paid(&case)?;
        nothing_changes_between_steps(&case, &["bent"])?;
    }

    #[test]
    fn exactly_so_many_more_reach_a_step_of_the_shipped_years(case in shipped()) {
        steps_are_reached_and_worth_what_is_paid(&case)?;
        nothing_changes_between_steps(&case, &[])?;
    }
}
