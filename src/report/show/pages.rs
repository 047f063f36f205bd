//! What is shown, as pages for people.

mod pathway;

use crate::ground::Day;
use crate::report::prose::Block;
use crate::report::show::overview::{BookShown, MeasureShort};
use crate::report::show::{
    ClauseShown, ClusterShort, ClusterShown, CohortShown, DefinedShown, FeeShown, FigureShown, MeasureShown,
    NotesShown, PaymentShown, ProgramShown, Sentence, Shown, StandInShown,
};
use crate::report::style::{capital, counted, listed};
use crate::report::table::{Cell, Column, Table};
use crate::report::wording::{cluster_size, conflict_line, source_line};

/// A page for each thing.
pub fn pages(shown: &[Shown]) -> Vec<Block> {
    let mut page = Page::default();
    for shown in shown {
        match shown {
            Shown::Rulebook(book) => page.book(book),
            Shown::Indicator(measure) => page.measure(measure, "Indicator"),
            Shown::Course(measure) => page.measure(measure, "Course"),
            Shown::Payment(payment) => page.payment(payment),
            Shown::Fee(fee) => page.fee(fee),
            Shown::Figure(figure) => page.figure(figure),
            Shown::Cluster(cluster) => page.cluster(cluster),
            Shown::Pathway(pathway) => page.pathway(pathway),
            Shown::State(state) => page.state_alone(state),
            Shown::Alert(alert) => page.alert_alone(alert),
            Shown::Worklist(list) => page.worklist_alone(list),
            Shown::WordList(list) => page.word_list(list),
        }
    }
    page.blocks
}

#[derive(Default)]
struct Page {
    blocks: Vec<Block>,
}

impl Page {
    fn title(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Title(text.into()));
    }

    fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    fn line(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(text.into()));
    }

    fn item(&mut self, depth: usize, text: impl Into<String>) {
        self.blocks.push(Block::Item { depth, text: text.into() });
    }

    fn remark(&mut self, depth: usize, text: impl Into<String>) {
        self.blocks.push(Block::Remark { depth, text: text.into() });
    }

    fn notes(&mut self, depth: usize, notes: &NotesShown) {
        for source in &notes.sources {
            self.remark(depth, source_line(source.status, &source.title));
        }
        for conflict in &notes.conflicts {
            self.remark(depth, conflict_line(conflict));
        }
    }

    fn parts(&mut self, depth: usize, parts: &[Sentence]) {
        for part in parts {
            self.item(depth, part.text.as_str());
            self.parts(depth + 1, &part.parts);
        }
    }

    fn measure(&mut self, measure: &MeasureShown, kind: &str) {
        self.title(format!("{} {}", measure.code, measure.title));
        let place = &measure.place;
        self.line(format!("{kind} of {} ({}), at {}.", place.rulebook, place.rulebook_title, place.place));
        if let Some(by) = &measure.borrowed_by {
            let borrower = format!("{} ({}) borrows it at {}", by.rulebook, by.rulebook_title, by.place);
            self.line(format!("{borrower}, and cannot change it; the payments below are that rulebook's."));
        }
        match &measure.measured[..] {
            [only] => self.line(format!("Measured on {}.", only.day_in_words)),
            several => {
                let days: Vec<String> = several.iter().map(|day| day.day_in_words.clone()).collect();
                self.line(format!("Measured on {}.", listed(&days)));
            }
        }
        if let Some(says) = &measure.says {
            self.heading("The contract says");
            self.line(format!("“{says}”"));
            self.notes(0, &measure.notes);
        } else {
            self.heading("Who says so");
            measure.notes.sources.iter().for_each(|source| self.line(source_line(source.status, &source.title)));
            measure.notes.conflicts.iter().for_each(|conflict| self.line(conflict_line(conflict)));
        }
        measure.clauses.iter().for_each(|clause| self.clause(clause));
        if !measure.due.is_empty() {
            self.heading("When doses are due, which decides no outcome");
            for due in &measure.due {
                self.line(due.sentence.as_str());
                self.notes(0, &due.notes);
            }
        }
        if !measure.near_misses.is_empty() {
            self.heading("What is a near miss, which decides no outcome");
            for near in &measure.near_misses {
                self.line(near.sentence.as_str());
                if let Some(says) = &near.says {
                    self.line(format!("“{says}”"));
                }
                self.notes(0, &near.notes);
            }
        }
        if !measure.defined.is_empty() {
            self.heading("Names used above");
            measure.defined.iter().for_each(|defined| self.defined(defined));
        }
        self.ages(&measure.ages);
        self.figures("Figures", &measure.figures);
        self.programs(&measure.payments);
        self.stand_in(measure.stand_in.as_ref());
        self.clusters(&measure.clusters);
    }

    fn clause(&mut self, clause: &ClauseShown) {
        let (code, title) = (clause.code.as_deref().unwrap_or(""), clause.title.as_deref().unwrap_or(""));
        self.heading(match clause.clause {
            "register" => "Register".to_owned(),
            "achieved" => "Achieved".to_owned(),
            "exclude" => format!("Exclusion {code}: {title}"),
            _ => format!("Exception {code}: {title}"),
        });
        self.line(clause.sentence.text.as_str());
        self.parts(0, &clause.sentence.parts);
        self.blocks.push(Block::Words(clause.words.clone()));
        self.notes(0, &clause.notes);
    }

    fn defined(&mut self, defined: &DefinedShown) {
        self.item(0, format!("{}: {}", defined.name, defined.sentence.text));
        self.parts(1, &defined.sentence.parts);
        if let Some(words) = &defined.words {
            self.remark(0, format!("rule: {words}"));
        }
        self.notes(0, &defined.notes);
    }

    fn ages(&mut self, cohorts: &[CohortShown]) {
        if cohorts.is_empty() {
            return;
        }
        self.heading("Ages");
        let several = cohorts.iter().any(|cohort| cohort.label != cohorts[0].label);
        for cohort in cohorts {
            let label = if several { format!("{}: who ", cohort.label) } else { "Who ".to_owned() };
            let born = format!("{} to {}", in_words(&cohort.born_from), in_words(&cohort.born_to));
            self.line(format!("{label}{} was born from {born}. They come to the age of", cohort.reaches));
            for age in &cohort.ages {
                self.item(0, format!("{} from {} to {}", age.age, in_words(&age.from), in_words(&age.to)));
            }
        }
    }

    fn figures(&mut self, heading: &str, figures: &[FigureShown]) {
        if figures.is_empty() {
            return;
        }
        self.heading(heading);
        for figure in figures {
            self.item(0, format!("{} is {}", figure.name, figure.in_words).replace(" is there is", ": there is"));
            self.figure_remarks(figure);
        }
    }

    fn figure_remarks(&mut self, figure: &FigureShown) {
        if let Some(why) = &figure.why {
            self.remark(0, why.as_str());
        }
        if let (Some(status), Some(title)) = (figure.status, &figure.source_title) {
            self.remark(0, source_line(status, title));
        }
        if let Some(conflict) = &figure.conflict {
            self.remark(0, conflict_line(conflict));
        }
    }

    fn programs(&mut self, programs: &[ProgramShown]) {
        for program in programs {
            self.heading(format!("Payment {}: {}", program.payment, program.title));
            self.program(program);
        }
    }

    fn program(&mut self, program: &ProgramShown) {
        for line in &program.lines {
            match &line.cases[..] {
                [only] => self.line(format!("{}: {only}.", line.name)),
                cases => {
                    self.line(format!("{}, the first of these that applies:", line.name));
                    cases.iter().for_each(|case| self.item(0, case.as_str()));
                }
            }
            self.blocks.push(Block::Words(line.words.clone()));
            self.notes(0, &line.notes);
        }
    }

    fn stand_in(&mut self, stand_in: Option<&StandInShown>) {
        let Some(stand_in) = stand_in else { return };
        self.heading("Where counts lack it");
        self.line(stand_in_words(stand_in));
        self.notes(0, &stand_in.notes);
    }

    fn clusters(&mut self, clusters: &[ClusterShort]) {
        if clusters.is_empty() {
            return;
        }
        self.heading("Codes");
        for cluster in clusters {
            let size = cluster_size(cluster.codes, cluster.complete);
            self.item(0, format!("{}: {} ({size})", cluster.name, cluster.title));
        }
    }

    fn payment(&mut self, payment: &PaymentShown) {
        self.title(format!("{}: {}", payment.name, payment.title));
        let place = &payment.place;
        self.line(format!("Payment of {} ({}), at {}.", place.rulebook, place.rulebook_title, place.place));
        if payment.may_be_waived {
            self.line("It may be waived for a practice.");
        }
        if payment.from_counts_only {
            self.line("It is worked out where only counts are known; from records, doses are counted one by one.");
        }
        self.notes(0, &payment.notes);
        for program in &payment.programs {
            self.heading(format!("For {}", listed(&program.paid_for)));
            self.program(program);
        }
    }

    fn fee(&mut self, fee: &FeeShown) {
        self.title(format!("{}: {}", fee.name, fee.title));
        let place = &fee.place;
        self.line(format!("Fee of {} ({}), at {}.", place.rulebook, place.rulebook_title, place.place));
        self.notes(0, &fee.notes);
        self.heading("What is paid");
        self.line(fee.sentence.as_str());
        if let Some(program) = &fee.program {
            self.program(program);
        }
        self.clusters(&fee.clusters);
    }

    fn figure(&mut self, figure: &FigureShown) {
        let of = figure.of.as_ref().map_or(String::new(), |of| format!("{of}."));
        self.title(format!("{of}{}: {}", figure.name, figure.in_words));
        let place = &figure.place;
        self.line(format!("Figure of {} ({}), at {}.", place.rulebook, place.rulebook_title, place.place));
        self.figure_remarks(figure);
        if !figure.read_by.is_empty() {
            self.line(format!("Read by {}.", listed(&figure.read_by)));
        }
    }

    fn cluster(&mut self, cluster: &ClusterShown) {
        self.title(format!("{}: {}", cluster.name, cluster.title));
        let codes = counted(cluster.codes.len() as u64, "code");
        let whole = if cluster.complete { "the whole official list" } else { "not the whole official list" };
        self.line(format!(
            "Code cluster as {} ({}) reads it: {codes}, {whole}.",
            cluster.rulebook, cluster.rulebook_title
        ));
        if !cluster.note.is_empty() {
            self.line(cluster.note.as_str());
        }
        if !cluster.read_by.is_empty() {
            self.line(format!("Read by {}.", listed(&cluster.read_by)));
        }
        let mut sources: Vec<&str> = Vec::new();
        let columns = [Column::text("code"), Column::text("term"), Column::text("source")];
        let mut table = Table::new("", columns);
        for code in &cluster.codes {
            let known = sources.iter().position(|source| *source == code.source);
            let at = known.unwrap_or_else(|| {
                sources.push(&code.source);
                sources.len() - 1
            });
            let cells = [code.code.clone(), code.term.clone(), format!("({})", at + 1)];
            table.rows.push(cells.map(Cell::text).to_vec());
        }
        self.heading("Codes");
        self.blocks.push(Block::Table(table));
        self.heading("Who says that they belong here");
        for (source, number) in sources.into_iter().zip(1..) {
            self.item(0, format!("({number}) {source}"));
        }
    }

    fn book(&mut self, book: &BookShown) {
        self.title(format!("{} {}", book.name, book.title));
        self.line(format!("Revision {}, digest {}", book.revision, book.digest));
        self.line(format!("From {} to {}, both included.", in_words(&book.starts), in_words(&book.ends)));
        self.line(format!("{}.", capital(book.missing_day)));
        if !book.areas.is_empty() {
            let areas = listed(&book.areas);
            self.line(format!("For practices in {areas}, where a practices file says which area each is of."));
        }
        if !book.baseline_years.is_empty() {
            let years = listed(&book.baseline_years);
            self.line(format!("A practice's baseline is its results of {years}, pooled."));
        }
        self.uses(&book.uses);
        for (kind, heading) in [("indicator", "Indicators"), ("course", "Courses")] {
            let measures: Vec<&MeasureShort> = book.measures.iter().filter(|measure| measure.kind == kind).collect();
            if !measures.is_empty() {
                self.heading(heading);
                self.blocks.push(Block::Table(measure_table(&measures)));
            }
        }
        self.figures("Figures", &book.figures);
        for (heading, paid) in [("Payments", &book.payments), ("Fees", &book.fees)] {
            if !paid.is_empty() {
                self.heading(heading);
                paid.iter().for_each(|paid| {
                    self.item(0, format!("{}: {} (for {})", paid.name, paid.title, paid.paid_for));
                });
            }
        }
        if !book.stand_ins.is_empty() {
            self.heading("Where counts lack an indicator");
            for stand_in in &book.stand_ins {
                self.item(0, stand_in_words(stand_in));
                self.notes(0, &stand_in.notes);
            }
        }
        if !book.worklists.is_empty() {
            self.heading("Lists of patients");
            self.worklists_in_short(&book.worklists);
        }
        if let Some(pathway) = &book.pathway {
            self.pathway_in_short(pathway);
        }
        self.word_lists_in_short(&book.word_lists);
        self.clusters(&book.clusters);
        self.heading("Sources");
        book.sources.iter().for_each(|source| self.item(0, format!("{}: {}", source.id, source.title)));
    }
}

fn stand_in_words(stand_in: &StandInShown) -> String {
    match &stand_in.lowest_of[..] {
        [only] => format!("{only} stands in for {}.", stand_in.measure),
        several => format!("Of {}, the one of lowest achievement stands in for {}.", listed(several), stand_in.measure),
    }
}

/// A row for each measure, a column for each figure that some of them have.
fn measure_table(measures: &[&MeasureShort]) -> Table<'static> {
    let mut names: Vec<String> = Vec::new();
    for figure in measures.iter().flat_map(|measure| &measure.figures) {
        if !names.contains(&figure.name) {
            names.push(figure.name.clone());
        }
    }
    let is_any_borrowed = measures.iter().any(|measure| measure.counted_by.is_some());
    let mut columns = vec![Column::text("code"), Column::text("title")];
    if is_any_borrowed {
        columns.push(Column::text("counted by"));
    }
    columns.extend(names.iter().map(|name| Column { name: name.clone().into(), ..Column::text("") }));
    let mut table = Table::new("", columns);
    for measure in measures {
        let mut row = vec![Cell::text(measure.code.clone()), Cell::text(measure.title.clone())];
        if is_any_borrowed {
            row.push(measure.counted_by.clone().map_or(Cell::Empty, Cell::text));
        }
        row.extend(names.iter().map(|name| {
            let figure = measure.figures.iter().find(|figure| figure.name == *name);
            figure.map_or(Cell::Empty, |figure| Cell::text(in_a_cell(figure)))
        }));
        table.rows.push(row);
    }
    table
}

/// `18 points (reported)`; what is official needs no word.
fn in_a_cell(figure: &FigureShown) -> String {
    match figure.status {
        Some("official") | None => figure.in_words.clone(),
        Some(status) => format!("{} ({status})", figure.in_words),
    }
}

fn in_words(iso: &str) -> String {
    Day::parse_iso(iso).map_or_else(|| iso.to_owned(), Day::in_words)
}
