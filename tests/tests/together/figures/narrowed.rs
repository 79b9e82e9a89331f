//! The same for those who are told of some messages only: by how far they see, by a tag, by a status.

use super::{
    Naive, analyst, equal,
    naive::{Log, Standing, Told},
};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{MemberId, Tag, TeamId},
    message::MessageStatus,
};
use projections::{
    MessageFilter, Projections, Reader,
    statistics::{Calendar, StatisticsRange, Wanted},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// By whom and by what: a team reader, an own reader, a tag, a status.
pub(super) const PARTS: usize = 4;
const OWN: usize = 1;

/// What a part is called, who reads it, by which filter, and which messages are in it.
type Part<'p> = (&'p str, Reader, MessageFilter, &'p (dyn Fn(&Told, &Standing) -> bool + Sync));

/// Everything that is told of these parts of a desk equals what is made of their messages alone; how many messages each has,
/// of how many.
pub(super) async fn compare(
    views: &Projections,
    log: &Log,
    range: StatisticsRange,
    seed: u64,
) -> [(usize, usize); PARTS] {
    let (messages, standings) = (log.messages(), log.standings());
    let members: BTreeSet<Uuid> = standings.values().filter_map(|standing| standing.member).collect();
    let mut members = members.into_iter();
    let (own, colleague) = (members.next().unwrap_or_default(), members.next().unwrap_or_default());
    let team = standings.values().find_map(|standing| standing.team).unwrap_or_default();
    let reader = |role: Role| {
        let reach = Reach::Teams {
            teams: BTreeSet::from([TeamId(team)]),
            members: BTreeSet::from([MemberId(own), MemberId(colleague)]),
        };
        let actor = Actor::Member { id: MemberId(own), grants: role.grants() };
        Reader::of_statistics(actor, &reach).expect("may")
    };
    let theirs = |standing: &Standing| match (standing.member, standing.team) {
        (Some(member), _) => member == own || member == colleague,
        (None, Some(of)) => of == team,
        (None, None) => true,
    };
    let tag = messages.iter().find_map(|told| told.tags().first().cloned()).unwrap_or_default();
    let all = MessageFilter::default;
    let tagged = MessageFilter { tag: vec![Tag(tag.clone())], ..all() };
    let waiting = MessageFilter { status: vec![MessageStatus::Open, MessageStatus::Resolved], ..all() };
    let parts: [Part<'_>; PARTS] = [
        ("a team's", reader(Role::Lead), all(), &|_, standing| theirs(standing)),
        ("one's own", reader(Role::Agent), all(), &|_, standing| standing.member == Some(own)),
        ("with a tag", analyst(), tagged, &|told, _| told.tags().contains(&tag)),
        ("of a status", analyst(), waiting, &|_, standing| ["OPEN", "RESOLVED"].contains(&standing.status())),
    ];
    let mut many = [(0, messages.len()); PARTS];
    for (place, (name, reader, filter, takes_in)) in parts.into_iter().enumerate() {
        let part = messages.iter().filter(|told| takes_in(told, &standings[&told.id()]));
        let is_own = place == OWN;
        let part: Vec<Told> =
            part.map(|told| if is_own { told.seen_by(own) } else { told.clone() }).collect();
        let calendar = if place % 2 == 0 { Calendar::DeskHours } else { Calendar::WallClock };
        let told = views.statistics(&reader, range, &filter, calendar, Wanted::Groups).await;
        let told = told.unwrap_or_else(|error| panic!("{name}, desk {seed}: {error}"));
        let naive = if is_own { Naive::of_own(&part, own) } else { Naive::of(&part) };
        equal(&told, &naive, range, calendar, seed);
        many[place].0 = part.len();
    }
    many
}
