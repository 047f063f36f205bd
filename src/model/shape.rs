//! What the TOML files of a rules folder can hold: each table's keys, once, for the reader and for editors.
//!
//! The reader (`model::build`) takes the keys that it knows from here, and a build with assertions holds that it
//! asks for each of them, in the kind and with the need that stand here. A further key is a further line.

use crate::ground::MissingDay;
use crate::model::book::Status;
use crate::model::unit::Unit;

/// A table: its keys, and how they depend on one another.
#[derive(Debug)]
pub struct Shape {
    /// A short name, for reference.
    pub name: &'static str,
    /// What the table is.
    pub says: &'static str,
    /// Its keys, in the order in which they are written.
    pub keys: &'static [Key],
    /// Keys of which exactly one is there.
    pub one_of: &'static [&'static str],
    /// What must be there because something else is.
    pub needs: &'static [Needs],
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
    /// What it says, for whoever writes it.
    pub says: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Always.
    Must,
    /// Where something else is there.
    Sometimes,
    /// It may be left out.
    May,
}

/// What must be there beside a key.
#[derive(Debug)]
pub struct Needs {
    /// The key that needs others.
    pub key: &'static str,
    /// Only if its value is a number.
    pub if_number: bool,
    /// What it needs.
    pub then: &'static [&'static str],
}

/// What a value is.
#[derive(Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// One of some texts.
    OneOf(fn() -> Vec<&'static str>),
    /// A whole number that is not negative.
    Whole,
    /// True or false.
    Truth,
    /// A date.
    Date,
    /// A number or a date.
    Figure,
    /// An exact amount: a number, or a text with a decimal or a fraction.
    Amount,
    /// A list of texts.
    Texts,
    /// A table.
    Table(&'static Shape),
    /// A table whose keys are names, each with a text.
    NamedTexts,
    /// A table whose keys are names, each with a table of names, each of these with a list of texts.
    NamedLists,
    /// A table whose keys are names, each with a table.
    Named(&'static Shape),
    /// A table whose keys are codes of indicators or courses, each with a table of named tables.
    NamedByMeasure(&'static Shape),
    /// A table whose keys are SNOMED CT concept ids, each with a table.
    ByConcept(&'static Shape),
    /// A list of dates.
    Dates,
    /// A table whose keys are names, each with an exact amount.
    NamedAmounts,
    /// A list of tables.
    ListOf {
        /// Keys that tell: a table that has one is of the shape beside it, the first of several.
        told: &'static [(&'static str, &'static Shape)],
        /// What a table without any of them is.
        otherwise: &'static Shape,
    },
}

const fn key(name: &'static str, kind: Kind, need: Need, says: &'static str) -> Key {
    Key { name, kind, need, says }
}

use self::Need::{May, Must, Sometimes};

/// The words of statuses.
fn statuses() -> Vec<&'static str> {
    Status::ALL.into_iter().map(Status::word).collect()
}

/// The words of units.
fn units() -> Vec<&'static str> {
    Unit::WORDS.into_iter().map(|(word, _)| word).collect()
}

/// What may be done with a day that a month lacks.
pub const MISSING_DAYS: [&str; 2] = ["last day", "next day"];

/// The word of a convention for a day that a month lacks.
pub fn missing_day_word(convention: MissingDay) -> &'static str {
    let [last_day, next_day] = MISSING_DAYS;
    match convention {
        MissingDay::LastDay => last_day,
        MissingDay::NextDay => next_day,
    }
}

const STATUS: &str = "How far to trust it: official (read in, or quoted from, the official text), reported (the press or a support site read it), derived (worked out, the working shown), assumed (nobody says).";
const SOURCE: &str = "Who says so: the id of one of this file's sources.";
const CONFLICT: &str = "Where sources disagree: what the others say, and which is followed.";

/// `contract.toml` or `scheme.toml`: the numbers of a rulebook.
pub static CONTRACT: Shape = Shape {
    name: "contract",
    says: "The numbers of one rulebook: one scheme in one contract year.",
    keys: &[
        key("scheme", Kind::Text, Must, "The scheme's name, which is also its folder's."),
        key("year", Kind::Text, Must, "The contract year, which is also the folder's name, as in 2023-24."),
        key("title", Kind::Text, Must, "What the rulebook is called."),
        key("revision", Kind::Whole, Must, "1, and one more at each change."),
        key("starts", Kind::Date, Must, "The first day of the contract year."),
        key("ends", Kind::Date, Must, "The last day of the contract year."),
        key(
            "missing_day",
            Kind::OneOf(|| MISSING_DAYS.to_vec()),
            Must,
            "What a day is that the month lacks: with `last day`, 31 August + 6 months is the last day of February; with `next day`, 1 March.",
        ),
        key("codes", Kind::Text, May, "The version of the national code clusters: a folder below codes/."),
        key("areas", Kind::Texts, May, "The areas that a local scheme is for; practices of others are left out."),
        key(
            "baseline_years",
            Kind::Texts,
            May,
            "The years whose results together are a practice's baseline, as in 2024-25; of another scheme as SCHEME/YEAR.",
        ),
        key(
            "uses",
            Kind::NamedTexts,
            May,
            "The rulebooks whose results a local scheme reads: a name of its own, and SCHEME/YEAR.",
        ),
        key(
            "words",
            Kind::NamedLists,
            May,
            "Words to look for in free text: lists of things, each in all the ways it is written.",
        ),
        key("sources", Kind::NamedTexts, Must, "Who says so: an id and a title for each."),
        key("figures", Kind::Named(&FIGURE), May, "The rulebook's own figures."),
        key("indicator", Kind::NamedByMeasure(&FIGURE), May, "Figures of single indicators, by their codes."),
        key("course", Kind::NamedByMeasure(&FIGURE), May, "Figures of single vaccine courses, by their codes."),
        key("proxy", Kind::Named(&PROXY), May, "What stands in for an indicator that counts lack, by its code."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ is = 89, unit = "%", status = "official", source = "letter" }`
pub static FIGURE: Shape = Shape {
    name: "figure",
    says: "A figure: what it is, and who says so.",
    keys: &[
        key("is", Kind::Figure, Sometimes, "The figure: a number in plain digits, or a date."),
        key("unset", Kind::Text, Sometimes, "Why nobody knows the figure, though it is needed."),
        key("none", Kind::Text, Sometimes, "Why there is no such figure."),
        key("unit", Kind::OneOf(units), Sometimes, "What the number counts."),
        key("status", Kind::OneOf(statuses), Sometimes, STATUS),
        key("source", Kind::Text, Sometimes, SOURCE),
        key("conflict", Kind::Text, May, CONFLICT),
    ],
    one_of: &["is", "unset", "none"],
    needs: &[
        Needs { key: "is", if_number: false, then: &["status", "source"] },
        Needs { key: "is", if_number: true, then: &["unit"] },
    ],
};

/// The stand-in for an indicator that counts lack.
pub static PROXY: Shape = Shape {
    name: "proxy",
    says: "The courses of which the lowest stands in for an indicator that counts lack.",
    keys: &[
        key("lowest_of", Kind::Texts, Must, "The codes of the courses of which the lowest stands in."),
        key("status", Kind::OneOf(statuses), Must, STATUS),
        key("source", Kind::Text, Must, SOURCE),
        key("conflict", Kind::Text, May, CONFLICT),
    ],
    one_of: &[],
    needs: &[],
};

/// `codes/VERSION/NAME.toml` or `SCHEME/YEAR/codes/NAME.toml`: one code cluster.
pub static CLUSTER: Shape = Shape {
    name: "codes",
    says: "One code cluster: the SNOMED CT concepts that a rule calls by one name.",
    keys: &[
        key("title", Kind::Text, Must, "What the cluster is called."),
        key("complete", Kind::Truth, Must, "True for a whole official list."),
        key("note", Kind::Text, May, "What a reader should know of it."),
        key("includes", Kind::Texts, May, "Other clusters whose codes belong to this one too."),
        key("sources", Kind::NamedTexts, May, "Who says so: an id and a title for each."),
        key("codes", Kind::ByConcept(&CODE), Must, "The codes, one a line."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ term = "…", source = "…" }`
pub static CODE: Shape = Shape {
    name: "code",
    says: "A code: its term, and who says that it belongs here.",
    keys: &[
        key("term", Kind::Text, Must, "Its term, so that a reader knows what it is."),
        key("source", Kind::Text, Must, SOURCE),
    ],
    one_of: &[],
    needs: &[],
};

/// `examples.toml`: worked examples.
pub static EXAMPLES: Shape = Shape {
    name: "examples",
    says: "Worked examples of a rulebook: patients, doses, counts, figures and children of a pathway, each with what the rules must make of it.",
    keys: &[
        key(
            "example",
            Kind::ListOf {
                told: &[
                    ("fee", &FEE_EXAMPLE),
                    ("payment", &PAYMENT_EXAMPLE),
                    ("counts", &COUNTS_EXAMPLE),
                    ("pathway", &CHILD_EXAMPLE),
                    ("figures", &FIGURES_EXAMPLE),
                ],
                otherwise: &PATIENT_EXAMPLE,
            },
            May,
            "The examples: each starts with a line [[example]].",
        ),
        key(
            "left_open",
            Kind::ListOf { told: &[], otherwise: &LEFT_OPEN },
            May,
            "What no example needs to show, or none can: each starts with a line [[left_open]].",
        ),
    ],
    one_of: &[],
    needs: &[],
};

const EXAMPLE_NAME: &str = "What the example shows, in a few words.";
const MEASURED: &str = "The code of the indicator or course.";
const BORN: &str = "The date of birth.";
const REGISTERED: &str = "The first day on the list; the day of birth where nothing is said.";
const DEREGISTERED: &str = "The day of deregistration.";
const DIED: &str = "The date of death.";
const QUARTER: &str = "The quarter, 1 to 4, of what is measured each quarter.";

const EVENTS: &str = "What was recorded when: a date and a code cluster or SNOMED CT code, as in \"2023-03-15 dtap\".";
const EACH_CODE: &str =
    "A code cluster that events name: the example is tried with each of its codes in the place of the name.";
const SET_FIGURES: &str =
    "Figures that the example sets, as where the rulebook leaves one unset: a name and an amount for each.";

/// `[[left_open]]`
pub static LEFT_OPEN: Shape = Shape {
    name: "left_open",
    says: "What `uptake test` finds open and no example needs to show, or none can.",
    keys: &[
        key("what", Kind::Text, Must, "What is open, in the words in which `uptake test` names it."),
        key("why", Kind::Text, Must, "Why it may stay open."),
    ],
    one_of: &[],
    needs: &[],
};

/// An example with the doses of one patient.
pub static FEE_EXAMPLE: Shape = Shape {
    name: "fee",
    says: "A patient's doses, with those that earn an item-of-service fee worked out by hand.",
    keys: &[
        key("name", Kind::Text, Must, EXAMPLE_NAME),
        key("fee", Kind::Text, Must, "The name of the fee."),
        key("born", Kind::Date, Must, BORN),
        key("registered", Kind::Date, May, REGISTERED),
        key("deregistered", Kind::Date, May, DEREGISTERED),
        key("died", Kind::Date, May, DIED),
        key("events", Kind::Texts, Must, EVENTS),
        key("each_code_of", Kind::Text, May, EACH_CODE),
        key("expect", Kind::Table(&DOSES), Must, "What must come of it."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ doses = 2, pounds = "20.12" }`
pub static DOSES: Shape = Shape {
    name: "doses",
    says: "The doses that earn a fee, what they earn, or both.",
    keys: &[
        key("doses", Kind::Whole, May, "How many doses earn the fee."),
        key("pounds", Kind::Amount, May, "The pounds, exactly."),
    ],
    one_of: &[],
    needs: &[],
};

/// An example with one practice's counts of several indicators.
pub static PAYMENT_EXAMPLE: Shape = Shape {
    name: "payment",
    says: "One practice's counts, with what they earn by a payment for the practice or for each quarter worked out by hand.",
    keys: &[
        key("name", Kind::Text, Must, EXAMPLE_NAME),
        key("payment", Kind::Text, Must, "The name of the payment."),
        key("quarter", Kind::Whole, May, "The quarter, 1 to 4, of a payment that is made each quarter."),
        key("counts", Kind::Named(&RATIO), Must, "The practice's counts, by the codes of what is measured."),
        key("list_size", Kind::Whole, May, "Patients on the practice's list."),
        key("figures", Kind::NamedAmounts, May, SET_FIGURES),
        key("expect", Kind::Table(&EARNED), Must, "What must come of it."),
    ],
    one_of: &[],
    needs: &[],
};

/// An example with figures alone.
pub static FIGURES_EXAMPLE: Shape = Shape {
    name: "figures",
    says: "Figures, with whether they are ones that the rulebook could have: what it requires must hold of them.",
    keys: &[
        key("name", Kind::Text, Must, EXAMPLE_NAME),
        key("indicator", Kind::Text, May, "The code of the indicator or course whose figures are meant first."),
        key("figures", Kind::NamedAmounts, Must, "The figures: a name and an amount for each."),
        key("expect", Kind::Text, Must, "`accepted` or `refused`."),
    ],
    one_of: &[],
    needs: &[],
};

/// An example with one patient.
pub static PATIENT_EXAMPLE: Shape = Shape {
    name: "patient",
    says: "A patient on one practice's list, with the outcome worked out by hand.",
    keys: &[
        key("name", Kind::Text, Must, EXAMPLE_NAME),
        key("indicator", Kind::Text, Must, MEASURED),
        key("quarter", Kind::Whole, May, QUARTER),
        key("born", Kind::Date, Must, BORN),
        key("registered", Kind::Date, May, REGISTERED),
        key("deregistered", Kind::Date, May, DEREGISTERED),
        key("died", Kind::Date, May, DIED),
        key("events", Kind::Texts, Must, EVENTS),
        key("each_code_of", Kind::Text, May, EACH_CODE),
        key(
            "expect",
            Kind::Text,
            Must,
            "The outcome: achieved, not achieved, excepted CODE, excluded CODE or not on the register.",
        ),
    ],
    one_of: &[],
    needs: &[],
};

/// An example with one child of a pathway.
pub static CHILD_EXAMPLE: Shape = Shape {
    name: "child",
    says: "A child on one practice's list, with where it stands in the scheme's pathway worked out by hand.",
    keys: &[
        key("name", Kind::Text, Must, EXAMPLE_NAME),
        key("pathway", Kind::Text, Must, "The pathway's name in the rule file."),
        key("born", Kind::Date, Must, BORN),
        key("registered", Kind::Date, May, REGISTERED),
        key("deregistered", Kind::Date, May, DEREGISTERED),
        key("died", Kind::Date, May, DIED),
        key(
            "events",
            Kind::Texts,
            Must,
            "What was recorded when: a date, a code cluster or SNOMED CT code, and the free text beside it if any, as in \"2024-05-01 imms_call_1 phone, no answer\".",
        ),
        key(
            "appointments",
            Kind::ListOf { told: &[], otherwise: &APPOINTMENT },
            May,
            "Appointments, as the appointments table has them.",
        ),
        key("slots", Kind::ListOf { told: &[], otherwise: &SLOT }, May, "The practice's protected slots."),
        key("contact_name", Kind::Text, May, "The practice's named contact."),
        key("contact_details", Kind::Text, May, "How to reach the practice's named contact."),
        key("as_of", Kind::Date, May, "The day of the report; the year's end where nothing is said."),
        key("expect", Kind::Table(&STANDING), Must, "Where the child stands."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ agreed_date = 2024-09-02, appointment_date = 2024-09-09 }`
pub static APPOINTMENT: Shape = Shape {
    name: "appointment",
    says: "An appointment, or an agreement to one. At least one of the two dates is there.",
    keys: &[
        key("agreed_date", Kind::Date, May, "The day on which the family agreed."),
        key("appointment_date", Kind::Date, May, "The day of the appointment."),
        key("attended", Kind::Truth, May, "Whether somebody came."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ slot_start = 2025-04-01, taken = true }`
pub static SLOT: Shape = Shape {
    name: "slot",
    says: "A protected slot.",
    keys: &[
        key("slot_start", Kind::Date, Must, "The day on which it starts."),
        key("taken", Kind::Truth, May, "True if it is booked."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ state = "contacting", next = "second call", alerts = [] }`
pub static STANDING: Shape = Shape {
    name: "standing",
    says: "Where a child stands in a pathway. What is left out is left open.",
    keys: &[
        key("state", Kind::Text, Must, "The state, or `not pursued`."),
        key("indicators", Kind::Texts, May, "The indicators not achieved."),
        key("next", Kind::Text, May, "The next step, in the rule file's words."),
        key("exception", Kind::Text, May, "The code of the exception that the state is reported as."),
        key("shown_on", Kind::Dates, May, "The days of the records that show the exception."),
        key("alerts", Kind::Texts, May, "The alerts that are raised, and no others; [] for none."),
    ],
    one_of: &[],
    needs: &[],
};

/// An example with one practice's counts.
pub static COUNTS_EXAMPLE: Shape = Shape {
    name: "counts",
    says: "One practice's counts, with what they earn worked out by hand.",
    keys: &[
        key("name", Kind::Text, Must, EXAMPLE_NAME),
        key("indicator", Kind::Text, Must, MEASURED),
        key("quarter", Kind::Whole, May, QUARTER),
        key("counts", Kind::Table(&RATIO), May, "The practice's counts."),
        key(
            "locally_excepted",
            Kind::Whole,
            May,
            "Patients of the denominator whom the scheme's pathway reports as exceptions.",
        ),
        key("baseline", Kind::Table(&RATIO), May, "The counts of the practice's baseline."),
        key("list_size", Kind::Whole, May, "Patients on the practice's list."),
        key("figures", Kind::NamedAmounts, May, SET_FIGURES),
        key("expect", Kind::Table(&EARNED), Must, "What must come of it."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ numerator = 19, denominator = 20 }`
pub static RATIO: Shape = Shape {
    name: "ratio",
    says: "Patients who achieved, of those who count.",
    keys: &[
        key("numerator", Kind::Whole, Must, "Patients who achieved."),
        key("denominator", Kind::Whole, Must, "Patients who count."),
    ],
    one_of: &[],
    needs: &[],
};

/// `{ points = "3", pounds = "603.48" }`
pub static EARNED: Shape = Shape {
    name: "earned",
    says: "What counts earn: points, pounds or both.",
    keys: &[
        key("points", Kind::Amount, May, "The points, exactly: a decimal or a fraction such as \"18/7\"."),
        key("pounds", Kind::Amount, May, "The pounds, exactly."),
    ],
    one_of: &[],
    needs: &[],
};
