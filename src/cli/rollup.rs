//! Practices put together, as it is asked for on the command line.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};

use crate::cli::CliError;
use crate::cli::facts::KnownPractices;
use crate::data::Practice;
use crate::ground::{FindingKind, Findings};
use crate::report::rollup::{Grouping, RowKind};

/// What practices are put together by.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// The area of the practices table
    Area,
    /// Primary care network
    Pcn,
    /// Sub-ICB location
    SubIcb,
    /// Integrated care board
    Icb,
}

impl By {
    fn kind(self) -> RowKind {
        let (column, one, many) = match self {
            By::Area => ("area", "area", "areas"),
            By::Pcn => ("pcn", "primary care network", "primary care networks"),
            By::SubIcb => ("sub_icb", "sub-ICB location", "sub-ICB locations"),
            By::Icb => ("icb", "integrated care board", "integrated care boards"),
        };
        RowKind { column, one, many }
    }

    fn of(self, practice: &Practice) -> Option<&String> {
        match self {
            By::Area => practice.area.as_ref(),
            By::Pcn => practice.pcn.as_ref(),
            By::SubIcb => practice.sub_icb.as_ref(),
            By::Icb => practice.icb.as_ref(),
        }
    }
}

/// Whether practices are put together.
#[derive(Args, Debug, Default, Clone, Copy)]
pub(super) struct RollupArguments {
    /// One row per group of practices instead of per practice: counts, points and pounds summed, the achievement of the
    /// sums; the groups stand in the practices table
    #[arg(long, value_enum, requires = "practices")]
    by: Option<By>,
}

impl RollupArguments {
    /// The groups, if there are to be any.
    pub(super) fn grouping(self, known: &KnownPractices) -> Result<Option<Grouping>, CliError> {
        let Some(by) = self.by else { return Ok(None) };
        let of_practice = |practice: &Practice| Some((practice.code.clone(), by.of(practice)?.clone()));
        let groups: BTreeMap<String, String> = known.practices.list.iter().filter_map(of_practice).collect();
        if groups.is_empty() {
            let column = by.kind().column;
            let error = CliError::usage(format!("no practice in the practices table has a `{column}`"));
            return Err(
                error.help(format!("add the column `{column}`, or name yours with `--map practices.{column}=NAME`"))
            );
        }
        let kind = by.kind();
        Ok(Some(Grouping { kind, groups, without: format!("no {}", kind.column.replace('_', "-")) }))
    }
}

/// Tells how many practices with results are in no group.
pub(super) fn count_without<'a>(
    grouping: Option<&Grouping>,
    codes: impl Iterator<Item = &'a str>,
    findings: &mut Findings,
) {
    let Some(grouping) = grouping else { return };
    let without: BTreeSet<&str> = codes.filter(|code| !grouping.groups.contains_key(*code)).collect();
    findings.add_counted(FindingKind::NoGroup, "practices", grouping.kind.column, without.len() as u64, &[]);
}
