//! The clouds that send SMS, as far as their documents tell how a request has to look and what is answered. Whether one is signed
//! right is for the vendors' own packages to say ([`super::packages`]); here only that it is, and by whom.
//!
//! Alibaba Cloud: <https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms>. Tencent Cloud:
//! <https://cloud.tencent.com/document/product/382/55981>.

use super::{Posted, Reply, Request, Vendor};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloud {
    Aliyun,
    Tencent,
}

/// A cloud that sends SMS for one account.
#[derive(Debug)]
pub(crate) struct Sms {
    pub(crate) cloud: Cloud,
    /// What is answered in the place of yes: the vendor's code.
    pub(crate) refuses: Option<&'static str>,
}

impl Sms {
    pub(crate) fn of(cloud: Cloud) -> Self {
        Self { cloud, refuses: None }
    }

    /// The number, and what fills the template.
    fn read(&self, request: &Request, now: DateTime<Utc>) -> Option<(String, Vec<String>)> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match self.cloud {
            Cloud::Aliyun => {
                let is_now = request.header("x-acs-date")? == now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let is_its = request.header("x-acs-action") == Some("SendSms")
                    && request.header("x-acs-version") == Some("2017-05-25")
                    && !request.header("x-acs-signature-nonce")?.is_empty();
                let named = request.parameter("SignName")?.is_empty()
                    || request.parameter("TemplateCode")?.is_empty();
                let fills: Value = serde_json::from_str(&request.parameter("TemplateParam")?).ok()?;
                let fills = fills.as_object()?.values().filter_map(text).collect();
                (is_now && is_its && !named).then_some((request.parameter("PhoneNumbers")?, fills))
            }
            Cloud::Tencent => {
                let is_now = request.header("x-tc-timestamp")? == now.timestamp().to_string();
                let is_its = request.header("x-tc-action") == Some("SendSms")
                    && request.header("x-tc-version") == Some("2021-01-11")
                    && request.header("x-tc-region").is_some()
                    && request.is_json();
                let body = request.json()?;
                let whole = ["SmsSdkAppId", "SignName", "TemplateId"].iter().all(|it| body[it].is_string());
                let fills = body["TemplateParamSet"].as_array()?.iter().filter_map(text).collect();
                let number = text(&body["PhoneNumberSet"][0])?;
                (is_now && is_its && whole).then_some((number, fills))
            }
        }
    }
}

impl Vendor for Sms {
    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply {
        let whole = |code: &str| match self.cloud {
            Cloud::Aliyun => {
                json!({"Code": code, "Message": code, "RequestId": "x", "BizId": "1"}).to_string()
            }
            Cloud::Tencent => {
                json!({"Response": {"SendStatusSet": [{"Code": code, "Message": code}], "RequestId": "x"}})
                    .to_string()
            }
        };
        let bad = match self.cloud {
            Cloud::Aliyun => json!({"Code": "MissingParameter", "Message": "x"}).to_string(),
            Cloud::Tencent => {
                json!({"Response": {"Error": {"Code": "MissingParameter", "Message": "x"}}}).to_string()
            }
        };
        let Some((number, fills)) = self.read(request, now) else { return Reply::refused(400, bad) };
        match (self.refuses, self.cloud) {
            (Some(code), _) => Reply::refused(200, whole(code)),
            (None, cloud) => {
                let yes = if cloud == Cloud::Aliyun { "OK" } else { "Ok" };
                Reply::posted(
                    whole(yes),
                    Posted { robot: number, text: fills.join("\n"), ..Posted::default() },
                )
            }
        }
    }
}
