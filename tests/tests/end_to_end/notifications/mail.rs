//! Mail, from a visitor's message to a mailbox: real messages, a real dialogue, and over TLS.

mod digests;
mod recipients;

use super::*;
use crate::simulators::mail::{CERTIFICATE, Mail, Manners, Tls};
use mail_parser::MimeHeaders;

const PASSWORD: &str = "open-sesame-please";

on_both_databases! {
    a_new_message_is_mailed_over_tls_at_once,
    digests_of_an_hour_and_of_a_day_come_at_their_time_and_name_everybody,
}

/// A desk that sends mail, and the server that takes it.
pub(super) struct Mailed {
    pub(super) told: Told,
    pub(super) post: Mail,
}

impl Mailed {
    /// As everybody has it: by STARTTLS, with a name and a password.
    pub(super) async fn start(dialect: Dialect) -> Self {
        Self::start_with(dialect, Tls::Upgrade, Tls::Upgrade, Some(CERTIFICATE)).await
    }

    /// The configuration says how to get to TLS, and the server may see that otherwise.
    async fn start_with(dialect: Dialect, says: Tls, is: Tls, authority: Option<&[u8]>) -> Self {
        let clock = TestDatabase::clock();
        let post = Mail::start(clock.clone()).await;
        post.manners(Manners { login: Some(("desk", PASSWORD)), tls: is, ..Manners::default() });
        let (scheme, query) = match says {
            Tls::Never => ("smtp", "?tls=none"),
            Tls::Upgrade => ("smtp", ""),
            Tls::FromTheStart => ("smtps", ""),
        };
        let url = format!("{scheme}://desk:{PASSWORD}@{}{query}", post.address());
        let from = "Desk <desk@example.com>".to_owned();
        let mail = server::Mail { url, from, authority: authority.map(<[u8]>::to_vec) };
        crate::end_to_end::sink::watch_for(PASSWORD);
        Self { told: Told::start_with(dialect, clock, Some(mail)).await, post }
    }

    /// Connects a channel to these mailboxes: its id.
    pub(super) async fn connect(&self, emails: &[&str], rules: Value) -> String {
        let input = json!({"name": "信箱", "kind": "EMAIL", "emails": emails, "rules": rules});
        let payload =
            self.told.give("connectChannel", "ConnectChannelInput", input, "channel { id state }").await;
        assert_eq!(payload["channel"]["state"], "ACTIVE", "{payload}");
        payload["channel"]["id"].as_str().expect("an id").to_owned()
    }

    /// From now on nothing is taken for this mailbox.
    fn refuses(&self, mailbox: &'static str, answer: &'static str) {
        self.post.change(|manners| manners.refuses.extend([(mailbox, answer)]));
    }

    /// How many letters a mailbox has.
    fn had(&self, mailbox: &str) -> usize {
        self.post.letters().iter().filter(|letter| letter.to == [mailbox]).count()
    }

    /// Waits until so many deliveries are in this state.
    pub(super) async fn until_so_many(&self, state: &str, count: usize) {
        let are =
            |deliveries: &[Value]| deliveries.iter().filter(|one| one["state"] == state).count() == count;
        self.told.until_they_are(&format!("{count} are {state}"), are).await;
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

async fn a_new_message_is_mailed_over_tls_at_once(dialect: Dialect) {
    for tls in [Tls::Upgrade, Tls::FromTheStart] {
        let mailed = Mailed::start_with(dialect, tls, tls, Some(CERTIFICATE)).await;
        mailed.connect(&["a@example.com"], json!({})).await;
        let left = mailed.told.submit(json!({})).await;
        mailed.post.until_taken(1).await;
        let letter = mailed.post.letters().remove(0);
        assert!(letter.is_private, "{tls:?}");
        assert_eq!(
            (letter.from.as_str(), &letter.to[..]),
            ("desk@example.com", &["a@example.com".to_owned()][..])
        );
        let parsed = letter.parsed();
        let desk =
            mailed.told.desk.ask(Some(&mailed.told.admin), "{ desk { name } }", json!({})).await.data();
        let head = format!("新留言 · {}", text(&desk["desk"]["name"]));
        assert_eq!(parsed.subject(), Some(head.as_str()));
        let (reference, id) = (text(&left["visitorMessage"]["reference"]), text(&left["receipt"]["id"]));
        let said = format!(
            "{head}\n\n编号: {reference}\n访客: 李雷\n联系方式: +861******8000\n> 请问我的订单什么时候发货？\n\n\
             查看留言: https://desk.example.com/messages/{id}\n"
        );
        assert_eq!(parsed.body_text(0).map(|text| text.replace("\r\n", "\n")), Some(said));
        assert_eq!(parsed.parts.len(), 1, "nothing but a text");
        assert_eq!(
            parsed.content_type().map(|kind| (kind.ctype(), kind.subtype())),
            Some(("text", Some("plain")))
        );
        assert_eq!(
            parsed.date().map(mail_parser::DateTime::to_timestamp),
            Some(mailed.told.clock.now().timestamp())
        );
        let deliveries = mailed.told.until(&["DELIVERED"]).await;
        let delivery = text(&deliveries[0]["id"]);
        assert_eq!(parsed.message_id(), Some(format!("{delivery}@example.com").as_str()));
        let attempt = &deliveries[0]["attempts"][0];
        assert_eq!(
            (&attempt["outcome"], &attempt["httpStatus"]),
            (&json!("DELIVERED"), &Value::Null),
            "{attempt}"
        );
        let unsealed = mailed.post.in_the_clear();
        assert!(!unsealed.contains("MAIL") && !unsealed.contains("AUTH"), "{tls:?}: {unsealed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_and_one_without_tls_are_told_nothing() {
    for (is, authority) in [(Tls::Upgrade, None), (Tls::Never, Some(CERTIFICATE))] {
        let mailed = Mailed::start_with(Dialect::Sqlite, Tls::Upgrade, is, authority).await;
        mailed.connect(&["a@example.com"], json!({})).await;
        mailed.told.submit(json!({})).await;
        let deliveries = mailed.told.until(&["RETRYING"]).await;
        assert_eq!(deliveries[0]["attempts"][0]["outcome"], "RETRY", "{deliveries:?}");
        let heard = mailed.post.in_the_clear();
        assert!(!heard.contains("MAIL") && !heard.contains("AUTH"), "{heard}");
        assert!(mailed.post.letters().is_empty());
        // Once it is as it should be, the mail goes.
        if is == Tls::Never {
            mailed.post.change(|manners| manners.tls = Tls::Upgrade);
            mailed.told.clock.advance(Duration::from_secs(7));
            mailed.told.until(&["DELIVERED"]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_pauses_the_channel_and_is_not_repeated() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let channel = mailed.connect(&["a@example.com"], json!({})).await;
    mailed.post.change(|manners| {
        manners.login = Some(("desk", "another"));
        manners.instead.extend([("AUTH", "535 5.7.8 nobody is let in with open-sesame-please")]);
    });
    mailed.told.submit(json!({})).await;
    let deliveries = mailed.told.until(&["RETRYING"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!(
        (&attempt["outcome"], &attempt["vendorCode"]),
        (&json!("CONFIGURATION"), &json!("535")),
        "{attempt}"
    );
    assert!(text(&attempt["detail"]).contains("LEAVEWORD_SMTP_URL"), "{attempt}");
    assert!(!attempt.to_string().contains(PASSWORD), "{attempt}");
    assert_eq!(mailed.told.shown(&channel).await["state"], "PAUSED");
    mailed.post.manners(Manners { login: Some(("desk", PASSWORD)), tls: Tls::Upgrade, ..Manners::default() });
    mailed.told.channel("resumeChannel", &channel).await;
    mailed.told.until(&["DELIVERED"]).await;
    assert_eq!(mailed.had("a@example.com"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_channel_writes_in_its_own_language() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let languages = [
        ("en", "New message", "From: 李雷"),
        ("zh-TW", "新留言", "訪客: 李雷"),
        ("de", "Neue Nachricht", "Von: 李雷"),
    ];
    for (locale, ..) in languages {
        mailed.connect(&[&format!("{locale}@example.com").to_lowercase()], json!({"locale": locale})).await;
    }
    mailed.told.submit(json!({})).await;
    mailed.post.until_taken(languages.len()).await;
    for (locale, head, line) in languages {
        let letters = mailed.post.letters();
        let mailbox = format!("{locale}@example.com").to_lowercase();
        let letter = letters.iter().find(|letter| letter.to == [mailbox.clone()]).expect("a letter");
        let parsed = letter.parsed();
        assert!(
            parsed.subject().is_some_and(|subject| subject.starts_with(head)),
            "{locale}: {:?}",
            parsed.subject()
        );
        let body = parsed.body_text(0).expect("a text");
        assert!(body.contains(line) && body.contains("> 请问我的订单"), "{locale}: {body}");
    }
}

async fn digests_of_an_hour_and_of_a_day_come_at_their_time_and_name_everybody(dialect: Dialect) {
    let mailed = Mailed::start(dialect).await;
    // The clock of these tests begins at 14:13:20, at the desk's 22:13:20.
    mailed.connect(&["hour@example.com", "too@example.com"], json!({"digest": "HOURLY"})).await;
    mailed.connect(&["day@example.com"], json!({"digest": "DAILY"})).await;
    mailed.connect(&["now@example.com"], json!({"digest": "NEVER"})).await;
    let mut references = Vec::new();
    for _ in 0..6 {
        let left = mailed.told.submit(json!({})).await;
        references.push(text(&left["visitorMessage"]["reference"]).to_owned());
    }
    mailed.until_so_many("DELIVERED", 6).await;
    assert_eq!((mailed.had("now@example.com"), mailed.post.letters().len()), (6, 6));
    let until = async |minutes: u64, mailbox: &str, delivered: usize| {
        mailed.told.clock.advance(Duration::from_secs(minutes * 60));
        mailed.until_so_many("DELIVERED", delivered).await;
        let letters = mailed.post.letters();
        let letter = letters.into_iter().rfind(|letter| letter.to == [mailbox]).expect("a letter");
        assert!(
            letter.parsed().subject().is_some_and(|subject| subject == "6 条新留言"),
            "{:?}",
            letter.parsed().subject()
        );
        let body = letter.parsed().body_text(0).expect("a text").into_owned();
        for reference in &references[..5] {
            assert!(body.contains(reference.as_str()), "{reference} in {body}");
        }
        assert!(
            body.contains("另有 1 条") && body.contains("查看留言: https://desk.example.com/messages"),
            "{body}"
        );
        letter
    };
    let hourly = until(52, "hour@example.com", 12).await;
    assert_eq!(hourly.at, "2026-09-21T15:05:20Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a time"));
    assert_eq!(
        (mailed.had("hour@example.com"), mailed.had("too@example.com"), mailed.had("day@example.com")),
        (1, 1, 0)
    );
    until(10 * 60, "day@example.com", 18).await;
    assert_eq!(
        (mailed.had("hour@example.com"), mailed.had("day@example.com"), mailed.had("now@example.com")),
        (1, 1, 6)
    );
}
