//! Changes in words.

use crate::model::Rulebook;
use crate::model::book::MeasureKind;
use crate::model::difference::{Change, Part, ReasonKind, Said, Subject, What};
use crate::report::difference::{PartTold, Side, SourceTold, Told, grade_word};

fn kind_word(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Indicator => "indicator",
        MeasureKind::Course => "course",
    }
}

/// What kind of thing a subject is, its name and its title.
pub(super) fn subject(old: &Rulebook, new: &Rulebook, subject: &Subject) -> (&'static str, String, String) {
    let title = |find: &dyn Fn(&Rulebook) -> Option<String>| find(new).or_else(|| find(old)).unwrap_or_default();
    let pathway = |find: &dyn Fn(&crate::model::pathway::Pathway) -> Option<String>| {
        title(&|book| book.pathway.as_ref().and_then(find))
    };
    match subject {
        Subject::Book => ("rulebook", String::new(), new.title.clone()),
        Subject::Measure(code) => {
            let measure = |book: &Rulebook| book.measure(code).map(|id| book.measures[id.index()].clone());
            let kind = measure(new).or_else(|| measure(old)).map_or("indicator", |measure| kind_word(measure.kind));
            (kind, code.clone(), title(&|book| measure(book).map(|measure| measure.title)))
        }
        Subject::Payment(name) => {
            let find = |book: &Rulebook| {
                book.payments.iter().find(|payment| payment.name == *name).map(|payment| payment.title.clone())
            };
            ("payment", name.clone(), title(&find))
        }
        Subject::Fee(name) => {
            let find = |book: &Rulebook| book.fees.iter().find(|fee| fee.name == *name).map(|fee| fee.title.clone());
            ("fee", name.clone(), title(&find))
        }
        Subject::Cluster(name) => {
            let find = |book: &Rulebook| {
                book.clusters.iter().find(|cluster| cluster.name == *name).map(|cluster| cluster.title.clone())
            };
            ("cluster", name.clone(), title(&find))
        }
        Subject::WordList(name) => ("words", name.clone(), String::new()),
        Subject::Pathway => ("pathway", String::new(), pathway(&|pathway| Some(pathway.title.clone()))),
        Subject::State(name) => {
            let find = pathway(&|pathway| {
                pathway.states.iter().find(|state| state.name == *name).map(|state| state.title.clone())
            });
            ("state", name.clone(), find)
        }
        Subject::Alert(name) => {
            let find = pathway(&|pathway| {
                pathway.alerts.iter().find(|alert| alert.name == *name).map(|alert| alert.title.clone())
            });
            ("alert", name.clone(), find)
        }
        Subject::Worklist(name) => {
            let find = |book: &Rulebook| {
                let of_pathway = book.pathway.iter().flat_map(|pathway| &pathway.worklists);
                let mut lists = book.worklists.iter().chain(of_pathway);
                lists.find(|list| list.name == *name).map(|list| list.title.clone())
            };
            ("worklist", name.clone(), title(&find))
        }
    }
}

/// A change in words.
pub(super) fn told(change: &Change) -> Told {
    let (old, new) = (change.old.as_ref().map(side), change.new.as_ref().map(side));
    let how = match (&old, &new) {
        (None, Some(_)) => "added",
        (Some(_), None) => "removed",
        (Some(_), Some(_)) | (None, None) => "changed",
    };
    Told {
        grade: grade_word(change.grade),
        what: what(&change.what),
        how,
        says: sentence(change),
        old,
        new,
        parts: change.parts.iter().map(part).collect(),
        child: None,
        no_child_found: false,
        practice: None,
    }
}

fn side(said: &Said) -> Side {
    let sources = said.by.iter().map(|(status, title)| SourceTold { status: status.word(), title: title.clone() });
    Side { text: said.text.clone(), sources: sources.collect(), conflicts: said.conflicts.clone() }
}

fn part(part: &Part) -> PartTold {
    PartTold { old: part.old.clone(), new: part.new.clone() }
}

/// Which part of its subject changed.
fn what(what: &What) -> String {
    let spaced = |name: &str| name.replace('_', " ");
    let kind = |kind: &ReasonKind| match kind {
        ReasonKind::Exclusion => "exclusion",
        ReasonKind::Exception => "exception",
    };
    match what {
        What::Whole => "the whole".to_owned(),
        What::Title => "title".to_owned(),
        What::Wording => "the contract's wording".to_owned(),
        What::Remarks(None) => "remarks".to_owned(),
        What::Remarks(Some(part)) => format!("remarks on {}", spaced(part)),
        What::Year => "the year".to_owned(),
        What::Revision => "revision".to_owned(),
        What::MissingDay => "the day of an age that the month lacks".to_owned(),
        What::CodesVersion => "the version of the national code clusters".to_owned(),
        What::Areas => "areas".to_owned(),
        What::BaselineYears => "years of the baseline".to_owned(),
        What::Uses(name) => format!("the rulebook read as {name}"),
        What::UsedBook(name) => format!("what the rulebook read as {name} says"),
        What::Source(id) => format!("the title of the source {id}"),
        What::MeasuredOn => "measured on".to_owned(),
        What::Register => "register".to_owned(),
        What::Achieved => "achieved".to_owned(),
        What::Reason(of, code) => format!("{} {code}", kind(of)),
        What::ReasonTitle(of, code) => format!("title of {} {code}", kind(of)),
        What::ReasonOrder(of) => format!("order of {}s", kind(of)),
        What::Figure(name) => spaced(name),
        What::FigureTrust(name) => format!("who says {}", spaced(name)),
        What::Due(clusters) => format!("when {clusters} is due"),
        What::Related(counted) => format!("what may have been {counted}"),
        What::NearMisses => "near misses".to_owned(),
        What::Proxy => "what stands in where counts lack it".to_owned(),
        What::Code(code) => format!("code {code}"),
        What::CodeTerm(code) => format!("term of {code}"),
        What::ClusterNote => "note".to_owned(),
        What::Way(thing) => format!("words for {thing}"),
        What::PaidFor => "paid for".to_owned(),
        What::Waivable => "may be waived".to_owned(),
        What::FromCounts => "paid from counts only".to_owned(),
        What::Line(name) => spaced(name),
        What::Doses => "doses".to_owned(),
        What::Indicators => "for those not achieved in".to_owned(),
        What::Since => "improvement is measured since".to_owned(),
        What::AuditAbove => "audited above".to_owned(),
        What::StateOrder => "order of states".to_owned(),
        What::Condition => "when".to_owned(),
        What::Exception => "reported as".to_owned(),
        What::Credited => "credited to".to_owned(),
        What::Next => "next".to_owned(),
        What::ToDo => "what to do".to_owned(),
        What::Template => "template".to_owned(),
        What::PerPractice => "raised".to_owned(),
        What::Role => "for".to_owned(),
        What::Rows => "rows".to_owned(),
        What::First => "first".to_owned(),
        What::Columns => "columns".to_owned(),
    }
}

/// True if what is said is said in the words of a rule, which are quoted.
fn is_rule(what: &What) -> bool {
    matches!(
        what,
        What::Register
            | What::Achieved
            | What::Reason(..)
            | What::Condition
            | What::First
            | What::Line(_)
            | What::Doses
            | What::Columns
            | What::Rows
            | What::Way(_)
            | What::Due(_)
            | What::Related(_)
            | What::NearMisses
    )
}

/// A list of clauses on one line: `any of: a; b`.
pub(super) fn plain(text: &str) -> String {
    for word in ["any of", "all of"] {
        if let Some(rest) = text.strip_prefix(&format!("{word} - ")) {
            return format!("{word}: {}", rest.replace(" - ", "; "));
        }
    }
    text.to_owned()
}

fn sentence(change: &Change) -> String {
    let name = what(&change.what);
    let quoted = |text: &str| if is_rule(&change.what) { format!("`{}`", plain(text)) } else { plain(text) };
    if let What::Remarks(_) | What::FigureTrust(_) = change.what {
        return format!("{name}: {}", remarks(change));
    }
    if let (What::Year, Some(old), Some(new)) = (&change.what, &change.old, &change.new) {
        return format!("the year moved from {} to {}", old.text, new.text);
    }
    if let What::UsedBook(name) = &change.what {
        let book = change.new.as_ref().map_or("", |said| &said.text);
        return format!("{book}, read as {name}, changed itself");
    }
    if let What::Way(thing) = &change.what {
        let (way, how) = match (&change.old, &change.new) {
            (Some(old), None) => (&old.text, "removed from"),
            (_, Some(new)) => (&new.text, "added to"),
            (None, None) => return name,
        };
        return format!("`{way}` {how} {thing}");
    }
    if let What::Whole = change.what {
        return match (&change.old, &change.new) {
            (Some(old), None) => format!("removed: {}", plain(&old.text)),
            (None, Some(new)) => format!("added: {}", plain(&new.text)),
            (_, _) => "changed".to_owned(),
        };
    }
    if !change.parts.is_empty() {
        let parts: Vec<String> = change.parts.iter().map(|part| arrow(part, &quoted)).collect();
        return format!("{name}: {}", parts.join("; "));
    }
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{name}: {} → {}", quoted(&old.text), quoted(&new.text)),
        (None, Some(new)) => format!("{name} added: {}", quoted(&new.text)),
        (Some(old), None) => format!("{name} removed: {}", quoted(&old.text)),
        (None, None) => name,
    }
}

fn arrow(part: &Part, quoted: &dyn Fn(&str) -> String) -> String {
    match (&part.old, &part.new) {
        (Some(old), Some(new)) => format!("{} → {}", quoted(old), quoted(new)),
        (None, Some(new)) => format!("added {}", quoted(new)),
        (Some(old), None) => format!("removed {}", quoted(old)),
        (None, None) => String::new(),
    }
}

/// Who said so and says so now; what was noted of a disagreement.
fn remarks(change: &Change) -> String {
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    let by = |said: Option<&Said>| said.map_or("nobody".to_owned(), sources);
    let conflicts = |said: Option<&Said>| said.map(|said| said.conflicts.clone()).unwrap_or_default();
    let text = |said: Option<&Said>| said.map(|said| said.text.clone()).unwrap_or_default();
    let mut told = Vec::new();
    if text(old) != text(new) {
        told.push(format!("{} → {}", text(old), text(new)));
    }
    if by(old) != by(new) {
        told.push(format!("{} → {}", by(old), by(new)));
    }
    let (before, after) = (conflicts(old), conflicts(new));
    told.extend(before.iter().filter(|one| !after.contains(one)).map(|one| format!("no longer noted: {one}")));
    told.extend(after.iter().filter(|one| !before.contains(one)).map(|one| format!("noted: {one}")));
    told.join("; ")
}

/// `official, NHS England's letter`
fn sources(said: &Said) -> String {
    if said.by.is_empty() {
        return "nobody".to_owned();
    }
    let one = |(status, title): &(crate::model::book::Status, String)| format!("{}, {title}", status.word());
    said.by.iter().map(one).collect::<Vec<_>>().join(" and ")
}
