//! `cargo xtask schema`: the GraphQL schema, the list of events, what figures and analysts' tables mean and the schemas of
//! webhooks as files, so that a change of any is seen in a review.

use crate::{Outcome, cargo, events};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::{env, fs};

/// How much of a difference is shown: enough to recognise it.
const SHOWN: usize = 3;

/// The API, the pages about events, figures and analysts' tables, and the folder about webhooks.
const SCHEMA: &str = "graphql/schema.graphql";
const EVENTS: &str = "docs/events.md";
const STATISTICS: &str = "docs/statistics.md";
const ANALYTICS: &str = "docs/analytics.md";
const WEBHOOKS: &str = "docs/webhooks";

/// Writes the files from the code, or with `--check` says where they part.
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
        let there = fs::read_to_string(cargo::root().join(&file)).unwrap_or_default();
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
        let done = match code.is_empty() {
            true => fs::remove_file(&path),
            false => path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, code)),
        };
        done.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Each file's path and its text; an empty one is of a file that is not to be there.
fn written() -> Result<BTreeMap<String, String>, String> {
    let mut all = BTreeMap::from([
        (SCHEMA.to_owned(), printed(&["schema"])?),
        (EVENTS.to_owned(), events::page()?),
        (STATISTICS.to_owned(), printed(&["schema", "--statistics"])?),
        (ANALYTICS.to_owned(), printed(&["schema", "--analytics"])?),
    ]);
    let of_webhooks = |files: BTreeMap<String, String>| {
        files.into_iter().map(|(file, text)| (format!("{WEBHOOKS}/{file}"), text))
    };
    let there = files(&cargo::root().join(WEBHOOKS)).unwrap_or_default();
    all.extend(of_webhooks(there).map(|(file, _)| (file, String::new())));
    all.extend(of_webhooks(webhooks()?));
    Ok(all)
}

/// The schemas of webhooks, as the program writes them into a folder.
fn webhooks() -> Result<BTreeMap<String, String>, String> {
    let folder = env::temp_dir().join(format!("leaveword-webhooks-{}", std::process::id()));
    let mut command = cargo::leaveword_of_the_tests(&["schema", "--webhooks"])?;
    let status = cargo::status(command.arg(&folder))?;
    let written = files(&folder);
    let _ = fs::remove_dir_all(&folder);
    if !status.success() {
        return Err("`leaveword schema --webhooks` failed".to_owned());
    }
    written.map_err(|error| format!("`leaveword schema --webhooks` wrote nothing: {error}"))
}

/// The files of a folder, by their names.
fn files(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        found.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(found)
}

/// What the program prints when it is asked so.
fn printed(arguments: &[&str]) -> Result<String, String> {
    let mut command = cargo::leaveword_of_the_tests(arguments)?;
    command.stderr(Stdio::inherit());
    let output = command.output().map_err(|error| cargo::cannot_start(&command, &error))?;
    if !output.status.success() {
        return Err(format!("`leaveword {}` failed", arguments.join(" ")));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("`leaveword {}` printed something else than text", arguments.join(" ")))
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
