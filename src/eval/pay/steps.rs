//! What a program comes to on the way: which of its tests hold, and how the sides of its comparisons lie.

use std::cmp::Ordering;

use crate::eval::pay::{Facts, Reckoning};
use crate::model::book::Figure;
use crate::model::formula::Program;

/// Something seen on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// A case was asked whether it applies.
    Asked {
        /// The line.
        line: usize,
        /// The case of it.
        case: usize,
        /// Whether it applies.
        applies: bool,
    },
    /// Two sides were compared.
    Compared {
        /// The line.
        line: usize,
        /// The case of it.
        case: usize,
        /// Which of the comparisons of its test, in the order written.
        at: usize,
        /// How the left side lies to the right one.
        lies: Ordering,
    },
}

/// All steps of a program, each line by itself, up to the first that cannot be known.
pub(crate) fn steps(program: &Program, figures: &[Figure], facts: &Facts) -> Vec<Step> {
    let reckoning = Reckoning { program, figures, facts };
    let mut steps = Vec::new();
    for (line, written) in program.lines.iter().enumerate() {
        for (case, of_line) in written.cases.iter().enumerate() {
            let Some(test) = &of_line.test else {
                steps.push(Step::Asked { line, case, applies: true });
                break;
            };
            for (at, (left, right)) in test.comparisons().into_iter().enumerate() {
                if let (Ok(left), Ok(right)) = (reckoning.formula(left), reckoning.formula(right)) {
                    steps.push(Step::Compared { line, case, at, lies: left.cmp(&right) });
                }
            }
            let Ok(applies) = reckoning.test(test) else { break };
            steps.push(Step::Asked { line, case, applies });
            if applies {
                break;
            }
        }
    }
    steps
}
