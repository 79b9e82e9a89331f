//! Signatures as others make them, answers as the vendors give them, and addresses that can be none.

use super::*;
use domain::contact::ContactKind;

const ALIYUN: &str = "aliyun://KEYID:s3cret@dysmsapi.aliyuncs.com?sign=%E7%95%99%E8%A8%80%20Desk&reply=SMS_154950909&code=SMS_2";
const TENCENT: &str = "tencent://AKIDx:s3cret@sms.tencentcloudapi.com?app=1400006666&region=ap-guangzhou&sign=%E7%95%99%E8%A8%80&reply=1110&code=2220";
const GATEWAY: &str = "https://sms.example.com/send#whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn at() -> DateTime<Utc> {
    "2026-11-29T08:00:00Z".parse().expect("a time")
}

fn number() -> Contact {
    Contact {
        kind: ContactKind::Phone,
        given: "13800138000".to_owned(),
        canonical: "+8613800138000".to_owned(),
    }
}

fn reply() -> SmsText {
    SmsText::Reply {
        reference: "LW-7K3F9Q".to_owned(),
        token: "lwr_AbC-_123~*".to_owned(),
        link: "https://desk.example.com/leave-message#restore=lwr_AbC-_123~*".to_owned(),
    }
}

fn composed(sms: &str, text: SmsText) -> Outgoing {
    let (to, sms) = (number(), Sms::read(sms).expect("an address"));
    let sms_to = SmsTo { to: &to, text, locale: None, tongue: Tongue::Simplified };
    match &sms.0 {
        Gate::Aliyun(cloud) => aliyun::compose(cloud, &sms_to, "nonce-1", at()),
        Gate::Tencent { .. } | Gate::Gateway { .. } => sms.compose(&sms_to, "id", at()).expect("composed"),
    }
}

fn header<'a>(outgoing: &'a Outgoing, name: &str) -> &'a str {
    outgoing.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

/// The example of Alibaba's own page about the signature: its key, its request, its result.
#[test]
fn the_signature_of_alibabas_example() {
    let headers = [
        ("host", "ecs.cn-shanghai.aliyuncs.com"),
        ("x-acs-action", "RunInstances"),
        ("x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("x-acs-date", "2023-10-26T10:22:32Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("x-acs-version", "2014-05-26"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let query = aliyun::query(&[
        ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
        ("RegionId", "cn-shanghai"),
    ]);
    let signed = aliyun::authorization(("YourAccessKeyId", "YourAccessKeySecret"), &query, &headers);
    assert!(
        signed.ends_with(",Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"),
        "{signed}"
    );
}

/// As alibabacloud-openapi-util 0.2.4 (`PyPI`) signs the same request: `Client.get_authorization`.
#[test]
fn an_sms_by_alibaba_is_signed_as_their_own_package_signs_it() {
    let outgoing = composed(ALIYUN, reply());
    let signed = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
    let signature = "af0e6fe98b01f667001db60ea28b29d715c83e565bd377b7aba1329c93043b04";
    let expected = format!("ACS3-HMAC-SHA256 Credential=KEYID,SignedHeaders={signed},Signature={signature}");
    assert_eq!(header(&outgoing, "authorization"), expected);
    let query: Vec<(String, String)> = outgoing.url.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("PhoneNumbers".to_owned(), "13800138000".to_owned()));
    assert_eq!(query[3].1, r#"{"reference":"LW-7K3F9Q","token":"lwr_AbC-_123~*"}"#);
    assert_eq!(outgoing.url.host_str(), Some("dysmsapi.aliyuncs.com"));
}

/// As tencentcloud-sdk-python-common 3.1.195 (`PyPI`) signs the same request: `AbstractClient._get_tc3_signature`.
#[test]
fn an_sms_by_tencent_is_signed_as_their_own_package_signs_it() {
    let outgoing = composed(TENCENT, reply());
    let body: Value = serde_json::from_slice(&outgoing.body).expect("JSON");
    assert_eq!(body["TemplateParamSet"], serde_json::json!(["LW-7K3F9Q", "lwr_AbC-_123~*"]));
    assert_eq!(body["PhoneNumberSet"], serde_json::json!(["+8613800138000"]));
    let signature = "09c477008c8787081b13dd567545bf7199662e895915810f343720d536861e6e";
    let expected = format!(
        "TC3-HMAC-SHA256 Credential=AKIDx/2026-11-29/sms/tc3_request, SignedHeaders=content-type;host, Signature={signature}"
    );
    assert_eq!(header(&outgoing, "authorization"), expected, "{}", String::from_utf8_lossy(&outgoing.body));
}

#[test]
fn a_gateway_gets_a_sentence_that_can_be_sent_and_no_word_of_anybodys() {
    let outgoing = composed(GATEWAY, reply());
    assert!(header(&outgoing, "webhook-signature").starts_with("v1,"));
    assert_eq!(outgoing.url.as_str(), "https://sms.example.com/send", "the secret goes nowhere");
    let body: Value = serde_json::from_slice(&outgoing.body).expect("JSON");
    assert_eq!((&body["type"], &body["data"]["to"]), (&"message.replied".into(), &"+8613800138000".into()));
    let text = body["data"]["text"].as_str().expect("a text");
    assert!(text.contains("LW-7K3F9Q") && text.ends_with("#restore=lwr_AbC-_123~*"), "{text}");
    let outgoing = composed(GATEWAY, SmsText::Code("042137".to_owned()));
    let body: Value = serde_json::from_slice(&outgoing.body).expect("JSON");
    assert!(body["data"]["text"].as_str().is_some_and(|text| text.contains("042137")), "{body}");
}

#[test]
fn an_address_that_can_be_none_is_refused_and_none_is_printed() {
    let fault = |text: &str| Sms::read(text).map(|sms| sms.told()).expect_err("refused");
    assert_eq!(fault("smtp://x"), SmsFault::Url);
    assert_eq!(fault("not an address"), SmsFault::Url);
    assert_eq!(fault(&ALIYUN.replace("reply=", "replies=")), SmsFault::Unknown);
    assert_eq!(fault(&ALIYUN.replace("&reply=SMS_154950909", "")), SmsFault::Missing("reply"));
    assert_eq!(fault(&ALIYUN.replace("KEYID:s3cret@", "")), SmsFault::Missing("KEY:SECRET@"));
    assert_eq!(fault(&TENCENT.replace("app=1400006666", "app=")), SmsFault::Missing("app"));
    assert_eq!(fault("https://sms.example.com/send"), SmsFault::Secret);
    assert_eq!(fault(&GATEWAY.replace("https", "http")), SmsFault::Url, "in the clear over a network");
    for text in [ALIYUN, TENCENT, GATEWAY] {
        let sms = Sms::read(text).expect("an address");
        let told = format!("{} {sms:?}", sms.told());
        assert!(!told.contains("s3cret") && !told.contains("whsec_") && !told.contains("KEYID"), "{told}");
    }
}

#[test]
fn only_what_a_vendor_says_yes_to_is_delivered() {
    let answer =
        |status, body: &str| Answer { status, retry_after: None, body: body.as_bytes().to_vec(), at: at() };
    let judged = |sms: &str, status, body: &str| {
        let verdict = Sms::read(sms).expect("an address").judge(&answer(status, body));
        (verdict.outcome, verdict.code)
    };
    let aliyun = |code: &str| judged(ALIYUN, 200, &format!(r#"{{"Code":"{code}","Message":"x"}}"#));
    for (code, outcome) in [
        ("OK", Outcome::Delivered),
        ("isv.BUSINESS_LIMIT_CONTROL", Outcome::Retry),
        ("isv.SOMETHING_NEW", Outcome::Retry),
        ("isv.AMOUNT_NOT_ENOUGH", Outcome::Configuration),
        ("InvalidAccessKeyId.NotFound", Outcome::Configuration),
        ("isv.MOBILE_NUMBER_ILLEGAL", Outcome::Payload),
    ] {
        assert_eq!(aliyun(code), (outcome, Some(code.to_owned())));
    }
    assert_eq!(judged(ALIYUN, 500, r#"{"Code":"OK"}"#).0, Outcome::Retry);
    assert_eq!(judged(ALIYUN, 200, "<html>"), (Outcome::Retry, None));
    let sent = |code: &str| {
        judged(TENCENT, 200, &format!(r#"{{"Response":{{"SendStatusSet":[{{"Code":"{code}"}}]}}}}"#))
    };
    let refused =
        |code: &str| judged(TENCENT, 200, &format!(r#"{{"Response":{{"Error":{{"Code":"{code}"}}}}}}"#));
    assert_eq!(sent("Ok").0, Outcome::Delivered);
    assert_eq!(sent("FailedOperation.PhoneNumberInBlacklist").0, Outcome::Payload);
    assert_eq!(sent("LimitExceeded.PhoneNumberThirtySecondLimit").0, Outcome::Retry);
    assert_eq!(refused("AuthFailure.SignatureFailure").0, Outcome::Configuration);
    assert_eq!(judged(TENCENT, 200, "{}"), (Outcome::Retry, None));
    assert_eq!(judged(GATEWAY, 204, "").0, Outcome::Delivered);
    assert_eq!(judged(GATEWAY, 302, "").0, Outcome::Retry);
}
