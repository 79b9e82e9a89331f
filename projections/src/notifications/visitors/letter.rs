//! What a visitor reads in their mail: a text, and the same as HTML. Pure.
//!
//! Nothing that anybody wrote is markup in it, nor a header: it is cleaned line by line and escaped, and the HTML has neither
//! pictures nor scripts, nothing that is fetched, and one link, which is ours.

use super::super::{
    sentences::Tongue,
    vendor::{line, lines},
};
use domain::channel::ShowContent;

/// As much of a reply as an excerpt has, in characters.
const EXCERPT: usize = 100;
/// As much of replies as one mail has, in characters.
const MOST: usize = 50_000;
/// A subject is no longer, in characters.
const SUBJECT: usize = 150;

/// A mail to a visitor.
#[derive(Clone)]
pub(crate) struct VisitorMail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    words: Vec<String>,
}

/// A reply, as much of it as leaves the desk.
pub(super) struct Reply<'a> {
    pub(super) reference: &'a str,
    pub(super) words: Option<String>,
}

impl VisitorMail {
    /// The mail that tells of these replies, at least one.
    pub(super) fn new(tongue: Tongue, desk: &str, to: &str, replies: &[Reply<'_>], link: &str) -> Self {
        let head = match replies {
            [one] => tongue.say("visitor.answered").replace("{reference}", one.reference),
            several => tongue.count("visitor.answers", several.len()),
        };
        let (head, desk) = (line(&head), line(desk));
        let subject = if desk.is_empty() { head.clone() } else { format!("{head} · {desk}") };
        let words = replies.iter().filter_map(|reply| Some((reply.reference, reply.words.as_deref()?)));
        let quoted: Vec<(&str, Vec<String>)> =
            words.map(|(reference, words)| (reference, lines(&cut(words, MOST / replies.len())))).collect();
        let page = Page { tongue, head, references: replies, quoted: &quoted, link };
        Self {
            to: to.to_owned(),
            subject: cut(&subject, SUBJECT),
            text: page.text(),
            html: page.html(),
            words: quoted.iter().map(|(_, lines)| lines.join("\n")).collect(),
        }
    }

    /// The mail with a code that somebody asked for. The code is in the subject as well: most look no further.
    pub(crate) fn with_code(tongue: Tongue, desk: &str, to: &str, code: &str) -> Self {
        let (head, desk) = (tongue.say("code.text").replace("{code}", code), line(desk));
        let (good, stranger) = (tongue.say("code.good"), tongue.say("code.stranger"));
        let title = if desk.is_empty() { head.clone() } else { format!("{head} · {desk}") };
        let body = [&head, good, stranger].map(|part| format!("<p>{}</p>", escaped(part))).concat();
        Self {
            to: to.to_owned(),
            subject: cut(&title, SUBJECT),
            text: format!("{head}\n\n{good}\n\n{stranger}\n"),
            html: page(tongue, &head, &body),
            words: vec![code.to_owned()],
        }
    }

    /// Whom it is for and what is said in it: a mail server that repeats any of it is not quoted.
    pub(crate) fn said(&self) -> Vec<String> {
        self.words.iter().cloned().chain([self.to.clone()]).collect()
    }
}

/// What is on it, before its form.
struct Page<'a> {
    tongue: Tongue,
    head: String,
    references: &'a [Reply<'a>],
    quoted: &'a [(&'a str, Vec<String>)],
    link: &'a str,
}

impl Page<'_> {
    /// Which messages, when there is more than one reply and no words that say it.
    fn which(&self) -> Option<String> {
        let mut named: Vec<&str> = self.references.iter().map(|reply| reply.reference).collect();
        named.dedup();
        (self.references.len() > 1 && self.quoted.is_empty()).then(|| named.join(", "))
    }

    fn text(&self) -> String {
        let several = self.references.len() > 1;
        let quoted = self.quoted.iter().map(|(reference, lines)| {
            let title = if several { format!("{reference}\n") } else { String::new() };
            title + &lines.iter().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
        });
        let open = format!("{}:\n{}", self.tongue.say("visitor.read"), self.link);
        let notes = ["visitor.once", "visitor.stranger"].map(|note| self.tongue.say(note).to_owned());
        let parts =
            [self.head.clone()].into_iter().chain(self.which()).chain(quoted).chain([open]).chain(notes);
        parts.collect::<Vec<_>>().join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        const QUOTE: &str = "margin:0 0 1em;padding:0 0 0 1em;border-left:3px solid #ccc";
        let several = self.references.len() > 1;
        let mut body = format!("<p><strong>{}</strong></p>", escaped(&self.head));
        body += &self.which().map(|which| format!("<p>{}</p>", escaped(&which))).unwrap_or_default();
        for (reference, lines) in self.quoted {
            if several {
                body += &format!("<p>{}</p>", escaped(reference));
            }
            let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
            body += &format!("<blockquote style=\"{QUOTE}\">{}</blockquote>", lines.join("<br>"));
        }
        let (open, link) = (escaped(self.tongue.say("visitor.read")), escaped(self.link));
        body += &format!("<p><a href=\"{link}\">{open}</a></p>");
        for note in ["visitor.once", "visitor.stranger"] {
            body += &format!("<p style=\"color:#555\">{}</p>", escaped(self.tongue.say(note)));
        }
        page(self.tongue, &self.head, &body)
    }
}

/// A page around a body that is escaped already.
fn page(tongue: Tongue, head: &str, body: &str) -> String {
    let (language, head) = (tongue.tag(), escaped(head));
    let direction = if tongue.is_right_to_left() { " dir=\"rtl\"" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"{language}\"{direction}><head><meta charset=\"utf-8\"><title>{head}</title></head>\n\
         <body style=\"font-family:sans-serif;line-height:1.5\">{body}</body></html>\n"
    )
}

/// As much of a reply as a channel shows.
pub(super) fn as_much(words: &str, show: ShowContent) -> Option<String> {
    // Beside a picture nobody has to write.
    if words.trim().is_empty() {
        return None;
    }
    match show {
        ShowContent::None => None,
        ShowContent::Excerpt => Some(cut(words, EXCERPT)),
        ShowContent::Full => Some(words.to_owned()),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Text that is no markup, in an element or in an attribute's quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://desk.example.com/leave-message#restore=lwr_x";

    fn mail(replies: &[(&'static str, Option<&str>)]) -> VisitorMail {
        let reply = |(reference, words): &(&'static str, Option<&str>)| Reply {
            reference,
            words: words.map(str::to_owned),
        };
        let replies: Vec<Reply<'_>> = replies.iter().map(reply).collect();
        VisitorMail::new(Tongue::English, "A & B", "a@example.com", &replies, LINK)
    }

    #[test]
    fn one_reply_is_told_by_its_reference_and_several_are_counted() {
        let one = mail(&[("LW-AAAAAA", None)]);
        assert_eq!(one.subject, "Your message LW-AAAAAA was answered · A & B");
        assert!(one.text.contains(LINK) && one.html.contains(&format!("<a href=\"{LINK}\">")));
        let two = mail(&[("LW-AAAAAA", None), ("LW-BBBBBB", None)]);
        assert_eq!(two.subject, "2 replies to your messages · A & B");
        assert!(two.text.contains("LW-AAAAAA, LW-BBBBBB") && two.html.contains("LW-AAAAAA, LW-BBBBBB"));
    }

    #[test]
    fn words_are_quoted_and_nothing_in_them_is_markup_or_a_line_of_ours() {
        let hostile = "</blockquote><script>x</script>\nRead it and write back:\r\n<a href='https://evil.example'>x</a>";
        let one = mail(&[("LW-AAAAAA", Some(hostile))]);
        assert_eq!(one.html.matches("<a ").count(), 1, "{}", one.html);
        assert!(!one.html.contains("<script") && !one.html.contains("'https"), "{}", one.html);
        assert_eq!(one.text.matches("\n> ").count(), 3, "{}", one.text);
        assert_eq!(one.said(), [lines(hostile).join("\n"), "a@example.com".to_owned()]);
    }

    #[test]
    fn as_much_is_said_as_the_channel_shows() {
        let words = "好".repeat(150);
        assert_eq!(as_much(&words, ShowContent::None), None);
        assert_eq!(as_much(&words, ShowContent::Excerpt).map(|words| words.chars().count()), Some(101));
        assert_eq!(as_much(&words, ShowContent::Full), Some(words));
        assert_eq!(as_much(" ", ShowContent::Full), None);
    }
}
