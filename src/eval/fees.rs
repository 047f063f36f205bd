//! Doses that earn an item-of-service fee: each patient's distinct days of a fee's clusters, paid to who gave them.

use crate::data::extract::{Event, Patient, PracticeId};
use crate::eval::sight::{Lens, Scratch, Sight, holding};
use crate::ground::Day;
use crate::model::book::{ClusterSet, Fee, FeeId};

/// Tells every dose of a patient that earns a fee of the rulebook, with the practice that earns it; None where nobody
/// is known to have given it and the patient was on no list that day.
pub(crate) fn doses(
    lens: &Lens<'_>,
    patient: Patient<'_>,
    scratch: &mut Scratch,
    mut tell: impl FnMut(FeeId, Option<PracticeId>),
) {
    let may_earn = |event: &Event| lens.clusters_of(event).meets(lens.fee_clusters);
    if !patient.events.iter().any(may_earn) {
        return;
    }
    let Some(mut sight) = Sight::of_anyone(lens, patient, lens.book().end, scratch) else { return };
    for (fee, id) in lens.book().fees.iter().zip(0..) {
        for day in days(&mut sight, fee) {
            tell(FeeId(id), giver(&sight, fee.clusters, day));
        }
    }
}

/// The days of a patient's doses that earn a fee, in order.
pub(crate) fn days(sight: &mut Sight<'_, '_>, fee: &Fee) -> Vec<Day> {
    let days = sight.days(&fee.window);
    sight.days_of(fee.clusters, days).collect()
}

/// Who gave the dose of a day; of several that say so, the first by code; else where the patient was registered.
fn giver(sight: &Sight<'_, '_>, clusters: ClusterSet, day: Day) -> Option<PracticeId> {
    let of_day = sight.events.iter().filter(|event| event.day == day && sight.lens.clusters_of(event).meets(clusters));
    let named = of_day.filter_map(|event| event.giver).min();
    named.or_else(|| holding(&sight.patient, day).map(|registration| registration.practice))
}
