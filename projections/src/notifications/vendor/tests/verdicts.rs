//! What each answer means: a table for each vendor.

use super::super::{Answer, Kind, Outcome, Outcome::*, Verdict, judge, samples};
use proptest::prelude::*;
use std::time::Duration;

/// Status, body; outcome, seconds to wait, code, a word of the explanation.
type Row<'a> = (u16, &'a str, Outcome, Option<u64>, Option<&'a str>, &'a str);

fn check(kind: Kind, rows: &[Row<'_>]) {
    for (status, body, outcome, wait, code, word) in rows {
        let verdict = judge(kind, &samples::answer(*status, body));
        let told = (verdict.outcome, verdict.wait.map(|wait| wait.as_secs()), verdict.code.as_deref());
        assert_eq!(told, (*outcome, *wait, *code), "{status} {body}: {verdict:?}");
        assert!(verdict.detail.contains(word), "{status} {body}: {}", verdict.detail);
        assert!(verdict.detail.len() <= 2_000, "{}", verdict.detail);
    }
}

const HTML: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";

#[test]
fn wecom() {
    check(
        Kind::Wecom,
        &[
            (200, r#"{"errcode":0,"errmsg":"ok"}"#, Delivered, None, Some("0"), "took it"),
            (
                200,
                r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [1700000000_12], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=93000"}"#,
                Configuration,
                None,
                Some("93000"),
                "invalid webhook url, hint: [",
            ),
            (
                200,
                r#"{"errcode":93000,"errmsg":"invalid content length"}"#,
                Payload,
                None,
                Some("93000"),
                "too long",
            ),
            (
                200,
                r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
                Retry,
                Some(65),
                Some("45009"),
                "allows",
            ),
            (
                200,
                r#"{"errcode":40058,"errmsg":"markdown.content exceed max length 4096"}"#,
                Payload,
                None,
                Some("40058"),
                "exceed max",
            ),
            (200, r#"{"errcode":-1,"errmsg":"system busy"}"#, Retry, None, Some("-1"), "busy"),
            (200, r#"{"errcode":45033,"errmsg":"concurrent"}"#, Retry, Some(65), Some("45033"), ""),
            (
                200,
                r#"{"errcode":93004,"errmsg":"robot stopped"}"#,
                Configuration,
                None,
                Some("93004"),
                "stopped",
            ),
            (
                200,
                r#"{"errcode":93008,"errmsg":"not in group"}"#,
                Configuration,
                None,
                Some("93008"),
                "group",
            ),
            (
                200,
                r#"{"errcode":40009,"errmsg":"invalid image size"}"#,
                Payload,
                None,
                Some("40009"),
                "picture",
            ),
            (200, r#"{"errcode":301019,"errmsg":"md5"}"#, Payload, None, Some("301019"), "picture"),
            (200, r#"{"errcode":4711,"errmsg":"?"}"#, Retry, None, Some("4711"), "does not know"),
            (200, r#"{"errcode":4711,"errmsg":"too many calls"}"#, Retry, Some(65), Some("4711"), "too many"),
            (200, r#"{"errmsg":"ok"}"#, Retry, None, None, "no code"),
            (200, r#"{"errcode":"0","errmsg":"ok"}"#, Retry, None, None, "no code"),
            (200, r#"{"errcode":0.0}"#, Retry, None, None, "no code"),
            (200, r#"{"errcode":null}"#, Retry, None, None, "no code"),
            (200, "ok", Retry, None, None, "no code"),
            (200, "", Retry, None, None, "empty"),
            (200, HTML, Retry, None, None, "page"),
            (500, r#"{"errcode":0,"errmsg":"ok"}"#, Retry, None, Some("0"), "says no"),
            (502, HTML, Retry, None, None, "HTTP 502"),
            (302, "", Retry, None, None, "empty"),
        ],
    );
}

#[test]
fn feishu_and_lark() {
    for kind in [Kind::Feishu, Kind::Lark] {
        check(
            kind,
            &[
                (200, r#"{"code":0,"msg":"success","data":{}}"#, Delivered, None, Some("0"), "took it"),
                (200, r#"{"StatusCode":0,"StatusMessage":"success"}"#, Delivered, None, Some("0"), "took it"),
                (
                    200,
                    r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success","code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}"#,
                    Configuration,
                    None,
                    Some("19021"),
                    "clock",
                ),
                (200, r#"{"StatusCode":1,"StatusMessage":"no"}"#, Retry, None, Some("1"), "does not know"),
                (200, r#"{"code":null,"StatusCode":0}"#, Retry, None, None, "no code"),
                (200, r#"{"code":"0","StatusCode":0}"#, Retry, None, None, "no code"),
                (
                    200,
                    r#"{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}"#,
                    Configuration,
                    None,
                    Some("19001"),
                    "address",
                ),
                (
                    200,
                    r#"{"code":19007,"msg":"bot not enabled"}"#,
                    Configuration,
                    None,
                    Some("19007"),
                    "Enable",
                ),
                (
                    200,
                    r#"{"code":19022,"msg":"Ip Not Allowed"}"#,
                    Configuration,
                    None,
                    Some("19022"),
                    "list of addresses",
                ),
                (
                    200,
                    r#"{"code":19024,"msg":"Key Words Not Found"}"#,
                    Configuration,
                    None,
                    Some("19024"),
                    "留言",
                ),
                (
                    200,
                    r#"{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}"#,
                    Retry,
                    Some(65),
                    Some("11232"),
                    "allows",
                ),
                (
                    400,
                    r#"{"code":9499,"msg":"Bad Request","data":{}}"#,
                    Payload,
                    None,
                    Some("9499"),
                    "Bad Request",
                ),
                (
                    400,
                    r#"{"code":9499,"msg":"too many request","data":{}}"#,
                    Retry,
                    Some(65),
                    Some("9499"),
                    "too many",
                ),
                (400, r#"{"code":9499,"msg":"?"}"#, Retry, None, Some("9499"), "does not know"),
                (
                    200,
                    r#"{"code":200621,"msg":"parse card json err"}"#,
                    Payload,
                    None,
                    Some("200621"),
                    "card",
                ),
                (200, r#"{"code":11246,"msg":"card"}"#, Payload, None, Some("11246"), "card"),
                (200, "{}", Retry, None, None, "no code"),
                (200, HTML, Retry, None, None, "page"),
                (503, "", Retry, None, None, "empty"),
            ],
        );
    }
}

const DINGTALK: &[Row<'_>] = &[
    (200, r#"{"errcode":0,"errmsg":"ok"}"#, Delivered, None, Some("0"), "took it"),
    (
        200,
        r#"{"errcode":310000,"errmsg":"keywords not in content, more: [https://ding-doc.dingtalk.com/doc]"}"#,
        Configuration,
        None,
        Some("310000"),
        "留言",
    ),
    (200, r#"{"errcode":310000,"errmsg":"invalid timestamp"}"#, Configuration, None, Some("310000"), "clock"),
    (200, r#"{"errcode":310000,"errmsg":"sign not match"}"#, Configuration, None, Some("310000"), "secret"),
    (
        200,
        r#"{"errcode":310000,"errmsg":"ip 203.0.113.7 not in whitelist"}"#,
        Configuration,
        None,
        Some("310000"),
        "list of addresses",
    ),
    (
        200,
        r#"{"errcode":310000,"errmsg":"错误描述:机器人发送签名不匹配;解决方案:请确认签名和生成签名的时间戳必须都放在调用的网址中;"}"#,
        Configuration,
        None,
        Some("310000"),
        "加签",
    ),
    (
        200,
        r#"{"errcode":310000,"errmsg":"description:机器人发送签名不匹配;solution:请确认;link:https://open.dingtalk.com"}"#,
        Configuration,
        None,
        Some("310000"),
        "加签",
    ),
    (
        200,
        r#"{"errcode":310000,"errmsg":"description:关键词不匹配;"}"#,
        Configuration,
        None,
        Some("310000"),
        "keywords",
    ),
    (
        200,
        r#"{"errcode":310000,"errmsg":"description:机器人不可用;"}"#,
        Configuration,
        None,
        Some("310000"),
        "security settings",
    ),
    (200, r#"{"errcode":310000,"errmsg":""}"#, Configuration, None, Some("310000"), "security settings"),
    (200, r#"{"errcode":410100,"errmsg":"发送速度太快而限流"}"#, Retry, REST, Some("410100"), "allows"),
    (
        200,
        r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#,
        Retry,
        REST,
        Some("130101"),
        "allows",
    ),
    (200, r#"{"errcode":-1,"errmsg":"系统繁忙"}"#, Retry, None, Some("-1"), "busy"),
    (
        200,
        r#"{"errcode":300001,"errmsg":"token is not exist"}"#,
        Configuration,
        None,
        Some("300001"),
        "address",
    ),
    (200, r#"{"errcode":300001,"errmsg":"send too fast"}"#, Retry, REST, Some("300001"), "too fast"),
    (200, r#"{"errcode":300001,"errmsg":"?"}"#, Retry, None, Some("300001"), "does not know"),
    (
        200,
        r#"{"errcode":300005,"errmsg":"token is not exist"}"#,
        Configuration,
        None,
        Some("300005"),
        "address",
    ),
    (
        200,
        r#"{"errcode":400013,"errmsg":"group disbanded"}"#,
        Configuration,
        None,
        Some("400013"),
        "disbanded",
    ),
    (
        200,
        r#"{"errcode":400101,"errmsg":"access_token不存在"}"#,
        Configuration,
        None,
        Some("400101"),
        "address",
    ),
    (200, r#"{"errcode":400102,"errmsg":"机器人已停用"}"#, Configuration, None, Some("400102"), "disabled"),
    (200, r#"{"errcode":400105,"errmsg":"不支持的消息类型"}"#, Payload, None, Some("400105"), "as it is"),
    (200, r#"{"errcode":400106,"errmsg":"机器人不存在"}"#, Configuration, None, Some("400106"), "group"),
    (200, r#"{"errcode":430101,"errmsg":"不安全的外链"}"#, Payload, None, Some("430101"), "unsafe"),
    (200, r#"{"errcode":430102,"errmsg":"不合适的文本"}"#, Payload, None, Some("430102"), "objects"),
    (200, r#"{"errcode":430103,"errmsg":"不合适的图片"}"#, Payload, None, Some("430103"), "objects"),
    (200, r#"{"errcode":430104,"errmsg":"不合适的内容"}"#, Payload, None, Some("430104"), "objects"),
    (200, r#"{"errcode":40035,"errmsg":"缺少参数 json"}"#, Payload, None, Some("40035"), "as it is"),
    (
        200,
        r#"{"errcode":43004,"errmsg":"无效的HTTP HEADER Content-Type"}"#,
        Payload,
        None,
        Some("43004"),
        "as it is",
    ),
    (200, r#"{"errcode":90030,"errmsg":"daily"}"#, Retry, None, Some("90030"), "day"),
    (200, r#"{"errcode":88,"errmsg":"blank"}"#, Configuration, None, Some("88"), "address"),
    (
        200,
        r#"{"errcode":460101,"errmsg":"message too long, exceed 20000 bytes"}"#,
        Payload,
        None,
        Some("460101"),
        "too long",
    ),
    (200, r#"{"status":1111,"wait":5,"source":"x5","punish":"deny"}"#, Retry, REST, None, "no code"),
    (200, HTML, Retry, None, None, "page"),
    (429, "", Retry, REST, None, "HTTP 429"),
];
/// Ten minutes.
const REST: Option<u64> = Some(600);

#[test]
fn dingtalk() {
    check(Kind::Dingtalk, DINGTALK);
}

#[test]
fn slack() {
    check(
        Kind::Slack,
        &[
            (200, "ok", Delivered, None, Some("ok"), "took it"),
            (200, "OK?", Retry, None, None, "`ok`"),
            (200, "", Retry, None, None, "`ok`"),
            (200, HTML, Retry, None, None, "`ok`"),
            (400, "invalid_payload", Payload, None, Some("invalid_payload"), "as it is"),
            (400, "user_not_found", Configuration, None, Some("user_not_found"), "mentioned"),
            (403, "action_prohibited", Configuration, None, Some("action_prohibited"), "administrator"),
            (404, "channel_not_found", Configuration, None, Some("channel_not_found"), "another webhook"),
            (404, "no_service", Configuration, None, Some("no_service"), "another one"),
            (404, "no_team", Configuration, None, Some("no_team"), "another one"),
            (410, "channel_is_archived", Configuration, None, Some("channel_is_archived"), "archived"),
            (500, "rollup_error", Retry, None, Some("rollup_error"), "did not take"),
            (429, "", Retry, None, None, "more than it takes"),
            (404, HTML, Retry, None, None, "did not take"),
        ],
    );
    assert!(judge(Kind::Slack, &samples::answer(410, "channel_is_archived")).gone);
}

fn asked_to_wait(kind: Kind, status: u16, retry_after: &str) -> Option<Duration> {
    let answer = Answer { retry_after: Some(retry_after.to_owned()), ..samples::answer(status, "") };
    judge(kind, &answer).wait
}

#[test]
fn a_receiver_that_asks_to_be_left_alone_is() {
    for kind in [Kind::Webhook, Kind::Slack, Kind::Wecom, Kind::Feishu] {
        for (given, seconds) in [
            ("120", Some(120)),
            ("Tue, 14 Nov 2023 22:15:20 GMT", Some(120)),
            ("Tue, 14 Nov 2023 22:00:00 GMT", Some(0)),
            ("0", Some(0)),
            ("999999999", Some(86_400)),
            ("99999999999999999999", Some(86_400)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(asked_to_wait(kind, 503, given), seconds.map(Duration::from_secs), "{kind:?} {given}");
        }
    }
    assert_eq!(asked_to_wait(Kind::Dingtalk, 429, "5"), Some(Duration::from_secs(600)), "its rest is longer");
    assert_eq!(asked_to_wait(Kind::Wecom, 429, "600"), Some(Duration::from_secs(600)), "its rest is shorter");
}

#[test]
fn what_is_said_of_an_answer_has_no_addresses_and_no_keys_in_it() {
    let body = r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [1751234567890123456789], from ip: 203.0.113.7, key=693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa, https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"}"#;
    for kind in Kind::ALL {
        for status in [200, 500] {
            let Verdict { detail, .. } = judge(kind, &samples::answer(status, body));
            for secret in ["203.0.113.7", "693a91f6", "17512345", "://"] {
                assert!(!detail.contains(secret), "{kind:?}: {detail}");
            }
        }
    }
}

proptest! {
    #[test]
    fn nothing_but_a_clear_yes_is_success(status in 100_u16..600, body in "(\\{\"(errcode|code|StatusCode|status)\":(-?[0-9]{1,6}|\"0\"|null|0)\\}|ok|\\PC{0,20})") {
        let answer = samples::answer(status, &body);
        for kind in Kind::ALL {
            let is_yes = match kind {
                Kind::Webhook => true,
                Kind::Slack => status == 200 && body.trim() == "ok",
                Kind::Wecom | Kind::Dingtalk => matches!(body.as_str(), r#"{"errcode":0}"# | r#"{"errcode":-0}"#),
                Kind::Feishu | Kind::Lark => matches!(
                    body.as_str(),
                    r#"{"code":0}"# | r#"{"code":-0}"# | r#"{"StatusCode":0}"# | r#"{"StatusCode":-0}"#
                ),
            } && (200..300).contains(&status);
            let delivered = judge(kind, &answer).outcome == Delivered;
            prop_assert!(!delivered || is_yes, "{kind:?} {status} {body}");
        }
    }

    #[test]
    fn any_answer_at_all_is_judged(status in 100_u16..999, body in proptest::collection::vec(any::<u8>(), 0..200), after in proptest::option::of("\\PC{0,30}")) {
        let mut answer = samples::answer(status, "");
        (answer.body, answer.retry_after) = (body, after);
        for kind in Kind::ALL {
            prop_assert!(judge(kind, &answer).detail.len() <= 2_000);
        }
    }
}
