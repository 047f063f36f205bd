//! The pages that explain each kind of fault: what it means, a wrong example and the right one, and how to mend it.
//!
//! A page is a file of `docs/faults`, named for its code; the binary carries them.

/// One page, as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// The code that it explains: `E203`.
    pub code: &'static str,
    /// The whole text, in Markdown.
    pub text: &'static str,
}

/// All pages, by code.
pub const PAGES: &[Page] = include!(concat!(env!("OUT_DIR"), "/fault_pages.rs"));

/// The page of a code, in capitals or small letters.
pub fn page(code: &str) -> Option<Page> {
    PAGES.iter().copied().find(|page| page.code.eq_ignore_ascii_case(code.trim()))
}

/// The codes that one may have meant who wrote another: letters in the place of digits first.
pub fn like(code: &str) -> Vec<&'static str> {
    let code = code.trim().to_ascii_uppercase().replace('O', "0").replace(['I', 'L'], "1");
    if let Some(page) = page(&code) {
        return vec![page.code];
    }
    PAGES.iter().map(|page| page.code).filter(|known| strsim::damerau_levenshtein(known, &code) == 1).collect()
}

impl Page {
    /// What the fault is, in a few words: the heading behind the code.
    pub fn title(&self) -> &'static str {
        let heading = self.text.lines().next().unwrap_or("").trim_start_matches(['#', ' ']);
        heading.strip_prefix(self.code).map_or(heading, |rest| rest.trim_start_matches([':', ' ']))
    }

    /// The page below its heading.
    pub fn body(&self) -> &'static str {
        self.text.split_once('\n').map_or("", |(_, body)| body.trim())
    }

    /// The page as plain text: examples are set in, under a line that says what they are.
    pub fn plain(&self) -> String {
        let mut plain = format!("{}: {}\n", self.code, self.title());
        let mut in_example = false;
        for line in self.text.lines().skip(1) {
            match line.strip_prefix("```") {
                Some("") => in_example = false,
                Some(label) => {
                    in_example = true;
                    plain += &format!("{}:\n\n", spoken(label));
                }
                None if in_example && !line.is_empty() => plain += &format!("    {line}\n"),
                None => plain += &format!("{line}\n"),
            }
        }
        plain
    }
}

/// `contract wrong` in words.
fn spoken(label: &str) -> String {
    let (kind, verdict) = label.split_once(' ').unwrap_or((label, ""));
    let place = match kind {
        "rules" => "in a .rules file",
        "contract" => "in the numbers file",
        "codes" => "in a code cluster",
        "examples" => "in examples.toml",
        "pathway" => "in a .rules file of a local scheme",
        "scheme" => "in scheme.toml",
        "folder" => "in the rules folder",
        _ => return "Example".to_owned(),
    };
    let verdict = if verdict == "wrong" { "Wrong" } else { "Right" };
    format!("{verdict}, {place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_shown_without_its_markdown() {
        let text = "# E999: a toy\n\nIt means this.\n\n```rules wrong\nany jba\n\nend\n```\n\nMend it.\n";
        let page = Page { code: "E999", text };
        assert_eq!(page.title(), "a toy");
        assert_eq!(
            page.plain(),
            "E999: a toy\n\nIt means this.\n\nWrong, in a .rules file:\n\n    any jba\n\n    end\n\nMend it.\n"
        );
    }

    #[test]
    fn a_code_is_found_in_small_letters_and_guessed_at() {
        assert_eq!(page("e203").unwrap().code, "E203");
        assert_eq!(page("E999"), None);
        assert!(like("E20").contains(&"E203"));
        assert_eq!(like("e2o3"), ["E203"]);
        assert!(like("nonsense").is_empty());
    }
}
