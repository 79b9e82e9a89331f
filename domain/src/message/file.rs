//! Files other than pictures, as a message knows them: which, how large, and what their sender calls them. Not one byte: those
//! lie sealed beside the log.

use crate::{
    ids::FileId,
    personal::Personal,
    text::{Text, TextError},
};
use serde::{Deserialize, Serialize};

/// A file's name: 1 to 255 characters.
pub type FileName = Text<255>;

/// So many characters of a name are kept, without its ending.
const KEPT: usize = 200;

/// A file that was sent with words, as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Which one.
    pub file_id: FileId,
    /// What it is by its own first bytes.
    pub format: FileFormat,
    /// How many bytes it has.
    pub bytes: u64,
    /// What its sender calls it.
    pub name: Personal<FileName>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// PDF.
    Pdf,
    /// MP4.
    Mp4,
}

impl FileFormat {
    /// All that a desk may take.
    pub const ALL: [Self; 2] = [Self::Pdf, Self::Mp4];

    /// By the name that events have for it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// By its media type.
    pub fn of_content_type(content_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.content_type() == content_type)
    }

    /// The name that events have for it, and the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Mp4 => "mp4",
        }
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Mp4 => "video/mp4",
        }
    }

    /// A name that is safe wherever somebody saves the file: no folder, nothing invisible that turns the line around, none of
    /// the signs that systems refuse, and it ends as the file is.
    pub fn name_of(self, given: &str) -> Result<FileName, TextError> {
        let given = FileName::parse(given)?;
        let last = given.as_str().rsplit(['/', '\\']).next().unwrap_or_default();
        let visible = last.chars().filter(|c| !is_invisible(*c));
        let safe: String =
            visible.map(|c| if c.is_control() || "\"<>:|?*".contains(c) { '_' } else { c }).collect();
        let ending = format!(".{}", self.name());
        let cut = safe.len().saturating_sub(ending.len());
        let ends = safe.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(&ending));
        let stem = if ends { safe.get(..cut).unwrap_or_default() } else { &safe };
        let stem: String = stem.chars().take(KEPT).collect();
        let stem = stem.trim_matches(|c: char| c == '.' || c.is_whitespace());
        FileName::parse(&format!("{}{ending}", if stem.is_empty() { "file" } else { stem }))
    }
}

/// Zero-width and bidirectional signs.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdf(given: &str) -> String {
        FileFormat::Pdf.name_of(given).expect("a name").as_str().to_owned()
    }

    #[test]
    fn a_name_is_a_name_and_nothing_else() {
        assert_eq!(pdf("发票 2026.pdf"), "发票 2026.pdf");
        assert_eq!(pdf("SCAN.PDF"), "SCAN.pdf");
        assert_eq!(pdf("../../etc/passwd"), "passwd.pdf");
        assert_eq!(pdf(r"C:\temp\x.exe"), "x.exe.pdf");
        assert_eq!(pdf("\u{202E}fdp.exe"), "fdp.exe.pdf", "what turns the line around is left out");
        assert_eq!(pdf("a\"; filename=\"b.html"), "a_; filename=_b.html.pdf");
        assert_eq!(pdf("a\r\nset-cookie: x"), "a_set-cookie_ x.pdf");
        assert_eq!(pdf("/"), "file.pdf");
        assert_eq!(pdf(".pdf"), "file.pdf");
        assert_eq!(pdf("..."), "file.pdf");
        assert_eq!(pdf(&"长".repeat(255)).chars().count(), 204);
        assert_eq!(FileFormat::Mp4.name_of("x.pdf").expect("a name").as_str(), "x.pdf.mp4");
        assert_eq!(FileFormat::Pdf.name_of(" "), Err(TextError::Empty));
        assert_eq!(FileFormat::Pdf.name_of("a\0b"), Err(TextError::Control(0)));
    }

    #[test]
    fn each_format_is_found_by_its_names() {
        for format in FileFormat::ALL {
            assert_eq!(FileFormat::named(format.name()), Some(format));
            assert_eq!(FileFormat::of_content_type(format.content_type()), Some(format));
        }
        assert_eq!(FileFormat::of_content_type("text/html"), None);
    }
}
