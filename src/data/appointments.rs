//! The appointments table: what families agreed to, and when they are to come.

use std::collections::BTreeMap;

use crate::data::cells::{DateCell, truth};
use crate::data::error::LoadError;
use crate::data::naming::DateOrder;
use crate::data::source::Input;
use crate::data::table::{self, Row};
use crate::ground::{Day, FindingKind, Findings};

/// An appointment, or an agreement to one. Rows of one patient sort by content, in the order of the fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Appointment {
    /// The day on which the family agreed; None for an appointment without a known agreement.
    pub agreed: Option<Day>,
    /// The day of the appointment; None where there is an agreement and no appointment yet.
    pub appointment: Option<Day>,
    /// Whether somebody came, where that is known.
    pub attended: Option<bool>,
}

/// The appointments table. At least one of an appointment's two days is there.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Appointments {
    by_patient: BTreeMap<String, Vec<Appointment>>,
    /// What was odd.
    pub findings: Findings,
}

impl Appointments {
    /// A patient's appointments, in order of agreement and appointment, each once.
    pub fn of(&self, patient_id: &str) -> &[Appointment] {
        self.by_patient.get(patient_id).map_or(&[], Vec::as_slice)
    }

    /// True if nobody has an appointment.
    pub fn is_empty(&self) -> bool {
        self.by_patient.is_empty()
    }

    /// The patients who have one, in bytewise order of their ids.
    pub fn patient_ids(&self) -> impl Iterator<Item = &str> {
        self.by_patient.keys().map(String::as_str)
    }

    /// The first malformed row as an error, for a caller who asked that there be none.
    ///
    /// # Errors
    /// [`LoadError::Malformed`].
    pub fn refuse_malformed(&self) -> Result<(), LoadError> {
        table::refuse_malformed(&self.findings)
    }
}

/// Where the columns are.
struct Places {
    patient_id: usize,
    /// With the order in which dates are written, as the one below.
    agreed_date: (usize, DateOrder),
    appointment_date: (usize, DateOrder),
    attended: Option<usize>,
}

/// Reads the appointments table. Rows that say the same are one.
///
/// # Errors
/// [`LoadError`] if the table cannot be read or lacks a column.
pub fn read(input: &Input) -> Result<Appointments, LoadError> {
    let table = table::read(input)?;
    let places = Places {
        patient_id: table.need("patient_id")?,
        agreed_date: (table.need("agreed_date")?, table.date_order("agreed_date")),
        appointment_date: (table.need("appointment_date")?, table.date_order("appointment_date")),
        attended: table.find("attended")?,
    };
    let mut findings = table.findings;
    let mut by_patient: BTreeMap<String, Vec<Appointment>> = BTreeMap::new();
    for row in &table.rows {
        match appointment(row, &places) {
            Ok((patient, appointment)) => by_patient.entry(patient.to_owned()).or_default().push(appointment),
            Err((kind, column)) => findings.add(kind, &table.name, column, Some(row.number)),
        }
    }
    table::refuse_most(&table.name, &findings, table.rows.len())?;
    for appointments in by_patient.values_mut() {
        appointments.sort_unstable();
        appointments.dedup();
    }
    Ok(Appointments { by_patient, findings })
}

/// One appointment and whose it is, or what is wrong with its row in which column.
fn appointment<'a>(row: &'a Row, places: &Places) -> Result<(&'a str, Appointment), (FindingKind, &'static str)> {
    let patient = row.cell(Some(places.patient_id)).ok_or((FindingKind::MissingValue, "patient_id"))?;
    let day = |(place, order): (usize, DateOrder), column: &'static str| {
        let cell = row.cell(Some(place)).unwrap_or_default();
        DateCell::read_in(cell.as_bytes(), order).optional().map_err(|kind| (kind, column))
    };
    let appointment = Appointment {
        agreed: day(places.agreed_date, "agreed_date")?,
        appointment: day(places.appointment_date, "appointment_date")?,
        attended: truth(row.cell(places.attended)).map_err(|kind| (kind, "attended"))?,
    };
    if appointment.agreed.is_none() && appointment.appointment.is_none() {
        return Err((FindingKind::MissingValue, "agreed_date"));
    }
    Ok((patient, appointment))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "attended,patient_id,appointment_date,agreed_date,extra\n";

    fn day(text: &str) -> Option<Day> {
        Day::parse_iso(text)
    }

    fn csv(rows: &str) -> Appointments {
        read(&Input::csv("a.csv", format!("{HEADER}{rows}"))).unwrap()
    }

    fn found(appointments: &Appointments) -> Vec<(FindingKind, String, Vec<u64>)> {
        appointments.findings.list().into_iter().map(|found| (found.kind, found.column, found.first_rows)).collect()
    }

    #[test]
    fn appointments_are_gathered_by_patient_in_order_and_doubles_are_one() {
        let appointments = csv(",007,2025-02-03,2025-01-20,\nYes,007,2024-11-05,2024-10-30,x\n\
             ,7,,2025-01-20,\nno,007,2024-12-01,,\nyes,007,2024-11-05,2024-10-30,y\n");
        let row = |agreed, appointment, attended| Appointment {
            agreed: day(agreed),
            appointment: day(appointment),
            attended,
        };
        assert_eq!(
            appointments.of("007"),
            [
                row("", "2024-12-01", Some(false)),
                row("2024-10-30", "2024-11-05", Some(true)),
                row("2025-01-20", "2025-02-03", None),
            ]
        );
        assert_eq!(appointments.of("7"), [row("2025-01-20", "", None)]);
        assert_eq!(appointments.of("8"), []);
        assert_eq!(appointments.patient_ids().collect::<Vec<_>>(), ["007", "7"]);
        assert!(appointments.findings.is_empty() && !appointments.is_empty());
        assert!(appointments.refuse_malformed().is_ok());
    }

    #[test]
    fn rows_that_cannot_be_used_are_set_aside_and_counted() {
        let appointments = csv(",1,2025-02-30,2025-01-20,\nperhaps,1,2025-02-03,2025-01-20,\n,1,,,\n\
             ,,2025-02-03,2025-01-20,\n,1,2025-02-03,20/01/2025,\n");
        assert!(appointments.is_empty());
        assert_eq!(
            found(&appointments),
            [
                (FindingKind::MalformedDate, "appointment_date".to_owned(), vec![2]),
                (FindingKind::MissingValue, "agreed_date".to_owned(), vec![4]),
                (FindingKind::MissingValue, "patient_id".to_owned(), vec![5]),
                (FindingKind::MalformedTruth, "attended".to_owned(), vec![3]),
                (FindingKind::UndeclaredDate, "agreed_date".to_owned(), vec![6]),
            ]
        );
        let refused = appointments.refuse_malformed().unwrap_err().to_string();
        assert!(
            refused
                .starts_with("row 2 of `a.csv` has a date that is not a date (YYYY-MM-DD is expected) in the column")
        );
    }

    #[test]
    fn a_column_that_is_needed_is_asked_for() {
        let missing = read(&Input::csv("a.csv", "patient_id,agreed_date\n")).unwrap_err().to_string();
        assert!(missing.starts_with("`a.csv` has no column `appointment_date`"), "{missing}");
        assert!(read(&Input::csv("a.csv", "patient_id,agreed_date,appointment_date\n")).unwrap().is_empty());
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn parquet_says_what_csv_says() {
        use std::sync::Arc;

        use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray};

        let days = |texts: [&str; 3]| texts.map(|text| day(text).map(Day::epoch_days)).to_vec();
        let columns: [(&str, ArrayRef); 4] = [
            ("patient_id", Arc::new(Int64Array::from(vec![9, 10, 9]))),
            ("agreed_date", Arc::new(Date32Array::from(days(["2025-01-20", "", "2024-10-30"])))),
            ("appointment_date", Arc::new(StringArray::from(vec![None, Some("2025-02-03"), Some("2024-11-05")]))),
            ("attended", Arc::new(BooleanArray::from(vec![None, Some(false), Some(true)]))),
        ];
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)));
        let read_parquet = read(&crate::data::table::tests::parquet("a.parquet", &batch.unwrap())).unwrap();
        let read_csv = csv(",9,,2025-01-20,\nfalse,10,2025-02-03,,\ntrue,9,2024-11-05,2024-10-30,\n");
        assert_eq!(read_parquet, read_csv);
        assert_eq!(read_parquet.of("9").len(), 2);
    }
}
