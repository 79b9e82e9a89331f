//! What is killed, and where.

use store::Dialect;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// SIGKILL of the only server; another takes its place.
    Server,
    /// SIGKILL of one of two servers; callers go on with the other.
    OneOfTwoServers,
    /// PostgreSQL stops at once and is started again.
    Postgres,
    /// Every connection to PostgreSQL is ended.
    Connections,
}

impl Target {
    /// What can be killed there.
    pub(crate) fn of(dialect: Dialect) -> &'static [Self] {
        match dialect {
            Dialect::Sqlite => &[Self::Server],
            Dialect::Postgres => &[Self::Server, Self::OneOfTwoServers, Self::Postgres, Self::Connections],
        }
    }

    /// In a line of the report.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Server => "server killed",
            Self::OneOfTwoServers => "one of two servers killed",
            Self::Postgres => "PostgreSQL stopped at once",
            Self::Connections => "connections ended",
        }
    }
}
