//! Every row of the tables, as of one moment.

use super::{AnalyticsColumn, AnalyticsTable};
use crate::VIEWS;
use domain::{desk::Desk, ids::DESK_ID};
use store::{Dialect, Snapshot, Store, StoreError, View};

/// The views that the tables are made of.
const MADE_OF: [&str; 3] = ["message_list", "message_entries", "statistics"];

/// The tables as they are at one moment, whatever happens while they are read.
pub struct AnalyticsExport {
    snapshot: Snapshot,
    dialect: Dialect,
    per_member: bool,
    as_of: AsOf,
}

/// Which moment it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// How far each of the views that the tables are made of has followed the log: its name, and a position.
    pub views: Vec<(&'static str, i64)>,
    /// The position of the log's last event, just before.
    pub log: i64,
}

impl AsOf {
    /// Up to this position every table has everything.
    pub fn position(&self) -> i64 {
        self.views.iter().map(|(_, position)| *position).min().unwrap_or_default()
    }

    /// Is there anything in the log that a table may not have?
    pub fn is_behind(&self) -> bool {
        self.position() < self.log
    }

    /// Have all of the views come equally far?
    pub fn is_even(&self) -> bool {
        self.views.iter().all(|(_, position)| *position == self.position())
    }
}

impl AnalyticsExport {
    /// Begins it: what is read from it is as of now.
    pub async fn begin(store: &Store) -> Result<Self, StoreError> {
        let dialect = store.database().dialect();
        let desk = store.load::<Desk>(&DESK_ID.to_string()).await?.aggregate;
        let per_member = desk.settings().desk.as_ref().is_none_or(|desk| desk.figures_per_member);
        // Before the moment: a view that has come further since is not behind.
        let log = store.head().await?;
        let views: Vec<&View> = VIEWS.iter().filter(|view| MADE_OF.contains(&view.name)).collect();
        let tables: Vec<&str> = views.iter().flat_map(|view| view.tables).copied().collect();
        let mut snapshot = store.database().views.snapshot(&tables).await?;
        let mut positions = vec![];
        for View { name, version, .. } in views {
            let sql = "SELECT position FROM checkpoints WHERE name = $1 AND version = $2";
            let rows = snapshot.rows(sql, &[(*name).into(), (*version).into()]).await?;
            let position = rows.first().map(|row| row.int("position")).transpose()?;
            positions.push((*name, position.unwrap_or_default()));
        }
        Ok(Self { snapshot, dialect, per_member, as_of: AsOf { views: positions, log } })
    }

    /// Which moment it is.
    pub fn as_of(&self) -> &AsOf {
        &self.as_of
    }

    /// Are members named? Not when the desk shows no figures per member.
    pub fn names_members(&self) -> bool {
        self.per_member
    }

    /// Reads every row of a table as texts, one after the other, in the order of all its columns; says how many there are.
    /// What `take` says ends it. Both databases write the same: times in UTC with milliseconds, `true` and `false`.
    pub async fn read(
        &mut self,
        table: AnalyticsTable,
        mut take: impl FnMut(Vec<Option<String>>) -> std::io::Result<()> + Send,
    ) -> Result<u64, StoreError> {
        let columns: Vec<String> = table.columns.iter().map(|column| self.column(column)).collect();
        let name = table.name;
        let from = match self.dialect {
            Dialect::Postgres => format!("({}) AS all_rows", table.rows_on_postgres()),
            Dialect::Sqlite => format!("analytics_{name}"),
        };
        let order: Vec<String> = (1..=columns.len()).map(|place| format!("{place} NULLS LAST")).collect();
        let sql = format!("SELECT {} FROM {from} ORDER BY {}", columns.join(", "), order.join(", "));
        let mut rows = 0;
        let read = self.snapshot.each(&sql, |row| {
            rows += 1;
            let values: Result<Vec<_>, _> =
                table.columns.iter().map(|column| row.text_or_null(column.name)).collect();
            take(values?).map_err(sqlx::Error::Io)
        });
        read.await?;
        Ok(rows)
    }

    /// A column as a text.
    fn column(&self, AnalyticsColumn { name, kind, names_member, .. }: &AnalyticsColumn) -> String {
        let text = match (self.dialect, *kind) {
            _ if *names_member && !self.per_member => "CAST(NULL AS text)".to_owned(),
            // SQLite's are there in milliseconds, the nearest ones.
            (Dialect::Postgres, "timestamptz") => format!(
                "to_char(({name} + interval '500 microseconds') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
            ),
            (Dialect::Sqlite, "boolean") => {
                format!("CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")
            }
            _ => format!("CAST({name} AS text)"),
        };
        match self.dialect {
            // In the order of bytes, as SQLite has it, and not of a language.
            Dialect::Postgres => format!("{text} COLLATE \"C\" AS {name}"),
            Dialect::Sqlite => format!("{text} AS {name}"),
        }
    }
}
