//! A failed example in words: what was worked by hand, what the rules make of it, and the clause that decided.

mod standing;

use self::standing::{Stood, standing_words};
use crate::eval::examples::{Found, Reasons};
use crate::eval::explain::{Explained, Explanation};
use crate::eval::judge::Outcome;
use crate::eval::pay::{Earned, Gap};
use crate::ground::{Amount, ConceptId};
use crate::model::book::{Condition, Measure, MeasurementId, Reason};
use crate::model::examples::{Case, Example, ExpectedOutcome};
use crate::model::formula::ProgramOf;
use crate::model::{Library, Rulebook};
use crate::report::explanation::pathway::pathway_explanation;
use crate::report::explanation::{Who, explanation};
use crate::report::gaps::Figured;
use crate::report::style::harmless;

/// An example that did not come out as it was worked.
pub(super) struct Failure<'a> {
    pub(super) library: &'a Library,
    pub(super) book: &'a Rulebook,
    pub(super) example: &'a Example,
    pub(super) found: Found,
    /// Of a patient who was on a list by the day that is looked at.
    pub(super) reasons: Option<Reasons>,
    /// The code in the place of a cluster's name with which it fails, where it is not the first.
    pub(super) code: Option<ConceptId>,
}

impl Failure<'_> {
    /// Some lines: where it stands, what was expected and found, and what decided; on request every clause.
    pub(super) fn in_words(&self, with_explanation: bool) -> String {
        let sources = self.library.sources();
        let place = self.example.place;
        let label = self.label();
        let (path, line) = (&sources.file(place.file).path, sources.line(place));
        let with = self.code.map_or(String::new(), |code| format!(", with the code {code}"));
        let mut lines = vec![
            format!("failed: {path}:{line}: {label}, {}", self.example.name),
            format!("  expected  {}", self.expected()),
            format!("  found     {}{with}", self.found()),
        ];
        lines.extend(self.decided().into_iter().map(|decided| format!("  decided   {decided}")));
        if let Some(page) = self.page().filter(|_| with_explanation) {
            lines.push(String::new());
            lines.extend(page.lines().map(|line| format!("    {line}").trim_end().to_owned()));
        }
        lines.iter().map(|line| format!("{}\n", harmless(line))).collect()
    }

    /// What the example is about: an indicator, the pathway, a fee, a payment, or figures.
    fn label(&self) -> String {
        let of = |id: MeasurementId| self.book.measurements[id.index()].label.clone();
        match &self.example.case {
            Case::Patient(case) => of(case.measurement),
            Case::Counts(case) => of(case.measurement),
            Case::Child(_) => self.book.pathway.as_ref().map_or(String::new(), |pathway| pathway.name.clone()),
            Case::Fee(case) => format!("fee {}", self.book.fees[case.fee.index()].name),
            Case::Payment(case) => match self.book.programs[case.program].of {
                ProgramOf::Payment(id) => format!("payment {}", self.book.payments[id.index()].name),
                ProgramOf::Fee(id) => format!("fee {}", self.book.fees[id.index()].name),
            },
            Case::Figures(_) => "figures".to_owned(),
        }
    }

    fn page(&self) -> Option<String> {
        let who = Who { patient_id: "of the example", practice_code: "the practice" };
        match (self.reasons.as_ref()?, &self.example.case) {
            (Reasons::Outcome(explained), _) => Some(explanation(self.book, explained, who)),
            (Reasons::Standing(explained), Case::Child(case)) => {
                let pathway = self.book.pathway.as_ref()?;
                Some(pathway_explanation(self.book, pathway, explained, case.as_of, who))
            }
            (
                Reasons::Standing(_),
                Case::Patient(_) | Case::Counts(_) | Case::Fee(_) | Case::Payment(_) | Case::Figures(_),
            ) => None,
        }
    }

    fn expected(&self) -> String {
        match &self.example.case {
            Case::Patient(case) => outcome_words(measure(self.book, case.measurement), case.expect),
            Case::Counts(case) => earned_words(case.points, case.pounds),
            Case::Payment(case) => earned_words(case.points, case.pounds),
            Case::Fee(case) => {
                let doses = case.doses.map(|doses| format!("{doses} doses"));
                let pounds = case.pounds.map(|pounds| format!("pounds {pounds}"));
                doses.into_iter().chain(pounds).collect::<Vec<_>>().join(", ")
            }
            Case::Figures(case) => verdict(case.accepted).to_owned(),
            Case::Child(case) => standing_words(self.book, &case.expect, &Stood::expected(&case.expect)),
        }
    }

    fn found(&self) -> String {
        match (&self.example.case, &self.found) {
            (Case::Patient(case), Found::Outcome(outcome)) => {
                outcome_words(measure(self.book, case.measurement), (*outcome).into())
            }
            (Case::Counts(case), Found::Earned(earned)) => self.earned((case.points, case.pounds), earned),
            (Case::Payment(case), Found::Earned(earned)) => self.earned((case.points, case.pounds), earned),
            (Case::Fee(case), Found::Doses(doses, pounds)) => {
                let doses = case.doses.map(|_| format!("{doses} doses"));
                let pounds = case.pounds.map(|_| self.figure("pounds", *pounds));
                doses.into_iter().chain(pounds).collect::<Vec<_>>().join(", ")
            }
            (Case::Figures(_), Found::Accepted(accepted)) => verdict(*accepted).to_owned(),
            (Case::Child(case), Found::Standing(found)) => {
                standing_words(self.book, &case.expect, &Stood::found(self.book, found.as_ref()))
            }
            (
                Case::Patient(_)
                | Case::Counts(_)
                | Case::Child(_)
                | Case::Fee(_)
                | Case::Payment(_)
                | Case::Figures(_),
                _,
            ) => String::new(),
        }
    }

    /// What was earned, of what the example asks for.
    fn earned(&self, (points, pounds): (Option<Amount>, Option<Amount>), earned: &Earned) -> String {
        let points = points.map(|_| self.figure("points", earned.points));
        let pounds = pounds.map(|_| self.figure("pounds", earned.pounds));
        points.into_iter().chain(pounds).collect::<Vec<_>>().join(", ")
    }

    fn figure(&self, name: &str, figure: Option<Result<Amount, Gap>>) -> String {
        match Figured::of(figure, self.book) {
            Figured::Known(amount) => format!("{name} {amount}"),
            Figured::Gap(why) => format!("no {name}: {why}"),
            Figured::None => format!("no {name}: no payment gives any"),
            Figured::Withheld => format!("{name} withheld"),
        }
    }

    /// The clauses that decided, each down to the condition that did.
    fn decided(&self) -> Vec<String> {
        match (&self.example.case, &self.found, &self.reasons) {
            (Case::Patient(_) | Case::Child(_), _, None) => {
                vec!["the patient was on no list by the measurement day".to_owned()]
            }
            (Case::Patient(case), Found::Outcome(outcome), Some(Reasons::Outcome(explained))) => {
                let measure = measure(self.book, case.measurement);
                outcome_decided(self.book, measure, *outcome, explained).into_iter().collect()
            }
            (Case::Child(case), Found::Standing(found), Some(Reasons::Standing(explained))) => {
                standing::decided(self.book, &case.expect, found.as_ref(), explained)
            }
            (
                Case::Patient(_)
                | Case::Counts(_)
                | Case::Child(_)
                | Case::Fee(_)
                | Case::Payment(_)
                | Case::Figures(_),
                _,
                _,
            ) => Vec::new(),
        }
    }
}

/// `points 3, pounds 603.48`
fn earned_words(points: Option<Amount>, pounds: Option<Amount>) -> String {
    let named = [("points", points), ("pounds", pounds)];
    let said = named.iter().filter_map(|(name, amount)| Some(format!("{name} {}", (*amount)?)));
    said.collect::<Vec<_>>().join(", ")
}

fn verdict(accepted: bool) -> &'static str {
    if accepted { "accepted" } else { "refused" }
}

fn measure(book: &Rulebook, measurement: MeasurementId) -> &Measure {
    &book.measures[book.measurements[measurement.index()].measure.index()]
}

fn outcome_decided(
    book: &Rulebook,
    measure: &Measure,
    outcome: Option<Outcome>,
    explained: &Explanation,
) -> Option<String> {
    let reason = |outcome: Outcome| {
        outcome.reason(measure).map_or(String::new(), |reason| format!("{} ({})", reason.code, reason.title))
    };
    let (clause, explained) = match outcome {
        None => ("register".to_owned(), &explained.register),
        Some(Outcome::Achieved | Outcome::NotAchieved) => ("achieved".to_owned(), &explained.achieved),
        Some(outcome @ Outcome::Excepted(at)) => (reason(outcome), explained.excepts.get(usize::from(at))?),
        Some(outcome @ Outcome::Excluded(at)) => (reason(outcome), explained.excludes.get(usize::from(at))?),
    };
    Some(clause_decided(book, &clause, explained))
}

/// `register: `turns 5 years in the year` does not hold`
fn clause_decided(book: &Rulebook, clause: &str, explained: &Explained) -> String {
    let deciding = deciding(book, explained);
    let words = &book.condition_words[deciding.condition.index()].text;
    format!("{clause}: `{words}` {}", if deciding.holds { "holds" } else { "does not hold" })
}

/// The part that settled a condition: the first that fails of those that must all hold, the first that holds of those of
/// which one is enough.
fn deciding<'e>(book: &Rulebook, explained: &'e Explained) -> &'e Explained {
    let settles = match (&book.conditions[explained.condition.index()], explained.holds) {
        (Condition::All(_), false) => explained.parts.iter().find(|part| !part.holds),
        (Condition::Any(_), true) => explained.parts.iter().find(|part| part.holds),
        (Condition::All(_) | Condition::Any(_), _)
        | (
            Condition::Not(_)
            | Condition::Count { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_)
            | Condition::Beside(_),
            _,
        ) => None,
    };
    settles.map_or(explained, |part| deciding(book, part))
}

/// An outcome as examples write it.
pub(in crate::cli) fn outcome_words(measure: &Measure, outcome: ExpectedOutcome) -> String {
    let code =
        |reasons: &[Reason], at: u16| reasons.get(usize::from(at)).map_or(String::new(), |reason| reason.code.clone());
    match outcome {
        ExpectedOutcome::NotOnRegister => "not on the register".to_owned(),
        ExpectedOutcome::Achieved => "achieved".to_owned(),
        ExpectedOutcome::NotAchieved => "not achieved".to_owned(),
        ExpectedOutcome::Excepted(at) => format!("excepted {}", code(&measure.excepts, at)),
        ExpectedOutcome::Excluded(at) => format!("excluded {}", code(&measure.excludes, at)),
    }
}
