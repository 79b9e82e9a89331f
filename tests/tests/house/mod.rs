//! Tests about the house itself: what ARCHITECTURE.md promises about crates, libraries, licences and files.
//!
//! They know cargo's description of the workspace and the files on disk; of the program they know nothing.

mod arrows;
mod libraries;
mod licences;
mod manifests;
mod metadata;
mod migrations;
mod sources;
mod spdx;

use std::path::{Path, PathBuf};

/// The crates that make up the program; the others only build it, try it or measure it.
const SHIPPED: [&str; 6] = ["domain", "store", "commands", "projections", "graphql", "server"];

/// The folder of the workspace.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate `tests` is a folder of the workspace").to_path_buf()
}

/// Fails with one line for each broken promise.
#[track_caller]
fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}
