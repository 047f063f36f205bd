//! Examples of one child of a pathway, and where it stands.

use super::{Reader, did_you_mean};
use crate::ground::{Day, Diagnostic, Span};
use crate::model::build::fields::Fields;
use crate::model::examples::{ChildCase, ExpectedStanding, GivenAppointment, GivenRecord, GivenSlot};
use crate::model::pathway::{Pathway, StateId};
use crate::model::shape;
use crate::syntax::toml_tree::{Entry, Value};

const FORM_OF_RECORD: &str = "write the date, a code cluster or SNOMED CT code, and the text beside it if any, as in \"2024-05-01 imms_call_1 phone, no answer\"";
const FORM_OF_STANDING: &str = "write { state = \"refused\", alerts = [] }, or `not pursued` in the state's place";
const FORM_OF_APPOINTMENT: &str =
    "write { agreed_date = 2024-09-02, appointment_date = 2024-09-09 }, or one of the two";
const FORM_OF_SLOT: &str = "write { slot_start = 2025-04-01 }";

impl<'a> Reader<'a> {
    pub(super) fn child_case(&mut self, fields: &mut Fields<'a>, place: Span) -> Option<ChildCase> {
        let pathway = self.pathway(fields, place);
        let person = self.person(fields);
        let events = fields.list("events");
        let events = fields.required("events", events, "list what was recorded, `events = []` for nothing");
        let events = events.map_or(&[][..], |(list, _)| list);
        let records = events.iter().filter_map(|(event, span)| self.record(event, *span)).collect();
        let appointments = self.rows(fields, "appointments", FORM_OF_APPOINTMENT, Reader::appointment);
        let slots = self.rows(fields, "slots", FORM_OF_SLOT, Reader::slot);
        let [contact_name, contact_details] =
            ["contact_name", "contact_details"].map(|key| fields.text(key).map(|(text, _)| text.to_owned()));
        let as_of = fields.date("as_of").map_or(self.book.end, |(day, _)| day);
        let expect = fields.entry("expect");
        let expect = fields.required("expect", expect, FORM_OF_STANDING)?;
        let expect = self.expected(expect, pathway);
        let (person, expect) = (person?, expect?);
        Some(ChildCase { person, records, appointments, slots, contact_name, contact_details, as_of, expect })
    }

    fn expected(&mut self, entry: &'a Entry, pathway: Option<&'a Pathway>) -> Option<ExpectedStanding> {
        let Value::Table(table) = &entry.value else {
            let message = format!("`expect` must be a table, found {}", entry.value.kind());
            let fault = Diagnostic::error("E502", entry.span, message).help(FORM_OF_STANDING);
            self.faults.push(match &entry.value {
                Value::Text(state) => fault.fix(entry.span, format!("{{ state = \"{state}\" }}")),
                Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => fault,
            });
            return None;
        };
        let mut inner = Fields::of(&shape::STANDING, table, entry.span, "`expect`");
        // Of a pathway that is not there, nothing is said to be unknown.
        let standing = self.standing(&mut inner, pathway?);
        self.end(inner);
        standing
    }

    /// The rulebook's pathway, which the example must call by its name.
    fn pathway(&mut self, fields: &mut Fields<'a>, place: Span) -> Option<&'a Pathway> {
        let named = fields.text("pathway");
        let (name, span) = fields.required("pathway", named, "write the pathway's name")?;
        let book = self.book;
        let found = book.pathway.as_ref().filter(|pathway| pathway.name == name);
        if found.is_none() {
            let fault = Diagnostic::error("E506", span, format!("there is no pathway `{name}` in {}", book.name));
            let known = book.pathway.iter().map(|pathway| pathway.name.as_str());
            self.faults.push(did_you_mean(fault, name, place, known, "the rulebook has"));
        }
        found
    }

    /// `2024-05-01 imms_call_1 phone, no answer`
    fn record(&mut self, event: &Value, span: Span) -> Option<GivenRecord> {
        let (day, rest, place) = self.dated(event, span, FORM_OF_RECORD)?;
        let (what, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let length = place.range().len();
        let place = if length == rest.len() {
            Span::new(place.file, place.range().start..place.range().start + what.len())
        } else {
            place
        };
        self.recorded(what, place).map(|code| GivenRecord { day, code, text: text.to_owned() })
    }

    /// A list of tables, each read by itself.
    fn rows<T>(
        &mut self,
        fields: &mut Fields<'a>,
        key: &'static str,
        form: &str,
        read: fn(&mut Self, &Value, Span) -> Option<T>,
    ) -> Vec<T> {
        let rows = fields.list(key).map_or(&[][..], |(list, _)| list);
        let mut found = Vec::new();
        for (row, span) in rows {
            if let Value::Table(_) = row {
                found.extend(read(self, row, *span));
            } else {
                let message = format!("each of `{key}` is a table, found {}", row.kind());
                self.fault("E502", *span, message, form);
            }
        }
        found
    }

    fn appointment(&mut self, row: &Value, span: Span) -> Option<GivenAppointment> {
        let Value::Table(table) = row else { return None };
        let mut fields = Fields::of(&shape::APPOINTMENT, table, span, "the appointment");
        let [agreed, appointment] = ["agreed_date", "appointment_date"].map(|key| fields.date(key).map(|(day, _)| day));
        let attended = fields.truth("attended").map(|(truth, _)| truth);
        if table.get("agreed_date").is_none() && table.get("appointment_date").is_none() {
            self.fault("E501", span, "the appointment has neither of its dates", FORM_OF_APPOINTMENT);
        }
        self.end(fields);
        Some(GivenAppointment { agreed, appointment, attended })
    }

    fn slot(&mut self, row: &Value, span: Span) -> Option<GivenSlot> {
        let Value::Table(table) = row else { return None };
        let mut fields = Fields::of(&shape::SLOT, table, span, "the slot");
        let day = fields.date("slot_start");
        let day = fields.required("slot_start", day, FORM_OF_SLOT);
        let taken = fields.truth("taken").is_some_and(|(taken, _)| taken);
        self.end(fields);
        Some(GivenSlot { day: day?.0, taken })
    }

    fn standing(&mut self, fields: &mut Fields<'a>, pathway: &'a Pathway) -> Option<ExpectedStanding> {
        let state = fields.text("state");
        let state = fields.required("state", state, FORM_OF_STANDING);
        let indicators = self.named(fields, "indicators", "E506", "indicator", self.codes_of(pathway));
        let steps = pathway.states.iter().flat_map(|state| &state.next).map(|next| next.text.as_str());
        let next = self.one_of(fields, "next", "next step", steps.collect());
        let exceptions = pathway.states.iter().filter_map(|state| state.exception.as_ref());
        let exceptions = exceptions.map(|exception| exception.code.as_str());
        let exception = self.one_of(fields, "exception", "exception", exceptions.collect());
        let shown_on = self.days(fields, "shown_on");
        let alerts = pathway.alerts.iter().map(|alert| alert.name.as_str());
        let alerts = self.named(fields, "alerts", "E509", "alert", alerts.collect());
        let state = match state? {
            ("not pursued", _) => None,
            (name, span) => {
                let at = (0..).zip(&pathway.states).find(|(_, state)| state.name == name);
                if at.is_none() {
                    let message = format!("`{name}` is no state of the pathway");
                    let fault = Diagnostic::error("E508", span, message);
                    let known = pathway.states.iter().map(|state| state.name.as_str()).chain(["not pursued"]);
                    self.faults.push(did_you_mean(fault, name, span, known, "it has"));
                }
                Some(StateId(at?.0))
            }
        };
        Some(ExpectedStanding { state, indicators, next, exception, shown_on, alerts })
    }

    /// The codes of a pathway's indicators.
    fn codes_of(&self, pathway: &Pathway) -> Vec<&'a str> {
        pathway.indicators.iter().map(|id| self.book.measures[id.index()].code.as_str()).collect()
    }

    /// A text that must be one of the pathway's.
    fn one_of(
        &mut self,
        fields: &mut Fields<'a>,
        key: &'static str,
        kind: &str,
        known: Vec<&'a str>,
    ) -> Option<String> {
        let (text, span) = fields.text(key)?;
        self.place_of(text, span, "E509", kind, &known).map(|_| text.to_owned())
    }

    /// Names that must be the pathway's, by their places in it, ascending.
    fn named(
        &mut self,
        fields: &mut Fields<'a>,
        key: &'static str,
        code: &'static str,
        kind: &str,
        known: Vec<&'a str>,
    ) -> Option<Vec<usize>> {
        let (list, _) = fields.list(key)?;
        let mut places = Vec::new();
        for (name, span) in list {
            match name {
                Value::Text(name) => places.extend(self.place_of(name, *span, code, kind, &known)),
                Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => {
                    let message = format!("each of `{key}` is a text in quotes, found {}", name.kind());
                    self.fault("E502", *span, message, format!("write `{key} = [\"…\"]`"));
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        Some(places)
    }

    fn place_of(&mut self, name: &str, span: Span, code: &'static str, kind: &str, known: &[&'a str]) -> Option<usize> {
        let at = known.iter().position(|known| *known == name);
        if at.is_none() {
            let fault = Diagnostic::error(code, span, format!("the pathway has no {kind} `{name}`"));
            let place = self.within(span, name, 0..name.len());
            self.faults.push(did_you_mean(fault, name, place, known.iter().copied(), "it has"));
        }
        at
    }

    /// A list of dates, ascending, each once.
    fn days(&mut self, fields: &mut Fields<'a>, key: &'static str) -> Option<Vec<Day>> {
        let (list, _) = fields.list(key)?;
        let mut days = Vec::new();
        for (value, span) in list {
            match value {
                Value::Date(Some(day)) => days.push(*day),
                Value::Date(None)
                | Value::Text(_)
                | Value::Number(_)
                | Value::Truth(_)
                | Value::List(_)
                | Value::Table(_) => {
                    let message = format!("each of `{key}` is a date, found {}", value.kind());
                    self.fault("E502", *span, message, format!("write `{key} = [2024-06-01]`, without quotes"));
                }
            }
        }
        days.sort_unstable();
        days.dedup();
        Some(days)
    }
}
