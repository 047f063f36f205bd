//! The list that a word of a file stands in, as far as its lines show it.

use std::ops::Range;

/// The line around a place, with the lines that a list or a sentence joins to it: those that end with a comma, a bracket, `and`
/// or `or`, and those that start with a dash, `and`, `or` or a closing bracket. A line is enough for most lists; too long a
/// stretch only leaves something to be mended by hand.
pub(super) fn around(text: &str, place: Range<usize>) -> Range<usize> {
    let start_of = |at: usize| text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end_of = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end);
    let (mut start, mut end) = (start_of(place.start), end_of(place.end));
    while start > 0 {
        let above = start_of(start - 1);
        if !is_joined(&text[above..start - 1], &text[start..end_of(start)]) {
            break;
        }
        start = above;
    }
    while end < text.len() {
        let below = end_of(end + 1);
        if !is_joined(&text[start_of(end)..end], &text[end + 1..below]) {
            break;
        }
        end = below;
    }
    start..end
}

fn is_joined(above: &str, below: &str) -> bool {
    let above = above.split('#').next().unwrap_or_default().trim_end();
    let below = below.trim_start();
    let goes_on = above.ends_with([',', '[', '(']) || matches!(last_word(above), "and" | "or");
    goes_on || below.starts_with(['-', ']', ')']) || matches!(first_word(below), "and" | "or")
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

fn last_word(line: &str) -> &str {
    line.split_whitespace().next_back().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn list_of(text: &str, word: &str) -> String {
        let at = text.find(word).unwrap();
        text[around(text, at..at + word.len())].to_owned()
    }

    #[test]
    fn a_line_and_those_joined_to_it() {
        assert_eq!(list_of("a = 1\nb = 2\nc = 3", "b"), "b = 2");
        assert_eq!(
            list_of("x = [\n  \"one\",\n  \"two\",  # no more\n]\ny = 1", "two"),
            "x = [\n  \"one\",\n  \"two\",  # no more\n]"
        );
        assert_eq!(
            list_of("achieved\n  any of\n  - any one\n  - any two\nexcept", "two"),
            "  any of\n  - any one\n  - any two"
        );
        assert_eq!(list_of("columns one,\n two\n for", "one"), "columns one,\n two");
        assert_eq!(list_of("any one or\nany two", "two"), "any one or\nany two");
        assert_eq!(list_of("one", "one"), "one");
    }
}
