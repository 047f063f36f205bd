//! Who achieved since the baseline, and in which state the child was before the dose.

use super::child::{state_of, surroundings};
use super::{Look, Won, as_seen_on};
use crate::data::extract::{Patient, PracticeId};
use crate::eval::judge::{Outcome, judge};
use crate::eval::sight::Sight;
use crate::eval::trace::Silent;
use crate::ground::Day;
use crate::model::pathway::StateId;

impl Look<'_, '_> {
    /// None for one who had achieved by the baseline.
    pub(super) fn won(
        &mut self,
        indicator: usize,
        practice: PracticeId,
        patient: Patient<'_>,
        texts: &[&str],
    ) -> Option<Won> {
        let dose = self.achieving_day(indicator, patient)?;
        let baseline = self.lenses.baseline.as_ref().map(|lens| lens.book.end);
        let since = baseline.unwrap_or(self.lenses.scheme.book.start.plus_days(-1));
        if dose <= since {
            return None;
        }
        let before = dose.plus_days(-1);
        let was_open = self.outcome_on(indicator, patient, before) == Some(Outcome::NotAchieved);
        let state = if was_open { self.state_on(patient, practice, texts, before) } else { None };
        Some(Won { practice_code: self.extract.practice_code(practice).to_owned(), indicator, state })
    }

    /// The day of the record with which the indicator was achieved for good, of those seen by the day of the report.
    fn achieving_day(&mut self, indicator: usize, patient: Patient<'_>) -> Option<Day> {
        let seen = as_seen_on(patient, self.setting.as_of);
        let mut days: Vec<Day> = seen.events.iter().map(|event| event.day).collect();
        days.dedup();
        days.into_iter()
            .rev()
            .find(|day| self.outcome_on(indicator, patient, day.plus_days(-1)) != Some(Outcome::Achieved))
    }

    fn outcome_on(&mut self, indicator: usize, patient: Patient<'_>, day: Day) -> Option<Outcome> {
        let id = self.lenses.indicators[indicator];
        let seen = as_seen_on(patient, day);
        judge(&self.lenses.year_end, id, seen, &mut self.scratch.year_end).map(|(_, outcome)| outcome)
    }

    fn state_on(&mut self, patient: Patient<'_>, practice: PracticeId, texts: &[&str], day: Day) -> Option<StateId> {
        let surroundings = surroundings(self.setting, self.extract, patient.key, practice, texts, day);
        let seen = as_seen_on(patient, day);
        let mut sight = Sight::reported(&self.lenses.scheme, seen, surroundings, &mut self.scratch.scheme)?;
        Some(state_of(&mut sight, self.lenses.pathway, &mut Silent))
    }
}
