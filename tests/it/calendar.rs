//! The days on which ages are reached, for every birth date of 1900 to 2030 and every age that a shipped rule file names,
//! under both conventions: held against a walk through the calendar day by day, and against what Python's calendar comes
//! to (`tests/calendar`, whose script holds that against dateutil and DuckDB too).

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use uptake::ground::{Day, MissingDay, Period, Unit};

use crate::uptake::{root, rules};

/// The walk goes from here to the end of the last year.
const FIRST_YEAR: i32 = 1600;
const LAST_YEAR: i32 = 2300;

/// The years of birth.
const BIRTHS: std::ops::RangeInclusive<i32> = 1900..=2030;

/// An age in days or in months: whatever else is written comes to one of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Age {
    Days(u32),
    Months(u32),
}

/// A day as people write it.
type Written = (i32, u32, u32);

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// All days one after the other, and where each month begins among them.
struct Walk {
    days: Vec<Written>,
    months: Vec<usize>,
}

impl Walk {
    fn new() -> Walk {
        let mut walk = Walk { days: Vec::new(), months: Vec::new() };
        for year in FIRST_YEAR..=LAST_YEAR {
            for month in 1..=12 {
                walk.months.push(walk.days.len());
                walk.days.extend((1..=month_length(year, month)).map(|day| (year, month, day)));
            }
        }
        walk
    }

    fn place(&self, (year, month, day): Written) -> usize {
        self.months[((year - FIRST_YEAR) * 12) as usize + month as usize - 1] + day as usize - 1
    }

    /// The day so long after one, or before it, counted on fingers.
    fn moved(&self, from: Written, age: Age, forward: bool, convention: MissingDay) -> Written {
        let sign = if forward { 1 } else { -1 };
        match age {
            Age::Days(days) => self.days[(self.place(from) as i64 + sign * i64::from(days)) as usize],
            Age::Months(months) => {
                let (mut year, mut month, day) = from;
                for _ in 0..months {
                    (year, month) = match (forward, month) {
                        (true, 12) => (year + 1, 1),
                        (true, _) => (year, month + 1),
                        (false, 1) => (year - 1, 12),
                        (false, _) => (year, month - 1),
                    };
                }
                let length = month_length(year, month);
                match convention {
                    _ if day <= length => (year, month, day),
                    MissingDay::LastDay => (year, month, length),
                    MissingDay::NextDay => self.days[self.place((year, month, length)) + 1],
                }
            }
        }
    }
}

/// The periods that rule files name, comments and quoted words left aside.
fn ages() -> BTreeSet<Age> {
    let mut ages = BTreeSet::new();
    each_rule_file(&rules(), &mut |text| {
        let plain: String = text.lines().map(|line| plain(line) + "\n").collect();
        let words: Vec<&str> = plain.split(|sign: char| !sign.is_alphanumeric() && sign != '_').collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let counted = |at: usize| words.get(at).and_then(|word| word.parse::<u32>().ok());
        let unit = |at: usize| words.get(at).map_or("", |word| word.trim_end_matches('s'));
        let mut at = 0;
        while at < words.len() {
            let Some(count) = counted(at) else {
                at += 1;
                continue;
            };
            // Months that stand beside years are no age of their own.
            let more = if unit(at + 1) == "year" && unit(at + 3) == "month" { counted(at + 2) } else { None };
            ages.extend(match unit(at + 1) {
                "day" => Some(Age::Days(count)),
                "week" => Some(Age::Days(count * 7)),
                "month" => Some(Age::Months(count)),
                "year" => Some(Age::Months(count * 12 + more.unwrap_or(0))),
                _ => None,
            });
            at += if more.is_some() { 4 } else { 1 };
        }
    });
    ages
}

/// A line without what is quoted and what is a comment.
fn plain(line: &str) -> String {
    let unquoted: String = line.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    unquoted.split('#').next().unwrap_or_default().to_owned()
}

fn each_rule_file(folder: &Path, look: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_rule_file(&path, look);
        } else if path.extension().is_some_and(|ending| ending == "rules") {
            look(&fs::read_to_string(path).unwrap());
        }
    }
}

fn period(age: Age) -> Period {
    match age {
        Age::Days(count) => Period { count, unit: Unit::Days },
        Age::Months(count) => Period { count, unit: Unit::Months },
    }
}

#[test]
fn the_ages_of_the_rule_files_are_found() {
    let ages = ages();
    for known in [Age::Months(8), Age::Months(18), Age::Months(60), Age::Months(40), Age::Months(960), Age::Days(56)] {
        assert!(ages.contains(&known), "{known:?} in {ages:?}");
    }
    assert!(!ages.contains(&Age::Months(4)), "4 months stand only beside 3 years: {ages:?}");
}

#[test]
fn every_birth_date_by_every_age_is_what_a_walk_comes_to() {
    let (walk, ages) = (Walk::new(), ages());
    let (first, last) = (walk.place((*BIRTHS.start(), 1, 1)), walk.place((*BIRTHS.end(), 12, 31)));
    let mut cases = 0_u64;
    for &age in &ages {
        for convention in [MissingDay::LastDay, MissingDay::NextDay] {
            for &(year, month, day) in &walk.days[first..=last] {
                let birth = Day::from_ymd(year, month, day).unwrap();
                let on = birth.plus(period(age), convention);
                assert_eq!(on.ymd(), walk.moved((year, month, day), age, true, convention), "{birth} {age:?}");
                let before = birth.minus(period(age), convention);
                assert_eq!(before.ymd(), walk.moved((year, month, day), age, false, convention), "{birth} {age:?}");
                cases += 2;
            }
        }
    }
    // 131 years with 32 leap days: 2000 was one, 1900 was none.
    assert_eq!(cases, ages.len() as u64 * 2 * 2 * (131 * 365 + 32));
    assert!(cases > 4_000_000, "{cases}");
}

#[test]
fn years_and_months_and_weeks_are_counted_in_months_and_days() {
    for at in 0..20_000 {
        let birth = Day::from_ymd(1970, 1, 1).unwrap().plus_days(at);
        for convention in [MissingDay::LastDay, MissingDay::NextDay] {
            let after = |count, unit| birth.plus(Period { count, unit }, convention);
            assert_eq!(after(5, Unit::Years), after(60, Unit::Months));
            assert_eq!(after(8, Unit::Weeks), after(56, Unit::Days));
        }
    }
}

#[test]
fn days_are_numbered_one_after_another() {
    let walk = Walk::new();
    let start = Day::from_ymd(FIRST_YEAR, 1, 1).unwrap().epoch_days();
    for (&(year, month, day), at) in walk.days.iter().zip(0..) {
        let found = Day::from_ymd(year, month, day).unwrap();
        assert_eq!(found.epoch_days(), start + at, "{found}");
        let text = format!("{year:04}-{month:02}-{day:02}");
        assert_eq!((found.to_string(), Day::parse_iso(&text)), (text, Some(found)));
        assert_eq!(Day::from_ymd(year, month, month_length(year, month) + 1), None);
    }
}

#[test]
fn python_comes_to_the_same_days() {
    let mut told = String::new();
    for age in ages() {
        for (convention, name) in [(MissingDay::LastDay, "last day"), (MissingDay::NextDay, "next day")] {
            let mut digest = Sha256::new();
            let mut birth = Day::from_ymd(*BIRTHS.start(), 1, 1).unwrap();
            while birth.ymd().0 <= *BIRTHS.end() {
                digest.update(format!("{}\n", birth.plus(period(age), convention)));
                birth = birth.plus_days(1);
            }
            let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            let age = match age {
                Age::Days(count) => format!("{count} days"),
                Age::Months(count) => format!("{count} months"),
            };
            writeln!(told, "{age}, {name}: {digest}").unwrap();
        }
    }
    let expected = fs::read_to_string(root().join("tests/calendar/digests.txt")).unwrap();
    assert!(
        told == expected,
        "another age is named: `python3 tests/calendar/ages.py --write`, or a day differs\n{told}"
    );
}
