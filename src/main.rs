//! The `uptake` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    uptake::cli::main()
}
