//! What practices do about those who have not come: calls, referrals, refusals, appointments, and doses won.

use super::chance::{Chance, Purpose};
use super::life::{AppointmentRow, EventRow, Life, Lives, Place, Rows, later};
use super::population::{Agreement, Chase, Start, Step};
use crate::ground::Day;

/// One family that is chased.
struct Chased<'a> {
    lives: &'a Lives<'a>,
    life: &'a Life,
    chase: &'a Chase,
    /// The day of each kind of event.
    happened: Vec<Option<Day>>,
    /// Where the patient's events start.
    first: usize,
    rows: &'a mut Rows,
}

impl Lives<'_> {
    /// Draws what a practice does about a patient who lacks something, and how that ends. The patient's events stand in
    /// `rows` from `first`; `happened` has the day of each kind of event.
    ///
    /// It draws from a stream of its own, so that a change of stories leaves lives as they are.
    pub(super) fn draw_outreach(
        &self,
        life: &Life,
        place: u32,
        happened: Vec<Option<Day>>,
        first: usize,
        rows: &mut Rows,
    ) {
        let outreach = &self.population.outreach;
        let concerns = |chase: &&Chase| {
            chase.bands[life.band] && (chase.born.0..=chase.born.1).contains(&life.birth) && !chase.due.is_empty()
        };
        let Some(chase) = outreach.chases.iter().find(concerns) else { return };
        let mut chance = Chance::of(self.plan.seed, Purpose::Outreach, u64::from(place));
        let story = &outreach.stories[outreach.shares[life.attitude].draw(&mut chance)];
        let start = later(life.birth, chase.age).max(chase.from);
        let start = start.plus_days(self.population.delays[chase.delay].draw(&mut chance));
        let mut chased = Chased { lives: self, life, chase, happened, first, rows };
        let mut last = start;
        for (number, step) in story.steps.iter().enumerate() {
            let day = chased.day(step, last, &mut chance);
            let Some(day) = day.filter(|&day| number > 0 || chased.lacks_something(day)) else { return };
            chased.take(step, day, &mut chance);
            last = day;
        }
        if story.last_word && !story.steps.is_empty() {
            for &kind in &chase.ended {
                chased.drop_later(kind, last);
            }
        }
    }
}

impl Chased<'_> {
    /// The day of a step, if the patient is on a practice's list then and there is still time.
    fn day(&self, step: &Step, last: Day, chance: &mut Chance) -> Option<Day> {
        let (day, until) = match step.start {
            Start::After(days) => (last.plus_days(chance.between(days.from, days.to)), self.chase.until),
            Start::On(from, to) => (self.lives.day_between(from, to, chance), Day::LAST),
        };
        let until = until.min(self.lives.population.through);
        (day <= until && day >= self.life.birth && !self.life.is_over(day) && self.practice(day).is_some())
            .then_some(day)
    }

    /// The practice on whose list the patient is.
    fn practice(&self, day: Day) -> Option<u16> {
        match self.life.place(day) {
            Place::Listed(practice) => Some(practice),
            Place::Elsewhere | Place::Gone => None,
        }
    }

    /// Whether something that is due has not been given by a day, and nothing speaks against it.
    fn lacks_something(&self, day: Day) -> bool {
        let by_day = |&kind: &usize| self.happened[kind].is_some_and(|happened| happened <= day);
        !self.chase.due.iter().all(by_day) && !self.chase.unless.iter().any(by_day)
    }

    fn take(&mut self, step: &Step, day: Day, chance: &mut Chance) {
        if let Some(recording) = step.recording {
            let what = self.lives.vocabulary.draw_recording(recording, chance);
            self.record(day, what);
        }
        if let Some(agreement) = step.agreement {
            self.agree(agreement, day, chance);
        }
        if step.gives {
            self.give(day, chance);
        }
    }

    fn record(&mut self, day: Day, what: u16) {
        if let Some(giver) = self.practice(day) {
            self.rows.events.push(EventRow { patient: self.life.patient, day, what, giver });
        }
    }

    fn agree(&mut self, agreement: Agreement, day: Day, chance: &mut Chance) {
        let appointment = agreement.appointment.map(|days| day.plus_days(chance.between(days.from, days.to)));
        let appointment = appointment.filter(|&appointment| appointment <= self.lives.population.through);
        let attended = agreement.attended.map(|attended| chance.happens(attended));
        let attended = attended.filter(|_| appointment.is_some());
        let patient = self.life.patient;
        self.rows.appointments.push(AppointmentRow { patient, agreed: Some(day), appointment, attended });
        if let (Some(appointment), Some(true)) = (appointment, attended) {
            self.give(appointment, chance);
        }
    }

    /// Gives what is due and may be given on a day, and would otherwise have come later or never.
    fn give(&mut self, day: Day, chance: &mut Chance) {
        if self.life.is_over(day) {
            return;
        }
        let lives = self.lives;
        for &kind in &self.chase.due {
            let by_now = self.happened[kind].is_some_and(|happened| happened <= day);
            let event = &lives.population.events[kind];
            let ready = event.after.is_none_or(|(earlier, gap)| {
                self.happened[earlier].is_some_and(|happened| later(happened, gap) <= day)
            });
            if by_now || !ready {
                continue;
            }
            self.drop_later(kind, day);
            self.happened[kind] = Some(day);
            let what = lives.vocabulary.draw(kind, chance, lives.population.giving.usual);
            self.record(day, what);
        }
    }

    /// Takes back what would have been given after a day.
    fn drop_later(&mut self, kind: usize, day: Day) {
        if self.happened[kind].is_none_or(|happened| happened <= day) {
            return;
        }
        self.happened[kind] = None;
        let vocabulary = self.lives.vocabulary;
        let of_patient = self.rows.events.split_off(self.first);
        self.rows.events.extend(of_patient.into_iter().filter(|event| !vocabulary.is_of(kind, event.what)));
    }
}
