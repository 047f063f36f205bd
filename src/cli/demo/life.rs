//! One patient's life: birth, registrations, death, and what was recorded.

use super::Plan;
use super::chance::{Chance, Purpose, Shares};
use super::population::{EventKind, Move, Population};
use super::practice::Practice;
use super::vocabulary::Vocabulary;
use crate::ground::{Day, MissingDay, Period};

/// A row of the patients table: one registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PatientRow {
    pub(super) patient: PatientNumber,
    /// By its place.
    pub(super) practice: u16,
    pub(super) birth: Day,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) death: Option<Day>,
    /// Whether it is the patient's last registration.
    pub(super) is_last: bool,
}

/// A row of the events table; twelve bytes, since there may be hundreds of millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EventRow {
    pub(super) patient: PatientNumber,
    pub(super) day: Day,
    /// A number of the vocabulary.
    pub(super) what: u16,
    /// A practice by its place, those outside after those of the extract; [`NOBODY`] where the event does not say.
    pub(super) giver: u16,
}

/// A row of the appointments table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AppointmentRow {
    pub(super) patient: PatientNumber,
    pub(super) agreed: Option<Day>,
    pub(super) appointment: Option<Day>,
    pub(super) attended: Option<bool>,
}

/// The giver of an event that does not say who gave it.
pub(super) const NOBODY: u16 = u16::MAX;

/// The first nine digits of a patient's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PatientNumber(pub(super) u32);

/// How many patient numbers there are.
const PATIENT_NUMBERS: u32 = 1_000_000_000;

/// The most patients that can be drawn: ten numbers for each, so that a number tells nothing but the order.
pub(super) const MOST_PATIENTS: u32 = PATIENT_NUMBERS / 10;

impl PatientNumber {
    /// The id: the nine digits, and a tenth that the check of NHS numbers refuses, so that it is nobody's.
    pub(super) fn id(self) -> [u8; 10] {
        let mut id = [b'0'; 10];
        let mut rest = self.0;
        let mut sum = 0;
        for (place, digit) in id[..9].iter_mut().enumerate().rev() {
            let value = rest % 10;
            *digit += value as u8;
            sum += value * (10 - place as u32);
            rest /= 10;
        }
        let right = (11 - sum % 11) % 11;
        id[9] += ((right + 5) % 10) as u8;
        id
    }
}

/// What lives are drawn from.
pub(super) struct Lives<'a> {
    pub(super) population: &'a Population,
    pub(super) practices: &'a [Practice],
    pub(super) by_list_size: Shares,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) plan: &'a Plan,
}

/// Rows of the tables of patients, patient by patient.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) patients: Vec<PatientRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) appointments: Vec<AppointmentRow>,
}

/// A patient while being drawn.
pub(super) struct Life {
    pub(super) patient: PatientNumber,
    pub(super) band: usize,
    pub(super) attitude: usize,
    pub(super) birth: Day,
    death: Option<Day>,
    first: Stay,
    second: Option<Stay>,
    /// Whether what was given before the patient came, or while away, is on record.
    carried: bool,
}

/// One registration.
#[derive(Clone, Copy)]
struct Stay {
    practice: u16,
    from: Day,
    to: Option<Day>,
}

/// Where a patient is on some day.
pub(super) enum Place {
    /// On a practice's list.
    Listed(u16),
    /// Not on a list, and to be on one later.
    Elsewhere,
    /// Not on a list any more.
    Gone,
}

/// Ages here are drawn, not judged, so either convention would do; this one is the calendar library's own.
pub(super) fn later(day: Day, period: Period) -> Day {
    day.plus(period, MissingDay::LastDay)
}

impl Lives<'_> {
    /// Draws the patient with a place from 0 up to the size, and adds the rows: registrations in order of start, events in
    /// order of day.
    pub(super) fn draw(&self, place: u32, rows: &mut Rows) {
        let mut chance = Chance::of(self.plan.seed, Purpose::Life, u64::from(place));
        let life = self.draw_life(place, &mut chance);
        let last = usize::from(life.second.is_some());
        for (at, stay) in [Some(life.first), life.second].into_iter().flatten().enumerate() {
            rows.patients.push(PatientRow {
                patient: life.patient,
                practice: stay.practice,
                birth: life.birth,
                from: stay.from,
                to: stay.to,
                death: life.death,
                is_last: at == last,
            });
        }
        let start = rows.events.len();
        self.draw_background(&life, &mut chance, &mut rows.events);
        let happened = self.draw_events(&life, &mut chance, &mut rows.events);
        self.draw_outreach(&life, place, happened, start, rows);
        rows.events[start..].sort_unstable_by_key(|event| (event.day, event.what, event.giver));
    }

    fn draw_life(&self, place: u32, chance: &mut Chance) -> Life {
        let gap = PATIENT_NUMBERS / self.plan.size.max(1);
        let patient = PatientNumber(place * gap + chance.below(gap));
        let band_number = self.population.band_shares.draw(chance);
        let band = &self.population.bands[band_number];
        let birth = self.day_between(band.born.0, band.born.1, chance);
        let practice = self.draw_practice(chance);
        let diligence = self.practices[usize::from(practice)].diligence;
        let attitude = if chance.happens(diligence) || self.population.attitudes.len() == 1 {
            0
        } else {
            1 + self.population.other_attitudes.draw(chance)
        };
        let from = self.draw_registration(band_number, birth, chance);
        let first = Stay { practice, from, to: None };
        let died = chance.happens(band.died);
        let last = self.population.through;
        let death = self.day_between(self.settled(from).min(last), last, chance);
        let mut life = Life {
            patient,
            band: band_number,
            attitude,
            birth,
            death: died.then_some(death).filter(|&death| death > from),
            first,
            second: None,
            carried: chance.happens(self.population.moves.carried),
        };
        self.draw_moves(&mut life, chance);
        life
    }

    pub(super) fn day_between(&self, first: Day, last: Day, chance: &mut Chance) -> Day {
        first.plus_days(chance.between(0, last.days_since(first)))
    }

    fn draw_practice(&self, chance: &mut Chance) -> u16 {
        u16::try_from(self.by_list_size.draw(chance)).unwrap_or(0)
    }

    /// A practice other than the one given.
    fn draw_other_practice(&self, than: u16, chance: &mut Chance) -> u16 {
        let other = self.draw_practice(chance);
        let count = u16::try_from(self.practices.len()).unwrap_or(u16::MAX);
        if other == than { (than + 1) % count } else { other }
    }

    fn draw_outside(&self, chance: &mut Chance) -> u16 {
        let outside = u32::try_from(self.population.practices.outside.len()).unwrap_or(1);
        u16::try_from(self.practices.len() + chance.below(outside) as usize).unwrap_or(NOBODY)
    }

    fn draw_registration(&self, band: usize, birth: Day, chance: &mut Chance) -> Day {
        let band = &self.population.bands[band];
        let (moved_in, youngest, oldest) = band.moved_in;
        let last = self.population.through;
        let at_birth = birth.plus_days(self.population.delays[band.registered].draw(chance));
        let later = self.day_between(later(birth, youngest), later(birth, oldest), chance);
        let day = if chance.happens(moved_in) && later <= last { later } else { at_birth };
        // Whoever would register after the last day registers on some day before it instead.
        if day <= last { day } else { self.day_between(birth, last, chance) }
    }

    /// The first day on which someone who registered on `from` may move.
    fn settled(&self, from: Day) -> Day {
        from.plus_days(self.population.moves.settle_days.max(1)).max(self.population.moves.moved_from)
    }

    fn draw_moves(&self, life: &mut Life, chance: &mut Chance) {
        let moves = &self.population.moves;
        let last = self.population.through;
        let earliest = self.settled(life.first.from);
        let kind = moves.draw(chance);
        if earliest > last || kind == Move::Stayed {
            return;
        }
        let day = self.day_between(earliest, last, chance);
        let practice = self.draw_other_practice(life.first.practice, chance);
        let (to, second) = match kind {
            Move::Moved => (day, Some((practice, day))),
            Move::Overlapping => {
                let overlap = chance.between(moves.overlap_days.from, moves.overlap_days.to);
                (day.plus_days(overlap), Some((practice, day)))
            }
            Move::Returned => {
                let back = day.plus_days(chance.between(moves.away_days.from, moves.away_days.to));
                (day, Some((life.first.practice, back)))
            }
            Move::Left | Move::Stayed => (day, None),
        };
        // What would be later than the last day, or than death, has not happened.
        let end = life.death.unwrap_or(Day::LAST).min(last.plus_days(1));
        life.first.to = Some(to).filter(|&to| to < end);
        life.second = second.filter(|&(_, from)| from < end).map(|(practice, from)| Stay { practice, from, to: None });
    }

    fn draw_background(&self, life: &Life, chance: &mut Chance, events: &mut Vec<EventRow>) {
        let range = self.population.bands[life.band].background;
        let first = self.population.background_from.max(life.birth);
        let count = chance.between(range.from, range.to);
        for _ in 0..count {
            let day = self.day_between(first, self.population.through, chance);
            let what = self.vocabulary.draw_background(chance);
            if !life.is_over(day)
                && let Some(giver) = self.draw_giver(life, day, chance)
            {
                events.push(EventRow { patient: life.patient, day, what, giver });
            }
        }
    }

    /// Draws what happens in the course of a life, and gives the day of each kind of event.
    fn draw_events(&self, life: &Life, chance: &mut Chance, events: &mut Vec<EventRow>) -> Vec<Option<Day>> {
        let giving = self.population.giving;
        let mut happened: Vec<Option<Day>> = Vec::with_capacity(self.population.events.len());
        for (number, kind) in self.population.events.iter().enumerate() {
            let day = self.draw_day(kind, life, &happened, chance);
            happened.push(day);
            let Some(day) = day else { continue };
            let Some(giver) = self.draw_giver(life, day, chance) else { continue };
            let what = self.vocabulary.draw(number, chance, giving.usual);
            events.push(EventRow { patient: life.patient, day, what, giver });
            if chance.happens(giving.repeated) {
                let again = self.vocabulary.draw(number, chance, giving.usual / 2);
                events.push(EventRow { patient: life.patient, day, what: again, giver });
            }
        }
        happened
    }

    /// The day on which an event happens, if it does; whether it is recorded is another matter.
    fn draw_day(&self, kind: &EventKind, life: &Life, happened: &[Option<Day>], chance: &mut Chance) -> Option<Day> {
        if !kind.bands[life.band] || !chance.happens(kind.chance[life.attitude]) {
            return None;
        }
        if life.birth < kind.born.0 || life.birth > kind.born.1 {
            return None;
        }
        let mut start = kind.age.map_or(life.birth, |age| later(life.birth, age));
        start = kind.from.map_or(start, |from| start.max(from));
        if let Some((earlier, gap)) = kind.after {
            start = start.max(later(happened[earlier]?, gap));
        }
        let delay = kind.delay.unwrap_or(self.population.attitudes[life.attitude].delay);
        let day = start.plus_days(self.population.delays[delay].draw(chance));
        let too_late = day > self.population.through
            || day > kind.until
            || kind.before_age.is_some_and(|age| day >= later(life.birth, age));
        let ruled_out = kind.unless.iter().any(|&other| happened[other].is_some_and(|other| other <= day));
        (!too_late && !ruled_out && !life.is_over(day)).then_some(day)
    }

    /// Who gave what was recorded on a day: None if it is not on record at all.
    fn draw_giver(&self, life: &Life, day: Day, chance: &mut Chance) -> Option<u16> {
        let giving = self.population.giving;
        match life.place(day) {
            Place::Gone => None,
            Place::Elsewhere => life.carried.then(|| self.draw_outside(chance)),
            Place::Listed(_) if chance.happens(giving.giver_unknown) => Some(NOBODY),
            Place::Listed(practice) if chance.happens(giving.elsewhere) => {
                Some(self.draw_other_practice(practice, chance))
            }
            Place::Listed(practice) => Some(practice),
        }
    }
}

impl Life {
    /// Whether the patient is dead on a day.
    pub(super) fn is_over(&self, day: Day) -> bool {
        self.death.is_some_and(|death| day >= death)
    }

    /// Where the patient is on a day.
    pub(super) fn place(&self, day: Day) -> Place {
        match self.second {
            _ if day < self.first.from => Place::Elsewhere,
            Some(second) if day >= second.from => Place::Listed(second.practice),
            _ if self.first.to.is_none_or(|to| day < to) => Place::Listed(self.first.practice),
            Some(_) => Place::Elsewhere,
            None => Place::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_an_nhs_number() {
        // 943476591 with the check digit 9 is the well-known example of a valid number.
        assert_eq!(&PatientNumber(943_476_591).id(), b"9434765914");
        assert_eq!(&PatientNumber(7).id()[..9], b"000000007");
        for number in (0..1_000_000_000).step_by(1_234_567) {
            let id = PatientNumber(number).id();
            let weigh = |(place, digit): (usize, &u8)| (10 - place as u32) * u32::from(digit - b'0');
            let check = (11 - id[..9].iter().enumerate().map(weigh).sum::<u32>() % 11) % 11;
            assert_ne!(check, u32::from(id[9] - b'0'));
        }
    }
}
