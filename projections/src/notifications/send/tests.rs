//! Nothing is sent where nothing may be sent, and whatever comes back is an answer or a fault within its time.

use super::super::vendor::{Address, Notice, Secret, compose, judge};
use super::*;
use chrono::DateTime;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
};
use url::Url;

fn clock() -> Clock {
    Clock::manual(DateTime::from_timestamp(1_700_000_000, 0).expect("a time"))
}

/// Every name has these addresses.
fn named(addresses: &[&str]) -> Lookup {
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().expect("an address")).collect();
    Arc::new(move |_| {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    })
}

fn nobody_may_look() -> Lookup {
    Arc::new(|name| panic!("{name} was looked up"))
}

fn networks(text: &str) -> Guard {
    Guard::new(text.split(',').map(|network| network.parse().expect("a network")).collect(), BTreeMap::new())
}

fn outgoing(url: &str) -> Outgoing {
    let url = Url::parse(url).expect("an address");
    Outgoing { url, headers: vec![("content-type", "application/json".to_owned())], body: b"{}".to_vec() }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port")
}

/// Answers every connection with these bytes, and counts them.
async fn receiver(answer: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    receiver_at(listener().await, answer)
}

fn receiver_at(listener: TcpListener, answer: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    let (port, count) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(&answer).await;
            });
        }
    });
    (port, count)
}

/// Answers one request with these bytes, does this, and says nothing more.
async fn silent_after(answer: Vec<u8>, then: impl FnOnce() + Send + 'static) -> u16 {
    let listener = listener().await;
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut request = [0; 4096];
        assert_ne!(socket.read(&mut request).await.expect("a request"), 0);
        socket.write_all(&answer).await.expect("answered");
        then();
        std::future::pending::<()>().await;
    });
    port
}

/// At two addresses of this machine, with the same port.
async fn side_by_side() -> (TcpListener, TcpListener) {
    for _ in 0..100 {
        let one = TcpListener::bind("127.0.0.2:0").await.expect("a port");
        let port = one.local_addr().expect("an address").port();
        // Somebody else may have it there.
        if let Ok(other) = TcpListener::bind(("127.0.0.1", port)).await {
            return (one, other);
        }
    }
    panic!("no port is free at both addresses")
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn no_target_in_a_network_that_is_not_public_is_ever_asked() {
    let (port, count) = receiver(http("200 OK", "", "ok")).await;
    let sender = Sender::with_lookup(Guard::default(), clock(), &nobody_may_look());
    let hosts = [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "a.localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[100::1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[5f00::1]",
        "[2001::1]",
        "[fec0::1]",
        "１２７.0.0.1",
    ];
    for host in hosts {
        for url in
            [format!("https://{host}/"), format!("https://{host}:8443/x"), format!("http://{host}:{port}/")]
        {
            let said = Kind::Webhook.check_address(&url);
            assert!(said.is_err(), "{url} may be connected");
            let fault = sender.send(Kind::Webhook, outgoing(&url)).await.expect_err("nothing is sent");
            assert!(matches!(fault, SendFault::Address(_)), "{url}: {fault}");
            assert_eq!(fault.verdict().outcome, Outcome::Configuration);
        }
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn addresses_of_other_services_are_refused_before_anybody_is_asked() {
    let sender = Sender::with_lookup(Guard::default(), clock(), &nobody_may_look());
    for (url, fault) in [
        ("http://hooks.example.com/", AddressFault::NotHttps),
        ("https://hooks.example.com:22/", AddressFault::Port),
        ("https://hooks.example.com:80/", AddressFault::Port),
        ("file:///etc/passwd", AddressFault::NotHttps),
        ("gopher://hooks.example.com/", AddressFault::NotHttps),
    ] {
        assert_eq!(Kind::Webhook.check_address(url), Err(fault), "{url}");
        assert_eq!(sender.send(Kind::Webhook, outgoing(url)).await.err(), Some(fault.into()), "{url}");
    }
    for url in
        ["https://a:b@hooks.example.com/", "https://a@hooks.example.com/", "https://@hooks.example.com/"]
    {
        assert_eq!(Kind::Webhook.check_address(url), Err(AddressFault::UserInfo), "{url}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed_however_it_answers() {
    for inside in
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "100.64.0.1"]
    {
        let sender = Sender::with_lookup(Guard::default(), clock(), &named(&[inside]));
        for (kind, url) in [
            (Kind::Webhook, "https://10-0-0-1.nip.example/"),
            (Kind::Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secretsecret"),
        ] {
            let fault = sender.send(kind, outgoing(url)).await.expect_err("nothing is sent");
            assert_eq!(fault, SendFault::Private, "{inside}");
        }
    }
    let none = Sender::with_lookup(Guard::default(), clock(), &named(&[]));
    assert_eq!(none.send(Kind::Webhook, outgoing("https://a.example/")).await.err(), Some(SendFault::Name));
}

#[tokio::test]
async fn of_mixed_answers_only_what_is_allowed_is_asked() {
    let (inside, beside) = side_by_side().await;
    let (port, allowed) = receiver_at(inside, http("200 OK", "", "ok"));
    let (_, other) = receiver_at(beside, http("200 OK", "", "no"));
    let guard = networks("127.0.0.2/32");
    let sender = Sender::with_lookup(guard, clock(), &named(&["127.0.0.1", "127.0.0.2", "10.255.255.1"]));
    let answer = sender
        .send(Kind::Webhook, outgoing(&format!("http://inside.example:{port}/")))
        .await
        .expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok".as_slice()));
    assert_eq!((allowed.load(Ordering::SeqCst), other.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
async fn what_is_allowed_by_the_configuration_may_be_without_tls_and_on_any_port_and_nothing_else_may() {
    let (port, count) = receiver(http("204 No Content", "", "")).await;
    let guard = networks("127.0.0.1/32");
    let literal = format!("http://127.0.0.1:{port}/");
    guard.check(Kind::Webhook, &literal).expect("allowed");
    let sender = Sender::with_lookup(guard.clone(), clock(), &named(&["93.184.215.14"]));
    let answer = sender.send(Kind::Webhook, outgoing(&literal)).await.expect("an answer");
    assert_eq!(answer.status, 204);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    for (url, fault) in [
        ("http://93.184.215.14/", AddressFault::NotHttps),
        ("https://93.184.215.14:22/", AddressFault::Port),
        ("https://127.0.0.2/", AddressFault::Private),
    ] {
        assert_eq!(guard.check(Kind::Webhook, url), Err(fault), "{url}");
    }
    // A public name is no way around TLS, either.
    let public = sender.send(Kind::Webhook, outgoing(&format!("http://public.example:{port}/"))).await;
    assert_eq!(public.err(), Some(SendFault::Private));
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let (inside, count) = receiver(http("200 OK", "", "secret")).await;
    let moved = http("302 Found", &format!("location: http://127.0.0.1:{inside}/\r\n"), "");
    let (port, _) = receiver(moved).await;
    let sender = Sender::new(networks("127.0.0.0/8"), clock());
    let answer =
        sender.send(Kind::Webhook, outgoing(&format!("http://127.0.0.1:{port}/"))).await.expect("an answer");
    assert_eq!((answer.status, count.load(Ordering::SeqCst)), (302, 0));
    assert_eq!(judge(Kind::Webhook, &answer).outcome, Outcome::Retry);
}

#[tokio::test]
async fn a_base_url_takes_the_vendors_place_and_keeps_path_and_key() {
    let listener = listener().await;
    let base = format!("http://localhost:{}/gateway/", listener.local_addr().expect("an address").port());
    let base_urls = BTreeMap::from([(Kind::Wecom, Url::parse(&base).expect("an address"))]);
    let sender = Sender::with_lookup(Guard::new(vec![], base_urls), clock(), &named(&["127.0.0.1"]));
    let url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6";
    let seen = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut request = vec![0; 4096];
        let length = socket.read(&mut request).await.expect("a request");
        socket.write_all(&http("200 OK", "retry-after: 7\r\n", r#"{"errcode":0}"#)).await.expect("answered");
        String::from_utf8(request[..length].to_vec()).expect("text")
    });
    let answer = sender.send(Kind::Wecom, outgoing(url)).await.expect("an answer");
    let seen = seen.await.expect("seen").to_lowercase();
    assert!(seen.starts_with("post /gateway/cgi-bin/webhook/send?key=693a91f6 http/1.1\r\n"), "{seen}");
    assert!(
        seen.contains("user-agent: leaveword/") && seen.contains("content-type: application/json"),
        "{seen}"
    );
    assert_eq!(
        (judge(Kind::Wecom, &answer).outcome, answer.retry_after.as_deref()),
        (Outcome::Delivered, Some("7"))
    );
    // The same host is still nobody's webhook, and other vendors are where they were.
    assert_eq!(sender.send(Kind::Webhook, outgoing(&base)).await.err(), Some(AddressFault::Private.into()));
    let stranger = outgoing("https://evil.example/cgi-bin/webhook/send?key=693a91f6");
    let other = AddressFault::OtherHost("qyapi.weixin.qq.com");
    assert_eq!(sender.send(Kind::Wecom, stranger).await.err(), Some(other.into()));
    let feishu = outgoing("https://open.feishu.cn/open-apis/bot/v2/hook/0000");
    assert_eq!(sender.send(Kind::Feishu, feishu).await.err(), Some(SendFault::Private));
}

#[tokio::test]
async fn an_endless_answer_is_read_to_its_16_kilobytes_and_is_no_success() {
    let body = format!("{{\"errcode\":0,\"errmsg\":\"{}\"}}", "x".repeat(10_000_000));
    let (port, _) = receiver(http("200 OK", "", &body)).await;
    let base_urls =
        BTreeMap::from([(Kind::Wecom, Url::parse(&format!("http://127.0.0.1:{port}")).expect("an address"))]);
    let sender = Sender::new(Guard::new(vec![], base_urls), clock());
    let url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6";
    let answer = sender.send(Kind::Wecom, outgoing(url)).await.expect("an answer");
    assert_eq!(answer.body.len(), MOST_ANSWER);
    assert_eq!(judge(Kind::Wecom, &answer).outcome, Outcome::Retry);
}

#[tokio::test]
async fn who_hangs_is_waited_for_15_seconds() {
    let sender = Sender::new(networks("127.0.0.0/8"), clock());
    // From then on the time goes by as soon as nothing else happens, and not while the connection is made: that is the kernel's
    // work, which the test's clock does not know of.
    let silent = silent_after(vec![], tokio::time::pause).await;
    let begun = Instant::now();
    let fault = sender.send(Kind::Webhook, outgoing(&format!("http://127.0.0.1:{silent}/"))).await.err();
    assert_eq!(fault, Some(SendFault::TimedOut(15)));
    assert!(begun.elapsed() >= TOTAL && begun.elapsed() < TOTAL + Duration::from_secs(1));
    assert_eq!(fault.map(|fault| fault.verdict().outcome), Some(Outcome::Retry));
}

#[tokio::test]
async fn what_was_said_before_one_hangs_counts() {
    let sender = Sender::new(networks("127.0.0.0/8"), clock());
    // The time goes by as it does: nobody knows when the kernel has brought what was said.
    let half = silent_after(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf".to_vec(), || {}).await;
    let answer =
        sender.send(Kind::Webhook, outgoing(&format!("http://127.0.0.1:{half}/"))).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"half".as_slice()));
}

#[tokio::test]
async fn faults_are_told_apart_and_tell_no_secrets() {
    let sender = Sender::new(networks("127.0.0.0/8"), clock());
    let (port, _) = receiver(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()).await;
    let (closing, _) = receiver(vec![]).await;
    // Held, and not listened at: nobody else gets it meanwhile.
    let unused = TcpSocket::new_v4().expect("a socket");
    unused.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let unused_at = unused.local_addr().expect("an address");
    let mut faults = Vec::new();
    for url in [
        format!("http://{unused_at}/?key=SECRETSECRET"),
        format!("https://127.0.0.1:{port}/?key=SECRETSECRET"),
        format!("http://127.0.0.1:{port}/?key=SECRETSECRET"),
        format!("http://127.0.0.1:{closing}/?key=SECRETSECRET"),
    ] {
        let outgoing = outgoing(&url);
        let fault = sender.send(Kind::Webhook, outgoing.clone()).await.expect_err("no answer");
        let told = format!("{fault} {fault:?} {:?} {outgoing:?} {sender:?}", fault.verdict());
        assert!(!told.contains("SECRET") && !told.contains("key="), "{told}");
        faults.push(fault);
    }
    drop(unused);
    assert!(matches!(faults[0], SendFault::Connect(_)), "{faults:?}");
    assert!(matches!(faults[1], SendFault::Tls(_)), "{faults:?}");
    assert!(
        matches!(faults[2], SendFault::Broken(_)) && matches!(faults[3], SendFault::Broken(_)),
        "{faults:?}"
    );
}

#[test]
fn nothing_that_has_a_secret_shows_it() {
    let url =
        Url::parse("https://oapi.dingtalk.com/robot/send?access_token=SECRETSECRET").expect("an address");
    let address = Address { url, secrets: vec![Secret("SECSECRETSECRET".to_owned())] };
    let notice = Notice {
        event_type: "message.submitted".to_owned(),
        title: "SECRET".to_owned(),
        lines: vec![],
        link: None,
        mentions: vec![],
        at: DateTime::UNIX_EPOCH,
        data: serde_json::Value::Null,
    };
    let outgoing =
        compose(Kind::Dingtalk, None, &address, &notice, "1", DateTime::UNIX_EPOCH).expect("it composes");
    let shown = format!("{address:?} {:?} {outgoing:?} {notice:?}", address.secrets);
    assert!(!shown.contains("SECRET"), "{shown}");
}
