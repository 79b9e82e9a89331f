//! Opening what a view holds sealed, for a whole page at once.

use crate::error::QueryError;
use domain::personal::Personal;
use serde::{Serialize, de::DeserializeOwned};
use store::{HandleError, Store, StoreError};

/// A sealed value as a view's column keeps it.
pub(crate) fn column<T: Serialize>(personal: &Personal<T>) -> Result<String, HandleError> {
    match personal {
        Personal::Clear(_) => Err("a view was handed words in the clear".into()),
        Personal::Sealed(_) | Personal::Erased => Ok(serde_json::to_string(personal)?),
    }
}

/// The same of a list in which each entry holds one; nothing for an empty one.
pub(crate) fn list<L: Serialize, T>(
    entries: &[L],
    personal: impl Fn(&L) -> &Personal<T>,
) -> Result<Option<String>, HandleError> {
    if entries.iter().any(|entry| matches!(personal(entry), Personal::Clear(_))) {
        return Err("a view was handed words in the clear".into());
    }
    Ok(if entries.is_empty() { None } else { Some(serde_json::to_string(entries)?) })
}

/// The columns of a page, opened together: one look-up of keys for all of them.
pub(crate) struct Opened(std::vec::IntoIter<Option<serde_json::Value>>);

/// Opens columns in the order in which they will be taken.
pub(crate) async fn open(store: &Store, columns: Vec<Option<String>>) -> Result<Opened, QueryError> {
    let read = |column: Option<String>| column.map(|text| serde_json::from_str(&text)).transpose();
    let mut values: Vec<Option<serde_json::Value>> = columns
        .into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|error| QueryError::row("a sealed column", error))?;
    let mut borrowed: Vec<_> = values.iter_mut().flatten().collect();
    store.open_personal(&mut borrowed).await?;
    Ok(Opened(values.into_iter()))
}

impl Opened {
    /// The next column, when it was not null.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<Personal<T>>, QueryError> {
        let value = self.0.next().flatten();
        value
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| QueryError::row("a sealed column", error))
    }

    /// The next column, a list; null is an empty one.
    pub(crate) fn list<L: DeserializeOwned>(&mut self) -> Result<Vec<L>, QueryError> {
        let value = self.0.next().flatten();
        let list = value.map(serde_json::from_value).transpose();
        Ok(list.map_err(|error| QueryError::row("a sealed column", error))?.unwrap_or_default())
    }

    /// The next column, which is never null.
    pub(crate) fn required<T: DeserializeOwned>(&mut self) -> Result<Personal<T>, QueryError> {
        self.next()?.ok_or_else(|| {
            QueryError::Fault(StoreError::Setup("a sealed column is null that never should be".to_owned()))
        })
    }
}
