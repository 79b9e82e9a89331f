//! Personal data in events: a marker that the store, and nobody else, seals, opens and erases.

use crate::text::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt;

/// Free text or an identifier of a person.
///
/// On the wire it is `{"$personal": …}` in one of three forms: `{"clear": T}` between the domain and the store,
/// `{"sealed": …}` as it is stored, `"erased"` once its key has been destroyed. A stream loads and folds in any of
/// them, so aggregates need no key.
#[derive(Clone, PartialEq)]
pub enum Personal<T> {
    /// Readable: freshly decided, or opened by the store.
    Clear(T),
    /// As stored: the store's business.
    Sealed(Sealed),
    /// Its key is gone, for ever.
    Erased,
}

/// A sealed value with what it is bound to; opaque to everyone but the store, and kept as it was written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(Box<RawValue>);

impl PartialEq for Sealed {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl<T> Personal<T> {
    /// The value, when it is readable.
    pub fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(value) => Some(value),
            Self::Sealed(_) | Self::Erased => None,
        }
    }

    /// The sealed value, when it is sealed: what a view may keep.
    pub fn sealed(&self) -> Option<&Sealed> {
        match self {
            Self::Sealed(sealed) => Some(sealed),
            Self::Clear(_) | Self::Erased => None,
        }
    }
}

impl<const MAX: usize> Personal<Text<MAX>> {
    /// The text, when it is readable.
    pub fn text(&self) -> Option<&str> {
        self.clear().map(Text::as_str)
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self::Clear(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[derive(Serialize, Deserialize)]
struct Marker<F> {
    #[serde(rename = "$personal")]
    form: F,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form<T, S> {
    Clear(T),
    Sealed(S),
    Erased,
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = match self {
            Self::Clear(value) => Form::Clear(value),
            Self::Sealed(sealed) => Form::Sealed(sealed),
            Self::Erased => Form::Erased,
        };
        Marker { form }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Marker::<Form<T, Sealed>>::deserialize(deserializer)?.form {
            Form::Clear(value) => Self::Clear(value),
            Form::Sealed(sealed) => Self::Sealed(sealed),
            Form::Erased => Self::Erased,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_survives_the_wire() {
        for wire in [
            json!({"$personal": {"clear": "李雷"}}),
            json!({"$personal": {"sealed": {"k": "message/1"}}}),
            json!({"$personal": "erased"}),
        ] {
            let read: Personal<String> = serde_json::from_value(wire.clone()).expect("a known form");
            assert_eq!(serde_json::to_value(&read).expect("serialises"), wire);
        }
    }

    #[test]
    fn debug_shows_nothing_in_any_form() {
        assert_eq!(format!("{:?}", Personal::Clear("13800138000")), "…");
        let sealed: Personal<()> = serde_json::from_str(r#"{"$personal":{"sealed":"x"}}"#).expect("sealed");
        assert_eq!(format!("{sealed:?} {:?}", sealed.sealed()), "… Some(…)");
    }
}
