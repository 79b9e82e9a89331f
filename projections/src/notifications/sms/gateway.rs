//! A gateway of the operator's: it takes the webhook that all our receivers take, signed by Standard Webhooks, with the number
//! and a sentence that can be sent as it is.

use super::{SmsText, SmsTo};
use crate::notifications::vendor::{
    self, Address, Answer, CannotCompose, Kind, Notice, Outgoing, Secret, Verdict,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use url::Url;

pub(super) fn compose(
    (url, secret): (&Url, &Secret),
    sms: &SmsTo<'_>,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Outgoing, CannotCompose> {
    let (to, locale) = (&sms.to.canonical, sms.locale.map(ToString::to_string));
    let (event_type, data) = match &sms.text {
        SmsText::Reply { reference, link, .. } => {
            let head = sms.tongue.say("visitor.answered").replace("{reference}", reference);
            let data = json!({
                "to": to, "locale": locale, "reference": reference, "link": link, "text": format!("{head}: {link}"),
            });
            ("message.replied", data)
        }
        SmsText::Code(code) => {
            let text = sms.tongue.say("code.text").replace("{code}", code);
            ("visitor.recovery_code", json!({ "to": to, "locale": locale, "code": code, "text": text }))
        }
    };
    let address = Address { url: url.clone(), secrets: vec![secret.clone()] };
    let notice = Notice {
        event_type: event_type.to_owned(),
        title: String::new(),
        lines: vec![],
        link: None,
        mentions: vec![],
        at: now,
        data,
    };
    vendor::compose(Kind::Webhook, None, &address, &notice, id, now)
}

pub(super) fn judge(answer: &Answer) -> Verdict {
    vendor::judge(Kind::Webhook, answer)
}
