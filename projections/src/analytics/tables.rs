//! What the tables are called, and what each of their columns means.

use domain::ids::DESK_ID;

/// A table and its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnalyticsTable {
    /// What it is called after `analytics.`, on SQLite after `analytics_`.
    pub name: &'static str,
    /// What there is a row for.
    pub rows: &'static str,
    /// Its columns, in order. What is added comes at the end.
    pub columns: &'static [AnalyticsColumn],
    /// What it is made of, on PostgreSQL.
    asked: &'static str,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnalyticsColumn {
    /// What it is called.
    pub name: &'static str,
    /// Its type on PostgreSQL.
    pub kind: &'static str,
    /// What it says, in which unit, and when it is null.
    pub meaning: &'static str,
    /// Does it name a member? Such a one is null when the desk shows no figures per member.
    pub names_member: bool,
}

const fn column(name: &'static str, kind: &'static str, meaning: &'static str) -> AnalyticsColumn {
    AnalyticsColumn { name, kind, meaning, names_member: false }
}

const fn member(name: &'static str, meaning: &'static str) -> AnalyticsColumn {
    AnalyticsColumn { name, kind: "text", meaning, names_member: true }
}

const MESSAGE: AnalyticsColumn = column("message_id", "text", "the message's id");
const SPAM: AnalyticsColumn =
    column("spam", "boolean", "whether the message is marked as spam now: leave it out of figures");
const WALL: AnalyticsColumn = column(
    "wall_seconds",
    "bigint",
    "whole seconds of the wait by the clock on the wall; null: it goes on, or none was ended",
);
const DESK: AnalyticsColumn = column(
    "desk_seconds",
    "bigint",
    "whole seconds of the wait in the opening hours of the time; null as `wall_seconds` is",
);

/// All of them.
pub const ANALYTICS: [AnalyticsTable; 4] = [
    AnalyticsTable {
        name: "messages",
        rows: "each message, deleted ones included: what it is about, how it stands, who has it, its rating",
        columns: &[
            MESSAGE,
            column("reference", "text", "its short name, such as `LW-7K3F9Q`"),
            column("submitted_at", "timestamptz", "when it was left"),
            column("submitted_on", "date", "the day on which it was left, in the desk's zone as it was then"),
            column("status", "text", "`OPEN`, `REPLIED`, `FOLLOW_UP`, `RESOLVED` or `CLOSED`, as it is now"),
            column("category_id", "text", "what it is about now; null: nothing was chosen"),
            column("priority", "text", "`LOW`, `NORMAL`, `HIGH` or `URGENT`, as it is now"),
            column("tags", "text", "its tags now, a JSON array of texts in order"),
            member("assignee_id", "the id of the member who has it now; null: none has"),
            column("team_id", "text", "the id of the team that has it now; null: none has, or a member does"),
            column("first_replied_at", "timestamptz", "when a member replied first; null: none has"),
            column("last_activity_at", "timestamptz", "when anything last happened to it"),
            column(
                "due_at",
                "timestamptz",
                "when an answer is due to the visitor who waits; null: nobody waits, none ever is, or it is spam or deleted",
            ),
            column(
                "overdue",
                "boolean",
                "whether that was told to have passed; false for spam and what is deleted",
            ),
            column("rating", "bigint", "1 to 5 stars, as last rated; null: not rated"),
            column("rated_at", "timestamptz", "when it was last rated; null: not rated"),
            SPAM,
            column("archived", "boolean", "whether it is in the archive now"),
            column("deleted", "boolean", "whether it is deleted now"),
        ],
        asked: include_str!("messages.sql"),
    },
    AnalyticsTable {
        name: "replies",
        rows: "each reply, automatic ones included: who gave it and when, and the wait that it ended",
        columns: &[
            MESSAGE,
            column("reply_id", "text", "the reply's id"),
            column("replied_at", "timestamptz", "when it was given"),
            member("member_id", "the id of its author; null: it was automatic"),
            column("automatic", "boolean", "whether the desk gave it by itself because it was closed"),
            column("ended_a_wait", "boolean", "whether a visitor waited for it"),
            WALL,
            DESK,
            SPAM,
        ],
        asked: include_str!("replies.sql"),
    },
    AnalyticsTable {
        name: "waits",
        rows: "each wait of a visitor, under way or ended; a message that is deleted has none under way",
        columns: &[
            MESSAGE,
            column("began_at", "timestamptz", "when the visitor began to wait"),
            column("ended_at", "timestamptz", "when that ended; null: it goes on"),
            column(
                "ended_on",
                "date",
                "the day on which it ended, in the desk's zone as it was then; null: it goes on",
            ),
            column("how", "text", "`REPLIED`, `RESOLVED`, `CLOSED` or `ERASED`; null: it goes on"),
            member("member_id", "the id of the member who ended it; null: it goes on, or no member did"),
            WALL,
            DESK,
            column(
                "due_at",
                "timestamptz",
                "when an answer was or is due; null: none ever was, or it goes on in spam",
            ),
            column(
                "in_time",
                "boolean",
                "whether it ended before that; false as soon as it was told to be late, null: nobody knows yet, or no answer was due",
            ),
            SPAM,
        ],
        asked: include_str!("waits.sql"),
    },
    AnalyticsTable {
        name: "daily",
        rows: "each day of the desk on which anything was left or a wait ended, without spam",
        columns: &[
            column("day", "date", "the day, in the desk's zone as it was then"),
            column("submitted", "numeric", "messages that were left on it"),
            column("handled_of_submitted", "numeric", "how many of those are resolved or closed now"),
            column("waits_replied", "numeric", "waits that ended on it with a reply"),
            column("waits_resolved", "numeric", "waits that ended on it because the message was resolved"),
            column("waits_closed", "numeric", "waits that ended on it because the message was closed"),
            column("met", "numeric", "of those three, waits that ended before an answer was due"),
            column("missed", "numeric", "of those three, waits that ended later"),
            column(
                "reply_wall_seconds",
                "numeric",
                "whole seconds of the waits that ended with a reply, together, by the clock on the wall",
            ),
            column("reply_desk_seconds", "numeric", "the same in the opening hours of the time"),
        ],
        asked: include_str!("daily.sql"),
    },
];

/// Does the desk show figures per member, asked of its log? As its last revision says; before the first it does.
fn per_member() -> String {
    format!(
        "COALESCE((SELECT (payload -> 'DeskRevised' ->> 'figures_per_member')::boolean FROM events \
         WHERE aggregate_type = 'Desk' AND aggregate_id = '{DESK_ID}' AND event_type = 'DeskRevised' \
         ORDER BY sequence DESC LIMIT 1), true)"
    )
}

impl AnalyticsTable {
    /// Does any column name a member?
    pub fn names_members(&self) -> bool {
        self.columns.iter().any(|column| column.names_member)
    }

    /// Its rows on PostgreSQL, members named.
    pub(super) fn rows_on_postgres(&self) -> &'static str {
        self.asked
    }

    /// Its rows on PostgreSQL, members named as long as the desk shows figures per member.
    pub(super) fn shown_on_postgres(&self) -> String {
        if !self.names_members() {
            return self.asked.to_owned();
        }
        let per_member = per_member();
        let shown = |AnalyticsColumn { name, names_member, .. }: &AnalyticsColumn| match names_member {
            true => format!("CASE WHEN {per_member} THEN {name} END AS {name}"),
            false => (*name).to_owned(),
        };
        let columns: Vec<String> = self.columns.iter().map(shown).collect();
        format!("SELECT {} FROM ({}) AS all_rows", columns.join(", "), self.asked)
    }
}
