//! What a pathway is looked at with: the day of the report, appointments and slots, and who takes part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::facts::PracticeArguments;
use crate::cli::{CliError, inputs, output};
use crate::data::Extract;
use crate::data::appointments::{self, Appointments};
use crate::data::naming::TableName;
use crate::data::practices::Practices;
use crate::data::slots::{self, Slots};
use crate::ground::{Day, FindingKind, Findings};
use crate::model::{Library, Rulebook};
use crate::report::style::listed;

/// What stands beside the records of patients.
#[derive(Args, Debug, Default, Clone)]
pub(in crate::cli) struct BesideFiles {
    /// Appointments: patient_id, agreed_date, appointment_date, attended?
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) appointments: Option<PathBuf>,

    /// Protected slots: practice_code, slot_start, slot_end?, taken?
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) slots: Option<PathBuf>,

    /// The day of the report: what was recorded after it is not seen; by default the year's end. Registrations, leavings and
    /// deaths are those of the whole table
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(in crate::cli) as_of: Option<Day>,
}

impl BesideFiles {
    /// True if anything of them was given.
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.appointments.is_some() || self.slots.is_some() || self.as_of.is_some()
    }
}

/// The same for `explain`, where only a local scheme's pathway needs it.
#[derive(Args, Debug, Default)]
pub(in crate::cli) struct BesideArguments {
    /// Of a local scheme: appointments
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) appointments: Option<PathBuf>,

    /// Of a local scheme: protected slots
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) slots: Option<PathBuf>,

    /// Of a local scheme: practices, with contact_name and contact_details
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) practices: Option<PathBuf>,

    /// Of a local scheme: the day of the report; by default the year's end
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(in crate::cli) as_of: Option<Day>,
}

/// A date of the command line.
pub(in crate::cli) fn day(text: &str) -> Result<Day, String> {
    Day::parse_iso(text).ok_or_else(|| "a date is written YYYY-MM-DD".to_owned())
}

/// The day of the report: within the scheme year or after it.
pub(in crate::cli) fn report_day(scheme: &Rulebook, asked: Option<Day>) -> Result<Day, CliError> {
    match asked {
        Some(day) if day < scheme.start => {
            let message =
                format!("{} is before the scheme year, which starts on {}", day.in_words(), scheme.start.in_words());
            Err(CliError::usage(message)
                .help("name a day of the year with `--as-of`, or leave it out for the year's end"))
        }
        Some(day) => Ok(day),
        None => Ok(scheme.end),
    }
}

pub(super) fn no_pathway(book: &Rulebook, library: &Library) -> CliError {
    let has_one = |name: &&crate::ground::BookName| library.check(name).book.is_some_and(|book| book.pathway.is_some());
    let names = library.names();
    let with_one: Vec<String> = names.iter().filter(has_one).map(ToString::to_string).collect();
    let error = CliError::usage(format!("the rulebook {} has no pathway", book.name));
    match with_one.is_empty() {
        true => error.help("write `pathway` and its states in a rule file of a local scheme"),
        false => error.help(format!("there are: {}; name one with `--scheme` and `--year`", with_one.join(", "))),
    }
}

/// Appointments and slots; none where no file is named.
pub(in crate::cli) struct Beside {
    pub(in crate::cli) appointments: Appointments,
    pub(in crate::cli) slots: Slots,
    appointments_file: String,
}

impl Beside {
    pub(in crate::cli) fn read(arguments: &BesideArguments, strict: bool) -> Result<Beside, CliError> {
        Beside::of(arguments.appointments.as_deref(), arguments.slots.as_deref(), strict)
    }

    pub(super) fn of_files(files: &BesideFiles, strict: bool) -> Result<Beside, CliError> {
        Beside::of(files.appointments.as_deref(), files.slots.as_deref(), strict)
    }

    fn of(appointments: Option<&Path>, slots: Option<&Path>, strict: bool) -> Result<Beside, CliError> {
        let appointments_file = appointments.map_or(String::new(), |path| path.display().to_string());
        let appointments = match appointments {
            Some(path) => appointments::read(&inputs::open(path, TableName::Appointments)?)?,
            None => Appointments::default(),
        };
        let slots = match slots {
            Some(path) => slots::read(&inputs::open(path, TableName::Slots)?)?,
            None => Slots::default(),
        };
        if strict {
            appointments.refuse_malformed()?;
            slots.refuse_malformed()?;
        }
        Ok(Beside { appointments, slots, appointments_file })
    }

    /// What was odd, appointments of nobody among it.
    pub(super) fn findings(&self, extract: &Extract) -> Findings {
        let mut findings = self.appointments.findings.clone();
        findings.merge(self.slots.findings.clone());
        let of_nobody = self.appointments.patient_ids().filter(|id| extract.find(id).is_none()).count();
        let file = &self.appointments_file;
        findings.add_counted(FindingKind::UnknownPatient, file, "patient_id", of_nobody as u64, &[]);
        findings
    }
}

/// Which practices take part in a scheme.
pub(super) struct TakingPart {
    /// The area of each practice, as the scheme writes it; None where all take part.
    areas: Option<BTreeMap<String, String>>,
}

impl TakingPart {
    /// Those of the scheme's areas. Where nobody says which area any practice is of, all take part, and stderr says so.
    pub(super) fn of(scheme: &Rulebook, practices: &Practices) -> TakingPart {
        let has_areas = practices.list.iter().any(|practice| practice.area.is_some());
        if scheme.areas.is_empty() {
            return TakingPart { areas: None };
        }
        if !has_areas {
            let note = "nobody says which area a practice is of, so every practice is taken to be of";
            let areas = listed(&scheme.areas);
            output::talk(&format!("{note} {areas}; give a practices file with an `area` column"));
            return TakingPart { areas: None };
        }
        let ours = |area: &str| scheme.areas.iter().find(|ours| ours.eq_ignore_ascii_case(area.trim())).cloned();
        let taking = practices
            .list
            .iter()
            .filter_map(|practice| Some((practice.code.clone(), ours(practice.area.as_deref()?)?)));
        TakingPart { areas: Some(taking.collect()) }
    }

    /// Whether a practice takes part.
    pub(super) fn has(&self, practice_code: &str) -> bool {
        self.areas.as_ref().is_none_or(|areas| areas.contains_key(practice_code))
    }

    /// The area of a practice, as the scheme writes it.
    pub(super) fn area(&self, practice_code: &str) -> Option<&str> {
        self.areas.as_ref()?.get(practice_code).map(String::as_str)
    }

    /// By practice of the extract: whether it takes part; the others are a finding.
    pub(super) fn of_extract(
        &self,
        extract: &Extract,
        arguments: &PracticeArguments,
        findings: &mut Findings,
    ) -> Vec<bool> {
        let takes_part: Vec<bool> = extract.practices().map(|(_, code)| self.has(code)).collect();
        let others = takes_part.iter().filter(|part| !**part).count() as u64;
        findings.add_counted(FindingKind::OtherArea, &practices_file(arguments), "area", others, &[]);
        takes_part
    }
}

/// The name of the practices file.
pub(super) fn practices_file(arguments: &PracticeArguments) -> String {
    arguments.practices.as_ref().map_or(String::new(), |path| path.display().to_string())
}
