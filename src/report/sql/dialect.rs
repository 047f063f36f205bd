//! The few things that DuckDB, Spark and PostgreSQL say differently. Everything else in a query is the same for all.

use crate::ground::{Day, MissingDay, Period, Unit};

/// An engine's SQL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Apache Spark, 3.2 or later.
    Spark,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Dialect; 3] = [Dialect::DuckDb, Dialect::Spark, Dialect::Postgres];

    /// The engine's name.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::DuckDb => "DuckDB",
            Dialect::Spark => "Apache Spark",
            Dialect::Postgres => "PostgreSQL",
        }
    }

    /// An id or a code as text, which sorts and compares byte by byte.
    pub(super) fn text(self, value: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CAST({value} AS VARCHAR)"),
            Dialect::Spark => format!("CAST({value} AS STRING)"),
            Dialect::Postgres => format!("CAST({value} AS TEXT) COLLATE \"C\""),
        }
    }

    /// A text by which rows are put in order of bytes.
    pub(super) fn bytewise(self, value: &str) -> String {
        match self {
            Dialect::DuckDb | Dialect::Spark => value.to_owned(),
            Dialect::Postgres => format!("{value} COLLATE \"C\""),
        }
    }

    /// A text as a literal.
    pub(super) fn literal(self, text: &str) -> String {
        match self {
            Dialect::DuckDb | Dialect::Postgres => format!("'{}'", text.replace('\'', "''")),
            // Older Sparks read two quotes as the end of one text and the start of the next.
            Dialect::Spark => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        }
    }

    /// What is written before the brackets of a step that is not to be taken apart. PostgreSQL would put single rows of
    /// days into the tests beside them, take those for tests that hardly anybody passes, and join row by row.
    pub(super) fn kept_apart(self) -> &'static str {
        match self {
            Dialect::DuckDb | Dialect::Spark => "",
            Dialect::Postgres => "MATERIALIZED",
        }
    }

    /// The day a number of days after another.
    pub(super) fn plus_days(self, day: &str, days: i32) -> String {
        match self {
            _ if days == 0 => day.to_owned(),
            Dialect::Spark => format!("date_add({day}, {days})"),
            Dialect::DuckDb | Dialect::Postgres if days < 0 => format!("({day} - {})", days.unsigned_abs()),
            Dialect::DuckDb | Dialect::Postgres => format!("({day} + {days})"),
        }
    }

    /// The day a number of calendar months after another; the month's last day where it lacks the day.
    fn plus_months(self, day: &str, months: i32) -> String {
        let (sign, count) = if months < 0 { ('-', months.unsigned_abs()) } else { ('+', months.unsigned_abs()) };
        match self {
            Dialect::Spark => format!("add_months({day}, {months})"),
            Dialect::DuckDb | Dialect::Postgres => format!("CAST({day} {sign} INTERVAL '{count} months' AS DATE)"),
        }
    }

    /// The day on which a period after another day has passed (before it, if `back`), by a convention for missing days.
    pub(super) fn shifted(self, day: &str, period: Period, back: bool, convention: MissingDay) -> String {
        let count = |each: u32| {
            let count = i32::try_from(period.count.saturating_mul(each)).unwrap_or(i32::MAX);
            if back { -count } else { count }
        };
        let months = match period.unit {
            Unit::Days => return self.plus_days(day, count(1)),
            Unit::Weeks => return self.plus_days(day, count(7)),
            Unit::Months => count(1),
            Unit::Years => count(12),
        };
        let last = self.plus_months(day, months);
        match convention {
            MissingDay::LastDay => last,
            MissingDay::NextDay => {
                let next = self.plus_days(&last, 1);
                format!("CASE WHEN EXTRACT(DAY FROM {last}) <> EXTRACT(DAY FROM {day}) THEN {next} ELSE {last} END")
            }
        }
    }

    /// Of the rows of a group for which a condition holds, the day that is the `at`-th in order (1 is the first).
    pub(super) fn nth_day(self, day: &str, condition: &str, at: u32) -> String {
        match self {
            _ if at == 1 => format!("MIN(CASE WHEN {condition} THEN {day} END)"),
            Dialect::DuckDb => format!("list_extract(list({day} ORDER BY {day}) FILTER (WHERE {condition}), {at})"),
            // What lies beyond an array's end is an error in newer Sparks, and a slice of it is empty in all.
            Dialect::Spark => {
                let days = format!("sort_array(collect_list(CASE WHEN {condition} THEN {day} END))");
                format!("array_min(slice({days}, {at}, 1))")
            }
            Dialect::Postgres => format!("(array_agg({day} ORDER BY {day}) FILTER (WHERE {condition}))[{at}]"),
        }
    }

    /// The type of the largest whole numbers that are computed with exactly.
    pub(super) fn whole_type(self) -> &'static str {
        match self {
            Dialect::DuckDb => "HUGEINT",
            Dialect::Spark => "DECIMAL(38, 0)",
            Dialect::Postgres => "NUMERIC",
        }
    }

    /// A whole number as one of the largest.
    pub(super) fn whole(self, value: &str) -> String {
        format!("CAST({value} AS {})", self.whole_type())
    }

    /// The whole quotient of two whole numbers that are not negative.
    pub(super) fn quotient(self, above: &str, below: &str) -> String {
        match self {
            Dialect::DuckDb => format!("(({above}) // ({below}))"),
            Dialect::Spark => format!("(({above}) DIV ({below}))"),
            Dialect::Postgres => format!("DIV({above}, {below})"),
        }
    }

    /// A text in small letters with two blanks in the place of whatever is neither letter nor digit, and one at each
    /// end, so that every word stands between blanks of its own.
    pub(super) fn spaced_words(self, text: &str) -> String {
        let spaced = match self {
            Dialect::DuckDb => format!("regexp_replace(lower({text}), '[^\\p{{L}}\\p{{N}}]+', '  ', 'g')"),
            Dialect::Spark => format!("regexp_replace(lower({text}), '[^\\\\p{{IsAlphabetic}}\\\\p{{N}}]+', '  ')"),
            // The database's own collation may know no letters beyond ASCII.
            Dialect::Postgres => {
                format!("regexp_replace(lower({text} COLLATE \"und-x-icu\"), '[^[:alnum:]]+', '  ', 'g')")
            }
        };
        format!("concat(' ', {spaced}, ' ')")
    }

    /// A text with each match of a pattern between `<` and `>`.
    pub(super) fn marked(self, text: &str, pattern: &str) -> String {
        match self {
            Dialect::DuckDb | Dialect::Postgres => format!("regexp_replace({text}, '({pattern})', '<\\1>', 'g')"),
            Dialect::Spark => format!("regexp_replace({text}, '({pattern})', '<$1>')"),
        }
    }
}

/// A day as a literal.
pub(super) fn literal_day(day: Day) -> String {
    // Stands for a bound beyond every day that can be written.
    let written = match day {
        Day::FIRST => "0001-01-01".to_owned(),
        Day::LAST => "9999-12-31".to_owned(),
        day => day.to_string(),
    };
    format!("DATE '{written}'")
}
