//! Practices: the named ones, and as many more as the patients need.

use super::chance::{Chance, Purpose, Shares};
use super::population::{Lack, Population};

/// A practice of the extract.
#[derive(Debug)]
pub(super) struct Practice {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) list_size: u32,
    pub(super) area: String,
    pub(super) contact_name: Option<String>,
    pub(super) contact_details: Option<String>,
    /// Whether it keeps appointments free for those whom it could not win itself.
    pub(super) keeps_slots: bool,
    /// Per thousand of its patients who are of the first attitude.
    pub(super) diligence: u32,
}

/// The most practices that are drawn, so that a practice's place fits in two bytes.
const MOST: u32 = 60_000;

/// The practices of an extract of `size` patients, in order of code.
pub(super) fn draw(population: &Population, size: u32, seed: u64) -> Vec<Practice> {
    let model = &population.practices;
    let named = u32::try_from(model.named.len()).unwrap_or(MOST);
    let count = (size / model.patients_each).clamp(named.min(MOST), MOST);
    (0..count).map(|number| draw_one(population, number, seed)).collect()
}

/// How likely a patient is to be on the list of each.
pub(super) fn by_list_size(practices: &[Practice]) -> Shares {
    Shares::of(practices.iter().map(|practice| practice.list_size))
}

fn draw_one(population: &Population, number: u32, seed: u64) -> Practice {
    let model = &population.practices;
    let mut chance = Chance::of(seed, Purpose::Practice, u64::from(number));
    let word = |chance: &mut Chance, list: &[String]| chance.one_of(list).cloned().unwrap_or_default();
    let code = format!("{}{:04}", model.code_prefix, model.first_number.saturating_add(number));
    let area = word(&mut chance, &model.areas);
    let contact_name = word(&mut chance, &model.contacts);
    let named = model.named.get(number as usize);
    let name = format!("{} {}", word(&mut chance, &model.first_names), word(&mut chance, &model.last_names));
    let list_size = chance.between(model.list_size.from, model.list_size.to).unsigned_abs();
    let diligence = population.diligence.draw(&mut chance).unsigned_abs();
    let mut lacks = |lack: Lack| {
        let lacking = chance.happens(model.lacking);
        named.map_or(lacking, |named| named.lacks.contains(&lack))
    };
    let contact_name = (!lacks(Lack::ContactName)).then_some(contact_name);
    let mailbox = contact_name.as_ref().unwrap_or(&model.mailbox).to_lowercase().replace(' ', ".");
    // The domain `example` is set apart for examples, so a message to it goes nowhere.
    let contact_details = format!("{mailbox}@{}.example", code.to_lowercase());
    Practice {
        contact_details: (!lacks(Lack::ContactDetails)).then_some(contact_details),
        keeps_slots: !lacks(Lack::Slots),
        name: named.map_or(name, |named| named.name.clone()),
        list_size: named.map_or(list_size, |named| named.list_size),
        diligence: named.map_or(diligence, |named| named.diligence),
        area: named.and_then(|named| named.area.clone()).unwrap_or(area),
        code,
        contact_name,
    }
}
