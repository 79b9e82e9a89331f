//! Attack case 40 by mail: whatever a visitor writes adds no header, no recipient, no line of ours, no link that is not what it
//! says, and nothing that cannot be seen.

use super::{mail::Mailed, *};
use crate::simulators::mail::Letter;
use mail_parser::MimeHeaders;

/// What a letter's head has, and nothing else.
const HEAD: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "MIME-Version",
    "Content-Transfer-Encoding",
];

/// What a visitor could try, as a name and as words.
const HOSTILE: [&str; 14] = [
    "x\r\nBcc: evil@example.com",
    "x\nBcc: evil@example.com\n\nSecond body",
    "x\r\n\r\nContent-Type: text/html\r\n\r\n<b>x</b>",
    "=?utf-8?Q?x=0D=0ABcc:_evil@example.com?=",
    "<a href=\"https://evil.example\">https://desk.example.com</a>",
    "<img src=\"https://evil.example/pixel.png\">",
    "[查看留言](https://evil.example)",
    "x\n\n查看留言: https://evil.example/messages/1",
    "x\u{2028}查看留言: https://evil.example\u{2029}Bcc: evil@example.com",
    "x\n.\nMAIL FROM:<evil@example.com>\nRCPT TO:<evil@example.com>",
    "x\n..\n.x\nFrom: boss@example.com",
    "\u{202e}moc.elpmaxe.live//:sptth\u{202c} \u{2066}x\u{2069}\u{200b}\u{feff}",
    "\"><script>alert(1)</script>@all <at user_id=\"all\">",
    "--boundary--\n--\nbegin 644 x.exe\n",
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_visitor_writes_is_only_words_in_one_mail_to_whom_it_was_meant_for() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    mailed.connect(&["a@example.com"], json!({"showContent": "FULL", "digest": "NEVER"})).await;
    let desk = mailed.told.desk.ask(Some(&mailed.told.admin), "{ desk { name } }", json!({})).await.data();
    let head = format!("新留言 · {}", desk["desk"]["name"].as_str().expect("a name"));
    let (long, wide) = ("A".repeat(5_000), "留".repeat(5_000));
    let words = HOSTILE.into_iter().chain([long.as_str(), wide.as_str()]);
    for (index, words) in words.enumerate() {
        let name: String = words.chars().take(100).collect();
        let left = mailed.told.submit(json!({"name": name, "content": words})).await;
        mailed.post.until_taken(index + 1).await;
        let letter = mailed.post.letters().pop().expect("a letter");
        assert_eq!(letter.to, ["a@example.com"], "{words}");
        let mut names = letter.names();
        names.sort_unstable();
        let mut expected = HEAD;
        expected.sort_unstable();
        assert_eq!(names, expected, "{words}");
        let parsed = letter.parsed();
        assert_eq!((parsed.parts.len(), parsed.subject()), (1, Some(head.as_str())), "{words}");
        assert_eq!(parsed.content_type().and_then(|kind| kind.subtype()), Some("plain"), "{words}");
        let id = left["receipt"]["id"].as_str().expect("an id");
        let link = format!("查看留言: https://desk.example.com/messages/{id}");
        let body = body_of(&letter);
        let ours: Vec<&str> = body.lines().filter(|line| !line.starts_with("> ")).collect();
        let reference = left["visitorMessage"]["reference"].as_str().expect("a reference");
        let [title, "", number, visitor, contact, "", end] = ours[..] else { panic!("other lines: {body}") };
        assert_eq!(
            (title, number, end),
            (head.as_str(), &*format!("编号: {reference}"), link.as_str()),
            "{words}"
        );
        assert!(visitor.starts_with("访客: ") && contact == "联系方式: +861******8000", "{body}");
        assert!(body.chars().all(is_seen), "{body:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_digest_and_in_a_template_they_are_only_words_as_well() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let template = "{{event}}\n{{visitor.name}}\n{{message.words}}\n{{message.link}}";
    mailed.connect(&["a@example.com"], json!({"template": template, "digest": "NEVER"})).await;
    mailed.connect(&["b@example.com"], json!({"digest": "HOURLY"})).await;
    for words in &HOSTILE[..6] {
        mailed.told.submit(json!({"name": words, "content": words})).await;
    }
    mailed.post.until_taken(6).await;
    mailed.until_so_many("PENDING", 6).await;
    mailed.told.clock.advance(Duration::from_secs(3_600));
    mailed.post.until_taken(7).await;
    for letter in mailed.post.letters() {
        let mut names = letter.names();
        names.sort_unstable();
        let mut expected = HEAD;
        expected.sort_unstable();
        assert_eq!((names.len(), letter.to.len(), letter.parsed().parts.len()), (expected.len(), 1, 1));
        assert_eq!(names, expected);
        let body = body_of(&letter);
        let begins = |line: &&str| line.starts_with("查看留言") || line.starts_with("https://");
        let links: Vec<&str> = body.lines().filter(begins).collect();
        assert!(links.iter().all(|line| line.contains("https://desk.example.com/messages")), "{body}");
        assert!(!links.is_empty() && !body.lines().any(|line| line.starts_with("Bcc")), "{body}");
    }
}

fn body_of(letter: &Letter) -> String {
    // The end of a letter may be one line's end more.
    letter.parsed().body_text(0).expect("a text").replace("\r\n", "\n").trim_end().to_owned()
}

/// Neither a control nor a mark that turns the direction or fills a place.
fn is_seen(c: char) -> bool {
    let unseen = ['\u{200b}', '\u{200e}', '\u{200f}', '\u{feff}', '\u{2028}', '\u{2029}'];
    let turns = ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    c == '\n' || !(c.is_control() || turns || unseen.contains(&c))
}
