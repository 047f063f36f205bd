//! Values of a line of TOML that are written as people say or print them: `no`, `01/04/2026`, `10 295`, a text without quotes.

use std::ops::Range;

use crate::ground::Day;
use crate::ground::printed::plain_digits;

/// What is wrong in a line, by bytes of the line, and what to write.
pub(super) struct Wrong {
    pub(super) place: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

/// What a line shows outside its texts and its comment.
#[derive(Default)]
pub(super) struct Outside {
    /// Where a text starts that does not end.
    pub(super) open_text: Option<usize>,
    /// Where the last bracket stands that is not closed.
    pub(super) open_bracket: Option<usize>,
    /// True if the line ends with a comma or an opening bracket, so that it goes on in the next.
    pub(super) ends_open: bool,
    /// True if there is an equals sign.
    pub(super) has_equals: bool,
    /// Where each part starts and ends: what lies between brackets and commas.
    parts: Vec<Range<usize>>,
}

/// Reads a line, texts and the comment passed over.
pub(super) fn outside_texts(line: &str) -> Outside {
    let mut outside = Outside::default();
    let mut brackets: Vec<usize> = Vec::new();
    let mut text: Option<(usize, char)> = None;
    let (mut part, mut end, mut is_escaped) = (0, line.len(), false);
    for (at, sign) in line.char_indices() {
        match (text, sign) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some((_, '"')), '\\') => is_escaped = true,
            (Some((_, quote)), sign) if sign == quote => text = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => text = Some((at, sign)),
            (None, '#') => {
                end = at;
                break;
            }
            (None, '{' | '[' | '}' | ']' | ',') => {
                outside.parts.push(part..at);
                part = at + 1;
                match sign {
                    '{' | '[' => brackets.push(at),
                    '}' | ']' => drop(brackets.pop()),
                    _ => {}
                }
            }
            (None, '=') => outside.has_equals = true,
            (None, _) => {}
        }
    }
    outside.parts.push(part..end);
    outside.open_text = text.map(|(at, _)| at);
    outside.open_bracket = brackets.last().copied();
    outside.ends_open = line[..end].trim_end().ends_with([',', '{', '[']);
    outside
}

/// True for a line that says nothing.
pub(super) fn is_blank_or_comment(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

/// True for a line that starts a heading, or an entry of its own rather than a part of a table: `rate = …` stands at the start
/// of its line and has no comma at its end.
pub(super) fn starts_entry(line: &str) -> bool {
    let Some((name, _)) = line.split_once('=') else { return line.starts_with('[') && line.trim_end().ends_with(']') };
    let is_name = !name.trim().is_empty() && name.trim().chars().all(|sign| is_of_a_name(sign) || "\".".contains(sign));
    is_name && !line.trim_end().ends_with(',')
}

fn is_of_a_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-')
}

/// A longer line is not quoted.
const LONGEST_QUOTED: usize = 300;

/// What is wrong in the part of a line in which a byte lies; if nothing is seen there, in the whole line.
pub(super) fn wrong_in(line: &str, at: usize) -> Option<Wrong> {
    if line.len() > LONGEST_QUOTED {
        return None;
    }
    let outside = outside_texts(line);
    let here = outside.parts.iter().filter(|part| part.contains(&at) || part.end == at);
    here.chain(&outside.parts).find_map(|part| wrong_part(line, part))
}

fn wrong_part(line: &str, part: &Range<usize>) -> Option<Wrong> {
    let text = line.get(part.clone())?;
    let Some(equals) = first_equals(text) else { return without_equals(line, part) };
    let name = text[..equals].trim();
    let is_name = !name.is_empty() && name.chars().all(|sign| is_of_a_name(sign) || "\".".contains(sign));
    if !is_name {
        return None;
    }
    let behind = &text[equals + 1..];
    let start = part.start + equals + 1 + (behind.len() - behind.trim_start().len());
    let value = behind.trim();
    let place = start..start + value.len();
    if value.is_empty() {
        let opens = line[part.end..].starts_with(['{', '[']);
        let message = "nothing stands after `=`".to_owned();
        let help = format!("write the value of `{name}`, or leave the line out");
        return (!opens).then(|| Wrong { place: part.start + equals..part.start + equals + 1, message, help });
    }
    missing_comma(value, start).or_else(|| wrong_value(value, place))
}

/// The first equals sign outside a text.
fn first_equals(text: &str) -> Option<usize> {
    let mut quote: Option<char> = None;
    text.char_indices().find_map(|(at, sign)| match (quote, sign) {
        (Some(open), sign) if sign == open => {
            quote = None;
            None
        }
        (None, '"' | '\'') => {
            quote = Some(sign);
            None
        }
        (None, '=') => Some(at),
        _ => None,
    })
}

/// `rate 2`, `rate: 2`
fn without_equals(line: &str, part: &Range<usize>) -> Option<Wrong> {
    let text = line.get(part.clone())?;
    // Only a line's own entry is sure to be one: in a list, values stand alone.
    let is_whole_line = line[..part.start].trim().is_empty() && !line[part.end..].starts_with(['[', '{', ']']);
    let (name, value) = text.trim().split_once([' ', ':'])?;
    let value = value.trim_start_matches([' ', ':']).trim();
    if !is_whole_line || name.is_empty() || value.is_empty() || !name.chars().all(is_of_a_name) {
        return None;
    }
    let start = part.start + text.len() - text.trim_start().len();
    let message = format!("no `=` stands between `{name}` and its value");
    Some(Wrong { place: start..start + text.trim().len(), message, help: format!("write `{name} = {value}`") })
}

/// `89 unit = "%"`, from the first value on.
fn missing_comma(value: &str, start: usize) -> Option<Wrong> {
    let equals = first_equals(value)?;
    let before = value[..equals].trim_end();
    let name = &before[before.trim_end_matches(is_of_a_name).len()..];
    let first = before[..before.len() - name.len()].trim_end();
    if name.is_empty() || first.is_empty() {
        return None;
    }
    let message = format!("no comma stands between `{first}` and `{name}`");
    let place = start..start + before.len();
    Some(Wrong { place, message, help: format!("write `{first}, {name}`") })
}

/// One value that cannot be read.
fn wrong_value(value: &str, place: Range<usize>) -> Option<Wrong> {
    let wrong = |message: String, right: String| Some(Wrong { place: place.clone(), message, help: right });
    let write = |right: &str| format!("write `{right}`");
    let small = value.to_lowercase();
    match small.as_str() {
        "true" | "false" if value == small => return None,
        "yes" | "true" | "y" | "on" => return wrong(format!("expected true or false, found `{value}`"), write("true")),
        "no" | "false" | "n" | "off" => {
            return wrong(format!("expected true or false, found `{value}`"), write("false"));
        }
        "nan" | "inf" | "-inf" | "+inf" | "+nan" | "-nan" => return None,
        _ => {}
    }
    if let Some(day) = printed_date(value) {
        return wrong(format!("the date `{value}` is not written as 2023-04-01 is"), write(&day));
    }
    let is_date = value.len() == 10
        && value.bytes().enumerate().all(
            |(at, sign)| {
                if at == 4 || at == 7 { sign == b'-' } else { sign.is_ascii_digit() }
            },
        );
    if is_date {
        let help = "write a day that there is, as in `2024-02-29`".to_owned();
        return Day::parse_iso(value)
            .is_none()
            .then_some(())
            .and_then(|()| wrong(format!("the calendar has no day `{value}`"), help));
    }
    if let Some(right) = digits(value) {
        return wrong(format!("`{value}` is not how a number is written"), write(&right));
    }
    let is_text = value.chars().next().is_some_and(|sign| sign.is_alphabetic() || sign == '_')
        && !value.contains(['"', '\'', '\\', '=']);
    if is_text {
        return wrong(format!("the text `{value}` has no quotation marks"), write(&format!("\"{value}\"")));
    }
    None
}

/// `01/04/2026`, `1.4.2026`, `2026/04/01`
fn printed_date(value: &str) -> Option<String> {
    let parts: Vec<&str> = value.split(['/', '.', '-']).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let right = format!("{year}-{month:0>2}-{day:0>2}");
    let is_day = year.len() == 4 && Day::parse_iso(&right).is_some();
    (is_day && right != value).then_some(right)
}

/// The plain digits of a number that is written otherwise: `089`, `10 295`, `.5`, `5.`
fn digits(value: &str) -> Option<String> {
    let has_only = value.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | '-' | '+' | ' '));
    if !has_only || !value.contains(|sign: char| sign.is_ascii_digit()) {
        return None;
    }
    let whole = if value.starts_with('.') { format!("0{value}") } else { value.trim_end_matches('.').to_owned() };
    let plain = plain_digits(whole.trim_start_matches('+'))?;
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let trimmed = plain.trim_start_matches('0');
    let zero = if trimmed.is_empty() || trimmed.starts_with('.') { "0" } else { "" };
    let right = format!("{sign}{zero}{trimmed}");
    (right != value).then_some(right)
}
