//! The types of a message (facts 3.3).

use super::{Posted, Refusal};
use crate::simulators::markup;
use serde_json::Value;

// facts 3.3: "msgtypes: text{content}; link{…}; markdown{title,text}; actionCard single{…} or multi {…}; feedCard{…}"
pub(super) fn read(body: &Value) -> Result<Posted, Refusal> {
    let kind = body["msgtype"].as_str().ok_or((40035, "缺少参数 msgtype"))?;
    let content = &body[kind];
    let mut posted = Posted::default();
    match kind {
        "text" => line(&mut posted, word(content, "content")?),
        "markdown" => {
            line(&mut posted, word(content, "title")?);
            markdown(&mut posted, word(content, "text")?);
        }
        "link" => {
            // facts 3.3: "(Note messageUrl vs messageURL.)"
            line(&mut posted, word(content, "title")?);
            line(&mut posted, word(content, "text")?);
            link(&mut posted, word(content, "messageUrl")?)?;
        }
        "actionCard" => card(&mut posted, content)?,
        "feedCard" => {
            for item in list(content, "links")? {
                line(&mut posted, word(item, "title")?);
                word(item, "picURL")?;
                link(&mut posted, word(item, "messageURL")?)?;
            }
        }
        // facts 3.3: "400105 unsupported msgtype"
        _ => return Err((400_105, "不支持的消息类型")),
    }
    // facts 3.3: "at: {"atMobiles":[],"atUserIds":[],"isAtAll":bool} top level, for text and markdown."
    if matches!(kind, "text" | "markdown") {
        at(&mut posted, &body["at"])?;
    }
    Ok(posted)
}

// facts 3.3: "actionCard single{title,text,singleTitle,singleURL} or multi {title,text,btnOrientation "0"|"1",
// btns[{title,actionURL}]}"
fn card(posted: &mut Posted, content: &Value) -> Result<(), Refusal> {
    line(posted, word(content, "title")?);
    markdown(posted, word(content, "text")?);
    if content.get("btns").is_none() {
        line(posted, word(content, "singleTitle")?);
        return link(posted, word(content, "singleURL")?);
    }
    if content.get("btnOrientation").is_some_and(|it| it != "0" && it != "1") {
        return Err((40035, "btnOrientation: \"0\" or \"1\""));
    }
    for button in list(content, "btns")? {
        line(posted, word(button, "title")?);
        link(posted, word(button, "actionURL")?)?;
    }
    Ok(())
}

fn at(posted: &mut Posted, at: &Value) -> Result<(), Refusal> {
    let texts = |name: &str| match at.get(name) {
        None => Ok(Vec::new()),
        Some(it) => serde_json::from_value(it.clone()).map_err(|_| (40035, "at: no list of texts")),
    };
    posted.pings.mobiles = texts("atMobiles")?;
    posted.pings.users = texts("atUserIds")?;
    posted.pings.everyone = match at.get("isAtAll") {
        None => false,
        Some(it) => it.as_bool().ok_or((40035, "isAtAll: true or false"))?,
    };
    Ok(())
}

fn markdown(posted: &mut Posted, text: &str) {
    posted.links.extend(markup::links(text));
    line(posted, text);
}

fn line(posted: &mut Posted, text: &str) {
    posted.text += text;
    posted.text.push('\n');
}

// facts 3.3: "430101 unsafe link": what cannot be opened counts as one [inf].
fn link(posted: &mut Posted, url: &str) -> Result<(), Refusal> {
    let is_safe = ["https://", "http://", "dingtalk://"].iter().any(|it| url.starts_with(it));
    posted.links.push(url.to_owned());
    if is_safe { Ok(()) } else { Err((430_101, "含有不安全的外链")) }
}

// facts 3.3: "40035 missing param (probed)"
fn word<'a>(of: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    of[name].as_str().filter(|text| !text.is_empty()).ok_or((40035, "缺少参数"))
}

fn list<'a>(of: &'a Value, name: &str) -> Result<&'a [Value], Refusal> {
    of[name].as_array().filter(|it| !it.is_empty()).map(Vec::as_slice).ok_or((40035, "缺少参数"))
}
