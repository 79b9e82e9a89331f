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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_in_its_place_and_the_rest_is_left_alone() {
        let page = "# Title\n\n<!-- begin: one -->\n\nold\n\n<!-- end: one -->\n\nbetween\n\n\
                    <!-- begin: two -->\n\nkept\n\n<!-- end: two -->\n";
        let new = replaced(page, "one", "new\n");
        assert_eq!(new, page.replace("old", "new"));
        assert_eq!(replaced(&new, "one", "old"), page);
    }

    #[test]
    fn a_section_that_is_not_there_comes_at_the_end() {
        let page = replaced("# Title\n", "one", "new");
        assert_eq!(page, "# Title\n\n<!-- begin: one -->\n\nnew\n\n<!-- end: one -->\n");
    }
}
