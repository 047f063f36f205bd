//! What was most likely meant where a text cannot be read: the mistakes that are often made, each with its place and the
//! way to mend it.

mod pathways;
mod ways;
mod words;

use std::ops::Range;

use super::slips;
use crate::syntax::grammar::Rule;

/// What is wrong, and how to mend it.
#[derive(Default)]
pub(super) struct Hint {
    /// Where the mistake is, if not where the reading stopped.
    pub(super) place: Option<Range<usize>>,
    /// What is wrong, if more can be said than what was expected.
    pub(super) message: Option<String>,
    /// The fix.
    pub(super) help: String,
    /// True where the first word of a block is the mistake: the rest of the block cannot be read without it.
    pub(super) spoils_block: bool,
    /// What to write in which place, where that is certain.
    pub(super) fix: Option<(Range<usize>, String)>,
}

impl Hint {
    fn help(help: impl Into<String>) -> Option<Hint> {
        Some(Hint { help: help.into(), ..Hint::default() })
    }

    fn at(place: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Option<Hint> {
        Some(Hint { place: Some(place), message: Some(message.into()), help: help.into(), ..Hint::default() })
    }

    fn fix(self, place: Range<usize>, text: impl Into<String>) -> Hint {
        Hint { fix: Some((place, text.into())), ..self }
    }
}

/// A text, where the reading of it stopped, and what could have stood there.
pub(super) struct Stop<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) expected: &'a [Rule],
    /// The clause in which it stopped; where it stopped at the start of one, the clause before.
    pub(super) clause: Range<usize>,
    /// True in a payment, a fee or a `require` line.
    pub(super) in_payment: bool,
    /// True in a pathway.
    pub(super) in_pathway: bool,
}

/// The hint for the first mistake that is recognised.
pub(super) fn hint(stop: &Stop<'_>) -> Option<Hint> {
    comparison(stop)
        .or_else(|| ways::other_way(stop))
        .or_else(|| slip(stop))
        .or_else(|| open_quote(stop))
        .or_else(|| date_in_digits(stop))
        .or_else(|| short_month(stop))
        .or_else(|| brackets(stop))
        .or_else(|| hanging(stop))
        .or_else(|| bare_period(stop))
        .or_else(|| bare_count(stop))
        .or_else(|| per_cent(stop))
        .or_else(|| to_a_day(stop))
        .or_else(|| small_code(stop))
        .or_else(|| keyword_as_name(stop))
        .or_else(|| title(stop))
        .or_else(|| pathways::of_pathways(stop))
        .or_else(|| words::foreign_word(stop))
        .or_else(|| words::mistyped_word(stop))
        .or_else(|| ways::missing_and(stop))
        .or_else(|| by_what_was_expected(stop))
}

impl Stop<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    fn expects_condition(&self) -> bool {
        [Rule::condition, Rule::both, Rule::single, Rule::quantity, Rule::at_least, Rule::k_any]
            .iter()
            .any(|rule| self.expects(*rule))
    }

    /// The word or sign at the stop.
    fn found(&self) -> &str {
        word_at(self.rest())
    }

    /// The words of the clause before the stop, the nearest first, each with its place.
    fn before(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let start = self.clause.start.min(self.at);
        let mut end = self.at;
        std::iter::from_fn(move || {
            let before = self.text[start..end].trim_end();
            let word_end = start + before.len();
            let word_start = start + before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
            // A sign of white space may be longer than a byte.
            let word_start = (word_start..=word_end).find(|at| self.text.is_char_boundary(*at))?;
            end = word_start;
            (word_start < word_end).then_some(word_start..word_end)
        })
    }

    fn word(&self, place: &Range<usize>) -> &str {
        &self.text[place.clone()]
    }
}

/// The first word of a text: up to white space or a bracket.
fn word_at(text: &str) -> &str {
    let end = text.find(|sign: char| sign.is_whitespace() || "()".contains(sign)).unwrap_or(text.len());
    &text[..end]
}

/// Words on one line, up to what ends a bound.
fn phrase_at(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.split('#').next().unwrap_or_default();
    let words = line.split_whitespace().take_while(|word| !["and", "or"].contains(word));
    words.take(8).collect::<Vec<_>>().join(" ")
}

/// What a word processor or a printed page writes in another way than a rule file: `≤`, `‘a title’`, `1,000`.
fn slip(stop: &Stop<'_>) -> Option<Hint> {
    let slips::Slip { place, mended } = slips::at(stop.text, stop.at)?;
    let help = format!("write `{mended}`");
    let hint = match mended.starts_with(|sign: char| sign.is_ascii_digit() || sign == '£') {
        true => Hint::at(place.clone(), format!("`{}` has a comma in it", stop.word(&place)), help),
        false => Hint::help(help),
    };
    hint.map(|hint| hint.fix(place, mended))
}

/// A text that does not end on its line.
fn open_quote(stop: &Stop<'_>) -> Option<Hint> {
    let rest = stop.rest();
    let open = rest.chars().next().filter(|sign| ['"', '“'].contains(sign))?;
    let line = rest.lines().next().unwrap_or_default();
    let is_closed = line.chars().skip(1).any(|sign| if open == '"' { sign == '"' } else { "”“".contains(sign) });
    if is_closed {
        return None;
    }
    let place = stop.at..stop.at + line.trim_end().len();
    Hint::at(place, "this text has no quotation mark at its end", "close it on the same line, with the same mark")
}

/// `2023-04-01`, `01/04/2023`
fn date_in_digits(stop: &Stop<'_>) -> Option<Hint> {
    let is_part = |sign: char| sign.is_ascii_digit() || "-/.".contains(sign);
    let line_start = stop.text[..stop.at].rfind('\n').map_or(0, |at| at + 1);
    let start =
        stop.text[line_start..stop.at].rfind(|sign| !is_part(sign)).map_or(line_start, |at| line_start + at + 1);
    let start = (start..=stop.at).find(|at| stop.text.is_char_boundary(*at))?;
    let written = stop.text[start..].split(|sign| !is_part(sign)).next()?;
    let parts: Vec<&str> = written.split(['-', '/', '.']).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let month: usize = month.parse().ok()?;
    let (day, year): (u32, u32) = (day.parse().ok()?, year.parse().ok()?);
    let name = super::conditions::MONTHS.get(month.checked_sub(1)?)?;
    let place = start..start + written.len();
    let message = format!("the date `{written}` is not written in words");
    Hint::at(place, message, format!("write `{day} {name} {year}`"))
}

/// `1 Apr 2023`
fn short_month(stop: &Stop<'_>) -> Option<Hint> {
    let found = stop.found().trim_end_matches([',', '.']);
    let day = stop.before().next().map(|place| stop.word(&place))?;
    let day: u32 = day.trim_end_matches(|sign: char| sign.is_ascii_alphabetic()).parse().ok()?;
    let starts = |name: &&&str| found.len() >= 3 && name.to_lowercase().starts_with(&found.to_lowercase());
    let month = super::conditions::MONTHS.iter().find(starts)?;
    let year = stop.rest().split_whitespace().nth(1).filter(|year| year.len() == 4).unwrap_or("2023");
    Hint::help(format!("write the month in full, with a capital: `{day} {month} {year}`"))
}

/// Brackets of the clause that do not pair.
fn brackets(stop: &Stop<'_>) -> Option<Hint> {
    if stop.found().is_empty() && stop.rest().starts_with(')') {
        let help = "leave it out, or open a bracket where the part that belongs together starts";
        return Hint::at(stop.at..stop.at + 1, "this bracket closes none that was opened", help);
    }
    let mut open = Vec::new();
    let (mut in_text, mut in_comment) = (false, false);
    for (at, sign) in stop.text[stop.clause.clone()].char_indices() {
        match sign {
            '\n' => (in_text, in_comment) = (false, false),
            _ if in_comment => {}
            '"' | '“' | '”' => in_text = !in_text,
            _ if in_text => {}
            '#' => in_comment = true,
            '(' => open.push(stop.clause.start + at),
            ')' => {
                open.pop();
            }
            _ => {}
        }
    }
    let at = *open.last()?;
    let help = "write `)` where the part that belongs together ends";
    Hint::at(at..at + 1, "this bracket is opened and never closed", help)
}

/// `and` or `or` with nothing after it.
fn hanging(stop: &Stop<'_>) -> Option<Hint> {
    let last = stop.before().next()?;
    let word = stop.word(&last);
    let ends = stop.rest().trim().is_empty() || stop.clause.end <= stop.at || stop.rest().starts_with(['-', ')']);
    if !["and", "or", "not"].contains(&word) || !ends {
        return None;
    }
    let help = format!("write the condition that belongs there, or leave `{word}` out");
    Hint::at(last.clone(), format!("nothing stands after `{word}`"), help)
}

/// `before 8 months`, read as the start of `8 months after …`, so that the reading stops at what follows it.
fn bare_period(stop: &Stop<'_>) -> Option<Hint> {
    if !(stop.expects(Rule::k_after) && stop.expects(Rule::k_before)) {
        return None;
    }
    let mut before = stop.before();
    let (unit, number) = (before.next()?, before.next()?);
    let is_unit = ["day", "week", "month", "year"].contains(&stop.word(&unit).trim_end_matches('s'));
    let is_number = stop.word(&number).bytes().all(|digit| digit.is_ascii_digit());
    if !is_unit || !is_number {
        return None;
    }
    let period = format!("{} {}", stop.word(&number), stop.word(&unit));
    let message = format!("expected a day, found the length of time `{period}`");
    let word = before.next().map(|place| stop.word(&place).to_owned());
    let lead = word.filter(|word| ["before", "after", "by", "from", "on"].contains(&word.as_str()));
    let lead = lead.map_or(String::new(), |word| format!("{word} "));
    let help = format!("write `{lead}age {period}`, or `{lead}{period} after` and a day");
    Hint::at(number.start..unit.end, message, help)
}

/// `>= 3 dtap`
fn comparison(stop: &Stop<'_>) -> Option<Hint> {
    if !stop.expects_condition() || stop.in_payment {
        return None;
    }
    let rest = stop.rest();
    let sign_length = rest.find(|sign: char| !"<>=≥≤".contains(sign)).filter(|length| *length > 0)?;
    let (sign, after) = rest.split_at(sign_length);
    let count = phrase_at(after);
    let number: Option<u32> = word_at(&count).parse().ok();
    let name = count.split_once(' ').map_or("", |(_, name)| name);
    let words = match (sign, number) {
        (">=" | "≥" | "=>", _) => format!("at least {count}"),
        ("<=" | "≤" | "=<", _) => format!("at most {count}"),
        (">", Some(number)) => format!("at least {} {name}", number.saturating_add(1)),
        ("<", Some(number)) => format!("at most {} {name}", number.checked_sub(1)?),
        _ => format!("exactly {count}"),
    };
    let message = format!("a condition counts in words, and `{sign}` is a sign");
    Hint::at(stop.at..stop.at + sign_length, message, format!("write `{}`", words.trim_end()))
}

/// `3 dtap`, read as the start of a length of time.
fn bare_count(stop: &Stop<'_>) -> Option<Hint> {
    let number = stop.before().next().filter(|_| stop.expects(Rule::unit) || stop.expects(Rule::k_days))?;
    let count = stop.word(&number).trim_start_matches('(');
    let starts_small = stop.found().starts_with(|sign: char| sign.is_ascii_lowercase());
    let is_after_a_day = stop.before().nth(1).is_some_and(|place| {
        ["age", "before", "after", "by", "from", "within", "turns", "preceding"].contains(&stop.word(&place))
    });
    if count.parse::<u32>().is_err() || !starts_small || is_after_a_day {
        return None;
    }
    let said = format!("{count} {}", phrase_at(stop.rest()));
    let message = format!("how `{count}` counts is not said");
    Hint::at(number, message, format!("write `at least {said}`, or `exactly` or `at most`"))
}

/// A share in a condition.
fn per_cent(stop: &Stop<'_>) -> Option<Hint> {
    let is_condition = stop.expects(Rule::unit) || stop.expects(Rule::k_days) || stop.expects(Rule::name);
    if !stop.rest().starts_with('%') || !is_condition {
        return None;
    }
    let help = "a condition is about one patient, as in `at least 3 dtap`; a share is tested in a payment, as in \
                `when achievement < lower_threshold`";
    Hint::at(stop.at..stop.at + 1, "a share of patients cannot be a condition on one of them", help)
}

/// `from age 1 year to age 2 years`
fn to_a_day(stop: &Stop<'_>) -> Option<Hint> {
    let to = stop.before().next().filter(|place| stop.word(place) == "to");
    let (place, date) = match to.filter(|_| stop.expects(Rule::k_before)) {
        Some(to) => (to, stop.rest()),
        None => (stop.at..stop.at + 2, stop.rest().strip_prefix("to ").filter(|_| stop.expects(Rule::k_up))?),
    };
    let date = phrase_at(date);
    let message = format!("whether the day `{date}` itself is meant is not said");
    let help = format!("write `to before {date}`, or `up to and including {date}`");
    Hint::at(place, message, help)
}

/// `indicator vi001 "…"`
fn small_code(stop: &Stop<'_>) -> Option<Hint> {
    let found = stop.found();
    let is_code = stop.expects(Rule::code) && found.bytes().any(|sign| sign.is_ascii_lowercase());
    let fits = found.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'_' || sign == b'-');
    if !is_code || !fits || !found.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
        return None;
    }
    Hint::help(format!("codes are in capitals: write `{}`", found.to_uppercase().replace('-', "_")))
}

/// `define first …`
fn keyword_as_name(stop: &Stop<'_>) -> Option<Hint> {
    let found = stop.found();
    let is_keyword = stop.expected == [Rule::name] && words::keywords().any(|word| word == found);
    let help = format!("take another name, such as `{found}_one` or `the_{found}`");
    let message = format!("`{found}` is a word of the language, and cannot be a name");
    is_keyword.then(|| Hint::at(stop.at..stop.at + found.len(), message, help)).flatten()
}

/// A title that is missing, or has no quotes.
fn title(stop: &Stop<'_>) -> Option<Hint> {
    if !stop.expects(Rule::text) {
        return None;
    }
    let named = stop.before().next().map(|place| stop.word(&place).to_owned()).unwrap_or_default();
    let line = stop.rest().lines().next().unwrap_or_default().trim();
    let is_new_line = stop.text[..stop.at].trim_end_matches([' ', '\t']).ends_with('\n') || line.is_empty();
    if is_new_line {
        let such = if stop.in_pathway { "what it is called" } else { "what it asks for" };
        return Hint::help(format!("write a title in quotes after `{named}`: \"{such}\""));
    }
    // A title that starts too late has words before its quotation mark.
    if let Some((before, _)) = line.split_once(['"', '“']).filter(|(before, _)| !before.trim().is_empty()) {
        return Hint::help(format!("put `{}` into the quotes, or leave it out", before.trim()));
    }
    Hint::help(format!("a title stands in quotes: \"{}\"", line.trim_matches(['"', '\''])))
}

/// What stands where something certain is missing.
fn by_what_was_expected(stop: &Stop<'_>) -> Option<Hint> {
    match stop.expected {
        [Rule::bullet] => Hint::help("start each line of the list with `- `"),
        [Rule::date] => Hint::help("write a day, such as `age 8 months`, `year end` or `1 April 2023`"),
        [Rule::equals] | [Rule::case] => Hint::help("write `=` between the name and what it comes to"),
        [Rule::status] => Hint::help("say how sure the source is: `official`, `reported`, `derived` or `assumed`"),
        [Rule::k_for] => Hint::help(
            "say what it is paid for: `for each indicator`, `for each course`, `for each quarter` or `for the practice`",
        ),
        [Rule::formula] => Hint::help("write what it comes to, such as `0` or `points_available`"),
        _ if stop.expects(Rule::clusters) => {
            Hint::help("name the code cluster that is counted, as in `at least 2 mmr`")
        }
        _ => None,
    }
}
