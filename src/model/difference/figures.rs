//! Figures: what they are, and who says so.

use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue};
use crate::model::difference::pairs::{Pair, pairs};
use crate::model::difference::{Comparing, Grade, Said, Subject, What, moved, years_later};

impl Comparing<'_> {
    /// The figures of the measure with a code; without one, the rulebook's own.
    pub(super) fn figures(&mut self, code: Option<&str>) {
        let subject = code.map_or(Subject::Book, |code| Subject::Measure(code.to_owned()));
        let of = |book: &Rulebook| -> Vec<Figure> {
            let owner = |figure: &Figure| figure.owner.map(|id| book.measures[id.index()].code.as_str());
            book.figures.iter().filter(|figure| owner(figure) == code).cloned().collect()
        };
        let (old, new) = (of(self.old), of(self.new));
        for pair in pairs(&old, &new, |figure| figure.name.clone()) {
            match pair {
                Pair::Old(figure) => {
                    let said = said(self.old, figure);
                    self.change(&subject, What::Figure(figure.name.clone()), Grade::Figures, Some(said), None);
                }
                Pair::New(figure) => {
                    let said = said(self.new, figure);
                    self.change(&subject, What::Figure(figure.name.clone()), Grade::Figures, None, Some(said));
                }
                Pair::Both(a, b) => self.figure(&subject, a, b),
            }
        }
    }

    fn figure(&mut self, subject: &Subject, a: &Figure, b: &Figure) {
        let sides = (said(self.old, a), said(self.new, b));
        let is_same = match (&a.value, &b.value) {
            (FigureValue::Is(a_is), FigureValue::Is(b_is)) => a_is == b_is && a.unit == b.unit,
            (FigureValue::IsDate(a), FigureValue::IsDate(b)) => {
                a == b || moved(*a, years_later(self.old, self.new)) == *b
            }
            (FigureValue::Unset(_), FigureValue::Unset(_)) | (FigureValue::Absent(_), FigureValue::Absent(_)) => true,
            (FigureValue::Is(_) | FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_), _) => false,
        };
        if !is_same {
            self.change(subject, What::Figure(b.name.clone()), Grade::Figures, Some(sides.0), Some(sides.1));
            return;
        }
        let is_text_same =
            sides.0.text == sides.1.text || !matches!(a.value, FigureValue::Unset(_) | FigureValue::Absent(_));
        let named = sides.0.by.len() == sides.1.by.len()
            && sides.0.by.iter().zip(&sides.1.by).all(|(a, b)| a.0 == b.0 && self.is_same_text(&a.1, &b.1));
        if !(is_text_same && named && sides.0.conflicts == sides.1.conflicts) {
            self.change(subject, What::FigureTrust(b.name.clone()), Grade::Wording, Some(sides.0), Some(sides.1));
        }
    }
}

fn said(book: &Rulebook, figure: &Figure) -> Said {
    let text = match &figure.value {
        FigureValue::Is(amount) => match figure.unit_word.strip_prefix('£') {
            Some(rest) => format!("£{amount}{rest}"),
            None => format!("{amount} {}", figure.unit_word),
        },
        FigureValue::IsDate(day) => day.in_words(),
        FigureValue::Unset(why) => format!("not set ({why})"),
        FigureValue::Absent(why) => format!("none ({why})"),
    };
    let by = figure.status.zip(figure.source).map(|(status, id)| (status, book.sources[id.index()].title.clone()));
    Said { text, by: by.into_iter().collect(), conflicts: figure.conflict.iter().cloned().collect() }
}
