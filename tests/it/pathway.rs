//! The local referral pathway: cases worked by hand in `tests/golden-pathway`, the answers of the scheme's own questions, other
//! schemes, and what holds for any records.

#[path = "pathway/answers.rs"]
mod answers;
#[path = "pathway/cases.rs"]
mod cases;
#[path = "pathway/laws.rs"]
mod laws;
#[path = "pathway/safety.rs"]
mod safety;
#[path = "pathway/schemes.rs"]
mod schemes;
#[path = "pathway/stage.rs"]
mod stage;
#[path = "pathway/why.rs"]
mod why;
