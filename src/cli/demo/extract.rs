//! Draws the patients and writes the tables.

use std::fs;
use std::mem;
use std::path::Path;

use rayon::prelude::*;

use super::chance::{Chance, Purpose};
use super::life::{AppointmentRow, EventRow, Lives, MOST_PATIENTS, PatientRow, Rows};
use super::population::Population;
use super::practice::{self, Practice};
use super::slot::{self, Slot};
use super::table::ndjson::OrganizationRow;
use super::table::{IsoDays, Row, TableFile, Words};
use super::vocabulary::Vocabulary;
use super::{DemoError, Format, Plan, Progress, Summary};
use crate::ground::{ConceptId, Day};

/// Rows in a row group, about.
const GROUP_ROWS: usize = 1_000_000;
/// Patients that one thread draws in one go.
const BLOCK: u32 = 4096;
/// Blocks that are drawn side by side before their rows are handed on.
const BLOCKS_AT_ONCE: u32 = 64;
/// Events of one patient, about; it sets only how many parts a shuffled table is made of.
const EVENTS_EACH: usize = 7;

/// Draws `plan.size` patients and writes the tables `patients`, `events`, `practices`, `appointments` and `slots` into
/// `dir`, which is made if need be. The bytes depend on the plan, the population and the codes alone, not on the machine
/// or its threads. The files appear together, when all are whole.
///
/// `codes_of` gives the codes of a cluster by its name. `progress` is told now and then how far the work is.
///
/// # Errors
/// Too many patients, a cluster without codes, or a file that cannot be written.
pub fn write_extract(
    dir: &Path,
    plan: &Plan,
    population: &Population,
    codes_of: &dyn Fn(&str) -> Vec<ConceptId>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, DemoError> {
    if plan.size > MOST_PATIENTS {
        return Err(DemoError::TooManyPatients { most: MOST_PATIENTS });
    }
    let vocabulary = Vocabulary::of(population, codes_of)?;
    let practices = practice::draw(population, plan.size, plan.seed);
    let by_list_size = practice::by_list_size(&practices);
    let lives = Lives { population, practices: &practices, by_list_size, vocabulary: &vocabulary, plan };
    let words = words(population, &practices, &vocabulary);
    fs::create_dir_all(dir).map_err(|source| DemoError::Write { path: dir.to_owned(), source })?;
    let mut patients = Sink::<PatientRow>::create(dir, "patients", plan, plan.size as usize)?;
    let mut events = Sink::<EventRow>::create(dir, "events", plan, plan.size as usize * EVENTS_EACH)?;
    let mut appointments = Sink::<AppointmentRow>::create(dir, "appointments", plan, 0)?;
    draw_all(&lives, &mut patients, &mut events, &mut appointments, &words, progress)?;
    let practice_file = whole_table::<Practice>(dir, "practices", plan, &practices, &words)?;
    let organizations = match plan.format {
        Format::Ndjson => {
            let rows: Vec<OrganizationRow> = (0..words.practice_codes.len()).map(OrganizationRow).collect();
            Some(whole_table::<OrganizationRow>(dir, "organizations", plan, &rows, &words)?)
        }
        Format::Csv => None,
        #[cfg(feature = "parquet")]
        Format::Parquet(_) => None,
    };
    let slots = slot::draw(population, &practices, plan.seed);
    let slots_file = whole_table::<Slot>(dir, "slots", plan, &slots, &words)?;
    patients.finish(&words, progress)?;
    events.finish(&words, progress)?;
    appointments.finish(&words, progress)?;
    organizations.map(TableFile::keep).transpose()?;
    Ok(Summary {
        practices: practices.len() as u64,
        patients: u64::from(plan.size),
        registrations: patients.written,
        events: events.written,
        patients_file: patients.file.keep()?,
        events_file: events.file.keep()?,
        practices_file: practice_file.keep()?,
        appointments_file: appointments.file.keep()?,
        slots_file: slots_file.keep()?,
    })
}

/// Writes a table of which all rows are there.
fn whole_table<R: Row>(
    dir: &Path,
    name: &str,
    plan: &Plan,
    rows: &[R],
    words: &Words<'_>,
) -> Result<TableFile, DemoError> {
    let mut file = TableFile::create::<R>(dir, name, plan.format)?;
    file.append(&[rows], words)?;
    file.finish()?;
    Ok(file)
}

fn words<'a>(population: &Population, practices: &[Practice], vocabulary: &'a Vocabulary) -> Words<'a> {
    let inside = practices.iter().map(|practice| practice.code.clone());
    let first = population.bands.iter().map(|band| band.born.0).min().unwrap_or(Day::LAST);
    Words {
        vocabulary,
        practice_codes: inside.chain(population.practices.outside.iter().cloned()).collect(),
        // Everything is dated from somebody's birth to the last day, but for registrations that close soon after it.
        days: IsoDays::between(first, population.through),
    }
}

/// Draws blocks of patients side by side and hands their rows on in order, so that the threads change nothing.
fn draw_all(
    lives: &Lives<'_>,
    patients: &mut Sink<PatientRow>,
    events: &mut Sink<EventRow>,
    appointments: &mut Sink<AppointmentRow>,
    words: &Words<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), DemoError> {
    let size = lives.plan.size;
    let mut start = 0;
    while start < size {
        let end = size.min(start.saturating_add(BLOCK * BLOCKS_AT_ONCE));
        let blocks: Vec<u32> = (start..end).step_by(BLOCK as usize).collect();
        let drawn: Vec<Rows> = blocks.into_par_iter().map(|first| draw_block(lives, first, end)).collect();
        for rows in drawn {
            patients.take(&rows.patients, words)?;
            events.take(&rows.events, words)?;
            appointments.take(&rows.appointments, words)?;
        }
        start = end;
        progress(Progress::Drawn { patients: u64::from(start), of: u64::from(size) });
    }
    Ok(())
}

fn draw_block(lives: &Lives<'_>, first: u32, end: u32) -> Rows {
    let mut rows = Rows::default();
    for place in first..end.min(first + BLOCK) {
        lives.draw(place, &mut rows);
    }
    rows
}

/// Rows on their way to a file.
struct Sink<R> {
    file: TableFile,
    order: Order<R>,
    seed: u64,
    written: u64,
}

/// In what order rows are written.
enum Order<R> {
    /// As they come: only what does not fill a row group yet is held back.
    Kept { waiting: Vec<R> },
    /// Each row goes to a part by chance, and each part is put into a chance order before it is written: every order of
    /// the whole is then as likely, and no more than a part is shuffled at a time. All rows are held until the end.
    Shuffled { parts: Vec<Vec<R>>, chance: Chance },
}

impl<R: Row + Copy> Sink<R> {
    fn create(dir: &Path, name: &str, plan: &Plan, rows: usize) -> Result<Sink<R>, DemoError> {
        let file = TableFile::create::<R>(dir, name, plan.format)?;
        let parts = rows.div_ceil(GROUP_ROWS).max(1);
        let order = if plan.shuffled {
            // The number of columns tells the tables' streams apart.
            let chance = Chance::of(plan.seed, Purpose::Scatter, R::COLUMNS.len() as u64);
            Order::Shuffled { parts: (0..parts).map(|_| Vec::new()).collect(), chance }
        } else {
            Order::Kept { waiting: Vec::new() }
        };
        Ok(Sink { file, order, seed: plan.seed, written: 0 })
    }

    fn take(&mut self, rows: &[R], words: &Words<'_>) -> Result<(), DemoError> {
        match &mut self.order {
            Order::Shuffled { parts, chance } => {
                let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
                for row in rows {
                    parts[chance.below(count) as usize].push(*row);
                }
                Ok(())
            }
            Order::Kept { waiting } => {
                waiting.extend_from_slice(rows);
                let ready = waiting.len() / GROUP_ROWS;
                if ready < rayon::current_num_threads() {
                    return Ok(());
                }
                let groups: Vec<&[R]> = waiting.chunks_exact(GROUP_ROWS).collect();
                self.file.append(&groups, words)?;
                self.written += (ready * GROUP_ROWS) as u64;
                waiting.drain(..ready * GROUP_ROWS);
                Ok(())
            }
        }
    }

    fn finish(&mut self, words: &Words<'_>, progress: &mut dyn FnMut(Progress)) -> Result<(), DemoError> {
        match mem::replace(&mut self.order, Order::Kept { waiting: Vec::new() }) {
            Order::Kept { waiting } => {
                let groups: Vec<&[R]> = waiting.chunks(GROUP_ROWS).collect();
                self.file.append(&groups, words)?;
                self.written += waiting.len() as u64;
            }
            Order::Shuffled { parts, .. } => self.write_parts(parts, words, progress)?,
        }
        self.file.finish()
    }

    fn write_parts(
        &mut self,
        mut parts: Vec<Vec<R>>,
        words: &Words<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), DemoError> {
        let of = parts.iter().map(|part| part.len() as u64).sum();
        let mut first = 0;
        for wave in parts.chunks_mut(rayon::current_num_threads()) {
            let shuffle = |(part, rows): (usize, &mut Vec<R>)| {
                Chance::of(self.seed, Purpose::Order, part as u64).shuffle(rows);
            };
            (first..first + wave.len()).into_par_iter().zip(wave.par_iter_mut()).for_each(shuffle);
            first += wave.len();
            let groups: Vec<&[R]> = wave.iter().map(Vec::as_slice).collect();
            self.file.append(&groups, words)?;
            for rows in wave {
                self.written += rows.len() as u64;
                *rows = Vec::new();
            }
            progress(Progress::Written { rows: self.written, of });
        }
        Ok(())
    }
}
