//! Practice codes as small numbers.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

/// A practice code's number in order of arrival, which differs from run to run: [`Ranks`] makes it an id.
pub(crate) type Arrival = u32;

/// The practice codes that were met, from any thread.
#[derive(Default, Debug)]
pub(crate) struct Names {
    arrivals: Mutex<HashMap<Box<str>, Arrival>>,
}

impl Names {
    fn keep(&self, name: &str) -> Arrival {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&arrival) = arrivals.get(name) {
            return arrival;
        }
        let arrival = u32::try_from(arrivals.len()).expect("fewer than 2^32 practices");
        arrivals.insert(name.into(), arrival);
        arrival
    }

    /// Ends the keeping and puts the names in bytewise order.
    pub(crate) fn rank(self) -> Ranks {
        let arrivals = self.arrivals.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<(Box<str>, Arrival)> = arrivals.into_iter().collect();
        names.sort_unstable();
        let mut by_arrival = vec![0; names.len()];
        for (rank, (_, arrival)) in names.iter().enumerate() {
            by_arrival[*arrival as usize] = rank as u32;
        }
        Ranks { by_arrival, names: names.into_iter().map(|(name, _)| name).collect() }
    }
}

/// One reader's way to the names: it asks the shared table only about a name that it has not met.
#[derive(Debug)]
pub(crate) struct NameReader<'a> {
    names: &'a Names,
    met: HashMap<Box<str>, Arrival>,
    /// Those of names that fit in a word, as nearly all do.
    met_short: HashMap<u64, Arrival>,
}

impl<'a> NameReader<'a> {
    pub(crate) fn new(names: &'a Names) -> NameReader<'a> {
        NameReader { names, met: HashMap::new(), met_short: HashMap::new() }
    }

    /// The number of a name that is not empty. Blanks around it are no part of it, in this table as in the others; each way
    /// of writing it is looked at once.
    #[inline]
    pub(crate) fn arrival(&mut self, name: &str) -> Arrival {
        match as_word(name.as_bytes()) {
            Some(word) => *self.met_short.entry(word).or_insert_with(|| self.names.keep(name.trim())),
            None => match self.met.get(name) {
                Some(&arrival) => arrival,
                None => *self.met.entry(name.into()).or_insert(self.names.keep(name.trim())),
            },
        }
    }
}

/// A name of at most seven bytes and its length, as one number.
#[inline]
fn as_word(name: &[u8]) -> Option<u64> {
    if name.len() > 7 {
        return None;
    }
    let mut word = [0; 8];
    word[..name.len()].copy_from_slice(name);
    word[7] = name.len() as u8;
    Some(u64::from_le_bytes(word))
}

/// The practice codes in bytewise order.
#[derive(Debug)]
pub(crate) struct Ranks {
    by_arrival: Vec<u32>,
    names: Vec<Box<str>>,
}

impl Ranks {
    /// The place in bytewise order of a name that arrived.
    #[inline]
    pub(crate) fn rank(&self, arrival: Arrival) -> u32 {
        self.by_arrival[arrival as usize]
    }

    /// The name at a place in bytewise order.
    pub(crate) fn name(&self, rank: u32) -> &str {
        &self.names[rank as usize]
    }

    /// All names in bytewise order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_do_not_depend_on_the_order_of_arrival() {
        let names = Names::default();
        let mut reader = NameReader::new(&names);
        let written = ["F2", " F1 ", "F2 ", "A9", "a long name ", "a long name"];
        let arrivals: Vec<Arrival> = written.iter().map(|name| reader.arrival(name)).collect();
        let ranks = names.rank();
        assert_eq!(ranks.iter().collect::<Vec<_>>(), ["A9", "F1", "F2", "a long name"]);
        let back: Vec<&str> = arrivals.iter().map(|&arrival| ranks.name(ranks.rank(arrival))).collect();
        assert_eq!(back, written.map(str::trim));
    }
}
