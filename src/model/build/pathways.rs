//! Pathways, resolved: states in order, alerts, worklists and their columns.

mod beside;

pub(super) use self::beside::how_to_ask_a_row;

use crate::ground::{Diagnostic, Span};
use crate::model::book::{
    Borrowed, Clause, Condition, Date, FigureValue, Measure, MeasureId, MeasureKind, Measurement, MeasurementId,
};
use crate::model::build::Builder;
use crate::model::build::names::{nearest, suggest};
use crate::model::pathway::{Alert, Beside, Exception, Next, Pathway, State, StateId, UsedId};
use crate::model::unit::Unit;
use crate::syntax::tree::{self, Step, Word};

impl Builder<'_> {
    /// Borrows the indicators that a pathway is for, so that payments can be made for them.
    pub(super) fn borrow_indicators(&mut self, pathway: &tree::Pathway) {
        let Some(used) = self.used(&pathway.of) else { return };
        for code in &pathway.indicators {
            self.borrow_indicator(used, code);
        }
    }

    fn borrow_indicator(&mut self, used: UsedId, code: &Word) {
        let Some(lender) = self.uses[used.index()].as_ref().map(|used| used.book.clone()) else { return };
        if let Some(first) = self.parts.measures.iter().find(|known| known.code == code.text) {
            let message = format!("`{}` is named twice", code.text);
            let fault = Diagnostic::error("E203", code.span, message).also(first.span, "first here");
            self.faults.push(fault.help("leave one of the two out"));
            return;
        }
        let is_it = |measurement: &&Measurement| {
            let measure = &lender.measures[measurement.measure.index()];
            measure.code == code.text && measure.kind == MeasureKind::Indicator
        };
        let found = lender.measurements.iter().zip(0..).find(|(measurement, _)| is_it(measurement));
        let Some((measurement, at)) = found else {
            let message = format!("`{}` has no indicator `{}`", lender.name, code.text);
            let fault = Diagnostic::error("E202", code.span, message);
            let indicators = lender.measures.iter().filter(|measure| measure.kind == MeasureKind::Indicator);
            let known: Vec<&str> = indicators.map(|measure| measure.code.as_str()).collect();
            self.faults.push(suggest(fault, &code.text, code.span, known.iter().copied(), |fault| {
                fault.help(format!("its indicators are: {}", known.join(", ")))
            }));
            return;
        };
        let never = self.never(code.span);
        let measure = &lender.measures[measurement.measure.index()];
        let id = MeasureId(u32::try_from(self.parts.measures.len()).unwrap_or(u32::MAX));
        self.parts.measures.push(Measure {
            borrowed: Some(Borrowed { from: used, measurement: MeasurementId(at) }),
            register: never.clone(),
            achieved: never,
            excludes: Vec::new(),
            excepts: Vec::new(),
            // Remarks and due doses name the lender's sources and clusters by their places, which are others here.
            notes: Default::default(),
            dues: Vec::new(),
            related: Vec::new(),
            near: None,
            span: code.span,
            ..measure.clone()
        });
        self.parts.measurements.push(Measurement {
            measure: id,
            label: code.text.clone(),
            quarter: None,
            day: measurement.day,
        });
    }

    /// A clause that never holds: who is on a borrowed register is not for this rulebook to say.
    fn never(&mut self, span: Span) -> Clause {
        Clause { condition: self.add(Condition::Any(Vec::new()), span), notes: Default::default() }
    }

    pub(super) fn pathway(&mut self, pathway: &tree::Pathway) {
        if let Some(first) = &self.parts.pathway {
            let fault = Diagnostic::error("E606", pathway.name.span, "a second pathway").also(first.span, "first here");
            self.faults.push(fault.help("one rulebook is one pathway: make the other a scheme of its own"));
            return;
        }
        let year_end = self.used(&pathway.of);
        let baseline = pathway.since.as_ref().and_then(|since| self.used(since));
        self.check_year_end(year_end, &pathway.of);
        let (notes, _) = self.notes(&pathway.notes);
        self.names.enter();
        self.name_states(&pathway.steps);
        let (mut states, mut alerts, mut worklists) = (Vec::new(), Vec::new(), Vec::new());
        let mut audit_above = None;
        for step in &pathway.steps {
            match step {
                Step::Define(define) => self.define(define),
                Step::State(state) => states.push(self.state(state)),
                Step::Alert(alert) => {
                    self.refuse_same(&alert.name, alerts.iter().map(|known: &Alert| (&known.name, known.span)));
                    let alert = self.alert(alert);
                    alerts.push(alert);
                }
                Step::Worklist(worklist) => {
                    let worklist = self.pathway_list(worklist, &worklists);
                    worklists.push(worklist);
                }
                Step::Audit(name) => audit_above = self.percentage(name),
            }
        }
        self.check_states(pathway, &states);
        for (name, span) in self.names.leave(&pathway.name.text) {
            let message = format!("`{name}` is defined, and nothing uses it");
            self.faults.push(Diagnostic::warning("W402", span, message));
        }
        let is_ours = |measure: &&Measure| pathway.indicators.iter().any(|code| code.text == measure.code);
        let measures = self.parts.measures.iter().zip(0..);
        let indicators = measures.filter(|(measure, _)| is_ours(measure)).map(|(_, at)| MeasureId(at)).collect();
        let Some(year_end) = year_end else { return };
        self.parts.pathway = Some(Pathway {
            name: pathway.name.text.clone(),
            title: pathway.title.text.clone(),
            indicators,
            year_end,
            baseline,
            states,
            alerts,
            worklists,
            audit_above,
            notes,
            span: pathway.name.span,
        });
    }

    /// The rulebook that goes by a name of `[uses]`.
    fn used(&mut self, name: &Word) -> Option<UsedId> {
        let known: Vec<String> = self.contract.uses.iter().map(|used| used.name.clone()).collect();
        if let Some(at) = known.iter().position(|known| *known == name.text) {
            // One with errors was a fault already.
            return self.uses.get(at)?.as_ref().and_then(|_| u32::try_from(at).ok()).map(UsedId);
        }
        let fault = Diagnostic::error("E202", name.span, format!("`[uses]` names no rulebook `{}`", name.text));
        self.faults.push(suggest(fault, &name.text, name.span, known.iter().map(String::as_str), |fault| {
            fault.help(format!("write `{} = \"SCHEME/YEAR\"` below `[uses]` of the numbers file", name.text))
        }));
        None
    }

    /// The year whose outcomes are read is the scheme's own.
    fn check_year_end(&mut self, used: Option<UsedId>, name: &Word) {
        let Some(lender) = used.and_then(|used| self.uses[used.index()].as_ref()) else { return };
        let (Some(start), Some(end)) = (self.contract.start, self.contract.end) else { return };
        if (lender.book.start, lender.book.end) != (start, end) {
            let message = format!("`{}` is not of the same year as this rulebook", lender.book.name);
            let fault = Diagnostic::error("E603", name.span, message);
            let days = format!(
                "it runs from {} to {}, this one from {} to {}",
                lender.book.start.in_words(),
                lender.book.end.in_words(),
                start.in_words(),
                end.in_words()
            );
            let named = self.contract.uses.iter().find(|used| used.name == name.text);
            let fault = named.iter().fold(fault, |fault, used| fault.also(used.span, "named here"));
            self.faults.push(fault.help(days));
        }
    }

    /// States can be named before they are written.
    fn name_states(&mut self, steps: &[Step]) {
        self.state_names.clear();
        for step in steps {
            let Step::State(state) = step else { continue };
            let known = self.state_names.iter().find(|known| known.text == state.name.text);
            if let Some(first) = known {
                let message = format!("the state `{}` is defined twice", state.name.text);
                let fault = Diagnostic::error("E203", state.name.span, message).also(first.span, "first here");
                self.faults.push(fault.help("give one of the two another name, or join their conditions with `or`"));
            }
            self.state_names.push(state.name.clone());
        }
    }

    pub(super) fn state_ids(&mut self, names: &[Word]) -> Vec<StateId> {
        let mut ids = Vec::new();
        for name in names {
            match self.state_names.iter().position(|known| known.text == name.text) {
                Some(at) => ids.extend(u32::try_from(at).ok().map(StateId)),
                None => {
                    let fault = Diagnostic::error("E202", name.span, format!("there is no state `{}`", name.text));
                    let known = self.state_names.iter().map(|known| known.text.as_str());
                    self.faults.push(suggest(fault, &name.text, name.span, known, |fault| {
                        fault.help(format!("write `state {} \"…\"` in the pathway", name.text))
                    }));
                }
            }
        }
        ids
    }

    fn state(&mut self, state: &tree::State) -> State {
        self.only_once(state.exceptions.iter().map(|exception| exception.span), "exception");
        self.only_once(state.credited.iter().map(|credited| credited.span), "credited to");
        let condition = state.condition.as_ref().map(|condition| self.condition(condition));
        let exception = state.exceptions.first().map(|exception| Exception {
            code: exception.code.text.clone(),
            title: exception.title.text.clone(),
            clusters: self.codes.set(&exception.clusters, &mut self.faults),
            window: exception.window.as_ref().map(|window| self.window(window)).unwrap_or_default(),
        });
        let next = state.next.iter().enumerate().map(|(at, next)| {
            if next.when.is_none() && at + 1 < state.next.len() {
                let fault = Diagnostic::error("E404", next.span, "the next steps after this one can never apply");
                let help = "say when it applies, as in `next \"…\" when no appointment`, or put it last";
                self.faults.push(fault.help(help));
            }
            Next { text: next.text.text.clone(), when: next.when.as_ref().map(|condition| self.condition(condition)) }
        });
        let next = next.collect();
        State {
            name: state.name.text.clone(),
            title: state.title.text.clone(),
            condition,
            exception,
            credited: state.credited.first().map(|credited| credited.text.clone()),
            next,
            notes: self.notes(&state.notes).0,
            span: state.name.span,
        }
    }

    /// The last state takes whoever is in no other, and no state asks for a state.
    fn check_states(&mut self, pathway: &tree::Pathway, states: &[State]) {
        let otherwise = states.iter().position(|state| state.condition.is_none());
        if (otherwise.is_some() || !says_nearly_otherwise(pathway)) && otherwise.is_none_or(|at| at + 1 < states.len())
        {
            let last = states.last().map_or(pathway.name.span, |state| state.span);
            let place = otherwise.map_or(last, |at| states[at].span);
            let (message, help) = match otherwise {
                Some(_) => ("the states after this one can never hold", "put it last, or say what must hold of it"),
                None => (
                    "which state a child is in when none of them holds is not said",
                    "end the states with one that says `otherwise` in the place of a condition",
                ),
            };
            self.faults.push(Diagnostic::error("E607", place, message).help(help));
        }
        let asked = states.iter().filter_map(|state| state.condition).collect();
        for id in self.conditions_below(asked) {
            if matches!(&self.parts.conditions[id.index()], Condition::Beside(Beside::InState(_))) {
                let span = self.parts.condition_words[id.index()].span;
                let fault = Diagnostic::error("E608", span, "a state cannot hang on a state");
                self.faults.push(fault.help("write what must hold; the first state that holds is the child's"));
            }
        }
        self.refuse_same_exception(&pathway.steps);
    }

    /// Each exception is counted under a code of its own.
    fn refuse_same_exception(&mut self, steps: &[Step]) {
        let mut known: Vec<&Word> = Vec::new();
        for step in steps {
            let Step::State(state) = step else { continue };
            let Some(exception) = state.exceptions.first() else { continue };
            let code = &exception.code;
            match known.iter().find(|first| first.text == code.text) {
                Some(first) => {
                    let message = format!("two states are reported as the exception `{}`", code.text);
                    let fault = Diagnostic::error("E203", code.span, message).also(first.span, "first here");
                    self.faults.push(fault.help("give each a code of its own, or make one state of the two"));
                }
                None => known.push(code),
            }
        }
    }

    fn alert(&mut self, alert: &tree::Alert) -> Alert {
        self.only_once(alert.to_do.iter().map(|text| text.span), "do");
        self.only_once(alert.template.iter().map(|text| text.span), "code with");
        if alert.to_do.is_empty() {
            let message = format!("the alert `{}` does not say what to do", alert.name.text);
            self.faults.push(Diagnostic::error("E606", alert.name.span, message).help("write `do \"…\"` below it"));
        }
        Alert {
            name: alert.name.text.clone(),
            title: alert.title.text.clone(),
            per_practice: alert.per_practice,
            condition: self.condition(&alert.condition),
            to_do: alert.to_do.first().map_or(String::new(), |text| text.text.clone()),
            template: alert.template.first().map(|text| text.text.clone()),
            notes: self.notes(&alert.notes).0,
            span: alert.name.span,
        }
    }

    fn only_once(&mut self, places: impl Iterator<Item = Span>, what: &str) {
        let places: Vec<Span> = places.collect();
        if let [first, second, ..] = places[..] {
            let fault = Diagnostic::error("E308", second, format!("a second `{what}`"));
            self.faults.push(fault.also(first, "first here").help("leave one of the two out"));
        }
    }

    pub(super) fn refuse_same<'n>(&mut self, name: &Word, mut known: impl Iterator<Item = (&'n String, Span)>) {
        if let Some((_, first)) = known.find(|(known, _)| **known == name.text) {
            let message = format!("`{}` is defined twice", name.text);
            let fault = Diagnostic::error("E203", name.span, message).also(first, "first here");
            self.faults.push(fault.help("give one of the two another name"));
        }
    }

    /// A figure of the whole rulebook that is a percentage, or not set.
    fn percentage(&mut self, name: &Word) -> Option<crate::model::book::FigureId> {
        let Some((id, figure)) = self.contract.find(&name.text, None) else {
            let fault = Diagnostic::error("E204", name.span, format!("there is no figure `{}`", name.text));
            let known = self.contract.figure_names();
            self.faults.push(suggest(fault, &name.text, name.span, known, |fault| {
                let line = "{ is = …, unit = \"%\", status = \"…\", source = \"…\" }";
                fault.help(format!("add `{} = {line}` to `[figures]` of the numbers file", name.text))
            }));
            return None;
        };
        let is_date = matches!(figure.value, FigureValue::IsDate(_));
        if is_date || figure.unit != Unit::PERCENT {
            let unit = if is_date { "a date".to_owned() } else { format!("in {}", figure.unit) };
            let message = format!("an audit hangs on a share in per cent, and `{}` is {unit}", name.text);
            let fault = Diagnostic::error("E406", name.span, message).also(figure.span, "the figure");
            self.faults.push(fault.help("name a figure whose unit is `%`"));
        }
        Some(id)
    }

    /// Indicators, courses and fees ask only for what every run knows of a patient.
    pub(super) fn refuse_beside(&mut self) {
        let of_measures = self.parts.measures.iter().flat_map(|measure| {
            let reasons = measure.excludes.iter().chain(&measure.excepts).map(|reason| reason.clause.condition);
            reasons.chain([measure.register.condition, measure.achieved.condition])
        });
        let asked: Vec<_> = of_measures.collect();
        for id in self.conditions_below(asked) {
            let of_report = match &self.parts.conditions[id.index()] {
                Condition::Beside(beside) => {
                    let what = what_is_asked(beside);
                    self.only_in_a_pathway(self.parts.condition_words[id.index()].span, what);
                    continue;
                }
                Condition::Falls { date, window } => {
                    let edges = window.from.iter().chain(&window.to).map(|edge| edge.date);
                    edges.chain([*date]).any(|date| self.hangs_on_report(date))
                }
                Condition::Count { window, .. } => {
                    window.from.iter().chain(&window.to).any(|edge| self.hangs_on_report(edge.date))
                }
                Condition::RegisteredAt(date) | Condition::Exists(date) => self.hangs_on_report(*date),
                Condition::All(_) | Condition::Any(_) | Condition::Not(_) => false,
            };
            if of_report {
                self.only_in_a_pathway(self.parts.condition_words[id.index()].span, OF_REPORT);
            }
        }
        let fees = self.parts.fees.iter();
        let of_report =
            fees.filter(|fee| fee.window.from.iter().chain(&fee.window.to).any(|edge| self.hangs_on_report(edge.date)));
        let places: Vec<Span> = of_report.map(|fee| fee.span).collect();
        places.into_iter().for_each(|place| self.only_in_a_pathway(place, OF_REPORT));
    }

    fn only_in_a_pathway(&mut self, place: Span, what: &str) {
        let fault = Diagnostic::error("E604", place, format!("only a pathway {what}"));
        let help = "indicators, courses and fees ask for records, ages and registrations: move this to a `pathway`";
        self.faults.push(fault.help(help));
    }

    fn hangs_on_report(&self, date: crate::model::book::DateId) -> bool {
        match &self.parts.dates[date.index()] {
            Date::ReportDay | Date::OfRow(_) => true,
            Date::After(from, _) | Date::Before(from, _) => self.hangs_on_report(*from),
            Date::Nth { window, .. } => {
                window.from.iter().chain(&window.to).any(|edge| self.hangs_on_report(edge.date))
            }
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_) => false,
        }
    }

    fn conditions_below(&self, open: Vec<crate::model::book::ConditionId>) -> Vec<crate::model::book::ConditionId> {
        let reach = crate::model::reach::Reach { conditions: &self.parts.conditions, dates: &self.parts.dates };
        reach.conditions_below(open)
    }
}

/// True if a state has the word mistyped, which was a fault already.
fn says_nearly_otherwise(pathway: &tree::Pathway) -> bool {
    pathway.steps.iter().any(|step| match step {
        Step::State(tree::State { condition: Some(tree::Condition::Named(word)), .. }) => {
            nearest(&word.text, ["otherwise"].into_iter()).is_some()
        }
        Step::State(_) | Step::Define(_) | Step::Alert(_) | Step::Worklist(_) | Step::Audit(_) => false,
    })
}

/// What only a pathway does that knows on which day its report is made.
const OF_REPORT: &str = "knows the day of the report";

/// What only a pathway does that can ask a condition.
fn what_is_asked(beside: &Beside) -> &'static str {
    match beside {
        Beside::Records { same_day: Some(_), saying: None, .. } => "asks for two records on one day",
        Beside::Records { .. } | Beside::Different { .. } => "reads the free text of records",
        Beside::Row { .. } | Beside::RowSays(_) => "knows appointments and slots",
        Beside::Practice(_) => "knows what a practices file says",
        Beside::InState(_) => "has states",
    }
}
