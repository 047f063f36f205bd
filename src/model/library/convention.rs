//! A rulebook with the other convention for a day that a month lacks: a library in which it says so, to be checked anew.

use crate::ground::{BookName, MissingDay, Sources};
use crate::model::Library;
use crate::model::build::NUMBERS_FILES;
use crate::model::library::moved::with_lines;
use crate::model::shape::missing_day_word;

impl Library {
    /// A library in which a rulebook takes this day for one that a month lacks. It can be told only where
    /// `missing_day` stands on a line of its own, above all tables; else, and for a name that is not in the library,
    /// everything stays as it is. The rulebooks that it uses keep their own conventions.
    pub fn with_missing_day(&self, name: &BookName, convention: MissingDay) -> Library {
        let line = format!("missing_day = \"{}\"", missing_day_word(convention));
        let mut sources = Sources::default();
        for (_, file) in self.sources.iter() {
            let is_numbers = NUMBERS_FILES.iter().any(|numbers| file.path == format!("{name}/{numbers}"));
            let text = match is_numbers {
                true => with_lines(&file.text, &[("missing_day", Some(line.as_str()))]),
                false => file.text.clone(),
            };
            sources.add(file.path.as_str(), text);
        }
        Library::new(sources)
    }
}
