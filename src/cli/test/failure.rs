//! A failed example in words: what was worked by hand, what the rules make of it, and the clause that decided.

use crate::eval::examples::Found;
use crate::eval::explain::{Explained, Explanation};
use crate::eval::judge::Outcome;
use crate::eval::pay::Gap;
use crate::ground::Amount;
use crate::model::book::{Condition, Measure, Reason};
use crate::model::examples::{Case, Example, ExpectedOutcome};
use crate::model::{Library, Rulebook};
use crate::report::explanation::{Who, explanation};
use crate::report::gaps::Figured;
use crate::report::style::harmless;

/// An example that did not come out as it was worked.
pub(super) struct Failure<'a> {
    pub(super) library: &'a Library,
    pub(super) book: &'a Rulebook,
    pub(super) example: &'a Example,
    pub(super) found: Found,
    /// Of a patient who was on a list by the measurement day.
    pub(super) explanation: Option<Explanation>,
}

impl Failure<'_> {
    /// Some lines: where it stands, what was expected and found, and what decided; on request every clause.
    pub(super) fn in_words(&self, with_explanation: bool) -> String {
        let sources = self.library.sources();
        let place = self.example.place;
        let label = &self.book.measurements[self.example.measurement.index()].label;
        let (path, line) = (&sources.file(place.file).path, sources.line(place));
        let mut lines = vec![
            format!("failed: {path}:{line}: {label}, {}", self.example.name),
            format!("  expected  {}", self.expected()),
            format!("  found     {}", self.found()),
        ];
        lines.extend(self.decided().map(|decided| format!("  decided   {decided}")));
        if let Some(explained) = self.explanation.as_ref().filter(|_| with_explanation) {
            let who = Who { patient_id: "of the example", practice_code: "the practice" };
            let page = explanation(self.book, explained, who);
            lines.push(String::new());
            lines.extend(page.lines().map(|line| format!("    {line}").trim_end().to_owned()));
        }
        lines.iter().map(|line| format!("{}\n", harmless(line))).collect()
    }

    fn measure(&self) -> &Measure {
        let measured = &self.book.measurements[self.example.measurement.index()];
        &self.book.measures[measured.measure.index()]
    }

    fn expected(&self) -> String {
        match &self.example.case {
            Case::Patient(case) => outcome_words(self.measure(), case.expect),
            Case::Counts(case) => {
                let named = [("points", case.points), ("pounds", case.pounds)];
                let said = named.iter().filter_map(|(name, amount)| Some(format!("{name} {}", (*amount)?)));
                said.collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn found(&self) -> String {
        match (&self.example.case, self.found) {
            (_, Found::Outcome(outcome)) => outcome_words(self.measure(), outcome.into()),
            (Case::Counts(case), Found::Earned(earned)) => {
                let points = case.points.map(|_| self.figure("points", earned.points));
                let pounds = case.pounds.map(|_| self.figure("pounds", earned.pounds));
                points.into_iter().chain(pounds).collect::<Vec<_>>().join(", ")
            }
            (Case::Patient(_), Found::Earned(_)) => String::new(),
        }
    }

    fn figure(&self, name: &str, figure: Option<Result<Amount, Gap>>) -> String {
        match Figured::of(figure, self.book) {
            Figured::Known(amount) => format!("{name} {amount}"),
            Figured::Gap(why) => format!("no {name}: {why}"),
            Figured::None => format!("no {name}: no payment gives any"),
        }
    }

    /// The clause that decided a patient's outcome, down to the condition that did.
    fn decided(&self) -> Option<String> {
        let Found::Outcome(outcome) = self.found else { return None };
        let Some(explained) = &self.explanation else {
            return Some("the patient was on no list by the measurement day".to_owned());
        };
        let (clause, explained) = match outcome {
            None => ("register".to_owned(), &explained.register),
            Some(Outcome::Achieved | Outcome::NotAchieved) => ("achieved".to_owned(), &explained.achieved),
            Some(outcome @ Outcome::Excepted(at)) => (self.reason(outcome), explained.excepts.get(usize::from(at))?),
            Some(outcome @ Outcome::Excluded(at)) => (self.reason(outcome), explained.excludes.get(usize::from(at))?),
        };
        let deciding = self.deciding(explained);
        let words = &self.book.condition_words[deciding.condition.index()].text;
        Some(format!("{clause}: `{words}` {}", if deciding.holds { "holds" } else { "does not hold" }))
    }

    fn reason(&self, outcome: Outcome) -> String {
        outcome.reason(self.measure()).map_or(String::new(), |reason| format!("{} ({})", reason.code, reason.title))
    }

    /// The part that settled a condition: the first that fails of those that must all hold, the first that holds of
    /// those of which one is enough.
    fn deciding<'e>(&self, explained: &'e Explained) -> &'e Explained {
        let settles = match (&self.book.conditions[explained.condition.index()], explained.holds) {
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
        settles.map_or(explained, |part| self.deciding(part))
    }
}

/// An outcome as examples write it.
fn outcome_words(measure: &Measure, outcome: ExpectedOutcome) -> String {
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
