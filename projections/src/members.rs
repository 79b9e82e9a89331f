//! Who works at the desk.

use crate::{
    Projections,
    error::QueryError,
    fold::{Folded, Table, fold},
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
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, StoreError, Tx, Value, placeholders};

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

/// Takes a run of events into the list of members.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move { fold::<Invited>(tx, run).await?.write(tx).await })
}

/// A row while events are folded into it.
struct Invited {
    fixed: Vec<Value>,
    joined: bool,
}

impl Folded for Invited {
    type Aggregate = Member;
    const TABLE: Table = Table {
        name: "members",
        key: "member_id",
        fixed: &[("role", Kind::Text), ("name", Kind::Text), ("email", Kind::Text)],
        changing: &[("joined", Kind::Int)],
        read: &["joined"],
    };

    fn begin(_recorded: &RecordedEvent, event: MemberEvent) -> Result<Option<Self>, HandleError> {
        let MemberEvent::MemberInvited(event) = event else { return Ok(None) };
        let fixed = vec![event.role.id().into(), column(&event.name)?.into(), column(&event.email)?.into()];
        Ok(Some(Self { fixed, joined: false }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        Ok(Self { fixed: vec![], joined: row.int("joined")? == 1 })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: MemberEvent) -> Result<(), HandleError> {
        match event {
            MemberEvent::MemberJoined(_) => self.joined = true,
            MemberEvent::MemberInvited(_)
            | MemberEvent::PasswordChanged(_)
            | MemberEvent::MemberSignedIn(_) => {}
        }
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.fixed)
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        Ok(vec![i64::from(self.joined).into()])
    }
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
        let member = |row: &Row| {
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
