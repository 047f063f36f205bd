//! What of funnels may stand beside tables of the same people's practices, and beside one another, when counts are
//! withheld.
//!
//! A funnel and the table of practices share the totals of an indicator, and each is made safe by itself. Where both tell
//! all of these totals, nothing that one withholds can move with anything of the other, and so both are safe together;
//! where one of them withholds a total, the funnel is left out. What funnels share among themselves, everybody and who is
//! on the list, is told by all or by none in any case.

use crate::eval::attrition::LineKind;
use crate::report::attrition::{Attrition, EVERYBODY, Indicator, LISTED};

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
        self
    }

    /// The funnels that are left out: `VI001, 2023-24`.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
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
