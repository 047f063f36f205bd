//! One child of a local scheme's pathway.

use super::ExplainArguments;
use crate::cli::pathway::{Beside, report_day};
use crate::cli::progress::Bar;
use crate::cli::{CliError, output};
use crate::data::naming::TableName;
use crate::data::practices::{self, Practices};
use crate::eval::pathway::explain::explain as explain_child;
use crate::eval::pathway::{self, Lenses, Setting};
use crate::model::Rulebook;
use crate::report::explanation::Who;
use crate::report::explanation::pathway::pathway_explanation;

/// Explains the patient's state on the day of the report.
pub(super) fn explain(scheme: &Rulebook, arguments: &ExplainArguments) -> Result<(), CliError> {
    let Some(resolved) = &scheme.pathway else { return Ok(()) };
    let as_of = report_day(scheme, arguments.beside.as_of)?;
    let beside = Beside::read(&arguments.beside, arguments.tables.strict)?;
    let practices = match &arguments.beside.practices {
        Some(path) => practices::read(&crate::cli::inputs::open(path, TableName::Practices)?)?,
        None => Practices::default(),
    };
    let wanted = pathway::wanted(scheme);
    let bar = Bar::rows();
    let extract = arguments.tables.read(&wanted, &bar)?;
    bar.finish();
    output::talk_block(&crate::report::findings::summary(&extract.findings().list(), None));
    let not_there = || CliError::usage("the patients table has no patient of that id");
    let (key, partition) = extract.find(&arguments.patient).ok_or_else(not_there)?;
    let Some(lenses) = Lenses::new(scheme, &wanted.codes) else { return Ok(()) };
    let (appointments, slots) = (&beside.appointments, &beside.slots);
    let setting = Setting { as_of, appointments, slots, practices: &practices, takes_part: &[] };
    let Some(explained) = explain_child(&extract, &lenses, &setting, key, partition) else {
        output::talk("the patient was on no practice's list by the year's end");
        return Ok(());
    };
    let practice_code = extract.practice_code(explained.registration.practice);
    let who = Who { patient_id: &arguments.patient, practice_code };
    let page = pathway_explanation(scheme, resolved, &explained, as_of, who);
    output::to_stdout(|out| writeln!(out, "{page}"))
}
