//! The places of sealed values, put beside them in the text of an event: a view copies a sealed value as it stands, and
//! reading an event for it builds no tree of what it will not look at.
//!
//! A test compares it with `seal::bind`, which walks a parsed payload.

use crate::seal::Place;
use std::borrow::Cow;

const MARKER: &str = "$personal";
const SEALED: &str = "sealed";

/// The payload with `"at"` beside every sealed value. Text that is no JSON is given back as it is: whoever parses it
/// says what is wrong with it.
pub(crate) fn bound<'t>(payload: &'t str, place: &Place<'_>) -> Cow<'t, str> {
    if !payload.contains(SEALED) {
        return Cow::Borrowed(payload);
    }
    let mut walk = Walk { text: payload, at: 0, path: String::new(), bound: String::new(), copied: 0, place };
    match walk.value() {
        Some(()) if walk.copied > 0 => Cow::Owned(walk.bound + &payload[walk.copied..]),
        Some(()) | None => Cow::Borrowed(payload),
    }
}

/// A walk through JSON text that knows where it is.
struct Walk<'t, 'p> {
    text: &'t str,
    at: usize,
    /// The JSON pointer (RFC 6901) of the value that comes next.
    path: String,
    bound: String,
    /// As much of the text stands in `bound`.
    copied: usize,
    place: &'p Place<'p>,
}

impl<'t> Walk<'t, '_> {
    fn value(&mut self) -> Option<()> {
        match self.next()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => self.string().map(drop),
            _ => {
                self.at += self.text[self.at..].find([',', '}', ']'])?;
                Some(())
            }
        }
    }

    fn object(&mut self) -> Option<()> {
        self.take(b'{')?;
        while self.next()? != b'}' {
            let name = self.string()?;
            self.take(b':')?;
            match name == MARKER {
                true => self.personal()?,
                false => self.below(&unescaped(name)?, Self::value)?,
            }
            self.comma()?;
        }
        self.take(b'}')
    }

    fn array(&mut self) -> Option<()> {
        self.take(b'[')?;
        let mut index = 0_usize;
        while self.next()? != b']' {
            self.below(&index.to_string(), Self::value)?;
            self.comma()?;
            index += 1;
        }
        self.take(b']')
    }

    /// What a marker marks; when it is sealed, its place is put before the bracket that ends it.
    fn personal(&mut self) -> Option<()> {
        if self.next()? != b'{' {
            return self.value();
        }
        self.take(b'{')?;
        let is_sealed = self.next()? == b'"' && self.string()? == SEALED;
        if is_sealed {
            self.take(b':')?;
            self.object()?;
            let end = self.at - 1;
            let before = self.text.get(self.copied..end)?;
            self.bound.push_str(before);
            self.bound.push_str(if before.trim_end().ends_with('{') { "" } else { "," });
            self.bound.push_str(&self.place()?);
            self.copied = end;
        } else if self.next()? == b':' {
            self.take(b':')?;
            self.value()?;
        }
        self.take(b'}')
    }

    /// `"at":[…]`, as `seal` reads it.
    fn place(&self) -> Option<String> {
        let Place { aggregate_type, aggregate_id, sequence, event_id, event_type, event_version } =
            self.place;
        let at = (aggregate_type, aggregate_id, sequence, event_id, event_type, event_version, &self.path);
        Some(format!("\"at\":{}", serde_json::to_string(&at).ok()?))
    }

    fn below(&mut self, name: &str, visit: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let length = self.path.len();
        self.path.push('/');
        match name.contains(['~', '/']) {
            true => self.path.push_str(&name.replace('~', "~0").replace('/', "~1")),
            false => self.path.push_str(name),
        }
        visit(self)?;
        self.path.truncate(length);
        Some(())
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let found = self.next()? == byte;
        self.at += 1;
        found.then_some(())
    }

    fn comma(&mut self) -> Option<()> {
        match self.next()? {
            b',' => self.take(b','),
            _ => Some(()),
        }
    }

    /// A string as it is written, without its quotation marks.
    fn string(&mut self) -> Option<&'t str> {
        self.take(b'"')?;
        let begin = self.at;
        loop {
            self.at +=
                self.text.as_bytes().get(self.at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            if self.text.as_bytes()[self.at] == b'"' {
                self.at += 1;
                return self.text.get(begin..self.at - 1);
            }
            self.at += 2;
        }
    }
}

fn unescaped(name: &str) -> Option<Cow<'_, str>> {
    match name.contains('\\') {
        true => serde_json::from_str(&format!("\"{name}\"")).ok().map(Cow::Owned),
        false => Some(Cow::Borrowed(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    const PLACE: Place<'_> = Place {
        aggregate_type: "Message",
        aggregate_id: "a/~\"b",
        sequence: 7,
        event_id: Uuid::from_u128(9),
        event_type: "Said",
        event_version: "1",
    };

    fn same_as_parsed(payload: &Value) {
        let mut parsed = payload.clone();
        crate::seal::bind(&mut parsed, &PLACE);
        for text in [payload.to_string(), serde_json::to_string_pretty(payload).expect("writes")] {
            let bound: Value = serde_json::from_str(&bound(&text, &PLACE)).expect("JSON");
            assert_eq!(bound, parsed, "{text}");
        }
    }

    #[test]
    fn a_text_is_bound_as_a_parsed_payload_is() {
        let sealed = json!({"$personal": {"sealed": {"k": "message/1", "n": "AA==", "c": "\"\\}]"}}});
        let clear = json!({"$personal": {"clear": "a \"sealed\" word"}});
        for payload in [
            json!({"Said": {"words": sealed, "n": 1, "at": "2026", "none": null, "empty": {}, "list": []}}),
            json!({"Said": {"many": [sealed, {"deep/~\"er": [[1, sealed], true]}, "x"], "last": sealed}}),
            json!({"Said": {"words": clear, "gone": {"$personal": "erased"}, "sealed": "not a marker"}}),
            json!({"Said": {"小名": sealed, "\u{1}\\": {"$personal": {"sealed": {}}}}}),
            sealed.clone(),
            json!(["sealed", 1.5, -2e3, false]),
        ] {
            same_as_parsed(&payload);
        }
    }

    #[test]
    fn what_is_no_json_is_given_back_as_it_is() {
        for text in
            ["{\"sealed\"", "sealed", "{\"$personal\":{\"sealed\":{\"k\":1}", "\"sealed\\", "[\"sealed\"", ""]
        {
            assert_eq!(bound(text, &PLACE), text);
        }
    }
}
