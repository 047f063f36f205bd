//! The item-of-service fees that missing doses earn, by the same count of doses that a run pays.

use crate::data::extract::{Event, Patient};
use crate::eval::fees::doses;
use crate::eval::in_time::MissingDose;
use crate::eval::sight::{Lens, Scratch};
use crate::ground::Day;
use crate::model::book::FeeId;

/// What some doses earn in fees.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Earnings {
    /// Fees, by rulebook, then in the rulebook's order.
    pub fees: Vec<Earning>,
    /// True if the day of some dose is in the year of no rulebook at hand, so that nobody knows what it earns.
    pub is_partly_unknown: bool,
}

/// Doses that earn one fee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Earning {
    /// The rulebook, by its place among those that may pay.
    pub payer: usize,
    /// Its fee.
    pub fee: FeeId,
    /// How many doses earn it.
    pub doses: u64,
}

/// The day on which a missing dose is to be given: when it is due, or as soon as it counts where that has passed; never
/// after its last day.
pub fn due_or_first(dose: &MissingDose) -> Day {
    let day = dose.due.map_or(dose.earliest, |due| due.max(dose.earliest));
    dose.last.map_or(day, |last| day.min(last))
}

/// What the missing doses earn if each is given on its day: what is earned with them, less what is earned without.
pub(super) fn of(lens: &Lens<'_>, payers: &[Lens<'_>], patient: Patient<'_>, missing: &[MissingDose]) -> Earnings {
    let mut earnings = Earnings::default();
    for (payer, paying) in payers.iter().enumerate() {
        let is_in_year = |day: Day| paying.book().start <= day && day <= paying.book().end;
        let given = missing.iter().filter_map(|dose| event(lens, dose)).filter(|event| is_in_year(event.day));
        let given: Vec<Event> = given.collect();
        if given.is_empty() {
            continue;
        }
        let without = earned(paying, patient);
        let mut events: Vec<Event> = patient.events.iter().copied().chain(given).collect();
        events.sort_unstable();
        let with = earned(paying, Patient { events: &events, ..patient });
        let more = with.into_iter().zip(without).map(|(with, without)| with.saturating_sub(without));
        let fees = more.zip(0..).filter(|(doses, _)| *doses > 0);
        earnings.fees.extend(fees.map(|(doses, fee)| Earning { payer, fee: FeeId(fee), doses }));
    }
    let has_payer = |day: Day| payers.iter().any(|payer| payer.book().start <= day && day <= payer.book().end);
    earnings.is_partly_unknown = missing.iter().any(|dose| !has_payer(due_or_first(dose)));
    earnings
}

/// The dose as a record; None where no code of it is read.
fn event(lens: &Lens<'_>, dose: &MissingDose) -> Option<Event> {
    let code = dose.clusters.iter().find_map(|cluster| lens.typical(cluster))?;
    Some(Event { day: due_or_first(dose), code, giver: None })
}

/// By fee: how many doses earn it.
fn earned(payer: &Lens<'_>, patient: Patient<'_>) -> Vec<u64> {
    let mut counted = vec![0; payer.book().fees.len()];
    doses(payer, patient, &mut Scratch::default(), |fee, _| counted[fee.index()] += 1);
    counted
}
