//! Which counts must be withheld so that none of them can be worked out from the counts that are left.
//!
//! Counts hang together by sums (a register is its parts, a total is its practices). Where every count stands in at most
//! two sums, the sums are the nodes of a network and the counts its edges, along which people flow: so a count can be
//! another number, with everything that is told unchanged, exactly where a cycle of untold counts leads through it along
//! which all can be moved by one. A small count that lies on no such cycle gets the cheapest one: the visible counts on
//! it are withheld too.
//!
//! What is promised: of every withheld count, and of every small count that is not printed but follows from others, at
//! least two whole numbers agree with all that is told, even for a reader who takes every withheld count to be 1 or more.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// A count of a table, by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct CountId(usize);

/// Whether a count is there to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Printed {
    /// It stands in the table.
    Yes,
    /// It stands in other tables too, which would all have to be without it: it stays where there is any other way.
    Shared,
    /// It does not, but subtraction may give it.
    No,
}

/// One count.
#[derive(Clone, Debug)]
struct Count {
    people: u64,
    printed: Printed,
    /// The sums that it stands in, each with whether it is a part of it (or the whole).
    sums: Vec<(usize, bool)>,
}

/// The counts of a table and the sums among them.
#[derive(Clone, Default, Debug)]
pub struct Sums {
    counts: Vec<Count>,
    /// By sum, the counts in it: the whole and the parts.
    members: Vec<Vec<usize>>,
}

impl Sums {
    /// Takes up a count.
    pub fn count(&mut self, people: u64, printed: Printed) -> CountId {
        self.counts.push(Count { people, printed, sums: Vec::new() });
        CountId(self.counts.len() - 1)
    }

    /// How many people a count is.
    pub fn people(&self, id: CountId) -> u64 {
        self.counts[id.0].people
    }

    /// Says that a count is the sum of others.
    ///
    /// # Panics
    /// If it is not, or if a count would stand in a third sum: one that follows from the others need not be said.
    pub fn sum(&mut self, whole: CountId, parts: impl IntoIterator<Item = CountId>) {
        let sum = self.members.len();
        let mut members = vec![whole.0];
        members.extend(parts.into_iter().map(|part| part.0));
        let together: u64 = members[1..].iter().map(|part| self.counts[*part].people).sum();
        assert_eq!(self.counts[whole.0].people, together, "a whole is the sum of its parts");
        for (at, member) in members.iter().enumerate() {
            let sums = &mut self.counts[*member].sums;
            sums.push((sum, at > 0));
            assert!(sums.len() <= 2, "a count stands in at most two sums");
        }
        self.members.push(members);
    }

    /// Which counts are not to be printed if counts from 1 to `below` - 1 are not, by their places. Counts of nobody stay.
    pub fn withheld(&self, below: u64) -> Withheld {
        let small = |count: &Count| (1..below).contains(&count.people);
        let mut network = Network::of(self);
        let asked: Vec<usize> = (0..self.counts.len()).filter(|at| small(&self.counts[*at])).collect();
        asked.iter().for_each(|at| network.withhold(*at));
        for at in asked {
            for other in network.cheapest_cycle(at) {
                network.withhold(other);
            }
        }
        Withheld(network.is_withheld)
    }
}

/// Which counts are not to be printed.
#[derive(Clone, Debug)]
pub struct Withheld(Vec<bool>);

impl Withheld {
    /// True if a count is not to be printed.
    pub fn has(&self, id: CountId) -> bool {
        self.0[id.0]
    }
}

/// At what cost a node is reached, and from which node along which count; from none where the way starts.
type Reached = (Cost, Option<(usize, usize)>);

/// What a cycle costs: how many counts are lost to the reader, then how many people they count.
type Cost = (u32, u64);

/// Losing a count that other tables share is worse than losing as many of a table's own, which is more than any has.
const COST_OF_SHARED: u32 = 1 << 16;

/// The sums as nodes, the last being the outside, and the counts as edges.
struct Network<'a> {
    sums: &'a Sums,
    /// By count: from which node to which people flow.
    edges: Vec<(usize, usize)>,
    /// By node, the counts at it.
    at_node: Vec<Vec<usize>>,
    is_withheld: Vec<bool>,
}

impl<'a> Network<'a> {
    fn of(sums: &'a Sums) -> Network<'a> {
        let outside = sums.members.len();
        let turned = turned(sums);
        let edge = |count: &Count| {
            let mut ends = (outside, outside);
            for (sum, is_part) in &count.sums {
                // Parts flow into a sum and the whole out of it, or all the other way.
                if *is_part == turned[*sum] { ends.0 = *sum } else { ends.1 = *sum }
            }
            ends
        };
        let edges: Vec<(usize, usize)> = sums.counts.iter().map(edge).collect();
        let mut at_node = vec![Vec::new(); outside + 1];
        for (at, (from, to)) in edges.iter().enumerate() {
            at_node[*from].push(at);
            if from != to {
                at_node[*to].push(at);
            }
        }
        Network { sums, edges, at_node, is_withheld: vec![false; sums.counts.len()] }
    }

    /// Unprinted counts need no withholding.
    fn withhold(&mut self, at: usize) {
        self.is_withheld[at] = self.sums.counts[at].printed != Printed::No;
    }

    /// The counts besides it on the cheapest cycle through a count.
    fn cheapest_cycle(&self, at: usize) -> Vec<usize> {
        let (from, to) = self.edges[at];
        let more = self.cheapest_path(to, from, at);
        let fewer = if self.may_lessen(at) { self.cheapest_path(from, to, at) } else { None };
        let cycle = match (more, fewer) {
            (Some(more), Some(fewer)) => Some(if fewer.0 < more.0 { fewer } else { more }),
            (more, fewer) => more.or(fewer),
        };
        // The people of a count come from somewhere and go somewhere, which is a cycle that all can be more on.
        cycle.expect("every count of somebody lies on a cycle of counts of somebody").1
    }

    /// The cheapest way from a node to another that does not use one count, and the counts on it.
    fn cheapest_path(&self, start: usize, end: usize, without: usize) -> Option<(Cost, Vec<usize>)> {
        let mut best: Vec<Option<Reached>> = vec![None; self.at_node.len()];
        best[start] = Some(((0, 0), None));
        let mut queue = BinaryHeap::from([Reverse(((0, 0), start))]);
        while let Some(Reverse((cost, node))) = queue.pop() {
            if node == end {
                return Some((cost, way_to(end, &best)));
            }
            if best[node].is_none_or(|(known, _)| known < cost) {
                continue;
            }
            for count in self.at_node[node].iter().copied().filter(|count| *count != without) {
                let Some((next, step)) = self.step(node, count) else { continue };
                let further = (cost.0 + step.0, cost.1 + step.1);
                if best[next].is_none_or(|(known, _)| further < known) {
                    best[next] = Some((further, Some((node, count))));
                    queue.push(Reverse((further, next)));
                }
            }
        }
        None
    }

    /// Where a count leads from a node if it is moved by one, and what that costs; None where it cannot be moved so.
    fn step(&self, node: usize, at: usize) -> Option<(usize, Cost)> {
        let (from, to) = self.edges[at];
        let (next, can) = if node == from { (to, true) } else { (from, self.may_lessen(at)) };
        let Count { people, printed, .. } = self.sums.counts[at];
        let lost = match printed {
            Printed::No => 0,
            Printed::Yes | Printed::Shared if self.is_withheld[at] => 0,
            Printed::Yes | Printed::Shared if people == 0 => return None,
            Printed::Yes => 1,
            Printed::Shared => COST_OF_SHARED,
        };
        can.then_some((next, if lost == 0 { (0, 0) } else { (lost, people) }))
    }

    /// True if a count could be one fewer: a withheld one is taken to be 1 or more.
    fn may_lessen(&self, at: usize) -> bool {
        let Count { people, printed, .. } = self.sums.counts[at];
        match printed {
            Printed::Yes | Printed::Shared => people > 1,
            Printed::No => people > 0,
        }
    }
}

fn way_to(end: usize, best: &[Option<Reached>]) -> Vec<usize> {
    let mut way = Vec::new();
    let mut node = end;
    while let Some((_, Some((before, count)))) = best[node] {
        way.push(count);
        node = before;
    }
    way
}

/// By sum: true if its whole flows in and its parts out, so that every count in two sums flows from one to the other.
///
/// # Panics
/// If there is no such way to turn them.
fn turned(sums: &Sums) -> Vec<bool> {
    let mut turned: Vec<Option<bool>> = vec![None; sums.members.len()];
    for first in 0..turned.len() {
        if turned[first].is_some() {
            continue;
        }
        turned[first] = Some(false);
        let mut queue = VecDeque::from([first]);
        while let Some(sum) = queue.pop_front() {
            let own = turned[sum] == Some(true);
            for count in &sums.members[sum] {
                let [one, two] = sums.counts[*count].sums[..] else { continue };
                let ((_, is_part), (other, is_part_there)) = if one.0 == sum { (one, two) } else { (two, one) };
                let needed = (is_part == is_part_there) != own;
                match turned[other] {
                    Some(turned) => assert_eq!(turned, needed, "the sums of a table make a network"),
                    None => {
                        turned[other] = Some(needed);
                        queue.push_back(other);
                    }
                }
            }
        }
    }
    turned.into_iter().map(|turned| turned == Some(true)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Practices with numerator and the rest of the denominator, and the totals over them; the rest is not printed.
    fn two_columns(practices: &[(u64, u64)]) -> (Sums, Vec<CountId>, CountId) {
        let mut sums = Sums::default();
        let mut numerators = Vec::new();
        let mut rests = Vec::new();
        for (numerator, rest) in practices {
            let parts = [sums.count(*numerator, Printed::Yes), sums.count(*rest, Printed::No)];
            let denominator = sums.count(numerator + rest, Printed::Yes);
            sums.sum(denominator, parts);
            numerators.push(parts[0]);
            rests.push(parts[1]);
        }
        let total = |column: fn(&(u64, u64)) -> u64| practices.iter().map(column).sum();
        let whole = sums.count(total(|practice| practice.0), Printed::Yes);
        sums.sum(whole, numerators.iter().copied());
        let rest = sums.count(total(|practice| practice.1), Printed::No);
        sums.sum(rest, rests);
        let denominator = sums.count(total(|practice| practice.0 + practice.1), Printed::Yes);
        sums.sum(denominator, [whole, rest]);
        (sums, numerators, whole)
    }

    #[test]
    fn nothing_small_nothing_withheld() {
        let (sums, numerators, whole) = two_columns(&[(10, 20), (0, 30)]);
        let withheld = sums.withheld(5);
        assert!(!numerators.iter().any(|id| withheld.has(*id)) && !withheld.has(whole));
    }

    #[test]
    fn a_second_count_keeps_a_total_from_giving_the_first_away() {
        // 3 is small; 40 - (12 + 25) would give it, so the smaller of the others goes, and the total stays.
        let (sums, numerators, whole) = two_columns(&[(3, 30), (12, 30), (25, 30)]);
        let withheld = sums.withheld(5);
        assert_eq!(numerators.iter().map(|id| withheld.has(*id)).collect::<Vec<_>>(), [true, true, false]);
        assert!(!withheld.has(whole));
    }

    #[test]
    fn two_small_counts_whose_total_leaves_no_choice_need_a_third() {
        // 1 + 1 = 2, and a reader knows that neither is 0.
        let (sums, numerators, _) = two_columns(&[(1, 30), (1, 30), (25, 30)]);
        let withheld = sums.withheld(5);
        assert_eq!(numerators.iter().map(|id| withheld.has(*id)).collect::<Vec<_>>(), [true, true, true]);
    }

    #[test]
    fn nobody_is_a_count_that_stays_and_the_total_goes_instead() {
        let (sums, numerators, whole) = two_columns(&[(3, 30), (0, 30)]);
        let withheld = sums.withheld(5);
        assert_eq!(numerators.iter().map(|id| withheld.has(*id)).collect::<Vec<_>>(), [true, false]);
        assert!(withheld.has(whole));
    }

    #[test]
    fn a_small_difference_of_two_printed_counts_is_kept_too() {
        // 50 of 52: the two others follow from what is printed.
        let (sums, numerators, whole) = two_columns(&[(50, 2), (60, 20), (70, 20)]);
        let withheld = sums.withheld(5);
        assert!(withheld.has(numerators[0]) || withheld.has(CountId(2)), "{withheld:?}");
        assert!(!withheld.has(whole));
    }

    #[test]
    fn a_shared_count_stays_where_there_is_another_way() {
        // 43 = 3 + 40 and 40 = 23 + 17: the 3 goes with the 40 and the 17, though the 43 alone would do.
        let people = |shared: Printed, parts: [u64; 2]| {
            let mut sums = Sums::default();
            let whole = sums.count(43, shared);
            let (small, rest) = (sums.count(3, Printed::Yes), sums.count(40, Printed::Yes));
            sums.sum(whole, [small, rest]);
            let parts = parts.map(|part| sums.count(part, Printed::Yes));
            sums.sum(rest, parts);
            let withheld = sums.withheld(5);
            [whole, small, rest, parts[0], parts[1]].map(|id| withheld.has(id))
        };
        assert_eq!(people(Printed::Yes, [23, 17]), [true, true, false, false, false]);
        assert_eq!(people(Printed::Shared, [23, 17]), [false, true, true, false, true]);
    }

    #[test]
    fn a_shared_count_goes_where_there_is_no_other_way() {
        // 5 = 1 + 1 + 1 + 1 + 1, and none of them may be nobody.
        let mut sums = Sums::default();
        let whole = sums.count(5, Printed::Shared);
        let parts: Vec<CountId> = (0..5).map(|_| sums.count(1, Printed::Yes)).collect();
        sums.sum(whole, parts);
        assert!(sums.withheld(5).has(whole));
    }

    #[test]
    #[should_panic(expected = "a whole is the sum of its parts")]
    fn a_sum_that_is_none_is_a_fault_of_the_program() {
        let mut sums = Sums::default();
        let (whole, part) = (sums.count(3, Printed::Yes), sums.count(2, Printed::Yes));
        sums.sum(whole, [part]);
    }
}
