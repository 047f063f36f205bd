//! Payments as columns: each line of a formula is a fraction in one or two columns of its practice's row, NULL where it
//! is not known.

use std::collections::BTreeMap;

use crate::model::Rulebook;
use crate::model::book::{FeeId, Figure, FigureValue, MeasurementId};
use crate::model::formula::{Comparator, CountName, Formula, Line, Operand, Program, ProgramOf, Test};
use crate::report::sql::Refusal;
use crate::report::sql::dialect::Dialect;
use crate::report::sql::fractions::Fraction;
use crate::report::sql::script::{Names, Script, remark};

/// The columns of a practice's row that formulas read.
pub(super) struct Columns {
    /// By measurement: what its columns' names start with.
    pub(super) stems: BTreeMap<MeasurementId, String>,
    /// By fee: the column of its doses.
    pub(super) doses: BTreeMap<FeeId, String>,
    /// True where there are columns of a baseline.
    pub(super) has_baseline: bool,
}

impl Columns {
    /// The column of a count of people.
    pub(super) fn count(&self, id: MeasurementId, what: &str) -> Option<String> {
        self.stems.get(&id).map(|stem| format!("p.{stem}_{what}"))
    }
}

/// A line's value: None where it is not known for any practice.
type Value = Option<Fraction>;

/// A test: what it comes to.
enum Truth {
    /// The same for every practice.
    Known(bool),
    /// Not known for any.
    Gap,
    /// An expression, which may be NULL.
    Test(String, bool),
}

/// Programs made columns, step by step.
pub(super) struct Programs<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) figures: &'a [Figure],
    pub(super) dialect: Dialect,
    pub(super) columns: Columns,
    /// By program (its place in the rulebook): its lines so far.
    values: BTreeMap<usize, Vec<Value>>,
    names: Names,
}

/// The program whose line is being made, and the measurements that somebody is known to be in the denominator of.
struct At<'p> {
    program: &'p Program,
    place: usize,
    sure: Vec<MeasurementId>,
}

impl<'a> Programs<'a> {
    pub(super) fn new(book: &'a Rulebook, figures: &'a [Figure], dialect: Dialect, columns: Columns) -> Programs<'a> {
        Programs { book, figures, dialect, columns, values: BTreeMap::new(), names: Names::default() }
    }

    /// Writes a step for the first lines of the programs, one for the second, and so on; gives the name of the last.
    pub(super) fn write(&mut self, script: &mut Script, places: &[usize], before: &str) -> Result<String, Refusal> {
        let book = self.book;
        let depth = places.iter().map(|place| book.programs[*place].lines.len()).max().unwrap_or(0);
        let mut last = before.to_owned();
        for line in 0..depth {
            let mut made = String::new();
            for place in places {
                let program = &book.programs[*place];
                if let Some(line) = program.lines.get(line) {
                    made.push_str(&self.line(&mut At { program, place: *place, sure: Vec::new() }, line)?);
                }
            }
            if made.is_empty() {
                continue;
            }
            let step = format!("lines_{}", line + 1);
            let says = match line {
                0 => "Formulas, exact: `above` over `below`.",
                _ => "",
            };
            script.step(&step, says, &format!("SELECT p.*{made}\nFROM {last} AS p"));
            last = step;
        }
        Ok(last)
    }

    /// The value of a line by its name; None where the program has no such line, Some(None) where it is never known.
    pub(super) fn value(&self, place: usize, name: &str) -> Option<Value> {
        let at = self.book.programs[place].line(name)?;
        self.values.get(&place)?.get(at).cloned()
    }

    /// A line as columns.
    fn line(&mut self, at: &mut At<'_>, line: &Line) -> Result<String, Refusal> {
        let mut branches: Vec<(Option<(String, bool)>, Value)> = Vec::new();
        for case in &line.cases {
            let truth = case.test.as_ref().map_or(Ok(Truth::Known(true)), |test| self.test(test, at))?;
            let test = match truth {
                Truth::Known(false) => continue,
                Truth::Known(true) => None,
                Truth::Gap => {
                    branches.push((None, None));
                    break;
                }
                Truth::Test(text, may_lack) => Some((text, may_lack)),
            };
            let is_last = test.is_none();
            branches.push((test, self.formula(&case.formula, at)?));
            if is_last {
                break;
            }
            if let Some(test) = &case.test {
                at.sure.extend(ruled_out(test));
            }
        }
        let (value, made) = self.columns_of(at, line, &branches);
        self.values.entry(at.place).or_default().push(value);
        Ok(made)
    }

    /// A line's cases as one fraction, and the columns that hold it.
    fn columns_of(
        &mut self,
        at: &At<'_>,
        line: &Line,
        branches: &[(Option<(String, bool)>, Value)],
    ) -> (Value, String) {
        if let [(None, value)] = branches
            && value.as_ref().is_none_or(|value| value.known().is_some())
        {
            return (value.clone(), String::new());
        }
        let known: Vec<&Fraction> = branches.iter().filter_map(|(_, value)| value.as_ref()).collect();
        let Some(first) = known.first() else { return (None, String::new()) };
        let shares_below = known.iter().all(|value| value.shares_below(first));
        let label = self.subject(at.program);
        let stem = self.names.fresh(&format!("{label} {}", line.name));
        let cases = |part: fn(&Fraction) -> String| -> String {
            if let [(None, Some(value))] = branches {
                return part(value);
            }
            let mut text = "CASE\n".to_owned();
            for (test, value) in branches {
                let value = value.as_ref().map_or("NULL".to_owned(), part);
                match test {
                    Some((test, true)) => {
                        text.push_str(&format!("    WHEN ({test}) IS NULL THEN NULL\n    WHEN {test} THEN {value}\n"));
                    }
                    Some((test, false)) => text.push_str(&format!("    WHEN {test} THEN {value}\n")),
                    None => text.push_str(&format!("    ELSE {value}\n")),
                }
            }
            text + "  END"
        };
        let above = self.dialect.whole(&cases(|value| value.texts().0));
        let mut made = format!(",\n{}  {above} AS {stem}_above", remark(&format!("{label}: {}", line.text), 2));
        let below = match shares_below {
            true => None,
            false => Some(self.dialect.whole(&cases(|value| value.texts().1))),
        };
        if let Some(below) = &below {
            made.push_str(&format!(",\n  {below} AS {stem}_below"));
        }
        let above = format!("p.{stem}_above");
        let is_signed = known.iter().any(|value| value.is_signed());
        let may_lack = branches.iter().any(|(test, value)| {
            test.as_ref().is_some_and(|(_, may_lack)| *may_lack) || value.as_ref().is_none_or(|value| value.may_lack)
        });
        let value = match below {
            Some(_) => Fraction::columns(&above, &format!("p.{stem}_below"), is_signed, may_lack),
            None => first.with_above(&above, is_signed, may_lack),
        };
        (Some(value), made)
    }

    /// What a program is paid for, in a word.
    pub(super) fn subject(&self, program: &Program) -> String {
        let measurement = program.measurement.map(|id| self.book.measurements[id.index()].label.clone());
        let quarter = program.quarter.map(|quarter| format!("Q{quarter}"));
        let name = match program.of {
            ProgramOf::Payment(id) => &self.book.payments[id.index()].name,
            ProgramOf::Fee(id) => &self.book.fees[id.index()].name,
        };
        match measurement.or(quarter) {
            Some(paid_for) => format!("{paid_for} {name}"),
            None => name.clone(),
        }
    }

    fn test(&self, test: &Test, at: &At<'_>) -> Result<Truth, Refusal> {
        match test {
            Test::All(parts) => self.chain(parts, at, false),
            Test::Any(parts) => self.chain(parts, at, true),
            Test::Not(inner) => Ok(match self.test(inner, at)? {
                Truth::Known(known) => Truth::Known(!known),
                Truth::Gap => Truth::Gap,
                Truth::Test(text, may_lack) => Truth::Test(format!("NOT ({text})"), may_lack),
            }),
            Test::Absent(operand) => self.absent(*operand, at),
            Test::Compare(left, comparator, right) => {
                let (Some(left), Some(right)) = (self.formula(left, at)?, self.formula(right, at)?) else {
                    return Ok(Truth::Gap);
                };
                if let (Some(left), Some(right)) = (left.known(), right.known()) {
                    return Ok(Truth::Known(comparator.holds(left, right)));
                }
                Ok(Truth::Test(left.compared(comparator.sign(), &right), left.may_lack || right.may_lack))
            }
        }
    }

    /// Parts in order: the first that settles it does, and one that is not known before that leaves all unknown.
    fn chain(&self, parts: &[Test], at: &At<'_>, any: bool) -> Result<Truth, Refusal> {
        let mut chained = Truth::Known(!any);
        for part in parts.iter().rev() {
            chained = match (self.test(part, at)?, chained) {
                (Truth::Known(known), _) if known == any => Truth::Known(any),
                (Truth::Known(_), rest) => rest,
                (Truth::Gap, _) => Truth::Gap,
                (Truth::Test(text, lacks), Truth::Known(rest)) if rest != any => Truth::Test(text, lacks),
                (Truth::Test(text, lacks), rest) => {
                    let (rest, rest_lacks) = match rest {
                        Truth::Known(known) => (if known { "TRUE" } else { "FALSE" }.to_owned(), false),
                        Truth::Gap => ("NULL".to_owned(), true),
                        Truth::Test(rest, rest_lacks) => (rest, rest_lacks),
                    };
                    let word = if any { "OR" } else { "AND" };
                    let (settles, value) =
                        if any { (text.clone(), "TRUE") } else { (format!("NOT ({text})"), "FALSE") };
                    match lacks {
                        true => Truth::Test(
                            format!("CASE WHEN ({text}) IS NULL THEN NULL WHEN {settles} THEN {value} ELSE {rest} END"),
                            true,
                        ),
                        // The left one is always known, so that SQL's own word does the same.
                        false => Truth::Test(format!("({text} {word} {rest})"), rest_lacks),
                    }
                }
            };
        }
        Ok(chained)
    }

    fn absent(&self, operand: Operand, at: &At<'_>) -> Result<Truth, Refusal> {
        let lacks = |whole: Option<String>| match whole {
            Some(whole) => Truth::Test(format!("COALESCE({whole}, 0) = 0"), false),
            None => Truth::Known(true),
        };
        match operand {
            Operand::Figure(id) => Ok(Truth::Known(matches!(self.figures[id.index()].value, FigureValue::Absent(_)))),
            Operand::Count(CountName::BaselineAchievement, id) => {
                let whole = self.columns.count(id, "baseline_denominator");
                Ok(lacks(whole.filter(|_| self.columns.has_baseline)))
            }
            Operand::Count(CountName::Achievement, id) => {
                let whole = self.columns.count(id, "denominator").ok_or_else(|| self.not_counted(id, at))?;
                Ok(Truth::Test(format!("{whole} = 0"), false))
            }
            Operand::Count(..) | Operand::ListSize | Operand::Doses => Ok(Truth::Known(false)),
            Operand::Line(line) => Err(Refusal {
                what: format!("`there is no {}` of {}", at.program.lines[line].name, self.subject(at.program)),
                why: "it asks why a line is not known".to_owned(),
            }),
        }
    }

    fn not_counted(&self, id: MeasurementId, at: &At<'_>) -> Refusal {
        let label = &self.book.measurements[id.index()].label;
        let what = format!("{} reads {label}", self.subject(at.program));
        Refusal { what, why: "a fee here reads doses and figures alone".to_owned() }
    }

    fn formula(&self, formula: &Formula, at: &At<'_>) -> Result<Value, Refusal> {
        let both = |left: &Formula, right: &Formula| -> Result<Option<(Fraction, Fraction)>, Refusal> {
            Ok(self.formula(left, at)?.zip(self.formula(right, at)?))
        };
        Ok(match formula {
            Formula::Number(amount) => Some(Fraction::number(*amount)),
            Formula::Operand(operand) => self.operand(*operand, at)?,
            Formula::Plus(left, right) => both(left, right)?.map(|(left, right)| left.plus(&right, false)),
            Formula::Minus(left, right) => both(left, right)?.map(|(left, right)| left.plus(&right, true)),
            Formula::Times(left, right) => both(left, right)?.map(|(left, right)| left.times(&right)),
            Formula::Over(left, right) => both(left, right)?.and_then(|(left, right)| left.over(&right)),
            Formula::Smallest(parts) => self.best(parts, at, false)?,
            Formula::Largest(parts) => self.best(parts, at, true)?,
            Formula::Round(inner, step) => {
                self.formula(inner, at)?.and_then(|inner| inner.rounded(*step, self.dialect))
            }
        })
    }

    fn best(&self, parts: &[Formula], at: &At<'_>, largest: bool) -> Result<Value, Refusal> {
        let mut best: Option<Fraction> = None;
        for part in parts {
            let Some(part) = self.formula(part, at)? else { return Ok(None) };
            best = Some(match best {
                Some(best) => best.better(&part, largest),
                None => part,
            });
        }
        Ok(best)
    }

    fn operand(&self, operand: Operand, at: &At<'_>) -> Result<Value, Refusal> {
        Ok(match operand {
            Operand::Figure(id) => match &self.figures[id.index()].value {
                FigureValue::Is(amount) => Some(Fraction::number(*amount)),
                FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
            },
            Operand::Count(name, id) => self.count(name, id, at)?,
            Operand::ListSize => Some(Fraction::count("p.list_size", true)),
            Operand::Doses => match at.program.of {
                ProgramOf::Fee(fee) => {
                    self.columns.doses.get(&fee).map(|doses| Fraction::count(&format!("p.{doses}"), false))
                }
                ProgramOf::Payment(_) => None,
            },
            Operand::Line(line) => self.values.get(&at.place).and_then(|lines| lines.get(line).cloned()).flatten(),
        })
    }

    fn count(&self, name: CountName, id: MeasurementId, at: &At<'_>) -> Result<Value, Refusal> {
        let column = |what: &str| self.columns.count(id, what).ok_or_else(|| self.not_counted(id, at));
        let people = |what: &str| column(what).map(|column| Some(Fraction::count(&column, false)));
        match name {
            CountName::Register => people("register"),
            CountName::Excluded => people("excluded"),
            CountName::Excepted => people("excepted"),
            CountName::Denominator => people("denominator"),
            CountName::Numerator => people("numerator"),
            CountName::LocallyExcepted => people("locally_excepted"),
            CountName::Achievement => {
                let is_sure = at.sure.contains(&id);
                Ok(Some(Fraction::percent(&column("numerator")?, &column("denominator")?, is_sure)))
            }
            CountName::BaselineAchievement if self.columns.has_baseline => {
                let (part, whole) = (column("baseline_numerator")?, column("baseline_denominator")?);
                Ok(Some(Fraction::percent(&part, &whole, false)))
            }
            CountName::BaselineAchievement => Ok(None),
        }
    }
}

/// The measurements whose denominator is not nothing where a test fails: `denominator = 0`.
fn ruled_out(test: &Test) -> Option<MeasurementId> {
    let is_nothing = |formula: &Formula| matches!(formula, Formula::Number(amount) if amount.is_zero());
    match test {
        Test::Compare(Formula::Operand(Operand::Count(CountName::Denominator, id)), Comparator::Equal, right)
            if is_nothing(right) =>
        {
            Some(*id)
        }
        Test::All(_) | Test::Any(_) | Test::Not(_) | Test::Absent(_) | Test::Compare(..) => None,
    }
}
