//! The model of a population: who is drawn, what happens to them and how often, read from a TOML file.

use std::collections::BTreeMap;

use thiserror::Error;

use super::chance::{Chance, Shares};
use crate::ground::{ConceptId, Day, Period};

pub(super) use outreach::{Agreement, Chase, Outreach, Recording, Start, Step};
pub(super) use written::{Giving, Lack, Practices, Range, Resource};
use written::{ShareOfDays, Written};

mod outreach;
mod written;

/// A checked model of a population; having one means that every name in it is known.
#[derive(Debug)]
pub struct Population {
    /// The last day on which anything is dated.
    pub through: Day,
    /// How many patients to draw when nobody says.
    pub default_size: u32,
    /// The seed when nobody says.
    pub default_seed: u64,
    /// The contract years that the demo shows.
    pub years: Vec<String>,
    pub(super) practices: Practices,
    pub(super) diligence: Spread,
    pub(super) attitudes: Vec<Attitude>,
    /// The shares of the attitudes after the first.
    pub(super) other_attitudes: Shares,
    pub(super) delays: Vec<Spread>,
    pub(super) bands: Vec<Band>,
    pub(super) band_shares: Shares,
    pub(super) moves: Moves,
    pub(super) giving: Giving,
    pub(super) background_from: Day,
    pub(super) background_codes: Vec<ConceptId>,
    pub(super) background_resource: Resource,
    /// As which resource the codes of a cluster are written, by its name; those of others are doses.
    resources: BTreeMap<String, Resource>,
    pub(super) events: Vec<EventKind>,
    pub(in crate::cli::demo) outreach: Outreach,
}

/// What is wrong with a population file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PopulationError {
    /// Not TOML, a key that is unknown or missing, or a value of the wrong kind; with the line.
    #[error("{0}")]
    Form(String),
    /// A name that nothing above it bears.
    #[error("`{within}` names the {kind} `{name}`, but none of that name is above it")]
    UnknownName {
        /// The entry that uses the name.
        within: String,
        /// What the name should be of: a band, an attitude, a delay, an event.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A number that is not a SNOMED CT concept id.
    #[error("{0} is not a concept id")]
    NotAConcept(u64),
    /// A list from which something is drawn has nothing in it.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A share, a chance, a range or a date that cannot be.
    #[error("`{within}`: {what}")]
    Impossible {
        /// The entry.
        within: String,
        /// What cannot be.
        what: &'static str,
    },
}

/// Ranges of whole numbers, each with its share: how long a delay is, how diligent a practice is.
#[derive(Debug)]
pub(super) struct Spread {
    shares: Shares,
    ranges: Vec<ShareOfDays>,
}

impl Spread {
    /// Draws a range by its share, then evenly within it.
    pub(super) fn draw(&self, chance: &mut Chance) -> i32 {
        let range = self.ranges[self.shares.draw(chance)];
        chance.between(range.from, range.to)
    }
}

/// What kind of person someone is: how soon they come.
#[derive(Debug)]
pub(super) struct Attitude {
    /// Its place among the delays.
    pub(super) delay: usize,
}

/// A group of people by birth.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) born: (Day, Day),
    /// The delay from birth to registration, by its place.
    pub(super) registered: usize,
    /// Per thousand who moved in, and between which ages.
    pub(super) moved_in: (u32, Period, Period),
    /// Per thousand who died.
    pub(super) died: u32,
    /// Events of no interest, each patient.
    pub(super) background: Range,
}

/// How often people come and go; all chances per thousand.
#[derive(Debug)]
pub(super) struct Moves {
    /// The shares of [`Move`]'s kinds, in their order.
    pub(super) kinds: Shares,
    pub(super) overlap_days: Range,
    pub(super) away_days: Range,
    pub(super) settle_days: i32,
    pub(super) carried: u32,
    pub(super) moved_from: Day,
}

/// What one patient's registrations do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Moved,
    Overlapping,
    Returned,
    Left,
    Stayed,
}

impl Moves {
    pub(super) fn draw(&self, chance: &mut Chance) -> Move {
        const KINDS: [Move; 5] = [Move::Moved, Move::Overlapping, Move::Returned, Move::Left, Move::Stayed];
        KINDS[self.kinds.draw(chance)]
    }
}

/// Something that may happen to a patient once, and is recorded as an event.
#[derive(Debug)]
pub(super) struct EventKind {
    pub(super) name: String,
    pub(super) cluster: String,
    /// Clusters whose codes are not used though they are in `cluster` too.
    pub(super) not_in: Vec<String>,
    pub(super) usual: Option<ConceptId>,
    /// For each band, whether it happens there.
    pub(super) bands: Vec<bool>,
    pub(super) age: Option<Period>,
    pub(super) from: Option<Day>,
    /// An earlier event by its place, and the least time after it.
    pub(super) after: Option<(usize, Period)>,
    pub(super) until: Day,
    pub(super) before_age: Option<Period>,
    pub(super) born: (Day, Day),
    /// The delay by its place; the attitude's where there is none.
    pub(super) delay: Option<usize>,
    /// Earlier events by their places.
    pub(super) unless: Vec<usize>,
    pub(super) texts: Vec<String>,
    /// Per thousand, for each attitude.
    pub(super) chance: Vec<u32>,
}

impl Population {
    /// The population that comes with the program.
    ///
    /// # Errors
    /// None, unless the file in `rules/demo` is at fault, which a test would show.
    pub fn built_in() -> Result<Population, PopulationError> {
        let people = include_str!("../../../rules/demo/population.toml");
        Population::parse(people, include_str!("../../../rules/demo/outreach.toml"))
    }

    /// Reads the texts of a population file and of the file that says how practices reach out to its families.
    ///
    /// # Errors
    /// What is wrong with the text, the first fault only.
    pub fn parse(people: &str, outreach: &str) -> Result<Population, PopulationError> {
        let written: Written = toml::from_str(people).map_err(|fault| PopulationError::Form(fault.to_string()))?;
        let names = Names::of(&written);
        let delays: Result<_, _> = written.delay.iter().map(|(name, ranges)| spread(name, ranges)).collect();
        let attitude = |attitude: &written::Attitude| {
            Ok(Attitude { delay: find(&names.delays, "delay", &attitude.delay, &attitude.name)? })
        };
        let concept = |&id: &u64| ConceptId::from_number(id).ok_or(PopulationError::NotAConcept(id));
        let codes: Result<_, _> = written.background.codes.iter().map(concept).collect();
        check_practices(&written.practices)?;
        check_some("attitude", &written.attitude)?;
        check_some("band", &written.band)?;
        check_some("background.codes", &written.background.codes)?;
        let events = events_of(&written.event, &names)?;
        let outreach = Outreach::parse(outreach, &names, &events)?;
        Ok(Population {
            through: written.through.0,
            default_size: written.default_size,
            default_seed: u64::from(written.default_seed),
            years: written.years.clone(),
            diligence: spread("practices.diligence", &written.practices.diligence)?,
            attitudes: written.attitude.iter().map(attitude).collect::<Result<_, _>>()?,
            other_attitudes: Shares::of(written.attitude.iter().skip(1).map(|attitude| attitude.share)),
            delays: delays?,
            bands: written.band.iter().map(|band| band_of(band, &names)).collect::<Result<_, _>>()?,
            band_shares: Shares::of(written.band.iter().map(|band| band.share)),
            moves: moves_of(&written.moves)?,
            giving: written.giving,
            background_from: written.background.from.0,
            background_codes: codes?,
            background_resource: written.background.resource,
            resources: written.resources,
            events,
            outreach,
            practices: written.practices,
        })
    }
}

impl Population {
    /// As which FHIR resource the codes of a cluster are written.
    pub(super) fn resource_of(&self, cluster: &str) -> Resource {
        self.resources.get(cluster).copied().unwrap_or(Resource::Immunization)
    }
}

/// Every name that an entry may use, with its place.
struct Names {
    delays: BTreeMap<String, usize>,
    attitudes: BTreeMap<String, usize>,
    bands: BTreeMap<String, usize>,
}

impl Names {
    fn of(written: &Written) -> Names {
        let places = |names: Vec<&String>| names.into_iter().cloned().zip(0..).collect();
        Names {
            delays: places(written.delay.keys().collect()),
            attitudes: places(written.attitude.iter().map(|attitude| &attitude.name).collect()),
            bands: places(written.band.iter().map(|band| &band.name).collect()),
        }
    }
}

fn find(
    names: &BTreeMap<String, usize>,
    kind: &'static str,
    name: &str,
    within: &str,
) -> Result<usize, PopulationError> {
    let unknown = || PopulationError::UnknownName { within: within.to_owned(), kind, name: name.to_owned() };
    names.get(name).copied().ok_or_else(unknown)
}

fn impossible(within: &str, what: &'static str) -> PopulationError {
    PopulationError::Impossible { within: within.to_owned(), what }
}

fn check_some<T>(name: &'static str, list: &[T]) -> Result<(), PopulationError> {
    if list.is_empty() { Err(PopulationError::Empty(name)) } else { Ok(()) }
}

fn check_practices(practices: &Practices) -> Result<(), PopulationError> {
    let lists = [
        ("practices.areas", &practices.areas),
        ("practices.first_names", &practices.first_names),
        ("practices.last_names", &practices.last_names),
        ("practices.contacts", &practices.contacts),
        ("practices.outside", &practices.outside),
    ];
    for (name, list) in lists {
        check_some(name, list)?;
    }
    if practices.named.len() < 2 {
        return Err(impossible("practices", "at least two named practices are needed, for people to move between"));
    }
    if practices.patients_each == 0 || practices.list_size.from < 1 || practices.list_size.to < practices.list_size.from
    {
        return Err(impossible("practices", "a practice has at least one patient"));
    }
    Ok(())
}

fn check_range(within: &str, range: Range) -> Result<Range, PopulationError> {
    if range.from < 0 || range.to < range.from {
        return Err(impossible(within, "a range runs upwards from 0 or more"));
    }
    Ok(range)
}

fn spread(name: &str, ranges: &[ShareOfDays]) -> Result<Spread, PopulationError> {
    if ranges.iter().all(|range| range.share == 0) {
        return Err(impossible(name, "nothing has a share"));
    }
    for range in ranges {
        check_range(name, Range { from: range.from, to: range.to })?;
    }
    Ok(Spread { shares: Shares::of(ranges.iter().map(|range| range.share)), ranges: ranges.to_vec() })
}

fn band_of(band: &written::Band, names: &Names) -> Result<Band, PopulationError> {
    if band.born.to.0 < band.born.from.0 {
        return Err(impossible(&band.name, "the first birth is after the last"));
    }
    Ok(Band {
        born: (band.born.from.0, band.born.to.0),
        registered: find(&names.delays, "delay", &band.registered, &band.name)?,
        moved_in: (band.moved_in.chance, band.moved_in.from.0, band.moved_in.to.0),
        died: band.died,
        background: check_range(&band.name, band.background)?,
    })
}

fn moves_of(moves: &written::Moves) -> Result<Moves, PopulationError> {
    let leavers = [moves.moved, moves.overlapping, moves.returned, moves.left];
    let stayers = leavers.iter().try_fold(1000_u32, |rest, &share| rest.checked_sub(share));
    let stayers = stayers.ok_or_else(|| impossible("moves", "more than a thousand in a thousand move"))?;
    Ok(Moves {
        kinds: Shares::of(leavers.into_iter().chain([stayers])),
        overlap_days: check_range("moves.overlap_days", moves.overlap_days)?,
        away_days: check_range("moves.away_days", moves.away_days)?,
        settle_days: moves.settle_days,
        carried: moves.carried,
        moved_from: moves.moved_from.0,
    })
}

fn events_of(written: &[written::Event], names: &Names) -> Result<Vec<EventKind>, PopulationError> {
    let mut above = BTreeMap::new();
    let mut events = Vec::with_capacity(written.len());
    for event in written {
        events.push(event_of(event, names, &above)?);
        above.insert(event.name.clone(), events.len() - 1);
    }
    Ok(events)
}

fn event_of(
    event: &written::Event,
    names: &Names,
    above: &BTreeMap<String, usize>,
) -> Result<EventKind, PopulationError> {
    let earlier = |name: &String| find(above, "event", name, &event.name);
    let after = match (&event.after, &event.gap) {
        (Some(name), Some(gap)) => Some((earlier(name)?, gap.0)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(impossible(&event.name, "`after` and `gap` go together")),
    };
    if event.age.is_none() && event.from.is_none() && after.is_none() {
        return Err(impossible(&event.name, "one of `age`, `from` and `after` is needed"));
    }
    let born = event.born.map(|born| (born.from.0, born.to.0));
    let usual = event.usual.map(|id| ConceptId::from_number(id).ok_or(PopulationError::NotAConcept(id)));
    let delay = event.delay.as_ref().map(|name| find(&names.delays, "delay", name, &event.name));
    Ok(EventKind {
        name: event.name.clone(),
        cluster: event.cluster.clone(),
        not_in: event.not_in.clone(),
        usual: usual.transpose()?,
        bands: marked(&names.bands, "band", &event.bands, &event.name)?,
        age: event.age.map(|age| age.0),
        from: event.from.map(|date| date.0),
        after,
        until: event.until.map_or(Day::LAST, |date| date.0),
        before_age: event.before_age.map(|age| age.0),
        born: born.unwrap_or((Day::FIRST, Day::LAST)),
        delay: delay.transpose()?,
        unless: event.unless.iter().map(earlier).collect::<Result<_, _>>()?,
        texts: event.texts.clone(),
        chance: chances(&names.attitudes, event)?,
    })
}

/// A mark for each band: whether it is in the list.
fn marked(
    names: &BTreeMap<String, usize>,
    kind: &'static str,
    list: &[String],
    within: &str,
) -> Result<Vec<bool>, PopulationError> {
    let mut marks = vec![false; names.len()];
    for name in list {
        marks[find(names, kind, name, within)?] = true;
    }
    Ok(marks)
}

fn chances(names: &BTreeMap<String, usize>, event: &written::Event) -> Result<Vec<u32>, PopulationError> {
    let mut chances = vec![0; names.len()];
    for (attitude, &chance) in &event.chance {
        chances[find(names, "attitude", attitude, &event.name)?] = chance;
    }
    Ok(chances)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_population_is_sound() {
        let population = Population::built_in().unwrap();
        assert!(population.background_codes.iter().all(|code| code.fault().is_none()));
        assert!(population.events.iter().filter_map(|event| event.usual).all(|code| code.fault().is_none()));
    }

    #[test]
    fn faults_name_the_entry() {
        let people = include_str!("../../../rules/demo/population.toml");
        let outreach = include_str!("../../../rules/demo/outreach.toml");
        let fault = |from: &str, to: &str| {
            assert!(people.contains(from) || outreach.contains(from));
            Population::parse(&people.replacen(from, to, 1), &outreach.replacen(from, to, 1)).unwrap_err()
        };
        let unknown = fault("after   = \"DTP 1\"", "after   = \"DTP 9\"");
        assert_eq!(unknown.to_string(), "`DTP 2` names the event `DTP 9`, but none of that name is above it");
        assert_eq!(fault("  27113001,", "  12,"), PopulationError::NotAConcept(12));
        assert!(matches!(fault("patients_each", "patients_etch"), PopulationError::Form(_)));
        assert!(matches!(fault("due    = [\"MMR 1\"]", "due = [\"MMR 9\"]"), PopulationError::UnknownName { .. }));
        assert!(matches!(fault("says = \"letter\"", "says = \"pigeon\""), PopulationError::UnknownName { .. }));
        assert!(matches!(fault("minutes = 20", "minutes = 0"), PopulationError::Impossible { .. }));
        assert!(matches!(fault("left          = 25", "left = 1000"), PopulationError::Impossible { .. }));
    }
}
