//! The worklists of a pathway, one or all of them.

use std::path::Path;

use crate::cli::{CliError, worklists};
use crate::report::pathway::{Scene, worklist};

/// The place of a worklist.
pub(super) fn find(scene: &Scene<'_>, name: &str) -> Result<usize, CliError> {
    let lists = &scene.pathway.worklists;
    lists.iter().position(|list| list.name == name).ok_or_else(|| {
        let known: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        CliError::usage(format!("the pathway has no worklist `{name}`"))
            .help(format!("there are: {}", known.join(", ")))
    })
}

/// Writes every list that has rows, one file for each practice and list, into a new folder.
pub(super) fn write_all(scene: &Scene<'_>, folder: &Path) -> Result<(), CliError> {
    let lists = scene.pathway.worklists.iter().enumerate().flat_map(|(at, list)| {
        let practices = practices_of(scene).into_iter();
        practices.map(move |practice| (practice, list.name.as_str(), worklist(scene, at, Some(practice))))
    });
    worklists::write_all(folder, scene.as_of, lists)
}

/// The practices that have children in the pathway.
fn practices_of<'a>(scene: &Scene<'a>) -> Vec<&'a str> {
    let mut codes: Vec<&str> = scene.result.children.iter().map(|child| child.practice_code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
