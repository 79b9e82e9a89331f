//! WeCom's group robot (企业微信 群机器人, since 2025 消息推送), by page 91770 of its developers' centre.

use super::{
    Address, Answer, CannotCompose, Notice, Outcome, Outgoing, Verdict,
    answer::{Meaning, Robot, TOO_FAST},
    escape::Form,
    fit::{Told, fit, tell},
    mention::Mentions,
    text,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use std::time::Duration;

/// 文本类型: “最长不超过2048个字节，必须是utf8编码”.
const MOST_TEXT: usize = 2_048;
/// `markdown` and `markdown_v2`: “最长不超过4096个字节”.
const MOST_MARKDOWN: usize = 4_096;
/// Names within Markdown take from its length; when there are more, they go beside a text.
const MOST_NAMES: usize = 1_000;
/// 模版卡片类型, in characters: what clients show of it.
const MOST_CARD_TITLE: usize = 26;
const MOST_CARD_TEXT: usize = 112;
const MOST_CARD_LINK: usize = 13;
/// 图片类型: “图片（base64编码前）最大不能超过2M”.
const MOST_IMAGE: usize = 2 * 1024 * 1024;
/// 文件上传接口: “要求文件大小在5B~20M之间”.
const FILE: std::ops::RangeInclusive<usize> = 6..=20 * 1024 * 1024;
const MOST_FILE_NAME: usize = 200;

/// Markdown can only mention by id, in its text; its second version and cards cannot at all. A notice that needs more is a
/// text, which can mention anybody.
pub(super) fn compose(format: &str, address: &Address, notice: &Notice) -> Result<Outgoing, CannotCompose> {
    let mentions = Mentions::of(notice);
    let names: Vec<String> = mentions.users.iter().map(|id| format!("<@{id}>")).collect();
    let names = names.join(" ");
    let by_name = !mentions.all && mentions.mobiles.is_empty() && names.len() <= MOST_NAMES;
    let body = match format {
        "markdown" if by_name => markdown("markdown", notice, &names)?,
        "markdown_v2" if mentions.is_empty() => markdown("markdown_v2", notice, "")?,
        "template_card" if mentions.is_empty() => match card(notice)? {
            Some(card) => card,
            // A card has to lead somewhere.
            None => markdown("markdown", notice, "")?,
        },
        _ => plain(notice, &mentions)?,
    };
    Ok(Outgoing::json(address.url.clone(), &body))
}

fn plain(notice: &Notice, mentions: &Mentions<'_>) -> Result<Value, CannotCompose> {
    let content = |room| tell(notice, Form::Plain, "\n", room).plain("");
    let mut message = json!({ "content": fit(MOST_TEXT, content, String::len)? });
    let everybody = mentions.all.then_some("@all");
    let users: Vec<&str> = mentions.users.iter().copied().chain(everybody).collect();
    for (list, names) in [("mentioned_list", users), ("mentioned_mobile_list", mentions.mobiles.clone())] {
        if !names.is_empty() {
            message[list] = json!(names);
        }
    }
    Ok(json!({ "msgtype": "text", "text": message }))
}

fn markdown(msgtype: &str, notice: &Notice, names: &str) -> Result<Value, CannotCompose> {
    let content = |room| tell(notice, Form::Markdown, "\n", room).markdown("\n", names);
    let content = fit(MOST_MARKDOWN, content, String::len)?;
    Ok(json!({ "msgtype": msgtype, msgtype: { "content": content } }))
}

fn card(notice: &Notice) -> Result<Option<Value>, CannotCompose> {
    let Told { title, lines, link } = fit(usize::MAX, |room| tell(notice, Form::Plain, "\n", room), |_| 0)?;
    let Some((text, url)) = link else { return Ok(None) };
    let title = super::escape::ours(Form::Plain, &title);
    Ok(Some(json!({ "msgtype": "template_card", "template_card": {
        "card_type": "text_notice",
        "main_title": { "title": text::shorten_to_characters(&title, MOST_CARD_TITLE) },
        "sub_title_text": text::shorten_to_characters(&lines.join("\n"), MOST_CARD_TEXT),
        "jump_list": [{ "type": 1, "url": url, "title": text::shorten_to_characters(&text, MOST_CARD_LINK) }],
        "card_action": { "type": 1, "url": url },
    } })))
}

/// A picture by itself. JPEG and PNG only: a GIF has to be sent as a link.
pub fn image(address: &Address, bytes: &[u8]) -> Result<Outgoing, CannotCompose> {
    let is_shown = bytes.starts_with(b"\xff\xd8\xff") || bytes.starts_with(b"\x89PNG\r\n\x1a\n");
    if !is_shown {
        return Err(CannotCompose::Picture);
    }
    if bytes.len() > MOST_IMAGE {
        return Err(CannotCompose::FileSize);
    }
    // “图片内容（base64编码前）的md5值”.
    let image = json!({ "base64": BASE64_STANDARD.encode(bytes), "md5": md5(bytes) });
    Ok(Outgoing::json(address.url.clone(), &json!({ "msgtype": "image", "image": image })))
}

/// In hexadecimal.
fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A file on its way to the robot, which answers with the id that [`file_message`] needs.
pub fn upload(address: &Address, name: &str, bytes: &[u8]) -> Result<Upload, CannotCompose> {
    if !FILE.contains(&bytes.len()) {
        return Err(CannotCompose::FileSize);
    }
    let mut url = address.url.clone();
    // The path that was checked ends in `send`; a gateway's prefix stays.
    let path = url.path().strip_suffix("/send").ok_or(CannotCompose::Format)?.to_owned();
    url.set_path(&format!("{path}/upload_media"));
    url.query_pairs_mut().append_pair("type", "file");
    // A name of ours: nothing of it may end the header or the part.
    let name = text::line(name).replace(['"', '\\', '/', ';'], "_");
    // Cut in the middle: by its ending a group knows what opens it.
    let (stem, ending) = name.rfind('.').map_or((name.as_str(), ""), |dot| name.split_at(dot));
    let name = match MOST_FILE_NAME.checked_sub(ending.len()) {
        Some(room) => format!("{}{ending}", text::cut(stem, room)),
        None => text::cut(&name, MOST_FILE_NAME).to_owned(),
    };
    let boundary = format!("leaveword-{}", md5(bytes));
    let length = bytes.len();
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"media\"; filename=\"{name}\"; filelength={length}\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let headers = vec![("content-type", format!("multipart/form-data; boundary={boundary}"))];
    Ok(Upload(Outgoing { url, headers, body }))
}

/// A file on its way: its answer is read by [`media_id`], not as a notice's.
#[derive(Debug)]
pub struct Upload(pub Outgoing);

/// The id of a file that was taken; for three days, and for the same robot only.
pub fn media_id(answer: &Answer) -> Result<String, Verdict> {
    let verdict = judge(answer);
    if verdict.outcome != Outcome::Delivered {
        return Err(verdict);
    }
    let json: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let id = json.as_ref().and_then(|json| json.get("media_id")?.as_str()).filter(|id| !id.is_empty());
    let none = || Verdict::new(Outcome::Retry, "WeCom took the file and gave no id for it.");
    id.map(str::to_owned).ok_or_else(none)
}

/// The message that shows a file.
pub fn file_message(address: &Address, media_id: &str) -> Outgoing {
    Outgoing::json(address.url.clone(), &json!({ "msgtype": "file", "file": { "media_id": media_id } }))
}

pub(super) fn judge(answer: &Answer) -> Verdict {
    Robot {
        name: "WeCom",
        rest: Duration::from_secs(65),
        code: |json| json.get("errcode")?.as_i64(),
        words: "errmsg",
        meaning,
    }
    .judge(answer)
}

fn meaning(code: i64, words: &str) -> Option<Meaning> {
    use Outcome::{Configuration, Payload, Retry};
    Some(match code {
        45009 | 45033 => TOO_FAST,
        -1 => (Retry, "WeCom is busy."),
        // In 2019 too long a text was answered like that.
        93000 if words.contains("length") => (Payload, "WeCom finds this notice too long."),
        93000 => (
            Configuration,
            "The robot's address is not valid: was it removed from its group? Give the channel the address of another robot.",
        ),
        93004 => (Configuration, "The robot is stopped. Start it in its group, then resume the channel."),
        93008 => (
            Configuration,
            "The robot is not in its group. Add it again, or give the channel another address.",
        ),
        40058 => (Payload, "WeCom does not take this notice as it is."),
        40009 | 301_019 => (Payload, "WeCom does not take this picture."),
        _ => return None,
    })
}
