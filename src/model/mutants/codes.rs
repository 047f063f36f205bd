//! Code clusters read otherwise: without each one of their codes.

use crate::model::Rulebook;
use crate::model::book::{ClusterSet, FeeId, MeasureId};
use crate::model::mutants::apply::Change;
use crate::model::mutants::{Concerns, Mutant, Part, Rewrite};

pub(super) fn mutants(book: &Rulebook) -> Vec<Mutant> {
    let measures: Vec<ClusterSet> = book.measures.iter().map(|measure| book.clusters_of_measure(measure)).collect();
    let fees: Vec<ClusterSet> = book.fees.iter().map(|fee| book.clusters_of_fee(fee)).collect();
    let of_pathway = book.clusters_of_pathway();
    let reading = |sets: &[ClusterSet], cluster: usize| -> Vec<u32> {
        let numbered = sets.iter().zip(0..);
        numbered.filter(|(set, _)| set.meets(ClusterSet(1 << cluster))).map(|(_, at)| at).collect()
    };
    let mut all = Vec::new();
    for (cluster, known) in book.clusters.iter().enumerate() {
        let concerns = Concerns {
            measures: reading(&measures, cluster).into_iter().map(MeasureId).collect(),
            fees: reading(&fees, cluster).into_iter().map(FeeId).collect(),
            pathway: of_pathway.meets(ClusterSet(1 << cluster)),
            ..Concerns::default()
        };
        let place = concerns
            .measures
            .first()
            .map(|id| book.measures[id.index()].span)
            .or_else(|| concerns.fees.first().map(|id| book.fees[id.index()].span))
            .or_else(|| book.pathway.as_ref().map(|pathway| pathway.span));
        let Some(place) = place else { continue };
        all.extend(known.codes.iter().map(|code| Mutant {
            part: Part::Cluster(cluster),
            within: None,
            place,
            rewrite: Rewrite::CodeDropped(code.id),
            concerns: concerns.clone(),
            edit: Change::Code(cluster, code.id).into(),
        }));
    }
    all
}
