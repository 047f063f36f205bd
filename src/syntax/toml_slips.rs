//! What was written into a TOML file as people print it: texts in curly quotes, numbers with pound signs and thousands
//! separators, blanks that are no spaces. The parser would only say that it cannot read them.

mod units;

use std::ops::Range;

use toml_writer::{ToTomlValue, TomlStringBuilder};

use crate::ground::printed::plain_digits;
use crate::ground::{Diagnostic, FileId, Span};

/// One slip.
pub(super) struct Slip {
    place: Range<usize>,
    kind: Kind,
    /// What to write in its place, where that is certain.
    mended: Option<String>,
}

#[derive(Clone)]
enum Kind {
    Quotes,
    Blank,
    Number,
    /// A number in pence.
    Pence,
    /// A number whose sign says something else than its unit, and where the unit stands.
    OfAnotherUnit(Range<usize>),
    /// A figure whose sign is all that says its unit.
    WithoutUnit,
}

/// No more slips than this are worth reading at once.
const SLIPS_SHOWN: usize = 100;

/// The slips of a text, in order. Comments, and texts in straight quotes, have none.
pub(super) fn slips(text: &str) -> Vec<Slip> {
    let mut scanner = Scanner { text, at: 0, slips: Vec::new() };
    while scanner.slips.len() < SLIPS_SHOWN && scanner.step() {}
    scanner.slips
}

/// The text with every slip that can be mended mended, each place where it was.
pub(super) fn mended(text: &str, slips: &[Slip]) -> String {
    let mut mended = text.to_owned();
    for slip in slips {
        let length = slip.place.len();
        // What grows in mending stays as it is, so that nothing behind it moves.
        if let Some(words) = slip.mended.as_ref().filter(|words| words.len() <= length) {
            mended.replace_range(slip.place.clone(), &format!("{words:length$}", length = length - multibyte(words)));
        }
    }
    mended
}

/// How many bytes a text has beyond its characters: padding counts characters.
fn multibyte(text: &str) -> usize {
    text.len() - text.chars().count()
}

impl Slip {
    /// The place.
    pub(super) fn place(&self) -> &Range<usize> {
        &self.place
    }

    /// What is wrong, and what to write.
    pub(super) fn fault(&self, file: FileId, text: &str) -> Diagnostic {
        let place = Span::new(file, self.place.clone());
        let found = text.get(self.place.clone()).unwrap_or("");
        let fault = match &self.kind {
            Kind::Quotes => Diagnostic::error("E111", place, "a text stands in straight quotes here, found curly ones"),
            Kind::Blank => Diagnostic::error("E111", place, "this blank looks like a space and is none"),
            Kind::Number | Kind::Pence | Kind::WithoutUnit => {
                Diagnostic::error("E112", place, format!("`{found}` is how a number is printed, not how it is written"))
            }
            Kind::OfAnotherUnit(unit) => {
                let unit_found = text.get(unit.clone()).unwrap_or("").trim_matches('"');
                let message = format!("`{found}` says one unit, and `unit` says another, `{unit_found}`");
                let fault = Diagnostic::error("E112", place, message);
                fault.also(Span::new(file, unit.clone()), "the other unit")
            }
        };
        let fault = match (&self.kind, &self.mended) {
            (Kind::Blank, _) => fault.help("write a space"),
            (Kind::Quotes, Some(mended)) => fault.help(format!("write {mended}")),
            (Kind::Quotes, None) => fault.help("write \" before the text and after it"),
            (Kind::OfAnotherUnit(_), _) => {
                fault.help("see which of the two is right, and write digits and a point only")
            }
            (Kind::WithoutUnit, _) => {
                fault.help("write digits and a point only, and `unit` beside them, as in `is = 2.5, unit = \"£\"`")
            }
            (Kind::Pence, _) => fault.help("write pounds, with a point and two decimals: 5p is `0.05`"),
            (Kind::Number, Some(mended)) => {
                fault.help(format!("write `{mended}`: digits and a point only; `unit` says what they are"))
            }
            (Kind::Number, None) => fault.help("write digits and a point only, as in `9639` or `2.5`"),
        };
        match &self.mended {
            Some(mended) => fault.fix(place, mended),
            None => fault,
        }
    }
}

/// Reads a text from its start, passing over what is in order.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    slips: Vec<Slip>,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// What is left of the line.
    fn line(&self) -> &'t str {
        self.rest().split('\n').next().unwrap_or("")
    }

    /// Looks at one sign, or one text; false at the end.
    fn step(&mut self) -> bool {
        let Some(sign) = self.rest().chars().next() else { return false };
        match sign {
            '#' => self.at += self.line().len(),
            '"' | '\'' => self.quoted(sign),
            _ if is_curly(sign) => self.curly(sign),
            '=' => self.number(),
            '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{3000}' | '\u{feff}' => {
                self.slip(sign.len_utf8(), Kind::Blank, Some(" ".to_owned()));
            }
            _ => self.at += sign.len_utf8(),
        }
        true
    }

    fn slip(&mut self, length: usize, kind: Kind, mended: Option<String>) {
        self.slips.push(Slip { place: self.at..self.at + length, kind, mended });
        self.at += length;
    }

    /// A text that starts with a straight quote: it may end with a curly one.
    fn quoted(&mut self, quote: char) {
        let long = quote.to_string().repeat(3);
        if let Some(inner) = self.rest().strip_prefix(&long) {
            self.at = inner.find(&long).map_or(self.text.len(), |end| self.at + end + 6);
            return;
        }
        let line = self.line();
        let end = closing(line, quote);
        let ends_well = end.is_some_and(|end| is_end(&line[end..]));
        let curly = line.char_indices().skip(1).find(|(_, sign)| is_double(*sign)).filter(|_| quote == '"');
        match (ends_well, curly) {
            (false, Some((at, sign))) => {
                let mended = in_quotes(&line[1..at]);
                self.slip(at + sign.len_utf8(), Kind::Quotes, Some(mended));
            }
            (true, _) | (false, None) => self.at += end.unwrap_or(line.len()).max(1),
        }
    }

    /// A text that starts with a curly quote.
    fn curly(&mut self, quote: char) {
        let line = self.line();
        let closes = |sign: char| {
            if is_double(quote) { sign == '"' || is_double(sign) } else { sign == '\'' || is_curly(sign) }
        };
        let end = line.char_indices().skip(1).find(|(_, sign)| closes(*sign));
        match end.filter(|(at, sign)| is_end(&line[at + sign.len_utf8()..])) {
            Some((at, sign)) => {
                let mended = in_quotes(&line[quote.len_utf8()..at]);
                self.slip(at + sign.len_utf8(), Kind::Quotes, Some(mended));
            }
            None => self.slip(quote.len_utf8(), Kind::Quotes, None),
        }
    }

    /// The number behind an equals sign, if it is one as people print it.
    fn number(&mut self) {
        let key = self.key();
        self.at += 1;
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let line = self.line();
        let end = end_of_number(line);
        let found = &line[..end];
        // What goes on with a letter is not mended by half.
        let goes_on = line[end..].find([',', '}', ']', '#', ' ', '\t']).unwrap_or(line[end..].len());
        let behind = line[end..end + goes_on].trim_end();
        let has_digit = found.contains(|sign: char| sign.is_ascii_digit());
        if !has_digit || !found.contains([',', '£', '$', '€', '%']) && behind != "p" {
            return;
        }
        if !is_end(&line[end..]) {
            let kind = if behind == "p" { Kind::Pence } else { Kind::Number };
            return self.slip(end + behind.len(), kind, None);
        }
        let unit = units::beside(self.text, self.at..self.at + end);
        let (kind, mended) = match unit {
            Some(unit) if units::contradicts(found, &self.text[unit.clone()]) => (Kind::OfAnotherUnit(unit), None),
            None if key == "is" && units::is_said_by(found) => (Kind::WithoutUnit, None),
            Some(_) | None => (Kind::Number, plain_digits(found)),
        };
        self.slip(end, kind, mended);
    }

    /// The name before an equals sign.
    fn key(&self) -> &'t str {
        let before = self.text[..self.at].trim_end();
        let is_of_a_key = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
        &before[before.trim_end_matches(is_of_a_key).len()..]
    }
}

/// How far a number as people print it goes.
fn end_of_number(line: &str) -> usize {
    let mut end = 0;
    for (at, sign) in line.char_indices() {
        let next = line[at + sign.len_utf8()..].chars().next();
        // A comma before a blank ends the entry; one before a digit is part of the number.
        let belongs = match sign {
            '0'..='9' | '.' | '£' | '$' | '€' | '%' | '-' => true,
            ',' => at > 0 && next.is_some_and(|next| next.is_ascii_digit()),
            ' ' => next == Some('%'),
            _ => false,
        };
        if !belongs {
            break;
        }
        end = at + sign.len_utf8();
    }
    end
}

/// True if a text can have ended before this.
fn is_end(behind: &str) -> bool {
    let behind = behind.trim_start();
    behind.is_empty() || behind.starts_with([',', '}', ']', '#', '=', '.'])
}

/// Where a text on one line ends, its closing quote included.
fn closing(line: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, sign) in line.char_indices().skip(1) {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            _ if sign == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn is_double(sign: char) -> bool {
    matches!(sign, '“' | '”' | '„' | '‟')
}

fn is_curly(sign: char) -> bool {
    is_double(sign) || matches!(sign, '‘' | '’' | '‚' | '‛')
}

fn in_quotes(text: &str) -> String {
    TomlStringBuilder::new(text).as_basic().to_toml_value()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mends(text: &str) -> String {
        let mut mended = text.to_owned();
        for slip in slips(text).iter().rev() {
            if let Some(words) = &slip.mended {
                mended.replace_range(slip.place.clone(), words);
            }
        }
        mended
    }

    #[test]
    fn slips_and_how_they_are_mended() {
        for (written, right) in [
            ("title = “A jab”", "title = \"A jab\""),
            ("title = „A jab“ # “no”", "title = \"A jab\" # “no”"),
            ("title = ‘A jab’", "title = \"A jab\""),
            ("title = \"A jab”", "title = \"A jab\""),
            ("a = { term = \"A jab”, source = \"paper\" }", "a = { term = \"A jab\", source = \"paper\" }"),
            ("title = “A jab\"\nb = 1,5", "title = \"A jab\"\nb = 1.5"),
            ("r = { is = 9,639, unit = \"£\" }", "r = { is = 9639, unit = \"£\" }"),
            ("r = { is = £2,05, unit = \"£ per dose\" }", "r = { is = 2.05, unit = \"£ per dose\" }"),
            ("r = { unit = \"% points\", is = 2% }", "r = { unit = \"% points\", is = 2 }"),
            ("expect = { pounds = £700 }", "expect = { pounds = 700 }"),
            // A sign that contradicts the unit, or that alone says it, is not thrown away.
            ("r = { is = £89, unit = \"%\" }", "r = { is = £89, unit = \"%\" }"),
            ("r = { is = 18%, unit = \"points\" }", "r = { is = 18%, unit = \"points\" }"),
            ("r = { is = $18, unit = \"£\" }", "r = { is = $18, unit = \"£\" }"),
            ("r = { is = £2,05 }", "r = { is = £2,05 }"),
            // Nothing is mended by half.
            ("r = { is = 1,206p, unit = \"£\" }", "r = { is = 1,206p, unit = \"£\" }"),
            ("r = { is = 9,639 unit = \"£\" }", "r = { is = 9,639 unit = \"£\" }"),
            ("r = { is = 89 %, unit = \"%\" }", "r = { is = 89, unit = \"%\" }"),
            ("r\u{a0}= 1", "r = 1"),
            // Where the text was to end, nobody knows.
            ("a = { term = “A jab, source = \"paper\" }", "a = { term = “A jab, source = \"paper\" }"),
        ] {
            assert_eq!(mends(written), right);
        }
    }

    #[test]
    fn what_is_right_has_no_slips() {
        for right in [
            "title = \"she said “yes”\"",
            "title = '“9,639”'",
            "title = \"\"\"\n“\n\"\"\"",
            "a = [1,2,3]\nb = 2023-04-01\nc = -1.5",
            "a = { is = 1, unit = \"%\" }",
            "# £2,05",
        ] {
            assert_eq!(slips(right).len(), 0, "{right}");
        }
    }

    proptest! {
        #[test]
        fn mending_in_place_moves_nothing(text in "[“”\"'‘’ =,£0-9a\n#\\\\]{0,40}") {
            let found = slips(&text);
            prop_assert_eq!(mended(&text, &found).len(), text.len());
        }
    }
}
