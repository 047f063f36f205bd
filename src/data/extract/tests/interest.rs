use std::collections::BTreeMap;

use super::*;
use crate::data::{Births, CodeInterest, Interest};

/// Those born in 2020 can be on a register, on which the first code counts until a day in 2024; the second counts for
/// nobody.
fn interest() -> Interest {
    let day = |text| Day::parse_iso(text).unwrap();
    let mut births = Births::default();
    births.add(day("2020-01-01"), day("2020-12-31"));
    let first = CodeInterest { births: births.clone(), last: Some(day("2024-03-31")) };
    Interest { births, codes: vec![first, CodeInterest::default(), CodeInterest::default()] }
}

fn load_with(interest: Option<Interest>, rows: (&str, &str), options: &LoadOptions, bits: Option<u32>) -> Extract {
    let wanted = Wanted { givers: false, text: false, interest, ..wanted() };
    let sizes = Sizes { partition_bits: bits, ..Sizes::default() };
    load_sized(&inputs(rows.0, rows.1), &wanted, options, &crate::data::Silent, sizes).unwrap()
}

#[test]
fn what_nothing_hangs_on_is_dropped() {
    let rows = (
        "1,F1,2020-05-01,2020-05-01,,\n\
         2,F1,2010-05-01,2010-05-01,,\n\
         3,F1,2010-05-01,2010-05-01,2011-01-01,\n\
         3,F2,2010-05-01,2011-01-01,,\n\
         4,F1,2010-05-01,2010-05-01,2011-01-01,\n\
         4,F2,2020-05-01,2011-01-01,,\n\
         5,F3,2019-12-31,2020-05-01,,\n",
        "1,2020-05-01,100001,,\n\
         1,2024-03-31,100001,,\n\
         1,2024-04-01,100001,,\n\
         1,2021-01-01,100002,,\n\
         2,2021-01-01,100001,,\n\
         3,2021-01-01,100001,,\n\
         4,2020-03-01,100001,,\n\
         1,2020-03-01,100001,,\n\
         9,2021-01-01,100001,,\n\
         9,2019-12-31,100001,,\n\
         9,2021-01-01,100002,,\n\
         ,2019-12-31,100001,,\n",
    );
    let extract = load_with(Some(interest()), rows, &LoadOptions::default(), None);
    assert_eq!(
        patients(&extract),
        [
            "1 2020-05-01 - [F1 2020-05-01..] [2020-05-01 0 - -, 2024-03-31 0 - -]",
            "3 2010-05-01 - [F1 2010-05-01..2011-01-01, F2 2011-01-01..] []",
            // Rows that differ are settled when they are grouped; then the event lies before the later birth.
            "4 2020-05-01 - [F1 2010-05-01..2011-01-01, F2 2011-01-01..] []",
        ]
    );
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::MissingValue, "patient_id", 1, &[13]),
            found(FindingKind::TwoBirthDates, "birth_date", 1, &[6]),
            found(FindingKind::RegisteredBeforeBirth, "registered_date", 1, &[7]),
            found(FindingKind::UnknownPatient, "patient_id", 1, &[10]),
            found(FindingKind::EventBeforeBirth, "event_date", 2, &[8, 9]),
        ]
    );
    assert_eq!(extract.practices().map(|(_, code)| code).collect::<Vec<_>>(), ["F1", "F2", "F3"]);
    assert_eq!((extract.patient_rows(), extract.event_rows()), (7, 12));
}

/// A patient's line as it is once what nothing hangs on is dropped; None for one who is dropped.
fn thinned(line: &str) -> Option<String> {
    let (head, events) = line.rsplit_once(" [")?;
    let born = head.split(' ').nth(1)?.starts_with("2020");
    let counts = |event: &&str| {
        born && event.split(' ').nth(1) == Some("0") && ("2020-01-01".."2024-04-01").contains(&&event[..10])
    };
    let events: Vec<&str> = events.trim_end_matches(']').split(", ").filter(counts).collect();
    (born || head.contains(", ")).then(|| format!("{head} [{}]", events.join(", ")))
}

proptest! {
    #[test]
    fn nobody_on_a_register_loses_anything(
        stays in proptest::collection::vec((0_u8..40, 2018_i32..2023, 1_u32..13, 0_u8..3), 1..60),
        events in proptest::collection::vec((0_u8..44, 2018_i32..2026, 1_u32..13, 1_u8..3), 0..200),
        bits in 0_u32..4,
        rows_bytes in prop_oneof![Just(None), Just(Some(0_u64)), Just(Some(1 << 20))],
    ) {
        // A row that stands twice is one registration, which would hide that there were two rows.
        let stays: BTreeMap<(u8, u32, u8), i32> = stays.iter().map(|(id, year, month, at)| ((*id, *month, *at), *year)).collect();
        // Somebody's birth is the same in all rows: the year is the first row's.
        let birth = |id: u8| stays.iter().find(|(stay, _)| stay.0 == id).map_or(2000, |(_, year)| *year);
        let stay = |(id, month, practice): &(u8, u32, u8)| {
            format!("{id},F{practice},{}-06-15,{}-{month:02}-01,,\n", birth(*id), birth(*id) + 1)
        };
        let event = |(id, year, month, code): &(u8, i32, u32, u8)| format!("{id},{year}-{month:02}-20,10000{code},,\n");
        let stays: String = stays.keys().map(stay).collect();
        let events: String = events.iter().map(event).collect();
        let memory = rows_bytes.map(|rows_bytes| MemoryLimit { rows_bytes, new_file: tempfile::tempfile });
        let options = LoadOptions { memory, ..LoadOptions::default() };
        let whole = load_with(None, (&stays, &events), &LoadOptions::default(), None);
        let thin = load_with(Some(interest()), (&stays, &events), &options, Some(bits));
        let expected: Vec<String> = patients(&whole).iter().filter_map(|line| thinned(line)).collect();
        let found: Vec<String> = patients(&thin).iter().filter_map(|line| thinned(line)).collect();
        prop_assert_eq!(&found, &expected);
        if rows_bytes.is_none() {
            prop_assert_eq!(patients(&thin), expected);
        }
    }
}
