//! The chart beside a table that is drawn too: a group of bars for each row, one bar for each column of numbers.

use rust_xlsxwriter::{Chart, ChartFormat, ChartPatternFill, ChartPatternFillType, ChartType, Worksheet, XlsxError};

use crate::report::table::Grid;
use crate::report::table::workbook::HEAD_ROWS;

/// Patterns tell the bars apart where colours do not.
const PATTERNS: [ChartPatternFillType; 6] = [
    ChartPatternFillType::Dotted90Percent,
    ChartPatternFillType::DiagonalStripesWideUpwards,
    ChartPatternFillType::SmallGrid,
    ChartPatternFillType::DiagonalStripesWideDownwards,
    ChartPatternFillType::HorizontalBrick,
    ChartPatternFillType::LargeCheckerboard,
];

/// Colours that can be told apart by most, the first that of the NHS.
const COLOURS: [&str; 6] = ["#005EB8", "#D95F02", "#1B7F5C", "#AE2573", "#425563", "#7C2855"];

/// Draws a table on its sheet, to the right of it.
pub(super) fn draw(sheet: &mut Worksheet, table: &dyn Grid, name: &str) -> Result<(), XlsxError> {
    let (Ok(rows), Ok(columns)) = (u32::try_from(table.row_count()), u16::try_from(table.columns().len())) else {
        return Ok(());
    };
    if rows == 0 || columns < 2 {
        return Ok(());
    }
    let (first, last) = (HEAD_ROWS, HEAD_ROWS + rows - 1);
    let mut chart = Chart::new(ChartType::Column);
    for at in 1..columns {
        let series = usize::from(at - 1);
        let mut pattern = ChartPatternFill::new();
        pattern.set_pattern(PATTERNS[series % PATTERNS.len()]);
        pattern.set_foreground_color(COLOURS[series % COLOURS.len()]).set_background_color("#FFFFFF");
        let mut look = ChartFormat::new();
        look.set_pattern_fill(&pattern);
        chart
            .add_series()
            .set_name((name, HEAD_ROWS - 1, at))
            .set_categories((name, first, 0, last, 0))
            .set_values((name, first, at, last, at))
            .set_format(&mut look);
    }
    chart.title().set_name(table.title());
    chart.x_axis().set_name(table.columns()[0].name.as_ref());
    chart.y_axis().set_name("%").set_num_format("0");
    chart.set_alt_text(format!("{}: a bar for each number of the table beside it.", table.title()));
    chart.set_width(720).set_height(400);
    sheet.insert_chart(1, columns + 1, &chart)?;
    Ok(())
}
