//! The steps from tables to one row per patient that holds everything a rulebook asks: registrations, doses, days, counts.

use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{Date, Which};
use crate::model::pathway::{RowTable, WordListId};
use crate::report::sql::TableNames;
use crate::report::sql::conditions::Rows;
use crate::report::sql::dialect::{Dialect, literal_day};
use crate::report::sql::plan::{Kind, Plan};
use crate::report::sql::script::{Script, indented, remark};
use crate::report::sql::words::{is_said, is_thing_said, marks, normalised};

/// A day on which patients are looked at, and whose births can matter then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Look {
    pub(super) measured_on: Day,
    /// What is recorded after it is not seen; the measurement day, or the day of a report.
    pub(super) seen_to: Day,
    /// First and last date of birth.
    pub(super) births: (Day, Day),
}

/// Which patients have a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Who {
    /// Those who were on a list by the measurement day.
    Registered,
    /// Those of another step, which gives their practice, and these columns beside.
    Of(String, Vec<String>),
    /// Everybody; who was on no list yet has the first registration.
    Anyone,
}

/// One rulebook's look at the tables.
pub(super) struct Reading<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) dialect: Dialect,
    pub(super) tables: &'a TableNames,
    pub(super) plan: &'a Plan,
    /// Put before the names of all steps: empty, or the name that a scheme has for the rulebook and an underscore.
    pub(super) prefix: &'a str,
    pub(super) looks: &'a [Look],
    pub(super) who: Who,
    pub(super) report_day: Option<Day>,
    /// True where it matters who gave a dose.
    pub(super) with_givers: bool,
}

/// Registrations that are ones, each with what all of a patient's rows say together.
pub(super) fn stays(script: &mut Script, dialect: Dialect, tables: &TableNames) {
    let query = format!(
        "SELECT r.patient_id, r.practice_code, r.registered_date, r.deregistered_date,
  FIRST_VALUE(r.birth_date) OVER (
    PARTITION BY r.patient_id
    ORDER BY r.registered_date DESC, r.practice_code DESC, r.birth_date DESC) AS birth_date,
  MIN(r.death_date) OVER (PARTITION BY r.patient_id) AS death_date
FROM (
  SELECT {} AS patient_id, {} AS practice_code, CAST(birth_date AS DATE) AS birth_date,
    CAST(registered_date AS DATE) AS registered_date, CAST(deregistered_date AS DATE) AS deregistered_date,
    CAST(death_date AS DATE) AS death_date
  FROM {}
) AS r
WHERE r.patient_id <> '' AND r.practice_code <> '' AND r.birth_date IS NOT NULL AND r.registered_date IS NOT NULL
  AND (r.deregistered_date IS NULL OR r.deregistered_date > r.registered_date)",
        dialect.text("patient_id"),
        dialect.text("practice_code"),
        tables.patients,
    );
    let says = "Registrations. A row without an id, a practice, a birth or a start is set aside, and so is one that ends \
                before it starts. Where a patient's rows disagree, the birth beside the latest registration and the \
                earliest death are taken.";
    script.step("stays", says, &query);
}

impl<'a> Reading<'a> {
    fn name(&self, step: &str) -> String {
        format!("{}{step}", self.prefix)
    }

    /// The rows as conditions see them.
    pub(super) fn rows(&self) -> Rows<'a> {
        let mut days = self.looks.iter().map(|look| look.measured_on);
        let measured_on = days.next().filter(|first| days.all(|day| day == *first));
        Rows { book: self.book, dialect: self.dialect, plan: self.plan, measured_on, report_day: self.report_day }
    }

    /// Writes all steps; the last is named, and has a row per patient and measurement day.
    pub(super) fn write(&self, script: &mut Script) -> String {
        self.codes(script);
        self.looks(script);
        let columns = self.people(script);
        self.doses(script);
        let mut so_far = SoFar { step: self.name("people"), columns };
        self.found(script, &mut so_far);
        self.facts(script, &mut so_far);
        self.other_rows(script, &mut so_far);
        so_far.step
    }

    fn plain_kinds(&self) -> Vec<(&Kind, crate::model::book::ClusterSet)> {
        let sets = self.plan.kinds.iter().map(|kind| match kind {
            Kind::Clusters(set) => Some((kind, *set)),
            Kind::Saying(..) | Kind::SayingOnly(..) | Kind::SameDay(..) => None,
        });
        sets.flatten().collect()
    }

    fn codes(&self, script: &mut Script) {
        let mut rows = Vec::new();
        let mut titles = Vec::new();
        for (kind, set) in self.plain_kinds() {
            let counted_as = self.dialect.literal(&kind.words(self.book));
            for cluster in set.iter().map(|at| &self.book.clusters[at]) {
                let title = format!("{}: {}", cluster.name, cluster.title);
                if !titles.contains(&title) {
                    titles.push(title);
                }
                rows.extend(cluster.codes.iter().map(|code| format!("('{}', {counted_as})", code.id)));
            }
        }
        // A code that is in two clusters counts once where both are counted together.
        let mut seen = std::collections::BTreeSet::new();
        rows.retain(|row| seen.insert(row.clone()));
        if rows.is_empty() {
            // A list of rows cannot be empty, and no code is.
            rows.push("('', '')".to_owned());
        }
        let version = self.book.codes_version.as_deref().unwrap_or("the scheme's own");
        let says = format!("Code clusters, version {version}.\n{}", titles.join("\n"));
        script.rows(&self.name("codes"), "code, counted_as", &says, &rows);
    }

    fn looks(&self, script: &mut Script) {
        let row = |look: &Look| {
            let days = [look.measured_on, look.seen_to, look.births.0, look.births.1];
            format!("({})", days.map(literal_day).join(", "))
        };
        let rows: Vec<String> = self.looks.iter().map(row).collect();
        let says = "Days on which patients are looked at, the last day seen then, and the first and last dates of birth \
                    that can matter.";
        let columns = "measured_on, seen_to, born_from, born_to";
        script.rows_kept(&self.name("looks"), columns, says, &rows, self.dialect.kept_apart());
    }

    /// Gives the names of the columns.
    fn people(&self, script: &mut Script) -> Vec<String> {
        let mut columns: Vec<String> =
            ["patient_id", "measured_on", "seen_to", "birth_date", "registered_date", "practice_code", "is_registered"]
                .map(str::to_owned)
                .to_vec();
        let (mut join, mut practice, mut beside, mut begun) =
            (String::new(), "s.practice_code", String::new(), "s.registered_date <= m.measured_on\n      AND ");
        let mut order = "c.is_registered DESC, c.registered_date DESC, c.practice_code DESC".to_owned();
        match &self.who {
            Who::Registered => {}
            Who::Of(step, others) => {
                join = format!("\n    INNER JOIN {step} AS o ON o.patient_id = s.patient_id");
                practice = "o.practice_code";
                beside = others.iter().map(|column| format!(", o.{column}")).collect();
                columns.extend(others.iter().cloned());
            }
            Who::Anyone => {
                begun = "";
                let in_time = |column: &str| format!("CASE WHEN c.registered_date <= c.measured_on THEN {column} END");
                order = format!(
                    "c.is_registered DESC, COALESCE({}, 0) DESC,\n        {} DESC, {} DESC, c.registered_date, c.practice_code",
                    in_time("1"),
                    in_time("c.registered_date"),
                    in_time("c.practice_code"),
                );
            }
        }
        let holds = indented(&Rows::holds_on("m.measured_on"), 8);
        let rows = self.rows();
        let kept = columns.iter().map(|column| format!("p.{column}")).collect::<Vec<_>>().join(", ");
        let ages = self.plan.ages.iter().map(|(date, name)| format!(",\n  {} AS {name}", rows.worked_out(*date)));
        let query = format!(
            "SELECT {kept}{}
FROM (
  SELECT c.*, ROW_NUMBER() OVER (
      PARTITION BY c.patient_id, c.measured_on
      ORDER BY {order}) AS place
  FROM (
    SELECT s.patient_id, m.measured_on, m.seen_to, s.birth_date, s.registered_date, {practice} AS practice_code{beside},
      CASE WHEN {} THEN 1 ELSE 0 END AS is_registered
    FROM stays AS s{join}
    CROSS JOIN {} AS m
    WHERE {begun}s.birth_date BETWEEN m.born_from AND m.born_to
  ) AS c
) AS p
WHERE p.place <= 1",
            ages.collect::<String>(),
            holds.trim_start(),
            self.name("looks"),
        );
        let says = "One row per patient and day of measurement: the registration that holds then (of several the later, \
                    then the greatest practice code), else the last that had begun; and ages.";
        script.step(&self.name("people"), says, &query);
        columns.extend(self.plan.ages.iter().map(|(_, name)| name.clone()));
        columns
    }

    /// The distinct days of each kind of record.
    fn doses(&self, script: &mut Script) {
        let lists = self.word_lists();
        if !lists.is_empty() {
            return self.doses_of_records(script, &lists);
        }
        let giver = "MIN(CASE WHEN e.practice_code <> '' THEN e.practice_code END) AS giver";
        let (distinct, column, group) = match self.with_givers {
            true => {
                ("", format!(", {}", giver.replace("e.practice_code", &self.dialect.text("e.practice_code"))), true)
            }
            false => ("DISTINCT ", String::new(), false),
        };
        let group = if group { "\nGROUP BY 1, 2, 3" } else { "" };
        let query = format!(
            "SELECT {distinct}{} AS patient_id, c.counted_as, CAST(e.event_date AS DATE) AS day{column}\n{}{group}",
            self.dialect.text("e.patient_id"),
            self.wanted_events(),
        );
        script.step(&self.name("doses"), "Doses and other records: each kind once a day.", &query);
    }

    fn wanted_events(&self) -> String {
        let last = self.looks.iter().map(|look| look.seen_to).max().unwrap_or(self.book.end);
        format!(
            "FROM {} AS e\nINNER JOIN {} AS c ON c.code = {}\nWHERE CAST(e.event_date AS DATE) <= {}",
            self.tables.events,
            self.name("codes"),
            self.dialect.text("e.code"),
            literal_day(last),
        )
    }

    /// The lists of words that some kind of record is told by.
    fn word_lists(&self) -> Vec<WordListId> {
        let mut lists = Vec::new();
        for kind in &self.plan.kinds {
            let list = match kind {
                Kind::Clusters(_) | Kind::SameDay(..) => None,
                Kind::Saying(_, saying) => Some(saying.words),
                Kind::SayingOnly(_, words, _) => Some(*words),
            };
            lists.extend(list.filter(|list| !lists.contains(list)));
        }
        lists
    }

    /// The same where texts are read: records with what their texts say first.
    fn doses_of_records(&self, script: &mut Script, lists: &[WordListId]) {
        let (book, dialect) = (self.book, self.dialect);
        let marked = lists.iter().map(|id| {
            let list = &book.word_lists[id.index()];
            format!(",\n  {} AS {}", marks(dialect, list, "r.words"), mark_name(book, *id))
        });
        let query = format!(
            "SELECT r.patient_id, r.counted_as, r.day{}\nFROM (\n  SELECT DISTINCT {} AS patient_id, c.counted_as, \
             CAST(e.event_date AS DATE) AS day,\n    {} AS words\n{}\n) AS r",
            marked.collect::<String>(),
            dialect.text("e.patient_id"),
            normalised(dialect, "e.text"),
            indented(&self.wanted_events(), 2),
        );
        let says = "Records of the scheme. Whole words of the text are looked for, case and punctuation left aside; what \
                    was found stands between < and >.";
        script.step(&self.name("records"), says, &query);
        let (records, said) = (self.name("records"), self.name("said"));
        let kinds: Vec<(&Kind, String, String)> = self.plan.kinds.iter().filter_map(|kind| self.said(kind)).collect();
        let rows = kinds
            .iter()
            .map(|(kind, among, _)| format!("({}, {})", dialect.literal(&kind.words(book)), dialect.literal(among)));
        script.rows(
            &said,
            "counted_as, among",
            "Kinds of records that are told by their texts.",
            &rows.collect::<Vec<_>>(),
        );
        let tests =
            kinds.iter().map(|(kind, _, test)| format!("  WHEN {} THEN {test}", dialect.literal(&kind.words(book))));
        let query = format!(
            "SELECT DISTINCT r.patient_id, r.counted_as, r.day\nFROM {records} AS r\nUNION\n\
             SELECT r.patient_id, t.counted_as, r.day\nFROM {records} AS r\n\
             INNER JOIN {said} AS t ON t.among = r.counted_as\nWHERE CASE t.counted_as\n{}\n  ELSE FALSE END",
            tests.collect::<Vec<_>>().join("\n"),
        );
        let singles = self.name("single_days");
        script.step(&singles, "Doses and other records: each kind once a day.", &query);
        let mut query = format!("SELECT d.patient_id, d.counted_as, d.day\nFROM {singles} AS d");
        for kind in &self.plan.kinds {
            if let Kind::SameDay(first, other) = kind {
                query.push_str(&format!(
                    "\nUNION ALL\nSELECT d.patient_id, {}, d.day\nFROM {singles} AS d\nINNER JOIN {singles} AS o\n  \
                     ON o.patient_id = d.patient_id AND o.day = d.day AND o.counted_as = {}\nWHERE d.counted_as = {}",
                    dialect.literal(&kind.words(book)),
                    dialect.literal(&Kind::Clusters(*other).words(book)),
                    dialect.literal(&first.words(book)),
                ));
            }
        }
        script.step(&self.name("doses"), "The same with days on which two kinds were recorded.", &query);
    }

    /// For a kind that is told by its text: itself, the kind it is among, and the test of a record (`r`).
    fn said<'k>(&self, kind: &'k Kind) -> Option<(&'k Kind, String, String)> {
        let among = |set| Kind::Clusters(set).words(self.book);
        match kind {
            Kind::Clusters(_) | Kind::SameDay(..) => None,
            Kind::Saying(set, saying) => {
                let list = &self.book.word_lists[saying.words.index()];
                let mark = format!("r.{}", mark_name(self.book, saying.words));
                Some((kind, among(*set), is_said(self.dialect, list, *saying, &mark)))
            }
            Kind::SayingOnly(set, words, thing) => {
                let list = &self.book.word_lists[words.index()];
                let mark = format!("r.{}", mark_name(self.book, *words));
                Some((kind, among(*set), is_thing_said(self.dialect, list, *thing, &mark)))
            }
        }
    }

    /// A step for each depth of found days.
    fn found(&self, script: &mut Script, so_far: &mut SoFar) {
        let rows = self.rows();
        for (at, dates) in self.plan.found.iter().enumerate() {
            let mut columns = Vec::new();
            for (date, name) in dates {
                let Date::Nth { which, clusters, window } = &self.book.dates[date.index()] else { continue };
                let condition = rows.is_in(&Kind::Clusters(*clusters), window);
                let day = match which {
                    Which::FromStart(nth) => self.dialect.nth_day("d.day", &condition, *nth),
                    Which::Last => format!("MAX(CASE WHEN {condition} THEN d.day END)"),
                };
                columns.push((self.book.date_words[date.index()].clone(), day, name.as_str()));
            }
            let says = "Days of events that other days and counts hang on.";
            let step = self.name(&format!("days_found_{}", at + 1));
            self.grouped_step(script, (&step, says), &self.doses_of_p(), &columns, so_far);
        }
    }

    fn doses_of_p(&self) -> String {
        let doses = self.name("doses");
        format!(
            "LEFT JOIN {doses} AS d\n  ON d.patient_id = p.patient_id AND d.day >= p.birth_date AND d.day <= p.seen_to"
        )
    }

    /// A step with everything that the one before has, and columns that are worked out over the rows joined to each
    /// patient's. Each step is read by one other only: an engine may work out a step anew for every one that reads it.
    fn grouped_step(
        &self,
        script: &mut Script,
        (step, says): (&str, &str),
        join: &str,
        columns: &[(String, String, &str)],
        so_far: &mut SoFar,
    ) {
        let made = columns.iter().map(|(words, value, name)| format!(",\n{}  {value} AS {name}", remark(words, 2)));
        let kept = so_far.columns.iter().map(|column| format!("p.{column}")).collect::<Vec<_>>();
        let kept = folded(&kept);
        let query =
            format!("SELECT {kept}{}\nFROM {} AS p\n{join}\nGROUP BY {kept}", made.collect::<String>(), so_far.step,);
        script.step(step, says, &query);
        so_far.step = step.to_owned();
        so_far.columns.extend(columns.iter().map(|(_, _, name)| (*name).to_owned()));
    }

    /// Counts, and who is on a list when.
    fn facts(&self, script: &mut Script, so_far: &mut SoFar) {
        let rows = self.rows();
        if !self.plan.counts.is_empty() {
            let columns = self
                .plan
                .counts
                .iter()
                .map(|(counted, name, asked)| (format!("for: {asked}"), rows.count(counted), name.as_str()));
            let columns: Vec<_> = columns.collect();
            let step = self.name("days_counted");
            self.grouped_step(script, (&step, "Counts of distinct days."), &self.doses_of_p(), &columns, so_far);
        }
        let columns = self.plan.lists.iter().filter(|(date, _)| !rows.is_measurement_day(*date)).map(|(date, name)| {
            let holds = indented(&Rows::holds_on(&rows.day(*date)), 2);
            let value = format!("MAX(CASE WHEN {}\n    THEN 1 ELSE 0 END)", holds.trim_start());
            (format!("on a list, and alive, at {}", self.book.date_words[date.index()]), value, name.as_str())
        });
        let columns: Vec<_> = columns.collect();
        if !columns.is_empty() {
            let join = "INNER JOIN stays AS s ON s.patient_id = p.patient_id";
            self.grouped_step(script, (&self.name("lists"), "Who is on a list when."), join, &columns, so_far);
        }
    }

    /// Rows of appointments and slots of which a condition holds.
    fn other_rows(&self, script: &mut Script, so_far: &mut SoFar) {
        let rows = self.rows();
        for (row, name) in &self.plan.rows {
            let condition = row.condition.map_or("TRUE".to_owned(), |condition| rows.condition(condition));
            let (table, key) = match row.table {
                RowTable::Appointment => ("appointments_read", "patient_id"),
                RowTable::Slot => ("slots_read", "practice_code"),
            };
            let words = row.condition.map(|id| self.book.condition_words[id.index()].text.as_str()).unwrap_or_default();
            let says = match row.table {
                RowTable::Appointment => format!("any appointment with {words}"),
                RowTable::Slot => format!("any slot with {words}"),
            };
            let condition = indented(&condition, 2);
            // Who has no row has none of which anything holds.
            let value =
                format!("MAX(CASE WHEN a.{key} IS NOT NULL AND {}\n    THEN 1 ELSE 0 END)", condition.trim_start());
            let join = format!("LEFT JOIN {table} AS a ON a.{key} = p.{key}");
            let step = self.name(&format!("people_with_{name}"));
            self.grouped_step(script, (&step, ""), &join, &[(says, value, name.as_str())], so_far);
        }
    }
}

/// The step so far, and its columns.
struct SoFar {
    step: String,
    columns: Vec<String>,
}

/// Names one after the other, on as many lines as it takes.
fn folded(names: &[String]) -> String {
    let mut text = String::new();
    let mut width = 0;
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            text.push(',');
            let gap = if width + name.len() > NAMES_WIDTH { "\n  " } else { " " };
            text.push_str(gap);
            width = if gap == " " { width + 2 } else { 0 };
        }
        text.push_str(name);
        width += name.len();
    }
    text
}

/// How wide lines of names are.
const NAMES_WIDTH: usize = 96;

/// The name of the column in which the words of a list are marked.
fn mark_name(book: &Rulebook, list: WordListId) -> String {
    format!("marked_{}", crate::report::sql::script::plain(&book.word_lists[list.index()].name))
}
