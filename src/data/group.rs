//! One partition's rows, grouped by patient.
//!
//! A partition fits in a processor's cache, so a small hash table and counting do what sorting would do more slowly.
//! Only a patient's own few rows are sorted.

use crate::data::ids::spread;
use crate::data::names::Ranks;
use crate::data::records::{Event, Patient, PatientKey, PracticeId, Registration};
use crate::data::scatter::{
    Chunk, ChunkPart, EventRow, NO_DAY, NO_GIVER, RegistrationRow, code_of, day_of, row_distance, start_of_day,
    without_row,
};
use crate::data::tally::Tally;
use crate::ground::{Day, FindingKind};

/// Patients' keys, each with a place: the order in which they were first met.
#[derive(Debug)]
struct Places {
    /// Places plus one; 0 for an empty slot.
    slots: Vec<u32>,
    keys: Vec<u64>,
    partition_bits: u32,
    shift: u32,
}

impl Places {
    /// Room for so many keys of a partition among `2^partition_bits`.
    fn new(rows: usize, partition_bits: u32) -> Places {
        let bits = (rows * 2).next_power_of_two().ilog2().max(1);
        Places { slots: vec![0; 1 << bits], keys: Vec::with_capacity(rows), partition_bits, shift: 64 - bits }
    }

    /// Where a key is, or the empty slot where it would be.
    #[inline]
    fn look(&self, key: u64) -> Result<u32, usize> {
        // The first bits of the spread key are the same for the whole partition.
        let mut slot = (spread(key) << self.partition_bits >> self.shift) as usize;
        loop {
            match self.slots[slot] {
                0 => return Err(slot),
                place if self.keys[place as usize - 1] == key => return Ok(place - 1),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn place(&mut self, key: u64) -> u32 {
        self.look(key).unwrap_or_else(|slot| {
            self.keys.push(key);
            self.slots[slot] = self.keys.len() as u32;
            self.keys.len() as u32 - 1
        })
    }
}

/// The rows that were kept of both tables, scattered into partitions.
#[derive(Debug)]
pub(crate) struct Store {
    pub partition_bits: u32,
    pub registrations: Vec<Chunk<RegistrationRow>>,
    pub events: Vec<Chunk<EventRow>>,
    pub practices: Ranks,
    /// Whether events carry givers or texts.
    pub extras: bool,
}

/// What a patient's rows say together, and where in the lists its records end.
#[derive(Clone, Copy, Debug)]
struct PatientEntry {
    birth: Day,
    death: Option<Day>,
    registrations_end: u32,
    events_end: u32,
}

/// A partition's patients with their registrations and events.
#[derive(Debug)]
pub(crate) struct Grouped {
    places: Places,
    patients: Vec<PatientEntry>,
    registrations: Vec<Registration>,
    events: Vec<Event>,
    /// Where each event's text ends; empty unless texts were asked for.
    text_ends: Vec<usize>,
    texts: String,
}

impl Grouped {
    /// Groups a partition; what is odd goes into the tallies of the two tables.
    pub(crate) fn of(store: &Store, partition: usize, patients: &mut Tally, events: &mut Tally) -> Grouped {
        let mut grouped = group_registrations(store, partition, patients);
        if store.extras {
            group_rich_events(store, partition, &mut grouped, events);
        } else {
            group_plain_events(store, partition, &mut grouped, events);
        }
        grouped
    }

    /// How many patients there are.
    pub(crate) fn len(&self) -> usize {
        self.patients.len()
    }

    /// A patient by its place.
    #[inline]
    pub(crate) fn patient(&self, at: usize) -> Patient<'_> {
        let entry = self.patients[at];
        let (registrations, events) = self.starts(at);
        Patient {
            key: PatientKey(self.places.keys[at]),
            birth: entry.birth,
            death: entry.death,
            registrations: &self.registrations[registrations..entry.registrations_end as usize],
            events: &self.events[events..entry.events_end as usize],
        }
    }

    /// The place of a patient.
    pub(crate) fn find(&self, key: PatientKey) -> Option<usize> {
        self.places.look(key.0).ok().map(|place| place as usize)
    }

    /// The text of a patient's event; empty for none.
    pub(crate) fn text(&self, patient: usize, event: usize) -> &str {
        let at = self.starts(patient).1 + event;
        let Some(&end) = self.text_ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.text_ends[at - 1] };
        &self.texts[start..end]
    }

    /// Where a patient's registrations and events start.
    fn starts(&self, at: usize) -> (usize, usize) {
        let before = at.checked_sub(1).map(|before| self.patients[before]);
        before.map_or((0, 0), |before| (before.registrations_end as usize, before.events_end as usize))
    }
}

/// Where the rows of each place start when rows are put in order of their places, and at last where they end.
fn starts_of(places: impl Iterator<Item = u32>, count: usize) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    places.for_each(|place| starts[place as usize + 1] += 1);
    (0..count).for_each(|at| starts[at + 1] += starts[at]);
    starts
}

/// One row of the patients table; rows of a patient sort by day of registration, practice and day of deregistration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
struct Stay {
    from: i32,
    practice: u32,
    /// The last day of all where the stay has not ended.
    to: i32,
    birth: i32,
    death: i32,
    row: u64,
}

fn group_registrations(store: &Store, partition: usize, tally: &mut Tally) -> Grouped {
    let chunks: Vec<ChunkPart<'_, RegistrationRow>> =
        store.registrations.iter().map(|chunk| chunk.part(partition)).collect();
    let rows = || chunks.iter().flat_map(|chunk| chunk.rows.iter().map(move |row| (chunk, row)));
    let mut places = Places::new(chunks.iter().map(|chunk| chunk.rows.len()).sum(), store.partition_bits);
    let of_rows: Vec<u32> = rows().map(|(_, row)| places.place(row.key)).collect();
    let starts = starts_of(of_rows.iter().copied(), places.keys.len());
    let mut next = starts.clone();
    let mut stays = vec![Stay::default(); of_rows.len()];
    for ((chunk, row), &place) in rows().zip(&of_rows) {
        stays[next[place as usize] as usize] = Stay {
            from: row.from,
            practice: store.practices.rank(row.practice),
            to: if row.to == NO_DAY { i32::MAX } else { row.to },
            birth: row.birth,
            death: row.death,
            row: chunk.first_row + u64::from(row.row),
        };
        next[place as usize] += 1;
    }
    let mut grouped = Grouped {
        patients: Vec::with_capacity(places.keys.len()),
        places,
        registrations: Vec::with_capacity(stays.len()),
        events: Vec::new(),
        text_ends: Vec::new(),
        texts: String::new(),
    };
    for bounds in starts.windows(2) {
        match &mut stays[bounds[0] as usize..bounds[1] as usize] {
            [stay] => {
                add_patient(stay.birth, Some(stay.death).filter(|&death| death != NO_DAY), &[*stay], &mut grouped)
            }
            stays => {
                stays.sort_unstable();
                settle_patient(stays, &mut grouped, tally);
            }
        }
    }
    grouped
}

/// Makes one patient of its rows, which are in order and at least one.
fn settle_patient(stays: &[Stay], grouped: &mut Grouped, tally: &mut Tally) {
    // The birth date is the one beside the latest registration, then the greatest practice, then the later date: no
    // other choice is the same for every order of rows and every day on which "the one that counts" may be asked.
    let birth = stays.iter().map(|stay| (stay.from, stay.practice, stay.birth)).max().map_or(0, |latest| latest.2);
    let death = stays.iter().map(|stay| stay.death).filter(|&death| death != NO_DAY).min();
    if let Some(row) = stays.iter().filter(|stay| stay.birth != birth).map(|stay| stay.row).min() {
        tally.add(FindingKind::TwoBirthDates, BIRTH_COLUMN, row);
    }
    let other_death = |stay: &&Stay| stay.death != NO_DAY && Some(stay.death) != death;
    if let Some(row) = stays.iter().filter(other_death).map(|stay| stay.row).min() {
        tally.add(FindingKind::TwoDeathDates, DEATH_COLUMN, row);
    }
    add_patient(birth, death, stays, grouped);
}

/// Adds a patient with its stays, which are in order; of two that are the same only one is kept.
fn add_patient(birth: i32, death: Option<i32>, stays: &[Stay], grouped: &mut Grouped) {
    let mut before = None;
    for stay in stays {
        let same = (stay.from, stay.practice, stay.to);
        if before != Some(same) {
            let to = (stay.to != i32::MAX).then(|| day(stay.to));
            grouped.registrations.push(Registration { practice: PracticeId(stay.practice), from: day(stay.from), to });
        }
        before = Some(same);
    }
    let registrations_end = grouped.registrations.len() as u32;
    grouped.patients.push(PatientEntry { birth: day(birth), death: death.map(day), registrations_end, events_end: 0 });
}

/// A day that was read, from its number of days since 1970.
fn day(epoch_days: i32) -> Day {
    Day::FIRST.plus_days(epoch_days - Day::FIRST.epoch_days())
}

/// The places in the lists of columns of those that are blamed here.
const BIRTH_COLUMN: usize = 2;
const DEATH_COLUMN: usize = 5;
pub(crate) const EVENT_ID_COLUMN: usize = 0;
pub(crate) const EVENT_DATE_COLUMN: usize = 1;

fn group_plain_events(store: &Store, partition: usize, grouped: &mut Grouped, tally: &mut Tally) {
    let chunks = event_parts(store, partition);
    let words = events_of_patients(&chunks, grouped, tally, |chunk, at| chunk.rows[at].packed);
    let event = |&word: &u64| Event { day: day_of(word), code: code_of(word), giver: None };
    grouped.events = words.iter().map(event).collect();
}

fn group_rich_events(store: &Store, partition: usize, grouped: &mut Grouped, tally: &mut Tally) {
    let chunks = event_parts(store, partition);
    let rows = events_of_patients(&chunks, grouped, tally, |chunk, at| {
        let extra = chunk.extras[at];
        let giver = (extra.giver != NO_GIVER).then(|| PracticeId(store.practices.rank(extra.giver)));
        (without_row(chunk.rows[at].packed), giver, chunk.text(extra))
    });
    for (word, giver, text) in rows {
        grouped.events.push(Event { day: day_of(word), code: code_of(word), giver });
        grouped.texts.push_str(text);
        grouped.text_ends.push(grouped.texts.len());
    }
}

/// A partition's events, chunk after chunk.
fn event_parts(store: &Store, partition: usize) -> Vec<ChunkPart<'_, EventRow>> {
    store.events.iter().map(|chunk| chunk.part(partition)).collect()
}

/// The partition's events in order of their patients, each patient's sorted; sets where each patient's events end.
fn events_of_patients<'s, T: Copy + Ord + Default>(
    chunks: &[ChunkPart<'s, EventRow>],
    grouped: &mut Grouped,
    tally: &mut Tally,
    item: impl Fn(&ChunkPart<'s, EventRow>, usize) -> T,
) -> Vec<T> {
    let of_rows = places_of_events(chunks, grouped, tally);
    let known = || of_rows.iter().copied().filter(|&place| place != NO_PATIENT);
    let starts = starts_of(known(), grouped.len());
    let mut next = starts.clone();
    let mut items = vec![T::default(); known().count()];
    let mut of_rows = of_rows.iter();
    for chunk in chunks {
        for (at, &place) in (0..chunk.rows.len()).zip(of_rows.by_ref()) {
            if place != NO_PATIENT {
                items[next[place as usize] as usize] = item(chunk, at);
                next[place as usize] += 1;
            }
        }
    }
    for (entry, bounds) in grouped.patients.iter_mut().zip(starts.windows(2)) {
        items[bounds[0] as usize..bounds[1] as usize].sort_unstable();
        entry.events_end = bounds[1];
    }
    items
}

/// Stands for an event that belongs to nobody, or lies before its patient's birth.
const NO_PATIENT: u32 = u32::MAX;

/// The place of each event's patient, chunk after chunk.
fn places_of_events(chunks: &[ChunkPart<'_, EventRow>], grouped: &Grouped, tally: &mut Tally) -> Vec<u32> {
    let births: Vec<u64> = grouped.patients.iter().map(|patient| start_of_day(patient.birth)).collect();
    let mut places = Vec::with_capacity(chunks.iter().map(|chunk| chunk.rows.len()).sum());
    for chunk in chunks {
        for event in chunk.rows.iter() {
            let row = || chunk.first_row + row_distance(event.packed);
            places.push(match grouped.places.look(event.key) {
                Ok(place) if event.packed >= births[place as usize] => place,
                Ok(_) => {
                    tally.add(FindingKind::EventBeforeBirth, EVENT_DATE_COLUMN, row());
                    NO_PATIENT
                }
                Err(_) => {
                    tally.add(FindingKind::UnknownPatient, EVENT_ID_COLUMN, row());
                    NO_PATIENT
                }
            });
        }
    }
    places
}
