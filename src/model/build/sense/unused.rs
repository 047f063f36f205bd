//! What nothing uses: most likely a rule that was forgotten, or a name that was mistyped.

use crate::ground::{Diagnostic, Span};
use crate::model::build::Builder;
use crate::model::build::names::nearest;

impl Builder<'_> {
    pub(super) fn check_unused(&mut self) {
        for (name, span) in self.names.unused_shared() {
            let message = format!("`{name}` is defined, and nothing uses it");
            self.faults.push(Diagnostic::warning("W402", span, message));
        }
        // A name that nothing has may be that of the words, mistyped.
        let is_certain = !self.faults.iter().any(|fault| fault.code == "E202");
        for words in self.contract.words.iter().filter(|words| is_certain && !words.used) {
            let name = &words.list.name;
            let warning = Diagnostic::warning("W405", words.span, format!("no rule looks for the words `{name}`"));
            let help = format!("look for them in the pathway, as in `any CLUSTER saying {name}`, or leave them out");
            self.faults.push(warning.help(help));
        }
        let unused: Vec<_> = self.contract.unused_figures().map(|figure| (figure.name.clone(), figure.span)).collect();
        for (name, span) in unused {
            let message = format!("no rule reads the figure `{name}`");
            let warning = Diagnostic::warning("W403", span, message);
            let read = self.contract.all_figures().map(|figure| figure.name.as_str());
            self.faults.push(match nearest(&name, read.filter(|known| *known != name)) {
                Some(near) if !self.contract.has_beside(near, span) => warning.help(format!("did you mean `{near}`?")),
                Some(_) | None => warning,
            });
        }
        for ((source, span), used) in
            self.contract.sources.iter().zip(&self.contract.source_spans).zip(&self.contract.sources_used)
        {
            if !used {
                let message = format!("nothing cites the source `{}`", source.id);
                self.faults.push(Diagnostic::warning("W404", *span, message));
            }
        }
        self.check_unused_codes();
    }

    /// A scheme's own code clusters are there for its own rules.
    fn check_unused_codes(&mut self) {
        // A name that is no cluster's was most likely this one's, mistyped.
        if self.faults.iter().any(|fault| fault.code == "E201") {
            return;
        }
        for file in self.codes.unused_own_files() {
            let path = &self.sources.file(file).path;
            let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name).trim_end_matches(".toml");
            let message = format!("no rule uses the code cluster `{name}`");
            let warning = Diagnostic::warning("W431", Span::new(file, 0..0), message);
            let help = format!("count it in a rule, as in `any {name}`, or take the file out of the folder");
            self.faults.push(warning.help(help));
        }
    }
}
