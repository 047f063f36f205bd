//! What would change in a file, line by line.

use std::io::{self, Write};
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::report::style::harmless;

/// More lines of a difference than this are counted, not shown.
const MOST_LINES: usize = 40;

/// After so long a difference is shown that may not be the shortest.
const LONGEST: Duration = Duration::from_secs(1);

/// Shows which lines of a file would go and which would come, with a line around them.
pub(super) fn show(out: &mut dyn Write, path: &str, old: &str, new: &str) -> io::Result<()> {
    writeln!(out, "{} would change:", harmless(path))?;
    let difference = TextDiff::configure().timeout(LONGEST).diff_lines(old, new);
    let mut lines = Vec::new();
    for hunk in difference.unified_diff().context_radius(1).iter_hunks() {
        lines.push(hunk.header().to_string());
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let text = change.value();
            lines.push(format!("{sign}{}", visible(text.strip_suffix('\n').unwrap_or(text))));
        }
    }
    lines.iter().take(MOST_LINES).try_for_each(|line| writeln!(out, "{line}"))?;
    match lines.len().saturating_sub(MOST_LINES) {
        0 => writeln!(out),
        more => writeln!(out, "… and {more} more lines\n"),
    }
}

/// A line with the signs visible that go and that nobody would see: a byte-order mark, the return of a Windows line end,
/// blanks at its end.
fn visible(line: &str) -> String {
    let marked = line.replace('\u{feff}', "[byte-order mark]").replace('\r', "[return]");
    let kept = marked.trim_end_matches([' ', '\t']);
    let blanks = marked.len() - kept.len();
    harmless(&format!("{}{}", kept.replace('\t', "[tab]"), "·".repeat(blanks))).into_owned()
}
