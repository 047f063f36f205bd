//! Where a child stands in a pathway, in the words of an example, and what decided that it stands there.

use super::clause_decided;
use crate::eval::examples::Standing;
use crate::eval::judge::Outcome;
use crate::eval::pathway::explain::PathwayExplanation;
use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::examples::ExpectedStanding;
use crate::model::pathway::StateId;

/// Where a child stands, or is expected to stand.
#[derive(Default)]
pub(super) struct Stood<'a> {
    state: Option<StateId>,
    indicators: &'a [usize],
    next: Option<&'a str>,
    exception: Option<&'a str>,
    shown_on: &'a [Day],
    alerts: &'a [usize],
}

impl<'a> Stood<'a> {
    pub(super) fn expected(expect: &'a ExpectedStanding) -> Stood<'a> {
        Stood {
            state: expect.state,
            indicators: expect.indicators.as_deref().unwrap_or_default(),
            next: expect.next.as_deref(),
            exception: expect.exception.as_deref(),
            shown_on: expect.shown_on.as_deref().unwrap_or_default(),
            alerts: expect.alerts.as_deref().unwrap_or_default(),
        }
    }

    pub(super) fn found(book: &'a Rulebook, found: Option<&'a Standing>) -> Stood<'a> {
        let (Some(found), Some(pathway)) = (found, &book.pathway) else { return Stood::default() };
        let state = &pathway.states[found.state.index()];
        Stood {
            state: Some(found.state),
            indicators: &found.indicators,
            next: found.next.map(|at| state.next[at].text.as_str()),
            exception: state.exception.as_ref().map(|exception| exception.code.as_str()),
            shown_on: &found.shown_on,
            alerts: &found.alerts,
        }
    }
}

/// `contacting, next `second call`, alerts too_few_means`: what the example says something of, and nothing else.
pub(super) fn standing_words(book: &Rulebook, expect: &ExpectedStanding, stood: &Stood<'_>) -> String {
    let Some(pathway) = &book.pathway else { return String::new() };
    let Some(state) = stood.state else { return "not pursued".to_owned() };
    let mut words = vec![pathway.states[state.index()].name.clone()];
    if expect.indicators.is_some() {
        let code = |at: &usize| book.measures[pathway.indicators[*at].index()].code.clone();
        words.push(format!("of {}", stood.indicators.iter().map(code).collect::<Vec<_>>().join(" ")));
    }
    if expect.next.is_some() {
        words.push(stood.next.map_or("no next step".to_owned(), |next| format!("next `{next}`")));
    }
    if expect.exception.is_some() {
        words.push(stood.exception.map_or("no exception".to_owned(), |code| format!("reported as {code}")));
    }
    if expect.shown_on.is_some() {
        let days: Vec<String> = stood.shown_on.iter().map(Day::to_string).collect();
        words.push(if days.is_empty() {
            "shown by nothing".to_owned()
        } else {
            format!("shown on {}", days.join(" "))
        });
    }
    if expect.alerts.is_some() {
        let alerts: Vec<&str> = stood.alerts.iter().map(|at| pathway.alerts[*at].name.as_str()).collect();
        words.push(if alerts.is_empty() { "no alerts".to_owned() } else { format!("alerts {}", alerts.join(" ")) });
    }
    words.join(", ")
}

/// What decided that a child stands elsewhere than expected.
pub(super) fn decided(
    book: &Rulebook,
    expect: &ExpectedStanding,
    found: Option<&Standing>,
    explained: &PathwayExplanation,
) -> Vec<String> {
    let Some(pathway) = &book.pathway else { return Vec::new() };
    let (Some(found), Some(expected)) = (found, expect.state) else { return vec![pursued(book, explained)] };
    let mut lines = Vec::new();
    if expected != found.state {
        // Of two states the earlier decides: it holds, or the later would not have been looked at.
        let at = expected.index().min(found.state.index());
        let state = &pathway.states[at].name;
        lines.extend(explained.states[at].as_ref().map(|explained| clause_decided(book, state, explained)));
    }
    if let Some(alerts) = &expect.alerts {
        let differs = |at: &usize| alerts.contains(at) != found.alerts.contains(at);
        for at in (0..pathway.alerts.len()).filter(differs) {
            let alert = format!("alert {}", pathway.alerts[at].name);
            lines.push(clause_decided(book, &alert, &explained.alerts[at]));
        }
    }
    lines
}

/// `VI001 achieved, VI002 not on the register`: whether a child is pursued hangs on that.
fn pursued(book: &Rulebook, explained: &PathwayExplanation) -> String {
    let indicators = book.pathway.iter().flat_map(|pathway| &pathway.indicators);
    let outcomes = indicators.zip(&explained.outcomes).map(|(id, outcome)| {
        let outcome = match outcome {
            None => "not on the register",
            Some(Outcome::Achieved) => "achieved",
            Some(Outcome::NotAchieved) => "not achieved",
            Some(Outcome::Excepted(_)) => "excepted",
            Some(Outcome::Excluded(_)) => "excluded",
        };
        format!("{} {outcome}", book.measures[id.index()].code)
    });
    outcomes.collect::<Vec<_>>().join(", ")
}
