//! Ids of the things in a rulebook's tables: places that cannot be mixed up.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A condition of [`crate::model::Rulebook::conditions`].
    ConditionId,
    /// A date of [`crate::model::Rulebook::dates`].
    DateId,
    /// A measure of [`crate::model::Rulebook::measures`].
    MeasureId,
    /// A measurement of [`crate::model::Rulebook::measurements`].
    MeasurementId,
    /// A figure of [`crate::model::Rulebook::figures`].
    FigureId,
    /// A source of [`crate::model::Rulebook::sources`].
    SourceId,
    /// A payment of [`crate::model::Rulebook::payments`].
    PaymentId,
    /// A fee of [`crate::model::Rulebook::fees`].
    FeeId,
    /// A rulebook of [`crate::model::Rulebook::uses`].
    UsedId,
    /// A state of [`crate::model::pathway::Pathway::states`].
    StateId,
    /// A list of words of [`crate::model::Rulebook::word_lists`].
    WordListId,
}
