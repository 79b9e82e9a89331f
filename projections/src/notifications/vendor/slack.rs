//! Slack's incoming webhooks, by “Sending messages using incoming webhooks” and “Formatting message text” of its API's pages.

use super::{
    Address, Answer, CannotCompose, Notice, Outcome, Outgoing, Verdict,
    escape::{self, Form},
    fit::{fit, tell},
    mention::Mentions,
};
use serde_json::{Value, json};

/// “Maximum length for the text in this field is 3000 characters” in a section, of which we count bytes.
const MOST_SECTION: usize = 3_000;
/// “We recommend keeping it below 4,000 characters”.
const MOST_TEXT: usize = 4_000;

pub(super) fn compose(format: &str, address: &Address, notice: &Notice) -> Result<Outgoing, CannotCompose> {
    let names = names(&Mentions::of(notice));
    let body = match format {
        "text" => json!({ "text": plain(notice, &names)? }),
        _ => blocks(notice, &names)?,
    };
    Ok(Outgoing::json(address.url.clone(), &body))
}

/// By Slack's ids only.
fn names(mentions: &Mentions<'_>) -> String {
    let users = mentions.users.iter().map(|id| format!("<@{id}>"));
    users.chain(mentions.all.then(|| "<!channel>".to_owned())).collect::<Vec<_>>().join(" ")
}

fn plain(notice: &Notice, names: &str) -> Result<String, CannotCompose> {
    // The names are beside what is fitted, and short enough for it.
    let names = if names.len() > MOST_TEXT / 4 { "" } else { names };
    let text = |room| {
        let told = tell(notice, Form::Mrkdwn, "\n", room);
        let link = told.link.map(|(text, url)| format!("<{url}|{}>", escape::ours(Form::Mrkdwn, &text)));
        let title = escape::strong(Form::Mrkdwn, &told.title);
        let parts = [title].into_iter().chain(told.lines).chain(link).chain([names.to_owned()]);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    };
    fit(MOST_TEXT, text, String::len)
}

/// The text beside the blocks is what a notification shows.
fn blocks(notice: &Notice, names: &str) -> Result<Value, CannotCompose> {
    let section = |text: &str| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } });
    let told = fit(
        MOST_SECTION,
        |room| tell(notice, Form::Mrkdwn, "\n", room),
        |told| told.lines.iter().map(|line| line.len() + 1).sum(),
    )?;
    let names = if names.len() > MOST_SECTION { "" } else { names };
    let parts = [escape::strong(Form::Mrkdwn, &told.title), told.lines.join("\n"), names.to_owned()];
    let mut blocks: Vec<Value> =
        parts.iter().filter(|part| !part.is_empty()).map(|part| section(part)).collect();
    blocks.extend(told.link.map(|(text, url)| {
        let text = json!({ "type": "plain_text", "text": text });
        json!({ "type": "actions", "elements": [{ "type": "button", "text": text, "url": url }] })
    }));
    Ok(json!({ "text": escape::ours(Form::Mrkdwn, &told.title), "blocks": blocks, "unfurl_links": false }))
}

/// Its codes are the whole answer, in plain text.
pub(super) fn judge(answer: &Answer) -> Verdict {
    use Outcome::{Configuration, Delivered, Payload, Retry};
    let said = answer.text();
    let code = (said.len() <= 40
        && said.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit()))
    .then_some(said.as_str())
    .filter(|code| !code.is_empty());
    let (outcome, sentence) = match (answer.status, code) {
        (200, Some("ok")) => (Delivered, ""),
        (410, _) => (Configuration, "The channel in Slack is archived. Give this channel another webhook."),
        (_, Some("channel_is_archived")) => {
            (Configuration, "The channel in Slack is archived. Give this channel another webhook.")
        }
        (_, Some("invalid_payload" | "invalid_blocks" | "no_text" | "too_many_attachments")) => {
            (Payload, "Slack does not take this notice as it is.")
        }
        (_, Some("user_not_found")) => (Configuration, "Somebody who is mentioned is not known in Slack."),
        (_, Some("action_prohibited")) => (Configuration, "An administrator of Slack does not allow this."),
        (_, Some("channel_not_found")) => {
            (Configuration, "The channel in Slack is not there any more. Give this channel another webhook.")
        }
        (
            _,
            Some(
                "no_service" | "no_service_id" | "no_team" | "team_disabled" | "invalid_token"
                | "no_active_hooks",
            ),
        ) => (Configuration, "The webhook's address is not valid any more. Give this channel another one."),
        (429, _) => (Retry, "Slack was sent more than it takes."),
        (200..=299, _) => (Retry, "Slack did not say `ok`: it may not have taken the notice."),
        (401 | 403 | 404, Some(_)) => (Configuration, "Slack does not take anything at this address."),
        _ => (Retry, "Slack did not take it."),
    };
    let detail = match outcome {
        Delivered => "Slack took it.".to_owned(),
        Retry | Configuration | Payload => answer.tell(sentence, "Slack", &said),
    };
    let mut verdict = Verdict::new(outcome, detail);
    verdict.code = code.map(str::to_owned);
    verdict.wait = if outcome == Retry { answer.wait() } else { None };
    verdict.gone = answer.status == 410;
    verdict
}
