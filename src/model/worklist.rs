//! Worklists: who works through which rows, and the columns that these have. A pathway has its own; those outside a pathway
//! list the patients of the rulebook's indicators.

use crate::ground::Span;
use crate::model::book::{ClusterSet, ConditionId, DateId, Window};
use crate::model::ids::{FigureId, StateId, WordListId};
use crate::model::remark::Notes;
pub use crate::syntax::tree::PatientRows;

/// `worklist calls "calls to make" for "the practice"  each child in contacting  columns patient_id, next_step`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worklist {
    /// `calls`
    pub name: String,
    /// The title.
    pub title: String,
    /// Who works through it.
    pub role: String,
    /// What stands in its rows.
    pub rows: Listed,
    /// Which children stand first; None outside a pathway.
    pub first: Option<ConditionId>,
    /// The columns, left to right.
    pub columns: Vec<ListColumn>,
    /// Remarks.
    pub notes: Notes,
    /// Where it stands.
    pub span: Span,
}

/// What stands in the rows of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Listed {
    /// `each child in contacting or to_review`
    Children(Vec<StateId>),
    /// `each exception`: each record that shows one
    Exceptions,
    /// `each alert`
    Alerts,
    /// `each patient in time`: for each indicator; only outside a pathway
    Patients(PatientRows),
}

impl Listed {
    /// Which kind of rows they are.
    pub fn kind(&self) -> RowKind {
        match self {
            Listed::Children(_) => RowKind::Children,
            Listed::Exceptions => RowKind::Exceptions,
            Listed::Alerts => RowKind::Alerts,
            Listed::Patients(rows) => RowKind::Patients(*rows),
        }
    }
}

/// Kinds of rows: which columns there are hangs on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowKind {
    /// `each child in contacting`
    Children,
    /// `each exception`
    Exceptions,
    /// `each alert`
    Alerts,
    /// `each patient in time`
    Patients(PatientRows),
}

impl RowKind {
    /// All of them.
    pub const ALL: [RowKind; 6] = [
        RowKind::Children,
        RowKind::Exceptions,
        RowKind::Alerts,
        RowKind::Patients(PatientRows::InTime),
        RowKind::Patients(PatientRows::TooLate),
        RowKind::Patients(PatientRows::Excepted),
    ];

    /// The words that rule files use.
    pub fn words(self) -> &'static str {
        match self {
            RowKind::Children => "each child in",
            RowKind::Exceptions => "each exception",
            RowKind::Alerts => "each alert",
            RowKind::Patients(PatientRows::InTime) => "each patient in time",
            RowKind::Patients(PatientRows::TooLate) => "each patient too late",
            RowKind::Patients(PatientRows::Excepted) => "each patient excepted",
        }
    }
}

/// A column of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListColumn {
    /// The heading.
    pub name: String,
    /// What stands in it.
    pub value: ColumnValue,
}

/// What stands in a column of a worklist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ColumnValue {
    /// `birth_date`: what is known of every row of the list
    Known(KnownColumn),
    /// `settled_on = settlement_date`: a figure of the rulebook, the same in every row; empty where it is not set
    Figure(FigureId),
    /// `referred_on = referral`
    Date(DateId),
    /// `means_left = means not in records of imms_call_1`
    Words {
        /// `means`
        words: WordListId,
        /// True for `not in`: those of the list that no record says.
        absent: bool,
        /// Of what.
        clusters: ClusterSet,
        /// When.
        window: Window,
    },
}

/// What is known of the rows of a list, and can stand in a column of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum KnownColumn {
    /// `practice_code`
    PracticeCode,
    /// `practice_name`, from the practices file
    PracticeName,
    /// `area`, from the practices file
    Area,
    /// `patient_id`; empty where an alert is about a practice
    PatientId,
    /// `birth_date`
    BirthDate,
    /// `registered_date`: the first day of the registration that counts
    RegisteredDate,
    /// `as_of`: the day on which the list is made
    AsOf,
    /// `year`: the contract year that counts the doses
    Year,
    /// `indicator`: its code
    Indicator,
    /// `indicator_title`
    IndicatorTitle,
    /// `indicators`: not achieved, separated by blanks
    Indicators,
    /// `vaccines_outstanding`: missing doses that can be given, separated by semicolons
    VaccinesOutstanding,
    /// `dose_numbers`: which dose of its kind each of them is, in the same order
    DoseNumbers,
    /// `first_days`: the first day on which each of them counts
    FirstDays,
    /// `last_days`: the last day on which each of them counts for its indicator, in the same order
    LastDays,
    /// `due_dates`: when each of them is due
    DueDates,
    /// `days_overdue`: days since the first of them was due
    DaysOverdue,
    /// `days_left`: days to the first of the last days
    DaysLeft,
    /// `other_ways`: other doses that would be in time, with their last days
    OtherWays,
    /// `pounds_at_stake`: what one more that achieves is worth to the practice
    PoundsAtStake,
    /// `fee_pounds`: the item-of-service fees that the missing doses earn
    FeePounds,
    /// `reason`: why it is too late, or what excepts
    Reason,
    /// `reason_code`: the code of the exception
    ReasonCode,
    /// `state`
    State,
    /// `state_title`
    StateTitle,
    /// `next_step`
    NextStep,
    /// `contact_name`, from the practices file
    ContactName,
    /// `contact_details`, from the practices file
    ContactDetails,
    /// `free_slots`: the practice's free slots on or after the date, separated by semicolons
    FreeSlots,
    /// `category`: the exception's title
    Category,
    /// `evidence_code`: the code that shows the exception
    EvidenceCode,
    /// `evidence_date`
    EvidenceDate,
    /// `evidence_text`: the free text beside it
    EvidenceText,
    /// `alert`
    Alert,
    /// `alert_title`
    AlertTitle,
    /// `to_do`
    ToDo,
    /// `template`
    Template,
}

impl KnownColumn {
    /// All of them, in the order in which a reader would look them up.
    pub const ALL: [KnownColumn; 37] = [
        KnownColumn::PracticeCode,
        KnownColumn::PracticeName,
        KnownColumn::Area,
        KnownColumn::PatientId,
        KnownColumn::BirthDate,
        KnownColumn::RegisteredDate,
        KnownColumn::AsOf,
        KnownColumn::Year,
        KnownColumn::Indicator,
        KnownColumn::IndicatorTitle,
        KnownColumn::Indicators,
        KnownColumn::VaccinesOutstanding,
        KnownColumn::DoseNumbers,
        KnownColumn::FirstDays,
        KnownColumn::LastDays,
        KnownColumn::DueDates,
        KnownColumn::DaysOverdue,
        KnownColumn::DaysLeft,
        KnownColumn::OtherWays,
        KnownColumn::PoundsAtStake,
        KnownColumn::FeePounds,
        KnownColumn::Reason,
        KnownColumn::ReasonCode,
        KnownColumn::State,
        KnownColumn::StateTitle,
        KnownColumn::NextStep,
        KnownColumn::ContactName,
        KnownColumn::ContactDetails,
        KnownColumn::FreeSlots,
        KnownColumn::Category,
        KnownColumn::EvidenceCode,
        KnownColumn::EvidenceDate,
        KnownColumn::EvidenceText,
        KnownColumn::Alert,
        KnownColumn::AlertTitle,
        KnownColumn::ToDo,
        KnownColumn::Template,
    ];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        match self {
            KnownColumn::PracticeCode => "practice_code",
            KnownColumn::PracticeName => "practice_name",
            KnownColumn::Area => "area",
            KnownColumn::PatientId => "patient_id",
            KnownColumn::BirthDate => "birth_date",
            KnownColumn::RegisteredDate => "registered_date",
            KnownColumn::AsOf => "as_of",
            KnownColumn::Year => "year",
            KnownColumn::Indicator => "indicator",
            KnownColumn::IndicatorTitle => "indicator_title",
            KnownColumn::Indicators => "indicators",
            KnownColumn::VaccinesOutstanding => "vaccines_outstanding",
            KnownColumn::DoseNumbers => "dose_numbers",
            KnownColumn::FirstDays => "first_days",
            KnownColumn::LastDays => "last_days",
            KnownColumn::DueDates => "due_dates",
            KnownColumn::DaysOverdue => "days_overdue",
            KnownColumn::DaysLeft => "days_left",
            KnownColumn::OtherWays => "other_ways",
            KnownColumn::PoundsAtStake => "pounds_at_stake",
            KnownColumn::FeePounds => "fee_pounds",
            KnownColumn::Reason => "reason",
            KnownColumn::ReasonCode => "reason_code",
            KnownColumn::State => "state",
            KnownColumn::StateTitle => "state_title",
            KnownColumn::NextStep => "next_step",
            KnownColumn::ContactName => "contact_name",
            KnownColumn::ContactDetails => "contact_details",
            KnownColumn::FreeSlots => "free_slots",
            KnownColumn::Category => "category",
            KnownColumn::EvidenceCode => "evidence_code",
            KnownColumn::EvidenceDate => "evidence_date",
            KnownColumn::EvidenceText => "evidence_text",
            KnownColumn::Alert => "alert",
            KnownColumn::AlertTitle => "alert_title",
            KnownColumn::ToDo => "to_do",
            KnownColumn::Template => "template",
        }
    }

    /// Which rows know it.
    pub fn stands_in(self, rows: RowKind) -> bool {
        let in_time = rows == RowKind::Patients(PatientRows::InTime);
        let too_late = rows == RowKind::Patients(PatientRows::TooLate);
        let excepted = rows == RowKind::Patients(PatientRows::Excepted);
        let of_patients = in_time || too_late || excepted;
        match self {
            KnownColumn::PracticeCode
            | KnownColumn::PracticeName
            | KnownColumn::Area
            | KnownColumn::PatientId
            | KnownColumn::BirthDate
            | KnownColumn::ContactName
            | KnownColumn::ContactDetails => true,
            KnownColumn::RegisteredDate
            | KnownColumn::AsOf
            | KnownColumn::Year
            | KnownColumn::Indicator
            | KnownColumn::IndicatorTitle => of_patients,
            KnownColumn::DoseNumbers
            | KnownColumn::FirstDays
            | KnownColumn::DueDates
            | KnownColumn::DaysOverdue
            | KnownColumn::FeePounds => in_time || too_late,
            KnownColumn::DaysLeft | KnownColumn::OtherWays | KnownColumn::PoundsAtStake => in_time,
            KnownColumn::Reason => too_late || excepted,
            KnownColumn::ReasonCode => excepted,
            KnownColumn::VaccinesOutstanding => !excepted,
            KnownColumn::LastDays => !too_late && !excepted,
            KnownColumn::Indicators
            | KnownColumn::State
            | KnownColumn::StateTitle
            | KnownColumn::NextStep
            | KnownColumn::FreeSlots => !of_patients,
            KnownColumn::Category
            | KnownColumn::EvidenceCode
            | KnownColumn::EvidenceDate
            | KnownColumn::EvidenceText => rows == RowKind::Exceptions,
            KnownColumn::Alert | KnownColumn::AlertTitle | KnownColumn::ToDo | KnownColumn::Template => {
                rows == RowKind::Alerts
            }
        }
    }
}
