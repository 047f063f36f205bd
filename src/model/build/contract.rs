//! The numbers file of a rulebook: its header, its figures and its sources.

use crate::ground::printed::plain_digits;
use crate::ground::{Amount, BookName, Day, Diagnostic, FileId, MissingDay, Sources, Span, is_slip_of_the_pen};
use crate::model::book::{
    Figure, FigureId, FigureValue, Measure, MeasureId, MeasureKind, Proxy, Source, SourceId, Status,
};
use crate::model::build::fields::Fields;
use crate::model::build::names::{nearest, suggest};
use crate::model::build::sense::title_of_another_year;
use crate::model::build::uses::{self, WrittenUse, WrittenWords};
use crate::model::shape::{self, MISSING_DAYS};
use crate::model::unit::Unit;
use crate::syntax::toml_tree::{Entry, Table, Value, read_toml};

/// What the numbers file says.
pub(super) struct Contract {
    /// The file, to say where a figure is missing.
    pub(super) file: FileId,
    pub(super) revision: u32,
    pub(super) title: String,
    pub(super) start: Option<Day>,
    pub(super) end: Option<Day>,
    pub(super) missing_day: MissingDay,
    pub(super) codes_version: Option<(String, Span)>,
    pub(super) sources: Vec<Source>,
    pub(super) source_spans: Vec<Span>,
    pub(super) sources_used: Vec<bool>,
    figures: Vec<OwnedFigure>,
    owners: Vec<(MeasureKind, String, Span)>,
    proxies: Vec<WrittenProxy>,
    pub(super) areas: Vec<String>,
    pub(super) baseline_years: Vec<BookName>,
    pub(super) uses: Vec<WrittenUse>,
    pub(super) words: Vec<WrittenWords>,
    /// False where a heading is mistyped or missing, or the version of the codes cannot be read: what rules read is then not
    /// there for that reason alone.
    pub(super) is_whole: bool,
}

/// A stand-in as written: codes that are looked up once the measures are known.
struct WrittenProxy {
    of: (String, Span),
    lowest_of: Vec<(String, Span)>,
    conflict: Option<String>,
    status: Option<Status>,
    source: Option<SourceId>,
}

/// A figure, and the code of the measure that it belongs to.
struct OwnedFigure {
    owner: Option<String>,
    figure: Figure,
    used: bool,
}

/// Reads the file; every fault is kept and what could be read is given.
pub(super) fn read(sources: &Sources, file: FileId, name: &BookName, faults: &mut Vec<Diagnostic>) -> Contract {
    let (root, unreadable) = read_toml(file, &sources.file(file).text);
    let is_readable = unreadable.is_empty();
    faults.extend(unreadable);
    let of_form = faults.len();
    let mut fields = Fields::of(&shape::CONTRACT, &root, Fields::file_start(file), "the rulebook");
    let mut contract = header(&mut fields, file, name);
    contract.is_whole = has_its_tables(&root);
    contract.read_sources(&mut fields);
    if let Some((table, _)) = fields.table("figures") {
        contract.read_figures(table, None, faults);
    }
    for (key, kind) in [("indicator", MeasureKind::Indicator), ("course", MeasureKind::Course)] {
        let Some((owners, _)) = fields.table(key) else { continue };
        for entry in &owners.entries {
            contract.read_owner(entry, kind, faults);
        }
    }
    if let Some((table, _)) = fields.table("proxy") {
        table.entries.iter().for_each(|entry| contract.read_proxy(entry, faults));
    }
    faults.extend(fields.finish());
    // Of a file that cannot be read whole, nobody knows what stands in the rest.
    if !is_readable {
        faults.truncate(of_form);
    }
    contract
}

/// True if every heading is one of those of a numbers file, and the codes have a version that can be read.
fn has_its_tables(root: &Table) -> bool {
    let is_table = |entry: &&Entry| matches!(entry.value, Value::Table(_));
    let is_known = |entry: &Entry| shape::CONTRACT.keys.iter().any(|key| key.name == entry.key);
    let has_version = root.get("codes").is_none_or(|entry| matches!(entry.value, Value::Text(_)));
    let sources = root.get("sources").is_some_and(|entry| matches!(entry.value, Value::Table(_)));
    sources && has_version && root.entries.iter().filter(is_table).all(is_known)
}

fn header(fields: &mut Fields<'_>, file: FileId, name: &BookName) -> Contract {
    let scheme = fields.text("scheme");
    let scheme = fields.required("scheme", scheme, "write the scheme's name, which is also its folder's");
    same_as_folder(fields, "scheme", scheme, &name.scheme);
    let year = fields.text("year");
    let year = fields.required("year", year, "write the contract year, which is also the folder's name");
    same_as_folder(fields, "year", year, &name.year);
    let title = fields.text("title");
    let title = fields.required("title", title, "write what the rulebook is called");
    if let Some(odd) = title.and_then(|(title, span)| title_of_another_year(title, span, &name.year)) {
        fields.fault(odd);
    }
    let title = title.map_or("", |(title, _)| title);
    let revision = fields.whole("revision");
    let revision = fields.required("revision", revision, "write `revision = 1`, and one more at each change");
    if let Some((0, span)) = revision {
        let fault = Diagnostic::error("E302", span, "`revision` must be a whole number from 1 on, found 0");
        fields.fault(fault.help("write `revision = 1`, and one more at each change"));
    }
    let start = fields.date("starts");
    let start = fields.required("starts", start, "write the first day of the contract year");
    let end = fields.date("ends");
    let end = fields.required("ends", end, "write the last day of the contract year");
    check_dates(fields, start, end, &name.year);
    Contract {
        file,
        revision: revision.map_or(1, |(revision, _)| revision),
        title: title.to_owned(),
        start: start.map(|(day, _)| day),
        end: end.map(|(day, _)| day),
        missing_day: missing_day(fields),
        codes_version: fields.text("codes").map(|(version, span)| (version.to_owned(), span)),
        sources: Vec::new(),
        source_spans: Vec::new(),
        sources_used: Vec::new(),
        figures: Vec::new(),
        owners: Vec::new(),
        proxies: Vec::new(),
        areas: uses::areas(fields),
        baseline_years: uses::baseline_years(fields, &name.scheme),
        uses: uses::uses(fields),
        words: uses::words(fields),
        is_whole: true,
    }
}

fn same_as_folder(fields: &mut Fields<'_>, key: &str, said: Option<(&str, Span)>, folder: &str) {
    if let Some((said, span)) = said
        && said != folder
    {
        let message = format!("`{key}` is `{said}`, but the folder is named `{folder}`");
        let fault = Diagnostic::error("E309", span, message).help(format!("write `{folder}`, or rename the folder"));
        // A copied folder whose file still says what it was copied from needs more than its name.
        fields.fault(if is_slip_of_the_pen(said, folder) { fault.fix(span, quoted(folder)) } else { fault });
    }
}

/// A text as TOML writes it: folders' names need no escapes.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// The year `2023-24` starts in 2023 and ends in 2024.
fn check_dates(fields: &mut Fields<'_>, start: Option<(Day, Span)>, end: Option<(Day, Span)>, year: &str) {
    let (Some((start, start_span)), Some((end, end_span))) = (start, end) else { return };
    if end <= start {
        let fault = Diagnostic::error("E310", end_span, "the contract year ends before it starts");
        fields.fault(fault.also(start_span, "it starts here"));
        return;
    }
    let stated: Option<i32> = year.get(..4).and_then(|first| first.parse().ok());
    if let Some(stated) = stated
        && start.ymd().0 != stated
    {
        let message = format!("the year is named `{year}`, but starts in {}", start.ymd().0);
        fields.fault(Diagnostic::error("E309", start_span, message));
    }
    let days = end.days_since(start) + 1;
    if !(365..=366).contains(&days) {
        let message = format!("the contract year has {days} days");
        let fault = Diagnostic::warning("W309", end_span, message).also(start_span, "it starts here");
        fields.fault(fault.help("a contract year has 365 or 366 days, both ends included"));
    }
}

fn missing_day(fields: &mut Fields<'_>) -> MissingDay {
    let text = fields.text("missing_day");
    let help =
        "write `missing_day = \"last day\"` (31 August + 6 months is the last day of February) or `\"next day\"`";
    match fields.required("missing_day", text, help) {
        Some(("next day", _)) => MissingDay::NextDay,
        Some(("last day", _)) | None => MissingDay::LastDay,
        Some((word, span)) => {
            let fault = Diagnostic::error("E311", span, "`missing_day` must be `last day` or `next day`");
            fields.fault(suggest(fault, word, span, MISSING_DAYS.into_iter(), |fault| fault).help(help));
            MissingDay::LastDay
        }
    }
}

impl Contract {
    fn read_sources(&mut self, fields: &mut Fields<'_>) {
        let table = fields.table("sources");
        let help = "list who says so: `letter-2023-03-06 = \"NHS England's letter of 6 March 2023\"`";
        let Some((table, _)) = fields.required("sources", table, help) else { return };
        for entry in &table.entries {
            match &entry.value {
                Value::Text(title) => {
                    self.sources.push(Source { id: entry.key.clone(), title: title.clone() });
                    self.source_spans.push(entry.key_span);
                    self.sources_used.push(false);
                }
                other => {
                    let message = format!("a source is a text in quotes, found {}", other.kind());
                    fields.fault(Diagnostic::error("E302", entry.span, message));
                    // It is there, so that citing it is no fault of its own.
                    self.sources.push(Source { id: entry.key.clone(), title: String::new() });
                    self.source_spans.push(entry.key_span);
                    self.sources_used.push(true);
                }
            }
        }
    }

    fn read_owner(&mut self, entry: &Entry, kind: MeasureKind, faults: &mut Vec<Diagnostic>) {
        match &entry.value {
            Value::Table(table) => {
                self.owners.push((kind, entry.key.clone(), entry.key_span));
                self.read_figures(table, Some(&entry.key), faults);
            }
            other => {
                let message = format!("`{}` must be a table of figures, found {}", entry.key, other.kind());
                faults.push(Diagnostic::error("E302", entry.span, message));
            }
        }
    }

    fn read_proxy(&mut self, entry: &Entry, faults: &mut Vec<Diagnostic>) {
        let Value::Table(table) = &entry.value else {
            let message = format!("`{}` must be a table, found {}", entry.key, entry.value.kind());
            faults
                .push(Diagnostic::error("E302", entry.span, message).help("write `lowest_of`, `status` and `source`"));
            return;
        };
        let mut fields = Fields::of(&shape::PROXY, table, entry.key_span, format!("the stand-in for `{}`", entry.key));
        let list = fields.list("lowest_of");
        let list = fields.required("lowest_of", list, "list the courses of which the lowest stands in");
        let mut lowest_of = Vec::new();
        for (value, span) in list.map_or(&[][..], |(list, _)| list) {
            match value {
                Value::Text(code) => lowest_of.push((code.clone(), *span)),
                other => {
                    let message = format!("`lowest_of` lists codes in quotes, found {}", other.kind());
                    fields.fault(Diagnostic::error("E302", *span, message));
                }
            }
        }
        let status = fields.text("status");
        let status = fields.required("status", status, "write `status`: official, reported, derived or assumed");
        let source = fields.text("source");
        let source = fields.required("source", source, "write `source`: the id of one of the rulebook's sources");
        let conflict = fields.text("conflict").map(|(text, _)| text.to_owned());
        let status = status.and_then(|(word, span)| self.status(word, span, faults));
        let source = source.and_then(|(id, span)| self.source(id, span, faults));
        faults.extend(fields.finish());
        self.proxies.push(WrittenProxy {
            conflict,
            of: (entry.key.clone(), entry.key_span),
            lowest_of,
            status,
            source,
        });
    }

    /// The stand-ins, codes resolved.
    pub(super) fn proxies(&self, measures: &[Measure], faults: &mut Vec<Diagnostic>) -> Vec<Proxy> {
        let mut find = |(code, span): &(String, Span)| {
            let at = measures.iter().position(|measure| measure.code == *code);
            if at.is_none() {
                let fault = Diagnostic::error("E202", *span, format!("there is no indicator or course `{code}`"));
                let known = measures.iter().map(|measure| measure.code.as_str());
                faults.push(suggest(fault, code, *span, known, |fault| fault));
            }
            at.and_then(|at| u32::try_from(at).ok()).map(MeasureId)
        };
        let mut proxies = Vec::new();
        for proxy in &self.proxies {
            let lowest_of: Vec<MeasureId> = proxy.lowest_of.iter().filter_map(&mut find).collect();
            if let Some(measure) = find(&proxy.of) {
                proxies.push(Proxy {
                    measure,
                    lowest_of,
                    conflict: proxy.conflict.clone(),
                    status: proxy.status,
                    source: proxy.source,
                });
            }
        }
        proxies
    }

    fn read_figures(&mut self, table: &Table, owner: Option<&str>, faults: &mut Vec<Diagnostic>) {
        for entry in &table.entries {
            let Value::Table(inner) = &entry.value else {
                let message = format!("the figure `{}` is written as {}", entry.key, entry.value.kind());
                let help = "write { is = 89, unit = \"%\", status = \"official\", source = \"…\" }: every figure says who says so";
                faults.push(Diagnostic::error("E304", entry.span, message).help(help));
                continue;
            };
            let figure = self.figure(entry, inner, faults);
            self.figures.push(OwnedFigure { owner: owner.map(str::to_owned), figure, used: false });
        }
    }

    fn figure(&mut self, entry: &Entry, table: &Table, faults: &mut Vec<Diagnostic>) -> Figure {
        let what = format!("the figure `{}`", entry.key);
        let mut fields = Fields::of(&shape::FIGURE, table, entry.key_span, what);
        let value = figure_value(&mut fields, entry);
        let is_set = matches!(value, Some(FigureValue::Is(_) | FigureValue::IsDate(_)));
        let unit_word = match table.get("unit").map(|entry| &entry.value) {
            Some(Value::Text(word)) => word.clone(),
            Some(_) | None => String::new(),
        };
        let unit = figure_unit(&mut fields, matches!(value, Some(FigureValue::Is(_))));
        let status = fields.text("status");
        let source = fields.text("source");
        if is_set {
            fields.required("status", status, "write `status`: official, reported, derived or assumed");
            fields.required("source", source, "write `source`: the id of one of the rulebook's sources");
        }
        let status = status.and_then(|(word, span)| self.status(word, span, faults));
        let source = source.and_then(|(id, span)| self.source(id, span, faults));
        let conflict = fields.text("conflict").map(|(text, _)| text.to_owned());
        faults.extend(fields.finish());
        // A figure whose value is faulty is there all the same, so that reading it is no fault of its own.
        let value = value.unwrap_or_else(|| FigureValue::Unset(String::new()));
        Figure {
            name: entry.key.clone(),
            owner: None,
            value,
            unit,
            unit_word,
            status,
            source,
            conflict,
            span: entry.span,
        }
    }

    /// The status of a word.
    pub(super) fn status(&self, word: &str, span: Span, faults: &mut Vec<Diagnostic>) -> Option<Status> {
        let status = Status::ALL.into_iter().find(|status| status.word() == word);
        if status.is_none() {
            let fault = Diagnostic::error("E306", span, format!("`{word}` is not a status"));
            let help = "a status is official, reported, derived or assumed";
            let known = Status::ALL.into_iter().map(Status::word);
            faults.push(suggest(fault, word, span, known, |fault| fault).help(help));
        }
        status
    }

    /// The source of an id.
    pub(super) fn source(&mut self, id: &str, span: Span, faults: &mut Vec<Diagnostic>) -> Option<SourceId> {
        if let Some(at) = self.sources.iter().position(|source| source.id == id) {
            self.sources_used[at] = true;
            return u32::try_from(at).ok().map(SourceId);
        }
        if !self.is_whole {
            return None;
        }
        let fault = Diagnostic::error("E205", span, format!("there is no source `{id}`"));
        let known = self.sources.iter().map(|source| source.id.as_str());
        let otherwise = |fault: Diagnostic| fault.help("add it to the rulebook's `[sources]`");
        faults.push(suggest(fault, id, span, known, otherwise));
        None
    }

    /// Tables of figures must belong to a measure that there is.
    pub(super) fn check_owners(&self, measures: &[Measure], faults: &mut Vec<Diagnostic>) {
        for (kind, code, span) in &self.owners {
            if measures.iter().any(|measure| measure.code == *code && measure.kind == *kind) {
                continue;
            }
            let word = kind_word(*kind);
            let fault = Diagnostic::error("E307", *span, format!("no rule file defines the {word} `{code}`"));
            // A measure that has its table already was hardly meant once more.
            let has_table = |code: &str| self.owners.iter().any(|(_, known, _)| known == code);
            let known = measures.iter().filter(|measure| measure.kind == *kind && !has_table(&measure.code));
            let known = known.map(|measure| measure.code.as_str());
            faults.push(suggest(fault, code, *span, known, |fault| {
                fault.help(format!("write `{word} {code} \"…\"` in a `.rules` file of the same folder"))
            }));
        }
    }

    /// The figure of a name that holds for a measure: its own, else the rulebook's.
    pub(super) fn find(&mut self, name: &str, owner: Option<&str>) -> Option<(FigureId, &Figure)> {
        let own = owner.and_then(|owner| self.position(name, Some(owner)));
        let at = own.or_else(|| self.position(name, None))?;
        self.figures[at].used = true;
        Some((FigureId(u32::try_from(at).ok()?), &self.figures[at].figure))
    }

    fn position(&self, name: &str, owner: Option<&str>) -> Option<usize> {
        self.figures.iter().position(|figure| figure.figure.name == name && figure.owner.as_deref() == owner)
    }

    /// The same, where looking is no reading.
    pub(super) fn figure_at(&self, name: &str, owner: Option<&str>) -> Option<&Figure> {
        let own = owner.and_then(|owner| self.position(name, Some(owner)));
        own.or_else(|| self.position(name, None)).map(|at| &self.figures[at].figure)
    }

    /// The names of figures that a measure, or the whole rulebook, has.
    pub(super) fn figure_names(&self) -> impl Iterator<Item = &str> {
        self.figures.iter().map(|figure| figure.figure.name.as_str())
    }

    /// True if a measure has a figure of its own of that name, or the whole rulebook has where no measure is named.
    pub(super) fn has(&self, name: &str, owner: Option<&str>) -> bool {
        self.position(name, owner).is_some()
    }

    /// True if the file has a table of that measure's figures.
    pub(super) fn has_table(&self, owner: &str) -> bool {
        self.owners.iter().any(|(_, code, _)| code == owner)
    }

    /// Which figures some rule has read so far, in the order written.
    pub(super) fn used_figures(&self) -> Vec<bool> {
        self.figures.iter().map(|figure| figure.used).collect()
    }

    /// Takes back what was read since.
    pub(super) fn set_used_figures(&mut self, used: &[bool]) {
        self.figures.iter_mut().zip(used).for_each(|(figure, used)| figure.used = *used);
    }

    /// The figure of an id.
    pub(super) fn figure_of(&self, id: FigureId) -> &Figure {
        &self.figures[id.0 as usize].figure
    }

    /// All figures in the order written.
    pub(super) fn all_figures(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().map(|figure| &figure.figure)
    }

    /// Figures that no rule reads.
    pub(super) fn unused_figures(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(|figure| !figure.used).map(|figure| &figure.figure)
    }

    /// True if the table of the figure at a place has one of another name.
    pub(super) fn has_beside(&self, name: &str, place: Span) -> bool {
        let here = self.figures.iter().find(|figure| figure.figure.span == place);
        here.is_some_and(|here| self.position(name, here.owner.as_deref()).is_some())
    }

    /// A figure in the table of a measure that no rule reads, and whose name is nearly the one that was looked for.
    pub(super) fn unread_near(&self, name: &str, owner: &str) -> Option<&Figure> {
        let of_owner = |figure: &&OwnedFigure| !figure.used && figure.owner.as_deref() == Some(owner);
        let unread = || self.figures.iter().filter(of_owner).map(|figure| &figure.figure);
        let near = nearest(name, unread().map(|figure| figure.name.as_str()))?;
        unread().find(|figure| figure.name == near)
    }

    /// The table of figures, owners resolved.
    pub(super) fn figures(&self, measures: &[Measure]) -> Vec<Figure> {
        let owner = |code: &String| measures.iter().position(|measure| measure.code == *code);
        let resolve = |owned: &OwnedFigure| Figure {
            owner: owned.owner.as_ref().and_then(owner).and_then(|at| u32::try_from(at).ok()).map(MeasureId),
            ..owned.figure.clone()
        };
        self.figures.iter().map(resolve).collect()
    }
}

/// `indicator` or `course`.
pub(super) fn kind_word(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Indicator => "indicator",
        MeasureKind::Course => "course",
    }
}

/// Exactly one of `is`, `unset` and `none`.
fn figure_value(fields: &mut Fields<'_>, entry: &Entry) -> Option<FigureValue> {
    let is = fields.entry("is");
    let [unset, none] = ["unset", "none"].map(|key| fields.text(key).map(|(why, span)| (key, why, span)));
    for (key, _, span) in unset.into_iter().chain(none).filter(|(_, why, _)| why.trim().is_empty()) {
        let message = format!("the figure `{}` does not say why it is `{key}`", entry.key);
        let fault = Diagnostic::error("E304", span, message);
        fields.fault(fault.help(format!("write the reason in words: `{key} = \"no source gives it\"`")));
    }
    let unset = unset.map(|(_, why, _)| FigureValue::Unset(why.to_owned()));
    let none = none.map(|(_, why, _)| FigureValue::Absent(why.to_owned()));
    let said = usize::from(is.is_some()) + usize::from(unset.is_some()) + usize::from(none.is_some());
    if said != 1 {
        let message = format!("the figure `{}` must say exactly one of `is`, `unset` and `none`", entry.key);
        let help = "`is` gives the figure, `unset` says why nobody knows it, `none` says why there is none";
        fields.fault(Diagnostic::error("E304", entry.key_span, message).help(help));
        return None;
    }
    let Some(is) = is else { return unset.or(none) };
    let value = match &is.value {
        Value::Number(digits) => Amount::parse(digits).map(FigureValue::Is),
        Value::Date(day) => day.map(FigureValue::IsDate),
        Value::Text(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
    };
    if value.is_none() {
        let unit = fields.written("unit").filter(|unit| !unit.is_empty());
        fields.fault(no_figure(is, unit));
    }
    value
}

/// What is wrong with a value that is neither number nor date, and what to write if it is one in quotes. A sign that says
/// another unit than `unit` is not thrown away.
fn no_figure(is: &Entry, unit: Option<&str>) -> Diagnostic {
    let message = format!("`is` must be a number or a date, found {}", is.value.kind());
    let fault = Diagnostic::error("E302", is.span, message);
    let text = match &is.value {
        Value::Text(text) => text,
        Value::Number(digits) => return no_amount(is.span, digits),
        Value::Date(_) => {
            return Diagnostic::error("E302", is.span, "`is` must be a day alone, found one with a time")
                .help("write a day of the calendar, as in `is = 2023-04-01`");
        }
        Value::Truth(_) | Value::List(_) | Value::Table(_) => {
            return fault.help("write the number without quotes, as in `is = 89.5`");
        }
    };
    let right = plain_digits(text).or_else(|| Day::parse_iso(text).map(|day| day.to_string()));
    let signs = text.chars().filter(|sign| ['£', '%', '$', '€'].contains(sign));
    match (right, signs.clone().find(|sign| unit.is_none_or(|unit| !unit.contains(*sign)))) {
        (Some(_), Some(sign)) if unit.is_some() => {
            let message = format!("`{text}` says `{sign}`, and `unit` says `{}`", unit.unwrap_or_default());
            Diagnostic::error("E302", is.span, message)
                .help("see which of the two is right, and write the number without quotes and signs")
        }
        (Some(right), Some(_)) => fault.help(format!("write `is = {right}`, without quotes, and `unit` beside it")),
        (Some(right), None) => fault.help(format!("write `is = {right}`, without quotes")).fix(is.span, right),
        (None, _) => fault.help("write the number without quotes, as in `is = 89.5`"),
    }
}

/// A number of a form that no amount has.
fn no_amount(place: Span, digits: &str) -> Diagnostic {
    let (message, help) = match digits {
        _ if digits.ends_with("nan") || digits.ends_with("inf") => (
            "`is` must be a number that can be counted with",
            "write digits, or `unset = \"why\"` where nobody knows it",
        ),
        _ if digits.contains(" in base ") => {
            ("`is` must be a number in tens, found one of another base", "write it in plain digits, as in `is = 89.5`")
        }
        _ if digits.contains(['e', 'E']) => {
            ("`is` must be a number in plain digits, found one with an `e`", "write all its digits, as in `is = 9639`")
        }
        _ => ("`is` must be a number of fewer digits than this", "look whether it is a figure: no amount is that long"),
    };
    Diagnostic::error("E302", place, message).help(help)
}

fn figure_unit(fields: &mut Fields<'_>, needed: bool) -> Unit {
    let unit = fields.text("unit");
    let words = Unit::WORDS.iter().map(|(word, _)| *word);
    let known = words.clone().collect::<Vec<_>>().join(", ");
    if needed {
        fields.required("unit", unit, &format!("write `unit`, one of: {known}"));
    }
    let Some((word, span)) = unit else { return Unit::NUMBER };
    Unit::parse(word).unwrap_or_else(|| {
        let fault = Diagnostic::error("E305", span, format!("`{word}` is not a unit that is known"));
        fields.fault(match Unit::meant_by(word) {
            Some(meant) => fault.help(format!("did you mean `{meant}`?")),
            None => suggest(fault, word, span, words, |fault| fault.help(format!("units are: {known}"))),
        });
        Unit::NUMBER
    })
}
