//! A file that says how tables name their columns and write their dates, as TOML.
//!
//! ```toml
//! dates = "day-first"
//!
//! [patients]
//! birth_date      = "DOB"
//! registered_date = { column = "Date of reg.", dates = "iso" }
//! ```

use toml::{Table, Value};

/// What is said of one column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MappedColumn {
    /// Our table.
    pub table: String,
    /// Our column.
    pub column: String,
    /// The file's name of it, where it has another.
    pub called: Option<String>,
    /// The word for the order of its dates, where it is said.
    pub dates: Option<String>,
}

/// What is said of all tables.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ColumnMap {
    /// The word for the order of all dates, where it is said.
    pub dates: Option<String>,
    /// Column by column, in the order of their tables and names.
    pub columns: Vec<MappedColumn>,
}

/// Reads the file's text.
///
/// # Errors
/// What is wrong with it, a sentence without a full stop.
pub fn read(text: &str) -> Result<ColumnMap, String> {
    let file: Table = toml::from_str(text).map_err(|fault| format!("it is no TOML: {}", fault.message()))?;
    let mut map = ColumnMap::default();
    for (name, value) in file {
        match (name.as_str(), value) {
            ("dates", Value::String(word)) => map.dates = Some(word),
            (_, Value::Table(columns)) => {
                for (column, value) in columns {
                    map.columns.push(mapped(&name, column, value)?);
                }
            }
            _ => return Err(format!("`{name}` is neither a table nor `dates = \"day-first\"`")),
        }
    }
    Ok(map)
}

fn mapped(table: &str, column: String, value: Value) -> Result<MappedColumn, String> {
    let expected =
        || format!("`{table}.{column}` is neither a name nor {{ column = \"NAME\", dates = \"day-first\" }}");
    match value {
        Value::String(called) => {
            Ok(MappedColumn { table: table.to_owned(), column, called: Some(called), dates: None })
        }
        Value::Table(mut said) => {
            let mut take = |key: &str| match said.remove(key) {
                None => Ok(None),
                Some(Value::String(word)) => Ok(Some(word)),
                Some(_) => Err(expected()),
            };
            let (called, dates) = (take("column")?, take("dates")?);
            if !said.is_empty() || (called.is_none() && dates.is_none()) {
                return Err(expected());
            }
            Ok(MappedColumn { table: table.to_owned(), column, called, dates })
        }
        _ => Err(expected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_orders_are_read() {
        let text =
            "dates = 'iso'\n[patients]\nbirth_date = 'DOB'\nregistered_date = {column = 'Reg', dates = 'day-first'}\n";
        let map = read(text).unwrap();
        let column = |column: &str, called: &str, dates: Option<&str>| MappedColumn {
            table: "patients".to_owned(),
            column: column.to_owned(),
            called: Some(called.to_owned()),
            dates: dates.map(str::to_owned),
        };
        assert_eq!(map.dates.as_deref(), Some("iso"));
        assert_eq!(
            map.columns,
            [column("birth_date", "DOB", None), column("registered_date", "Reg", Some("day-first"))]
        );
    }

    #[test]
    fn what_it_cannot_be_is_told() {
        for (text, told) in [
            ("[patients", "it is no TOML"),
            ("patients = 3", "`patients` is neither a table"),
            ("[patients]\nbirth_date = 3", "`patients.birth_date` is neither a name"),
            ("[patients]\nbirth_date = {colum = 'DOB'}", "`patients.birth_date` is neither a name"),
            ("[patients]\nbirth_date = {}", "`patients.birth_date` is neither a name"),
        ] {
            assert!(read(text).unwrap_err().starts_with(told), "{text}");
        }
    }
}
