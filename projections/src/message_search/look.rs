//! Candidates are opened and asked again, as far as time and room go.

use super::{
    budget::{Budget, OF_ONE},
    candidates::{Candidates, order},
    phone,
};
use crate::{
    EntryKind, EntryRow, Projections,
    cursor::Key,
    error::QueryError,
    message_list::{self, MessageOrder, MessageRow},
    opening,
};
use domain::{
    contact::Contact,
    ids::MessageId,
    message::Assignee,
    personal::Personal,
    search::{Rank, Said, Whose},
    text::Name,
};
use std::{collections::HashMap, mem};
use store::{Row, StoreError};

/// At first so many more candidates are asked for than are wanted: of a hundred about one does not say it.
const SPARE: usize = 4;

/// A message that may say it.
struct Candidate {
    key: Key,
    id: MessageId,
    row: Row,
}

/// One that says it.
pub(super) struct Found {
    /// Its place in the list.
    pub(super) key: Key,
    /// How well it says it, when that is what they are ordered by.
    pub(super) rank: Rank,
    pub(super) row: MessageRow,
}

/// How far a search has come.
pub(super) struct Looked {
    budget: Budget,
    pub(super) found: Vec<Found>,
    /// The place of the first candidate.
    pub(super) first: Option<Key>,
    /// That of the last one that was looked at, or where it began.
    pub(super) place: Option<Key>,
}

/// Why a search looked at no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// There are no more candidates.
    NoMore,
    /// Enough was found.
    Enough,
    /// There was no more time, or no more room.
    Exhausted,
}

impl Looked {
    pub(super) fn from(place: Option<Key>, budget: Budget) -> Self {
        Self { budget, found: vec![], first: None, place }
    }
}

impl Projections {
    /// Looks at candidates, one after the other, until more than so many were found; none beyond a number, when one is given.
    pub(super) async fn walk(
        &self,
        candidates: &Candidates<'_>,
        looked: &mut Looked,
        until: Option<i64>,
        most: usize,
    ) -> Result<End, QueryError> {
        let (_, by, _) = order(candidates.order);
        let mut wanted = most.saturating_add(1 + SPARE);
        loop {
            let Some((many, within)) = looked.budget.round(wanted) else { return Ok(End::Exhausted) };
            // When those did not suffice, few of them say it.
            wanted = usize::MAX;
            let rows = candidates.beyond(looked.place.as_ref(), many, within).await?;
            // Later ones may be so many that they take too long: what was found before is told all the same.
            let Some(rows) = looked.budget.in_time(rows)? else { return Ok(End::Exhausted) };
            let mut ended = i64::try_from(rows.len()) != Ok(many);
            let rows = rows.into_iter().map(|row| Candidate::new(row, by));
            let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
            if let Some(until) = until {
                rows.retain(|candidate| candidate.key.0 >= until);
                ended |= i64::try_from(rows.len()) != Ok(many);
            }
            if looked.first.is_none() {
                looked.first = rows.first().map(|candidate| candidate.key.clone());
            }
            let all = self.look_at(candidates, rows, looked, most).await?;
            if looked.found.len() > most {
                return Ok(End::Enough);
            }
            if !all {
                return Ok(End::Exhausted);
            }
            if ended {
                return Ok(End::NoMore);
            }
        }
    }

    /// Looks at these. Was there time and room for all, or for as many as were wanted?
    async fn look_at(
        &self,
        of: &Candidates<'_>,
        mut candidates: Vec<Candidate>,
        looked: &mut Looked,
        most: usize,
    ) -> Result<bool, QueryError> {
        if candidates.is_empty() {
            return Ok(true);
        }
        let Some(within) = looked.budget.left() else { return Ok(false) };
        let ids: Vec<MessageId> = candidates.iter().map(|candidate| candidate.id).collect();
        let extents = self.extents(&ids, OF_ONE, within).await?;
        let Some(extents) = looked.budget.in_time(extents)? else { return Ok(false) };
        let extent = |candidate: &Candidate| extents.get(&candidate.id).copied().unwrap_or_default();
        while !candidates.is_empty() && looked.found.len() <= most {
            let budget = &mut looked.budget;
            let many = budget.at_once(candidates.iter().map(|candidate| extent(candidate).octets));
            let Some(within) = budget.left().filter(|_| many > 0) else { return Ok(false) };
            let later = candidates.split_off(many);
            let these = mem::replace(&mut candidates, later);
            let ids: Vec<MessageId> = these.iter().map(|candidate| candidate.id).collect();
            let last = these.iter().map(|candidate| extent(candidate).last).max().unwrap_or_default();
            let said = self.entries_until(&ids, last, within).await?;
            let Some(said) = budget.in_time(said)? else { return Ok(false) };
            budget.spend(these.iter().map(|candidate| extent(candidate).octets).sum());
            looked.place = these.last().map(|candidate| candidate.key.clone());
            let mut entries: HashMap<MessageId, Vec<EntryRow>> = HashMap::new();
            for (id, entry) in said {
                entries.entry(id).or_default().push(entry);
            }
            looked.found.extend(self.that_say(of, these, entries).await?);
        }
        Ok(true)
    }

    /// Those of the candidates that say it, as far as the reader sees it.
    async fn that_say(
        &self,
        Candidates { reader, search, order, .. }: &Candidates<'_>,
        candidates: Vec<Candidate>,
        mut entries: HashMap<MessageId, Vec<EntryRow>>,
    ) -> Result<Vec<Found>, QueryError> {
        let mut sealed = Vec::with_capacity(candidates.len() * 2);
        for Candidate { row, .. } in &candidates {
            sealed.extend([row.text_or_null("name")?, Some(row.text("contact")?)]);
        }
        let mut opened = opening::open(&self.store, sealed).await?;
        let (mut keys, mut rows) = (Vec::new(), Vec::new());
        for Candidate { key, id, row } in candidates {
            let name: Option<Personal<Name>> = opened.next()?;
            let contact: Personal<Contact> = opened.required()?;
            // Nobody learns a contact by trying digits that they may not see.
            let shown = reader.sight(holder(&row)?).contacts;
            let contact = contact.clear().filter(|_| shown);
            let reference = row.text("reference")?;
            let entries = entries.remove(&id).unwrap_or_default();
            let own = [Some(reference.as_str()), name.as_ref().and_then(Personal::text)];
            let own = own.into_iter().chain([contact.map(|contact| contact.given.as_str())]).flatten();
            let own = own.map(|text| (Whose::Visitor, text));
            let said = Said::by(own.chain(entries.iter().flat_map(texts)), contact.and_then(phone));
            if search.is_in(&said) {
                let ranked = *order == MessageOrder::BestFirst;
                let rank = if ranked { search.rank(&said) } else { Rank::default() };
                keys.push((key, rank));
                rows.push(row);
            }
        }
        let opened = message_list::opened(&self.store, reader, &rows).await?;
        let found = keys.into_iter().zip(opened).map(|((key, rank), row)| Found { key, rank, row });
        Ok(found.collect())
    }
}

impl Candidate {
    /// A row, by the column that the list is ordered by.
    fn new(row: Row, by: &str) -> Result<Self, QueryError> {
        let bad = |_| StoreError::Setup("message_list holds a bad message_id".to_owned());
        let id = row.text("message_id")?;
        Ok(Self { key: (row.int(by)?, id.clone()), id: id.parse().map_err(bad)?, row })
    }
}

/// What was said, and by whom: what a rule says is nobody's, and the same everywhere.
fn texts(entry: &EntryRow) -> impl Iterator<Item = (Whose, &str)> {
    let whose = match entry.kind {
        EntryKind::Words => Some(Whose::Visitor),
        EntryKind::Reply => Some(Whose::Desk),
        EntryKind::Note => Some(Whose::Note),
        EntryKind::AutoReply => None,
    };
    let answers = entry.answers.iter().filter_map(|answer| answer.value.text());
    let texts = entry.content.text().into_iter().chain(answers);
    texts.filter_map(move |text| Some((whose?, text)))
}

/// Whoever has the message.
fn holder(row: &Row) -> Result<Option<Assignee>, QueryError> {
    let member = row.text_or_null("assignee_id")?.and_then(|id| id.parse().ok()).map(Assignee::Member);
    let team = row.text_or_null("team_id")?.and_then(|id| id.parse().ok()).map(Assignee::Team);
    Ok(member.or(team))
}
