//! `uptake recall`: whom it names, what it says of them, and that `run` agrees.

#[path = "recall/golden.rs"]
mod golden;
#[path = "recall/laws.rs"]
mod laws;
#[path = "recall/safety.rs"]
mod safety;
#[path = "recall/stage.rs"]
mod stage;
