//! The form of results that the ending of `--output` names, where `--format` does not: `-o run.csv` is a table of commas.

use std::ffi::OsString;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::cli::CliError;

/// Endings, and the forms that they name. A form of none of the commands is here too: whoever asks for it is told which
/// there are.
const FORMS: [(&str, &str); 15] = [
    ("csv", "csv"),
    ("json", "json"),
    ("parquet", "parquet"),
    ("xlsx", "xlsx"),
    ("md", "markdown"),
    ("markdown", "markdown"),
    ("svg", "svg"),
    ("html", "html"),
    ("htm", "html"),
    ("pdf", "pdf"),
    ("png", "png"),
    ("xls", "xls"),
    ("ods", "ods"),
    ("docx", "docx"),
    ("tsv", "tsv"),
];

/// A command line with the form that its file's ending names, as if `--format` had said so. One that names no file, or
/// a form, is left as it is, and so is a file whose ending names none: `.txt` is for people, as stdout is.
pub(super) fn completed(command: &Command, typed: Vec<OsString>) -> Result<Vec<OsString>, CliError> {
    let is_option = |text: &OsString, names: [&str; 2]| {
        text.to_str().is_some_and(|text| names.iter().any(|name| text.starts_with(name)))
    };
    if !typed.iter().any(|text| is_option(text, ["--output", "-o"])) {
        return Ok(typed);
    }
    // What is no command line at all is told of when it is read in earnest.
    let Ok(matches) = command.clone().try_get_matches_from(&typed) else { return Ok(typed) };
    let Some(form) = form_of_output(command, &matches)? else { return Ok(typed) };
    let mut typed = typed;
    let end = typed.iter().position(|text| text == "--").unwrap_or(typed.len());
    typed.insert(end, format!("--format={form}").into());
    Ok(typed)
}

/// The form that the ending of the output names, in the innermost command.
fn form_of_output(command: &Command, matches: &ArgMatches) -> Result<Option<&'static str>, CliError> {
    if let Some((name, inner)) = matches.subcommand() {
        let inner_command = command.find_subcommand(name);
        return inner_command.map_or(Ok(None), |command| form_of_output(command, inner));
    }
    let format = command.get_arguments().find(|argument| argument.get_id() == "format");
    let is_given = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    let Some(format) = format.filter(|_| !is_given("format")) else { return Ok(None) };
    let output = matches.try_get_raw("output").ok().flatten().and_then(|mut values| values.next());
    let ending = output.filter(|_| is_given("output")).and_then(|output| Path::new(output).extension()?.to_str());
    let named = ending.and_then(|ending| FORMS.into_iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)));
    let Some((ending, form)) = named else { return Ok(None) };
    let forms = forms(format);
    if forms.iter().any(|known| known == form) {
        return Ok(Some(form));
    }
    let message = format!("`uptake {}` has no form for a file that ends in .{ending}", command.get_name());
    let help = format!("its forms are: {}; end the file's name so, or name one with `--format`", forms.join(", "));
    Err(CliError::usage(message).help(help))
}

fn forms(format: &Arg) -> Vec<String> {
    format.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Arguments;

    fn line(typed: &str) -> Result<String, String> {
        let typed = typed.split(' ').map(OsString::from).collect();
        let completed = completed(&Arguments::command(), typed).map_err(|error| error.to_string())?;
        Ok(completed.iter().map(|text| text.to_string_lossy()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_ending_of_the_output_names_the_form() {
        let score = "uptake score c.csv --year 2023-24";
        for (output, form) in [("-o a.csv", " --format=csv"), ("--output a.MD", " --format=markdown"), ("-o a.txt", "")]
        {
            assert_eq!(line(&format!("{score} {output}")).unwrap(), format!("{score} {output}{form}"));
        }
        for kept in ["-o a.csv --format json", "-o -", "--table practices"] {
            assert_eq!(line(&format!("{score} {kept}")).unwrap(), format!("{score} {kept}"));
        }
        let curve = "uptake curve --years 2023-24 --cohort-size 9 -oc.svg";
        assert_eq!(line(curve).unwrap(), format!("{curve} --format=svg"));
        assert!(line(&format!("{score} -o a.svg")).unwrap_err().contains("no form for a file that ends in .svg"));
    }
}
