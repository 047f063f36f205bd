//! `uptake schema`: what the TOML files of a rules folder can hold, for editors.

use clap::{Args, ValueEnum};

use crate::cli::{CliError, Done, output};
use crate::model::shape::{CLUSTER, CONTRACT, EXAMPLES};
use crate::report::schema;

/// Arguments of `uptake schema`.
#[derive(Args, Debug)]
pub(super) struct SchemaArguments {
    /// Which kind of file
    #[arg(value_enum)]
    file: FileArgument,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum FileArgument {
    /// contract.toml or scheme.toml: the numbers of a rulebook
    Contract,
    /// codes/VERSION/NAME.toml: a code cluster
    Codes,
    /// examples.toml: worked examples
    Examples,
}

pub(super) fn schema(arguments: &SchemaArguments) -> Result<Done, CliError> {
    let shape = match arguments.file {
        FileArgument::Contract => &CONTRACT,
        FileArgument::Codes => &CLUSTER,
        FileArgument::Examples => &EXAMPLES,
    };
    output::to_stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, &schema::schema(shape))?;
        writeln!(out)
    })?;
    Ok(Done::Well)
}
