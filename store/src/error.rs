//! What can go wrong with a database.

use std::borrow::Cow;

/// A fault: nothing that a caller did wrong, and nothing of a person in its text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no, or nothing.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration did not go through.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Stored JSON is not what it was written as.
    #[error("stored JSON at {place}: {error}")]
    Json {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A sealed value does not open under its key: it was changed or moved.
    #[error("a sealed value does not open under key {key_id}: it was changed or moved")]
    Seal {
        /// Its key.
        key_id: String,
    },
    /// A key that should exist, at least as a tombstone, does not.
    #[error("key {key_id} is missing")]
    KeyMissing {
        /// Its id.
        key_id: String,
    },
    /// The log has a hole: it was tampered with or restored in part.
    #[error("position {position} is missing from the log")]
    Gap {
        /// The first missing position.
        position: i64,
    },
    /// A view has seen more than the log has: the log was restored, and the view was not.
    #[error(
        "the log ends at position {head}, and the view stands at {position}: was the log restored from a backup? Fill the \
         view again: leaveword rebuild all"
    )]
    Ahead {
        /// Where the log ends.
        head: i64,
        /// Where the view stands.
        position: i64,
    },
    /// A picture's file cannot be written, read or removed.
    #[error("a picture's file: {0}")]
    Picture(std::io::Error),
    /// Where pictures are to lie is of no use.
    #[error("LEAVEWORD_BLOBS_URL: {0}")]
    Blobs(std::io::Error),
    /// The installation cannot start like this; the text says what to do.
    #[error("{0}")]
    Setup(String),
}

impl StoreError {
    /// Is the database only busy or away, so that the same may go through later?
    pub fn passes(&self) -> bool {
        matches!(self, Self::Database(error) if passes(error))
    }

    /// May it be the fault of one command of many? Not what passes, nor what no command can help: a clock that is wrong, a full
    /// disk, a database that is only read.
    pub(crate) fn may_be_ones(&self) -> bool {
        match self {
            Self::Setup(_) => false,
            Self::Database(error) => {
                let code = code(error).unwrap_or_default();
                // PostgreSQL: disk_full, too_many_connections, configuration_limit_exceeded, read_only_sql_transaction.
                let of_all = matches!(&*code, "53100" | "53300" | "53400" | "25006");
                // SQLite, whose code ends the extended one: SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL.
                let of_the_file =
                    code.len() < 5 && code.parse().is_ok_and(|code: u32| matches!(code & 0xff, 8 | 10 | 13));
                !passes(error) && !of_all && !of_the_file
            }
            _ => true,
        }
    }
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended to one of the streams first.
    #[error("the stream moved on")]
    Conflict,
    /// The idempotency key was used with other input.
    #[error("the idempotency key was used with other input")]
    KeyReused,
    /// A value that must be unique is taken; the kind says which.
    #[error("{kind} is taken")]
    Taken {
        /// The kind of reservation.
        kind: &'static str,
    },
    /// A one-time credential was used already.
    #[error("this can be used once, and was")]
    Spent,
    /// The key that the events would be sealed with has been destroyed.
    #[error("the person has been erased")]
    Erased,
    /// Too many commands wait already, or the store is closing.
    #[error("too much is going on; try again")]
    Busy,
    /// The database went away while it committed, and did not say in time whether it had.
    #[error("the outcome is not known")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AppendError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What the database calls a fault: PostgreSQL's SQLSTATE, SQLite's extended result code.
pub(crate) fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    let sqlx::Error::Database(error) = error else { return None };
    error.code()
}

/// Nothing was answered in time.
pub(crate) fn silent() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// The database ended what took too long. PostgreSQL: `statement_timeout`. SQLite: `SQLITE_INTERRUPT`.
pub(crate) fn took_too_long(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| matches!(&*code, "57014" | "9"))
}

/// As [`StoreError::passes`], of what the driver says.
pub(crate) fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        // PostgreSQL: lock_timeout, statement_timeout, its server ending or starting. SQLite: SQLITE_BUSY.
        error => code(error)
            .is_some_and(|code| matches!(&*code, "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "5")),
    }
}
