//! Which of our crates may name which.

use super::assert_none;
use super::metadata::{Dependency, Package, ours};
use std::collections::BTreeSet;

/// A crate, the crates it may name, and why not the others.
struct Arrows {
    from: &'static str,
    to: &'static [&'static str],
    /// What its tests may name besides.
    in_tests: &'static [&'static str],
    why: &'static str,
}

/// A second database in a test comes from the store's `testing` feature, and what is stored there is the domain's.
const A_DATABASE: &[&str] = &["store", "domain"];

const ALL: &[&str] = &["domain", "store", "commands", "projections", "graphql", "server"];

const ARROWS: [Arrows; 9] = [
    Arrows {
        from: "domain",
        to: &[],
        in_tests: &[],
        why: "the words and the rules are pure: whatever they need arrives in a command",
    },
    Arrows {
        from: "store",
        to: &[],
        // Its own `testing` feature.
        in_tests: A_DATABASE,
        why: "the databases keep any aggregate's events and need not know what these say",
    },
    Arrows {
        from: "commands",
        to: &["domain", "store"],
        in_tests: A_DATABASE,
        why: "the log is the only conversation with projections, and whoever asks is further out",
    },
    Arrows {
        from: "projections",
        to: &["domain", "store"],
        in_tests: A_DATABASE,
        why: "the log is the only conversation with commands, and whoever asks is further out",
    },
    Arrows {
        from: "graphql",
        to: &["domain", "commands", "projections"],
        in_tests: A_DATABASE,
        why: "the schema asks commands and projections; where these keep things is not its business",
    },
    Arrows {
        from: "server",
        to: &["domain", "store", "commands", "projections", "graphql"],
        in_tests: A_DATABASE,
        why: "it puts the program together and is itself only started",
    },
    Arrows {
        from: "tests",
        // The store for one binary: `leaveword` with a fault that the store's `testing` feature switches on.
        to: &["server", "store"],
        in_tests: ALL,
        why: "end-to-end tests come in by the door that everybody uses",
    },
    Arrows {
        from: "benches",
        to: &["domain", "commands", "store", "projections", "server"],
        in_tests: ALL,
        why: "they measure what is slow, and the schema is measured through the server",
    },
    Arrows { from: "xtask", to: &[], in_tests: &[], why: "it has to work when nothing else compiles" },
];

#[test]
fn our_crates_name_each_other_only_along_the_arrows() {
    assert_none(&ours().flat_map(against_the_arrows).collect::<Vec<_>>());
}

#[test]
fn commands_and_projections_never_know_each_other() {
    for (one, other) in [("commands", "projections"), ("projections", "commands")] {
        let package = ours().find(|package| package.name == one).expect("a crate of ours");
        let knows = package.dependencies.iter().any(|dependency| dependency.name == other);
        assert!(!knows, "{one} names {other}: the log is their conversation, also in tests");
    }
}

#[test]
fn the_members_of_the_workspace_are_the_crates_of_the_table() {
    let members: BTreeSet<&str> = ours().map(|package| package.name.as_str()).collect();
    let table: BTreeSet<&str> = ARROWS.iter().map(|arrows| arrows.from).collect();
    assert_eq!(members, table, "a new crate needs its arrows, and ARCHITECTURE.md a line about it");
}

fn against_the_arrows(package: &Package) -> Vec<String> {
    // A crate outside the table fails the test of the members, which says what to do.
    let Some(arrows) = ARROWS.iter().find(|arrows| arrows.from == package.name) else {
        return Vec::new();
    };
    let ours = package.dependencies.iter().filter(|dependency| dependency.is_ours);
    ours.filter(|dependency| !arrows.allow(dependency)).map(|dependency| arrows.refuse(dependency)).collect()
}

impl Arrows {
    fn allow(&self, dependency: &Dependency) -> bool {
        let name = dependency.name.as_str();
        self.to.contains(&name) || (dependency.is_dev && self.in_tests.contains(&name))
    }

    fn refuse(&self, dependency: &Dependency) -> String {
        let (from, to, why) = (self.from, &dependency.name, self.why);
        let only = if self.to.is_empty() { "no crate of ours".to_owned() } else { self.to.join(", ") };
        let namers = ARROWS.iter().filter(|arrows| arrows.to.contains(&to.as_str()));
        let namers: Vec<&str> = namers.map(|arrows| arrows.from).collect();
        let namers = if namers.is_empty() { "nobody".to_owned() } else { namers.join(", ") };
        format!("{from} names {to}. It may name {only}: {why}. {to} may be named by {namers}.")
    }
}
