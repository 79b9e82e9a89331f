use super::*;
use crate::simulators::hand::clock;
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{collections::BTreeMap, time::Duration};

const LETTER: &str = "Subject: =?utf-8?B?55WZ6KiA?=\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: base64\r\n\r\n5L2g5aW9\r\n.";

/// Says these lines one after the other, and what was answered to each, the greeting first.
async fn say(to: &Mail, lines: &[&str]) -> Vec<String> {
    let mut stream = BufReader::new(TcpStream::connect(to.address()).await.expect("a connection"));
    let mut answers = vec![answer(&mut stream).await];
    for line in lines {
        stream.write_all(format!("{line}\r\n").as_bytes()).await.expect("written");
        answers.push(answer(&mut stream).await);
    }
    answers
}

/// The first characters of each: the codes.
fn codes(answers: &[String]) -> Vec<&str> {
    answers.iter().map(|it| it.get(..3).unwrap_or_default()).collect()
}

async fn answer(stream: &mut BufReader<TcpStream>) -> String {
    let mut whole = String::new();
    // Of several lines the last has a blank after its code.
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("read");
        let is_last = line.get(3..4) != Some("-");
        whole += &line;
        if is_last {
            return whole;
        }
    }
}

#[tokio::test]
async fn a_right_client_is_taken_and_its_letter_can_be_read() {
    let clock = clock();
    let mail = Mail::start(clock.clone()).await;
    let lines =
        ["EHLO here", "MAIL FROM:<desk@example.com>", "RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>"];
    let answers = say(&mail, &[&lines[..], &["DATA", LETTER, "QUIT"]].concat()).await;
    assert_eq!(codes(&answers), ["220", "250", "250", "250", "250", "354", "250", "221"]);
    mail.until_taken(1).await;
    let [letter] = &mail.letters()[..] else { panic!("one letter") };
    assert_eq!((letter.at, letter.from.as_str()), (clock.now(), "desk@example.com"));
    assert_eq!(letter.to, ["a@example.com", "b@example.com"]);
    let parsed = letter.parsed();
    assert_eq!(parsed.subject(), Some("留言"));
    assert_eq!(parsed.body_text(0).as_deref(), Some("你好"));
}

#[tokio::test]
async fn a_dot_that_was_put_before_a_dot_is_taken_away() {
    let mail = Mail::start(clock()).await;
    let start = ["HELO here", "EHLO here", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"];
    say(&mail, &[&start[..], &["\r\n..\r\n..a\r\nb\r\n."]].concat()).await;
    assert_eq!(mail.letters()[0].data, b"\r\n.\r\n.a\r\nb\r\n");
}

#[tokio::test]
async fn a_client_that_talks_out_of_turn_is_refused() {
    let mail = Mail::start(clock()).await;
    let (from, to) = ("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>");
    for (lines, code) in [
        (&[from][..], "503"),
        (&["EHLO a", to], "503"),
        (&["EHLO a", from, "DATA"], "503"),
        (&["EHLO a", from, to, "RSET", "DATA"], "503"),
        (&["EHLO a", from, from], "503"),
        (&["EHLO a", "MAIL FROM:a@example.com"], "501"),
        (&["EHLO a", "MAIL FROM:<留@example.com>"], "501"),
        (&["EHLO a", from, "RCPT TO:<nobody>"], "501"),
        (&["EHLO a", "NOOP", "STARTTLS"], "502"),
        (&["EHLO a\nNOOP"], "500"),
    ] {
        let answers = say(&mail, lines).await;
        assert_eq!(codes(&answers).last(), Some(&code), "{lines:?}: {answers:?}");
    }
    assert!(mail.letters().is_empty());
}

#[tokio::test]
async fn a_letter_that_could_be_two_or_is_no_letter_is_refused() {
    let mail = Mail::start(clock()).await;
    let (long, big) = (format!("{}\r\n.", "a".repeat(999)), format!("{}.", "a\r\n".repeat(400_000)));
    let start = ["EHLO a", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"];
    for (data, code) in
        [("a\n.\r\n.", "550"), ("a\rb\r\n.", "550"), (&long, "550"), ("留\r\n.", "554"), (&big, "552")]
    {
        let answers = say(&mail, &[&start[..], &[data]].concat()).await;
        assert_eq!(codes(&answers).last(), Some(&code));
    }
    assert!(mail.letters().is_empty());
    let eight = ["EHLO a", "MAIL FROM:<a@example.com> BODY=8BITMIME", start[2], start[3], "留\r\n."];
    assert_eq!(codes(&say(&mail, &eight).await).last(), Some(&"250"));
    let full = format!("{}\r\n.", "a".repeat(998));
    assert_eq!(codes(&say(&mail, &[&start[..], &[&full]].concat()).await).last(), Some(&"250"));
}

#[tokio::test]
async fn only_who_knows_the_password_may_send() {
    let mail = Mail::start(clock()).await;
    mail.manners(Manners { login: Some(("desk", "pass")), ..Manners::default() });
    let plain = |text: &str| format!("AUTH PLAIN {}", BASE64_STANDARD.encode(text));
    let from = "MAIL FROM:<a@example.com>";
    let answers =
        say(&mail, &["EHLO a", from, &plain("\0desk\0wrong"), from, &plain("\0desk\0pass"), from]).await;
    assert!(answers[1].contains("250-AUTH PLAIN\r\n"), "{answers:?}");
    assert_eq!(codes(&answers[2..]), ["530", "535", "530", "235", "250"]);
}

#[tokio::test]
async fn it_can_be_told_to_refuse_and_to_say_nothing() {
    let mail = Mail::start(clock()).await;
    let refuse =
        |verb, line| mail.manners(Manners { instead: BTreeMap::from([(verb, line)]), ..Manners::default() });
    let start = ["EHLO a", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"];
    refuse("RCPT", "550 5.1.1 No such user");
    assert_eq!(codes(&say(&mail, &start).await), ["220", "250", "250", "550", "503"]);
    refuse(".", "451 4.3.0 Try again");
    assert_eq!(codes(&say(&mail, &[&start[..], &["a\r\n."]].concat()).await).last(), Some(&"451"));
    refuse("CONNECT", "421 4.3.2 Too busy");
    assert_eq!(codes(&say(&mail, &[]).await), ["421"]);
    refuse("EHLO", "");
    assert!(tokio::time::timeout(Duration::from_millis(200), say(&mail, &["EHLO a"])).await.is_err());
    assert!(mail.letters().is_empty());
}

#[tokio::test]
async fn it_can_be_told_to_refuse_one_and_to_lose_what_it_took() {
    let mail = Mail::start(clock()).await;
    let refuses = BTreeMap::from([("b@example.com", "550 5.1.1 No such user")]);
    mail.manners(Manners { refuses, is_lost: true, ..Manners::default() });
    let start = ["EHLO a", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "RCPT TO:<c@example.com>"];
    let answers = say(&mail, &[&start[..], &["DATA", "a\r\n."]].concat()).await;
    assert_eq!(codes(&answers), ["220", "250", "250", "550", "250", "354", ""]);
    assert_eq!(mail.letters()[0].to, ["c@example.com"]);
}

#[tokio::test]
async fn before_tls_nothing_is_taken_and_after_it_everything_begins_anew() {
    let mail = Mail::start(clock()).await;
    let login = Some(("desk", "pass"));
    mail.manners(Manners { login, tls: Tls::Upgrade, ..Manners::default() });
    let plain = format!("AUTH PLAIN {}", BASE64_STANDARD.encode("\0desk\0pass"));
    let answers = say(&mail, &["EHLO a", "MAIL FROM:<a@example.com>", &plain, "STARTTLS"]).await;
    assert!(answers[1].contains("250-STARTTLS\r\n") && !answers[1].contains("AUTH"), "{answers:?}");
    assert_eq!(codes(&answers[2..]), ["530", "530", "220"]);
    assert!(mail.in_the_clear().contains("STARTTLS"));
}
