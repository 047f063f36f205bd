//! Running the built command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
