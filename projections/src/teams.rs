//! The desk's teams, and who is in them. What a scope reaches is not told by this view but by rows of the log
//! (`store/src/teams.rs`): a view may be behind.

use crate::{
    Projections,
    error::QueryError,
    fold::{Folded, Table, fold},
};
use cqrs_es::Aggregate;
use domain::{
    ids::{MemberId, TeamId},
    team::{MOST_TEAMS, Team, TeamEvent},
    text::Name,
};
use std::collections::BTreeSet;
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, StoreError, Tx, Value};

/// A team.
#[derive(Clone, Debug)]
pub struct TeamRow {
    /// Which.
    pub id: TeamId,
    /// What it is called.
    pub name: Name,
    /// Who is in it.
    pub members: BTreeSet<MemberId>,
    /// Is it no more?
    pub disbanded: bool,
}

/// Takes a run of events into the list of teams.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move { fold::<Formed>(tx, run).await?.write(tx).await })
}

/// A row while events are folded into it: the aggregate itself says what an event does to it.
struct Formed {
    formed_at: i64,
    team: Team,
}

impl Folded for Formed {
    type Aggregate = Team;
    const TABLE: Table = Table {
        name: "teams",
        key: "team_id",
        fixed: &[("formed_at", Kind::Int)],
        changing: &[
            ("name", Kind::Text),
            ("members", Kind::Text),
            ("disbanded", Kind::Int),
            ("state", Kind::Text),
        ],
        read: &["state"],
    };

    fn begin(_recorded: &RecordedEvent, event: TeamEvent) -> Result<Option<Self>, HandleError> {
        let TeamEvent::TeamFormed(formed) = &event else { return Ok(None) };
        let formed_at = formed.at.timestamp_micros();
        let mut team = Team::default();
        team.apply(event);
        Ok(Some(Self { formed_at, team }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        Ok(Self { formed_at: 0, team: serde_json::from_str(&row.text("state")?)? })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: TeamEvent) -> Result<(), HandleError> {
        self.team.apply(event);
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        vec![self.formed_at.into()]
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        let Team::Formed(team) = &self.team else { return Err("a team in the list was formed".into()) };
        Ok(vec![
            team.name.as_str().into(),
            serde_json::to_string(&team.members)?.into(),
            i64::from(team.disbanded).into(),
            serde_json::to_string(&self.team)?.into(),
        ])
    }
}

const COLUMNS: &str = "team_id, name, members, disbanded";

impl Projections {
    /// The teams that stand, in the order in which they were formed.
    pub async fn teams(&self) -> Result<Vec<TeamRow>, QueryError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM teams WHERE disbanded = 0 ORDER BY formed_at, team_id LIMIT {}",
            // Two that are formed at once may both find room.
            2 * MOST_TEAMS
        );
        self.store.database().views.rows(&sql, &[]).await?.iter().map(team).collect()
    }

    /// One team, also when it is no more.
    pub async fn team(&self, id: TeamId) -> Result<Option<TeamRow>, QueryError> {
        let sql = format!("SELECT {COLUMNS} FROM teams WHERE team_id = $1");
        let row = self.store.database().views.row(&sql, &[id.to_string().into()]).await?;
        row.as_ref().map(team).transpose()
    }
}

fn team(row: &Row) -> Result<TeamRow, QueryError> {
    let bad = |what: &str| StoreError::Setup(format!("teams holds a bad {what}"));
    Ok(TeamRow {
        id: row.text("team_id")?.parse().map_err(|_| bad("team_id"))?,
        name: Name::parse(&row.text("name")?).map_err(|_| bad("name"))?,
        members: serde_json::from_str(&row.text("members")?).map_err(|_| bad("list of members"))?,
        disbanded: row.int("disbanded")? == 1,
    })
}
