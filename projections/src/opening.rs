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
pub(crate) struct Opened(std::vec::IntoIter<Option<String>>);

/// Opens columns in the order in which they will be taken.
pub(crate) async fn open(store: &Store, mut columns: Vec<Option<String>>) -> Result<Opened, QueryError> {
    let sealed: Vec<&str> = columns.iter().flatten().map(String::as_str).collect();
    let opened = store.open_columns(&sealed).await?;
    for (column, opened) in columns.iter_mut().flatten().zip(opened) {
        *column = opened;
    }
    Ok(Opened(columns.into_iter()))
}

impl Opened {
    fn read<T: DeserializeOwned>(&mut self) -> Result<Option<T>, QueryError> {
        let read = self.0.next().flatten().map(|text| serde_json::from_str(&text)).transpose();
        read.map_err(|error| QueryError::row("a sealed column", error))
    }

    /// The next column, when it was not null.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<Personal<T>>, QueryError> {
        self.read()
    }

    /// The next column, a list; null is an empty one.
    pub(crate) fn list<L: DeserializeOwned>(&mut self) -> Result<Vec<L>, QueryError> {
        Ok(self.read()?.unwrap_or_default())
    }

    /// The next column, which is never null.
    pub(crate) fn required<T: DeserializeOwned>(&mut self) -> Result<Personal<T>, QueryError> {
        self.next()?.ok_or_else(|| {
            QueryError::Fault(StoreError::Setup("a sealed column is null that never should be".to_owned()))
        })
    }
}
