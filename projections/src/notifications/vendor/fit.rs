//! A notice in lines of a form, as much of it as a vendor takes. Counted in bytes of what is sent, never in characters.

use super::{
    CannotCompose, Notice, Piece,
    escape::{self, Form},
    text,
};

/// A notice, ready for a vendor's payload.
pub(crate) struct Told {
    /// One line, without markup.
    pub(crate) title: String,
    /// The lines below it, in the form's markup.
    pub(crate) lines: Vec<String>,
    /// What the link says, and where it leads.
    pub(crate) link: Option<(String, String)>,
}

/// How much of a notice is told: bytes of a visitor's words, bytes of any other piece, lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    words: usize,
    piece: usize,
    lines: usize,
}

const MOST_TITLE: usize = 400;
/// A visitor's name or address is never longer.
const MOST_PIECE: usize = 1_500;
const MOST_LINK: usize = 1_000;
const MOST_LINK_TEXT: usize = 60;
/// No vendor takes more.
const WHOLE: Room = Room { words: 20_000, piece: 20_000, lines: 200 };

/// Tells as much of a notice as leaves `size` within `limit`: a visitor's words give way first, then all other pieces, then
/// lines from the end. Title and link always stay.
pub(crate) fn fit<T>(
    limit: usize,
    compose: impl Fn(Room) -> T,
    size: impl Fn(&T) -> usize,
) -> Result<T, CannotCompose> {
    let try_with = |room| Some(compose(room)).filter(|composed| size(composed) <= limit);
    let with_words = |words| try_with(Room { words, ..WHOLE });
    let with_pieces = |piece| try_with(Room { words: 0, piece, ..WHOLE });
    let with_lines = |lines| try_with(Room { words: 0, piece: 0, lines });
    with_words(WHOLE.words)
        .or_else(|| most(limit, with_words))
        .or_else(|| most(limit, with_pieces))
        .or_else(|| most(WHOLE.lines, with_lines))
        .ok_or(CannotCompose::TooLong)
}

/// The result for the greatest number up to `top` that has one, if 0 has.
fn most<T>(top: usize, try_with: impl Fn(usize) -> Option<T>) -> Option<T> {
    let mut best = try_with(0)?;
    let (mut fits, mut fails) = (0, top + 1);
    while fits + 1 < fails {
        let middle = fits.midpoint(fails);
        match try_with(middle) {
            Some(composed) => (best, fits) = (composed, middle),
            None => fails = middle,
        }
    }
    Some(best)
}

/// As much of a notice as there is room for, in a form. `newline` is how the form breaks a line.
pub(crate) fn tell(notice: &Notice, form: Form, newline: &str, room: Room) -> Told {
    let mut lines: Vec<String> =
        notice.lines.iter().take(room.lines).map(|pieces| line(pieces, form, newline, room)).collect();
    if notice.lines.len() > lines.len() {
        lines.push("…".to_owned());
    }
    let link = notice.link.as_ref().filter(|link| link.url.as_str().len() <= MOST_LINK).map(|link| {
        // Parentheses would end a link in Markdown.
        let url = link.url.as_str().replace('(', "%28").replace(')', "%29");
        (text::shorten(&text::line(&link.text), MOST_LINK_TEXT), url)
    });
    Told { title: text::shorten(&text::line(&notice.title), MOST_TITLE), lines, link }
}

fn line(pieces: &[Piece], form: Form, newline: &str, room: Room) -> String {
    let mut told = String::new();
    for piece in pieces {
        match piece {
            // What is cut is no markup any more: half a link would take in what follows it.
            Piece::Ours(ours) if ours.len() > room.piece => {
                told += &escape::ours(form, &text::shorten(&text::line(ours), room.piece));
            }
            Piece::Ours(ours) => told += &text::ours(ours, newline),
            Piece::Strong(ours) => told += &escape::strong(form, &shortened(ours, room)),
            Piece::Theirs(theirs) => told += &escape::theirs(form, &shortened(theirs, room)),
            Piece::Words(words) => told += &quoted(words, form, newline, room, told.is_empty()),
        }
    }
    told
}

/// A name, a way to be reached, a word of the desk's: on one line. Cut before it is cleaned as well, for nobody cleans what is
/// not told.
fn shortened(piece: &str, room: Room) -> String {
    let bytes = room.piece.min(MOST_PIECE);
    text::shorten(&text::line(text::cut(piece, bytes * 2 + 8)), bytes)
}

/// A visitor's words. All their lines but one that ours begins are marked as quoted, so that none is taken for ours.
fn quoted(words: &str, form: Form, newline: &str, room: Room, begins: bool) -> String {
    let words = text::lines(text::cut(words, room.words * 2 + 8)).join("\n");
    let words = match room.words {
        0 if !words.is_empty() => "…".to_owned(),
        room => text::shorten(&words, room.max(3)),
    };
    let lines = words.lines().enumerate().map(|(index, line)| {
        let mark = if index > 0 || begins { "> " } else { "" };
        format!("{mark}{}", escape::theirs(form, line))
    });
    lines.collect::<Vec<_>>().join(newline)
}

impl Told {
    /// All of it as a text, with `below` at its end.
    pub(crate) fn plain(&self, below: &str) -> String {
        let link =
            self.link.as_ref().map(|(text, url)| format!("{}: {url}", escape::ours(Form::Plain, text)));
        let title = escape::ours(Form::Plain, &self.title);
        let parts = [title].into_iter().chain(self.lines.iter().cloned()).chain(link);
        joined(parts.chain([below.to_owned()]), "\n")
    }

    /// All of it as Markdown, with `below` at its end.
    pub(crate) fn markdown(&self, newline: &str, below: &str) -> String {
        let link =
            self.link.as_ref().map(|(text, url)| format!("[{}]({url})", escape::ours(Form::Markdown, text)));
        let title = escape::strong(Form::Markdown, &self.title);
        let parts = [title].into_iter().chain(self.lines.iter().cloned()).chain(link);
        joined(parts.chain([below.to_owned()]), newline)
    }
}

/// What there is of the parts, a break between them.
fn joined(parts: impl Iterator<Item = String>, newline: &str) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(newline)
}

/// A notice as subject and text of a mail.
pub(crate) fn mailed(notice: &Notice, subject: usize) -> (String, String) {
    const MOST: usize = 100_000;
    let text = |room| {
        let Told { title, lines, link } = tell(notice, Form::Mail, "\n", room);
        let link = link.map(|(text, url)| format!("{text}: {url}"));
        let parts = [title, lines.join("\n"), link.unwrap_or_default()];
        joined(parts.into_iter(), "\n\n") + "\n"
    };
    // A title and a link always fit.
    let text = fit(MOST, text, String::len).unwrap_or_default();
    (text::shorten(&text::line(&notice.title), subject), text)
}
