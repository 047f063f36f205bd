//! On which days doses must be given: all as late as the windows let them, or all as early.
//!
//! Every bound says that one day is not after another, which is a window's edge or hangs on a dose. Starting from the end
//! of time and moving a dose only where a bound is broken, and no further than it must be, ends at the latest days that
//! keep all of them. From the other side it ends at the earliest.

use crate::data::extract::CodeIndex;
use crate::eval::in_time::world::{World, dose_below};
use crate::eval::sight::Sight;
use crate::ground::Day;
use crate::model::book::{ClusterSet, Date, DateId, Edge, Window};

/// Some doses and what binds them.
#[derive(Clone, Debug, Default)]
pub(super) struct Way<'b> {
    pub(super) doses: Vec<Dose<'b>>,
    pub(super) ties: Vec<Tie<'b>>,
    /// The days of the doses.
    pub(super) days: Vec<Day>,
}

impl Way<'_> {
    /// The doses as they are supposed to be given.
    pub(super) fn made_up(&self) -> impl Iterator<Item = (CodeIndex, Day)> + '_ {
        self.doses.iter().map(|dose| dose.code).zip(self.days.iter().copied())
    }
}

/// A dose that a condition asks for.
#[derive(Clone, Debug)]
pub(super) struct Dose<'b> {
    /// Any of these counts.
    pub(super) clusters: ClusterSet,
    /// The code that stands for it.
    pub(super) code: CodeIndex,
    /// When it counts: in the window that asked for it first, and in every other that it is to serve too.
    pub(super) windows: Vec<&'b Window>,
    /// The first and the last day that it is kept to, where on others it would break a condition.
    pub(super) limits: (Day, Day),
}

/// A day that must lie somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tie<'b> {
    pub(super) date: DateId,
    pub(super) within: Within<'b>,
}

/// Where a day must lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Within<'b> {
    /// In a window of the rules.
    Window(&'b Window),
    /// Between two days, both included.
    Days(Day, Day),
}

/// Which days are sought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Towards {
    /// The latest.
    Latest,
    /// The earliest from a day on.
    Earliest(Day),
}

impl Towards {
    /// The end of a stretch that doses come from, and the other.
    fn near_and_far<T>(self, last: T, first: T) -> (T, T) {
        match self {
            Towards::Latest => (last, first),
            Towards::Earliest(_) => (first, last),
        }
    }
}

/// So many moves are made before a way is given up: a real one needs a few for each dose.
const MOST_MOVES: usize = 500;

/// The days of a way's doses; None if there are none, or none are found soon.
pub(super) fn place<'b>(world: &mut World<'_, 'b>, way: &Way<'b>, towards: Towards) -> Option<Vec<Day>> {
    let start = match towards {
        Towards::Latest => world.last_day(),
        Towards::Earliest(from) => from,
    };
    let mut placed = Way { days: vec![start; way.doses.len()], ..way.clone() };
    for _ in 0..MOST_MOVES {
        world.moves_left = world.moves_left.checked_sub(1)?;
        world.suppose(placed.made_up());
        let broken = world.ask(|sight| Placing { sight, way: &placed, towards }.broken())?;
        let broken = if broken == Broken::Nothing { collision(world, &placed, towards)? } else { broken };
        match broken {
            Broken::Nothing => return Some(placed.days),
            Broken::ForGood => return None,
            Broken::Until(dose, day) if world.birth() <= day && day <= world.last_day() => placed.days[dose] = day,
            Broken::Until(..) => return None,
        }
    }
    None
}

/// What is wrong with some days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Broken {
    Nothing,
    /// A dose must move at least to a day.
    Until(usize, Day),
    /// No move helps.
    ForGood,
}

/// Two doses of the same kind on one day are one dose, and so is one on the day of a recorded one. Of two, that one gives
/// way whose windows leave it more room; of several alike, so that the first stays the first.
fn collision(world: &mut World<'_, '_>, way: &Way<'_>, towards: Towards) -> Option<Broken> {
    let next = match towards {
        Towards::Latest => -1,
        Towards::Earliest(_) => 1,
    };
    let days = || way.doses.iter().zip(&way.days).enumerate();
    let meets = |(at, (dose, day)): (usize, (&Dose<'_>, &Day))| {
        let same = |(other, (its, its_day)): &(usize, (&Dose<'_>, &Day))| {
            *other > at && *its_day == day && its.clusters.meets(dose.clusters)
        };
        days().find(same).map(|(other, _)| (at, other))
    };
    let moving = match days().find(|(_, (dose, day))| world.has_recorded(dose.clusters, **day)) {
        Some((at, _)) => at,
        None => {
            let Some((one, other)) = days().find_map(meets) else { return Some(Broken::Nothing) };
            let (room, its_room) = world.ask(|sight| (room(sight, way, one), room(sight, way, other)))?;
            match towards {
                Towards::Latest if its_room.0 < room.0 => other,
                Towards::Latest => one,
                Towards::Earliest(_) if room.1 > its_room.1 => one,
                Towards::Earliest(_) => other,
            }
        }
    };
    Some(Broken::Until(moving, way.days[moving].plus_days(next)))
}

/// The first and the last day on which a dose can lie.
fn room(sight: &mut Sight<'_, '_>, way: &Way<'_>, at: usize) -> (Day, Day) {
    let dose = &way.doses[at];
    dose.windows.iter().fold(dose.limits, |(first, last), window| {
        let (from, to) = sight.days(window).unwrap_or((Day::FIRST, Day::LAST));
        (first.max(from), last.min(to))
    })
}

/// Some doses on some days, and the patient as it is with them.
struct Placing<'s, 'a, 'b, 'w> {
    sight: &'s mut Sight<'a, 'b>,
    way: &'w Way<'b>,
    towards: Towards,
}

impl<'b> Placing<'_, '_, 'b, '_> {
    /// The first bound that is broken.
    fn broken(&mut self) -> Broken {
        for (at, (dose, day)) in self.way.doses.iter().zip(&self.way.days).enumerate() {
            let (first, last) = dose.limits;
            let (near, far) = self.towards.near_and_far(last, first);
            if self.is_beyond(*day, near) {
                return Broken::Until(at, near);
            }
            if self.is_beyond(far, *day) {
                return Broken::ForGood;
            }
            for window in &dose.windows {
                let broken = self.in_window(*day, window, Some(at), |_, until| Broken::Until(at, until));
                if broken != Broken::Nothing {
                    return broken;
                }
            }
        }
        for tie in &self.way.ties {
            let Some(day) = self.sight.date(tie.date) else { continue };
            let pull = |placing: &mut Self, until: Day| placing.pull(tie.date, day, until, None);
            let broken = match tie.within {
                Within::Window(window) => self.in_window(day, window, None, pull),
                Within::Days(first, last) => self.in_days(day, first, last, tie.date),
            };
            if broken != Broken::Nothing {
                return broken;
            }
        }
        Broken::Nothing
    }

    /// Whether a day lies in a window, and if not, what must move: the day itself away from the end that is sought, else
    /// what the other end hangs on.
    fn in_window(
        &mut self,
        day: Day,
        window: &'b Window,
        own: Option<usize>,
        pull: impl Fn(&mut Self, Day) -> Broken,
    ) -> Broken {
        let ends = self.sight.ends(window);
        let (near, far) = self.towards.near_and_far(ends, window.from.as_slice());
        for edge in near {
            if let Some(limit) = self.edge(edge)
                && self.is_beyond(day, limit)
            {
                return pull(self, limit);
            }
        }
        for edge in far {
            if let Some(limit) = self.edge(edge)
                && self.is_beyond(limit, day)
            {
                return self.pull(edge.date, limit, day, own);
            }
        }
        Broken::Nothing
    }

    fn in_days(&mut self, day: Day, first: Day, last: Day, date: DateId) -> Broken {
        let (near, far) = self.towards.near_and_far(last, first);
        if self.is_beyond(day, near) {
            self.pull(date, day, near, None)
        } else if self.is_beyond(far, day) {
            Broken::ForGood
        } else {
            Broken::Nothing
        }
    }

    fn edge(&mut self, edge: &Edge) -> Option<Day> {
        self.sight.date(edge.date).map(|day| day.plus_days(edge.shift_days))
    }

    /// True if a day lies further than another in the direction that doses start from.
    fn is_beyond(&self, day: Day, other: Day) -> bool {
        match self.towards {
            Towards::Latest => day > other,
            Towards::Earliest(_) => day < other,
        }
    }

    /// Moves the dose that a date hangs on, so that the date comes from one day to another: one that was asked for as such if
    /// there is one. The dose whose own window hangs on the date stays where it is: where it is itself what the date counts,
    /// another must come before it.
    fn pull(&mut self, date: DateId, from: Day, to: Day, own: Option<usize>) -> Broken {
        let book = self.sight.lens.book;
        let Some(nth) = dose_below(&book.dates, date) else { return Broken::ForGood };
        let Date::Nth { clusters, window, .. } = &book.dates[nth.index()] else { return Broken::ForGood };
        let Some(its_day) = self.sight.date(nth) else { return Broken::ForGood };
        let lens = self.sight.lens;
        let days = &self.way.days;
        let counts = |at: &usize| Some(*at) != own && lens.clusters_of_code(self.way.doses[*at].code).meets(*clusters);
        let is_asked_for = |at: usize| self.way.doses[at].windows.iter().any(|asking| std::ptr::eq(*asking, window));
        let may_move = |at: &usize| days[*at] == its_day || self.is_beyond(days[*at], its_day);
        let movable = (0..days.len()).filter(counts).filter(may_move);
        let Some(at) = movable.min_by_key(|at| (!is_asked_for(*at), days[*at].days_since(its_day).abs())) else {
            return Broken::ForGood;
        };
        Broken::Until(at, its_day.plus_days(careful(to.days_since(from))))
    }
}

/// A month more or less on the way from a dose to what hangs on it can be some days longer or shorter, so the last stretch
/// is gone day by day.
fn careful(days: i32) -> i32 {
    const STRETCH: i32 = 40;
    if days.abs() <= STRETCH { days.signum() } else { days - days.signum() * (STRETCH - 8) }
}
