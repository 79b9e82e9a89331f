//! The types of a message but the card.

use super::{BAD_REQUEST, Posted, Refusal, Value, card};
use crate::simulators::markup;

// facts 3.2: "msg_type: text …; post …; image …; share_chat …; interactive {"card":{...}} (card instead of content …)"
pub(super) fn read(body: &Value) -> Result<Posted, Refusal> {
    let content = &body["content"];
    match body["msg_type"].as_str() {
        Some("text") => word(content, "text").map(text),
        Some("post") => post(&content["post"]),
        // An image needs a key that only an app can get; it is in the group's eyes a picture without words.
        Some("image") => word(content, "image_key").map(|_| Posted::default()),
        Some("share_chat") => word(content, "share_chat_id").map(|_| Posted::default()),
        Some("interactive") => card::read(&body["card"]),
        _ => Err(BAD_REQUEST),
    }
}

// facts 3.2: "text <at user_id="ou_xxx">Name</at>, all: <at user_id="all">所有人</at>"
fn text(text: &str) -> Posted {
    let mut posted = Posted { text: text.to_owned(), ..Posted::default() };
    for id in markup::at_tags(text) {
        posted.pings.user(&id, "all");
    }
    posted
}

// facts 3.2: "post {"content":{"post":{"zh_cn":{"title","content":[[{tag..}]]}}}} (>=1 of zh_cn/en_us(/ja))"
fn post(post: &Value) -> Result<Posted, Refusal> {
    let languages = ["zh_cn", "en_us", "ja_jp"].into_iter().filter_map(|language| post.get(language));
    let mut posted = Posted::default();
    let mut is_empty = true;
    for language in languages {
        is_empty = false;
        posted.text += language["title"].as_str().unwrap_or_default();
        for line in language["content"].as_array().ok_or(BAD_REQUEST)? {
            posted.text.push('\n');
            for piece in line.as_array().ok_or(BAD_REQUEST)? {
                tag(&mut posted, piece)?;
            }
        }
    }
    if is_empty { Err(BAD_REQUEST) } else { Ok(posted) }
}

// facts 3.2: "post tags: text{text,un_escape?}, a{text,href - illegal href fails the whole send},
// at{user_id,user_name?}, img{image_key}"
fn tag(posted: &mut Posted, piece: &Value) -> Result<(), Refusal> {
    match piece["tag"].as_str() {
        Some("text") => posted.text += word(piece, "text")?,
        Some("a") => {
            posted.text += word(piece, "text")?;
            posted.links.push(legal(word(piece, "href")?)?);
        }
        Some("at") => posted.pings.user(word(piece, "user_id")?, "all"),
        Some("img") => drop(word(piece, "image_key")?),
        _ => return Err(BAD_REQUEST),
    }
    Ok(())
}

/// An address that can be opened.
pub(super) fn legal(href: &str) -> Result<String, Refusal> {
    let url = reqwest::Url::parse(href).ok();
    let is_legal = url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_legal { Ok(href.to_owned()) } else { Err(BAD_REQUEST) }
}

/// A text that has to be there.
pub(super) fn word<'a>(of: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    of[name].as_str().filter(|text| !text.is_empty()).ok_or(BAD_REQUEST)
}
