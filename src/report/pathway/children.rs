//! Each child not achieved, with the state it is in.

use super::Scene;
use crate::eval::pathway::Apart;
use crate::report::table::{Cell, Column, Table};

/// The columns of the table of children.
pub const CHILD_COLUMNS: [Column; 7] = [
    Column::text("patient_id"),
    Column::text("practice_code"),
    Column::text("state"),
    Column::text("indicators"),
    Column::text("next_step"),
    Column::text("alerts"),
    Column::text("nothing_to_give"),
];

/// One row per child not achieved, by practice, then patient. Indicators and alerts are separated by blanks; alerts
/// about the practice are left to the table of alerts.
pub fn children<'a>(scene: &Scene<'a>) -> Table<'a> {
    let mut rows: Vec<_> = scene.result.children.iter().collect();
    rows.sort_by(|a, b| (&a.practice_code, &a.patient_id).cmp(&(&b.practice_code, &b.patient_id)));
    let mut table = Table::new("Children not achieved", CHILD_COLUMNS);
    for child in rows {
        let state = &scene.pathway.states[child.state.index()];
        let next = child.next.map_or("", |next| state.next[next].text.as_str());
        let alerts = child.alerts.iter().map(|alert| &scene.pathway.alerts[*alert]);
        let alerts: Vec<&str> = alerts.filter(|alert| !alert.per_practice).map(|alert| alert.name.as_str()).collect();
        table.rows.push(vec![
            Cell::text(child.patient_id.as_str()),
            Cell::text(child.practice_code.as_str()),
            Cell::text(state.name.as_str()),
            Cell::text(scene.codes(&child.indicators)),
            Cell::text(next),
            Cell::text(alerts.join(" ")),
            Cell::text(child.apart.map_or("", Apart::words)),
        ]);
    }
    table
}
