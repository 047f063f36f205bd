//! From the checked rulebook to what is shown of it.

use crate::eval::births::born_between;
use crate::ground::{Day, Sources, Span};
use crate::model::Rulebook;
use crate::model::book::{
    Borrowed, Clause, ClusterSet, ConditionId, Date, DateId, Due, Figure, FigureId, FigureValue, MeasureId,
    MeasureKind, Measurement, MeasurementId, Notes, PaymentId, Reason, Window,
};
use crate::model::formula::{Operand, Program, ProgramOf};
use crate::model::ids::FeeId;
use crate::report::show::formulas::Reader;
use crate::report::show::pathway::readers_of_cluster;
use crate::report::show::sentences::{Speaker, falls_in};
use crate::report::show::{
    AgeShown, ClauseShown, ClusterShort, ClusterShown, CodeShown, CohortShown, DefinedShown, DueShown, FeeShown,
    FigureShown, LineShown, MeasureShown, MeasuredShown, NearShown, NotesShown, PaymentShown, Place, ProgramShown,
    Shown, SourceShown, StandInShown,
};
use crate::report::style::listed;
use crate::report::wording::value_words;

/// A rulebook and the texts that it was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gatherer<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) sources: &'a Sources,
}

impl<'a> Gatherer<'a> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place { rulebook: self.book.name.to_string(), rulebook_title: self.book.title.clone(), place: self.line(span) }
    }

    pub(super) fn line(&self, span: Span) -> String {
        format!("{}:{}", self.sources.file(span.file).path, self.sources.line(span))
    }

    pub(super) fn notes(&self, notes: &Notes) -> NotesShown {
        let source = |(source, status): &(crate::model::book::SourceId, crate::model::book::Status)| {
            let source = &self.book.sources[source.index()];
            SourceShown { status: status.word(), source: source.id.clone(), title: source.title.clone() }
        };
        NotesShown { sources: notes.sources.iter().map(source).collect(), conflicts: notes.conflicts.clone() }
    }

    pub(super) fn measure(&self, id: MeasureId) -> Shown {
        let measure = &self.book.measures[id.index()];
        let shown = Box::new(match measure.borrowed {
            Some(borrowed) => self.borrowed(id, borrowed),
            None => self.own_measure(id),
        });
        match measure.kind {
            MeasureKind::Indicator => Shown::Indicator(shown),
            MeasureKind::Course => Shown::Course(shown),
        }
    }

    /// An indicator as the rulebook that counts it has it, with what this one pays for it.
    fn borrowed(&self, id: MeasureId, borrowed: Borrowed) -> MeasureShown {
        let lender = &*self.book.uses[borrowed.from.index()].book;
        let measured = &lender.measurements[borrowed.measurement.index()];
        let mut shown = Gatherer { book: lender, sources: self.sources }.own_measure(measured.measure);
        shown.borrowed_by = Some(self.place(self.book.measures[id.index()].span));
        shown.payments = self.payments_for(id);
        shown.figures.extend(self.figures_of(Some(id)));
        shown
    }

    /// Remarks on a measure, by whoever counts it.
    pub(super) fn notes_of(&self, id: MeasureId) -> NotesShown {
        let measure = &self.book.measures[id.index()];
        let Some(borrowed) = measure.borrowed else { return self.notes(&measure.notes) };
        let lender = &*self.book.uses[borrowed.from.index()].book;
        let measured = &lender.measurements[borrowed.measurement.index()];
        Gatherer { book: lender, sources: self.sources }.notes(&lender.measures[measured.measure.index()].notes)
    }

    fn own_measure(&self, id: MeasureId) -> MeasureShown {
        let measure = &self.book.measures[id.index()];
        MeasureShown {
            code: measure.code.clone(),
            title: measure.title.clone(),
            place: self.place(measure.span),
            borrowed_by: None,
            says: measure.says.clone(),
            notes: self.notes(&measure.notes),
            measured: self.measurements(id).map(|measured| self.measured(measured)).collect(),
            clauses: self.clauses(id),
            due: measure.dues.iter().map(|due| self.due(id, due)).collect(),
            near_misses: self.near_misses(id),
            defined: self.defined(id),
            ages: self.cohorts(id),
            figures: self.figures_of(Some(id)),
            payments: self.payments_for(id),
            stand_in: self.stand_ins().into_iter().find(|proxy| proxy.measure == measure.code),
            clusters: self.cluster_set(self.book.clusters_of_measure(measure)),
        }
    }

    fn measurements(&self, id: MeasureId) -> impl Iterator<Item = &'a Measurement> {
        self.book.measurements.iter().filter(move |measured| measured.measure == id)
    }

    fn measured(&self, measured: &Measurement) -> MeasuredShown {
        MeasuredShown {
            label: measured.label.clone(),
            day: measured.day.to_string(),
            day_in_words: measured.day.in_words(),
        }
    }

    fn due(&self, id: MeasureId, due: &Due) -> DueShown {
        let speaker = Speaker::of_measure(self.book, id);
        let dates: Vec<String> = due.dates.iter().map(|date| speaker.at(*date)).collect();
        let doses = if dates.len() == 1 { "The dose" } else { "Doses" };
        let are = if dates.len() == 1 { "is" } else { "are" };
        DueShown {
            sentence: format!("{doses} of {} {are} due {}.", speaker.clusters(due.clusters), listed(&dates)),
            place: self.line(due.span),
            notes: self.notes(&due.notes),
        }
    }

    fn near_misses(&self, id: MeasureId) -> Vec<NearShown> {
        let measure = &self.book.measures[id.index()];
        let speaker = Speaker::of_measure(self.book, id);
        let related = measure.related.iter().map(|related| {
            let counted = speaker.clusters(related.counted);
            let records: Vec<String> = related.records.iter().map(|one| speaker.clusters(*one)).collect();
            let records = match &records[..] {
                [one] => format!("A record of {one}"),
                several => format!("Records of {} together", listed(several)),
            };
            let when = match related.window == Window::default() {
                true => String::new(),
                false => format!(" {}", speaker.window(&related.window)),
            };
            NearShown {
                sentence: format!("{records}{when} may have been a dose of {counted}."),
                says: related.says.clone(),
                place: self.line(related.span),
                notes: self.notes(&related.notes),
            }
        });
        let near = measure.near.iter().map(|near| NearShown {
            sentence: format!("A date that is off by no more than {} may be a slip.", near.period),
            says: None,
            place: self.line(near.span),
            notes: self.notes(&near.notes),
        });
        related.chain(near).collect()
    }

    /// In the order in which they are looked at.
    fn clauses(&self, id: MeasureId) -> Vec<ClauseShown> {
        let measure = &self.book.measures[id.index()];
        let speaker = Speaker::of_measure(self.book, id);
        let bare = |word, clause: &Clause, sentence| self.clause(word, None, clause, sentence);
        let of = |word, reason: &Reason, sentence| self.clause(word, Some(reason), &reason.clause, sentence);
        let register = bare("register", &measure.register, speaker.register(measure.register.condition));
        let excludes =
            measure.excludes.iter().map(|reason| of("exclude", reason, speaker.excluded(reason.clause.condition)));
        let achieved = bare("achieved", &measure.achieved, speaker.achieved(measure.achieved.condition));
        let excepts =
            measure.excepts.iter().map(|reason| of("except", reason, speaker.excepted(reason.clause.condition)));
        let mut clauses = vec![register];
        clauses.extend(excludes);
        clauses.push(achieved);
        clauses.extend(excepts);
        clauses
    }

    fn clause(
        &self,
        word: &'static str,
        reason: Option<&Reason>,
        clause: &Clause,
        sentence: super::Sentence,
    ) -> ClauseShown {
        let words = &self.book.condition_words[clause.condition.index()];
        ClauseShown {
            clause: word,
            code: reason.map(|reason| reason.code.clone()),
            title: reason.map(|reason| reason.title.clone()),
            sentence,
            words: words.text.clone(),
            place: self.line(words.span),
            notes: self.notes(&clause.notes),
        }
    }

    /// The names that a measure's clauses use, in the order in which they were given.
    fn defined(&self, id: MeasureId) -> Vec<DefinedShown> {
        let measure = &self.book.measures[id.index()];
        let (conditions, dates) = (self.book.conditions_of(measure), self.book.dates_of(measure));
        self.defined_in(Speaker::of_measure(self.book, id), &conditions, &dates)
    }

    /// The names of some conditions and days.
    pub(super) fn defined_in(
        &self,
        speaker: Speaker<'_>,
        conditions: &[ConditionId],
        dates: &[DateId],
    ) -> Vec<DefinedShown> {
        let days = dates.iter().filter_map(|date| {
            let sentence = super::Sentence { text: speaker.defined_date(*date), parts: Vec::new() };
            let name = speaker.name_of(*date)?.to_owned();
            Some(DefinedShown { name, sentence, words: None, notes: NotesShown::default() })
        });
        let conditions = conditions.iter().filter_map(|id| {
            let words = &self.book.condition_words[id.index()];
            let sentence = speaker.condition(*id);
            let (name, notes) = (words.name.clone()?, self.notes(&words.notes));
            Some(DefinedShown { name, sentence, words: Some(words.text.clone()), notes })
        });
        days.chain(conditions).collect()
    }

    /// When those on the register come to each age, by the register's ages and the days of measurement.
    fn cohorts(&self, id: MeasureId) -> Vec<CohortShown> {
        let measure = &self.book.measures[id.index()];
        let speaker = Speaker::of_measure(self.book, id);
        let falls = falls_in(self.book, measure.register.condition);
        let mut cohorts = Vec::new();
        for measured in self.measurements(id) {
            for (date, window) in &falls {
                let Some((first, last)) = born_between(self.book, measured.day, *date, window) else { continue };
                let when = speaker.window(window);
                let reaches = match self.age(*date) {
                    Some(age) => format!("reaches {age}{when}"),
                    None => format!("was born{when}"),
                };
                cohorts.push(CohortShown {
                    label: measured.label.clone(),
                    reaches,
                    born_from: first.to_string(),
                    born_to: last.to_string(),
                    ages: self.ages(id, first, last),
                });
            }
        }
        cohorts
    }

    fn ages(&self, id: MeasureId, first: Day, last: Day) -> Vec<AgeShown> {
        let measure = &self.book.measures[id.index()];
        let mut ages: Vec<(Day, AgeShown)> = Vec::new();
        for date in self.book.dates_of(measure) {
            let (Some(age), Date::After(_, period)) = (self.age(date), &self.book.dates[date.index()]) else {
                continue;
            };
            let [from, to] = [first, last].map(|birth| birth.plus(*period, self.book.missing_day));
            ages.push((from, AgeShown { age, from: from.to_string(), to: to.to_string() }));
        }
        ages.sort_by_key(|(from, _)| *from);
        ages.into_iter().map(|(_, age)| age).collect()
    }

    /// `8 months`, for the day on which that age is reached.
    fn age(&self, date: DateId) -> Option<String> {
        match &self.book.dates[date.index()] {
            Date::After(from, period) if self.book.dates[from.index()] == Date::Birth => Some(period.to_string()),
            Date::After(..)
            | Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::Before(..)
            | Date::Nth { .. } => None,
        }
    }

    /// The figures of a measure, or the rulebook's own.
    pub(super) fn figures_of(&self, owner: Option<MeasureId>) -> Vec<FigureShown> {
        let figures = self.book.figures.iter().zip(0..).filter(|(figure, _)| figure.owner == owner);
        figures.map(|(figure, at)| self.figure(FigureId(at), figure)).collect()
    }

    pub(super) fn figure(&self, id: FigureId, figure: &Figure) -> FigureShown {
        let (state, value, in_words, why) = match &figure.value {
            FigureValue::Is(amount) => ("is", Some(amount.to_string()), value_words(figure), None),
            FigureValue::IsDate(day) => ("is", Some(day.to_string()), value_words(figure), None),
            FigureValue::Unset(why) => ("unset", None, Some("not set".to_owned()), Some(why.clone())),
            FigureValue::Absent(why) => ("none", None, Some("there is none".to_owned()), Some(why.clone())),
        };
        let source = figure.source.map(|source| &self.book.sources[source.index()]);
        FigureShown {
            name: figure.name.clone(),
            of: figure.owner.map(|owner| self.book.measures[owner.index()].code.clone()),
            place: self.place(figure.span),
            state,
            value,
            unit: figure.unit_word.clone(),
            in_words: in_words.unwrap_or_default(),
            why,
            status: figure.status.map(crate::model::book::Status::word),
            source: source.map(|source| source.id.clone()),
            source_title: source.map(|source| source.title.clone()),
            conflict: figure.conflict.clone(),
            read_by: self.readers_of(id),
        }
    }

    /// The payments and fees whose formulas read a figure. Rules read figures too, but by their values.
    fn readers_of(&self, id: FigureId) -> Vec<String> {
        let reads = |program: &&Program| program.reads(&|operand| operand == Operand::Figure(id));
        let mut names: Vec<String> = Vec::new();
        for program in self.book.programs.iter().filter(reads) {
            let name = match program.of {
                ProgramOf::Payment(id) => format!("payment {}", self.book.payments[id.index()].name),
                ProgramOf::Fee(id) => format!("fee {}", self.book.fees[id.index()].name),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let audited = self.book.pathway.iter().filter(|pathway| pathway.audit_above == Some(id));
        names.extend(audited.map(|pathway| format!("pathway {}", pathway.name)));
        names
    }

    pub(super) fn payment(&self, id: PaymentId) -> PaymentShown {
        let payment = &self.book.payments[id.index()];
        PaymentShown {
            name: payment.name.clone(),
            title: payment.title.clone(),
            place: self.place(payment.span),
            may_be_waived: payment.waivable,
            from_counts_only: payment.from_counts,
            notes: self.notes(&payment.notes),
            programs: self.programs(|program| program.of == ProgramOf::Payment(id)),
        }
    }

    /// What is paid for a measure, or worked out from its counts.
    fn payments_for(&self, id: MeasureId) -> Vec<ProgramShown> {
        let is_its = |measured: MeasurementId| self.book.measurements[measured.index()].measure == id;
        self.programs(|program| {
            program.measurement.is_some_and(is_its)
                || program.reads(&|operand| matches!(operand, Operand::Count(_, of) if is_its(of)))
        })
    }

    /// Programs, those that say the same of one payment put together.
    fn programs(&self, is_asked: impl Fn(&Program) -> bool) -> Vec<ProgramShown> {
        let mut shown: Vec<ProgramShown> = Vec::new();
        for program in self.book.programs.iter().filter(|program| is_asked(program)) {
            let next = self.program(program);
            match shown.iter_mut().find(|known| known.payment == next.payment && known.lines == next.lines) {
                Some(known) => known.paid_for.extend(next.paid_for),
                None => shown.push(next),
            }
        }
        shown
    }

    fn program(&self, program: &Program) -> ProgramShown {
        let (payment, title) = match program.of {
            ProgramOf::Payment(id) => (&self.book.payments[id.index()].name, &self.book.payments[id.index()].title),
            ProgramOf::Fee(id) => (&self.book.fees[id.index()].name, &self.book.fees[id.index()].title),
        };
        let paid_for = match (program.of, program.measurement, program.quarter) {
            (ProgramOf::Fee(_), _, _) => "each practice's doses".to_owned(),
            (_, Some(measured), _) => self.book.measurements[measured.index()].label.clone(),
            (_, None, Some(quarter)) => format!("quarter {quarter}"),
            (_, None, None) => "the practice".to_owned(),
        };
        let reader = Reader { book: self.book, figures: &self.book.figures, program };
        let line = |line: &crate::model::formula::Line| LineShown {
            name: line.name.clone(),
            unit: line.unit.to_string(),
            cases: reader.cases(line),
            words: line.text.clone(),
            notes: self.notes(&line.notes),
        };
        ProgramShown {
            payment: payment.clone(),
            title: title.clone(),
            paid_for: vec![paid_for],
            lines: program.lines.iter().map(line).collect(),
        }
    }

    pub(super) fn fee(&self, id: FeeId) -> FeeShown {
        let fee = &self.book.fees[id.index()];
        let speaker = Speaker::of_book(self.book);
        let what = speaker.clusters(fee.clusters);
        let sentence = format!(
            "Each day on which a patient has {what} recorded{} is one dose, paid for once.",
            speaker.window(&fee.window)
        );
        FeeShown {
            name: fee.name.clone(),
            title: fee.title.clone(),
            place: self.place(fee.span),
            sentence,
            notes: self.notes(&fee.notes),
            program: self.programs(|program| program.of == ProgramOf::Fee(id)).into_iter().next(),
            clusters: self.cluster_set(self.book.clusters_of_fee(fee)),
        }
    }

    pub(super) fn stand_ins(&self) -> Vec<StandInShown> {
        let code = |id: &MeasureId| self.book.measures[id.index()].code.clone();
        let shown = |proxy: &crate::model::book::Proxy| StandInShown {
            measure: code(&proxy.measure),
            lowest_of: proxy.lowest_of.iter().map(code).collect(),
            notes: self.notes(&Notes {
                sources: proxy.source.zip(proxy.status).into_iter().collect(),
                conflicts: proxy.conflict.iter().cloned().collect(),
            }),
        };
        self.book.proxies.iter().map(shown).collect()
    }

    pub(super) fn cluster_set(&self, clusters: ClusterSet) -> Vec<ClusterShort> {
        clusters.iter().map(|at| self.cluster_short(at)).collect()
    }

    pub(super) fn cluster_short(&self, at: usize) -> ClusterShort {
        let cluster = &self.book.clusters[at];
        ClusterShort {
            name: cluster.name.clone(),
            title: cluster.title.clone(),
            codes: cluster.codes.len(),
            complete: cluster.complete,
        }
    }

    pub(super) fn cluster(&self, at: usize) -> ClusterShown {
        let cluster = &self.book.clusters[at];
        let it = ClusterSet(1 << at);
        let measures = self.book.measures.iter().filter(|measure| self.book.clusters_of_measure(measure).meets(it));
        let fees = self.book.fees.iter().filter(|fee| self.book.clusters_of_fee(fee).meets(it));
        let code = |code: &crate::model::book::Code| CodeShown {
            code: code.id.to_string(),
            term: code.term.clone(),
            source: code.source.clone(),
        };
        ClusterShown {
            name: cluster.name.clone(),
            title: cluster.title.clone(),
            rulebook: self.book.name.to_string(),
            rulebook_title: self.book.title.clone(),
            complete: cluster.complete,
            note: cluster.note.clone(),
            read_by: measures
                .map(|measure| measure.code.clone())
                .chain(fees.map(|fee| format!("fee {}", fee.name)))
                .chain(readers_of_cluster(self.book, it))
                .collect(),
            codes: cluster.codes.iter().map(code).collect(),
        }
    }
}
