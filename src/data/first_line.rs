//! What may be told of the first line of a file: where it is no header, it is a row, and what it says is somebody's.

use std::fmt;

use crate::data::naming::{Naming, TableName};

/// No more names than this are told.
const MOST_NAMES: usize = 20;

/// Of a longer name only so many characters are told.
const MOST_CHARACTERS: usize = 40;

/// Among so many cells the names are looked for; no table of records is that wide.
const MOST_CELLS: usize = 1000;

/// Words that stand in names of columns besides those of our own names.
const OTHER_WORDS: [&str; 11] =
    ["of", "dob", "gp", "nhs", "number", "concept", "snomed", "ct", "ods", "loc", "registration"];

/// The cells of a first line that are known as names of columns, and how many others there are. The others are never
/// told: a table without a header begins with a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirstLine {
    names: Vec<String>,
    others: usize,
}

impl FirstLine {
    /// That of a table, of which these names were declared.
    pub(crate) fn of_table(cells: &[String], naming: &Naming) -> FirstLine {
        let known: Vec<&str> = TableName::ALL.into_iter().flat_map(TableName::columns).collect();
        FirstLine::new(cells.iter().map(String::as_str), &Known::new(known.into_iter().chain(naming.called_names())))
    }

    /// That of a file that is no table of ours, and whose columns may have these names besides.
    pub(crate) fn of_list<'a>(
        cells: impl Iterator<Item = &'a str>,
        known: impl Iterator<Item = &'static str>,
    ) -> FirstLine {
        FirstLine::new(cells, &Known::new(known.chain(TableName::ALL.into_iter().flat_map(TableName::columns))))
    }

    fn new<'a>(cells: impl Iterator<Item = &'a str>, known: &Known) -> FirstLine {
        let mut line = FirstLine { names: Vec::new(), others: 0 };
        for (at, cell) in cells.enumerate() {
            let is_told = at < MOST_CELLS && line.names.len() < MOST_NAMES && known.is_name(cell);
            if is_told { line.names.push(cut(cell)) } else { line.others += 1 }
        }
        line
    }

    /// True if it has at least one name of a column.
    pub fn is_header(&self) -> bool {
        !self.names.is_empty()
    }

    /// The name most like one of ours, if one is: spaces, hyphens and underscores count as one another.
    pub(crate) fn nearest(&self, column: &str) -> Option<String> {
        let plain = |text: &str| text.to_lowercase().replace([' ', '-'], "_");
        let likeness = |present: &str| strsim::jaro_winkler(&plain(present), column);
        let best = self.names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        (likeness(best) > 0.8).then(|| best.clone())
    }
}

impl fmt::Display for FirstLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        let columns = |other: &str| format!("{}{other} column{}", self.others, if self.others == 1 { "" } else { "s" });
        match (self.names.is_empty(), self.others) {
            (true, 0) => formatter.write_str("no columns"),
            (true, _) => write!(formatter, "{} of other names", columns("")),
            (false, 0) => formatter.write_str(&names.join(", ")),
            (false, _) => write!(formatter, "{} and {}", names.join(", "), columns(" other")),
        }
    }
}

/// The names that columns may have.
struct Known {
    /// Without what their writers vary.
    names: Vec<String>,
    words: Vec<String>,
}

impl Known {
    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Known {
        let mut known = Known { names: Vec::new(), words: OTHER_WORDS.map(str::to_owned).to_vec() };
        for name in names {
            known.names.push(plain(name));
            known.words.extend(words(name));
        }
        known
    }

    /// True for a known name, for one with a letter or two astray, and for one made of words of known names alone. A
    /// first name or a surname may be near a short one, and must not pass for it.
    fn is_name(&self, cell: &str) -> bool {
        if cell.len() > 4 * MOST_CHARACTERS {
            return words(cell).take(MOST_CELLS).all(|word| self.words.contains(&word));
        }
        let cell_plain = plain(cell);
        let is_near = |known: &String| {
            let slips = known.len() / 6;
            known.len().abs_diff(cell_plain.len()) <= slips && strsim::damerau_levenshtein(known, &cell_plain) <= slips
        };
        !cell_plain.is_empty() && (self.names.iter().any(is_near) || words(cell).all(|word| self.words.contains(&word)))
    }
}

/// A name without what its writers vary: capitals, spaces, underscores.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> FirstLine {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        FirstLine::of_table(&cells, &Naming::default())
    }

    #[test]
    fn names_of_columns_are_told_and_others_counted() {
        for (line, told) in [
            ("patient_id,Practice Code,BirthDate", "`patient_id`, `Practice Code`, `BirthDate`"),
            ("date_of_birth,DOB,registred_date", "`date_of_birth`, `DOB`, `registred_date`"),
            ("code,EMIS ref,x", "`code` and 2 other columns"),
            ("code,Surname", "`code` and 1 other column"),
            ("foo", "1 column of other names"),
            ("patient_id|birth_date|code", "`patient_id|birth_date|code`"),
        ] {
            assert_eq!(of(line).to_string(), told);
        }
    }

    #[test]
    fn what_is_somebodys_is_not_told() {
        for line in [
            "xyzzy-1;xyzzy text;17/11/2022",
            "xyzzy-1|2022-11-17|A81000",
            "NHS 9434765919,M",
            "AB123456C,A81001,Nov-22",
            "Smith,John,E12",
            "Patience,Textor,Valerie,Arey,Coder,Vale",
            "",
            " ,-,_",
        ] {
            assert!(!of(line).is_header(), "{line}: {}", of(line));
        }
    }

    #[test]
    fn what_is_told_is_short() {
        let many = vec!["code"; 5000].join(",");
        assert_eq!(of(&many).to_string().matches("`code`").count(), MOST_NAMES);
        assert!(of(&many).to_string().ends_with("and 4980 other columns"));
        let long = "birth date ".repeat(1_000_000);
        assert!(of(&long).to_string().len() < 200);
        assert!(of(&"x".repeat(10 << 20)).to_string().len() < 200);
        assert!(of(&",".repeat(10 << 20)).to_string().len() < 200);
    }
}
