//! The target payments that ended in March 2021, from records: measured on the first day of each quarter.

use std::fs;
use std::path::Path;

use crate::uptake::stdout;

/// Child 1 turns 2 on 10 May 2019: measured on 1 July, 1 October and 1 January, not on 1 April 2019. Three primary doses
/// in 2017. The first MMR on 1 July 2019 itself is not before that day, and is before the next two. No Hib/MenC ever.
///
/// Child 2 turns 5 on 30 June 2019: measured on 1 July and 1 October. The booster of 30 September is in time for the
/// second. Deregistered on 1 January 2020, so not on the list that day.
const PATIENTS: &str = "\
patient_id,practice_code,birth_date,registered_date,deregistered_date
1,A81001,2017-05-10,2017-05-10,
2,A81001,2014-06-30,2014-07-01,2020-01-01
";

const EVENTS: &str = "\
patient_id,event_date,code
1,2017-07-10,1082441000000108
1,2017-08-10,1082451000000106
1,2017-09-10,1082461000000109
1,2019-07-01,38598009
2,2019-09-30,390865008
";

const OUTCOMES: &str = "\
patient_id,practice_code,year,indicator,outcome,reason
1,A81001,target-payments/2019-20,PCV_AND_HIB_MENC,not_achieved,
1,A81001,target-payments/2019-20,T2_FIVE_IN_ONE Q2,achieved,
1,A81001,target-payments/2019-20,T2_FIVE_IN_ONE Q3,achieved,
1,A81001,target-payments/2019-20,T2_FIVE_IN_ONE Q4,achieved,
1,A81001,target-payments/2019-20,T2_MENC Q2,not_achieved,
1,A81001,target-payments/2019-20,T2_MENC Q3,not_achieved,
1,A81001,target-payments/2019-20,T2_MENC Q4,not_achieved,
1,A81001,target-payments/2019-20,T2_MMR Q2,not_achieved,
1,A81001,target-payments/2019-20,T2_MMR Q3,achieved,
1,A81001,target-payments/2019-20,T2_MMR Q4,achieved,
2,A81001,target-payments/2019-20,T5_BOOSTER Q2,not_achieved,
2,A81001,target-payments/2019-20,T5_BOOSTER Q3,achieved,
";

fn over_tables(folder: &Path, command: &str, year: &str, more: &[&str]) -> String {
    let (patients, events) = (folder.join("patients.csv"), folder.join("events.csv"));
    fs::write(&patients, PATIENTS).unwrap();
    fs::write(&events, EVENTS).unwrap();
    let tables = ["--patients", patients.to_str().unwrap(), "--events", events.to_str().unwrap()];
    stdout([&[command, "--year", year], &tables[..], more].concat())
}

#[test]
fn each_quarter_is_measured_on_its_first_day() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--level", "patient", "--format", "csv"];
    assert_eq!(over_tables(folder.path(), "run", "target-payments/2019-20", &arguments), OUTCOMES);
}

#[test]
fn what_run_and_explain_print_of_the_target_payments() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"digest [0-9a-f]{12}", "digest (left out)");
    for year in ["2019-20", "2020-21"] {
        let book = format!("target-payments/{year}");
        let ran = over_tables(folder.path(), "run", &book, &[]);
        let explained = over_tables(folder.path(), "explain", &book, &["--patient", "1", "--indicator", "T2_MMR"]);
        settings.bind(|| insta::assert_snapshot!(format!("run-target-payments-{year}"), ran));
        settings.bind(|| insta::assert_snapshot!(format!("explain-target-payments-{year}"), explained));
    }
}
