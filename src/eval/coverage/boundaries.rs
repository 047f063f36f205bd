//! The boundaries of who counts: edges of windows and bounds of counts.

use crate::eval::beside::{Row, records_of, things_said};
use crate::eval::coverage::places::Clause;
use crate::eval::coverage::{Boundary, Owner, Sides, Touched};
use crate::eval::sight::Sight;
use crate::ground::{Day, Span};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, Date, DateId, Edge, FeeId, Window};
use crate::model::part::Part;
use crate::model::pathway::{Beside, RowTable};

/// A birth this many days to either side of the one that comes to a day is looked at: a month's end moves an age by no
/// more.
const MONTH_END_DAYS: i32 = 5;

/// All boundaries, as far as examples touched them.
pub(super) struct Boundaries<'b> {
    book: &'b Rulebook,
    all: Vec<OneOf>,
}

struct OneOf {
    owner: Owner,
    what: Boundary,
    place: Span,
    moves: Moves,
    sides: Sides,
    can_be_below: bool,
    can_be_on: bool,
}

/// What lies to this or that side of the boundary.
enum Moves {
    /// What was recorded.
    Records(ClusterSet),
    /// A day of the patient or the year.
    Day(DateId),
    /// The first day on the list.
    Joining,
    /// The last one, or death.
    Leaving,
    /// How many days count.
    Count(ClusterSet, Window),
    /// How many records or things count.
    CountBeside(Beside),
}

impl<'b> Boundaries<'b> {
    pub(super) fn of(book: &'b Rulebook, clauses: &[Clause]) -> Boundaries<'b> {
        let mut boundaries = Boundaries { book, all: Vec::new() };
        for clause in clauses {
            boundaries.clause(clause);
        }
        for (fee, at) in book.fees.iter().zip(0..) {
            let id = FeeId(at);
            let edge = |edge, is_start| Boundary::Edge { part: Part::Fee(id), condition: None, is_start, edge };
            boundaries.window(Owner::Fee(id), fee.span, &fee.window, &edge, &|| Moves::Records(fee.clusters));
        }
        boundaries
    }

    fn clause(&mut self, clause: &Clause) {
        let (book, place, id) = (self.book, clause.place, clause.condition);
        let owner = clause.owner;
        let part = || clause.part.clone();
        let edge = |edge, is_start| Boundary::Edge { part: part(), condition: Some(id), is_start, edge };
        match &book.conditions[id.index()] {
            Condition::Count { clusters, at_least, at_most, window } => {
                self.window(owner, place, window, &edge, &|| Moves::Records(*clusters));
                self.days_of_window(clause, window);
                self.bounds(clause, (*at_least, *at_most), &|| Moves::Count(*clusters, window.clone()));
            }
            Condition::Beside(
                beside @ (Beside::Records { clusters, at_least, at_most, window, .. }
                | Beside::Different { clusters, at_least, at_most, window, .. }),
            ) => {
                self.window(owner, place, window, &edge, &|| Moves::Records(*clusters));
                self.days_of_window(clause, window);
                self.bounds(clause, (*at_least, *at_most), &|| Moves::CountBeside(beside.clone()));
            }
            Condition::Falls { date, window } => {
                self.window(owner, place, window, &edge, &|| Moves::Day(*date));
                self.date(clause, *date);
                self.days_of_window(clause, window);
            }
            Condition::RegisteredAt(date) => {
                for is_joining in [true, false] {
                    let what = Boundary::Registered { part: part(), condition: id, date: *date, is_joining };
                    let moves = if is_joining { Moves::Joining } else { Moves::Leaving };
                    self.push(OneOf::new(owner, what, place, moves, true));
                }
            }
            Condition::Exists(date) => self.date(clause, *date),
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Beside(_) => {}
        }
    }

    /// The bounds of a count.
    fn bounds(&mut self, clause: &Clause, (at_least, at_most): (u32, Option<u32>), moves: &dyn Fn() -> Moves) {
        let bounds = [at_least, at_most.unwrap_or(at_least)];
        let is_second = |at: usize| at == 1 && bounds[0] == bounds[1];
        for (at, bound) in bounds.into_iter().enumerate() {
            // `at most 2` has no lower bound.
            if is_second(at) || (at == 0 && bound == 0 && at_most.is_some_and(|most| most > 0)) {
                continue;
            }
            let what = Boundary::Count { part: clause.part.clone(), condition: clause.condition, bound };
            self.push(OneOf::new(clause.owner, what, clause.place, moves(), bound > 0));
        }
    }

    /// The edges of a window. One that hangs on birth alone has nothing below.
    fn window(
        &mut self,
        owner: Owner,
        place: Span,
        window: &Window,
        boundary: &dyn Fn(Edge, bool) -> Boundary,
        moves: &dyn Fn() -> Moves,
    ) {
        let starts = window.from.iter().map(|edge| (*edge, true));
        for (edge, is_start) in starts.chain(window.to.iter().map(|edge| (*edge, false))) {
            let can_be_below = self.book.dates[edge.date.index()] != Date::Birth;
            self.push(OneOf::new(owner, boundary(edge, is_start), place, moves(), can_be_below));
        }
    }

    fn days_of_window(&mut self, clause: &Clause, window: &Window) {
        for edge in window.from.iter().chain(&window.to) {
            self.date(clause, edge.date);
        }
    }

    /// The window of a day that is one of several in order.
    fn date(&mut self, clause: &Clause, id: DateId) {
        match &self.book.dates[id.index()] {
            Date::Nth { clusters, window, .. } => {
                let part = clause.part.named(Some(&self.book.date_words[id.index()]));
                let owner = clause.owner;
                if self.all.iter().any(|known| known.owner == owner && known.what.is_edge_of(&part)) {
                    return;
                }
                let edge = |edge, is_start| Boundary::Edge { part: part.clone(), condition: None, is_start, edge };
                self.window(owner, clause.place, window, &edge, &|| Moves::Records(*clusters));
                self.days_of_window(clause, window);
            }
            Date::After(from, _) | Date::Before(from, _) => self.date(clause, *from),
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_) => {}
        }
    }

    fn push(&mut self, one: OneOf) {
        self.all.push(one);
    }

    /// Looks where somebody lies of whom an example is.
    pub(super) fn look(&mut self, owner: Owner, sight: &mut Sight<'_, '_>) {
        for one in self.all.iter_mut().filter(|one| one.owner == owner) {
            one.look_in_rows(sight);
        }
    }

    pub(super) fn touched(self) -> Vec<Touched<Boundary>> {
        let touched = |one: OneOf| Touched {
            sides: one.sides.of(one.can_be_below, one.can_be_on),
            what: one.what,
            place: one.place,
        };
        self.all.into_iter().map(touched).collect()
    }
}

impl Boundary {
    /// True for an edge of the days of a defined date.
    fn is_edge_of(&self, named: &Part) -> bool {
        matches!(self, Boundary::Edge { part, condition: None, .. } if part == named)
    }
}

impl OneOf {
    fn new(owner: Owner, what: Boundary, place: Span, moves: Moves, can_be_below: bool) -> OneOf {
        OneOf { owner, what, place, moves, sides: Sides::default(), can_be_below, can_be_on: true }
    }

    /// Looks once, or at each row of a table where the boundary hangs on one.
    fn look_in_rows(&mut self, sight: &mut Sight<'_, '_>) {
        let book = sight.lens.book();
        let moving = if let Moves::Day(date) = &self.moves { Some(*date) } else { None };
        let edge = if let Boundary::Edge { edge, .. } = &self.what { Some(edge.date) } else { None };
        let surroundings = sight.surroundings;
        match moving.into_iter().chain(edge).find_map(|date| table_of(book, date)) {
            None => self.look(sight),
            Some(RowTable::Appointment) => {
                self.look_at_each(sight, surroundings.appointments.iter().map(Row::Appointment));
            }
            Some(RowTable::Slot) => self.look_at_each(sight, surroundings.slots.iter().map(Row::Slot)),
        }
    }

    fn look_at_each<'a>(&mut self, sight: &mut Sight<'a, '_>, rows: impl Iterator<Item = Row<'a>>) {
        for row in rows {
            sight.row = Some(row);
            self.look(sight);
        }
        sight.row = None;
    }

    fn look(&mut self, sight: &mut Sight<'_, '_>) {
        let date = match &self.what {
            Boundary::Edge { edge, .. } => edge.date,
            Boundary::Registered { date, .. } => *date,
            Boundary::Count { bound, .. } => {
                let bound = *bound;
                if let Some(found) = counted(&self.moves, sight) {
                    self.sides.below |= found + 1 == bound;
                    self.sides.on |= found == bound;
                    self.sides.above |= found == bound + 1;
                }
                return;
            }
            Boundary::Threshold { .. } | Boundary::Required { .. } => return,
        };
        let Some(on) = sight.date(date) else { return };
        let (mut below, mut above) = (Some(on.plus_days(-1)), Some(on.plus_days(1)));
        let days: Vec<Day> = match &self.moves {
            Moves::Records(clusters) => sight.all_days_of(*clusters),
            Moves::Day(date) => {
                if let Some(near) = near(sight, *date, on) {
                    (below, above) = (near.0, near.2);
                    self.can_be_on &= near.1;
                }
                sight.date(*date).into_iter().collect()
            }
            Moves::Joining => vec![sight.registration.from],
            Moves::Leaving => sight.registration.to.into_iter().chain(sight.patient.death).collect(),
            Moves::Count(..) | Moves::CountBeside(_) => Vec::new(),
        };
        self.sides.below |= below.is_some_and(|below| days.contains(&below));
        self.sides.on |= days.contains(&on);
        self.sides.above |= above.is_some_and(|above| days.contains(&above));
    }
}

/// How many days, records or things count.
fn counted(moves: &Moves, sight: &mut Sight<'_, '_>) -> Option<u32> {
    let found = match moves {
        Moves::Count(clusters, window) => {
            let days = sight.days(window);
            sight.days_of(*clusters, days).count()
        }
        Moves::CountBeside(Beside::Different { words, clusters, window, .. }) => {
            things_said(sight, *words, *clusters, window).len()
        }
        Moves::CountBeside(beside) => records_of(sight, beside)?.len(),
        Moves::Records(_) | Moves::Day(_) | Moves::Joining | Moves::Leaving => return None,
    };
    u32::try_from(found).ok()
}

/// The table on a row of which a date hangs.
fn table_of(book: &Rulebook, date: DateId) -> Option<RowTable> {
    match &book.dates[date.index()] {
        Date::OfRow(date) => Some(date.column().1),
        Date::After(from, _) | Date::Before(from, _) => table_of(book, *from),
        Date::Birth
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::Calendar(_)
        | Date::Nth { .. } => None,
    }
}

/// For an age: the last day before another on which somebody comes to it, whether somebody does on the day itself, and
/// the first day after. No birth comes to 18 months on 31 March where September has 30 days.
fn near(sight: &Sight<'_, '_>, date: DateId, on: Day) -> Option<(Option<Day>, bool, Option<Day>)> {
    let book = sight.lens.book();
    let Date::After(from, period) = &book.dates[date.index()] else { return None };
    if book.dates[from.index()] != Date::Birth {
        return None;
    }
    let birth = on.minus(*period, book.missing_day);
    let births = (-MONTH_END_DAYS..=MONTH_END_DAYS).map(|days| birth.plus_days(days));
    let mut days: Vec<Day> = births.map(|birth| birth.plus(*period, book.missing_day)).collect();
    days.sort();
    let below = days.iter().copied().filter(|day| *day < on).max();
    let above = days.iter().copied().filter(|day| *day > on).min();
    Some((below, days.contains(&on), above))
}
