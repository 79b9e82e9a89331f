//! Who is in which team: rows beside the log, written in the append's own transaction, so that a scope is told by what is
//! so now, and not by how far a view has come.

use crate::{
    error::{AppendError, StoreError},
    sql::{Tx, Value},
    store::Store,
};

/// A change of a team that is committed with the events that speak of it.
#[derive(Clone, Debug)]
pub enum TeamChange {
    /// There is such a team.
    Formed {
        /// Which.
        team_id: String,
    },
    /// A member is in it.
    Joined {
        /// Which.
        team_id: String,
        /// Who.
        member_id: String,
    },
    /// A member is in it no more.
    Left {
        /// Which.
        team_id: String,
        /// Who.
        member_id: String,
    },
    /// It is no more, and nobody is in it.
    Disbanded {
        /// Which.
        team_id: String,
    },
}

/// What somebody's teams are to them. All of them are ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamsOf {
    /// The teams that they are in.
    pub teams: Vec<String>,
    /// Everybody who is in one of these, they themselves included; some more than once.
    pub members: Vec<String>,
    /// Teams that are no more: what was theirs is nobody's.
    pub disbanded: Vec<String>,
}

/// As many rows as are read of anybody's teams, and of teams that are no more.
const MOST: i64 = 10_000;

impl TeamChange {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        match self {
            Self::Formed { team_id } => {
                let sql = "INSERT INTO team_standings (team_id, disbanded) VALUES ($1, 0)";
                tx.execute(sql, &[team_id.as_str().into()]).await?;
            }
            Self::Joined { team_id, member_id } => {
                let sql = "INSERT INTO team_members (team_id, member_id) VALUES ($1, $2)";
                tx.execute(sql, &[team_id.as_str().into(), member_id.as_str().into()]).await?;
            }
            Self::Left { team_id, member_id } => {
                let sql = "DELETE FROM team_members WHERE team_id = $1 AND member_id = $2";
                tx.execute(sql, &[team_id.as_str().into(), member_id.as_str().into()]).await?;
            }
            Self::Disbanded { team_id } => {
                let id: Value = team_id.as_str().into();
                let sql = "UPDATE team_standings SET disbanded = 1 WHERE team_id = $1";
                tx.execute(sql, std::slice::from_ref(&id)).await?;
                tx.execute("DELETE FROM team_members WHERE team_id = $1", &[id]).await?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// How many teams stand.
    pub async fn standing_teams(&self) -> Result<usize, StoreError> {
        let sql = "SELECT COUNT(*) AS teams FROM team_standings WHERE disbanded = 0";
        let row = self.database().log.row(sql, &[]).await?;
        let count = row.map(|row| row.int("teams")).transpose()?.unwrap_or_default();
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// What a member's teams are to them.
    pub async fn teams_of(&self, member_id: &str) -> Result<TeamsOf, StoreError> {
        let log = &self.database().log;
        let sql = "SELECT theirs.team_id AS team_id, theirs.member_id AS member_id \
                   FROM team_members mine JOIN team_members theirs ON theirs.team_id = mine.team_id \
                   WHERE mine.member_id = $1 ORDER BY theirs.team_id LIMIT $2";
        let mut found = TeamsOf::default();
        for row in log.rows(sql, &[member_id.into(), MOST.into()]).await? {
            let team_id = row.text("team_id")?;
            if found.teams.last() != Some(&team_id) {
                found.teams.push(team_id);
            }
            found.members.push(row.text("member_id")?);
        }
        // Who is in no team sees the whole desk anyway.
        if !found.teams.is_empty() {
            let sql = "SELECT team_id FROM team_standings WHERE disbanded = 1 ORDER BY team_id DESC LIMIT $1";
            for row in log.rows(sql, &[MOST.into()]).await? {
                found.disbanded.push(row.text("team_id")?);
            }
        }
        Ok(found)
    }
}
