//! The report that people look at: what practices reached, what they are paid, and what they could do next, on one page
//! that stands alone or in one workbook.
//!
//! It is made in two steps. [`sections`] puts results into sections of sentences, charts and tables; nothing in them is a
//! patient's. [`html::write`] makes a page of them by templates that escape whatever they are given, and a workbook takes
//! their tables as they are. Points and pounds come as exact amounts and are printed as everywhere else; floating point
//! is for places on a chart and for limits of chance only.

mod axis;
mod chart;
mod colophon;
mod funnel;
mod headline;
pub mod html;
mod indicators;
mod judged;
mod labels;
mod pay_curve;
mod practices;
mod scheme;
mod steps;
mod view;
mod years;

use crate::ground::Finding;
use crate::report::attrition::Attrition;
use crate::report::comparison::Side;
use crate::report::comparison::changes::Comparison;
use crate::report::disclosure::Disclosure;
use crate::report::gaps::NamedGap;
use crate::report::next::NextRow;
use crate::report::page::chart::Chart;
pub use crate::report::page::colophon::{FIGURES_TABLE, InputFile, books};
pub use crate::report::page::headline::Card;
use crate::report::page::judged::judged;
pub use crate::report::page::practices::{Known, Named};
pub use crate::report::page::scheme::LocalScheme;
use crate::report::rollup::{Grouping, OfGroups};
use crate::report::rows::MeasureRow;
use crate::report::style::listed;
use crate::report::table::Table;

/// What a report is made of. All of it is of the same practices.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// Names and areas of practices.
    pub known: &'a Known,
    /// The years in the order asked for, with what practices are paid by.
    pub sides: &'a [Side<'a>],
    /// What each practice achieved, as `run` has it.
    pub measures: &'a [MeasureRow],
    /// The years beside one another, as `compare` has them.
    pub comparison: &'a Comparison,
    /// What is next, as `next` has it.
    pub next: &'a [NextRow],
    /// Where people drop out, as `attrition` has it, for all practices together.
    pub attrition: &'a Attrition,
    /// A local scheme's return, where one was asked for.
    pub scheme: Option<&'a LocalScheme>,
    /// What was odd in the data.
    pub findings: &'a [Finding],
    /// What is withheld or rounded, if anything is.
    pub disclosure: Option<Disclosure>,
    /// How practices are put together, if they are; all of the material is then of groups, but for what is next.
    pub grouping: Option<&'a Grouping>,
    /// What is not known.
    pub gaps: &'a [NamedGap],
    /// What a reader must know of how the results came about.
    pub notes: &'a [String],
    /// The files that were read.
    pub inputs: &'a [InputFile],
}

/// One part of a report under a heading.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name in links; no two are the same.
    pub id: &'static str,
    /// The heading.
    pub heading: String,
    /// What is said before charts and tables, a sentence or more each.
    pub paragraphs: Vec<String>,
    /// What is said in a list below them.
    pub list: Vec<String>,
    /// The figures at a glance, for each area and for all.
    pub cards: Vec<Card>,
    /// The charts.
    pub(in crate::report) charts: Vec<Chart>,
    /// The tables, each with its name in links.
    pub tables: Vec<(String, Table<'static>)>,
}

impl Section {
    /// A section without anything in it yet.
    fn new(id: &'static str, heading: impl Into<String>) -> Section {
        Section {
            id,
            heading: heading.into(),
            paragraphs: Vec::new(),
            list: Vec::new(),
            cards: Vec::new(),
            charts: Vec::new(),
            tables: Vec::new(),
        }
    }
}

/// The report's title.
pub fn title(material: &Material<'_>) -> String {
    let years: Vec<String> = material.sides.iter().map(|side| side.label.to_owned()).collect();
    let groups = material.grouping.map_or(String::new(), |grouping| format!(", by {}", grouping.kind.one));
    format!("Vaccination payments, {}{groups}", listed(&years))
}

/// The sections of a report in order; one that has nothing to say is left out.
pub fn sections(material: &Material<'_>) -> Vec<Section> {
    let judged = judged(material);
    let all = [
        Some(headline::section(material)),
        Some(indicators::section(material, &judged)),
        Some(pay_curve::section(material, &judged)),
        Some(funnel::section(material, &judged)),
        years::section(material),
        Some(steps::section(material)),
        Some(steps::attrition(material)),
        material.scheme.map(|scheme| scheme::section(material, scheme)),
        Some(colophon::findings(material)),
        Some(colophon::section(material)),
    ];
    let mut sections: Vec<Section> = all.into_iter().flatten().collect();
    if let Some(grouping) = material.grouping {
        // The pathway is of practices in any case.
        for (_, table) in sections.iter_mut().filter(|section| section.id != "pathway").flat_map(|s| &mut s.tables) {
            *table = OfGroups::new(table, grouping).table();
        }
    }
    sections
}
