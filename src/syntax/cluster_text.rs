//! Code clusters written as TOML, in the form of the shipped ones: one code a line, sorted by number, aligned.

use std::collections::BTreeMap;
use std::fmt;

use toml_writer::{ToTomlValue, TomlStringBuilder};

use crate::ground::ConceptId;

/// A code cluster that is to be written, all its codes from one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterText<'a> {
    /// What the cluster is called.
    pub title: &'a str,
    /// Whether it is a whole official list.
    pub complete: bool,
    /// What a reader should know of it; may be empty.
    pub note: &'a str,
    /// The source's id: letters, digits, hyphens and underscores.
    pub source: &'a str,
    /// Who it is, in words.
    pub source_title: &'a str,
    /// The codes with their terms.
    pub codes: &'a BTreeMap<ConceptId, String>,
}

impl fmt::Display for ClusterText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "title    = {}", quoted(self.title))?;
        writeln!(f, "complete = {}", self.complete)?;
        if !self.note.is_empty() {
            writeln!(f, "note     = {}", quoted(self.note))?;
        }
        writeln!(f, "\n[sources]\n{} = {}\n\n[codes]", self.source, quoted(self.source_title))?;
        let width = self.codes.keys().map(|code| code.to_string().len()).max().unwrap_or(0);
        let source = quoted(self.source);
        for (code, term) in self.codes {
            writeln!(f, "{:width$} = {{ term = {}, source = {source} }}", code.to_string(), quoted(term))?;
        }
        Ok(())
    }
}

/// A text on one line in double quotes, with what would end or break it escaped.
fn quoted(text: &str) -> String {
    TomlStringBuilder::new(text).as_basic().to_toml_value()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ground::FileId;
    use crate::syntax::layout;
    use crate::syntax::toml_tree::{Value, read_toml};

    #[test]
    fn the_form_is_that_of_the_shipped_clusters() {
        let code = |digits| ConceptId::parse(digits).unwrap();
        let codes = BTreeMap::from([
            (code("308081000000105"), "First \"MMR\" \\ vaccination".to_owned()),
            (code("38598009"), "Measles-mumps-rubella vaccination".to_owned()),
        ]);
        let text = ClusterText {
            title: "MMR",
            complete: true,
            note: "",
            source: "pcd",
            source_title: "The set",
            codes: &codes,
        };
        let expected = "title    = \"MMR\"\ncomplete = true\n\n[sources]\npcd = \"The set\"\n\n[codes]\n\
            38598009        = { term = \"Measles-mumps-rubella vaccination\", source = \"pcd\" }\n\
            308081000000105 = { term = \"First \\\"MMR\\\" \\\\ vaccination\", source = \"pcd\" }\n";
        assert_eq!(text.to_string(), expected);
    }

    proptest! {
        #[test]
        fn any_term_is_read_back_as_it_was(term in any::<String>()) {
            let codes = BTreeMap::from([(ConceptId::parse("38598009").unwrap(), term.clone())]);
            let text = ClusterText { title: &term, complete: false, note: &term, source: "s", source_title: &term, codes: &codes };
            prop_assert_eq!(layout::toml(FileId(0), &text.to_string()), Ok(text.to_string()));
            let (root, faults) = read_toml(FileId(0), &text.to_string());
            prop_assert_eq!(faults, []);
            prop_assert_eq!(&root.get("title").unwrap().value, &Value::Text(term.clone()));
            let Value::Table(read) = &root.get("codes").unwrap().value else { panic!("no codes") };
            let Value::Table(code) = &read.get("38598009").unwrap().value else { panic!("no code") };
            prop_assert_eq!(&code.get("term").unwrap().value, &Value::Text(term));
        }
    }
}
