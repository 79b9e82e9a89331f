//! What `cargo metadata` says about our crates and about every library they bring along.

use super::root;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// A crate: ours, or one of a registry's.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) is_ours: bool,
    pub(super) licence: Option<String>,
    pub(super) manifest: PathBuf,
    pub(super) dependencies: Vec<Dependency>,
}

/// A crate that a manifest names.
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) is_ours: bool,
    /// Only its tests, examples and benchmarks use it.
    pub(super) is_dev: bool,
    pub(super) has_default_features: bool,
    pub(super) features: Vec<String>,
}

static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    // Every platform's libraries and not only this one's: we promise a licence wherever the program is built.
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--locked"]).current_dir(root());
    let output = command.output().expect("cargo starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    list(&metadata["packages"]).iter().map(package).collect()
});

/// Every crate of the resolved graph, ours included.
pub(super) fn packages() -> &'static [Package] {
    &PACKAGES
}

/// The crates of the workspace.
pub(super) fn ours() -> impl Iterator<Item = &'static Package> {
    packages().iter().filter(|package| package.is_ours)
}

fn package(value: &Value) -> Package {
    Package {
        name: text(&value["name"]),
        version: text(&value["version"]),
        is_ours: value["source"].is_null(),
        licence: value["license"].as_str().map(str::to_owned),
        manifest: PathBuf::from(text(&value["manifest_path"])),
        dependencies: list(&value["dependencies"]).iter().map(dependency).collect(),
    }
}

fn dependency(value: &Value) -> Dependency {
    Dependency {
        name: text(&value["name"]),
        is_ours: value["source"].is_null(),
        is_dev: value["kind"] == "dev",
        has_default_features: value["uses_default_features"] == true,
        features: list(&value["features"]).iter().map(text).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("cargo metadata has a text here").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("cargo metadata has a list here")
}
