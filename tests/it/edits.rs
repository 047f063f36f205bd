//! The built command obeys rule files that somebody edited: nothing of a contract stands in the program.
//!
//! Every expected number is worked by hand, in the test's own comment.

use std::fs;

use crate::golden::code;
use crate::tables::{Rules, Tables, copy};

/// The national average list size of 2023-24: a practice of this size is paid pounds per point times points.
const AVERAGE: &str = "9639";
const YEAR: &str = "qof/2023-24";

/// One patient registered at birth.
fn patient(id: &str, born: &str) -> String {
    format!("{id},A81001,{born},{born},,")
}

/// Events of one patient: a day and a cluster or code each.
fn events(id: &str, events: &[(&str, &str)]) -> Vec<String> {
    events.iter().map(|(day, what)| format!("{id},{day},{}", code(what))).collect()
}

/// Children of one practice who turn 8 months on 1 September 2023, the first so many of them with three doses in time.
fn babies(practice: &str, achieved: usize, of: usize) -> (Vec<String>, Vec<String>) {
    let id = |at: usize| format!("{practice}-{at}");
    let doses = [("2023-03-01", "dtap"), ("2023-04-01", "dtap"), ("2023-05-01", "dtap")];
    let patients = (0..of).map(|at| format!("{},{practice},2023-01-01,2023-01-01,,", id(at))).collect();
    (patients, (0..achieved).flat_map(|at| events(&id(at), &doses)).collect())
}

fn measures(tables: &Tables, rules: &Rules, year: &str) -> Vec<String> {
    let folder = rules.folder().to_str().unwrap();
    let ran = tables.run(&["--rules", folder, "--year", year, "--format", "csv"]);
    ran.rows().into_iter().map(str::to_owned).collect()
}

fn outcomes(tables: &Tables, rules: &Rules, year: &str) -> Vec<String> {
    let folder = rules.folder().to_str().unwrap();
    let ran = tables.run(&["--rules", folder, "--year", year, "--format", "csv", "--level", "patient"]);
    ran.rows().into_iter().map(str::to_owned).collect()
}

/// `patient outcome` and the reason, for one indicator.
fn outcomes_in(tables: &Tables, rules: &Rules, year: &str, indicator: &str) -> Vec<String> {
    let of_indicator = |row: &String| {
        let cells: Vec<&str> = row.split(',').collect();
        let [patient, _, _, measured, outcome, reason] = cells[..] else { panic!("{row}") };
        (measured == indicator).then(|| format!("{patient} {outcome} {reason}").trim_end().to_owned())
    };
    outcomes(tables, rules, year).iter().filter_map(of_indicator).collect()
}

#[test]
fn a_changed_threshold_changes_the_points() {
    // 9 of 10 is 90 %. From 89 to 96 that is 1/7 of the way: 18 / 7 = 2.571428… points, and 18 * £213.43 / 7 =
    // £3841.74 / 7 = £548.82. From 80 to 96 it is 10/16: 11.25 points, and 11.25 * £213.43 = £2401.0875.
    let (patients, doses) = babies("A81001", 9, 10);
    let tables = Tables::new(&patients, &doses, &format!("A81001,{AVERAGE}"));
    let rules = Rules::copy(&[YEAR]);
    assert_eq!(measures(&tables, &rules, "2023-24"), ["2023-24,A81001,VI001,10,0,0,10,9,90.00,2.5714,548.82"]);
    rules.edit("qof/2023-24/contract.toml", "{ is = 89,", "{ is = 80,", 1);
    assert_eq!(measures(&tables, &rules, "2023-24"), ["2023-24,A81001,VI001,10,0,0,10,9,90.00,11.2500,2401.09"]);
}

#[test]
fn a_changed_age_changes_who_counts() {
    // Late: born 15 August 2022, 8 months on 15 April and 9 months on 15 May 2023; the third dose of 20 April is between.
    // Older: born 15 July 2022, 8 months on 15 March 2023, the year before, and 9 months on 15 April 2023.
    // Younger: born 20 July 2023, 8 months on 20 March 2024 and 9 months on 20 April 2024, the year after.
    let patients = [patient("late", "2022-08-15"), patient("older", "2022-07-15"), patient("younger", "2023-07-20")];
    let doses = events("late", &[("2022-10-15", "dtap"), ("2022-12-15", "dtap"), ("2023-04-20", "dtap")]);
    let tables = Tables::new(&patients, &doses, "");
    let rules = Rules::copy(&[YEAR]);
    assert_eq!(outcomes_in(&tables, &rules, "2023-24", "VI001"), ["late not_achieved", "younger not_achieved"]);
    rules.edit("qof/2023-24/indicators.rules", "turns 8 months in the year", "turns 9 months in the year", 1);
    rules.edit(
        "qof/2023-24/indicators.rules",
        "at least 3 dtap before age 8 months",
        "at least 3 dtap before age 9 months",
        1,
    );
    assert_eq!(outcomes_in(&tables, &rules, "2023-24", "VI001"), ["late achieved", "older not_achieved"]);
}

#[test]
fn a_code_added_to_a_cluster_counts() {
    // Born 1 June 2022: 12 months on 1 June and 18 months on 1 December 2023. The made-up code is given on 1 July 2023. It
    // is added to `mmrv`, which `mmr` includes.
    let made_up = "999001100000100";
    let tables = Tables::new(&[patient("1", "2022-06-01")], &events("1", &[("2023-07-01", made_up)]), "");
    let rules = Rules::copy(&[YEAR]);
    assert_eq!(outcomes(&tables, &rules, "2023-24"), ["1,A81001,2023-24,VI002,not_achieved,"]);
    rules.append(
        "codes/2026.1/mmrv.toml",
        &format!("{made_up} = {{ term = \"MMRV, a new product\", source = \"nhse-immunisation-api\" }}\n"),
    );
    assert_eq!(outcomes(&tables, &rules, "2023-24"), ["1,A81001,2023-24,VI002,achieved,"]);
}

#[test]
fn a_fifth_indicator_written_from_scratch_is_measured_and_paid() {
    let rules = Rules::copy(&[YEAR]);
    rules.append(
        "qof/2023-24/rotavirus.rules",
        r#"indicator VI005 "rotavirus: two doses by 24 weeks"
  source  board-paper assumed

  register
    registered at year end
    and turns 24 weeks in the year

  achieved
    at least 2 rotavirus by age 24 weeks

  except ROTALATE "registered after 24 weeks"
    registered after age 24 weeks
"#,
    );
    rules.edit(
        "qof/2023-24/contract.toml",
        "[sources]\n",
        r#"[indicator.VI005]
points_available = { is = 12, unit = "points", status = "assumed", source = "board-paper" }
points_at_lower  = { is = 4, unit = "points", status = "assumed", source = "board-paper" }
lower_threshold  = { is = 50, unit = "%", status = "assumed", source = "board-paper" }
upper_threshold  = { is = 80, unit = "%", status = "assumed", source = "board-paper" }

[sources]
board-paper = "a paper to the board, made up for a test"
"#,
        1,
    );
    // All born 1 June 2023. 24 weeks are 168 days: 29 to 30 June, 60 to 31 July, 91 to 31 August, 121 to 30 September, 152
    // to 31 October, 168 to 16 November 2023, a day that counts (`by`). They are 8 months on 1 February 2024 without any
    // DTP: not achieved in VI001, except the one registered on 1 December at exactly 6 months with at most 1 dose.
    let mut patients: Vec<String> =
        ["early", "on_the_day", "day_after", "same_day", "also_early"].map(|id| patient(id, "2023-06-01")).to_vec();
    patients.push("moved,A81001,2023-06-01,2023-12-01,,".to_owned());
    let doses = [
        events("early", &[("2023-08-01", "rotavirus"), ("2023-09-01", "rotavirus")]),
        events("also_early", &[("2023-08-02", "rotavirus"), ("2023-09-02", "rotavirus")]),
        events("on_the_day", &[("2023-08-01", "rotavirus"), ("2023-11-16", "rotavirus")]),
        events("day_after", &[("2023-08-01", "rotavirus"), ("2023-11-17", "rotavirus")]),
        events("same_day", &[("2023-08-01", "415354003"), ("2023-08-01", "868631000000102")]),
    ];
    let tables = Tables::new(&patients, &doses.concat(), &format!("A81001,{AVERAGE}"));
    assert_eq!(
        outcomes_in(&tables, &rules, "2023-24", "VI005"),
        [
            "also_early achieved",
            "day_after not_achieved",
            "early achieved",
            "moved excepted ROTALATE",
            "on_the_day achieved",
            "same_day not_achieved",
        ]
    );
    // 3 of 5 is 60 %, a third of the way from 50 to 80: 4 + 8 / 3 = 6.6666… points; 20/3 * £213.43 = £1422.8666….
    assert_eq!(
        measures(&tables, &rules, "2023-24"),
        ["2023-24,A81001,VI001,6,0,1,5,0,0.00,0.0000,0.00", "2023-24,A81001,VI005,6,0,1,5,3,60.00,6.6667,1422.87",]
    );
}

#[test]
fn who_is_excluded_leaves_first_achieved_or_not() {
    // Eight babies who turn 8 months on 1 September 2023: `a` 1 to 3 have three doses, `n` has none, `c` has the
    // contraindication, and each of the three `x` has the invented code beside the same.
    let made_up = "999002100000103";
    let three = [("2023-03-01", "dtap"), ("2023-04-01", "dtap"), ("2023-05-01", "dtap")];
    let leaves = ("2023-02-01", made_up);
    let ruled_out = ("2023-02-02", "dtap_contraindicated");
    let patients: Vec<String> =
        ["a1", "a2", "a3", "n", "c", "xa", "xn", "xc"].map(|id| patient(id, "2023-01-01")).to_vec();
    let doses = [
        events("a1", &three),
        events("a2", &three),
        events("a3", &three),
        events("c", &[ruled_out]),
        events("xa", &[three[0], three[1], three[2], leaves]),
        events("xn", &[leaves]),
        events("xc", &[ruled_out, leaves]),
    ];
    let tables = Tables::new(&patients, &doses.concat(), &format!("A81001,{AVERAGE}"));
    let rules = Rules::copy(&[YEAR]);
    // Without the clause: register 8, excepted c and xc, denominator 6, numerator a1 to a3 and xa; 4/6 = 66.666… %.
    assert_eq!(measures(&tables, &rules, "2023-24"), ["2023-24,A81001,VI001,8,0,2,6,4,66.67,0.0000,0.00"]);

    rules.append(
        "qof/2023-24/codes/taken_off.toml",
        &format!(
            "title = \"Taken off\"\ncomplete = true\n[sources]\nscheme = \"made up for a test\"\n[codes]\n\
             {made_up} = {{ term = \"Taken off the register\", source = \"scheme\" }}\n"
        ),
    );
    rules.edit(
        "qof/2023-24/indicators.rules",
        "  achieved\n    at least 3 dtap before age 8 months\n",
        "  exclude TAKENOFF \"taken off the register\"\n    any taken_off before age 8 months\n\n  \
           achieved\n    at least 3 dtap before age 8 months\n",
        1,
    );
    // With it: register 8, the three x excluded, excepted c alone, denominator 8 - 3 - 1 = 4, numerator 3; 75 %.
    assert_eq!(measures(&tables, &rules, "2023-24"), ["2023-24,A81001,VI001,8,3,1,4,3,75.00,0.0000,0.00"]);
    assert_eq!(
        outcomes_in(&tables, &rules, "2023-24", "VI001"),
        [
            "a1 achieved",
            "a2 achieved",
            "a3 achieved",
            "c excepted DTPCON",
            "n not_achieved",
            "xa excluded TAKENOFF",
            "xc excluded TAKENOFF",
            "xn excluded TAKENOFF",
        ]
    );
}

#[test]
fn a_new_contract_year_is_a_new_folder() {
    let rules = Rules::copy(&["qof/2026-27"]);
    copy(&rules.path("qof/2026-27"), &rules.path("qof/2027-28"));
    rules.edit("qof/2027-28/contract.toml", "\"2026-27\"", "\"2027-28\"", 1);
    rules.edit("qof/2027-28/contract.toml", "starts         = 2026-04-01", "starts         = 2027-04-01", 1);
    rules.edit("qof/2027-28/contract.toml", "ends           = 2027-03-31", "ends           = 2028-03-31", 1);
    // 8 months on: 31 March 2027 (the year before), 1 April 2027, 31 March 2028, and 1 April 2028 (the year after).
    let patients = [
        patient("before", "2026-07-31"),
        patient("first", "2026-08-01"),
        patient("last", "2027-07-31"),
        patient("after", "2027-08-01"),
    ];
    let doses = events("last", &[("2027-10-01", "dtap"), ("2027-11-01", "dtap"), ("2028-03-30", "dtap")]);
    let tables = Tables::new(&patients, &doses, "");
    assert_eq!(outcomes_in(&tables, &rules, "2026-27", "VI001"), ["before not_achieved"]);
    assert_eq!(outcomes_in(&tables, &rules, "2027-28", "VI001"), ["first not_achieved", "last achieved"]);
    // The rules that lie beside the program have no such year.
    tables.run(&["--year", "2027-28"]).refused().says("there is no rulebook `2027-28`");
}

#[test]
fn the_convention_for_a_missing_day_decides_month_ends() {
    // Born 31 August 2022: 8 months is 31 April 2023, which is 30 April or 1 May. The third dose of 30 April is before 1 May,
    // and not before 30 April.
    let doses = events("1", &[("2022-11-01", "dtap"), ("2022-12-01", "dtap"), ("2023-04-30", "dtap")]);
    let tables = Tables::new(&[patient("1", "2022-08-31")], &doses, "");
    let rules = Rules::copy(&[YEAR]);
    assert_eq!(outcomes_in(&tables, &rules, "2023-24", "VI001"), ["1 not_achieved"]);
    rules.edit("qof/2023-24/contract.toml", "missing_day = \"last day\"", "missing_day = \"next day\"", 1);
    assert_eq!(outcomes_in(&tables, &rules, "2023-24", "VI001"), ["1 achieved"]);
}

#[test]
fn a_payment_shape_that_nobody_thought_of_is_a_change_of_files() {
    let rules = Rules::copy(&[YEAR]);
    fs::write(
        rules.path("qof/2023-24/payments.rules"),
        r#"payment achievement "three steps and a cap" for each indicator only VI001
  points = 0            when denominator = 0
         = 0            when achievement < 80 %
         = first_step   when achievement < 85 %
         = second_step  when achievement < 95 %
         = third_step   otherwise
  pounds = round min(points * pounds_per_point * list_size / national_list_size, cap) to pence
"#,
    )
    .unwrap();
    rules.edit(
        "qof/2023-24/contract.toml",
        "[figures]\n",
        r#"[figures]
first_step  = { is = 5, unit = "points", status = "assumed", source = "none" }
second_step = { is = 9, unit = "points", status = "assumed", source = "none" }
third_step  = { is = 15, unit = "points", status = "assumed", source = "none" }
cap         = { is = 2000.5, unit = "£", status = "assumed", source = "none" }
"#,
        1,
    );
    // All of the average size. 3 of 4 is 75 %, nothing. 4 of 5 is 80 %, the first step: 5 * £213.43 = £1067.15. 17 of 20 is
    // 85 %, the second: 9 * £213.43 = £1920.87. 18 of 19 is 94.736… %, printed 94.74: the second. 19 of 20 is 95 %, the third: 15 *
    // £213.43 = £3201.45, and so the cap, £2000.50.
    let (mut patients, mut doses) = (Vec::new(), Vec::new());
    for (practice, achieved, of) in
        [("A81001", 3, 4), ("A81002", 4, 5), ("A81003", 17, 20), ("A81004", 18, 19), ("A81005", 19, 20)]
    {
        let (more_patients, more_doses) = babies(practice, achieved, of);
        patients.extend(more_patients);
        doses.extend(more_doses);
    }
    let lists = "A81001,9639\nA81002,9639\nA81003,9639\nA81004,9639\nA81005,9639";
    let tables = Tables::new(&patients, &doses, lists);
    assert_eq!(
        measures(&tables, &rules, "2023-24"),
        [
            "2023-24,A81001,VI001,4,0,0,4,3,75.00,0.0000,0.00",
            "2023-24,A81002,VI001,5,0,0,5,4,80.00,5.0000,1067.15",
            "2023-24,A81003,VI001,20,0,0,20,17,85.00,9.0000,1920.87",
            "2023-24,A81004,VI001,19,0,0,19,18,94.74,9.0000,1920.87",
            "2023-24,A81005,VI001,20,0,0,20,19,95.00,15.0000,2000.50",
        ]
    );
}
