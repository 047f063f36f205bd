//! Where names stand beside marks so that none covers another; a mark that has no room for one shows its name when it is
//! pointed at.

use crate::report::page::chart::{Label, place};

/// More marks than this have no room for names anyway, and looking for it would take long.
const MOST: usize = 150;

/// About how wide a character and how high a line of a label is.
pub(in crate::report) const CHARACTER: f64 = 6.6;
const LINE: f64 = 12.0;
/// How far a label stands from the middle of its mark.
const APART: f64 = 9.0;

/// What is covered: left, top, right, bottom.
type Covered = [f64; 4];

/// A mark that wants its name beside it.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::report) struct Wanted {
    /// The middle of the mark.
    pub(in crate::report) at: (f64, f64),
    /// The name.
    pub(in crate::report) text: String,
}

/// The labels of marks, in their order, within the left and right edges; None where there is no room.
pub(in crate::report) fn labels(wanted: &[Wanted], edges: (f64, f64)) -> Vec<Option<Label>> {
    if wanted.len() > MOST {
        return vec![None; wanted.len()];
    }
    let mark = |(x, y): (f64, f64)| [x - 5.0, y - 5.0, x + 5.0, y + 5.0];
    let mut taken: Vec<Covered> = wanted.iter().map(|wanted| mark(wanted.at)).collect();
    let mut labels = Vec::with_capacity(wanted.len());
    for (own, wanted) in wanted.iter().enumerate() {
        let is_free = |(_, covered): &(Label, Covered)| {
            let others = taken.iter().enumerate().filter(|(at, _)| *at != own);
            covered[0] >= edges.0 && covered[2] <= edges.1 && !others.into_iter().any(|(_, other)| meet(covered, other))
        };
        let chosen = candidates(wanted).into_iter().find(is_free);
        taken.extend(chosen.as_ref().map(|(_, covered)| *covered));
        labels.push(chosen.map(|(label, _)| label));
    }
    labels
}

fn meet(one: &Covered, other: &Covered) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// Above, where a level line does not cross it; then right, left and below.
fn candidates(wanted: &Wanted) -> [(Label, Covered); 4] {
    let (x, y) = wanted.at;
    let width = wanted.text.chars().count() as f64 * CHARACTER;
    let label = |anchor: &'static str, x: f64, y: f64| {
        let left = match anchor {
            "start" => x,
            "end" => x - width,
            _ => x - width / 2.0,
        };
        let label = Label { x: place(x), y: place(y), anchor, text: wanted.text.clone() };
        (label, [left, y - LINE + 2.0, left + width, y + 2.0])
    };
    [
        label("middle", x, y - APART),
        label("start", x + APART, y + 4.0),
        label("end", x - APART, y + 4.0),
        label("middle", x, y + APART + 9.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(at: (f64, f64)) -> Wanted {
        Wanted { at, text: "Z81001".to_owned() }
    }

    #[test]
    fn names_go_round_their_marks_until_there_is_no_room() {
        let anchors = |marks: &[(f64, f64)], edges| {
            let wanted: Vec<Wanted> = marks.iter().map(|at| wanted(*at)).collect();
            labels(&wanted, edges).into_iter().map(|label| label.map(|label| label.anchor)).collect::<Vec<_>>()
        };
        assert_eq!(anchors(&[(100.0, 100.0)], (0.0, 200.0)), [Some("middle")]);
        // Below another mark the name stands to the right, and at the right edge to the left.
        assert_eq!(anchors(&[(100.0, 100.0), (100.0, 88.0)], (0.0, 200.0))[0], Some("start"));
        assert_eq!(anchors(&[(195.0, 100.0)], (0.0, 200.0)), [Some("end")]);
        // Twenty marks at one place have no room for twenty names.
        let crowd = [(100.0, 100.0); 20];
        assert!(anchors(&crowd, (0.0, 200.0)).iter().filter(|anchor| anchor.is_none()).count() >= 16);
    }
}
