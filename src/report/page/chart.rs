//! Charts as what is to be drawn: a field with two axes, lines, and marks that each have a name. A template makes SVG of
//! it.

use serde::Serialize;

use crate::report::page::axis::Axis;

/// A picture and what it says in words.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::report) struct Chart {
    /// Its name in links; no two on a page are the same.
    pub(in crate::report) id: String,
    /// What it is.
    pub(in crate::report) title: String,
    /// What it shows, for those who do not see it.
    pub(in crate::report) desc: String,
    /// The name of the table that holds its numbers.
    pub(in crate::report) table: &'static str,
    /// How wide it is.
    pub(in crate::report) width: u32,
    /// How high it is.
    pub(in crate::report) height: u32,
    /// What is drawn below the marks.
    pub(in crate::report) shapes: Vec<Shape>,
    /// What stands for somebody or something, each with its name.
    pub(in crate::report) marks: Vec<Mark>,
    /// What the looks of marks and lines mean.
    pub(in crate::report) key: Vec<Key>,
}

/// A line or text of a chart.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::report) enum Shape {
    /// A line through points: `12.0,3.5 14.0,3.5`
    Line {
        /// Its look, a class of the style sheet.
        look: &'static str,
        /// The points.
        points: String,
    },
    /// Text beside a point.
    Text {
        /// Its look.
        look: &'static str,
        /// `start`, `middle` or `end`: which part of it stands at the point.
        anchor: &'static str,
        /// From the left.
        x: String,
        /// From the top.
        y: String,
        /// The text.
        text: String,
    },
}

/// A mark with its name.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::report) struct Mark {
    /// Who or what it is, with its numbers.
    pub(in crate::report) name: String,
    /// The practice's code; empty where it stands for no one practice.
    pub(in crate::report) practice: String,
    /// Its look, a class of the style sheet.
    pub(in crate::report) look: &'static str,
    /// Its outline.
    pub(in crate::report) outline: String,
    /// What is written beside it, where there is room.
    pub(in crate::report) labels: Vec<Label>,
}

/// A short name beside a mark.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::report) struct Label {
    /// From the left.
    pub(in crate::report) x: String,
    /// From the top.
    pub(in crate::report) y: String,
    /// `start`, `middle` or `end`.
    pub(in crate::report) anchor: &'static str,
    /// The text.
    pub(in crate::report) text: String,
}

/// What a look means.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::report) struct Key {
    /// The look.
    pub(in crate::report) look: &'static str,
    /// The outline of its mark in a square of 20 by 20; empty for a line.
    pub(in crate::report) outline: String,
    /// What it means.
    pub(in crate::report) words: String,
}

impl Key {
    /// What a kind of line means.
    pub(in crate::report) fn line(look: &'static str, words: impl Into<String>) -> Key {
        Key { look, outline: String::new(), words: words.into() }
    }

    /// What a kind of mark means.
    pub(in crate::report) fn mark(look: &'static str, glyph: Glyph, words: impl Into<String>) -> Key {
        Key { look, outline: glyph.outline(10.0, 10.0), words: words.into() }
    }
}

/// The outline of a mark: shapes can be told apart without colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::report) enum Glyph {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Up,
    /// ▼
    Down,
}

/// Half a mark's width.
const HALF: f64 = 5.0;

impl Glyph {
    /// The outline around a point, as path data.
    pub(in crate::report) fn outline(self, x: f64, y: f64) -> String {
        let at = |dx: f64, dy: f64| format!("{} {}", place(x + dx), place(y + dy));
        let through = |corners: &[(f64, f64)]| {
            let corners: Vec<String> = corners.iter().map(|(dx, dy)| at(dx * HALF, dy * HALF)).collect();
            format!("M{}Z", corners.join("L"))
        };
        match self {
            Glyph::Circle => {
                let (left, right) = (at(-HALF, 0.0), at(HALF, 0.0));
                format!("M{left}A{HALF} {HALF} 0 1 1 {right}A{HALF} {HALF} 0 1 1 {left}Z")
            }
            Glyph::Square => through(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Glyph::Up => through(&[(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)]),
            Glyph::Down => through(&[(0.0, 1.1), (1.1, -0.9), (-1.1, -0.9)]),
        }
    }
}

/// The outline of a bar between two corners.
pub(in crate::report) fn bar((left, top): (f64, f64), (right, bottom): (f64, f64)) -> String {
    let [left, top, right, bottom] = [left, top, right, bottom].map(place);
    format!("M{left} {top}H{right}V{bottom}H{left}Z")
}

/// Leaves out the middle of a list in order, so that no more than so many of its ends are drawn; gives back a sentence with
/// a blank before it that says so, or nothing.
pub(in crate::report) fn keep_ends<T>(list: &mut Vec<T>, most: usize, what: &str) -> String {
    let all = list.len();
    if all <= most {
        return String::new();
    }
    list.drain(most / 2..all - most / 2);
    format!(" The greatest of {all} {what} are shown.")
}

/// A place in the picture, to a tenth.
pub(in crate::report) fn place(at: f64) -> String {
    format!("{at:.1}")
}

/// Points of a line.
pub(in crate::report) fn points(through: impl IntoIterator<Item = (f64, f64)>) -> String {
    let points = through.into_iter().map(|(x, y)| format!("{},{}", place(x), place(y)));
    points.collect::<Vec<_>>().join(" ")
}

/// A field that marks stand in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::report) struct Field {
    /// From left to right.
    pub(in crate::report) across: Axis,
    /// From the bottom to the top.
    pub(in crate::report) up: Axis,
}

/// The size of a chart with a field.
pub(in crate::report) const WIDTH: u32 = 640;
/// Its height.
pub(in crate::report) const HEIGHT: u32 = 420;

impl Field {
    /// A field of a chart of the usual size with these numbers at its ends.
    pub(in crate::report) fn of(across: (f64, f64), up: (f64, f64)) -> Field {
        let (right, bottom) = (f64::from(WIDTH) - 24.0, f64::from(HEIGHT) - 56.0);
        Field {
            across: Axis { numbers: across, drawn: (64.0, right) },
            up: Axis { numbers: up, drawn: (bottom, 16.0) },
        }
    }

    /// Where a point stands.
    pub(in crate::report) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (self.across.place(x), self.up.place(y))
    }

    /// A line through points of the field.
    pub(in crate::report) fn line(&self, look: &'static str, through: impl IntoIterator<Item = (f64, f64)>) -> Shape {
        Shape::Line { look, points: points(through.into_iter().map(|(x, y)| self.place(x, y))) }
    }

    /// Both axes with their marks and names.
    pub(in crate::report) fn axes(&self, across: &str, up: &str) -> Vec<Shape> {
        let ((left, right), (bottom, top)) = (self.across.drawn, self.up.drawn);
        let mut shapes = Vec::new();
        for mark in self.up.marks() {
            let y = self.up.place(mark);
            shapes.push(Shape::Line { look: "grid", points: points([(left, y), (right, y)]) });
            shapes.push(text("tick", "end", (left - 8.0, y + 4.0), self.up.written(mark)));
        }
        for mark in self.across.marks() {
            let x = self.across.place(mark);
            shapes.push(Shape::Line { look: "axis", points: points([(x, bottom), (x, bottom + 5.0)]) });
            shapes.push(text("tick", "middle", (x, bottom + 20.0), self.across.written(mark)));
        }
        shapes.push(Shape::Line { look: "axis", points: points([(left, top), (left, bottom), (right, bottom)]) });
        shapes.push(text("name", "middle", ((left + right) / 2.0, bottom + 42.0), across));
        // The upright axis's name stands above it, where it needs no turning of the head.
        shapes.push(text("name", "start", (4.0, 10.0), up));
        shapes
    }
}

/// Upright lines at an axis's marks between top and bottom, with their numbers and the axis's name below.
pub(in crate::report) fn upright_grid(across: Axis, (top, bottom): (f64, f64), name: &str) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for mark in across.marks() {
        let x = across.place(mark);
        shapes.push(Shape::Line { look: "grid", points: points([(x, top), (x, bottom)]) });
        shapes.push(text("tick", "middle", (x, bottom + 16.0), across.written(mark)));
    }
    let middle = (across.drawn.0 + across.drawn.1) / 2.0;
    shapes.push(text("name", "middle", (middle, bottom + 38.0), name));
    shapes
}

/// Text at a point.
pub(in crate::report) fn text(
    look: &'static str,
    anchor: &'static str,
    (x, y): (f64, f64),
    text: impl Into<String>,
) -> Shape {
    Shape::Text { look, anchor, x: place(x), y: place(y), text: text.into() }
}
