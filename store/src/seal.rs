//! Sealing: AES-256-GCM over every `{"$personal": {"clear": …}}`, bound to the very place where it stands.
//!
//! Stored form: `{"$personal": {"sealed": {"k": key id, "n": nonce, "c": ciphertext and tag}}}`, base64. When an event
//! is read, its place is put beside it as `"at"`, so that a view may copy the sealed value and open it later.

use crate::{error::StoreError, random};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{borrow::Cow, collections::BTreeSet};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

const MARKER: &str = "$personal";
const CLEAR: &str = "clear";
const SEALED: &str = "sealed";
const ERASED: &str = "erased";
const FORMAT: &str = "leaveword sealed value 1";

/// A 256-bit key; leaves memory when dropped and is never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Key(pub(crate) [u8; 32]);

impl Key {
    pub(crate) fn generate() -> Self {
        Self(random::bytes())
    }

    fn aead(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.0).expect("32 bytes are an AES-256 key"))
    }

    /// Nonce, and ciphertext with its tag. Random nonces: each key seals far fewer than 2^32 values.
    pub(crate) fn seal(&self, aad: &[u8], clear: &[u8]) -> ([u8; NONCE_LEN], Vec<u8>) {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut data = clear.to_vec();
        self.aead()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut data)
            .expect("a value within AES-GCM's 64 GiB");
        (nonce, data)
    }

    /// The value, when the tag fits.
    pub(crate) fn open(&self, aad: &[u8], nonce: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut data = sealed.to_vec();
        let clear = self.aead().open_in_place(nonce, Aad::from(aad), &mut data).ok()?.to_vec();
        data.zeroize();
        Some(clear)
    }

    /// A nonce and what was sealed with it after that, opened where it lies: what is large is not there twice.
    pub(crate) fn open_whole(&self, aad: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let nonce = Nonce::try_assume_unique_for_key(sealed.get(..NONCE_LEN)?).ok()?;
        let clear = self.aead().open_within(nonce, Aad::from(aad), &mut sealed, NONCE_LEN..).ok()?.len();
        sealed[clear..].zeroize();
        sealed.truncate(clear);
        Some(sealed)
    }
}

/// Fields with 32-bit big-endian lengths, so that no two lists of fields give the same bytes.
pub(crate) fn length_prefixed(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// The event that a value stands in.
pub(crate) struct Place<'a> {
    pub(crate) aggregate_type: &'a str,
    pub(crate) aggregate_id: &'a str,
    pub(crate) sequence: i64,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: &'a str,
    pub(crate) event_version: &'a str,
}

/// A place as it travels with a sealed value: type, id, sequence, event id, event type, version, JSON pointer.
#[derive(Clone, Serialize, Deserialize)]
struct Bound<'t>(
    #[serde(borrow)] Cow<'t, str>,
    #[serde(borrow)] Cow<'t, str>,
    i64,
    Uuid,
    #[serde(borrow)] Cow<'t, str>,
    #[serde(borrow)] Cow<'t, str>,
    #[serde(borrow)] Cow<'t, str>,
);

/// What a value is bound to: a format tag, its place, its JSON pointer and its key, each with its length.
fn associated_data(place: &Place<'_>, path: &str, key_id: &str) -> Vec<u8> {
    length_prefixed(&[
        FORMAT.as_bytes(),
        place.aggregate_type.as_bytes(),
        place.aggregate_id.as_bytes(),
        &place.sequence.to_be_bytes(),
        place.event_id.as_bytes(),
        place.event_type.as_bytes(),
        place.event_version.as_bytes(),
        path.as_bytes(),
        key_id.as_bytes(),
    ])
}

#[cfg(test)]
impl<'t> Bound<'t> {
    fn new(place: &Place<'t>, path: &'t str) -> Self {
        Self(
            place.aggregate_type.into(),
            place.aggregate_id.into(),
            place.sequence,
            place.event_id,
            place.event_type.into(),
            place.event_version.into(),
            path.into(),
        )
    }
}

impl Bound<'_> {
    fn associated_data(&self, key_id: &str) -> Vec<u8> {
        let place = Place {
            aggregate_type: &self.0,
            aggregate_id: &self.1,
            sequence: self.2,
            event_id: self.3,
            event_type: &self.4,
            event_version: &self.5,
        };
        associated_data(&place, &self.6, key_id)
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed<'t> {
    #[serde(borrow)]
    k: Cow<'t, str>,
    #[serde(borrow)]
    n: Cow<'t, str>,
    #[serde(borrow)]
    c: Cow<'t, str>,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    at: Option<Bound<'t>>,
}

impl Sealed<'_> {
    /// The value as JSON, when the tag fits.
    fn open(&self, key: &Key) -> Result<Vec<u8>, StoreError> {
        let clear = self.at.as_ref().and_then(|at| {
            let (nonce, data) = (STANDARD.decode(&*self.n).ok()?, STANDARD.decode(&*self.c).ok()?);
            key.open(&at.associated_data(&self.k), &nonce, &data)
        });
        clear.ok_or_else(|| StoreError::Seal { key_id: self.k.clone().into_owned() })
    }
}

/// Visits every `$personal` marker below `value` with its JSON pointer (RFC 6901).
fn visit<E>(
    value: &mut Value,
    path: &mut String,
    visitor: &mut impl FnMut(&mut Value, &str) -> Result<(), E>,
) -> Result<(), E> {
    match value {
        Value::Object(fields) => match fields.get_mut(MARKER) {
            Some(form) => visitor(form, path)?,
            None => {
                for (name, field) in fields {
                    let length = path.len();
                    path.push('/');
                    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    visit(field, path, visitor)?;
                    path.truncate(length);
                }
            }
        },
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let length = path.len();
                path.push('/');
                path.push_str(&index.to_string());
                visit(item, path, visitor)?;
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

/// Are there words in it that have to be sealed before it is written?
pub(crate) fn has_clear(payload: &Value) -> bool {
    match payload {
        Value::Object(fields) => match fields.get(MARKER) {
            Some(form) => form.get(CLEAR).is_some(),
            None => fields.values().any(has_clear),
        },
        Value::Array(items) => items.iter().any(has_clear),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Seals every clear value below `payload` under one key.
pub(crate) fn seal(payload: &mut Value, place: &Place<'_>, key_id: &str, key: &Key) {
    let _: Result<(), ()> = visit(payload, &mut String::new(), &mut |form, path| {
        if let Some(clear) = form.get(CLEAR) {
            let mut words = clear.to_string().into_bytes();
            let aad = associated_data(place, path, key_id);
            let (nonce, data) = key.seal(&aad, &words);
            words.zeroize();
            *form =
                json!({ SEALED: { "k": key_id, "n": STANDARD.encode(nonce), "c": STANDARD.encode(data) } });
        }
        Ok(())
    });
}

/// Puts its place beside every sealed value of a parsed event: what `place::bound`, which does so in text, is held
/// against.
#[cfg(test)]
pub(crate) fn bind(payload: &mut Value, place: &Place<'_>) {
    let _: Result<(), ()> = visit(payload, &mut String::new(), &mut |form, path| {
        if let Some(sealed) = form.get_mut(SEALED).and_then(Value::as_object_mut) {
            sealed.insert("at".to_owned(), json!(Bound::new(place, path)));
        }
        Ok(())
    });
}

/// The ids of the keys that the sealed values below `value` need.
pub(crate) fn keys_needed(value: &mut Value, needed: &mut BTreeSet<String>) {
    let _: Result<(), ()> = visit(value, &mut String::new(), &mut |form, _| {
        needed.extend(form.pointer("/sealed/k").and_then(Value::as_str).map(str::to_owned));
        Ok(())
    });
}

/// Opens every sealed value below `value`; where `key_of` has only a tombstone it becomes `"erased"`.
pub(crate) fn open<'k>(
    value: &mut Value,
    key_of: &impl Fn(&str) -> Option<&'k Key>,
) -> Result<(), StoreError> {
    visit(value, &mut String::new(), &mut |form, _| open_one(form, &|id| Ok(key_of(id))))
}

/// The same, but what does not open becomes `"erased"` as well; says how many values that were.
pub(crate) fn open_what_opens<'k>(
    value: &mut Value,
    key_of: &impl Fn(&str) -> Result<Option<&'k Key>, StoreError>,
) -> usize {
    let mut shut = 0;
    let _: Result<(), ()> = visit(value, &mut String::new(), &mut |form, _| {
        if open_one(form, key_of).is_err() {
            *form = json!(ERASED);
            shut += 1;
        }
        Ok(())
    });
    shut
}

fn open_one<'k>(
    form: &mut Value,
    key_of: &impl Fn(&str) -> Result<Option<&'k Key>, StoreError>,
) -> Result<(), StoreError> {
    let Some(sealed) = form.get(SEALED) else { return Ok(()) };
    let unread = |error| StoreError::Json { place: "a sealed value".to_owned(), error };
    let sealed = Sealed::deserialize(sealed).map_err(unread)?;
    let Some(key) = key_of(&sealed.k)? else {
        *form = json!(ERASED);
        return Ok(());
    };
    let clear: Value = serde_json::from_slice(&sealed.open(key)?).map_err(unread)?;
    *form = json!({ CLEAR: clear });
    Ok(())
}

/// A column of a view that may hold what is sealed.
pub(crate) enum Column<'t> {
    /// One sealed value and nothing else, as most of them are: no tree is built of it.
    One(SealedText<'t>),
    /// Anything else.
    Any(Value),
}

/// `{"$personal": {"sealed": …}}`.
#[derive(Deserialize)]
pub(crate) struct SealedText<'t> {
    #[serde(rename = "$personal", borrow)]
    form: Form<'t>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<'t> {
    #[serde(borrow)]
    sealed: Sealed<'t>,
}

impl<'t> Column<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self, StoreError> {
        if let Ok(one) = serde_json::from_str(text) {
            return Ok(Self::One(one));
        }
        let unread = |error| StoreError::Json { place: "a sealed column".to_owned(), error };
        serde_json::from_str(text).map(Self::Any).map_err(unread)
    }

    /// The ids of the keys that it needs.
    pub(crate) fn keys_needed(&mut self, needed: &mut BTreeSet<String>) {
        match self {
            Self::One(one) => drop(needed.insert(one.form.sealed.k.clone().into_owned())),
            Self::Any(value) => keys_needed(value, needed),
        }
    }

    /// The column with every sealed value opened; where `key_of` has only a tombstone it is `"erased"`.
    pub(crate) fn open<'k>(self, key_of: &impl Fn(&str) -> Option<&'k Key>) -> Result<String, StoreError> {
        match self {
            Self::One(SealedText { form: Form { sealed } }) => {
                let Some(key) = key_of(&sealed.k) else { return Ok(json!({ MARKER: ERASED }).to_string()) };
                let clear = String::from_utf8(sealed.open(key)?);
                let clear = clear.map_err(|_| StoreError::Seal { key_id: sealed.k.into_owned() })?;
                Ok(format!(r#"{{"{MARKER}":{{"{CLEAR}":{clear}}}}}"#))
            }
            Self::Any(mut value) => open(&mut value, key_of).map(|()| value.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place {
        aggregate_type: "message",
        aggregate_id: "m",
        sequence: 3,
        event_id: Uuid::nil(),
        event_type: "MessageSubmitted",
        event_version: "1",
    };

    fn sealed(mut clear: Value, key: &Key) -> String {
        seal(&mut clear, &PLACE, "message:m", key);
        bind(&mut clear, &PLACE);
        clear.to_string()
    }

    fn opened(text: &str, key: Option<&Key>) -> Value {
        let mut column = Column::read(text).expect("JSON");
        let mut needed = BTreeSet::new();
        column.keys_needed(&mut needed);
        assert_eq!(needed, BTreeSet::from(["message:m".to_owned()]));
        let opened = column.open(&|id| key.filter(|_| id == "message:m")).expect("opens");
        serde_json::from_str(&opened).expect("JSON")
    }

    #[test]
    fn a_column_opens_as_text_as_it_does_as_a_tree() {
        let key = Key::generate();
        let one = json!({ MARKER: { CLEAR: "李雷 \"\\ \n" } });
        let list =
            json!([{ "a": { MARKER: { CLEAR: { "b": [1, null] } } } }, { "a": { MARKER: { CLEAR: "" } } }]);
        for clear in [one, list] {
            let text = sealed(clear.clone(), &key);
            assert!(!text.contains(CLEAR), "{text}");
            assert_eq!(opened(&text, Some(&key)), clear);
            let gone = opened(&text, None).to_string();
            assert!(gone.contains(ERASED) && !gone.contains(SEALED), "{gone}");
        }
        // What was copied to another place, or changed, is told, in either form.
        let text = sealed(json!({ MARKER: { CLEAR: "words" } }), &key).replace("\"m\"", "\"n\"");
        for text in [text.clone(), format!("[{text}]")] {
            let column = Column::read(&text).expect("JSON");
            assert!(matches!(column.open(&|_| Some(&key)), Err(StoreError::Seal { .. })), "{text}");
        }
    }

    #[test]
    fn a_column_that_holds_nothing_sealed_is_as_it_was() {
        for text in [r#"{"$personal":"erased"}"#, "[]", r#"{"$personal":{"clear":1}}"#] {
            let mut column = Column::read(text).expect("JSON");
            let mut needed = BTreeSet::new();
            column.keys_needed(&mut needed);
            assert!(needed.is_empty());
            assert_eq!(column.open(&|_| None).expect("opens"), text);
        }
        assert!(Column::read("{").is_err());
    }
}
