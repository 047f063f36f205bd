//! Pay against uptake: the jumps at 80 % and 90 %, and the climb to 95 % of 2021-22.

use crate::uptake::{output, stdout};

const PRACTICE: [&str; 4] = ["--cohort-size", "100", "--list-size", "9085"];

fn csv(years: &str, more: &[&str]) -> Vec<String> {
    let arguments = [&["curve", "--years", years, "--format", "csv"][..], &PRACTICE, more].concat();
    stdout(arguments).lines().map(str::to_owned).collect()
}

#[test]
fn the_jumps_at_80_and_90_per_cent_and_the_climb_to_95() {
    // The list is the average, so a point is £201.16. The course has 2 doses a child at £10.06: £20.12 a child, and
    // below 80 % half of 100 children's is repaid, £1,006.00.
    // 79: 79 * 20.12 = 1589.48, less 1006.00. 80: 80 * 20.12 = 1609.60. 89: 1790.68.
    // 90: 1810.80 and 3 points, 603.48. 91: 1830.92 and 6 points, 1206.96. 95: 1911.40 and 18 points, 3620.88.
    let rows = csv("2021-22", &["--measure", "VI001,MENB_12M"]);
    let expected = [
        "2021-22,together,79.00,79.00,0.0000,583.48",
        "2021-22,together,80.00,80.00,0.0000,1609.60",
        "2021-22,together,89.00,89.00,0.0000,1790.68",
        "2021-22,together,90.00,90.00,3.0000,2414.28",
        "2021-22,together,91.00,91.00,6.0000,3037.88",
        "2021-22,together,95.00,95.00,18.0000,5532.28",
        "2021-22,clawback,79.00,79.00,,-1006.00",
        "2021-22,clawback,80.00,80.00,,0.00",
        "2021-22,fees_from_counts,79.00,79.00,,1589.48",
        "2021-22,achievement,90.00,90.00,3.0000,603.48",
    ];
    for row in expected {
        assert!(rows.iter().any(|found| found == row), "{row}\n{rows:#?}");
    }
    // Each of 0 to 100 children, for three payments and all together, under one heading.
    assert_eq!(rows.len(), 1 + 4 * 101);
}

#[test]
fn a_waived_repayment_leaves_no_jump() {
    let rows = csv("2021-22", &["--measure", "MENB_12M", "--waive", "clawback"]);
    assert!(rows.contains(&"2021-22,together,79.00,79.00,,1589.48".to_owned()), "{rows:#?}");
}

#[test]
fn steps_of_some_per_cent_reach_both_ends() {
    // Seven children in steps of 40 %: 0, 2.8, 5.6, 7.
    let arguments = ["curve", "--years", "2023-24", "--cohort-size", "7", "--measure", "VI001", "--step", "40"];
    let text = stdout([&arguments[..], &["--format", "csv"]].concat());
    let reached: Vec<&str> =
        text.lines().filter(|line| line.contains("together")).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(reached, ["0.00", "2.80", "5.60", "7.00"]);
}

#[test]
fn without_a_list_size_points_are_known_and_pounds_named_as_missing() {
    let run = output(["curve", "--years", "2023-24", "--cohort-size", "7", "--measure", "VI001", "--format", "csv"]);
    assert!(String::from_utf8(run.stdout).unwrap().contains("2023-24,together,7.00,100.00,18.0000,\n"));
    assert!(String::from_utf8(run.stderr).unwrap().contains("the list size of the practice is not known"));
}

#[test]
fn it_pays_what_a_comparison_of_counts_pays() {
    let folder = tempfile::tempdir().unwrap();
    let (counts, practices) = (folder.path().join("c.csv"), folder.path().join("p.csv"));
    std::fs::write(&counts, "practice_code,measure,numerator,denominator\nA,VI001,93,100\nA,MENB_12M,93,100\n")
        .unwrap();
    std::fs::write(&practices, "practice_code,list_size\nA,7777\n").unwrap();
    let (counts, practices) = (counts.to_str().unwrap(), practices.to_str().unwrap());
    let compared = stdout([
        "compare",
        "--years",
        "2021-22,2023-24",
        "--counts",
        counts,
        "--practices",
        practices,
        "--format",
        "csv",
    ]);
    let rows = stdout([
        "curve",
        "--years",
        "2021-22,2023-24",
        "--cohort-size",
        "100",
        "--list-size",
        "7777",
        "--measure",
        "VI001,MENB_12M",
        "--format",
        "csv",
    ]);
    for line in compared.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (year, points, pounds) = (cells[1], cells[2], cells[3]);
        let row = format!("{year},together,93.00,93.00,{points},{pounds}");
        assert!(rows.lines().any(|found| found == row), "{row}");
    }
}

#[test]
fn the_picture_stands_on_its_own() {
    let arguments =
        [&["curve", "--years", "2021-22,2023-24", "--format", "svg", "--measure", "VI001,MENB_12M"][..], &PRACTICE];
    let svg = stdout(arguments.concat());
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.ends_with("</svg>\n"));
    for part in ["<title", "<desc", "prefers-color-scheme: dark", "uptake, per cent of 100 people", ">pounds</text>"] {
        assert!(svg.contains(part), "{part}");
    }
    // 2021-22: fees, repayment, points and all together; 2023-24 has no repayment.
    assert_eq!(svg.matches("<polyline").count(), 7);
    assert!(!svg.contains("href") && !svg.contains("url("), "it needs nothing from elsewhere");
    // Each line has its own look: no two have both the colour and the dashes in common.
    let mut looks: Vec<&str> = svg
        .lines()
        .filter(|line| line.starts_with("<polyline"))
        .map(|line| line.split(" points=").next().unwrap())
        .collect();
    looks.sort_unstable();
    looks.dedup();
    assert_eq!(looks.len(), 7);
    assert!(svg.contains("2021-22 fees from counts") && svg.contains("2023-24 together"));
    // The steepest rise is the end of the repayment: 1006.00 and one child's 20.12.
    assert!(svg.contains("with the steepest rise, 1026.12, on reaching 80.00 %"), "{svg}");
}

#[test]
fn a_measure_that_no_year_has_is_refused() {
    let run = output(["curve", "--years", "2023-24", "--cohort-size", "7", "--measure", "VI999"]);
    assert_eq!(run.status.code(), Some(2));
}
