//! Slack's incoming webhooks (facts 3.6).

mod tests;

use super::{Posted, Reply, Request, Vendor, markup, rate::Window};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// The vendor, with its webhooks.
#[derive(Debug, Default)]
pub(crate) struct Slack {
    hooks: BTreeMap<String, Hook>,
}

/// A webhook of one channel.
#[derive(Debug)]
pub(crate) struct Hook {
    /// Why it refuses everything, while it does.
    pub(crate) refuses: Option<Refuses>,
    window: Window,
}

/// What may be the matter with a webhook.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refuses {
    /// It was removed.
    NoService,
    /// Its channel was deleted.
    ChannelNotFound,
    /// Its channel was archived.
    ChannelIsArchived,
    /// An administrator forbids it.
    ActionProhibited,
    /// A fault of Slack's.
    RollupError,
}

impl Slack {
    /// With webhooks of these paths: `T000/B000/xyz`.
    pub(crate) fn with(paths: &[&str]) -> Self {
        // facts 3.6: "about 1 msg/s per webhook [mem]"
        let hook = || Hook { refuses: None, window: Window::new(1, Duration::from_secs(1)) };
        Self { hooks: paths.iter().map(|path| ((*path).to_owned(), hook())).collect() }
    }

    /// One of its webhooks.
    pub(crate) fn hook(&mut self, path: &str) -> &mut Hook {
        self.hooks.get_mut(path).expect("a webhook of this simulator")
    }
}

impl Vendor for Slack {
    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply {
        // facts 3.6: "https://hooks.slack.com/services/T../B../X"
        let path = request.path.strip_prefix("/services/").unwrap_or_default();
        let refuses = self.hooks.get(path).map_or(Some(Refuses::NoService), |hook| hook.refuses);
        if let Some(refuses) = refuses {
            return refuses.told();
        }
        let hook = self.hook(path);
        if hook.window.is_full(now) {
            // facts 3.6: "429 + Retry-After"
            return Reply::refused(429, "rate_limited").with("retry-after", "1");
        }
        // facts 3.6: "Errors are HTTP status + plain string: 400 invalid_payload, …"
        let body = request.json().filter(|_| request.is_json() && request.method == "POST");
        let Some(mut posted) = body.and_then(|body| read(&body)) else {
            return Reply::refused(400, "invalid_payload");
        };
        hook.window.take(now);
        path.clone_into(&mut posted.robot);
        // facts 3.6: "200 "ok" plain text"
        Reply::posted("ok", posted)
    }
}

impl Refuses {
    // facts 3.6: "403 action_prohibited; 404 channel_not_found, no_service/no_team [1 for the code]; 410
    // channel_is_archived; 500 rollup_error [S slack changelog]"
    fn told(self) -> Reply {
        match self {
            Self::NoService => Reply::refused(404, "no_service"),
            Self::ChannelNotFound => Reply::refused(404, "channel_not_found"),
            Self::ChannelIsArchived => Reply::refused(410, "channel_is_archived"),
            Self::ActionProhibited => Reply::refused(403, "action_prohibited"),
            Self::RollupError => Reply::refused(500, "rollup_error"),
        }
    }
}

// facts 3.6: "JSON {"text"} and/or blocks"
fn read(body: &Value) -> Option<Posted> {
    let mut posted = Posted::default();
    let text = match body.get("text") {
        None => "",
        Some(text) => text.as_str()?,
    };
    mrkdwn(&mut posted, text);
    let blocks = match body.get("blocks") {
        None => &[][..],
        Some(blocks) => blocks.as_array()?,
    };
    // [mem]: "a message has at most 50 blocks"
    if (text.is_empty() && blocks.is_empty()) || blocks.len() > 50 {
        return None;
    }
    blocks.iter().try_for_each(|it| block(&mut posted, it))?;
    Some(posted)
}

fn block(posted: &mut Posted, block: &Value) -> Option<()> {
    match block["type"].as_str()? {
        "divider" => Some(()),
        // [mem]: a header's 150 and a section's 3000 characters.
        "header" => words(posted, &block["text"], 150),
        "section" => {
            if block.get("text").is_some() {
                words(posted, &block["text"], 3000)?;
            }
            within(&block["fields"]).try_for_each(|it| words(posted, it, 2000))
        }
        "context" => within(&block["elements"]).try_for_each(|it| words(posted, it, 3000)),
        "actions" => within(&block["elements"]).try_for_each(|button| {
            words(posted, &button["text"], 75)?;
            posted.links.extend(button.get("url").map(|it| it.as_str().unwrap_or_default().to_owned()));
            (button["type"] == "button").then_some(())
        }),
        _ => None,
    }
}

/// A text object.
fn words(posted: &mut Posted, text: &Value, most: usize) -> Option<()> {
    let content = text["text"].as_str().filter(|it| (1..=most).contains(&it.chars().count()))?;
    match text["type"].as_str()? {
        "mrkdwn" => mrkdwn(posted, content),
        "plain_text" => line(posted, content),
        _ => return None,
    }
    Some(())
}

// facts 3.6: "Escape & < > ; <!channel>/<@U..> are pings."
fn mrkdwn(posted: &mut Posted, text: &str) {
    for id in markup::mentions(text, "<@") {
        posted.pings.users.push(id.to_owned());
    }
    for group in markup::mentions(text, "<!") {
        match matches!(group, "channel" | "here" | "everyone") {
            true => posted.pings.everyone = true,
            // Of the others only this one rings: the rest are dates.
            false => posted.pings.users.extend(group.starts_with("subteam").then(|| group.to_owned())),
        }
    }
    posted.links.extend(markup::angled_links(text));
    line(posted, text);
}

fn line(posted: &mut Posted, text: &str) {
    if !text.is_empty() {
        posted.text += text;
        posted.text.push('\n');
    }
}

fn within(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
