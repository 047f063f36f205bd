//! Reading the worked examples of a rulebook: every name in them must be one that the rulebook knows.

mod child;
mod counts;
mod doses;
mod figures;
mod payment;

use std::collections::HashMap;

use crate::ground::concept::ConceptFault;
use crate::ground::{ConceptId, Day, Diagnostic, Sources, Span};
use crate::model::Rulebook;
use crate::model::book::{Measure, MeasurementId, Reason};
use crate::model::build::NUMBERS_FILES;
use crate::model::build::codes::{Codes, not_an_id};
use crate::model::build::contract;
use crate::model::build::fields::Fields;
use crate::model::build::names::suggest;
use crate::model::examples::{Case, Example, ExpectedOutcome, Explained, FILE, InTurn, PatientCase, Person};
use crate::model::shape::{self, Shape};
use crate::syntax::toml_tree::{Table, Value, read_toml};
use crate::syntax::tree::Word;

/// The sound examples of a rulebook, and the faults of the others.
pub(in crate::model) fn read(sources: &Sources, book: &Rulebook) -> (Vec<Example>, Vec<Diagnostic>) {
    let folder = book.name.to_string();
    let find = |file: &str| sources.find(&format!("{folder}/{file}"));
    let (Some(file), Some(numbers)) = (find(FILE), NUMBERS_FILES.into_iter().find_map(find)) else {
        return (Vec::new(), Vec::new());
    };
    let (root, unreadable) = read_toml(file, &sources.file(file).text);
    // What stands after a fault of form may be read wrongly, and complaints about it would mislead.
    if !unreadable.is_empty() {
        return (Vec::new(), unreadable);
    }
    // The rulebook was checked, so its numbers file has nothing new to complain of.
    let contract = contract::read(sources, numbers, &book.name, &mut Vec::new());
    let mut reader = Reader { sources, book, codes: Codes::new(sources, &folder, &contract), faults: Vec::new() };
    let mut fields = Fields::of(&shape::EXAMPLES, &root, Fields::file_start(file), "the examples file");
    let list = fields.list("example").map_or(&[][..], |(list, _)| list);
    let examples = list.iter().filter_map(|(value, span)| reader.example(value, *span)).collect();
    reader.names_once(list);
    let explained = fields.list("left_open").map_or(&[][..], |(list, _)| list);
    for (value, span) in explained {
        reader.explained(value, *span);
    }
    reader.end(fields);
    let Reader { codes, mut faults, .. } = reader;
    codes.finish(&mut faults);
    faults.sort_by_key(|fault| (fault.place, fault.code));
    (examples, faults)
}

/// What the examples file explains; what is faulty in it is told by [`read`].
pub(in crate::model) fn explained(sources: &Sources, book: &Rulebook) -> Vec<Explained> {
    let folder = book.name.to_string();
    let find = |file: &str| sources.find(&format!("{folder}/{file}"));
    let (Some(file), Some(numbers)) = (find(FILE), NUMBERS_FILES.into_iter().find_map(find)) else {
        return Vec::new();
    };
    let (root, _) = read_toml(file, &sources.file(file).text);
    let contract = contract::read(sources, numbers, &book.name, &mut Vec::new());
    let mut reader = Reader { sources, book, codes: Codes::new(sources, &folder, &contract), faults: Vec::new() };
    let Some(Value::List(list)) = root.get("left_open").map(|entry| &entry.value) else { return Vec::new() };
    list.iter().filter_map(|(value, span)| reader.explained(value, *span)).collect()
}

/// What an example is about, as its keys tell.
#[derive(Clone, Copy)]
enum ExampleKind {
    Patient,
    Counts,
    Child,
    Fee,
    Payment,
    Figures,
}

impl ExampleKind {
    fn of(table: &Table) -> ExampleKind {
        match table {
            _ if table.get("fee").is_some() => ExampleKind::Fee,
            _ if table.get("payment").is_some() => ExampleKind::Payment,
            _ if table.get("counts").is_some() => ExampleKind::Counts,
            _ if table.get("pathway").is_some() => ExampleKind::Child,
            _ if table.get("figures").is_some() => ExampleKind::Figures,
            _ => ExampleKind::Patient,
        }
    }

    fn shape(self) -> &'static Shape {
        match self {
            ExampleKind::Patient => &shape::PATIENT_EXAMPLE,
            ExampleKind::Counts => &shape::COUNTS_EXAMPLE,
            ExampleKind::Child => &shape::CHILD_EXAMPLE,
            ExampleKind::Fee => &shape::FEE_EXAMPLE,
            ExampleKind::Payment => &shape::PAYMENT_EXAMPLE,
            ExampleKind::Figures => &shape::FIGURES_EXAMPLE,
        }
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    book: &'a Rulebook,
    codes: Codes<'a>,
    faults: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Ends the reading of a table. Faults that any table can have bear the numbers of examples here.
    fn end(&mut self, fields: Fields<'_>) {
        self.faults.extend(fields.finish().into_iter().map(|fault| {
            let code = match fault.code {
                "E301" => "E501",
                "E302" => "E502",
                "E303" => "E503",
                own => own,
            };
            Diagnostic { code, ..fault }
        }));
    }

    fn fault(&mut self, code: &'static str, place: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Diagnostic::error(code, place, message).help(help));
    }

    /// An example that fails is found by its name, beside what it is about.
    fn names_once(&mut self, list: &'a [(Value, Span)]) {
        let mut first: HashMap<Vec<Option<&str>>, Span> = HashMap::new();
        for (value, _) in list {
            let Value::Table(table) = value else { continue };
            let text = |key: &str| match table.get(key).map(|entry| &entry.value) {
                Some(Value::Text(text)) => Some(text.as_str()),
                _ => None,
            };
            let (Some(entry), Some(name)) = (table.get("name"), text("name")) else { continue };
            let whole = ["name", "indicator", "fee", "payment", "pathway"].map(text).to_vec();
            if let Some(earlier) = first.get(&whole) {
                let fault =
                    Diagnostic::error("E203", entry.span, format!("there are two examples `{name}` of the same"));
                let fault = fault.also(*earlier, "first here");
                self.faults.push(fault.help("say in the name what this one shows, or leave it out if it is the same"));
            } else {
                first.insert(whole, entry.span);
            }
        }
    }

    fn example(&mut self, value: &'a Value, span: Span) -> Option<Example> {
        let Value::Table(table) = value else {
            let message = format!("an example is a table, found {}", value.kind());
            self.fault("E502", span, message, "start each example with a line `[[example]]`");
            return None;
        };
        let named = table.get("name");
        let what = match named.map(|entry| &entry.value) {
            Some(Value::Text(name)) => format!("the example `{name}`"),
            _ => "the example".to_owned(),
        };
        let place = named.map_or(span, |entry| entry.span);
        let faults_before = self.faults.len();
        let kind = ExampleKind::of(table);
        let mut fields = Fields::of(kind.shape(), table, place, what);
        let name = fields.text("name");
        let name = fields.required("name", name, "say in a few words what the example shows");
        let case = match kind {
            ExampleKind::Patient => {
                let measurement = self.measurement(&mut fields, place);
                // They are not there, but a mistyped one may have been meant.
                fields.knows("counts");
                fields.knows("pathway");
                fields.knows("fee");
                fields.knows("payment");
                fields.knows("figures");
                self.patient_case(&mut fields, measurement).map(Case::Patient)
            }
            ExampleKind::Counts => {
                let measurement = self.measurement(&mut fields, place);
                self.counts_case(&mut fields, measurement).map(Case::Counts)
            }
            ExampleKind::Child => self.child_case(&mut fields, place).map(Case::Child),
            ExampleKind::Fee => self.fee_case(&mut fields).map(Case::Fee),
            ExampleKind::Payment => self.payment_case(&mut fields).map(Case::Payment),
            ExampleKind::Figures => self.figures_case(&mut fields).map(Case::Figures),
        };
        self.end(fields);
        if self.faults.len() > faults_before {
            return None;
        }
        Some(Example { name: name?.0.to_owned(), place, case: case? })
    }

    /// The indicator or course, in its quarter where it is measured each quarter.
    fn measurement(&mut self, fields: &mut Fields<'a>, place: Span) -> Option<MeasurementId> {
        let indicator = fields.text("indicator");
        let quarter = fields.whole("quarter");
        let book = self.book;
        let help = match book.pathway {
            Some(_) => "write the code of what is measured, or `pathway` for where a child stands in it",
            None => "write the code of what is measured",
        };
        let (code, span) = fields.required("indicator", indicator, help)?;
        let Some(measure) = book.measure(code) else {
            let known = book.measures.iter().map(|measure| measure.code.as_str());
            let fault = Diagnostic::error("E506", span, format!("there is no indicator `{code}` in {}", book.name));
            self.faults.push(did_you_mean(fault, code, span, known, "the rulebook has"));
            return None;
        };
        let asked = quarter.map(|(quarter, _)| quarter);
        let measured = || book.measurements.iter().zip(0..).filter(|(measured, _)| measured.measure == measure);
        let at = measured().find(|(measured, _)| measured.quarter.map(u32::from) == asked);
        if at.is_none() {
            let quarters: Vec<String> =
                measured().filter_map(|(measured, _)| measured.quarter).map(|quarter| quarter.to_string()).collect();
            let (message, help) = if quarters.is_empty() {
                (format!("`{code}` is not measured each quarter"), "leave `quarter` out".to_owned())
            } else {
                (
                    format!("`{code}` is measured each quarter"),
                    format!("write `quarter`, one of {}", quarters.join(", ")),
                )
            };
            self.fault("E512", quarter.map_or(place, |(_, span)| span), message, help);
        }
        at.map(|(_, at)| MeasurementId(at))
    }

    fn patient_case(&mut self, fields: &mut Fields<'a>, measurement: Option<MeasurementId>) -> Option<PatientCase> {
        let person = self.person(fields);
        let (events, in_turn) = self.events(fields);
        let expect = fields.text("expect");
        let expect = fields.required("expect", expect, FORMS_OF_OUTCOME);
        let measured = measurement.map(|id| &self.book.measurements[id.index()]);
        let expect = expect.zip(measured).and_then(|((words, span), measured)| {
            self.outcome(words, span, &self.book.measures[measured.measure.index()])
        });
        Some(PatientCase { measurement: measurement?, person: person?, events, in_turn, expect: expect? })
    }

    /// What was recorded; and the same with each other code of the cluster that `each_code_of` names.
    fn events(&mut self, fields: &mut Fields<'a>) -> (Vec<(Day, ConceptId)>, Vec<InTurn>) {
        let events = fields.list("events");
        let events = fields.required("events", events, "list what was recorded, `events = []` for nothing");
        let listed = events.map_or(&[][..], |(list, _)| list);
        let each_code = fields.text("each_code_of");
        let events = listed.iter().filter_map(|(event, span)| self.event(event, *span)).collect();
        let Some((name, place)) = each_code else { return (events, Vec::new()) };
        let is_named = |value: &Value| match value {
            Value::Text(text) => text.split_once(' ').is_some_and(|(_, what)| what == name),
            Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => false,
        };
        let named: Vec<bool> = listed.iter().map(|(value, _)| is_named(value)).collect();
        if !named.contains(&true) {
            let message = format!("no event of the example names the code cluster `{name}`");
            self.fault("E505", place, message, "name a cluster that `events` names");
            return (events, Vec::new());
        }
        let mut unknown = Vec::new();
        let cluster = self.codes.cluster(&Word { text: name.to_owned(), span: place }, &mut unknown);
        // One that is not known was complained of where the events name it.
        let Some(cluster) = cluster.filter(|_| events.len() == listed.len()) else { return (events, Vec::new()) };
        let others = cluster.codes.iter().map(|code| code.id).filter(|code| Some(*code) != cluster.first_code);
        let with = |code: ConceptId| {
            let events = events.iter().zip(&named);
            events.map(|((day, as_written), named)| (*day, if *named { code } else { *as_written })).collect()
        };
        let in_turn = others.map(|code| InTurn { code, events: with(code) }).collect();
        (events, in_turn)
    }

    /// `[[left_open]]`
    fn explained(&mut self, value: &'a Value, span: Span) -> Option<Explained> {
        let Value::Table(table) = value else {
            let message = format!("what is left open is a table, found {}", value.kind());
            self.fault("E502", span, message, "start each with a line `[[left_open]]`");
            return None;
        };
        let mut fields = Fields::of(&shape::LEFT_OPEN, table, span, "what is left open");
        let what = fields.text("what");
        let what = fields.required("what", what, "copy the words in which `uptake test` names it");
        let why = fields.text("why");
        let why = fields.required("why", why, "say why no example is needed, or none can be");
        self.end(fields);
        let ((what, place), (why, _)) = (what?, why?);
        Some(Explained { what: what.to_owned(), why: why.to_owned(), place })
    }

    /// Who the example is about: birth, the stay on one list, death.
    fn person(&mut self, fields: &mut Fields<'a>) -> Option<Person> {
        let born = fields.date("born");
        let born = fields.required("born", born, "write the date of birth, as in `born = 2023-01-15`");
        let registered = fields.date("registered");
        let deregistered = fields.date("deregistered");
        let died = fields.date("died");
        let birth = born?.0;
        let registered = registered.map_or(birth, |(day, _)| day);
        self.check_order(deregistered, registered.plus_days(1), "was deregistered on or before registration");
        self.check_order(died, birth, "died before birth");
        let (deregistered, death) = (deregistered.map(|(day, _)| day), died.map(|(day, _)| day));
        Some(Person { birth, registered, deregistered, death })
    }

    fn check_order(&mut self, day: Option<(Day, Span)>, earliest: Day, what: &str) {
        if let Some((day, span)) = day
            && day < earliest
        {
            self.fault("E510", span, format!("the patient {what}"), format!("write {earliest} or a later day"));
        }
    }

    /// `2023-03-15 dtap`, or a SNOMED CT code in the cluster's place.
    fn event(&mut self, event: &Value, span: Span) -> Option<(Day, ConceptId)> {
        let (day, what, place) = self.dated(event, span, FORM_OF_EVENT)?;
        self.recorded(what, place).map(|code| (day, code))
    }

    /// A date, and what stands behind it with its place.
    fn dated<'t>(&mut self, event: &'t Value, span: Span, form: &str) -> Option<(Day, &'t str, Span)> {
        let Value::Text(text) = event else {
            let message = format!("an event is a text in quotes, found {}", event.kind());
            self.fault("E502", span, message, form);
            return None;
        };
        let Some((date, what)) = text.split_once(' ') else {
            self.fault("E504", span, format!("`{text}` is not a date and what was recorded on it"), form);
            return None;
        };
        let Some(day) = Day::parse_iso(date) else {
            let place = self.within(span, text, 0..date.len());
            self.fault("E504", place, format!("`{date}` is not a date of the calendar"), form);
            return None;
        };
        Some((day, what, self.within(span, text, date.len() + 1..text.len())))
    }

    /// A code, or the one that stands for a cluster.
    fn recorded(&mut self, what: &str, place: Span) -> Option<ConceptId> {
        if what.starts_with(|sign: char| sign.is_ascii_digit()) {
            self.code(what, place)
        } else {
            self.first_code(what, place)
        }
    }

    fn code(&mut self, digits: &str, place: Span) -> Option<ConceptId> {
        let Some(id) = ConceptId::parse(digits) else {
            let (message, help) = not_an_id(digits);
            self.fault("E507", place, message, help);
            return None;
        };
        let (message, help) = match id.fault() {
            None => return Some(id),
            Some(ConceptFault::CheckDigit) => {
                (format!("the check digit of `{id}` is wrong"), "a digit was mistyped, or a spreadsheet rounded the id")
            }
            Some(ConceptFault::Partition) => {
                let help = "look up the concept that it belongs to, and take that one's id";
                (format!("`{id}` is the SNOMED CT id of {}, and a concept's is needed", id.kind()), help)
            }
        };
        self.fault("E507", place, message, help);
        None
    }

    /// The code that stands for a cluster.
    fn first_code(&mut self, name: &str, place: Span) -> Option<ConceptId> {
        let mut unknown = Vec::new();
        let cluster = self.codes.cluster(&Word { text: name.to_owned(), span: place }, &mut unknown);
        let code = cluster.map(|cluster| cluster.first_code);
        self.faults.extend(unknown.into_iter().map(|fault| Diagnostic { code: "E505", ..fault }));
        let code = code?;
        if code.is_none() {
            self.fault("E505", place, format!("the code cluster `{name}` has no codes"), "write a code instead");
        }
        code
    }

    /// The place of a part of a text; the whole text's where its quotes or escapes move the part.
    fn within(&self, span: Span, text: &str, part: std::ops::Range<usize>) -> Span {
        let is_plain = self.sources.text(span).get(1..).and_then(|rest| rest.get(..text.len())) == Some(text);
        let start = span.range().start + 1;
        if is_plain { Span::new(span.file, start + part.start..start + part.end) } else { span }
    }

    fn outcome(&mut self, words: &str, span: Span, measure: &Measure) -> Option<ExpectedOutcome> {
        match words.split_once(' ') {
            _ if words == "achieved" => Some(ExpectedOutcome::Achieved),
            _ if words == "not achieved" => Some(ExpectedOutcome::NotAchieved),
            _ if words == "not on the register" => Some(ExpectedOutcome::NotOnRegister),
            Some(("excepted", _)) => {
                let reasons = (measure.excepts.as_slice(), "exception");
                self.reason(words, reasons, measure, span).map(ExpectedOutcome::Excepted)
            }
            Some(("excluded", _)) => {
                let reasons = (measure.excludes.as_slice(), "exclusion");
                self.reason(words, reasons, measure, span).map(ExpectedOutcome::Excluded)
            }
            _ => {
                let fault = Diagnostic::error("E508", span, format!("`{words}` is not an outcome"));
                let known = ["achieved", "not achieved", "not on the register"].into_iter();
                self.faults.push(suggest(fault, words, span, known, |fault| fault).help(FORMS_OF_OUTCOME));
                None
            }
        }
    }

    /// The reason whose code ends the words that stand at a place.
    fn reason(
        &mut self,
        words: &str,
        (reasons, kind): (&[Reason], &str),
        measure: &Measure,
        span: Span,
    ) -> Option<u16> {
        let code = words.split_once(' ').map_or(words, |(_, code)| code);
        let at = reasons.iter().position(|reason| reason.code == code);
        if at.is_none() {
            let known = reasons.iter().map(|reason| reason.code.as_str());
            let fault = Diagnostic::error("E509", span, format!("{} has no {kind} `{code}`", measure.code));
            let place = self.within(span, words, words.len() - code.len()..words.len());
            self.faults.push(did_you_mean(fault, code, place, known, &format!("{} has", measure.code)));
        }
        at.and_then(|at| u16::try_from(at).ok())
    }
}

const FORM_OF_EVENT: &str = "write the date and a code cluster or SNOMED CT code, as in \"2023-03-15 dtap\"";
const FORMS_OF_OUTCOME: &str =
    "write `achieved`, `not achieved`, `excepted CODE`, `excluded CODE` or `not on the register`";

/// The fault with the known word that was most likely meant, else all of them.
fn did_you_mean<'w>(
    fault: Diagnostic,
    word: &str,
    place: Span,
    known: impl Iterator<Item = &'w str> + Clone,
    has: &str,
) -> Diagnostic {
    suggest(fault, word, place, known.clone(), |fault| {
        let all: Vec<String> = known.map(|known| format!("`{known}`")).collect();
        fault.help(if all.is_empty() { format!("{has} none") } else { format!("{has} {}", all.join(", ")) })
    })
}
