//! Content lines (RFC 5545, 3.1).

/// A property: its name in capitals, its parameters as they stand, its value.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) parameters: String,
    pub(super) value: String,
}

/// The lines of a file with the number of their first, folded ones as one. Line ends may be those of any system.
pub(super) fn unfold(text: &str) -> impl Iterator<Item = (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cut = |line| str::strip_suffix(line, "\r").unwrap_or(line);
    let mut lines = (1..).zip(text.split('\n').map(cut)).peekable();
    std::iter::from_fn(move || {
        let (number, first) = lines.find(|(_, line)| !line.trim().is_empty())?;
        let mut whole = first.to_owned();
        while let Some((_, rest)) = lines.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            whole.push_str(&rest[1..]);
        }
        Some((number, whole))
    })
}

impl Line {
    /// Reads a line: the value begins after the first colon that stands in no quotes.
    pub(super) fn read(line: &str) -> Option<Self> {
        let mut quoted = false;
        let (colon, _) = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        })?;
        let (head, value) = (&line[..colon], &line[colon + 1..]);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self {
            name: name.to_ascii_uppercase(),
            parameters: parameters.to_ascii_uppercase(),
            value: value.to_owned(),
        })
    }

    pub(super) fn begins_calendar(&self) -> bool {
        self.name == "BEGIN" && self.value.eq_ignore_ascii_case("VCALENDAR")
    }

    /// The value as text (3.3.11), on one line.
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut characters = self.value.chars();
        while let Some(c) = characters.next() {
            match (c, if c == '\\' { characters.next() } else { None }) {
                ('\\', Some('n' | 'N')) => text.push(' '),
                ('\\', Some(escaped)) => text.push(escaped),
                (other, _) => text.push(other),
            }
        }
        text
    }
}
