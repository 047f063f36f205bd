//! What of funnels may stand beside tables of the same people's practices, and beside one another, when counts are
//! withheld.
//!
//! A funnel and the table of practices share the totals of an indicator, and each is made safe by itself. Where both tell
//! all of these totals, nothing that one withholds can move with anything of the other, and so both are safe together;
//! where one of them withholds a total, the funnel is left out. All funnels of a year begin with the same people on the
//! list: they share that count in the same way. And all begin with everybody: that and those who are not on the list are
//! told in all funnels or in none.

use crate::eval::attrition::LineKind;
use crate::report::attrition::{Attrition, Indicator};

/// The places of the first lines among a year's own: everybody, and who of them is on the list.
const EVERYBODY: usize = 0;
const LISTED: usize = 1;

impl Attrition {
    /// Leaves out the funnels of everybody whose indicator and year `has_all_totals` says no to, and those that withhold a
    /// total themselves.
    pub fn beside_practices(mut self, has_all_totals: impl Fn(&str, &str) -> bool) -> Attrition {
        let years = &self.years;
        for indicator in &mut self.indicators {
            for (year, label) in years.iter().enumerate() {
                let is_safe = has_all_totals(&indicator.label, label) && indicator.tells_totals(year);
                if is_safe || indicator.counts[year].is_empty() {
                    continue;
                }
                indicator.counts[year].clear();
                self.left_out.push(format!("{}, {label}", indicator.label));
            }
        }
        self.withhold_everybody_alike();
        self
    }

    /// The funnels that are left out: `VI001, 2023-24`.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    fn withhold_everybody_alike(&mut self) {
        let is_told = |indicator: &Indicator| {
            let told = indicator.counts.iter().zip(&indicator.withheld).filter(|(counts, _)| !counts.is_empty());
            told.flat_map(|(_, groups)| groups.first()).all(|lines| !lines[EVERYBODY].people && !lines[LISTED].fail)
        };
        if self.indicators.iter().all(is_told) {
            return;
        }
        for lines in self.indicators.iter_mut().flat_map(|indicator| &mut indicator.withheld).flatten() {
            lines[EVERYBODY].people = true;
            lines[LISTED].people = true;
            lines[LISTED].fail = true;
        }
    }
}

impl Indicator {
    /// True if the funnel of everybody tells who is on the list, on the register, and each total after it.
    fn tells_totals(&self, year: usize) -> bool {
        let Some(withheld) = self.withheld.get(year).and_then(|groups| groups.first()) else { return true };
        let totals = self.lines.iter().filter(|line| line.told.kind == LineKind::Total);
        let mut places = totals.filter_map(|line| line.at[year]).filter(|at| *at != EVERYBODY);
        !withheld[LISTED].hold && places.all(|at| !withheld[at].people)
    }
}
