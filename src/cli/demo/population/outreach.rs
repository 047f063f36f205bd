//! How practices reach out to the families of those who have not come: whom they chase, what then happens, and which
//! appointments they keep free. Read from a TOML file of its own.

use std::collections::BTreeMap;

use super::{EventKind, Names, PopulationError, Range, check_range, check_some, find, impossible, marked};
use crate::cli::demo::chance::Shares;
use crate::ground::{Day, Period};
use written::Written;

mod written;

/// A checked outreach file: every name in it is known.
#[derive(Debug)]
pub(in super::super) struct Outreach {
    /// The local scheme that the demo suggests: `SCHEME/YEAR`.
    pub(in super::super) scheme: String,
    /// The day of a report that shows something of everything.
    pub(in super::super) as_of: Day,
    /// A worklist of it.
    pub(in super::super) list: String,
    pub(in super::super) slots: SlotModel,
    pub(in super::super) chases: Vec<Chase>,
    pub(in super::super) stories: Vec<Story>,
    /// For each attitude, the shares of the stories.
    pub(in super::super) shares: Vec<Shares>,
    /// What the steps of the stories record, each once.
    pub(in super::super) recordings: Vec<Recording>,
}

/// The appointments that practices keep free.
#[derive(Debug)]
pub(in super::super) struct SlotModel {
    /// The first and the last day on which there are any.
    pub(in super::super) days: (Day, Day),
    /// How many a practice keeps.
    pub(in super::super) each: Range,
    /// When they may start, in minutes from midnight.
    pub(in super::super) starts: Vec<u32>,
    /// How long one is.
    pub(in super::super) minutes: u32,
    /// Per thousand that are booked.
    pub(in super::super) taken: u32,
}

/// Whose families are chased, and from when on.
#[derive(Debug)]
pub(in super::super) struct Chase {
    /// For each band, whether it is chased.
    pub(in super::super) bands: Vec<bool>,
    pub(in super::super) born: (Day, Day),
    /// Events by their places: whoever lacks one of them is chased.
    pub(in super::super) due: Vec<usize>,
    /// The due events and all that come after one of them: what a last word puts an end to.
    pub(in super::super) ended: Vec<usize>,
    /// Events after which nobody is chased.
    pub(in super::super) unless: Vec<usize>,
    pub(in super::super) age: Period,
    pub(in super::super) from: Day,
    /// By its place.
    pub(in super::super) delay: usize,
    /// Nothing is done later than this, unless the step says so itself.
    pub(in super::super) until: Day,
}

/// What may become of a chase.
#[derive(Debug)]
pub(in super::super) struct Story {
    /// Whether what is due is not given any more after the last step.
    pub(in super::super) last_word: bool,
    pub(in super::super) steps: Vec<Step>,
}

/// Something that is done or said on one day.
#[derive(Debug)]
pub(in super::super) struct Step {
    pub(in super::super) start: Start,
    /// What is recorded, by its place among the recordings.
    pub(in super::super) recording: Option<usize>,
    pub(in super::super) agreement: Option<Agreement>,
    /// Whether what is due is given that day.
    pub(in super::super) gives: bool,
}

/// When a step is.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Start {
    /// So many days after the step before, or after the chase begins.
    After(Range),
    /// Between two days, both included.
    On(Day, Day),
}

/// A family agrees to come.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Agreement {
    /// Days from agreeing to the appointment; None if no appointment is made.
    pub(in super::super) appointment: Option<Range>,
    /// Per thousand who come, and are given what is due; None if that is not known.
    pub(in super::super) attended: Option<u32>,
}

/// What a step records: one of a cluster's codes with one of some texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Recording {
    /// The first story in which it is recorded.
    pub(in super::super) story: String,
    pub(in super::super) cluster: String,
    pub(in super::super) texts: Vec<String>,
}

impl Outreach {
    pub(super) fn parse(text: &str, names: &Names, events: &[EventKind]) -> Result<Outreach, PopulationError> {
        let written: Written = toml::from_str(text).map_err(|fault| PopulationError::Form(fault.to_string()))?;
        check_some("story", &written.story)?;
        let mut shares = vec![vec![0; written.story.len()]; names.attitudes.len()];
        let mut recordings = Recordings { texts: &written.texts, list: Vec::new() };
        let mut stories = Vec::with_capacity(written.story.len());
        for (place, story) in written.story.iter().enumerate() {
            for (attitude, &share) in &story.share {
                shares[find(&names.attitudes, "attitude", attitude, &story.name)?][place] = share;
            }
            let steps = story.steps.iter().map(|step| step_of(step, &story.name, &mut recordings));
            stories.push(Story { last_word: story.last_word, steps: steps.collect::<Result<_, _>>()? });
        }
        Ok(Outreach {
            scheme: written.scheme.clone(),
            as_of: written.as_of.0,
            list: written.list.clone(),
            slots: slots_of(&written.slots)?,
            chases: written.chase.iter().map(|chase| chase_of(chase, names, events)).collect::<Result<_, _>>()?,
            stories,
            shares: shares.into_iter().map(Shares::of).collect(),
            recordings: recordings.list,
        })
    }
}

fn slots_of(slots: &written::Slots) -> Result<SlotModel, PopulationError> {
    check_some("slots.starts", &slots.starts)?;
    let day = 24 * 60;
    let fits = |start: &u32| start.checked_add(slots.minutes).is_some_and(|end| end < day);
    if slots.minutes == 0 || !slots.starts.iter().all(fits) {
        return Err(impossible("slots", "a slot lasts, and ends on the day on which it starts"));
    }
    if slots.to.0 < slots.from.0 {
        return Err(impossible("slots", "the first day is after the last"));
    }
    Ok(SlotModel {
        days: (slots.from.0, slots.to.0),
        each: check_range("slots.each", slots.each)?,
        starts: slots.starts.clone(),
        minutes: slots.minutes,
        taken: slots.taken,
    })
}

fn chase_of(chase: &written::Chase, names: &Names, events: &[EventKind]) -> Result<Chase, PopulationError> {
    let places: BTreeMap<String, usize> = events.iter().map(|event| event.name.clone()).zip(0..).collect();
    let events_named = |list: &[String]| -> Result<Vec<usize>, PopulationError> {
        list.iter().map(|name| find(&places, "event", name, &chase.name)).collect()
    };
    let due = events_named(&chase.due)?;
    let mut ended = due.clone();
    // An event comes after earlier ones only, so one pass finds all that depend on what is due.
    for (place, event) in events.iter().enumerate() {
        if event.after.is_some_and(|(earlier, _)| ended.contains(&earlier)) && !ended.contains(&place) {
            ended.push(place);
        }
    }
    Ok(Chase {
        bands: marked(&names.bands, "band", &chase.bands, &chase.name)?,
        born: (chase.born.from.0, chase.born.to.0),
        due,
        ended,
        unless: events_named(&chase.unless)?,
        age: chase.age.0,
        from: chase.from.0,
        delay: find(&names.delays, "delay", &chase.delay, &chase.name)?,
        until: chase.until.0,
    })
}

/// What has been recorded so far, and the lists of texts by name.
struct Recordings<'a> {
    texts: &'a BTreeMap<String, Vec<String>>,
    list: Vec<Recording>,
}

impl Recordings<'_> {
    /// The place of a recording, which is entered if it is new.
    fn place(&mut self, story: &str, cluster: &str, says: Option<&String>) -> Result<usize, PopulationError> {
        let texts = match says {
            Some(name) => self.texts.get(name).ok_or_else(|| PopulationError::UnknownName {
                within: story.to_owned(),
                kind: "list of texts",
                name: name.clone(),
            })?,
            None => &Vec::new(),
        };
        let known = self.list.iter().position(|known| known.cluster == cluster && known.texts == *texts);
        Ok(known.unwrap_or_else(|| {
            let (story, cluster) = (story.to_owned(), cluster.to_owned());
            self.list.push(Recording { story, cluster, texts: texts.clone() });
            self.list.len() - 1
        }))
    }
}

fn step_of(step: &written::Step, story: &str, recordings: &mut Recordings<'_>) -> Result<Step, PopulationError> {
    let start = match (step.after, step.on) {
        (Some(_), Some(_)) => {
            return Err(impossible(story, "a step is `after` the one before or `on` a day, not both"));
        }
        (None, Some(days)) if days.to.0 < days.from.0 => {
            return Err(impossible(story, "a step's first day is after its last"));
        }
        (None, Some(days)) => Start::On(days.from.0, days.to.0),
        (after, None) => Start::After(check_range(story, after.unwrap_or(Range { from: 0, to: 0 }))?),
    };
    let recording = step.record.as_ref().map(|cluster| recordings.place(story, cluster, step.says.as_ref()));
    let agreement = step.agreement.as_ref().map(|written| {
        let appointment = written.appointment.map(|days| check_range(story, days)).transpose()?;
        Ok(Agreement { appointment, attended: written.attended })
    });
    Ok(Step { start, recording: recording.transpose()?, agreement: agreement.transpose()?, gives: step.gives })
}
