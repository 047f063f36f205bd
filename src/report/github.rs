//! Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request.

use crate::ground::{Diagnostic, Severity, Sources};
use crate::report::fault_pages;
use crate::report::fault_places::{self, Columns};

/// One diagnostic as one line, without its line end. `path` spells a file's path below the rules folder as it is below
/// the repository's root.
pub fn command(diagnostic: &Diagnostic, sources: &Sources, path: &dyn Fn(&str) -> String) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = Vec::new();
    let file = fault_places::path(sources, diagnostic.place.file);
    let place = fault_places::of(diagnostic.place, sources, Columns::Characters);
    if let (Some(file), Some(at)) = (file, place) {
        properties.push(format!("file={}", property(&path(file))));
        properties.push(format!("line={}", at.line));
        // Columns are for one line: with several, the command is shown nowhere.
        if at.line == at.end_line {
            properties.push(format!("col={}", at.column));
            properties.push(format!("endColumn={}", at.end_column));
        } else {
            properties.push(format!("endLine={}", at.end_line));
        }
    }
    let title = fault_pages::page(diagnostic.code).map_or("", |page| page.title());
    properties.push(format!("title={}", property(format!("{} {title}", diagnostic.code).trim_end())));
    let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
    let label = (!diagnostic.label.is_empty()).then(|| diagnostic.label.clone());
    let lines: Vec<String> = [Some(diagnostic.message.clone()), label, help].into_iter().flatten().collect();
    format!("::{word} {}::{}", properties.join(","), data(&lines.join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Span;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let mut sources = Sources::default();
        let file = sources.add("toy/2030-31/a,b:c.rules", "one\ntwo 100 %\nthree\n");
        let path = |below: &str| format!("rules/{below}");
        let fault =
            Diagnostic::error("E999", Span::new(file, 8..13), "100 % is\r\n::error::, no share").help("write it");
        assert_eq!(
            command(&fault, &sources, &path),
            "::error file=rules/toy/2030-31/a%2Cb%3Ac.rules,line=2,col=5,endColumn=10,title=E999::100 %25 is%0D%0A::error::, no share%0Ahelp: write it"
        );
        let long = Diagnostic::warning("W999", Span::new(file, 0..16), "all of it").label("here");
        assert_eq!(
            command(&long, &sources, &path),
            "::warning file=rules/toy/2030-31/a%2Cb%3Ac.rules,line=1,endLine=3,title=W999::all of it%0Ahere"
        );
    }
}
