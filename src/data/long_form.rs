//! The published long form of counts: one row per practice, indicator and thing counted (`NUMERATOR`, `DENOMINATOR`,
//! `PCAS`, `ACHIEVED_POINTS`, `REGISTER`), gathered into one row of counts each.

use std::collections::BTreeMap;

use crate::data::counts::{CountRow, CountTable, Published, PublishedPoints};
use crate::data::error::LoadError;
use crate::data::table::{Row, Table};
use crate::ground::{Amount, FindingKind, Findings};

/// The values of one practice and indicator, each with its row's number.
#[derive(Default)]
struct Values {
    numerator: Option<(Amount, u64)>,
    denominator: Option<(Amount, u64)>,
    /// Personalised care adjustments: people who left the denominator.
    adjusted: Option<(Amount, u64)>,
    points: Option<(Amount, u64)>,
    /// People on the register, of whom those in neither of the above were excluded.
    register: Option<(Amount, u64)>,
}

/// Practice, indicator and year.
type Key = (String, String, Option<String>);

struct Places {
    practice: usize,
    indicator: usize,
    measure: usize,
    value: usize,
    year: Option<usize>,
}

/// True if the header is the published one: what is counted and how many stand in two columns.
pub(crate) fn is_it(table: &Table) -> Result<bool, LoadError> {
    let columns = [table.find("indicator_code")?, table.find("measure")?, table.find("value")?];
    Ok(columns.iter().all(Option::is_some))
}

/// Gathers the rows. What is published of an indicator besides counts and points is not read.
pub(crate) fn read(table: &Table) -> Result<CountTable, LoadError> {
    let places = Places {
        practice: table.need("practice_code")?,
        indicator: table.need("indicator_code")?,
        measure: table.need("measure")?,
        value: table.need("value")?,
        year: table.find("year")?,
    };
    let mut findings = table.findings.clone();
    let mut gathered: BTreeMap<Key, Values> = BTreeMap::new();
    let mut decimals = 0;
    for row in &table.rows {
        if let Err((kind, column)) = places.take(row, &mut gathered, &mut decimals) {
            findings.add(kind, &table.name, column, Some(row.number));
        }
    }
    let mut read = CountTable { rows: Vec::new(), published: None, findings: Findings::default() };
    let mut published = Published { points: Vec::new(), decimals };
    for ((practice_code, indicator, year), values) in gathered {
        if let Some((points, _)) = values.points {
            let (practice_code, indicator, year) = (practice_code.clone(), indicator.clone(), year.clone());
            published.points.push(PublishedPoints { practice_code, indicator, year, points });
        }
        match values.row(practice_code, indicator, year) {
            Ok(row) => read.rows.extend(row),
            Err((kind, row)) => findings.add(kind, &table.name, "value", Some(row)),
        }
    }
    read.published = Some(published);
    read.findings = findings;
    Ok(read)
}

impl Places {
    fn take(
        &self,
        row: &Row,
        gathered: &mut BTreeMap<Key, Values>,
        decimals: &mut u32,
    ) -> Result<(), (FindingKind, &'static str)> {
        let text = |place, column| row.cell(Some(place)).ok_or((FindingKind::MissingValue, column));
        let code = |place, column| row.code(Some(place)).ok_or((FindingKind::MissingValue, column));
        let measure = code(self.measure, "measure")?.to_ascii_uppercase();
        let key = (
            code(self.practice, "practice_code")?.to_owned(),
            code(self.indicator, "indicator_code")?.to_owned(),
            row.code(self.year).map(str::to_owned),
        );
        let values = gathered.entry(key).or_default();
        let place = match measure.as_str() {
            "NUMERATOR" => &mut values.numerator,
            "DENOMINATOR" => &mut values.denominator,
            "PCAS" => &mut values.adjusted,
            "ACHIEVED_POINTS" => &mut values.points,
            "REGISTER" => &mut values.register,
            _ => return Ok(()),
        };
        let written = text(self.value, "value")?;
        let amount = Amount::parse(written).filter(|amount| !amount.is_negative());
        let amount = amount.ok_or((FindingKind::MalformedNumber, "value"))?;
        if measure == "ACHIEVED_POINTS" {
            let fraction = written.split_once('.').map_or("", |(_, fraction)| fraction.trim_end());
            *decimals = (*decimals).max(u32::try_from(fraction.len()).unwrap_or(u32::MAX));
        }
        match place {
            None => *place = Some((amount, row.number)),
            Some((kept, _)) if *kept == amount => {}
            Some((kept, _)) => {
                *kept = amount.min(*kept);
                return Err((FindingKind::ValueTwice, "value"));
            }
        }
        Ok(())
    }
}

impl Values {
    /// The row of counts; None where nothing but other things are published of the indicator, and what is wrong with
    /// which row where there is only half of it.
    fn row(
        &self,
        practice_code: String,
        measure: String,
        year: Option<String>,
    ) -> Result<Option<CountRow>, (FindingKind, u64)> {
        let ((numerator, _), (denominator, row)) = match (self.numerator, self.denominator) {
            (None, None) => return Ok(None),
            (Some((_, row)), None) | (None, Some((_, row))) => return Err((FindingKind::MissingValue, row)),
            (Some(numerator), Some(denominator)) => (numerator, denominator),
        };
        if numerator > denominator {
            return Err((FindingKind::NumeratorAboveDenominator, row));
        }
        // Who was adjusted for has left the denominator that is published.
        let whole = |amount: Amount| amount.whole().and_then(|whole| u64::try_from(whole).ok());
        let adjusted = self.adjusted.and_then(|(adjusted, _)| whole(adjusted));
        let people = adjusted.zip(whole(denominator)).and_then(|(adjusted, denominator)| {
            let rest = denominator.checked_add(adjusted)?;
            // A register that is published of something larger, such as a disease, says nothing of who was excluded.
            let register = self.register.and_then(|(register, _)| whole(register)).filter(|register| *register >= rest);
            let register = register.unwrap_or(rest);
            Some([register, register - rest, adjusted])
        });
        Ok(Some(CountRow {
            year,
            practice_code,
            measure,
            numerator,
            denominator,
            register: people,
            rounded: false,
            row,
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::data::Input;
    use crate::data::counts::read;
    use crate::ground::{Amount, FindingKind};

    #[test]
    fn the_long_form_is_gathered_by_practice_and_indicator() {
        let text = "PRACTICE_CODE,INDICATOR_CODE,MEASURE,VALUE\nF1,VI001,NUMERATOR,9\nF1,VI001,DENOMINATOR,10\n\
                    F1,VI001,PCAS,2\nF1,VI001,ACHIEVED_POINTS,3.25\nF1,AF001,REGISTER,50\nF2,VI001,NUMERATOR,1\n";
        let table = read(&Input::csv("qof.csv", text)).unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].register, Some([12, 0, 2]));
        let published = table.published.unwrap();
        assert_eq!((published.decimals, published.points[0].points), (2, Amount::parse("3.25").unwrap()));
        let findings = table.findings.list();
        assert_eq!((findings[0].kind, &findings[0].first_rows[..]), (FindingKind::MissingValue, &[7][..]));
    }
}
