//! What no official text stands behind, grouped by what would settle it.

use serde::Serialize;

use crate::ground::{Sources, Span};
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue, Notes, Status};
use crate::model::formula::ProgramOf;
use crate::report::prose::Block;
use crate::report::show::find::path;
use crate::report::show::gather::Gatherer;
use crate::report::show::pathway::conditions_of_pathway;
use crate::report::style::{counted, listed};
use crate::report::wording::{conflict_line, value_words};

/// Why something is not settled, the least sure first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A figure that is needed and not known.
    Unset,
    /// Nobody says.
    Assumed,
    /// Trade press or a support site that read the official text.
    Reported,
    /// Worked out from others.
    Derived,
    /// Sources disagree.
    Conflict,
    /// A code list that is not the whole official one.
    IncompleteCodes,
}

impl Doubt {
    const ALL: [Doubt; 6] =
        [Doubt::Unset, Doubt::Assumed, Doubt::Reported, Doubt::Derived, Doubt::Conflict, Doubt::IncompleteCodes];

    /// None for what is official.
    fn of(status: Status) -> Option<Doubt> {
        match status {
            Status::Official => None,
            Status::Reported => Some(Doubt::Reported),
            Status::Derived => Some(Doubt::Derived),
            Status::Assumed => Some(Doubt::Assumed),
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Doubt::Unset => "Not set: needed, and not known",
            Doubt::Assumed => "Assumed: nobody says so",
            Doubt::Reported => "Reported: somebody else read the official text",
            Doubt::Derived => "Derived: worked out from others",
            Doubt::Conflict => "Sources disagree",
            Doubt::IncompleteCodes => "Code lists that are not the whole official list",
        }
    }

    fn settled_by(self) -> &'static str {
        match self {
            Doubt::Unset => {
                "Settled by the figure itself, from whoever sets it: write `is`, `unit`, `status` and `source` in the place of `unset`."
            }
            Doubt::Assumed => {
                "Settled by the contract's official text for the year: read it there, cite it among the sources, and write `official`; where it says otherwise, change the rule or figure."
            }
            Doubt::Reported => {
                "Settled by the official text that the source speaks of: read it there, cite it in the source's place, and write `official`."
            }
            Doubt::Derived => "Settled by an official figure that the working can be held against.",
            Doubt::Conflict => {
                "Settled by the official text: once it is read, cite it and leave `conflict` out, or keep it to say which source was wrong."
            }
            Doubt::IncompleteCodes => {
                "Settled by the official reference set, taken over with `uptake import-codes FILE --cluster NAME --version VERSION --complete`."
            }
        }
    }
}

/// Things of one doubt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Group {
    /// Why they are not settled.
    pub doubt: Doubt,
    /// What would settle them.
    pub settled_by: &'static str,
    /// The things.
    pub things: Vec<Thing>,
}

/// Something that is not settled; what several rulebooks say in the same words stands once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Thing {
    /// `VI001.lower_threshold is 89 %`, `VI001 register`.
    pub what: String,
    /// Who says so, where the sources disagree, or what is missing.
    pub why: String,
    /// Where it stands, in each rulebook.
    pub places: Vec<ThingPlace>,
}

/// Where something stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct ThingPlace {
    /// `qof/2023-24`
    pub rulebook: String,
    /// `qof/2023-24/contract.toml:22`; empty for a code cluster.
    pub place: String,
}

/// All that is not settled in some rulebooks, the least sure first.
pub fn unverified(books: &[&Rulebook], sources: &Sources) -> Vec<Group> {
    let mut gathered = Gathered::default();
    for book in books {
        Reading { gatherer: Gatherer { book, sources }, gathered: &mut gathered }.read();
    }
    let group = |doubt: Doubt| {
        let things = gathered.things.iter().filter(|(of, _)| *of == doubt).map(|(_, thing)| thing.clone()).collect();
        Group { doubt, settled_by: doubt.settled_by(), things }
    };
    Doubt::ALL.into_iter().map(group).filter(|group| !group.things.is_empty()).collect()
}

/// The groups as a page.
pub fn page(groups: &[Group], books: &[&Rulebook]) -> Vec<Block> {
    let names: Vec<String> = books.iter().map(|book| book.name.to_string()).collect();
    let things: usize = groups.iter().map(|group| group.things.len()).sum();
    let mut blocks = vec![Block::Title(format!("What is not official in {}", listed(&names)))];
    blocks.push(Block::Line(match things {
        0 => "Everything is official.".to_owned(),
        things => format!("{} in all, the least sure first.", counted(things as u64, "thing")),
    }));
    let used = books.iter().flat_map(|book| &book.uses).map(|used| used.book.name.to_string());
    let mut used: Vec<String> = used.filter(|name| !names.contains(name)).collect();
    used.sort();
    used.dedup();
    if !used.is_empty() {
        blocks.push(Block::Line(format!(
            "What is not official in the rulebooks that it uses is not among it: {}.",
            listed(&used)
        )));
    }
    for group in groups {
        blocks.push(Block::Heading(format!("{} ({})", group.doubt.heading(), group.things.len())));
        blocks.push(Block::Line(group.settled_by.to_owned()));
        for thing in &group.things {
            blocks.push(Block::Item { depth: 0, text: thing.what.clone() });
            blocks.push(Block::Remark { depth: 0, text: thing.why.clone() });
            let place = |at: &ThingPlace| if at.place.is_empty() { at.rulebook.clone() } else { at.place.clone() };
            let places: Vec<String> = thing.places.iter().map(place).collect();
            blocks.push(Block::Remark { depth: 0, text: format!("at {}", places.join(", ")) });
        }
    }
    blocks
}

#[derive(Default)]
struct Gathered {
    things: Vec<(Doubt, Thing)>,
}

impl Gathered {
    fn add(&mut self, doubt: Doubt, what: String, why: String, place: ThingPlace) {
        let known = self.things.iter_mut().find(|(of, thing)| *of == doubt && thing.what == what && thing.why == why);
        match known {
            Some((_, thing)) if thing.places.contains(&place) => {}
            Some((_, thing)) => thing.places.push(place),
            None => self.things.push((doubt, Thing { what, why, places: vec![place] })),
        }
    }
}

struct Reading<'a, 'g> {
    gatherer: Gatherer<'a>,
    gathered: &'g mut Gathered,
}

impl<'a> Reading<'a, '_> {
    fn book(&self) -> &'a Rulebook {
        self.gatherer.book
    }

    fn read(&mut self) {
        self.book().figures.iter().for_each(|figure| self.figure(figure));
        self.measures();
        self.pathway();
        self.payments();
        self.stand_ins();
        self.clusters();
    }

    fn add(&mut self, doubt: Doubt, what: String, why: String, span: Option<Span>) {
        let rulebook = self.book().name.to_string();
        let place = span.map_or(String::new(), |span| self.gatherer.line(span));
        self.gathered.add(doubt, what, why, ThingPlace { rulebook, place });
    }

    fn figure(&mut self, figure: &Figure) {
        let name = path(self.book(), figure);
        let what = match value_words(figure) {
            Some(value) => format!("{name} is {value}"),
            None => name,
        };
        let span = Some(figure.span);
        match &figure.value {
            FigureValue::Unset(why) => self.add(Doubt::Unset, what.clone(), why.clone(), span),
            FigureValue::Is(_) | FigureValue::IsDate(_) | FigureValue::Absent(_) => {}
        }
        if let (Some(status), Some(source)) = (figure.status, figure.source)
            && let Some(doubt) = Doubt::of(status)
        {
            self.add(doubt, what.clone(), self.book().sources[source.index()].title.clone(), span);
        }
        if let Some(conflict) = &figure.conflict {
            self.add(Doubt::Conflict, what, conflict_line(conflict), span);
        }
    }

    /// Remarks on a clause: it is as sure as the surest of its sources.
    fn notes(&mut self, what: &str, notes: &Notes, span: Option<Span>) {
        let surest = notes.sources.iter().min_by_key(|(_, status)| *status);
        if let Some((source, status)) = surest
            && let Some(doubt) = Doubt::of(*status)
        {
            let title = self.book().sources[source.index()].title.clone();
            self.add(doubt, what.to_owned(), title, span);
        }
        for conflict in &notes.conflicts {
            self.add(Doubt::Conflict, what.to_owned(), conflict_line(conflict), span);
        }
    }

    fn measures(&mut self) {
        let book = self.book();
        for measure in book.measures.iter().filter(|measure| measure.borrowed.is_none()) {
            let code = &measure.code;
            self.notes(&format!("{code}, {}", measure.title), &measure.notes, Some(measure.span));
            let bare = [("who is on the register", &measure.register), ("who achieves it", &measure.achieved)];
            let reasons = measure.excludes.iter().chain(&measure.excepts);
            let clauses = bare
                .into_iter()
                .map(|(words, clause)| (format!("{code}, {words}"), clause))
                .chain(reasons.map(|reason| (format!("{code}, {} ({})", reason.code, reason.title), &reason.clause)));
            for (what, clause) in clauses {
                let span = book.condition_words[clause.condition.index()].span;
                self.notes(&what, &clause.notes, Some(span));
            }
            for due in &measure.dues {
                let names: Vec<&str> = due.clusters.iter().map(|at| book.clusters[at].name.as_str()).collect();
                self.notes(&format!("{code}, when {} is due", names.join(" or ")), &due.notes, Some(due.span));
            }
            for related in &measure.related {
                let names: Vec<&str> = related.counted.iter().map(|at| book.clusters[at].name.as_str()).collect();
                let what = format!("{code}, what is related to {}", names.join(" or "));
                self.notes(&what, &related.notes, Some(related.span));
            }
            if let Some(near) = &measure.near {
                self.notes(&format!("{code}, how far off a near miss may be"), &near.notes, Some(near.span));
            }
            for id in book.conditions_of(measure) {
                let words = &book.condition_words[id.index()];
                if let Some(name) = &words.name {
                    self.notes(&format!("{code}, {name}: {}", words.text), &words.notes, Some(words.span));
                }
            }
        }
    }

    fn pathway(&mut self) {
        let book = self.book();
        for list in &book.worklists {
            self.notes(&format!("worklist {}, {}", list.name, list.title), &list.notes, Some(list.span));
        }
        let Some(pathway) = &book.pathway else { return };
        self.notes(&format!("pathway {}", pathway.name), &pathway.notes, Some(pathway.span));
        for state in &pathway.states {
            self.notes(&format!("state {}, {}", state.name, state.title), &state.notes, Some(state.span));
        }
        for alert in &pathway.alerts {
            self.notes(&format!("alert {}, {}", alert.name, alert.title), &alert.notes, Some(alert.span));
        }
        for list in &pathway.worklists {
            self.notes(&format!("worklist {}, {}", list.name, list.title), &list.notes, Some(list.span));
        }
        for id in conditions_of_pathway(book) {
            let words = &book.condition_words[id.index()];
            if let Some(name) = &words.name {
                self.notes(&format!("{name}: {}", words.text), &words.notes, Some(words.span));
            }
        }
    }

    fn payments(&mut self) {
        let book = self.book();
        for payment in &book.payments {
            self.notes(&format!("payment {}", payment.name), &payment.notes, Some(payment.span));
        }
        for fee in &book.fees {
            self.notes(&format!("fee {}", fee.name), &fee.notes, Some(fee.span));
        }
        for program in &book.programs {
            let (name, span) = match program.of {
                ProgramOf::Payment(id) => (&book.payments[id.index()].name, book.payments[id.index()].span),
                ProgramOf::Fee(id) => (&book.fees[id.index()].name, book.fees[id.index()].span),
            };
            for line in &program.lines {
                self.notes(&format!("payment {name}: how {} is worked out", line.name), &line.notes, Some(span));
            }
        }
    }

    fn stand_ins(&mut self) {
        let book = self.book();
        for proxy in &book.proxies {
            let code = |id: &crate::model::book::MeasureId| book.measures[id.index()].code.clone();
            let lowest: Vec<String> = proxy.lowest_of.iter().map(code).collect();
            let what = format!("what stands in for {}: the lowest of {}", code(&proxy.measure), listed(&lowest));
            let notes = Notes {
                sources: proxy.source.zip(proxy.status).into_iter().collect(),
                conflicts: proxy.conflict.iter().cloned().collect(),
            };
            self.notes(&what, &notes, None);
        }
    }

    fn clusters(&mut self) {
        let book = self.book();
        for cluster in book.clusters.iter().filter(|cluster| !cluster.complete) {
            let what = format!("{}: {} ({})", cluster.name, cluster.title, counted(cluster.codes.len() as u64, "code"));
            let why = if cluster.note.is_empty() { "It says no more.".to_owned() } else { cluster.note.clone() };
            self.add(Doubt::IncompleteCodes, what, why, None);
        }
    }
}
