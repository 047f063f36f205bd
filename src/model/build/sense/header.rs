//! A title that names another contract year than the rulebook's own.

use crate::ground::{Diagnostic, Span};

/// A warning where a title names a contract year, and none that it names is the rulebook's.
pub(in crate::model::build) fn title_of_another_year(title: &str, span: Span, year: &str) -> Option<Diagnostic> {
    let own = contract_years(year).next()?;
    let named: Vec<(u32, u32)> = contract_years(title).collect();
    let (first, second) = *named.first()?;
    if named.contains(&own) {
        return None;
    }
    let message = format!("the title names the year {first}/{second:02}, and this is the rulebook of {year}");
    let help = format!("write {}/{:02} in the title; a rulebook that was copied may need more than that", own.0, own.1);
    Some(Diagnostic::warning("W434", span, message).help(help))
}

/// Pairs such as 2023/24, 2023-24 or 2023/2024: the first year, and the last two digits of the one after it.
fn contract_years(text: &str) -> impl Iterator<Item = (u32, u32)> + '_ {
    let numbers = text.split(|sign: char| !sign.is_ascii_digit());
    let pairs = numbers.clone().zip(numbers.skip(1));
    pairs.filter_map(|(first, second)| {
        let whole: u32 = (first.len() == 4).then(|| first.parse().ok())??;
        let next: u32 = matches!(second.len(), 2 | 4).then(|| second.parse().ok())??;
        let follows = (whole + 1) % 100 == next % 100 && (second.len() == 2 || next == whole + 1);
        follows.then_some((whole, next % 100))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_found_however_they_are_written() {
        let found = |text| contract_years(text).collect::<Vec<_>>();
        assert_eq!(found("QOF 2023/24, formerly 2022-23"), [(2023, 24), (2022, 23)]);
        assert_eq!(found("1999/2000 and 2099/00"), [(1999, 0), (2099, 0)]);
        assert_eq!(found("version 49 of 2023, 12 pages; 2023-06-01; 2023 to 2026"), []);
    }
}
