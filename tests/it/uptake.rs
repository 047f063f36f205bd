//! Running the built command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The national rulebooks that are shipped.
pub const BOOKS: [&str; 8] = [
    "qof/2021-22",
    "qof/2022-23",
    "qof/2023-24",
    "qof/2024-25",
    "qof/2025-26",
    "qof/2026-27",
    "target-payments/2019-20",
    "target-payments/2020-21",
];

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The project's rules.
pub fn rules() -> PathBuf {
    root().join("rules")
}

/// The command with arguments, as if on no terminal and with the project's rules.
pub fn uptake<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
    command.args(arguments).env_remove("UPTAKE_RULES").current_dir(root());
    command
}

/// Runs it and gives stdout, asserting exit code 0.
pub fn stdout<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> String {
    let output = uptake(arguments).output().expect("the command starts");
    assert_eq!(output.status.code(), Some(0), "stderr: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("stdout is text")
}

/// Runs it and gives everything.
pub fn output<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    uptake(arguments).output().expect("the command starts")
}
