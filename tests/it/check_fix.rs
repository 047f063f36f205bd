//! `uptake check --fix`: what is certain is mended, and only that.

use std::fs;

use crate::check_books::Book;
use crate::tables::Ran;
use crate::uptake::{output, uptake};

/// Mends a rulebook and asserts that nothing is wrong with it any more.
#[track_caller]
fn is_mended(book: &Book) -> String {
    let ran = book.check(&["--fix"]);
    assert!(ran.stdout.ends_with("1 rulebook checked: no faults\n"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0));
    let again = book.check(&["--fix"]);
    assert_eq!(again.stdout, "nothing that is certain to mend\n\n1 rulebook checked: no faults\n");
    ran.stdout
}

#[test]
fn words_of_the_numbers_file() {
    let sound = Book::sound().read("contract.toml");
    for (right, wrong) in [
        ("missing_day = \"last day\"", "missing_day = \"lastday\""),
        ("revision    = 1", "revision    = \"1\""),
        ("starts      = 2023-04-01", "starts      = \"2023-04-01\""),
        ("title       =", "titel       ="),
        ("is = 2, unit = \"£ per point\"", "is = \"£2\", unit = \"£ per ponit\""),
        ("is = 80, unit = \"%\", status = \"assumed\"", "is = 80, unit = \"%\", status = \"asumed\""),
        (
            "is = 90, unit = \"%\", status = \"assumed\", source = \"paper\"",
            "is = 90, unit = \"%\", staus = \"assumed\", source = \"papper\"",
        ),
        ("\"A rulebook to put faults into\"", "“A rulebook to put faults into”"),
        ("is = 90, unit", "is = 90 %, unit"),
        // First the quotes are straight, then the word in them is mended.
        ("is = 80, unit = \"%\", status = \"assumed\"", "is = 80, unit = \"%\", status = “asumed”"),
        ("is = 80, unit = \"%\", status = \"assumed\"", "is = 80, unit = \"%\", status = \"asumed”"),
        ("points_at_lower  = { is = 2,", "points_at_lower\u{a0} = { is = 2,"),
    ] {
        let book = Book::sound();
        book.edit("contract.toml", right, wrong);
        let told = is_mended(&book);
        assert!(told.starts_with("test/2023-24/contract.toml:"), "{told}");
        let mended = book.read("contract.toml");
        assert_eq!(mended.replace("\u{20} = {", " = {"), sound.replace("\u{20} = {", " = {"), "{wrong}");
    }
}

#[test]
fn several_rounds_mend_what_a_first_fault_hid() {
    let book = Book::sound();
    book.edit("contract.toml", "title       = \"A rulebook to put faults into\"", "title = “A rulebook”");
    book.edit("contract.toml", "status = \"assumed\"", "status = \"asumed\"");
    book.edit("indicators.rules", "achievement < lower_threshold", "acheivement < lower_treshold");
    book.edit("indicators.rules", "any jab before", "any jab befor");
    let told = is_mended(&book);
    assert!(told.contains("contract.toml:3: `“A rulebook”` is now `\"A rulebook\"` (E111)\n"), "{told}");
    assert!(told.contains("indicators.rules:4: `befor` is now `before` (E101)\n"), "{told}");
    assert!(told.contains("\n9 changes\n"), "{told}");
}

#[test]
fn words_and_signs_of_rules() {
    for (right, wrong) in [
        ("achievement < upper_threshold", "achievement ≤ upper_treshold"),
        ("points * rate", "points × rate"),
        ("points = 0", "points = 1,000"),
        ("registered at year end", "registered at year end\u{a0}"),
    ] {
        let book = Book::sound();
        book.edit("indicators.rules", right, wrong);
        let ran = book.check(&["--fix"]);
        assert_eq!(ran.code, Some(0), "{wrong}: {}", ran.stdout);
    }
}

/// A figure that is renamed where it stands is mended wherever it is read, however often that is.
#[test]
fn a_name_that_is_wrong_in_many_places() {
    let book = Book::sound();
    book.edit("contract.toml", "upper_threshold ", "upper_treshold ");
    let again = "payment again \"again\" for each indicator\n  pounds = round points_available * upper_threshold / lower_threshold * rate to pence\n";
    let payments: String = (0..20).map(|at| format!("\n{}", again.replace("again", &format!("again{at}")))).collect();
    book.write("again.rules", payments);
    let told = is_mended(&book);
    assert!(told.contains("\n22 changes\n"), "{told}");
}

/// What follows a mistyped word stumbles over it: of those faults, none is mended by itself.
#[test]
fn words_of_the_language_that_are_mistyped() {
    for (right, wrong) in [
        ("indicator T1", "indicatr T1"),
        ("source  paper assumed", "source  paper asumed"),
        ("before age", "befor age"),
        ("achieved  any", "achived  any"),
        ("to pence", "to pennce"),
        ("\"a jab by 1 year\"", "‘a jab by 1 year’"),
    ] {
        let book = Book::sound();
        let sound = book.read("indicators.rules");
        book.edit("indicators.rules", right, wrong);
        let told = is_mended(&book);
        assert!(told.contains("\n1 change\n"), "{told}");
        assert_eq!(book.read("indicators.rules"), sound);
    }
}

#[test]
fn words_of_clusters_and_examples() {
    let book = Book::sound();
    book.edit("codes/jab.toml", "source = \"paper\"", "source = \"papper\"");
    book.edit("codes/jab.toml", "complete = true", "complete = \"true\"");
    let example = |born: &str, key: &str, event: &str, expect: &str| {
        format!(
            "[[example]]\nname = \"in time\"\nindicator = \"T1\"\nborn = {born}\n{key} = 2023-01-01\nevents = [\"2023-02-01 {event}\"]\nexpect = \"{expect}\"\n"
        )
    };
    book.write("examples.toml", example("\"2022-06-15\"", "registred", "jab", "achived"));
    is_mended(&book);
    assert_eq!(book.read("examples.toml"), example("2022-06-15", "registered", "jab", "achieved"));
}

#[test]
fn a_guess_is_no_fix() {
    // T7 may be a slip for T1, or T7 may be missing: another number is another thing.
    let book = Book::sound();
    book.edit("contract.toml", "[indicator.T1]", "[indicator.T7]");
    // Two figures are as near as one another.
    book.edit("indicators.rules", "= points_at_lower ", "= points_at_lowe ");
    book.edit(
        "contract.toml",
        "[figures]",
        "[figures]\npoints_at_lowes = { is = 2, unit = \"points\", status = \"assumed\", source = \"paper\" }",
    );
    is_left_as_it_is(&book);
}

/// Asserts that a rulebook has faults, and that none of them is mended.
#[track_caller]
fn is_left_as_it_is(book: &Book) -> String {
    let read = || ["contract.toml", "indicators.rules", "codes/jab.toml"].map(|name| book.read(name));
    let before = read();
    let ran = book.check(&["--fix"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("nothing that is certain to mend\n\n"), "{}", ran.stdout);
    assert_eq!(read(), before);
    ran.stdout
}

/// A letter in the place of another makes another vaccine, another year or another bound.
#[test]
fn another_name_is_no_slip_of_the_pen() {
    for (file, right, wrong) in [
        ("contract.toml", "scheme      = \"test\"", "scheme      = \"tset\""),
        ("contract.toml", "year        = \"2023-24\"", "year        = \"2022-23\""),
        ("contract.toml", "is = 2, unit", "is = 2, uint"),
        ("contract.toml", "source = \"paper\"", "source = \"piper\""),
        ("contract.toml", "status = \"assumed\"", "status = \"asumned\""),
        ("contract.toml", "\n[indicator.T1]", "\n[indicatar.T1]"),
        ("indicators.rules", "any jab", "any jba"),
        ("indicators.rules", "any jab", "any jabs"),
        ("indicators.rules", "indicator T1", "indicater T1"),
        ("indicators.rules", "to pence", "to pense"),
    ] {
        let book = Book::sound();
        book.edit(file, right, wrong);
        let left = is_left_as_it_is(&book);
        assert!(left.contains("= help: "), "{wrong}: {left}");
    }
    // A rename that was left half done.
    let book = Book::sound();
    book.edit("contract.toml", "lower_threshold ", "middle_threshold ");
    let left = is_left_as_it_is(&book);
    assert!(left.contains("E204"), "{left}");
}

/// Of two names that were to differ, neither is made the other.
#[test]
fn no_list_is_given_one_name_twice() {
    let book = Book::sound();
    book.write("codes/booster.toml", book.read("codes/jab.toml"));
    for list in [
        "any dose of booster or boster",
        "any dose of booster\n    or boster",
        "any of\n    - any booster\n    - any boster",
    ] {
        let sound = book.read("indicators.rules");
        book.edit("indicators.rules", "any jab", list);
        let left = is_left_as_it_is(&book);
        assert!(left.contains("did you mean `booster`?"), "{left}");
        book.write("indicators.rules", sound);
    }
    book.edit("indicators.rules", "any jab", "any boster");
    let told = book.check(&["--fix"]).stdout;
    assert!(told.contains("`boster` is now `booster` (E201)\n1 change\n"), "{told}");
}

/// A sign that says another unit than the figure's is not thrown away, and a number is mended wholly or not at all.
#[test]
fn a_sign_that_contradicts_the_unit_stays() {
    for (right, wrong, says) in [
        ("is = 80, unit", "is = £80, unit", "`£80` says one unit, and `unit` says another, `%`"),
        ("is = 10, unit", "is = 10%, unit", "`10%` says one unit, and `unit` says another, `points`"),
        ("is = 10, unit", "is = \"10 %\", unit", "`10 %` says `%`, and `unit` says `points`"),
        ("is = 2, unit = \"£ per point\"", "is = 1,206p, unit = \"£ per point\"", "write pounds, with a point"),
        ("is = 2, unit = \"£ per point\"", "is = £2.05", "and `unit` beside them"),
    ] {
        let book = Book::sound();
        book.edit("contract.toml", right, wrong);
        let left = is_left_as_it_is(&book);
        assert!(left.contains(says), "{wrong}: {left}");
    }
}

#[test]
fn a_key_that_is_there_already_was_not_meant() {
    let book = Book::sound();
    let wrong = "is = 2, uint = \"points\", unit = \"£ per point\"";
    book.edit("contract.toml", "is = 2, unit = \"£ per point\"", wrong);
    let ran = book.check(&["--fix"]);
    assert_eq!(ran.code, Some(1));
    assert!(book.read("contract.toml").contains(wrong), "{}", ran.stdout);
}

#[test]
fn a_dry_run_writes_nothing() {
    let book = Book::sound();
    book.edit("indicators.rules", "achievement < upper_threshold", "achievement < upper_treshold");
    let before = book.read("indicators.rules");
    let ran = book.check(&["--fix", "--dry-run"]);
    assert_eq!(ran.code, Some(1));
    let told = "test/2023-24/indicators.rules:8: `upper_treshold` is now `upper_threshold` (E204)\n1 change, nothing written\n";
    assert!(ran.stdout.starts_with(told), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nerror[E204]"), "{}", ran.stdout);
    assert_eq!(book.read("indicators.rules"), before);
    assert_eq!(Ran::of(output(["check", "--dry-run"])).code, Some(2));
}

#[test]
fn files_without_faults_and_their_rights_stay_as_they_are() {
    let book = Book::sound();
    book.edit("indicators.rules", "achievement < upper_threshold", "achievement < upper_treshold");
    book.write("indicators.rules", format!("\u{feff}{}", book.read("indicators.rules").replace('\n', "\r\n")));
    let modified = |name: &str| fs::metadata(book.path(name)).unwrap().modified().unwrap();
    let before = modified("contract.toml");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(book.path("indicators.rules"), fs::Permissions::from_mode(0o640)).unwrap();
    }
    is_mended(&book);
    assert_eq!(modified("contract.toml"), before);
    let mended = book.read("indicators.rules");
    assert!(mended.starts_with('\u{feff}') && mended.contains("any jab before age 1 year\r\n"), "{mended:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(book.path("indicators.rules")).unwrap().permissions().mode() & 0o777, 0o640);
    }
    let left: Vec<_> = fs::read_dir(book.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

/// Where one file cannot be written, no other is changed.
#[cfg(unix)]
#[test]
fn all_files_are_written_or_none() {
    use std::os::unix::fs::PermissionsExt;
    let book = Book::sound();
    book.edit("indicators.rules", "achievement < upper_threshold", "achievement < upper_treshold");
    book.edit("codes/jab.toml", "complete = true", "complete = \"true\"");
    let before = book.read("indicators.rules");
    let folder = book.path("codes");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let ran = book.check(&["--fix"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    // Nobody keeps the superuser from writing.
    if ran.code != Some(0) {
        ran.refused().says("cannot write");
        assert_eq!(book.read("indicators.rules"), before);
    }
}

#[test]
fn the_rules_built_in_are_not_mended() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(uptake(["check", "--fix"]).current_dir(folder.path()).output().unwrap());
    ran.refused().says("the rules built in are not mended");
}

#[test]
fn with_another_format_the_changes_are_told_beside_it() {
    let book = Book::sound();
    book.edit("indicators.rules", "achievement < upper_threshold", "achievement < upper_treshold");
    let ran = book.check(&["--fix", "--format", "json"]);
    assert!(ran.stdout.starts_with("{\n  \"schema\": \"uptake.check/1\""), "{}", ran.stdout);
    ran.says("`upper_treshold` is now `upper_threshold` (E204)");
}
