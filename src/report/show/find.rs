//! What a name means in a rulebook: one name can be a cluster's and a fee's.

use crate::ground::Sources;
use crate::model::Rulebook;
use crate::model::book::{FigureId, MeasureId, PaymentId};
use crate::model::ids::FeeId;
use crate::report::show::Shown;
use crate::report::show::gather::Gatherer;

/// Everything in a rulebook that goes by a name: an indicator, course, payment, fee, code cluster or figure. A figure of
/// one measure alone is `VI001.lower_threshold`. Small and capital letters are the same.
pub fn find(book: &Rulebook, sources: &Sources, name: &str) -> Vec<Shown> {
    let gatherer = Gatherer { book, sources };
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let measures = book.measures.iter().zip(0..).filter(|(measure, _)| is(&measure.code));
    let payments = book.payments.iter().zip(0..).filter(|(payment, _)| is(&payment.name));
    let fees = book.fees.iter().zip(0..).filter(|(fee, _)| is(&fee.name));
    let clusters = book.clusters.iter().enumerate().filter(|(_, cluster)| is(&cluster.name));
    let figures = book.figures.iter().zip(0..).filter(|(figure, _)| is(&figure.name) || is(&path(book, figure)));
    let mut found: Vec<Shown> = measures.map(|(_, at)| gatherer.measure(MeasureId(at))).collect();
    found.extend(payments.map(|(_, at)| Shown::Payment(Box::new(gatherer.payment(PaymentId(at))))));
    found.extend(fees.map(|(_, at)| Shown::Fee(Box::new(gatherer.fee(FeeId(at))))));
    found.extend(clusters.map(|(at, _)| Shown::Cluster(Box::new(gatherer.cluster(at)))));
    found.extend(figures.map(|(figure, at)| Shown::Figure(Box::new(gatherer.figure(FigureId(at), figure)))));
    found
}

/// `VI001.lower_threshold`, or the bare name of one of the rulebook's own.
pub(super) fn path(book: &Rulebook, figure: &crate::model::book::Figure) -> String {
    match figure.owner {
        Some(owner) => format!("{}.{}", book.measures[owner.index()].code, figure.name),
        None => figure.name.clone(),
    }
}

/// All names that [`find`] knows, by what they name: `indicators`, `courses`, …; each list in order, each name once.
pub fn known_names(books: &[&Rulebook]) -> Vec<(&'static str, Vec<String>)> {
    use crate::model::book::MeasureKind::{Course, Indicator};
    let of_kind = |kind| {
        names(books, |book| {
            book.measures.iter().filter(|measure| measure.kind == kind).map(|measure| &measure.code).collect()
        })
    };
    let lists = [
        ("indicators", of_kind(Indicator)),
        ("courses", of_kind(Course)),
        ("payments", names(books, |book| book.payments.iter().map(|payment| &payment.name).collect())),
        ("fees", names(books, |book| book.fees.iter().map(|fee| &fee.name).collect())),
        ("figures", names(books, |book| book.figures.iter().map(|figure| &figure.name).collect())),
        ("code clusters", names(books, |book| book.clusters.iter().map(|cluster| &cluster.name).collect())),
    ];
    lists.into_iter().filter(|(_, names)| !names.is_empty()).collect()
}

fn names<'b>(books: &[&'b Rulebook], of: impl Fn(&'b Rulebook) -> Vec<&'b String>) -> Vec<String> {
    let mut names: Vec<String> = books.iter().flat_map(|book| of(book)).cloned().collect();
    names.sort();
    names.dedup();
    names
}
