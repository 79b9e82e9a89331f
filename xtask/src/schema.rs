//! `cargo xtask schema`: the GraphQL schema and the list of events as files, so that a change of either is seen in a
//! review.

use crate::{Outcome, cargo, events};
use std::fs;
use std::process::{ExitCode, Stdio};

/// How much of a difference is shown: enough to recognise it.
const SHOWN: usize = 3;

/// The API, and the page about events.
const SCHEMA: &str = "graphql/schema.graphql";
const EVENTS: &str = "docs/events.md";

/// Writes both files from the code, or with `--check` says where they part.
pub(crate) fn schema(args: &[String]) -> Outcome {
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(),
        ["--check"] => check(),
        _ => Err("`schema` knows --check and nothing else".to_owned()),
    }
}

/// Compares the files with the code.
pub(crate) fn check() -> Outcome {
    let mut outcome = ExitCode::SUCCESS;
    for (file, code) in written()? {
        // A file that is not there is an empty one: it differs, and the advice is the same.
        let there = fs::read_to_string(cargo::root().join(file)).unwrap_or_default();
        if let Some(difference) = first_difference(&there, &code) {
            println!("{file} is not what the code says:\n{difference}");
            println!("run `cargo xtask schema` and commit the result");
            outcome = ExitCode::FAILURE;
        }
    }
    Ok(outcome)
}

fn write() -> Outcome {
    for (file, code) in written()? {
        let path = cargo::root().join(file);
        fs::write(&path, code).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn written() -> Result<[(&'static str, String); 2], String> {
    Ok([(SCHEMA, from_code()?), (EVENTS, events::page()?)])
}

fn from_code() -> Result<String, String> {
    let mut command = cargo::leaveword(&["schema"]);
    command.current_dir(cargo::root()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| cargo::cannot_start(&command, &error))?;
    if !output.status.success() {
        return Err("`leaveword schema` failed".to_owned());
    }
    String::from_utf8(output.stdout)
        .map_err(|_| "`leaveword schema` printed something else than text".to_owned())
}

/// The first lines in which two texts differ, the file's with `-`, the code's with `+`.
fn first_difference(file: &str, code: &str) -> Option<String> {
    if file == code {
        return None;
    }
    let same = file.split('\n').zip(code.split('\n')).take_while(|(old, new)| old == new).count();
    let shown = |text: &str, sign: &str| -> String {
        text.split('\n').skip(same).take(SHOWN).flat_map(|line| [sign, " ", line, "\n"]).collect()
    };
    Some(format!("line {}:\n{}{}", same + 1, shown(file, "-"), shown(code, "+")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(first_difference("type A\ntype B\n", "type A\ntype B\n"), None);
    }

    #[test]
    fn a_difference_is_shown_from_its_first_line() {
        let difference = first_difference("type A\ntype B\n", "type A\ntype C\n").unwrap();
        assert_eq!(difference, "line 2:\n- type B\n- \n+ type C\n+ \n");
    }

    #[test]
    fn a_missing_end_of_the_last_line_is_a_difference() {
        assert!(first_difference("type A", "type A\n").unwrap().starts_with("line 2:"));
        assert!(first_difference("", "type A\n").unwrap().starts_with("line 1:"));
    }
}
