//! What a name means in a rulebook: one name can be a cluster's and a fee's.

use crate::ground::Sources;
use crate::model::Rulebook;
use crate::model::book::{FigureId, Measure, MeasureId, PaymentId};
use crate::model::ids::FeeId;
use crate::model::pathway::Pathway;
use crate::report::show::Shown;
use crate::report::show::gather::Gatherer;

/// Everything in a rulebook that goes by a name: an indicator, course, payment, fee, code cluster, figure,
/// pathway, state, alert, worklist or list of words. The code of a reason, such as DTPCON, means the measure that gives it. A figure of one measure alone is `VI001.lower_threshold`. Small and capital letters are the same.
pub fn find(book: &Rulebook, sources: &Sources, name: &str) -> Vec<Shown> {
    let gatherer = Gatherer { book, sources };
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let reasons = |measure: &Measure| measure.excludes.iter().chain(&measure.excepts).any(|reason| is(&reason.code));
    let measures = book.measures.iter().zip(0..).filter(|(measure, _)| is(&measure.code) || reasons(measure));
    let payments = book.payments.iter().zip(0..).filter(|(payment, _)| is(&payment.name));
    let fees = book.fees.iter().zip(0..).filter(|(fee, _)| is(&fee.name));
    let clusters = book.clusters.iter().enumerate().filter(|(_, cluster)| is(&cluster.name));
    let figures = book.figures.iter().zip(0..).filter(|(figure, _)| is(&figure.name) || is(&path(book, figure)));
    let mut found: Vec<Shown> = measures.map(|(_, at)| gatherer.measure(MeasureId(at))).collect();
    found.extend(payments.map(|(_, at)| Shown::Payment(Box::new(gatherer.payment(PaymentId(at))))));
    found.extend(fees.map(|(_, at)| Shown::Fee(Box::new(gatherer.fee(FeeId(at))))));
    found.extend(clusters.map(|(at, _)| Shown::Cluster(Box::new(gatherer.cluster(at)))));
    found.extend(figures.map(|(figure, at)| Shown::Figure(Box::new(gatherer.figure(FigureId(at), figure)))));
    found.extend(in_pathway(&gatherer, &is));
    let of_patients = book.worklists.iter().enumerate().filter(|(_, list)| is(&list.name));
    found.extend(of_patients.map(|(at, _)| Shown::Worklist(Box::new(gatherer.worklist_alone(None, at)))));
    let lists = book.word_lists.iter().enumerate().filter(|(_, list)| is(&list.name));
    found.extend(lists.map(|(at, list)| Shown::WordList(Box::new(gatherer.word_list(at, list)))));
    found
}

/// The pathway, its states, alerts and worklists of a name.
fn in_pathway(gatherer: &Gatherer<'_>, is: &dyn Fn(&str) -> bool) -> Vec<Shown> {
    let Some(pathway) = &gatherer.book.pathway else { return Vec::new() };
    let whole = is(&pathway.name).then(|| Shown::Pathway(Box::new(gatherer.pathway(pathway))));
    let states = pathway.states.iter().enumerate().filter(|(_, state)| is(&state.name));
    let alerts = pathway.alerts.iter().enumerate().filter(|(_, alert)| is(&alert.name));
    let worklists = pathway.worklists.iter().enumerate().filter(|(_, list)| is(&list.name));
    let mut found: Vec<Shown> = whole.into_iter().collect();
    found.extend(states.map(|(at, _)| Shown::State(Box::new(gatherer.state_alone(pathway, at)))));
    found.extend(alerts.map(|(at, _)| Shown::Alert(Box::new(gatherer.alert_alone(pathway, at)))));
    found.extend(worklists.map(|(at, _)| Shown::Worklist(Box::new(gatherer.worklist_alone(Some(pathway), at)))));
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
        ("pathways", names(books, |book| book.pathway.iter().map(|pathway| &pathway.name).collect())),
        ("states", in_pathways(books, |pathway| pathway.states.iter().map(|state| &state.name).collect())),
        ("alerts", in_pathways(books, |pathway| pathway.alerts.iter().map(|alert| &alert.name).collect())),
        ("worklists", names(books, worklists)),
        ("word lists", names(books, |book| book.word_lists.iter().map(|list| &list.name).collect())),
        ("figures", names(books, |book| book.figures.iter().map(|figure| &figure.name).collect())),
        ("code clusters", names(books, |book| book.clusters.iter().map(|cluster| &cluster.name).collect())),
    ];
    lists.into_iter().filter(|(_, names)| !names.is_empty()).collect()
}

fn worklists(book: &Rulebook) -> Vec<&String> {
    let of_pathway = book.pathway.iter().flat_map(|pathway| &pathway.worklists);
    of_pathway.chain(&book.worklists).map(|list| &list.name).collect()
}

fn in_pathways<'b>(books: &[&'b Rulebook], of: impl Fn(&'b Pathway) -> Vec<&'b String>) -> Vec<String> {
    names(books, |book| book.pathway.iter().flat_map(&of).collect())
}

fn names<'b>(books: &[&'b Rulebook], of: impl Fn(&'b Rulebook) -> Vec<&'b String>) -> Vec<String> {
    let mut names: Vec<String> = books.iter().flat_map(|book| of(book)).cloned().collect();
    names.sort();
    names.dedup();
    names
}
