//! The files themselves: short, named for what they know, and at home on every machine.

use super::{SHIPPED, assert_none, root};
use std::fs;
use std::path::{Path, PathBuf};

const MOST_LINES: usize = 500;

/// A place for whatever has no place: what lands there is a word of the domain or a fact about the database.
const NO_PLACES: [&str; 6] = ["common", "core", "utils", "types", "helpers", "shared"];

/// Made by building or running, seen from the root.
const NOT_OURS: [&str; 3] = ["target", "data", "docs/book"];

/// Made by npm, wherever a package is.
const NOT_OURS_ANYWHERE: [&str; 2] = ["node_modules", "dist"];

/// The hidden folders that belong to the project; the others are an editor's or git's.
const HIDDEN_BUT_OURS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];

/// Where people keep their checkouts. In pieces, so that this file does not name them itself.
const HOMES: [&str; 4] =
    [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "Users/"), concat!("/", "work/")];

#[test]
fn no_shipped_file_is_longer_than_500_lines() {
    let shipped = SHIPPED.iter().flat_map(|it| files(&root().join(it))).filter(|file| is_rust(file));
    let lines = shipped.filter_map(|file| Some((text(&file)?.lines().count(), file)));
    let broken = lines.filter(|(lines, _)| *lines > MOST_LINES);
    let told =
        broken.map(|(lines, file)| format!("{} has {lines} lines: which two things is it?", shown(&file)));
    assert_none(&told.collect::<Vec<_>>());
}

#[test]
fn no_crate_and_no_module_is_a_place_for_everything() {
    let sources = files(&root()).into_iter().filter(|file| is_rust(file));
    let broken = sources.filter(|file| is_no_place(Path::new(&shown(file))));
    let told = broken.map(|file| format!("{}: name the place by what it knows", shown(&file)));
    assert_none(&told.collect::<Vec<_>>());
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let mut broken = Vec::new();
    for file in files(&root()) {
        let Some(text) = text(&file) else { continue };
        let lines = (1..).zip(text.lines()).filter(|(_, line)| names_a_home(line));
        broken.extend(lines.map(|(number, line)| format!("{}:{number}: {}", shown(&file), line.trim())));
    }
    assert_none(&broken);
}

fn is_no_place(file: &Path) -> bool {
    let without_ending = file.with_extension("");
    without_ending.components().any(|part| NO_PLACES.iter().any(|name| part.as_os_str() == *name))
}

/// A path begins where no other path ends: the address of a page may well go through a folder `home`.
fn names_a_home(line: &str) -> bool {
    let begins = |position: usize| {
        let before = &line[..position];
        before.ends_with("://") || !before.ends_with(|it: char| it.is_alphanumeric() || "/._-~}".contains(it))
    };
    HOMES.iter().any(|home| line.match_indices(home).any(|(position, _)| begins(position)))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the project can be read") {
        let entry = entry.expect("a folder of the project can be read to its end");
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let is_made = NOT_OURS.contains(&shown(&path).as_str()) || NOT_OURS_ANYWHERE.contains(&name.as_str());
        // Not asked of what a link leads to: that is not in the project, or is found without the link.
        let kind = entry.file_type().expect("a file of the project has a type");
        let is_hidden = name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name.as_str());
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && !is_hidden && !is_made {
            found.extend(files(&path));
        }
    }
    found
}

fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "rs")
}

/// The text of a file; a picture has none.
fn text(file: &Path) -> Option<String> {
    String::from_utf8(fs::read(file).ok()?).ok()
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

#[test]
fn a_home_is_recognised_and_a_web_address_is_not_one() {
    let [home, .., work] = HOMES;
    assert!(names_a_home(&format!("{home}ada/leaveword")));
    assert!(names_a_home(&format!("see `{work}leaveword`")));
    assert!(names_a_home(&format!("path = \"{home}ada\"")));
    assert!(names_a_home(&format!("file://{home}ada")));
    assert!(!names_a_home(&format!("https://example.org{home}page")));
    assert!(!names_a_home(&format!("docs{work}plan.md")));
}
