//! A figure swept over a range: what all practices together cost at each value, and where that equals a target.
//!
//! Practices are counted once; at each place only the formulas are worked out again, in parallel.

use rayon::prelude::*;

use crate::eval::pay::{Facts, add, pounds};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureId, FigureValue};
use crate::model::formula::{Operand, Program};
use crate::report::comparison::POUNDS_DECIMALS;
use crate::report::table::{Cell, Column, Kind, Table};

/// A value is looked for no finer than this.
const FINEST: i128 = 1_000_000_000;

/// The practices of a sweep, ready to be priced again and again.
#[derive(Debug)]
pub struct Priced<'a> {
    /// The rules.
    pub book: &'a Rulebook,
    /// Its figures, unswept.
    pub figures: &'a [Figure],
    /// Each practice's facts.
    pub practices: Vec<&'a Facts>,
}

/// One figure's values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    /// The figure as named: `VI001.lower_threshold`.
    pub name: String,
    /// The figures that it means.
    pub figures: Vec<FigureId>,
    /// Its values, rising.
    pub values: Vec<Amount>,
    /// How many decimals the values have.
    pub decimals: u32,
}

/// What all practices come to at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The value of each axis.
    pub values: Vec<Amount>,
    /// The sum of pounds, as printed, of the practices whose pounds are known.
    pub total: Amount,
    /// The change against the unswept rulebook, of the same practices.
    pub change: Amount,
    /// How many practices are paid something.
    pub paid: u64,
    /// How many get more than under the unswept rulebook.
    pub gain: u64,
    /// How many get less.
    pub lose: u64,
    /// How many practices' pounds are not known.
    pub unknown: u64,
}

/// Where the total meets a target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Meeting {
    /// The values between which it lies, and the totals there.
    pub from: (Amount, Amount),
    /// See `from`.
    pub to: (Amount, Amount),
    /// The value at which the total is nearest to the target, and the total there; None where it was not looked for.
    pub at: Option<(Amount, Amount)>,
}

/// Programs that a sweep works out again at each place, and what each practice gets from all others.
struct Moving<'a> {
    programs: Vec<&'a Program>,
    standing: Vec<Option<Amount>>,
}

/// The values of every place of a grid, the last axis changing first.
fn values_of(axes: &[Axis]) -> Vec<Vec<Amount>> {
    let mut places: Vec<Vec<Amount>> = vec![Vec::new()];
    for axis in axes {
        let longer = |place: &Vec<Amount>| {
            let place = place.clone();
            axis.values.iter().map(move |value| [&place[..], &[*value]].concat())
        };
        places = places.iter().flat_map(longer).collect();
    }
    places
}

impl Priced<'_> {
    /// Each practice's pounds with figures, to the penny; None where they are not known.
    pub fn pounds(&self, figures: &[Figure]) -> Vec<Option<Amount>> {
        let all: Vec<&Program> = self.book.programs.iter().collect();
        self.practices.par_iter().map(|facts| self.sum(&all, figures, facts)).collect()
    }

    fn sum(&self, programs: &[&Program], figures: &[Figure], facts: &Facts) -> Option<Amount> {
        let penny = Amount::ratio(1, 10_i128.pow(POUNDS_DECIMALS)).unwrap_or(Amount::ONE);
        let pounds = programs.iter().filter_map(|program| pounds(self.book, program, figures, facts));
        let printed = pounds.map(|pounds| pounds.map(|pounds| pounds.round_to(penny).unwrap_or(pounds)));
        add(printed).unwrap_or(Ok(Amount::ZERO)).ok()
    }

    /// What the axes move: a formula that reads none of their figures is worked out once.
    fn moving(&self, axes: &[Axis]) -> Moving<'_> {
        let is_swept = |operand| match operand {
            Operand::Figure(id) => axes.iter().any(|axis| axis.figures.contains(&id)),
            Operand::Line(_) | Operand::ListSize | Operand::Doses | Operand::Count(..) => false,
        };
        let (programs, others): (Vec<&Program>, Vec<&Program>) =
            self.book.programs.iter().partition(|program| program.reads(&is_swept));
        let standing = self.practices.par_iter().map(|facts| self.sum(&others, self.figures, facts)).collect();
        Moving { programs, standing }
    }

    /// Each practice's pounds where the axes have these values.
    fn pounds_at(&self, moving: &Moving<'_>, set: &[(&Axis, Amount)]) -> Vec<Option<Amount>> {
        let figures = self.with(set);
        let of_one = |(facts, standing): (&&Facts, &Option<Amount>)| {
            let moved = self.sum(&moving.programs, &figures, facts)?;
            (*standing)?.plus(moved)
        };
        self.practices.par_iter().zip(&moving.standing).map(of_one).collect()
    }

    fn with(&self, set: &[(&Axis, Amount)]) -> Vec<Figure> {
        let mut figures = self.figures.to_vec();
        for (axis, value) in set {
            axis.figures.iter().for_each(|id| figures[id.index()].value = FigureValue::Is(*value));
        }
        figures
    }

    /// The first place of a grid at which figures are out of order, as a sentence: nothing can be paid by it.
    pub fn out_of_order(&self, axes: &[Axis]) -> Option<String> {
        let at = |values: Vec<Amount>| {
            let set: Vec<(&Axis, Amount)> = axes.iter().zip(values).collect();
            self.book.broken_requirement(&self.with(&set))
        };
        values_of(axes).into_iter().find_map(at)
    }

    /// The places of a grid over one or two figures, the last axis changing first.
    pub fn grid(&self, axes: &[Axis]) -> Vec<Place> {
        let unswept = self.pounds(self.figures);
        let places = values_of(axes);
        let moving = self.moving(axes);
        let price = |values: Vec<Amount>| {
            let set: Vec<(&Axis, Amount)> = axes.iter().zip(values.iter().copied()).collect();
            let pounds = self.pounds_at(&moving, &set);
            Place::of(values, &unswept, &pounds)
        };
        places.into_iter().map(price).collect()
    }

    /// Where the total of a sweep over one figure meets a target: between which places, and, where the totals only rise
    /// or only fall, at which value.
    pub fn meetings(&self, axis: &Axis, places: &[Place], target: Amount) -> Vec<Meeting> {
        let rises = places.windows(2).all(|pair| pair[0].total <= pair[1].total);
        let falls = places.windows(2).all(|pair| pair[0].total >= pair[1].total);
        let ends = |place: &Place| Some((*place.values.first()?, place.total));
        let moving = self.moving(std::slice::from_ref(axis));
        let total_at = |value: Amount| total(&self.pounds_at(&moving, &[(axis, value)]));
        let mut meetings = Vec::new();
        for pair in places.windows(2) {
            let (Some(from), Some(to)) = (ends(&pair[0]), ends(&pair[1])) else { continue };
            let between = (from.1 <= target && target < to.1) || (to.1 < target && target <= from.1);
            if between {
                let at = (rises || falls).then(|| bisect(&total_at, from, to, target));
                meetings.push(Meeting { from, to, at });
            }
        }
        if let Some(last) = places.last().and_then(ends).filter(|(_, total)| *total == target) {
            meetings.push(Meeting { from: last, to: last, at: Some(last) });
        }
        meetings
    }
}

/// Halves a stretch until the total is the target to the penny, or the stretch is too fine to halve.
fn bisect(
    total_at: &dyn Fn(Amount) -> Amount,
    from: (Amount, Amount),
    to: (Amount, Amount),
    target: Amount,
) -> (Amount, Amount) {
    let step = Amount::ratio(1, FINEST).unwrap_or(Amount::ONE);
    let (mut low, mut high) = (from, to);
    while low.1 != target && high.1 != target {
        let middle = low.0.plus(high.0).and_then(|sum| sum.over(Amount::from(2_u32))?.round_to(step));
        let Some(middle) = middle.filter(|middle| *middle != low.0 && *middle != high.0) else { break };
        let there = (middle, total_at(middle));
        if (there.1 <= target) == (from.1 <= target) { low = there } else { high = there }
    }
    if apart(low.1, target) <= apart(high.1, target) { low } else { high }
}

fn apart(a: Amount, b: Amount) -> Amount {
    let difference = a.minus(b).unwrap_or(a);
    if difference.is_negative() { Amount::ZERO.minus(difference).unwrap_or(difference) } else { difference }
}

/// The sum of what is known.
pub fn total(pounds: &[Option<Amount>]) -> Amount {
    pounds.iter().flatten().fold(Amount::ZERO, |sum, part| sum.plus(*part).unwrap_or(sum))
}

impl Place {
    fn of(values: Vec<Amount>, unswept: &[Option<Amount>], pounds: &[Option<Amount>]) -> Place {
        let pairs = || unswept.iter().zip(pounds).filter_map(|(before, after)| Some(((*before)?, (*after)?)));
        let count = |is: fn(&(Amount, Amount)) -> bool| pairs().filter(is).count() as u64;
        let changes = pairs().filter_map(|(before, after)| after.minus(before));
        Place {
            values,
            total: total(pounds),
            change: changes.fold(Amount::ZERO, |sum, part| sum.plus(part).unwrap_or(sum)),
            paid: pounds.iter().flatten().filter(|pounds| **pounds > Amount::ZERO).count() as u64,
            gain: count(|(before, after)| after > before),
            lose: count(|(before, after)| after < before),
            unknown: pounds.iter().filter(|pounds| pounds.is_none()).count() as u64,
        }
    }
}

/// The grid as a table.
pub fn grid_table<'a>(axes: &[Axis], places: &[Place]) -> Table<'a> {
    let axis = |axis: &Axis| Column {
        name: axis.name.clone().into(),
        kind: Kind::Amount { decimals: axis.decimals },
        short: None,
    };
    let mut columns: Vec<Column> = axes.iter().map(axis).collect();
    columns.extend([
        Column::amount("pounds", 2),
        Column::amount("pounds_change", 2).short("+/-"),
        Column::whole("practices_paid").short("paid"),
        Column::whole("gain"),
        Column::whole("lose"),
        Column::whole("unknown"),
    ]);
    let mut table = Table::new("What all practices are paid, against the rulebook as it is", columns);
    let rows = places.iter().map(|place| {
        let mut cells: Vec<Cell<'_>> = place.values.iter().map(|value| Cell::Amount(*value)).collect();
        cells.extend([Cell::Amount(place.total), Cell::Amount(place.change)]);
        cells.extend([place.paid, place.gain, place.lose, place.unknown].map(Cell::Whole));
        cells
    });
    table.rows = rows.collect();
    table
}

/// Where the total meets the target, as a table.
pub fn meeting_table<'a>(axis: &Axis, target: Amount, meetings: &[Meeting]) -> Table<'a> {
    let columns = [
        Column::amount("from", axis.decimals),
        Column::amount("pounds_from", 2),
        Column::amount("to", axis.decimals),
        Column::amount("pounds_to", 2),
        Column::amount("target_pounds", 2).short("target"),
        Column::amount("break_even", 9),
        Column::amount("pounds", 2),
    ];
    let mut table = Table::new(format!("Where {} breaks even", axis.name), columns);
    let rows = meetings.iter().map(|meeting| {
        let ends = [meeting.from.0, meeting.from.1, meeting.to.0, meeting.to.1, target];
        let at = [meeting.at.map(|at| at.0).into(), meeting.at.map(|at| at.1).into()];
        ends.map(Cell::Amount).into_iter().chain(at).collect()
    });
    table.rows = rows.collect();
    table
}
