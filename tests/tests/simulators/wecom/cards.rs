//! News and template cards. Their figures of length are "advice" (facts 3.1), so nothing is refused for them.

use super::{Posted, Refusal, Value, invalid, word};

// facts 3.1: "news: 1-8 articles; title <=128 bytes & description <=512 bytes (auto-truncated by server), url required"
pub(super) fn news(content: &Value) -> Result<Posted, Refusal> {
    let articles = content["articles"].as_array().filter(|it| (1..=8).contains(&it.len()));
    let mut posted = Posted::default();
    for article in articles.ok_or_else(|| invalid("news.articles: 1 to 8"))? {
        posted.links.push(absolute(word(article, "url")?)?);
        line(&mut posted, shortened(word(article, "title")?, 128));
        line(&mut posted, shortened(article["description"].as_str().unwrap_or_default(), 512));
    }
    Ok(posted)
}

// facts 3.1: "template_card text_notice: …" and "news_notice adds …"
pub(super) fn template(card: &Value) -> Result<Posted, Refusal> {
    let mut posted = Posted::default();
    let title = card["main_title"]["title"].as_str().unwrap_or_default();
    let below = card["sub_title_text"].as_str().unwrap_or_default();
    match card["card_type"].as_str() {
        // facts 3.1: "main_title.title or sub_title_text required"
        Some("text_notice") if title.is_empty() && below.is_empty() => {
            return Err(invalid("main_title.title or sub_title_text is required"));
        }
        Some("text_notice") => {}
        Some("news_notice") => picture(card)?,
        _ => return Err(invalid("template_card.card_type is unknown")),
    }
    for text in [title, card["main_title"]["desc"].as_str().unwrap_or_default(), below] {
        line(&mut posted, text);
    }
    for part in ["source", "emphasis_content", "quote_area"] {
        for name in ["desc", "title", "quote_text"] {
            line(&mut posted, card[part][name].as_str().unwrap_or_default());
        }
    }
    // facts 3.1: "horizontal_content_list <=6 {keyname<=5 chars required,value<=26,type 1 url|2 file|3 member}"
    for row in list(card, "horizontal_content_list", 6)? {
        let value = row["value"].as_str().unwrap_or_default();
        line(&mut posted, &format!("{}: {value}", word(row, "keyname")?));
        match row["type"].as_i64() {
            Some(1) => posted.links.push(absolute(word(row, "url")?)?),
            Some(2) => drop(word(row, "media_id")?),
            Some(3) => drop(word(row, "userid")?),
            _ => {}
        }
    }
    // facts 3.1: "vertical_content_list (<=4 [mem])"
    for row in list(card, "vertical_content_list", 4)? {
        line(&mut posted, word(row, "title")?);
        line(&mut posted, row["desc"].as_str().unwrap_or_default());
    }
    // facts 3.1: "jump_list <=3"
    for jump in list(card, "jump_list", 3)? {
        line(&mut posted, word(jump, "title")?);
        posted.links.extend(action(jump)?);
    }
    // facts 3.1: "card_action REQUIRED {type 1 url|2 mini-program}"
    posted.links.push(action(&card["card_action"])?.ok_or_else(|| invalid("card_action is required"))?);
    Ok(posted)
}

// facts 3.1: "card_image{url,aspect_ratio 1.3-2.25}"
fn picture(card: &Value) -> Result<(), Refusal> {
    absolute(word(&card["card_image"], "url")?)?;
    let ratio = card["card_image"].get("aspect_ratio").map(|it| it.as_f64().unwrap_or_default());
    match ratio.is_none_or(|ratio| (1.3..=2.25).contains(&ratio)) {
        true => Ok(()),
        false => Err(invalid("card_image.aspect_ratio: 1.3 to 2.25")),
    }
}

fn action(of: &Value) -> Result<Option<String>, Refusal> {
    match of["type"].as_i64() {
        Some(1) => Ok(Some(absolute(word(of, "url")?)?)),
        Some(2) => Ok(Some(word(of, "appid")?.to_owned())),
        _ => Ok(None),
    }
}

fn list<'a>(of: &'a Value, name: &str, most: usize) -> Result<&'a [Value], Refusal> {
    let Some(found) = of.get(name) else { return Ok(&[]) };
    let found = found.as_array().filter(|it| it.len() <= most);
    found.map(Vec::as_slice).ok_or_else(|| invalid(&format!("{name}: at most {most}")))
}

// facts 3.1: "keep url absolute"
fn absolute(url: &str) -> Result<String, Refusal> {
    match url.starts_with("https://") || url.starts_with("http://") {
        true => Ok(url.to_owned()),
        false => Err(invalid("url is not absolute")),
    }
}

fn line(posted: &mut Posted, text: &str) {
    if !text.is_empty() {
        posted.text += text;
        posted.text.push('\n');
    }
}

/// The server's own shortening, which cuts no character in two [inf].
fn shortened(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
