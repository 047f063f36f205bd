//! A progress bar for long reads: on a terminal only, and only once a read takes long.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::data::Progress;

/// Rows read, shown on stderr where that is a terminal.
pub(super) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar for rows; hidden where nobody would see it.
    pub(super) fn rows() -> Bar {
        Bar { bar: bar("reading {human_pos} of {human_len} rows {wide_bar} {eta}") }
    }

    /// Takes the bar off the screen.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn total(&self, rows: u64) {
        self.bar.set_length(rows);
    }

    fn advance(&self, rows: u64) {
        self.bar.inc(rows);
    }
}

/// A bar on stderr by a template; hidden where that is no terminal.
pub(super) fn bar(template: &str) -> ProgressBar {
    let bar = if io::stderr().is_terminal() {
        ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8))
    } else {
        ProgressBar::hidden()
    };
    // A template that cannot be read leaves the plain bar.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
