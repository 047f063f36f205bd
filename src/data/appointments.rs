//! The appointments table.

use crate::ground::Day;

/// An appointment, or an agreement to one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Appointment {
    /// When the family agreed.
    pub agreed: Option<Day>,
    /// When it is to be.
    pub appointment: Option<Day>,
    /// Whether they came.
    pub attended: Option<bool>,
}

/// The appointments table.
#[derive(Clone, Default, Debug)]
pub struct Appointments {
    /// What was odd.
    pub findings: crate::ground::Findings,
}

impl Appointments {
    /// A patient's.
    pub fn of(&self, _patient_id: &str) -> &[Appointment] {
        &[]
    }
}
