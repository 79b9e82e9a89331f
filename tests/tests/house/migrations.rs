//! Both databases go through the same steps.

use super::{assert_none, root};
use std::fs;

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(files("postgres"), files("sqlite"), "left: migrations/postgres, right: migrations/sqlite");
}

#[test]
fn migrations_are_numbered_without_holes() {
    for database in ["postgres", "sqlite"] {
        let files = files(database);
        assert!(!files.is_empty(), "migrations/{database} is empty");
        let broken = files.iter().zip(1..).filter(|(file, number)| !is_step(file, *number));
        let told =
            broken.map(|(file, number)| format!("migrations/{database}/{file}: want {number:04}_what.sql"));
        assert_none(&told.collect::<Vec<_>>());
    }
}

fn is_step(file: &str, number: usize) -> bool {
    let stem = file.strip_suffix(".sql").and_then(|stem| stem.strip_prefix(&format!("{number:04}_")));
    let is_named =
        |stem: &str| stem.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_');
    stem.is_some_and(|stem| !stem.is_empty() && is_named(stem))
}

fn files(database: &str) -> Vec<String> {
    let folder = root().join("migrations").join(database);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("migrations/{database}: {error}"));
    let names = entries.map(|entry| entry.expect("a folder can be read to its end").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_step_has_its_number_and_a_name() {
    assert!(is_step("0001_events.sql", 1));
    assert!(is_step("0012_message_list_2.sql", 12));
    for file in
        ["0002_events.sql", "1_events.sql", "0001_.sql", "0001_events.txt", "0001-events.sql", "README.md"]
    {
        assert!(!is_step(file, 1), "{file}");
    }
}
