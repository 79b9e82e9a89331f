//! Mail against a small SMTP server, which takes mail for everybody but those it is told to refuse.

use super::super::vendor::{Link, Piece};
use super::*;
use chrono::DateTime;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
};
use url::Url;

type Mails = Arc<Mutex<Vec<String>>>;

/// What a server says to those it refuses, and how many mails it had taken when it last said so.
struct Refusal {
    words: &'static str,
    taken: usize,
}

/// Refuses with `refusal` whoever has a name with `refused` in it.
async fn server(refused: &'static str, refusal: &'static str) -> (Mailer, Mails) {
    let (mailer, mails, _) = server_that_may_change(refused, refusal).await;
    (mailer, mails)
}

/// The same, whose words may be others later.
async fn server_that_may_change(
    refused: &'static str,
    refusal: &'static str,
) -> (Mailer, Mails, Arc<Mutex<Refusal>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}?tls=none", listener.local_addr().expect("an address"));
    let mails = Mails::default();
    let refusal = Arc::new(Mutex::new(Refusal { words: refusal, taken: 0 }));
    let (kept, says) = (mails.clone(), refusal.clone());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (kept, says) = (kept.clone(), says.clone());
            tokio::spawn(async move { serve(socket, refused, &says, &kept).await });
        }
    });
    let clock = Clock::manual(DateTime::from_timestamp(1_700_000_000, 0).expect("a time"));
    (Mailer::new(&url, "Desk <desk@example.com>", None, clock).expect("a mailer"), mails, refusal)
}

async fn serve(socket: TcpStream, refused: &str, refusal: &Mutex<Refusal>, mails: &Mails) {
    let mut socket = BufReader::new(socket);
    let mut answer = "220 here".to_owned();
    let (mut line, mut mail, mut in_data) = (String::new(), String::new(), false);
    loop {
        if !answer.is_empty() && socket.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
        line.clear();
        if !matches!(socket.read_line(&mut line).await, Ok(1..)) {
            return;
        }
        answer = match line.get(..4).unwrap_or_default() {
            _ if in_data && line == ".\r\n" => {
                in_data = false;
                mails.lock().expect("mails").push(std::mem::take(&mut mail));
                "250 taken".to_owned()
            }
            _ if in_data => {
                mail += &line;
                String::new()
            }
            "DATA" => {
                in_data = true;
                "354 go on".to_owned()
            }
            "RCPT" if line.contains(refused) => {
                let mut refusal = refusal.lock().expect("a refusal");
                refusal.taken = mails.lock().expect("mails").len();
                refusal.words.to_owned()
            }
            "QUIT" => return,
            _ => "250 yes".to_owned(),
        };
    }
}

fn notice(words: &str) -> Notice {
    Notice {
        event_type: "message.submitted".to_owned(),
        title: "新留言 \r\nBcc: everybody@example.com".to_owned(),
        lines: vec![vec![Piece::Words(words.to_owned())]],
        link: Some(Link {
            text: "打开".to_owned(),
            url: Url::parse("https://desk.example.com/1").expect("an address"),
        }),
        mentions: vec![],
        at: DateTime::UNIX_EPOCH,
        data: serde_json::Value::Null,
    }
}

fn to(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{name}@example.com")).collect()
}

#[tokio::test]
async fn each_recipient_gets_a_mail_of_plain_text_that_no_words_can_change() {
    let (mailer, mails) = server("nobody", "").await;
    let words = "</script>\0\r\n.\r\nFrom: boss@example.com\u{202e}\r\n@all";
    let verdict = mailer.send(&to(&["a", "b"]), &notice(words), "event.channel").await;
    assert_eq!(verdict.outcome, Outcome::Delivered, "{verdict:?}");
    let mails = mails.lock().expect("mails").clone();
    assert_eq!(mails.len(), 2);
    let (head, body) = mails[0].split_once("\r\n\r\n").expect("head and body");
    assert_eq!(head.matches("To: ").count(), 1);
    assert!(head.contains("Message-ID: <event.channel@example.com>"), "{head}");
    assert!(head.contains("Auto-Submitted: auto-generated") && head.contains("text/plain"), "{head}");
    assert!(!head.contains("\r\nBcc:") && !head.contains("boss"), "{head}");
    assert!(mails[0].contains("Date: Tue, 14 Nov 2023 22:13:20"), "{head}");
    assert!(!body.contains("\r\nFrom: boss"), "{body}");
}

#[tokio::test]
async fn who_was_refused_is_tried_again_and_nobody_else_gets_a_second_mail() {
    let (mailer, mails) = server("full", "452 4.2.2 full, key 0123456789abcdef0123").await;
    let recipients = to(&["a", "full", "c"]);
    let count = || mails.lock().expect("mails").len();
    let verdict = mailer.send(&recipients, &notice("hello"), "1").await;
    assert_eq!((verdict.outcome, count()), (Outcome::Retry, 2), "{verdict:?}");
    assert_eq!(verdict.code.as_deref(), Some("452"));
    assert!(!verdict.detail.contains("full@") && !verdict.detail.contains("0123"), "{}", verdict.detail);
    mailer.send(&recipients, &notice("hello"), "1").await;
    assert_eq!(count(), 2, "a and c have it");
    mailer.send(&to(&["a", "c"]), &notice("hello"), "2").await;
    mailer.send(&to(&["a", "c"]), &notice("hello"), "2").await;
    assert_eq!(count(), 6, "what was delivered is sent again when somebody wants it");
}

#[tokio::test]
async fn a_closed_mailbox_stops_only_itself() {
    let (mailer, mails) = server("gone", "550 5.1.1 no such user").await;
    let verdict = mailer.send(&to(&["gone", "b"]), &notice("hello"), "1").await;
    assert_eq!((verdict.outcome, mails.lock().expect("mails").len()), (Outcome::Payload, 1), "{verdict:?}");
    let verdict = mailer.send(&to(&["gone"]), &notice("hello"), "2").await;
    assert_eq!(verdict.outcome, Outcome::Configuration, "{verdict:?}");
    assert_eq!(mailer.send(&[], &notice("hello"), "3").await.outcome, Outcome::Configuration);
    assert_eq!(
        mailer.send(&["no address".to_owned()], &notice("x"), "4").await.outcome,
        Outcome::Configuration
    );
}

#[tokio::test]
async fn words_that_are_refused_say_nothing_of_the_mailbox() {
    for (refusal, outcome) in [
        ("554 5.7.1 message content rejected", Outcome::Payload),
        ("550 5.7.1 this looks like spam", Outcome::Payload),
        ("550 rejected", Outcome::Payload),
        ("550 5.2.1 mailbox disabled", Outcome::Configuration),
        ("554 5.1.2 no such domain", Outcome::Configuration),
        ("553 no such name", Outcome::Configuration),
    ] {
        let (mailer, _) = server("a@", refusal).await;
        let verdict = mailer.send(&to(&["a"]), &notice("hello"), "1").await;
        assert_eq!((verdict.outcome, verdict.partly), (outcome, false), "{refusal}: {verdict:?}");
    }
}

#[tokio::test]
async fn one_that_takes_all_the_time_leaves_none_to_the_others_and_they_come_first_the_next_time() {
    let (mut mailer, mails, refusal) = server_that_may_change("slow", "").await;
    mailer.limits = (Duration::from_secs(15), Duration::from_secs(2));
    let count = || mails.lock().expect("mails").len();
    let verdict = mailer.send(&to(&["slow", "b", "c"]), &notice("hello"), "1").await;
    assert_eq!((verdict.outcome, count()), (Outcome::Retry, 0), "{verdict:?}");
    mailer.limits = (EACH, TOTAL);
    refusal.lock().expect("a refusal").words = "452 4.2.2 full";
    let verdict = mailer.send(&to(&["slow", "b", "c"]), &notice("hello"), "1").await;
    assert_eq!((verdict.outcome, verdict.partly, count()), (Outcome::Retry, true, 2), "{verdict:?}");
    assert_eq!(refusal.lock().expect("a refusal").taken, 2, "they came first");
}

#[tokio::test]
async fn a_reply_that_names_a_mailbox_is_told_without_it() {
    let (mailer, _) = server("a@", "550 5.1.1 <a@example.com>: no such user").await;
    let verdict = mailer.send(&to(&["a"]), &notice("hello"), "1").await;
    assert!(
        !verdict.detail.contains("a@example.com") && verdict.detail.contains("no such user"),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again_and_its_password_is_told_to_nobody() {
    // Held, and not listened at: nobody else gets it meanwhile.
    let unused = TcpSocket::new_v4().expect("a socket");
    unused.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let unused_at = unused.local_addr().expect("an address");
    let clock = Clock::manual(DateTime::UNIX_EPOCH);
    let url = format!("smtp://desk:SECRET@{unused_at}?tls=none");
    let mailer = Mailer::new(&url, "desk@example.com", None, clock).expect("a mailer");
    let verdict = mailer.send(&to(&["a"]), &notice("hello"), "1").await;
    assert_eq!(verdict.outcome, Outcome::Retry);
    assert!(!format!("{verdict:?} {mailer:?}").contains("SECRET"));
    drop(unused);
}

#[test]
fn mail_goes_over_tls_unless_the_configuration_says_otherwise() {
    let query = |text: &str| smtp_url(text).map(|url| url.query().map(str::to_owned));
    assert_eq!(query("smtps://u:p@mail.example.com"), Ok(None));
    assert_eq!(query("smtp://mail.example.com"), Ok(Some("tls=required".to_owned())));
    assert_eq!(query("smtp://mail.example.com?tls=opportunistic"), Ok(Some("tls=opportunistic".to_owned())));
    assert_eq!(query("smtp://mail.example.com?tls=none"), Ok(None));
    for url in
        ["mail.example.com", "http://mail.example.com", "smtp://mail.example.com?tls=maybe", "smtps:///"]
    {
        assert_eq!(query(url), Err(MailFault::Url), "{url}");
    }
    let clock = || Clock::manual(DateTime::UNIX_EPOCH);
    for authority in [&b""[..], b"certificate", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"]
    {
        let url = "smtps://mail.example.com";
        let fault = Mailer::new(url, "desk@example.com", Some(authority), clock()).err();
        assert_eq!(fault, Some(MailFault::Authority));
    }
    assert_eq!(Mailer::new("smtps://mail.example.com", "nobody", None, clock()).err(), Some(MailFault::From));
}
