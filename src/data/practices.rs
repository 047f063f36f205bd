//! The practices table.

use std::collections::BTreeMap;

use crate::data::error::LoadError;
use crate::data::source::Input;
use crate::data::table::{self, Row};
use crate::ground::{FindingKind, Findings};

/// What is known of a practice besides its patients. Rows of one practice sort by content, in the order of the fields.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Practice {
    /// The code.
    pub code: String,
    /// The name.
    pub name: Option<String>,
    /// How many patients of all ages are on its list.
    pub list_size: Option<u32>,
    /// The area it counts to.
    pub area: Option<String>,
    /// Its primary care network.
    pub pcn: Option<String>,
    /// The sub-ICB location that commissions it.
    pub sub_icb: Option<String>,
    /// Its integrated care board.
    pub icb: Option<String>,
    /// Whom to write to.
    pub contact_name: Option<String>,
    /// Where to write to.
    pub contact_details: Option<String>,
}

/// The practices table.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Practices {
    /// The practices, in bytewise order of their codes, each once.
    pub list: Vec<Practice>,
    /// What was odd.
    pub findings: Findings,
}

impl Practices {
    /// A practice by its code.
    pub fn find(&self, code: &str) -> Option<&Practice> {
        self.list.binary_search_by(|practice| practice.code.as_str().cmp(code)).ok().map(|at| &self.list[at])
    }

    /// The first malformed row as an error, for a caller who asked that there be none.
    ///
    /// # Errors
    /// [`LoadError::Malformed`].
    pub fn refuse_malformed(&self) -> Result<(), LoadError> {
        table::refuse_malformed(&self.findings)
    }
}

/// The columns that may be there, each by the names that it goes by: ours first, then those of the published Quality and
/// Outcomes Framework and its geography.
const COLUMNS: [&[&str]; 8] = [
    &["practice_name"],
    &["list_size", "PRACTICE_LIST_SIZE"],
    &["area"],
    &["pcn", "PCN_ODS_CODE"],
    &["sub_icb", "SUB_ICB_LOC_CODE", "SUB_ICB_LOC_ODS_CODE"],
    &["icb", "ICB_ODS_CODE"],
    &["contact_name"],
    &["contact_details"],
];

/// Our names of the columns.
pub(crate) fn column_names() -> impl Iterator<Item = &'static str> {
    std::iter::once("practice_code").chain(COLUMNS.iter().map(|names| names[0]))
}

/// Reads the practices table. Of rows for one practice, the first by content is used.
///
/// # Errors
/// [`LoadError`] if the table cannot be read or has no practice codes.
pub fn read(input: &Input) -> Result<Practices, LoadError> {
    let table = table::read(input)?;
    let code = table.need("practice_code")?;
    let mut places = [None; COLUMNS.len()];
    for (place, names) in places.iter_mut().zip(COLUMNS) {
        for name in names {
            *place = place.or(table.find(name)?);
        }
    }
    let mut findings = table.findings;
    let mut by_code: BTreeMap<String, Vec<(Practice, u64)>> = BTreeMap::new();
    for row in &table.rows {
        match practice(row, code, places) {
            Ok(practice) => by_code.entry(practice.code.clone()).or_default().push((practice, row.number)),
            Err((kind, column)) => findings.add(kind, &table.name, column, Some(row.number)),
        }
    }
    let mut list = Vec::with_capacity(by_code.len());
    for (_, mut rows) in by_code {
        rows.sort_unstable();
        let (practice, kept) = rows.swap_remove(0);
        // Rows that say the same are one, as in the patients table.
        for (_, row) in rows.into_iter().filter(|(other, _)| *other != practice) {
            findings.add(FindingKind::PracticeTwice, &table.name, "practice_code", Some(row.max(kept)));
        }
        list.push(practice);
    }
    Ok(Practices { list, findings })
}

/// One practice, or what is wrong with its row in which column.
fn practice(
    row: &Row,
    code: usize,
    places: [Option<usize>; COLUMNS.len()],
) -> Result<Practice, (FindingKind, &'static str)> {
    let text = |column: Option<usize>| row.cell(column).map(str::to_owned);
    let list_size = match row.cell(places[1]) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().map_err(|_| (FindingKind::MalformedNumber, "list_size"))?)
        }
        Some(_) => return Err((FindingKind::MalformedNumber, "list_size")),
        None => None,
    };
    Ok(Practice {
        code: row.code(Some(code)).ok_or((FindingKind::MissingValue, "practice_code"))?.to_owned(),
        name: text(places[0]),
        list_size,
        area: text(places[2]),
        pcn: text(places[3]),
        sub_icb: text(places[4]),
        icb: text(places[5]),
        contact_name: text(places[6]),
        contact_details: text(places[7]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn practices_are_read_in_order_and_doubles_are_found() {
        let text =
            "list_size,practice_code,practice_name,extra\n900,F2,B,\n,F1,A,\n12.5,F3,C,\n800,F2,B,\n5,,D,\n,F1,A,x\n";
        let practices = read(&Input::csv("p.csv", text)).unwrap();
        let list: Vec<_> = practices.list.iter().map(|p| (p.code.as_str(), p.list_size, p.name.as_deref())).collect();
        assert_eq!(list, [("F1", None, Some("A")), ("F2", Some(800), Some("B"))]);
        assert_eq!(practices.find("F2").and_then(|practice| practice.list_size), Some(800));
        assert_eq!(practices.find("F9"), None);
        let refused = practices.refuse_malformed().unwrap_err().to_string();
        assert!(refused.starts_with("row 4 of `p.csv` has a number that cannot be read in the column `list_size`"));
        let findings: Vec<_> =
            practices.findings.list().into_iter().map(|f| (f.kind, f.column, f.first_rows)).collect();
        assert_eq!(
            findings,
            [
                (FindingKind::MissingValue, "practice_code".to_owned(), vec![6]),
                (FindingKind::MalformedNumber, "list_size".to_owned(), vec![4]),
                (FindingKind::PracticeTwice, "practice_code".to_owned(), vec![5]),
            ]
        );
    }
}
