//! Who works at the desk.

use crate::{
    Projections,
    error::QueryError,
    event::event_of,
    opening::{self, column},
};
use domain::{
    access::Role,
    ids::MemberId,
    member::{Member, MemberEmail, MemberEvent},
    personal::Personal,
    text::Name,
};
use std::collections::BTreeSet;
use store::{BoxFuture, HandleError, RecordedEvent, StoreError, Tx, Value, placeholders};

/// A member.
#[derive(Clone, Debug)]
pub struct MemberRow {
    /// Who.
    pub id: MemberId,
    /// What they may do.
    pub role: Role,
    /// Their name.
    pub name: Personal<Name>,
    /// Their address.
    pub email: Personal<MemberEmail>,
}

/// Takes one event into the list of members.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    recorded: &'a RecordedEvent,
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let id = recorded.aggregate_id.as_str();
        match event_of::<Member>(recorded)? {
            None | Some(MemberEvent::PasswordChanged(_) | MemberEvent::MemberSignedIn(_)) => {}
            Some(MemberEvent::MemberInvited(event)) => {
                let (name, email) = (column(&event.name)?, column(&event.email)?);
                let sql =
                    "INSERT INTO members (member_id, role, name, email, joined) VALUES ($1, $2, $3, $4, 0)";
                tx.execute(sql, &[id.into(), event.role.id().into(), name.into(), email.into()]).await?;
            }
            Some(MemberEvent::MemberJoined(_)) => {
                tx.execute("UPDATE members SET joined = 1 WHERE member_id = $1", &[id.into()]).await?;
            }
        }
        Ok(())
    })
}

impl Projections {
    /// These members, in one look-up; whoever is unknown is left out.
    pub async fn members(&self, ids: &BTreeSet<MemberId>) -> Result<Vec<MemberRow>, QueryError> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let values: Vec<Value> = ids.iter().map(|id| id.to_string().into()).collect();
        let sql = format!(
            "SELECT member_id, role, name, email FROM members WHERE member_id IN ({})",
            placeholders(1, values.len())
        );
        let rows = self.store.database().views.rows(&sql, &values).await?;
        let mut sealed = Vec::new();
        for row in &rows {
            sealed.extend([Some(row.text("name")?), Some(row.text("email")?)]);
        }
        let mut opened = opening::open(&self.store, sealed).await?;
        let bad = |what: &str| StoreError::Setup(format!("members holds a bad {what}"));
        let member = |row: &store::Row| {
            Ok(MemberRow {
                id: row.text("member_id")?.parse().map_err(|_| bad("member_id"))?,
                role: row.text("role")?.parse().map_err(|_| bad("role"))?,
                name: opened.required()?,
                email: opened.required()?,
            })
        };
        rows.iter().map(member).collect()
    }

    /// One member.
    pub async fn member(&self, id: MemberId) -> Result<Option<MemberRow>, QueryError> {
        Ok(self.members(&[id].into()).await?.pop())
    }
}
