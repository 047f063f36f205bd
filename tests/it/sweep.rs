//! A figure swept over all practices, and where the total breaks even with another year.

use std::path::Path;

use crate::uptake::{output, stdout};

/// A reaches 90 of 100 and B 95 of 100; both lists are 2023-24's average, so that a point is £213.43.
fn tables(folder: &Path) -> [String; 2] {
    let (counts, practices) = (folder.join("counts.csv"), folder.join("practices.csv"));
    std::fs::write(&counts, "practice_code,measure,numerator,denominator\nA,VI001,90,100\nB,VI001,95,100\n").unwrap();
    std::fs::write(&practices, "practice_code,list_size\nA,9639\nB,9639\n").unwrap();
    [counts, practices].map(|path| path.to_str().unwrap().to_owned())
}

fn swept(more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let [counts, practices] = tables(folder.path());
    let arguments = ["sweep", "--year", "2023-24", "--counts", &counts, "--practices", &practices, "--format", "csv"];
    stdout([&arguments[..], more].concat())
}

#[test]
fn each_place_has_its_cost_and_its_winners_and_losers() {
    // From the lower threshold L to 96 % there are 18 points. L = 88: A 2/8, B 7/8 of them, 4.5 + 15.75 = 20.25 points,
    // £960.435 and £3,361.5225: £960.44 + £3,361.52 = £4,321.96. L = 89, the rulebook's: 18/7 and 108/7 points, £548.82
    // + £3,292.92 = £3,841.74. L = 90: 0 and 15 points, £3,201.45. L = 91: 0 and 14.4 points, £3,073.392.
    let expected = "\
VI001.lower_threshold,pounds,pounds_change,practices_paid,gain,lose,unknown
88,4321.96,480.22,2,2,0,0
89,3841.74,0.00,2,0,0,0
90,3201.45,-640.29,1,0,2,0
91,3073.39,-768.35,1,0,2,0
";
    assert_eq!(swept(&["--figure", "VI001.lower_threshold=88..91:1"]), expected);
}

#[test]
fn two_figures_make_a_grid() {
    // 18/7 + 108/7 = 18 points of 18; with 19 available 19. At £200 and £210.5 a point.
    let expected = "\
pounds_per_point,VI001.points_available,pounds,pounds_change,practices_paid,gain,lose,unknown
200.0,18,3600.00,-241.74,2,0,2,0
200.0,19,3800.00,-41.74,2,0,2,0
210.5,18,3789.00,-52.74,2,0,2,0
210.5,19,3999.50,157.76,2,2,0,0
";
    let figures = ["--figure", "pounds_per_point=200..220:10.5", "--figure", "VI001.points_available=18..19:1"];
    assert_eq!(swept(&figures), expected);
}

#[test]
fn it_finds_where_the_total_equals_another_years() {
    // 2021-22 pays 3 and 18 points at £201.16 * 9639 / 9085: £640.28 + £3,841.68 = £4,481.96. In 2023-24 the total for a
    // lower threshold L up to 90 is (90 − L + 95 − L) / (96 − L) * 18 * £213.43; it is that at
    // L = (96 s − 185) / (s − 2) with s = 4481.96 / (18 * 213.43) = 1.16665…, L = 87.6002.
    let table =
        swept(&["--figure", "VI001.lower_threshold=85..91:1", "--break-even", "2021-22", "--table", "break-even"]);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows[0], "from,pounds_from,to,pounds_to,target_pounds,break_even,pounds");
    assert_eq!(rows.len(), 2, "{table}");
    assert!(rows[1].starts_with("87,4695.46,88,4321.96,4481.96,87.600"), "{table}");
    assert!(rows[1].ends_with(",4481.96"), "{table}");
}

#[test]
fn a_range_without_a_meeting_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let [counts, practices] = tables(folder.path());
    let run = output([
        "sweep",
        "--year",
        "2023-24",
        "--counts",
        &counts,
        "--practices",
        &practices,
        "--break-even",
        "2021-22",
        "--figure",
        "VI001.lower_threshold=85..86:1",
    ]);
    assert_eq!(run.status.code(), Some(0));
    assert!(String::from_utf8(run.stderr).unwrap().contains("breaks even nowhere in this range"));
}

#[test]
fn a_figure_that_no_rulebook_has_or_a_range_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [counts, _] = tables(folder.path());
    for figure in ["no_such_figure=1..2:1", "lower_threshold=90", "lower_threshold=90..80:1", "lower_threshold=1..2:0"]
    {
        let run = output(["sweep", "--year", "2023-24", "--counts", &counts, "--figure", figure]);
        assert_eq!(run.status.code(), Some(2), "{figure}");
    }
}
