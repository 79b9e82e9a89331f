//! Whoever distributes our binary distributes these libraries with it.

use super::assert_none;
use super::metadata::{Package, ours, packages};
use super::spdx::is_satisfied;

/// Licences under which code may be part of a binary that is distributed under Apache-2.0.
const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    // Its copyleft ends at its own files, which we neither change nor hide.
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_library_may_be_part_of_an_apache_licensed_binary() {
    let libraries = packages().iter().filter(|package| !package.is_ours);
    assert_none(&libraries.filter_map(objection).collect::<Vec<_>>());
}

#[test]
fn our_own_crates_are_apache_licensed() {
    let others = ours().filter(|package| package.licence.as_deref() != Some("Apache-2.0"));
    let broken = others.map(|package| format!("{} lacks `license.workspace = true`", package.name));
    assert_none(&broken.collect::<Vec<_>>());
}

fn objection(library: &Package) -> Option<String> {
    let (name, version) = (&library.name, &library.version);
    match &library.licence {
        Some(licence) if is_satisfied(licence, &ALLOWED) => None,
        Some(licence) => Some(format!("{name} {version} is under {licence}, which is not on the list")),
        None => Some(format!("{name} {version} names no licence")),
    }
}
