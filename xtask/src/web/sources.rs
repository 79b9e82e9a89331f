//! What the pages are built from, and whether they were built from what is there now. `server/build.rs` includes this file:
//! it asks the same before it embeds them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Made by npm or by a build, or there only to try the pages.
const NO_SOURCES: [&str; 7] = ["node_modules", "dist", "generated", "built", "browser", "e2e", "tests"];

/// In `web/`: the digest of what was built last. The folder is always there, so that Cargo can watch it.
const STAMP: &str = "built/stamp";

/// Without these there are no pages, whatever else a build has left.
const ENTRIES: [&str; 2] = ["console/dist/index.html", "widget/dist/widget.js"];

/// What `web/compress.mjs` leaves: a build that somebody made without it is not finished.
const COMPRESSED: [&str; 2] = ["console/dist/.compressed", "widget/dist/.compressed"];

/// Which of the pages were not built at all, as paths in `web/`.
pub(crate) fn missing(root: &Path) -> Vec<&'static str> {
    ENTRIES.into_iter().filter(|entry| !root.join("web").join(entry).is_file()).collect()
}

/// Whether what is built is something else than what is there now comes to.
pub(crate) fn is_stale(root: &Path) -> io::Result<bool> {
    if COMPRESSED.into_iter().any(|mark| !root.join("web").join(mark).is_file()) {
        return Ok(true);
    }
    let built = fs::read_to_string(root.join("web").join(STAMP)).unwrap_or_default();
    Ok(built != digest(root)?)
}

/// Remembers what was built.
pub(crate) fn stamp(root: &Path, digest: &str) -> io::Result<()> {
    fs::write(root.join("web").join(STAMP), digest)
}

/// Every source, in the order of their paths.
pub(crate) fn sources(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    // The types of what is asked for are made from it.
    found.extend([root.join("graphql/schema.graphql")].into_iter().filter(|schema| schema.is_file()));
    collect(&root.join("web"), &mut found)?;
    found.sort();
    Ok(found)
}

/// A short name for all of their contents. Nobody has a reason to forge one: FNV-1a is enough, and needs no library.
pub(crate) fn digest(root: &Path) -> io::Result<String> {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for source in sources(root)? {
        let bytes = fs::read(&source)?;
        take(source.strip_prefix(root).unwrap_or(&source).as_os_str().as_encoded_bytes());
        take(&(bytes.len() as u64).to_le_bytes());
        take(&bytes);
    }
    Ok(format!("{digest:016x}\n"))
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_prose = entry.path().extension().is_some_and(|ending| ending == "md");
        let (name, kind) = (entry.file_name().to_string_lossy().into_owned(), entry.file_type()?);
        if name.starts_with('.') || is_prose || NO_SOURCES.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), found)?;
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}
