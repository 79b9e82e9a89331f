//! One version of each library, in one place, with the reason why it is there.

use super::metadata::ours;
use super::{assert_none, root};
use std::fs;
use std::path::Path;

#[test]
fn every_library_of_the_workspace_says_why_it_is_there() {
    let manifest = read(&root().join("Cargo.toml"));
    let entries = entries(&manifest).into_iter();
    let libraries = entries.filter(|entry| entry.section == "workspace.dependencies" && !entry.has("path="));
    let unexplained = libraries.filter(|entry| !entry.is_explained);
    let broken = unexplained.map(|it| format!("Cargo.toml: no comment above {}: why is it here?", it.name));
    assert_none(&broken.collect::<Vec<_>>());
}

#[test]
fn no_crate_has_a_version_of_its_own() {
    let mut broken = Vec::new();
    for package in ours() {
        let manifest = read(&package.manifest);
        let own = entries(&manifest).into_iter().filter(|entry| !entry.has("workspace=true"));
        let name = &package.name;
        broken.extend(own.map(|it| format!("{name}/Cargo.toml: {} is not `workspace = true`", it.name)));
    }
    assert_none(&broken);
}

/// A dependency as its manifest writes it.
struct Entry {
    section: String,
    name: String,
    /// Without blanks.
    text: String,
    /// The line directly above it is a comment.
    is_explained: bool,
}

impl Entry {
    fn has(&self, what: &str) -> bool {
        self.text.contains(what)
    }
}

/// The entries of a manifest's sections of dependencies, those that go over several lines included.
fn entries(manifest: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut section, mut above, mut is_whole) = (String::new(), "", true);
    for line in manifest.lines().map(str::trim) {
        let without_remark = line.split_once(" #").map_or(line, |(code, _)| code);
        let text: String = without_remark.split_whitespace().collect();
        let (is_comment, is_explained) = (line.starts_with('#'), above.starts_with('#'));
        if !is_whole && let Some(entry) = entries.last_mut() {
            entry.text += &text;
            is_whole = closes_all(&entry.text);
        } else if line.starts_with('[') {
            section = String::from(text.trim_matches(['[', ']']));
            if let Some((table, name)) = named_table(&section) {
                entries.push(Entry { section: table, name, text: String::new(), is_explained });
            }
        } else if named_table(&section).is_some() && !is_comment {
            entries.last_mut().expect("its header made the entry").text += &text;
        } else if section.ends_with("dependencies") && !is_comment && !text.is_empty() {
            let name = text.split(['.', '=']).next().unwrap_or_default().trim_matches('"').to_owned();
            let text =
                text.split_once(name.as_str()).map_or("", |(_, rest)| rest.trim_start_matches(['.', '"']));
            is_whole = closes_all(text);
            entries.push(Entry { section: section.clone(), name, text: text.to_owned(), is_explained });
        }
        above = line;
    }
    entries
}

/// `dependencies.serde` is the section of dependencies and a name in it.
fn named_table(section: &str) -> Option<(String, String)> {
    let (table, name) = section.rsplit_once('.')?;
    let is_named = table.ends_with("dependencies");
    is_named.then(|| (table.to_owned(), name.to_owned()))
}

fn closes_all(text: &str) -> bool {
    let count = |brackets: [char; 2]| text.matches(brackets).count();
    count(['[', '{']) == count([']', '}'])
}

fn read(manifest: &Path) -> String {
    fs::read_to_string(manifest).expect("a manifest of the workspace is a text")
}

const SAMPLE: &str = r#"
[package]
name = "sample"

[dependencies]
# Why.
explained = "1"
bare = { version = "1", features = [
    "one",
] }
inherited.workspace = true # [

[target.'cfg(unix)'.dev-dependencies]
spelt = { features = ["one"], workspace = true }

[dependencies.tabled]
version = "1"

[features]
default = []
"#;

#[test]
fn a_dependency_is_recognised_however_it_is_written() {
    let entries = entries(SAMPLE);
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["explained", "bare", "inherited", "spelt", "tabled"]);
    let inherited: Vec<bool> = entries.iter().map(|entry| entry.has("workspace=true")).collect();
    assert_eq!(inherited, [false, false, true, true, false]);
    let explained: Vec<bool> = entries.iter().map(|entry| entry.is_explained).collect();
    assert_eq!(explained, [true, false, false, false, false]);
}
