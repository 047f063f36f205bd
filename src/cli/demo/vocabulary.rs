//! The codes and texts that events are drawn from, each pair with a number of two bytes.

use super::DemoError;
use super::chance::Chance;
use super::population::{EventKind, Population, Recording, Resource};
use crate::ground::ConceptId;

/// Every code with every text that may stand beside it.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// By number.
    entries: Vec<Entry>,
    /// For each kind of event, what it is recorded as.
    kinds: Vec<Wording>,
    /// For each thing that outreach records, what it is recorded as.
    recordings: Vec<Wording>,
    background: Wording,
}

/// A code with a text.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) code: String,
    /// Empty for none.
    pub(super) text: String,
    /// As which FHIR resource it is written.
    pub(super) resource: Resource,
}

/// The entries of one kind of event: `codes` times `texts` of them, from `first`.
#[derive(Debug)]
struct Wording {
    first: usize,
    codes: u32,
    texts: u32,
    /// The place of the usual code.
    usual: Option<u32>,
}

impl Vocabulary {
    /// Looks up the clusters that the population names.
    ///
    /// # Errors
    /// A cluster without codes; more than 60,000 pairs of code and text.
    pub(super) fn of(
        population: &Population,
        codes_of: &dyn Fn(&str) -> Vec<ConceptId>,
    ) -> Result<Vocabulary, DemoError> {
        let mut entries = Vec::new();
        let background = enter(&mut entries, &population.background_codes, &[], None, population.background_resource);
        let mut kinds = Vec::with_capacity(population.events.len());
        for EventKind { name, cluster, not_in, texts, usual, .. } in &population.events {
            let codes = codes_to_draw(name, cluster, not_in, codes_of)?;
            kinds.push(enter(&mut entries, &codes, texts, *usual, population.resource_of(cluster)));
        }
        let mut recordings = Vec::with_capacity(population.outreach.recordings.len());
        for Recording { story, cluster, texts } in &population.outreach.recordings {
            let codes = codes_to_draw(story, cluster, &[], codes_of)?;
            recordings.push(enter(&mut entries, &codes, texts, None, population.resource_of(cluster)));
        }
        if entries.len() > 60_000 {
            return Err(DemoError::TooManyCodes { pairs: entries.len() });
        }
        Ok(Vocabulary { entries, kinds, recordings, background })
    }

    /// The entry with a number.
    pub(super) fn entry(&self, number: u16) -> &Entry {
        &self.entries[usize::from(number)]
    }

    /// What an event of no interest is recorded as.
    pub(super) fn draw_background(&self, chance: &mut Chance) -> u16 {
        self.background.draw(chance, 0)
    }

    /// What an event of a kind is recorded as: the usual code so many times in a thousand, else any code.
    pub(super) fn draw(&self, kind: usize, chance: &mut Chance, usual_per_thousand: u32) -> u16 {
        self.kinds[kind].draw(chance, usual_per_thousand)
    }

    /// Whether a number is of a kind of event.
    pub(super) fn is_of(&self, kind: usize, number: u16) -> bool {
        let wording = &self.kinds[kind];
        let end = wording.first + (wording.codes * wording.texts) as usize;
        (wording.first..end).contains(&usize::from(number))
    }

    /// What a step of outreach is recorded as.
    pub(super) fn draw_recording(&self, recording: usize, chance: &mut Chance) -> u16 {
        self.recordings[recording].draw(chance, 0)
    }
}

impl Wording {
    fn draw(&self, chance: &mut Chance, usual_per_thousand: u32) -> u16 {
        let any = chance.below(self.codes);
        let code = self.usual.filter(|_| chance.happens(usual_per_thousand)).unwrap_or(any);
        let place = self.first + (code * self.texts + chance.below(self.texts)) as usize;
        u16::try_from(place).unwrap_or(0)
    }
}

fn codes_to_draw(
    event: &str,
    cluster: &str,
    not_in: &[String],
    codes_of: &dyn Fn(&str) -> Vec<ConceptId>,
) -> Result<Vec<ConceptId>, DemoError> {
    let left_out: Vec<ConceptId> = not_in.iter().flat_map(|cluster| codes_of(cluster)).collect();
    let mut codes = codes_of(cluster);
    codes.retain(|code| !left_out.contains(code));
    // The order in which a cluster's codes come must not matter to what is drawn.
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() {
        return Err(DemoError::NoCodes { cluster: cluster.to_owned(), event: event.to_owned() });
    }
    Ok(codes)
}

fn enter(
    entries: &mut Vec<Entry>,
    codes: &[ConceptId],
    texts: &[String],
    usual: Option<ConceptId>,
    resource: Resource,
) -> Wording {
    let no_text = [String::new()];
    let texts = if texts.is_empty() { &no_text } else { texts };
    let first = entries.len();
    for code in codes {
        entries.extend(texts.iter().map(|text| Entry { code: code.to_string(), text: text.clone(), resource }));
    }
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    // A usual code that the cluster does not have is passed over: another version of the codes may lack it.
    let usual = codes.iter().position(|code| Some(*code) == usual).map(number);
    Wording { first, codes: number(codes.len()), texts: number(texts.len()), usual }
}
