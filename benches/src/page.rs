//! `docs/benchmarks.md`: each command writes its own section between two marks and leaves the rest alone.

use std::{fs, path::PathBuf};

/// Replaces the section of this name, or appends it.
pub fn write(section: &str, body: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/benchmarks.md"));
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let page = fs::read_to_string(&path).map_err(told)?;
    fs::write(&path, replaced(&page, section, body)).map_err(told)?;
    Ok(path)
}

fn replaced(page: &str, section: &str, body: &str) -> String {
    let (begin, end) = (format!("<!-- begin: {section} -->\n"), format!("<!-- end: {section} -->\n"));
    let (before, after) = match page.split_once(&begin) {
        Some((before, rest)) => (before.to_owned(), rest.split_once(&end).map_or("", |(_, after)| after)),
        None => (format!("{}\n\n", page.trim_end()), ""),
    };
    format!("{before}{begin}\n{}\n\n{end}{after}", body.trim())
}
