//! What is withheld of a funnel: people flow from line to line, and a small count is not to follow from its neighbours.

use crate::eval::attrition::{Funnel, Line, LineCounts, LineKind, Stage};
use crate::report::disclosure::sums::{CountId, Printed, Sums};

/// Which counts of a line are not to be printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct WithheldLine {
    pub(super) people: bool,
    pub(super) fail: bool,
    pub(super) fail_only: bool,
    pub(super) hold: bool,
    pub(super) hold_only: bool,
}

impl WithheldLine {
    /// Nothing is printed.
    pub(super) const ALL: WithheldLine =
        WithheldLine { people: true, fail: true, fail_only: true, hold: true, hold_only: true };
}

/// The places of a line's counts; a line lacks some.
#[derive(Clone, Copy, Default)]
struct PlacedLine {
    people: Option<CountId>,
    fail: Option<CountId>,
    fail_only: Option<CountId>,
    hold: Option<CountId>,
    hold_only: Option<CountId>,
}

/// What is withheld of each line of one group, if counts from 1 to `below` - 1 are.
pub(super) fn of_group(funnel: &Funnel, counts: &[LineCounts], below: u64) -> Vec<WithheldLine> {
    let mut flow = Flow { lines: &funnel.lines, counts, sums: Sums::default(), placed: Vec::new() };
    flow.follow();
    let withheld = flow.sums.withheld(below);
    let is_withheld = |id: Option<CountId>| id.is_some_and(|id| withheld.has(id));
    let line = |placed: &PlacedLine| WithheldLine {
        people: is_withheld(placed.people),
        fail: is_withheld(placed.fail),
        fail_only: is_withheld(placed.fail_only),
        hold: is_withheld(placed.hold),
        hold_only: is_withheld(placed.hold_only),
    };
    flow.placed.iter().map(line).collect()
}

/// The way of people through the lines. The lines before [`Flow::at`] have their places.
struct Flow<'a> {
    lines: &'a [Line],
    counts: &'a [LineCounts],
    sums: Sums,
    placed: Vec<PlacedLine>,
}

/// Where people went at a line: those for whom it held, and those for whom it did not; with the parts of the latter,
/// where they fell at several lines.
struct Parted {
    hold: CountId,
    fallen: Vec<CountId>,
}

impl Flow<'_> {
    fn at(&self) -> usize {
        self.placed.len()
    }

    /// True if the next line is of such a kind, and of the part of the indicator that the last one is of.
    fn is_next(&self, kind: LineKind, stage: Stage) -> bool {
        self.lines.get(self.at()).is_some_and(|line| line.kind == kind && line.stage == stage)
    }

    fn count(&mut self, people: u64) -> CountId {
        self.sums.count(people, Printed::Yes)
    }

    /// From everybody in the extract to the denominator.
    fn follow(&mut self) {
        let everybody = self.count(self.counts[0].people);
        self.total(everybody);
        let listed = self.listed(everybody);
        let Parted { hold: mut come, .. } = self.rule(listed, Stage::Register);
        self.total(come);
        while let Some(stage) = self.next_reason(|stage| matches!(stage, Stage::Exclude(_))) {
            come = self.reason(come, stage);
        }
        if self.lines.get(self.at()).is_some_and(|line| matches!(line.stage, Stage::Exclude(_))) {
            self.total(come);
        }
        let Parted { hold: achieved, fallen } = self.rule(come, Stage::Achieved);
        self.total(achieved);
        let mut rest = self.together(&fallen);
        while let Some(stage) = self.next_reason(|stage| matches!(stage, Stage::Except(_))) {
            rest = self.reason(rest, stage);
        }
        self.total(rest);
        let denominator = self.count(self.counts[self.at()].people);
        self.sums.sum(denominator, [achieved, rest]);
        self.total(denominator);
    }

    fn next_reason(&self, is_asked: fn(Stage) -> bool) -> Option<Stage> {
        let line = self.lines.get(self.at())?;
        (line.kind == LineKind::Reason && is_asked(line.stage)).then_some(line.stage)
    }

    fn total(&mut self, people: CountId) {
        self.placed.push(PlacedLine { people: Some(people), ..PlacedLine::default() });
    }

    /// All of these people as one count, which no line prints by itself unless people come to it.
    fn together(&mut self, parts: &[CountId]) -> CountId {
        let people = parts.iter().map(|part| self.sums.people(*part)).sum();
        let whole = self.count(people);
        self.sums.sum(whole, parts.iter().copied());
        whole
    }

    /// Those who fall, as those who fall at nothing else and the others, whom no column counts.
    fn split(&mut self, whole: CountId, only: u64) -> (CountId, CountId) {
        let only = self.count(only);
        let others = self.sums.people(whole) - self.sums.people(only);
        let others = self.sums.count(others, Printed::No);
        self.sums.sum(whole, [only, others]);
        (only, others)
    }

    /// The clauses of a rule, each asked of those for whom the ones before held.
    fn rule(&mut self, mut come: CountId, stage: Stage) -> Parted {
        let mut fallen = Vec::new();
        while self.is_next(LineKind::Clause, stage) {
            let mut parted = self.clause(come, stage);
            come = parted.hold;
            fallen.append(&mut parted.fallen);
        }
        Parted { hold: come, fallen }
    }

    /// A clause with its alternatives.
    fn clause(&mut self, come: CountId, stage: Stage) -> Parted {
        let (at, counts) = (self.at(), self.counts[self.at()]);
        self.placed.push(PlacedLine { people: Some(come), ..PlacedLine::default() });
        let (hold, fail) = self.asked(come, stage, counts);
        let (only, others) = self.split(fail, counts.fail_only);
        let line = &mut self.placed[at];
        (line.hold, line.fail, line.fail_only) = (Some(hold), Some(fail), Some(only));
        Parted { hold, fallen: vec![only, others] }
    }

    /// Those for whom a line holds and the others: at once, or one alternative after another.
    fn asked(&mut self, come: CountId, stage: Stage, counts: LineCounts) -> (CountId, CountId) {
        if !self.is_next(LineKind::Alternative, stage) {
            let (hold, fail) = (self.count(counts.hold), self.count(counts.fail()));
            self.sums.sum(come, [hold, fail]);
            return (hold, fail);
        }
        let (mut parts, mut rest) = (Vec::new(), come);
        while self.is_next(LineKind::Alternative, stage) {
            let counts = self.counts[self.at()];
            let people = rest;
            let (hold, fail) = (self.count(counts.hold), self.count(counts.fail()));
            self.sums.sum(people, [hold, fail]);
            let (only, others) = self.split(hold, counts.hold_only);
            parts.extend([only, others]);
            let (people, hold, fail, only) = (Some(people), Some(hold), Some(fail), Some(only));
            self.placed.push(PlacedLine { people, hold, fail, hold_only: only, fail_only: None });
            rest = fail.unwrap_or(come);
        }
        (self.together(&parts), rest)
    }

    /// Who is on a list, of everybody. They stand in the funnels of all indicators and flow through each of them, so that a
    /// funnel without them tells nothing. Everybody and who is on no list are in all of them too, and can go by themselves.
    fn listed(&mut self, everybody: CountId) -> CountId {
        let counts = self.counts[self.at()];
        let listed = self.sums.count(counts.hold, Printed::Shared);
        let unlisted = self.count(counts.fail());
        self.sums.sum(everybody, [listed, unlisted]);
        let (people, hold, fail) = (Some(everybody), Some(listed), Some(unlisted));
        self.placed.push(PlacedLine { people, hold, fail, ..PlacedLine::default() });
        listed
    }

    /// An exclusion or exception; those for whom it does not hold, who go on.
    fn reason(&mut self, come: CountId, stage: Stage) -> CountId {
        let (at, counts) = (self.at(), self.counts[self.at()]);
        self.placed.push(PlacedLine { people: Some(come), ..PlacedLine::default() });
        let (hold, fail) = if self.is_next(LineKind::Clause, stage) {
            let Parted { hold, fallen } = self.rule(come, stage);
            (hold, self.together(&fallen))
        } else {
            self.asked(come, stage, counts)
        };
        let (only, _) = self.split(hold, counts.hold_only);
        let line = &mut self.placed[at];
        (line.hold, line.fail, line.hold_only) = (Some(hold), Some(fail), Some(only));
        fail
    }
}
