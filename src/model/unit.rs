//! Units of figures and formulas: so that points are never added to pounds.

use std::fmt;

/// A unit: powers of pounds, points and per cent. People, doses and plain numbers have none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Unit {
    /// Pounds.
    pub pounds: i8,
    /// Points.
    pub points: i8,
    /// Per cent.
    pub percent: i8,
}

impl Unit {
    /// A plain number: people, doses, a share.
    pub const NUMBER: Unit = Unit { pounds: 0, points: 0, percent: 0 };
    /// Pounds.
    pub const POUNDS: Unit = Unit { pounds: 1, points: 0, percent: 0 };
    /// Points.
    pub const POINTS: Unit = Unit { pounds: 0, points: 1, percent: 0 };
    /// Per cent, and percentage points.
    pub const PERCENT: Unit = Unit { pounds: 0, points: 0, percent: 1 };

    /// The words that a figure's `unit` may be, each with what it means.
    pub const WORDS: [(&'static str, Unit); 13] = [
        ("£", Unit::POUNDS),
        ("£ per dose", Unit::POUNDS),
        ("£ per child", Unit::POUNDS),
        ("£ per point", Unit { pounds: 1, points: -1, percent: 0 }),
        ("points", Unit::POINTS),
        ("%", Unit::PERCENT),
        ("% points", Unit::PERCENT),
        ("patients", Unit::NUMBER),
        ("children", Unit::NUMBER),
        ("doses", Unit::NUMBER),
        ("days", Unit::NUMBER),
        ("months", Unit::NUMBER),
        ("share", Unit::NUMBER),
    ];

    /// Reads a figure's `unit`.
    pub fn parse(word: &str) -> Option<Unit> {
        Unit::WORDS.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit)
    }

    /// The unit that is written otherwise, as people say it: `per cent` for `%`.
    pub fn meant_by(word: &str) -> Option<&'static str> {
        let word = word.to_lowercase();
        let words: Vec<&str> = word.split(|sign: char| sign.is_whitespace() || sign == '_').collect();
        match words.join(" ").as_str() {
            "percent" | "per cent" | "percentage" | "pct" | "per hundred" => Some("%"),
            "percentage points" | "percent points" | "per cent points" | "%points" | "pp" => Some("% points"),
            "pound" | "pounds" | "gbp" | "pounds sterling" => Some("£"),
            "pounds per point" | "pound per point" | "£/point" | "£ / point" | "£ per points" | "gbp per point" => {
                Some("£ per point")
            }
            "pounds per dose" | "pound per dose" | "£/dose" | "£ / dose" | "gbp per dose" => Some("£ per dose"),
            "pounds per child" | "pound per child" | "£/child" | "£ / child" | "gbp per child" => Some("£ per child"),
            "point" | "qof points" => Some("points"),
            "patient" | "people" | "persons" => Some("patients"),
            "child" => Some("children"),
            "dose" | "vaccinations" => Some("doses"),
            "day" => Some("days"),
            "month" => Some("months"),
            "ratio" | "fraction" | "proportion" => Some("share"),
            _ => None,
        }
    }

    /// The unit of a product.
    pub fn times(self, other: Unit) -> Unit {
        Unit {
            pounds: self.pounds.saturating_add(other.pounds),
            points: self.points.saturating_add(other.points),
            percent: self.percent.saturating_add(other.percent),
        }
    }

    /// The unit of a quotient.
    pub fn over(self, other: Unit) -> Unit {
        Unit {
            pounds: self.pounds.saturating_sub(other.pounds),
            points: self.points.saturating_sub(other.points),
            percent: self.percent.saturating_sub(other.percent),
        }
    }
}

impl fmt::Display for Unit {
    /// In words: `pounds per point`, `a plain number`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let powers = [(self.pounds, "pounds"), (self.points, "points"), (self.percent, "per cent")];
        let above: Vec<&str> = powers.iter().filter(|(power, _)| *power > 0).map(|(_, word)| *word).collect();
        let below: Vec<&str> = powers.iter().filter(|(power, _)| *power < 0).map(|(_, word)| *word).collect();
        match (above.is_empty(), below.is_empty()) {
            (true, true) => f.write_str("a plain number"),
            (false, true) => f.write_str(&above.join(" times ")),
            (_, false) => {
                let above = if above.is_empty() { "a number".to_owned() } else { above.join(" times ") };
                write!(f, "{above} per {}", below.join(" and per "))
            }
        }
    }
}
