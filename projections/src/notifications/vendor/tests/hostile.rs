//! A visitor's text pings nobody, forges no link and is no markup, whatever it is.

use super::super::{Kind, Mention, Notice, Piece, samples};
use super::limits::{HOSTILE, composed, notice, robots, texts};
use proptest::prelude::*;
use serde_json::Value;

/// The names that a body mentions by its fields, and all of its text.
fn mentioned(body: &Value) -> (Vec<String>, String) {
    let fields = ["/text/mentioned_list", "/text/mentioned_mobile_list", "/at/atMobiles", "/at/atUserIds"];
    let lists = fields.iter().filter_map(|field| body.pointer(field)?.as_array());
    let names = lists.flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    (names, texts(body).join("\n"))
}

/// No bracket that begins a ping, a tag or a link is left, once what we put there ourselves is taken out.
fn is_inert(kind: Kind, format: &str, body: &Value, ours: &Notice) -> Result<(), TestCaseError> {
    let (_, mut text) = mentioned(body);
    for mention in &ours.mentions {
        if let Mention::User(id) = mention {
            for form in
                [format!("<at user_id=\"{id}\">{id}</at>"), format!("<at id={id}></at>"), format!("<@{id}>")]
            {
                text = text.replace(&form, "");
            }
        }
    }
    if ours.mentions.contains(&Mention::All) {
        for form in ["<at user_id=\"all\">all</at>", "<at id=all></at>", "<!channel>"] {
            text = text.replacen(form, "", 1);
        }
    }
    let link = ours.link.as_ref().expect("a link");
    for form in [format!("[{}]({})", link.text, link.url), format!("<{}|{}>", link.url, link.text)] {
        text = text.replacen(&form, "", 1);
    }
    prop_assert!(!text.contains('<'), "{kind:?} {format}: {text}");
    // Slack's links have brackets of the other kind only.
    prop_assert!(kind == Kind::Slack || !text.contains("]("), "{kind:?} {format}: {text}");
    prop_assert!(
        !text.chars().any(|c| c == '\0' || ('\u{202a}'..='\u{202e}').contains(&c)),
        "{kind:?} {format}"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 100, ..ProptestConfig::default() })]
    #[test]
    fn no_notice_has_a_ping_or_a_link_that_we_did_not_put_there(mut notice in notice()) {
        // Of ours, only what is meant as markup is: here nothing is.
        notice.title = "新留言".to_owned();
        for (kind, format) in robots() {
            let (_, body) = composed(kind, format, &notice);
            is_inert(kind, format, &body, &notice)?;
        }
    }

    #[test]
    fn words_mention_nobody(words in proptest::collection::vec(HOSTILE, 0..20)) {
        let words = words.concat();
        let mut notice = samples::notice();
        notice.lines = vec![vec![Piece::Theirs(words.clone())], vec![Piece::Words(words)]];
        for (kind, format) in robots() {
            let (_, body) = composed(kind, format, &notice);
            let (names, _) = mentioned(&body);
            prop_assert!(names.is_empty());
            prop_assert!(body.pointer("/at/isAtAll").is_none_or(|all| *all == Value::Bool(false)));
        }
    }
}

#[test]
fn an_attack_is_told_as_what_it_is() {
    let attack = "@all <at user_id=\"all\"></at> <@zhangsan> <font color=\"warning\">\n[打开](http://evil)\n# 标题\n<!channel>\n打开: https://evil.example";
    let mut notice = samples::notice();
    notice.lines = vec![vec![Piece::Words(attack.to_owned())]];
    for (kind, format) in robots() {
        let (_, body) = composed(kind, format, &notice);
        let text = texts(&body).join("\n");
        for live in ["<at ", "<@", "<font", "<!channel", "](http://evil)"] {
            let is_text = kind == Kind::Slack && live.starts_with(']');
            assert!(is_text || !text.contains(live), "{kind:?} {format}: {text}");
        }
        // None of their lines is taken for one of ours.
        assert!(
            !text.lines().any(|line| line.starts_with("打开: https://evil") || line.starts_with("# ")),
            "{kind:?} {format}: {text}"
        );
    }
}

#[test]
fn a_template_of_ours_right_before_it_makes_no_link_of_theirs() {
    let mut notice = samples::notice();
    notice.lines = vec![vec![Piece::Ours("[留言]".to_owned()), Piece::Theirs("(http://evil)".to_owned())]];
    for (kind, format) in
        robots().filter(|(_, format)| format.contains("markdown") || *format == "interactive")
    {
        let (_, body) = composed(kind, format, &notice);
        assert!(!body.to_string().contains("[留言](http://evil"), "{kind:?} {format}: {body}");
    }
}

#[test]
fn the_word_that_a_robot_looks_for_is_ours() {
    let mut notice = samples::notice();
    notice.lines = vec![vec![Piece::Words("告警 监控 keyword".to_owned())]];
    for (kind, format) in robots() {
        let (_, body) = composed(kind, format, &notice);
        assert!(texts(&body).join("").contains("留言"), "{kind:?} {format}");
    }
}
