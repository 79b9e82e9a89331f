//! Interactive cards, of the old form and of schema 2.0 (facts 3.2).

use super::{
    Posted, Refusal, Value,
    content::{legal, word},
    refusal,
};
use crate::simulators::markup;

// facts 3.2: "200621 / 11246 card JSON parse errors [1]/[mem]"
const NOT_A_CARD: Refusal =
    refusal(200_621, "parse card json err, please check whether the card json is correct");

// facts 3.2: "schema "2.0" with header/body.elements, or old v1 elements/template"
pub(super) fn read(card: &Value) -> Result<Posted, Refusal> {
    let is_new = match card.get("schema").map(Value::as_str) {
        None => false,
        Some(Some("2.0")) => true,
        Some(_) => return Err(NOT_A_CARD),
    };
    let elements = if is_new { &card["body"]["elements"] } else { &card["elements"] };
    let elements = elements.as_array().filter(|it| !it.is_empty()).ok_or(NOT_A_CARD)?;
    let mut posted = Posted::default();
    if let Some(header) = card.get("header") {
        words(&mut posted, &header["title"])?;
        if header.get("subtitle").is_some() {
            words(&mut posted, &header["subtitle"])?;
        }
    }
    elements.iter().try_for_each(|it| element(&mut posted, it, is_new))?;
    Ok(posted)
}

fn element(posted: &mut Posted, element: &Value, is_new: bool) -> Result<(), Refusal> {
    match element["tag"].as_str() {
        Some("markdown") => {
            markdown(posted, word(element, "content").map_err(|_| NOT_A_CARD)?);
            Ok(())
        }
        Some("div") => {
            if element.get("text").is_some() {
                words(posted, &element["text"])?;
            }
            within(&element["fields"]).try_for_each(|field| words(posted, &field["text"]))
        }
        Some("hr") => Ok(()),
        Some("button") => button(posted, element),
        // [mem]: schema 2.0 knows neither any more.
        Some("action" | "note") if is_new => Err(NOT_A_CARD),
        Some("action") => within(&element["actions"]).try_for_each(|it| button(posted, it)),
        Some("note") => within(&element["elements"]).try_for_each(|it| words(posted, it)),
        Some("column_set") => within(&element["columns"])
            .flat_map(|column| within(&column["elements"]))
            .try_for_each(|it| self::element(posted, it, is_new)),
        _ => Err(NOT_A_CARD),
    }
}

/// A text object.
fn words(posted: &mut Posted, text: &Value) -> Result<(), Refusal> {
    let content = text["content"].as_str().ok_or(NOT_A_CARD)?;
    match text["tag"].as_str() {
        Some("plain_text") => posted.text += content,
        Some("lark_md") => markdown(posted, content),
        _ => return Err(NOT_A_CARD),
    }
    posted.text.push('\n');
    Ok(())
}

// facts 3.2: "card markdown/lark_md <at id=ou_xxx></at>, <at id=all></at>"
fn markdown(posted: &mut Posted, text: &str) {
    for id in markup::at_tags(text) {
        posted.pings.user(&id, "all");
    }
    posted.links.extend(markup::links(text));
    posted.text += text;
    posted.text.push('\n');
}

// facts 3.2: "buttons can only open URLs"
fn button(posted: &mut Posted, button: &Value) -> Result<(), Refusal> {
    words(posted, &button["text"])?;
    let opens = within(&button["behaviors"]).find(|it| it["type"] == "open_url");
    let url = [&button["url"], &button["multi_url"]["url"], &opens.unwrap_or(&Value::Null)["default_url"]];
    let url = url.into_iter().find_map(Value::as_str).ok_or(NOT_A_CARD)?;
    posted.links.push(legal(url)?);
    Ok(())
}

fn within(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
