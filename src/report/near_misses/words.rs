//! What to check in the record, in a sentence or two without any value of the patient's beside how many days.

use crate::eval::judge::Outcome;
use crate::eval::near_misses::{Kind, NearMiss};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, MeasurementId};
use crate::report::style::{counted, listed};

/// Whether what is recorded is dated too early or too late.
pub(super) fn timing(miss: &NearMiss) -> &'static str {
    if miss.move_days > 0 { "early" } else { "late" }
}

/// What to check.
pub(super) fn to_check(book: &Rulebook, measurement: MeasurementId, miss: &NearMiss) -> String {
    let measured = &book.measurements[measurement.index()];
    let measure = &book.measures[measured.measure.index()];
    let dose = joined(book, miss.clusters, "or");
    match miss.kind {
        Kind::Code | Kind::Components => {
            let recorded = joined(book, miss.recorded_as, "and");
            let said = miss.related.and_then(|at| measure.related[at].says.as_deref());
            let advice = said.unwrap_or("Look at which vaccine was given.");
            format!("Recorded as {recorded}; as {dose} it would count. {advice}")
        }
        Kind::Days => {
            let dose = joined(book, miss.clusters, "and");
            let days = counted(u64::from(miss.move_days.unsigned_abs()), "day");
            format!("Is the date of this dose ({dose}) right? It is {days} too {} to count.", timing(miss))
        }
        Kind::SameDay => format!(
            "Were two doses of {dose} given, and one has the wrong date? They are recorded on one day and count as one. \
             If one dose was recorded twice, nothing is wrong."
        ),
        Kind::Unrecorded => format!(
            "Was a dose of {dose} given between two that are recorded? Their dates look like those of the dose before it \
             and the dose after it."
        ),
        Kind::History => {
            let doses = joined(book, miss.clusters, "and");
            let due = counted(miss.doses as u64, "dose");
            let were = if miss.doses == 1 { "was" } else { "were" };
            format!(
                "Nothing is recorded from before registration, when {due} ({doses}) {were} due. Obtain the history and \
                 record it by {}.",
                measured.day.in_words()
            )
        }
        Kind::Registration => {
            let days = counted(u64::from(miss.move_days.unsigned_abs()), "day");
            let when = if miss.move_days > 0 { "later" } else { "earlier" };
            let then = match (miss.would_be, miss.would_be.reason(measure)) {
                (Outcome::Excepted(_) | Outcome::Excluded(_), Some(reason)) => {
                    format!("{} ({}) would apply", reason.code, reason.title)
                }
                (_, _) => "it would count".to_owned(),
            };
            format!("Is the date of registration right? {days} {when}, and {then}.")
        }
    }
}

/// The names of some clusters: `mmr and dtap_ipv_booster`.
fn joined(book: &Rulebook, clusters: ClusterSet, word: &str) -> String {
    let names: Vec<String> = clusters.iter().map(|at| book.clusters[at].name.clone()).collect();
    match word {
        "and" => listed(&names),
        word => names.join(&format!(" {word} ")),
    }
}
