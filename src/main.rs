//! The `uptake` command.

use std::process::ExitCode;

#[cfg(feature = "allocator")]
use mimalloc::MiMalloc;

/// Tables are read in many large pieces on all threads, which the system's own allocator serves more slowly.
#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    uptake::cli::main()
}
