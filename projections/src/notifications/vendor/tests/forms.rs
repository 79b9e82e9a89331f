//! What is sent, as each vendor writes it down.

use super::super::{
    Address, CannotCompose, Kind, Mention, Notice, Secret, compose, file_message, image, media_id, samples,
    upload,
};
use super::limits::composed;
use chrono::DateTime;
use serde_json::{Value, json};

fn told(kind: Kind, format: &str, notice: &Notice) -> Value {
    let (_, mut body) = composed(kind, format, notice);
    for signature in ["timestamp", "sign"] {
        body.as_object_mut().expect("an object").remove(signature);
    }
    body
}

fn mentioning(mentions: &[Mention]) -> Notice {
    Notice { mentions: mentions.to_vec(), ..samples::notice() }
}

fn user() -> Mention {
    Mention::User("zhangsan".to_owned())
}

fn mobile() -> Mention {
    Mention::Mobile("13800138000".to_owned())
}

const URL: &str = "https://desk.example.com/messages/1";

#[test]
fn wecom() {
    let content = "**新留言 #A1B2**\n**投诉** · 李雷\n> 包裹没有到。\n> 请尽快处理。\n[打开](https://desk.example.com/messages/1)";
    let notice = samples::notice();
    assert_eq!(
        told(Kind::Wecom, "markdown", &notice),
        json!({ "msgtype": "markdown", "markdown": { "content": content } })
    );
    assert_eq!(
        told(Kind::Wecom, "markdown_v2", &notice),
        json!({ "msgtype": "markdown_v2", "markdown_v2": { "content": content } })
    );
    let text = "新留言 #A1B2\n投诉 · 李雷\n> 包裹没有到。\n> 请尽快处理。\n打开: https://desk.example.com/messages/1";
    assert_eq!(told(Kind::Wecom, "text", &notice), json!({ "msgtype": "text", "text": { "content": text } }));
    assert_eq!(
        told(Kind::Wecom, "template_card", &notice),
        json!({ "msgtype": "template_card", "template_card": {
        "card_type": "text_notice",
        "main_title": { "title": "新留言 #A1B2" },
        "sub_title_text": "投诉 · 李雷\n> 包裹没有到。\n> 请尽快处理。",
        "jump_list": [{ "type": 1, "url": URL, "title": "打开" }],
        "card_action": { "type": 1, "url": URL },
    } })
    );
    let no_link = Notice { link: None, ..samples::notice() };
    assert_eq!(
        told(Kind::Wecom, "template_card", &no_link)["msgtype"],
        "markdown",
        "a card has to lead somewhere"
    );
}

#[test]
fn wecom_mentions_by_id_in_markdown_and_everybody_else_in_a_text() {
    let by_id = told(Kind::Wecom, "markdown", &mentioning(&[user()]));
    assert!(
        by_id["markdown"]["content"].as_str().is_some_and(|text| text.ends_with("\n<@zhangsan>")),
        "{by_id}"
    );
    for mentions in [&[user(), mobile(), Mention::All][..], &[mobile()], &[Mention::All]] {
        for format in ["markdown", "markdown_v2", "template_card", "text"] {
            let body = told(Kind::Wecom, format, &mentioning(mentions));
            assert_eq!(body["msgtype"], "text", "{format}");
            let all = mentions.contains(&Mention::All).then_some("@all");
            let users: Vec<&str> =
                mentions.contains(&user()).then_some("zhangsan").into_iter().chain(all).collect();
            let mobiles: Vec<&str> =
                mentions.contains(&mobile()).then_some("13800138000").into_iter().collect();
            let list = |name: &str| body["text"][name].as_array().cloned().unwrap_or_default();
            assert_eq!(
                (list("mentioned_list"), list("mentioned_mobile_list")),
                (
                    users.into_iter().map(Value::from).collect(),
                    mobiles.into_iter().map(Value::from).collect()
                )
            );
        }
    }
    assert_eq!(
        told(Kind::Wecom, "markdown_v2", &mentioning(&[user()]))["text"]["mentioned_list"],
        json!(["zhangsan"])
    );
}

#[test]
fn wecom_shows_pictures_and_files() {
    let address = samples::address("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6");
    let png = b"\x89PNG\r\n\x1a\n1234";
    let sent = image(&address, png).expect("a picture");
    let body: Value = serde_json::from_slice(&sent.body).expect("JSON");
    assert_eq!(body["image"]["base64"], "iVBORw0KGgoxMjM0");
    // By `printf '\x89PNG\r\n\x1a\n1234' | md5sum`.
    assert_eq!(body["image"]["md5"], "b417c515fb0debe72d55d3f4d48b03f7");
    assert_eq!(image(&address, b"GIF89a").err(), Some(CannotCompose::Picture));
    let large = [png.as_slice(), &vec![0; 2 * 1024 * 1024]].concat();
    assert_eq!(image(&address, &large).err(), Some(CannotCompose::FileSize));

    let sent = upload(&address, "a\"b\r\n/报告.txt", b"content").expect("a file").0;
    assert_eq!(
        sent.url.as_str(),
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/upload_media?key=693a91f6&type=file"
    );
    let text = String::from_utf8(sent.body).expect("text");
    assert!(text.contains("name=\"media\"; filename=\"a_b _报告.txt\"; filelength=7\r\n"), "{text}");
    let boundary = sent.headers[0].1.split_once("boundary=").expect("a boundary").1;
    assert!(
        text.starts_with(&format!("--{boundary}\r\n"))
            && text.ends_with(&format!("\r\ncontent\r\n--{boundary}--\r\n").replacen(
                "\r\ncontent",
                "\r\n\r\ncontent",
                1
            )),
        "{text}"
    );
    let long = format!("{}.pdf", "长".repeat(100));
    let sent = upload(&address, &long, b"content").expect("a file").0;
    let text = String::from_utf8(sent.body).expect("text");
    assert!(text.contains(&format!("filename=\"{}.pdf\"", "长".repeat(65))), "{text}");
    assert_eq!(upload(&address, "a", b"12345").err(), Some(CannotCompose::FileSize));

    let taken = samples::answer(
        200,
        r#"{"errcode":0,"errmsg":"ok","type":"file","media_id":"3a8","created_at":"1"}"#,
    );
    assert_eq!(media_id(&taken).as_deref(), Ok("3a8"));
    assert!(media_id(&samples::answer(200, r#"{"errcode":0}"#)).is_err());
    assert!(media_id(&samples::answer(200, r#"{"errcode":45009,"media_id":"3a8"}"#)).is_err());
    let sent = file_message(&address, "3a8");
    assert_eq!(
        serde_json::from_slice::<Value>(&sent.body).ok(),
        Some(json!({ "msgtype": "file", "file": { "media_id": "3a8" } }))
    );
}

#[test]
fn feishu() {
    let notice = mentioning(&[Mention::User("ou_1".to_owned()), mobile(), Mention::All]);
    let text = "新留言 #A1B2\n投诉 · 李雷\n> 包裹没有到。\n> 请尽快处理。\n打开: https://desk.example.com/messages/1\n\
        <at user_id=\"ou_1\">ou_1</at> <at user_id=\"all\">all</at>";
    assert_eq!(
        told(Kind::Feishu, "text", &notice),
        json!({ "msg_type": "text", "content": { "text": text } })
    );
    assert_eq!(
        told(Kind::Feishu, "post", &notice),
        json!({ "msg_type": "post", "content": { "post": { "zh_cn": {
        "title": "新留言 #A1B2",
        "content": [
            [{ "tag": "text", "text": "投诉 · 李雷" }],
            [{ "tag": "text", "text": "> 包裹没有到。\n> 请尽快处理。" }],
            [{ "tag": "a", "text": "打开", "href": URL }],
            [{ "tag": "at", "user_id": "ou_1" }, { "tag": "at", "user_id": "all" }],
        ],
    } } } })
    );
    let card = told(Kind::Lark, "interactive", &notice);
    assert_eq!(card["card"]["header"]["title"], json!({ "tag": "plain_text", "content": "新留言 #A1B2" }));
    let elements = &card["card"]["elements"];
    assert_eq!(elements[0]["text"]["content"], "**投诉** · 李雷\n> 包裹没有到。\n> 请尽快处理。");
    assert_eq!(elements[1]["text"]["content"], "<at id=ou_1></at> <at id=all></at>");
    assert_eq!(elements[2]["actions"][0]["url"], URL);
}

#[test]
fn dingtalk() {
    let notice = mentioning(&[user(), mobile(), Mention::All]);
    let at = json!({ "atMobiles": ["13800138000"], "atUserIds": ["zhangsan"], "isAtAll": true });
    let text = "**新留言 #A1B2**  \n**投诉** · 李雷  \n> 包裹没有到。  \n> 请尽快处理。  \n[打开](https://desk.example.com/messages/1)  \n@zhangsan @13800138000 @所有人";
    let markdown =
        json!({ "msgtype": "markdown", "markdown": { "title": "新留言 #A1B2", "text": text }, "at": at });
    // What cannot mention anybody is not used to.
    for format in ["markdown", "link", "action_card"] {
        assert_eq!(told(Kind::Dingtalk, format, &notice), markdown, "{format}");
    }
    let body = told(Kind::Dingtalk, "text", &notice);
    assert_eq!(body["at"], at);
    assert!(
        body["text"]["content"].as_str().is_some_and(|text| text.ends_with("@zhangsan @13800138000 @所有人"))
    );
    let link = json!({ "title": "新留言 #A1B2", "text": "投诉 · 李雷\n> 包裹没有到。\n> 请尽快处理。", "messageUrl": URL });
    assert_eq!(told(Kind::Dingtalk, "link", &samples::notice()), json!({ "msgtype": "link", "link": link }));
    let card = told(Kind::Dingtalk, "action_card", &samples::notice());
    assert_eq!(
        (&card["msgtype"], &card["actionCard"]["singleURL"], &card["actionCard"]["singleTitle"]),
        (&json!("actionCard"), &json!(URL), &json!("打开"))
    );
    let no_link = Notice { link: None, ..samples::notice() };
    assert_eq!(told(Kind::Dingtalk, "link", &no_link)["msgtype"], "markdown");
}

#[test]
fn slack() {
    let notice = mentioning(&[Mention::User("U012AB3CD".to_owned()), Mention::All]);
    let body = told(Kind::Slack, "blocks", &notice);
    let section = |text: &str| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } });
    assert_eq!(body["blocks"][0], section("*新留言 #A1B2*"));
    assert_eq!(body["blocks"][1], section("*投诉* · 李雷\n> 包裹没有到。\n> 请尽快处理。"));
    assert_eq!(body["blocks"][2], section("<@U012AB3CD> <!channel>"));
    assert_eq!(body["blocks"][3]["elements"][0]["url"], URL);
    assert_eq!(body["text"], "新留言 #A1B2");
    let text = told(Kind::Slack, "text", &notice);
    assert_eq!(
        text,
        json!({ "text": format!("*新留言 #A1B2*\n*投诉* · 李雷\n> 包裹没有到。\n> 请尽快处理。\n<{URL}|打开>\n<@U012AB3CD> <!channel>") })
    );
}

#[test]
fn a_generic_webhook_gets_type_time_and_thin_data() {
    let (_, body) = composed(Kind::Slack, "text", &samples::notice());
    assert!(body.get("data").is_none());
    let address = samples::address("https://hooks.example.com/");
    let sent = compose(Kind::Webhook, None, &address, &samples::notice(), "1", DateTime::UNIX_EPOCH)
        .expect("it composes");
    let body: Value = serde_json::from_slice(&sent.body).expect("JSON");
    assert_eq!(
        body,
        json!({ "type": "message.submitted", "timestamp": "2023-11-14T22:13:20.000000Z", "data": { "messageId": "1" } })
    );
    let unknown =
        compose(Kind::Webhook, Some("xml"), &address, &samples::notice(), "1", DateTime::UNIX_EPOCH);
    assert_eq!(unknown.err(), Some(CannotCompose::Format));
}

/// Four signatures that several independent packages agree on.
#[test]
fn signatures() {
    let at = |millis: i64| DateTime::from_timestamp_millis(millis).expect("a time");
    let address = |url: &str, secret: &str| Address {
        secrets: vec![Secret(secret.to_owned())],
        ..samples::address(url)
    };
    let dingtalk = address("https://oapi.dingtalk.com/robot/send?access_token=0f6c", "SEC0123456789abcdef");
    for (millis, sign) in [
        (1_700_000_000_000, "TSZbRFUuvaSQaRKUpF970OPCb2%2FLcQAP3wOvwZIzBZk%3D"),
        (1_700_000_000_002, "VGvd0brDJp%2FnMZtR%2BXnA3yBIlhowT%2BTwkRPua0q1%2Fjg%3D"),
    ] {
        let sent = compose(Kind::Dingtalk, None, &dingtalk, &samples::notice(), "1", at(millis))
            .expect("it composes");
        let url =
            format!("https://oapi.dingtalk.com/robot/send?access_token=0f6c&timestamp={millis}&sign={sign}");
        assert_eq!(sent.url.as_str(), url);
    }
    for (secret, seconds, sign) in [
        ("SEC0123456789abcdef", 1_700_000_000, "PiO7POLlSx/DM2qf8Dy/XCWeJK3exVnevp5G99LEN2M="),
        ("demo", 1_599_360_473, "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
    ] {
        let feishu = address("https://open.feishu.cn/open-apis/bot/v2/hook/0f6c", secret);
        for format in ["text", "post", "interactive"] {
            let sent =
                compose(Kind::Feishu, Some(format), &feishu, &samples::notice(), "1", at(seconds * 1_000));
            let body: Value = serde_json::from_slice(&sent.expect("it composes").body).expect("JSON");
            assert_eq!((&body["sign"], &body["timestamp"]), (&json!(sign), &json!(seconds.to_string())));
        }
    }
}
