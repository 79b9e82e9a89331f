//! What a text does besides being read: rings somebody's telephone, leads somewhere.
//!
//! Read as broadly as any client of the vendors could: what might be a ping is one. No vendor's page says that a backslash
//! takes the meaning from what follows it, so here it does not.

/// The ids in `<@id>`, and in `<!id>` for Slack.
pub(crate) fn mentions<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    let inside = text.match_indices(opening).filter_map(|(at, _)| {
        let rest = &text[at + opening.len()..];
        Some(&rest[..rest.find('>')?])
    });
    // `<@id|name>` is how Slack writes a name beside.
    let ids = inside.map(|it| it.split('|').next().unwrap_or_default().trim());
    ids.filter(|id| !id.is_empty() && !id.contains(['<', '\n'])).collect()
}

/// The ids in `<at id=…>`, `<at user_id="…">` and their like.
pub(crate) fn at_tags(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let tags = lower.match_indices("<at").filter_map(|(at, _)| {
        let rest = &text[at + "<at".len()..];
        rest.starts_with([' ', '\t', '\n', '/']).then(|| &rest[..rest.find('>').unwrap_or(rest.len())])
    });
    tags.flat_map(ids).collect()
}

fn ids(tag: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in tag.match_indices('=') {
        let name = tag[..at].trim_end();
        let value = tag[at + 1..].trim_start();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split([' ', '\t', '\n', '/']).next(),
        };
        if name.ends_with("id") || name.ends_with("email") || name.ends_with("ids") {
            found.extend(value.unwrap_or_default().split(',').map(|id| id.trim().to_owned()));
        }
    }
    found
}

/// Where `[words](address)` and `![words](address)` lead.
pub(crate) fn links(text: &str) -> Vec<String> {
    let leads = text.match_indices("](").filter_map(|(at, _)| {
        let address = text[at + 2..].split([')', '\n']).next().unwrap_or_default();
        (opens_a_link(&text[..at]) && !address.trim().is_empty()).then(|| address.trim().to_owned())
    });
    leads.collect()
}

/// Is a bracket open at the end? Within a paragraph, as in `CommonMark`.
fn opens_a_link(text: &str) -> bool {
    let paragraph = text.rsplit("\n\n").next().unwrap_or_default();
    let mut closed = 0;
    paragraph.chars().rev().any(|it| match it {
        ']' => {
            closed += 1;
            false
        }
        '[' if closed == 0 => true,
        '[' => {
            closed -= 1;
            false
        }
        _ => false,
    })
}

/// Where `<address|words>` leads, Slack's way.
pub(crate) fn angled_links(text: &str) -> Vec<String> {
    let inside = text.match_indices('<').filter_map(|(at, _)| text[at + 1..].split('>').next());
    let addresses = inside.map(|it| it.split('|').next().unwrap_or_default());
    addresses.filter(|it| it.contains("://") || it.starts_with("mailto:")).map(str::to_owned).collect()
}

#[test]
fn a_mention_is_found_and_what_was_escaped_is_none() {
    assert_eq!(mentions("hi <@li.lei> and <@all>", "<@"), ["li.lei", "all"]);
    assert_eq!(mentions("<!channel> <!subteam^S1|@desk>", "<!"), ["channel", "subteam^S1"]);
    assert!(mentions("&lt;@all&gt; <\u{200b}@all> @all <@> <@all", "<@").is_empty());
}

#[test]
fn a_tag_is_found_however_it_is_written() {
    for tag in [
        r#"<at user_id="all">x</at>"#,
        "<at id=all></at>",
        "<AT id='all'></AT>",
        "<at\tname=\"x\" user_id = \"all\" />",
        "<at id=all/>",
        "<at ids=ou_1,all>",
        r#"<at user_id="all""#,
    ] {
        assert!(at_tags(tag).contains(&"all".to_owned()), "{tag}");
    }
    assert!(at_tags("&lt;at id=all&gt; <attention id=all> ＜at id=all＞ < at id=all>").is_empty());
}

#[test]
fn a_link_is_found_and_a_pair_of_brackets_is_none() {
    assert_eq!(links("[a](https://x.example) ![b]( /c )"), ["https://x.example", "/c"]);
    assert_eq!(links("\\[a](https://x.example)"), ["https://x.example"]);
    assert_eq!(links("[a [b]\nc](https://x.example)"), ["https://x.example"]);
    assert!(links("[a] (https://x.example) a](b) [c\n\n](d) ［a］(b)").is_empty());
    assert_eq!(angled_links("<https://x.example|words> <mailto:a@b>"), ["https://x.example", "mailto:a@b"]);
    assert!(angled_links("&lt;https://x.example|words&gt; <@U1>").is_empty());
}
