//! `explain` of a child: the state that the pathway gives, why, and what would move it.

use super::stage::{DOSES, Stage};

/// A child in each state, by the name of the state.
fn one_in_each_state() -> Stage {
    let mut stage = Stage::new();
    stage.child("refused", &["2024-06-01 refused letter on file"]);
    stage.child("declined_after_referral", &["2024-06-01 referred", "2024-07-01 declined after talk"]);
    stage.child("appointment", &["2025-03-01 referred"]);
    stage.appointment("appointment", "2025-03-27 2025-04-02");
    stage.child("with_coordinator", &["2024-06-01 referred worried"]);
    stage.child("no_contact", &["2024-05-01 call1 phone", "2024-05-10 call2 letter", "2024-05-20 call3 text"]);
    stage.child("contacting", &["2024-05-01 call1 phone"]);
    stage.child("to_review", &[]);
    stage
}

#[test]
fn each_state_is_explained_with_its_next_step() {
    let stage = one_in_each_state();
    let patients = stage.patients(&[]);
    assert_eq!(patients.len(), 7);
    for (id, row) in patients {
        assert_eq!(row["state"], id);
        let page = stage.explain(&id, &[]).fine().stdout;
        assert!(page.contains(&format!("\nState: {id}, ")), "{page}");
        assert!(page.contains(&format!("\nNext: {}\n", row["next_step"])), "{page}");
        assert!(page.contains("\nVI001 of qof/2024-25: not achieved\n"), "{page}");
        // Of the states those up to the one that holds are looked at, and that one alone holds.
        assert_eq!(page.matches(": yes").count(), 1, "{page}");
        assert!(
            page.lines().any(|line| line.starts_with(&format!("State {id}, ")) && line.contains(": yes")),
            "{page}"
        );
    }
}

#[test]
fn what_would_move_a_child_is_told_for_each_state_before_its_own() {
    let stage = one_in_each_state();
    let page = stage.explain("contacting", &[]).fine().stdout;
    let (_, moves) = page.split_once("What would move this child\n").unwrap();
    for said in [
        "  out of the pathway: achieving, or a national exception",
        "  to refused: there is a refusal\n",
        "  to with_coordinator: there is a referral\n",
        "  to no_contact: there is a second_call, and there is a third_call, and at least 3 different means in",
    ] {
        assert!(moves.contains(said), "{said}\n{moves}");
    }
    assert!(!moves.contains("to to_review"), "{moves}");
}

#[test]
fn an_exception_is_said_to_be_local_alone() {
    let stage = one_in_each_state();
    for (id, code) in [("refused", "ABSOLUTE"), ("declined_after_referral", "DECLINED"), ("no_contact", "NOCONTACT")] {
        let page = stage.explain(id, &[]).fine().stdout;
        assert!(page.contains(&format!("\nReported as {code}, ")), "{page}");
        assert!(page.contains("local only: the national denominator keeps the child"), "{page}");
    }
    assert!(!stage.explain("contacting", &[]).fine().stdout.contains("Reported as"));
}

#[test]
fn an_alert_is_explained_with_what_to_do_and_what_raised_it() {
    let mut stage = one_in_each_state();
    stage.event("refused", "2024-08-01 referred");
    let page = stage.explain("refused", &[]).fine().stdout;
    let (_, alert) = page.split_once("\nAlert referred_after_refusal, ").unwrap();
    assert!(alert.contains("\n  do: take the child off the coordinator's list"), "{alert}");
    assert!(alert.contains("\n  code with: (RP) Childhood Immunisations CEG\n"), "{alert}");
    assert!(alert.contains("1 August 2024"), "{alert}");
    assert!(stage.explain("contacting", &[]).fine().stdout.contains("\nNo alert\n"));
}

#[test]
fn an_explanation_is_of_the_day_of_the_report() {
    let mut stage = one_in_each_state();
    stage.child("prompt", &DOSES);
    let as_of = |id: &str, day: &str| stage.explain(id, &["--as-of", day]).fine().stdout;
    assert!(as_of("no_contact", "2024-05-19").contains("\nState: contacting, "));
    assert!(as_of("no_contact", "2024-05-20").contains("\nState: no_contact, "));
    assert!(as_of("prompt", "2024-04-30").contains("\nState: to_review, "));
    let done = as_of("prompt", "2024-05-01");
    assert!(done.contains("\nVI001 of qof/2024-25: achieved\n") && done.contains("\nNot pursued: "), "{done}");
}
