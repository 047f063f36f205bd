//! All patients of an extract, shared out among threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::data::extract::{Extract, Partition, Patient};
use crate::data::progress::Progress;
use crate::ground::Findings;

/// Hands every patient to one of as many shares as the current pool has threads, a partition at a time: gives back the
/// shares, in an order that nothing may depend on, and the findings that only grouping by patient can show.
pub(crate) fn shares<S: Send>(
    extract: &Extract,
    progress: &dyn Progress,
    start: impl Fn() -> S + Sync,
    take: impl Fn(&mut S, Patient<'_>) + Sync,
) -> (Vec<S>, Findings) {
    let take_all = |share: &mut S, partition: &Partition| partition.patients().for_each(|patient| take(share, patient));
    shares_of_partitions(extract, progress, start, take_all)
}

/// The same by whole partitions, whose patients can then be looked at more than once while they are near.
pub(crate) fn shares_of_partitions<S: Send>(
    extract: &Extract,
    progress: &dyn Progress,
    start: impl Fn() -> S + Sync,
    take: impl Fn(&mut S, &Partition) + Sync,
) -> (Vec<S>, Findings) {
    let next = AtomicUsize::new(0);
    let shares = rayon::broadcast(|_| {
        let (mut share, mut findings) = (start(), Findings::default());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= extract.partition_count() {
                return (share, findings);
            }
            let partition = extract.partition(at);
            take(&mut share, &partition);
            findings.merge(partition.findings().clone());
            progress.advance(partition.len() as u64);
        }
    });
    let mut all = Findings::default();
    let shares = shares.into_iter().map(|(share, findings)| {
        all.merge(findings);
        share
    });
    (shares.collect(), all)
}
