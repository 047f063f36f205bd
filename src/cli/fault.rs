//! What is said and done when the program itself is at fault: a sentence with the place in its source, and exit code 2.

use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::output;
use crate::data;

/// Runs something to its end, or to a fault of the program, which is told then: None.
pub(super) fn guarded<R>(run: impl FnOnce() -> R) -> Option<R> {
    tell_faults();
    panic::catch_unwind(AssertUnwindSafe(run)).ok()
}

/// What a panic says is left out, since it may quote what was read. A decoder's panics are its answer to a broken file,
/// and become an error of that file.
fn tell_faults() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    panic::set_hook(Box::new(|fault| {
        // Threads that do the same work meet the same fault.
        if !data::is_decoding() && !TOLD.swap(true, Ordering::Relaxed) {
            output::talk(&sentence(fault.location()));
            output::talk(
                "help: please report it with the version and the command line, never with patients' records (SECURITY.md)",
            );
        }
    }));
}

fn sentence(location: Option<&Location<'_>>) -> String {
    let place = location.map(|place| format!(" at {}:{}", in_source(place.file()), place.line())).unwrap_or_default();
    format!("error: this is a fault of the program itself{place}, and nothing more was done")
}

/// A file of a library without the folder of the machine on which the program was built.
fn in_source(file: &str) -> &str {
    let of_library = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    of_library.map_or(file, |(_, file)| file)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const IS_CHILD: &str = "UPTAKE_TEST_OF_A_FAULT";

    #[test]
    fn a_fault_is_told_once_without_what_it_says() {
        if std::env::var_os(IS_CHILD).is_some() {
            let threads =
                || (0..3).map(|_| std::thread::spawn(|| panic!("xyzzy"))).map(|thread| thread.join().is_err());
            assert_eq!(guarded(|| threads().filter(|failed| *failed).count()), Some(3));
            assert_eq!(guarded(|| panic!("xyzzy") as u32), None);
            return;
        }
        let this = std::env::current_exe().unwrap();
        let name = "cli::fault::tests::a_fault_is_told_once_without_what_it_says";
        let child = Command::new(this).args([name, "--exact", "--nocapture"]).env(IS_CHILD, "1").output().unwrap();
        let said = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "{said}");
        let place = concat!("error: this is a fault of the program itself at ", file!(), ":");
        assert_eq!((said.matches(place).count(), said.matches("xyzzy").count()), (1, 0), "{said}");
    }

    #[test]
    fn no_folder_of_a_machine_is_told() {
        assert_eq!(in_source("/home/me/.cargo/registry/src/index.crates.io-1/csv-1.3/src/a.rs"), "csv-1.3/src/a.rs");
        assert_eq!(in_source("src/eval/pay.rs"), "src/eval/pay.rs");
    }
}
