//! Findings: what was odd in the data, how often, where first, and what was done about it. Never a patient's value.

use std::collections::BTreeMap;

use serde::Serialize;

/// What was odd, and how it was treated. Each variant's words are in [`FindingKind::words`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A cell that must be a date is not one: the row is set aside.
    MalformedDate,
    /// A code that is not 6 to 18 digits without a leading zero: the row is set aside.
    MalformedCode,
    /// A cell that must be filled is empty: the row is set aside.
    MissingValue,
    /// A row with more or fewer cells than the header: the row is set aside.
    WrongCellCount,
    /// A cell that is not text in UTF-8: the row is set aside.
    NotText,
    /// A number that cannot be read: the row is set aside.
    MalformedNumber,
    /// A time that cannot be read: the row is set aside.
    MalformedTime,
    /// A cell that must say yes or no and says neither: the row is set aside.
    MalformedTruth,
    /// A patient with two birth dates.
    TwoBirthDates,
    /// A patient with two death dates.
    TwoDeathDates,
    /// Two registrations hold on the day that is measured.
    TwoRegistrations,
    /// An event of a patient who is not among the patients.
    UnknownPatient,
    /// A registration that starts before birth.
    RegisteredBeforeBirth,
    /// Deregistered on or before the day of registration.
    DeregisteredBeforeRegistration,
    /// A dose that no practice is known to have given, of a patient on no list that day.
    DoseOfNobody,
    /// More people achieved than there are: the row is set aside.
    NumeratorAboveDenominator,
    /// A practice that stands twice in the practices file.
    PracticeTwice,
    /// An event before the patient's birth.
    EventBeforeBirth,
    /// Two rows of counts for one practice and measure.
    CountedTwice,
    /// Two values for one practice, indicator and thing counted.
    ValueTwice,
    /// Counts for a measure that the rulebook has not got.
    UnknownMeasure,
    /// One slot in two rows, taken in one and free in the other.
    SlotTakenAndFree,
    /// A register that is not the denominator with the excluded and the excepted.
    CountsDisagree,
    /// Counts that have no room for the exceptions found in the records.
    ExceptionsWithoutRoom,
    /// A date of which only the year, or the year and month, is told: the row is set aside.
    PartialDate,
    /// A line that is no JSON document: set aside.
    NotJson,
    /// A resource whose members are not of the types that FHIR gives them, or stand twice: set aside.
    NotOfFhir,
    /// A resource of another type than the first of its file: set aside.
    OtherResource,
    /// A resource without a code of SNOMED CT: set aside.
    NoSnomedCode,
    /// A record of what was not done, or was entered in error.
    NotDone,
    /// A patient for whom no day of registration is told.
    RegisteredAtBirth,
    /// A practice of which no code of the Organisation Data Service is told.
    PracticeById,
    /// A patient who is not active, and of whose registration no end is told: set aside.
    InactiveWithoutEnd,
    /// A patient who has died, on a day that is not told.
    DiedOnUnknownDay,
    /// A file of resources that are not read.
    UnreadResources,
    /// A practice of an area that the scheme is not for, or of none that is known.
    OtherArea,
    /// A date that does not begin with its year, where nobody declared the order: the row is set aside.
    UndeclaredDate,
    /// A date that is not day first, where that was declared: the row is set aside.
    NotDayFirst,
    /// A code of which a spreadsheet has dropped digits: the row is set aside.
    CodeInExponents,
    /// A practice that is in none of the groups that practices are put together by.
    NoGroup,
    /// Earlier results of a year that is not one of those whose results are the baseline.
    OtherYear,
    /// A practice that has a baseline, and was not counted.
    BaselineAlone,
    /// A practice that was counted, and has no baseline.
    NoBaseline,
}

impl FindingKind {
    /// Faults by which a row is malformed in itself.
    pub const MALFORMED: [FindingKind; 16] = [
        FindingKind::MalformedDate,
        FindingKind::UndeclaredDate,
        FindingKind::NotDayFirst,
        FindingKind::MalformedCode,
        FindingKind::CodeInExponents,
        FindingKind::MissingValue,
        FindingKind::WrongCellCount,
        FindingKind::NotText,
        FindingKind::MalformedNumber,
        FindingKind::MalformedTime,
        FindingKind::MalformedTruth,
        FindingKind::PartialDate,
        FindingKind::NotJson,
        FindingKind::NotOfFhir,
        FindingKind::OtherResource,
        FindingKind::NoSnomedCode,
    ];

    /// What was found and what was done, in words.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            FindingKind::MalformedDate => ("a date that is not a date (YYYY-MM-DD is expected)", "row set aside"),
            FindingKind::MalformedCode => ("a code that is not 6 to 18 digits without a leading zero", "row set aside"),
            FindingKind::MissingValue => ("an empty cell where a value is needed", "row set aside"),
            FindingKind::WrongCellCount => ("a row with more or fewer cells than the header", "row set aside"),
            FindingKind::NotText => ("a cell that is not UTF-8 text", "row set aside"),
            FindingKind::MalformedNumber => ("a number that cannot be read", "row set aside"),
            FindingKind::MalformedTime => {
                ("a time that is not a time (YYYY-MM-DD or YYYY-MM-DD HH:MM is expected)", "row set aside")
            }
            FindingKind::MalformedTruth => {
                ("a value that is neither yes nor no (yes, true, y, 1 or no, false, n, 0 is expected)", "row set aside")
            }
            FindingKind::TwoBirthDates => {
                ("a patient with two birth dates", "the one beside the registration that counts is used")
            }
            FindingKind::TwoDeathDates => ("a patient with two death dates", "the earlier one is used"),
            FindingKind::TwoRegistrations => (
                "a patient with two registrations that hold at once",
                "the later one is used, then the greatest practice code",
            ),
            FindingKind::UnknownPatient => ("an event of a patient who is not among the patients", "row set aside"),
            FindingKind::RegisteredBeforeBirth => ("a registration before birth", "kept as written"),
            FindingKind::DeregisteredBeforeRegistration => {
                ("a deregistration on or before the day of registration", "row set aside")
            }
            FindingKind::DoseOfNobody => {
                ("a dose without a giver, of a patient who was on no list that day", "paid to nobody")
            }
            FindingKind::NumeratorAboveDenominator => {
                ("a numerator that is greater than its denominator", "row set aside")
            }
            FindingKind::PracticeTwice => ("a practice that stands twice", "the first row by content is used"),
            FindingKind::EventBeforeBirth => ("an event before birth", "ignored"),
            FindingKind::CountedTwice => (
                "two rows for one practice and measure that differ",
                "the one with the smaller numerator is used, then the smaller denominator",
            ),
            FindingKind::ValueTwice => {
                ("two values for one practice, indicator and thing counted", "the smaller one is used")
            }
            FindingKind::UnknownMeasure => ("a row for a measure that the rulebook has not got", "row not used"),
            FindingKind::SlotTakenAndFree => ("a slot that stands twice, once taken and once free", "counted as taken"),
            FindingKind::ExceptionsWithoutRoom => (
                "counts in which fewer have not achieved than are exceptions in the records",
                "uptake with exceptions and payment left open",
            ),
            FindingKind::OtherArea => {
                ("a practice that is not known to be of the scheme's areas", "its patients are left out")
            }
            FindingKind::UndeclaredDate => (
                "a date like 03/04/2021, in an order that nobody declared (if the day comes first, `--dates day-first` does)",
                "row set aside",
            ),
            FindingKind::NotDayFirst => {
                ("a date that is not day first, as was declared (DD/MM/YYYY is expected)", "row set aside")
            }
            FindingKind::CodeInExponents => (
                "a code like 1.66281E+14, of which a spreadsheet has dropped digits (export the column as text)",
                "row set aside",
            ),
            FindingKind::NoGroup => ("a practice that is in no group", "counted in a row of its own name"),
            FindingKind::OtherYear => {
                ("a row of a year that the rulebook does not pool into the baseline", "row not used")
            }
            FindingKind::BaselineAlone => {
                ("a practice that has a baseline and was not counted in the year itself", "baseline not used")
            }
            FindingKind::NoBaseline => ("a practice that was counted and has no baseline", "no improvement known"),
            FindingKind::PartialDate => ("a date that is only a year, or a year and a month", "set aside"),
            FindingKind::NotJson => ("a line that is not a JSON object, or is cut short", "set aside"),
            FindingKind::NotOfFhir => {
                ("a resource with a member that stands twice or is not of the type that FHIR R4 gives it", "set aside")
            }
            FindingKind::OtherResource => ("a resource of another type than the first of its file", "set aside"),
            FindingKind::NoSnomedCode => ("a resource without a code of SNOMED CT", "set aside"),
            FindingKind::NotDone => ("a record that was not done, not confirmed or entered in error", "not counted"),
            FindingKind::RegisteredAtBirth => {
                ("a patient without a day of registration", "taken to be registered from birth")
            }
            FindingKind::PracticeById => (
                "a practice of which no code of the Organisation Data Service is told",
                "the id of its resource is used as its code",
            ),
            FindingKind::InactiveWithoutEnd => {
                ("a patient who is not active, of whose registration no end is told", "set aside")
            }
            FindingKind::DiedOnUnknownDay => {
                ("a patient who has died on a day that is not told", "kept; only the end of a registration ends it")
            }
            FindingKind::UnreadResources => ("a file of resources that no rule reads", "not read"),
            FindingKind::CountsDisagree => {
                ("a register that is not denominator, excluded and excepted together", "row set aside")
            }
        }
    }
}

/// One kind of finding in one column of one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// What was found.
    pub kind: FindingKind,
    /// The file's name as it was given.
    pub file: String,
    /// The column, where one is to blame; empty otherwise.
    pub column: String,
    /// How many times.
    pub count: u64,
    /// The lines (CSV, the header being line 1) or rows (Parquet, the first being row 1) of the first few.
    pub first_rows: Vec<u64>,
}

/// How many row numbers a finding keeps.
const ROWS_KEPT: usize = 3;

/// All findings of a run, in one order whatever the order in which they were met.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Findings {
    by_place: BTreeMap<(FindingKind, String, String), (u64, Vec<u64>)>,
}

impl Findings {
    /// Counts one more, with its line or row where it has one.
    pub fn add(&mut self, kind: FindingKind, file: &str, column: &str, row: Option<u64>) {
        let entry = self.by_place.entry((kind, file.to_owned(), column.to_owned())).or_default();
        entry.0 += 1;
        entry.1.extend(row);
        keep_first(&mut entry.1);
    }

    /// Counts several more of one kind in one place, with the lines or rows of the first of them.
    pub fn add_counted(&mut self, kind: FindingKind, file: &str, column: &str, count: u64, first_rows: &[u64]) {
        if count == 0 {
            return;
        }
        let entry = self.by_place.entry((kind, file.to_owned(), column.to_owned())).or_default();
        entry.0 += count;
        entry.1.extend(first_rows);
        keep_first(&mut entry.1);
    }

    /// Takes over another collection's findings.
    pub fn merge(&mut self, other: Findings) {
        for (place, (count, rows)) in other.by_place {
            let entry = self.by_place.entry(place).or_default();
            entry.0 += count;
            entry.1.extend(rows);
            keep_first(&mut entry.1);
        }
    }

    /// True if nothing was odd.
    pub fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    /// The findings, by kind, file and column.
    pub fn list(&self) -> Vec<Finding> {
        let finding = |((kind, file, column), (count, rows)): (&(FindingKind, String, String), &(u64, Vec<u64>))| {
            Finding { kind: *kind, file: file.clone(), column: column.clone(), count: *count, first_rows: rows.clone() }
        };
        self.by_place.iter().map(finding).collect()
    }
}

fn keep_first(rows: &mut Vec<u64>) {
    rows.sort_unstable();
    rows.truncate(ROWS_KEPT);
}
