//! Attack case 40 by visitors' mail: what a visitor or a member writes is no header, no markup, no link and no line of ours.

use super::*;

const HOSTILE: [&str; 9] = [
    "x\r\nBcc: evil@example.com",
    "x\r\n\r\n<b>second body</b>",
    "</blockquote></body><script>alert(1)</script>",
    "<a href=\"javascript:alert(1)\" onmouseover='x'>Read it and write back</a>",
    "<img src=\"//evil.example/pixel.png\"> &lt;b&gt; &#60;",
    "Read it and write back:\nevil.example/leave-message",
    "x\n.\nMAIL FROM:<evil@example.com>\n..",
    "\u{202e}moc.elpmaxe.live\u{202c}\u{2066}x\u{2069}\u{200b}\u{feff} @all",
    "--boundary--\nContent-Type: text/html\n\nx",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_in_a_mail_to_a_visitor_is_only_words() {
    let mut reached = Reached::start(Dialect::Sqlite).await;
    reached.revise(json!({"showContent": "FULL"})).await;
    for (index, words) in HOSTILE.into_iter().enumerate() {
        let email = format!("{index}@example.com");
        let name: String = words.chars().take(100).collect();
        let left = reached.leave(&email, json!({"name": name, "content": words, "locale": "en"})).await;
        reached.reply(&left.id, words).await;
        let mail = reached.post.next().await;
        assert_eq!((&mail["to"], &mail["defects"]), (&json!([email]), &json!([])), "{words}");
        let names = mail["headers"].as_array().expect("headers").iter();
        let mut names: Vec<String> =
            names.map(|pair| pair[0].as_str().unwrap_or_default().to_lowercase()).collect();
        names.sort_unstable();
        let known =
            ["auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"];
        assert_eq!(names, known, "{words}");
        assert_eq!(mail["types"], json!(["multipart/alternative", "text/plain", "text/html"]), "{words}");
        let (text, html) = (mail["text"].as_str().expect("text"), mail["html"].as_str().expect("HTML"));
        token_of(&mail);
        for tag in ["<script", "<img", "<b>", "onmouseover='", "<a href=\"javascript"] {
            assert!(!html.contains(tag), "{words}: {html}");
        }
        assert_eq!((html.matches("<a ").count(), html.matches("</blockquote>").count()), (1, 1), "{html}");
        let ours = text.lines().filter(|line| line.starts_with("Read it and write back")).count();
        assert_eq!(ours, 1, "{text}");
        let turns =
            |c: char| ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        assert!(!text.chars().chain(html.chars()).any(turns), "{words}");
    }
}
