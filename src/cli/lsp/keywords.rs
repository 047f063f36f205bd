//! What the words of the language mean, in a phrase each.

/// The words and phrases of `.rules` files; where one is part of another, the longer one is meant.
const KEYWORDS: &[(&str, &str)] = &[
    ("indicator", "indicator CODE \"title\": who is counted, and who achieves"),
    (
        "course",
        "course CODE \"title\": a vaccine course, written as an indicator is; it earns no points but can be paid for",
    ),
    ("payment", "payment NAME \"title\" for …: how results become points and pounds"),
    ("fee", "fee NAME \"title\" doses CLUSTER …: what each dose earns"),
    ("require", "require \"…\" TEST: what must be so of the figures, for each measure that has them"),
    ("due", "due CLUSTER at DAY, DAY: when the first, the second … dose is due"),
    (
        "related to",
        "related to CLUSTER records of CLUSTER or CLUSTER …: what may have been such a dose; `and`: all of them together",
    ),
    ("near misses within", "near misses within 31 days: a date that is no further off may be a slip"),
    ("define", "define NAME …: gives a condition or a day a name"),
    ("register", "register: who is on the register; in a formula, how many are"),
    ("achieved", "achieved: who counts in the numerator; this comes before any exception"),
    ("exclude", "exclude CODE \"title\": who leaves the register, achieved or not"),
    (
        "except",
        "except CODE \"title\": who leaves the denominator unless achieved; of several, the first that holds is the reason",
    ),
    ("measured on the first day of each quarter", "measured four times, not once on the year's last day"),
    ("source", "source ID STATUS: who says so, by an id of the numbers file, and how sure that is"),
    ("conflict", "conflict \"…\": where sources disagree, and which is followed"),
    ("says", "says \"…\": the contract's wording in short"),
    ("official", "read in, or quoted from, the official text"),
    ("reported", "the press or a support site read it"),
    ("derived", "worked out from others, the working shown"),
    ("assumed", "nobody says; the value that a reader would expect"),
    ("any of", "holds if one of the lines that start with `-` holds"),
    ("all of", "holds if each of the lines that start with `-` holds"),
    ("any", "any CLUSTER …: at least one day with a code of the cluster"),
    ("all", "all of: a list, each of whose lines must hold"),
    ("no", "no CLUSTER …: not one day with a code of the cluster"),
    ("not", "holds if what follows does not"),
    ("and", "both must hold; beside `or` it needs brackets"),
    ("or", "one must hold; beside `and` it needs brackets"),
    ("at least", "at least N CLUSTER …: on no fewer than N distinct days; or `at least 28 days after` a day"),
    ("at most", "at most N CLUSTER …: on no more than N distinct days"),
    ("exactly", "exactly N CLUSTER …: on N distinct days"),
    ("dose of", "several clusters counted together, each day once"),
    ("doses of", "several clusters counted together, each day once"),
    ("record of", "several clusters counted together, each day once"),
    ("records of", "several clusters counted together, each day once"),
    ("doses", "in a fee, which doses earn it; in its formula, how many there were"),
    ("there is no", "holds if there is no such day; in a test, if the figure is said to be none"),
    ("there is a", "holds if there is such a day"),
    ("there is an", "holds if there is such a day"),
    ("there is", "there is a NAME, there is no NAME: whether there is such a day"),
    ("registered at", "on the practice's list on a day: registered on or before it, and neither gone nor dead by then"),
    ("registered", "registered …: when the registration that counts began"),
    ("turns", "turns 8 months …: when the age is reached"),
    ("born", "born …: when the patient was born"),
    ("in the year", "from the first day of the contract year up to and including its last"),
    ("in the preceding", "in the preceding 12 months: up to and including the measurement day"),
    ("up to and including", "from D up to and including E: E counts"),
    ("from counts only", "paid where only counts are known: from records, fees are counted dose by dose"),
    ("from", "from D to before E: D counts, E does not"),
    ("to before", "the day that follows does not count"),
    ("on or after", "on or after D: D counts"),
    ("after", "after D: D does not count"),
    ("before", "before D: D does not count"),
    ("by", "by D: up to and including D"),
    ("within", "within 7 days after D: from D up to and including the 7th day after it"),
    ("on", "on D: on that day alone"),
    ("age", "age 8 months: the day on which the age is reached"),
    ("birth", "the day of birth"),
    ("registration", "the day on which the registration that counts began"),
    ("year start", "the first day of the contract year"),
    ("year end", "the last day of the contract year"),
    ("the measurement day", "the day on which the measure is measured: the year's last, or a quarter's first"),
    ("first", "the first of the days that lie in the window"),
    ("second", "the second of the days that lie in the window, each day once"),
    ("third", "the third of the days that lie in the window, each day once"),
    ("fourth", "the fourth of the days that lie in the window, each day once"),
    ("fifth", "the fifth of the days that lie in the window, each day once"),
    ("last", "the last of the days that lie in the window"),
    ("the", "the first, the second … the last CLUSTER: the day of an event"),
    ("day", "calendar days"),
    ("days", "calendar days"),
    ("week", "seven days each"),
    ("weeks", "seven days each"),
    ("month", "calendar months; `missing_day` says what happens where the month lacks the day"),
    ("months", "calendar months; `missing_day` says what happens where the month lacks the day"),
    ("year", "twelve calendar months"),
    ("years", "twelve calendar months each"),
    ("for each indicator", "once for each indicator, with its own figures and counts"),
    ("for each course", "once for each course, with its own figures and counts"),
    ("for each quarter", "once for each quarter"),
    ("for the practice", "once for the practice"),
    ("only", "only A, B: for these and no others"),
    ("may be waived", "a run may leave this payment out for a practice"),
    ("when", "when TEST: the case applies if the test holds; of several cases the first that applies"),
    ("otherwise", "the case that applies if no other does"),
    ("round", "round … to pence, round … to 2 decimals: half up"),
    ("to pence", "to whole pence, half up"),
    ("decimals", "decimal places"),
    ("decimal", "decimal places"),
    ("min", "min(a, b): the smallest"),
    ("max", "max(a, b): the largest"),
    ("pathway", "pathway NAME \"title\" for those not achieved …: what becomes of a child, state by state"),
    (
        "for those not achieved in at least one of",
        "the children that the pathway pursues: one indicator that is not achieved is enough",
    ),
    ("since", "since NAME: the used rulebook that improvement is measured from"),
    ("state", "state NAME \"title\" …: a child is in the first state that holds"),
    ("alert", "alert NAME \"title\" …: a sign to be shown where the condition holds"),
    ("worklist", "worklist NAME \"title\" for \"role\" …: who works through which rows"),
    ("audit above", "audit above FIGURE: a practice whose share of exceptions is above the figure"),
    ("exception", "exception CODE \"title\" shown by CLUSTER: reported as an exception, with the records that show it"),
    ("shown by", "the clusters whose records show the exception"),
    ("credited to", "credited to \"…\": whose success it is if the child is vaccinated in this state"),
    ("next", "next \"…\" when …: what to do next, the first that applies"),
    ("do", "do \"…\": what is to be done"),
    ("code with", "code with \"…\": the template to record it with"),
    ("once per practice", "the alert is raised once for a practice, not for each child"),
    ("each child in", "each child in STATE or STATE: the rows of the list"),
    ("each patient", "each patient in time, too late or excepted: for each indicator, outside a pathway"),
    ("in time", "not achieved, and can still be: what `uptake recall` says"),
    ("too late", "not achieved, and no dose from now on can change it"),
    ("columns", "columns A, B: the columns, left to right"),
    ("on the same day as", "on a day that has a record of the other cluster too"),
    ("not saying", "whose text does not say it"),
    ("saying one", "whose text says one thing of the list and no other"),
    ("saying", "saying WORDS: whose text says it, by a list of words of the numbers file"),
    ("different", "at least 3 different WORDS in CLUSTER: how many things of a list the records say"),
    ("in", "in STATE or STATE: whether the child is in one of them"),
    ("with", "any appointment with (…): what must hold of the row"),
    ("appointment", "a row of the appointments table"),
    ("slot", "a row of the slots table, of the practice"),
    ("the report date", "the day on which the pathway is looked at; nothing later is seen"),
    ("excluded", "how many left the register"),
    ("excepted", "how many left the denominator"),
    ("denominator", "the register, less the excluded and the excepted"),
    ("numerator", "how many achieved"),
    ("achievement", "numerator / denominator in per cent, exact"),
    ("baseline_achievement", "the achievement of the practice's baseline, in per cent"),
];

/// What a count of no measure is.
const MORE: &[(&str, &str)] = &[("list_size", "patients on the practice's list")];

/// What a word or phrase means; that of the longest known phrase that it starts with.
pub(super) fn help(phrase: &str) -> Option<&'static str> {
    let is_start =
        |known: &str| phrase.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    all().filter(|(known, _)| is_start(known)).max_by_key(|(known, _)| known.len()).map(|(_, help)| help)
}

/// The phrase that stands around a byte of a line, with its place, and what it means.
pub(super) fn at(line: &str, at: usize) -> Option<(std::ops::Range<usize>, &'static str)> {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let around = |phrase: &str| {
        let mut places = line.match_indices(phrase).map(|(start, _)| start..start + phrase.len());
        places.find(|place| {
            let is_whole = !line[..place.start].ends_with(is_part) && !line[place.end..].starts_with(is_part);
            is_whole && place.start <= at && at <= place.end
        })
    };
    let found = all().filter_map(|(phrase, help)| Some((around(phrase)?, help)));
    found.max_by_key(|(place, _)| place.len())
}

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEYWORDS.iter().chain(MORE).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_meant() {
        assert_eq!(help("any of"), help("any of"));
        assert_ne!(help("any of"), help("any"));
        assert_eq!(help("at least three"), help("at least"));
        assert_eq!(help("anybody"), None);
        let line = "  any of mmr in the year";
        assert_eq!(at(line, 3).unwrap().0, 2..8);
        assert_eq!(at(line, 17).unwrap().0, 13..24);
        assert_eq!(at(line, 10), None);
        assert_eq!(at("", 0), None);
    }

    #[test]
    fn every_word_of_the_language_is_explained() {
        let grammar = include_str!("../../../grammar/rules.pest");
        let words = grammar.lines().filter_map(|line| {
            let word = line.strip_prefix("k_")?.split_once('"')?.1;
            word.split('"').next()
        });
        let unexplained: Vec<&str> =
            words.filter(|word| !all().any(|(phrase, _)| phrase.split(' ').any(|part| part == *word))).collect();
        assert_eq!(unexplained, Vec::<&str>::new());
    }
}
