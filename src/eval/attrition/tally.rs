//! One patient after another through the lines of a funnel.

use crate::eval::attrition::LineCounts;
use crate::eval::attrition::outline::{Clause, EVERYBODY, LISTED, Outline, Rule};
use crate::eval::judge::{holds, looked_at};
use crate::eval::sight::Sight;
use crate::eval::trace::{Record, Trace};
use crate::model::book::ConditionId;

/// The counts of one measurement.
pub(super) struct Tally {
    /// By group, then by line.
    counts: Vec<LineCounts>,
}

/// One group's counts, by line.
struct Counts<'a>(&'a mut [LineCounts]);

impl Tally {
    pub(super) fn new(lines: usize, groups: usize) -> Tally {
        Tally { counts: vec![LineCounts::default(); lines * groups] }
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, other)| mine.add(other));
    }

    pub(super) fn into_groups(self, lines: usize) -> Vec<Vec<LineCounts>> {
        self.counts.chunks(lines).map(<[LineCounts]>::to_vec).collect()
    }

    /// Sends a patient through. Without a sight, the patient was on no list by the day.
    pub(super) fn patient(
        &mut self,
        outline: &Outline,
        group: usize,
        sight: Option<&mut Sight<'_, '_>>,
        record: &mut Record,
    ) {
        let lines = outline.lines.len();
        let mut counts = Counts(&mut self.counts[group * lines..(group + 1) * lines]);
        counts.total(EVERYBODY);
        counts.come(LISTED, sight.is_some());
        let Some(sight) = sight else { return };
        record.begin();
        holds(sight, outline.register.condition, record);
        if !counts.rule(&outline.register, sight, record) {
            return;
        }
        counts.total(outline.register.line);
        if counts.reasons(&outline.excludes, sight, record) {
            return;
        }
        if let Some(left) = outline.left {
            counts.total(left);
        }
        holds(sight, outline.achieved.condition, record);
        if counts.rule(&outline.achieved, sight, record) {
            counts.total(outline.achieved.line);
        } else if counts.reasons(&outline.excepts, sight, record) {
            return;
        } else {
            counts.total(outline.not_achieved);
        }
        counts.total(outline.denominator);
    }
}

/// Whether a condition holds, as it was found while its rule was judged, or is found now.
fn held(sight: &mut Sight<'_, '_>, record: &mut Record, condition: ConditionId) -> bool {
    looked_at(sight, condition, record).0
}

impl Counts<'_> {
    fn total(&mut self, line: usize) {
        self.come(line, true);
    }

    fn come(&mut self, line: usize, holds: bool) {
        self.0[line].people += 1;
        self.0[line].hold += u64::from(holds);
    }

    /// Sends somebody through the clauses of a rule; whether all of them hold.
    fn rule(&mut self, rule: &Rule, sight: &mut Sight<'_, '_>, record: &mut Record) -> bool {
        let mut failed = rule.clauses.iter().filter(|clause| !held(sight, record, clause.condition));
        let first = failed.next();
        if let (Some(Clause { line: Some(line), .. }), None) = (first, failed.next()) {
            self.0[*line].fail_only += 1;
        }
        for clause in &rule.clauses {
            let holds = held(sight, record, clause.condition);
            if let Some(line) = clause.line {
                self.come(line, holds);
            }
            self.alternatives(clause, sight, record);
            if !holds {
                return false;
            }
        }
        true
    }

    /// Sends somebody through the alternatives of a clause, up to the first that holds.
    fn alternatives(&mut self, clause: &Clause, sight: &mut Sight<'_, '_>, record: &mut Record) {
        let holding = clause.alternatives.iter().filter(|part| held(sight, record, part.condition)).count();
        for part in &clause.alternatives {
            let holds = held(sight, record, part.condition);
            self.come(part.line, holds);
            if holds {
                self.0[part.line].hold_only += u64::from(holding == 1);
                return;
            }
        }
    }

    /// Sends somebody through exclusions or exceptions, up to the first that holds; whether one does.
    fn reasons(&mut self, reasons: &[Rule], sight: &mut Sight<'_, '_>, record: &mut Record) -> bool {
        let mut holding = 0;
        for reason in reasons {
            holding += u32::from(holds(sight, reason.condition, record));
        }
        for reason in reasons {
            let holds = self.rule(reason, sight, record);
            self.come(reason.line, holds);
            if holds {
                self.0[reason.line].hold_only += u64::from(holding == 1);
                return true;
            }
        }
        false
    }
}
