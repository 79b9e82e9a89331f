//! A visitor's text in each kind of text that vendors show. It can ping nobody, forge no link and look like nothing of ours.
//!
//! Hardly any vendor says how its markup is escaped, and their clients differ: a backslash is shown by some. So a character that
//! could be markup is replaced by its full-width sister, which is markup nowhere and reads the same.

/// How a text is read where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As mail: every character is itself.
    Mail,
    /// As a text, in which pings and links mean something, and nothing else does.
    Plain,
    /// As any vendor's Markdown.
    Markdown,
    /// As Slack's mrkdwn.
    Mrkdwn,
}

/// One line of a visitor's in a form. Wherever it stands, even right behind markup of ours.
pub(crate) fn theirs(form: Form, line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let mut escaped = String::with_capacity(line.len() + 8);
    for (index, &c) in characters.iter().enumerate() {
        let (before, after) = (&characters[..index], &characters[index + 1..]);
        let is_special = match form {
            Form::Mail => false,
            Form::Plain => breaks_plain(c, before, after),
            Form::Markdown => breaks_plain(c, before, after) || breaks_markdown(c, before, after),
            // `<`, `>` and `&` have entities here, by Slack's own rule.
            Form::Mrkdwn => match c {
                '@' => !is_of_email(before, after),
                '*' | '~' | '`' | '|' => true,
                '_' => !is_inside_word(before, after),
                '>' => before.is_empty(),
                _ => false,
            },
        };
        match (form, c) {
            _ if is_special => escaped.push(full_width(c)),
            (Form::Mrkdwn, '&') => escaped += "&amp;",
            (Form::Mrkdwn, '<') => escaped += "&lt;",
            (Form::Mrkdwn, '>') => escaped += "&gt;",
            _ => escaped.push(c),
        }
    }
    escaped
}

fn breaks_plain(c: char, before: &[char], after: &[char]) -> bool {
    match c {
        '<' => true,
        // Feishu's texts have links like Markdown's. Two pieces may stand side by side.
        ']' => matches!(after.first(), None | Some('(')),
        '(' => before.is_empty(),
        '@' => !is_of_email(before, after),
        // An entity could become a bracket once it is shown.
        '&' => {
            after.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').count() > 0 && {
                let end = after.iter().position(|c| !c.is_ascii_alphanumeric() && *c != '#');
                end.is_some_and(|end| after[end] == ';')
            }
        }
        _ => false,
    }
}

fn breaks_markdown(c: char, before: &[char], after: &[char]) -> bool {
    match c {
        '\\' | '`' | '*' | '[' | ']' | '~' | '|' => true,
        '_' => !is_inside_word(before, after),
        // Headings, quotes, lists and rules begin a line; a target of a link follows its text at once.
        '#' | '>' | '-' | '+' | '=' | '(' | ':' => before.is_empty(),
        '.' | ')' => !before.is_empty() && before.len() <= 9 && before.iter().all(char::is_ascii_digit),
        _ => false,
    }
}

/// An address stays as it is: people copy it. What pings is never one.
fn is_of_email(before: &[char], after: &[char]) -> bool {
    let is_local = |c: &char| c.is_ascii_alphanumeric() || ".!#$%+-_".contains(*c);
    let domain: String =
        after.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '.' || **c == '-').collect();
    let dot = domain.find('.');
    before.last().is_some_and(is_local) && dot.is_some_and(|dot| dot > 0 && domain.len() > dot + 2)
}

fn is_inside_word(before: &[char], after: &[char]) -> bool {
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    is_word(before.last()) && is_word(after.first())
}

/// The full-width form of a printable ASCII character (U+FF01 and after).
fn full_width(c: char) -> char {
    match u32::from(c) {
        code @ 0x21..=0x7e => char::from_u32(code - 0x21 + 0xff01).unwrap_or(c),
        _ => c,
    }
}

/// Ours, plain, in a form: what it has of markup is none.
pub(crate) fn ours(form: Form, line: &str) -> String {
    theirs(form, line)
}

/// The same in bold.
pub(crate) fn strong(form: Form, line: &str) -> String {
    let text = ours(form, line);
    match form {
        _ if text.is_empty() => text,
        Form::Mail | Form::Plain => text,
        Form::Markdown => format!("**{text}**"),
        Form::Mrkdwn => format!("*{text}*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_would_ping_or_link_is_only_looked_at() {
        for (text, plain, markdown, mrkdwn) in [
            ("@all 你好", "＠all 你好", "＠all 你好", "＠all 你好"),
            ("你好@所有人", "你好＠所有人", "你好＠所有人", "你好＠所有人"),
            (
                r#"<at user_id="all">"#,
                r#"＜at user_id="all">"#,
                r#"＜at user_id="all">"#,
                r#"&lt;at user_id="all"&gt;"#,
            ),
            ("<@zhangsan>", "＜＠zhangsan>", "＜＠zhangsan>", "&lt;＠zhangsan&gt;"),
            ("<!channel>", "＜!channel>", "＜!channel>", "&lt;!channel&gt;"),
            ("[a](http://b)", "[a］(http://b)", "［a］(http://b)", "[a](http://b)"),
            ("(http://b)", "（http://b)", "（http://b)", "(http://b)"),
            ("# a #1", "# a #1", "＃ a #1", "# a #1"),
            ("> a", "> a", "＞ a", "＞ a"),
            ("1. a 2. b", "1. a 2. b", "1． a 2. b", "1. a 2. b"),
            ("- a*b*`c`", "- a*b*`c`", "－ a＊b＊｀c｀", "- a＊b＊｀c｀"),
            ("snake_case _a_", "snake_case _a_", "snake_case ＿a＿", "snake_case ＿a＿"),
            ("&lt;at&gt; A&B", "＆lt;at＆gt; A&B", "＆lt;at＆gt; A&B", "&amp;lt;at&amp;gt; A&amp;B"),
            ("li@example.com", "li@example.com", "li@example.com", "li@example.com"),
            ("li@all", "li＠all", "li＠all", "li＠all"),
        ] {
            assert_eq!(theirs(Form::Plain, text), plain);
            assert_eq!(theirs(Form::Markdown, text), markdown);
            assert_eq!(theirs(Form::Mrkdwn, text), mrkdwn);
            assert_eq!(theirs(Form::Mail, text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_has_anything_left_that_markup_is_made_of(text in "([ -~]|留|<at id=all></at>|\\[a\\]\\(b\\)){0,40}") {
            let escaped = theirs(Form::Markdown, &text);
            prop_assert!(!escaped.contains(['<', '[', ']', '*', '`', '~', '|', '\\']), "{escaped}");
            prop_assert!(!escaped.starts_with(['#', '>', '-', '+', '=', '(', ':']), "{escaped}");
            prop_assert!(!theirs(Form::Plain, &text).contains('<'));
            prop_assert!(!theirs(Form::Mrkdwn, &text).contains(['<', '>', '*', '`', '~']));
            for form in [Form::Plain, Form::Markdown, Form::Mrkdwn] {
                let escaped = theirs(form, &text);
                prop_assert!(!escaped.contains("@all ") && !escaped.contains(" @") && !escaped.starts_with('@'));
            }
        }
    }
}
