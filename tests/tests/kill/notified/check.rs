//! The checker: what the desk says of its deliveries against what the receivers have. Pure; it knows neither HTTP nor SQL.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

/// As many messages a digest names; the others it counts.
const NAMED: usize = 5;

/// A message that was left: its number, which stands in its words, and where its event stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) number: u64,
    pub(crate) position: i64,
}

/// A delivery, as the desk tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) position: i64,
    pub(crate) state: String,
    /// When each attempt was made that the desk says was taken. Those of one digest have one time.
    pub(crate) taken_at: Vec<String>,
}

/// A request to a webhook, as its receiver kept it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) position: i64,
    pub(crate) is_accepted: bool,
}

/// What a robot's group saw: of how many messages, and which of them by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) count: usize,
    pub(crate) named: Vec<u64>,
}

/// What a receiver has.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    Requests(Vec<Heard>),
    Posts(Vec<Post>),
}

/// What must not be. A position is that of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Said to have been taken more often than the receiver took it.
    Untrue { position: i64, said: usize, taken: usize },
    /// Not one delivery for an event, but so many.
    Deliveries { position: i64, found: usize },
    /// Not delivered in the end.
    Undelivered { position: i64, state: String },
    /// The receiver never took it.
    Missing { position: i64 },
    /// The receiver heard of it under an id that is not its delivery's.
    Renamed { position: i64, id: String },
    /// A delivery, a request or a post about what nobody left.
    Invented { about: String },
}

/// What holds at any moment: what is said to be delivered was taken. The deliveries were asked for before the record.
pub(crate) fn untrue(left: &[Left], deliveries: &[Delivery], record: &Record) -> Vec<Fault> {
    match record {
        Record::Requests(heard) => untrue_requests(deliveries, heard),
        Record::Posts(posts) => told_in_posts(left, deliveries, posts).1,
    }
}

/// What holds in the end.
pub(crate) fn verdict(left: &[Left], deliveries: &[Delivery], record: &Record) -> Vec<Fault> {
    let mut faults = one_each(left, deliveries);
    match record {
        Record::Requests(heard) => {
            faults.extend(untrue_requests(deliveries, heard));
            faults.extend(under_one_id(deliveries, heard));
            let taken: BTreeSet<i64> =
                heard.iter().filter(|heard| heard.is_accepted).map(|heard| heard.position).collect();
            faults.extend(missing(left, &taken));
        }
        Record::Posts(posts) => {
            let (told, untrue) = told_in_posts(left, deliveries, posts);
            faults.extend(untrue);
            faults.extend(missing(left, &told));
            let numbers: BTreeSet<u64> = left.iter().map(|left| left.number).collect();
            let strangers = posts.iter().flat_map(|post| &post.named).filter(|it| !numbers.contains(it));
            faults.extend(strangers.map(|number| Fault::Invented { about: format!("number {number}") }));
        }
    }
    faults
}

/// Requests beyond the first that the receiver took of an event; of digests, messages that were counted once more.
pub(crate) fn told_again(left: &[Left], record: &Record) -> usize {
    match record {
        Record::Requests(heard) => {
            let taken = heard.iter().filter(|heard| heard.is_accepted);
            let events: BTreeSet<i64> = taken.clone().map(|heard| heard.position).collect();
            taken.count() - events.len()
        }
        Record::Posts(posts) => posts.iter().map(|post| post.count).sum::<usize>().saturating_sub(left.len()),
    }
}

fn one_each(left: &[Left], deliveries: &[Delivery]) -> Vec<Fault> {
    let mut by_position: BTreeMap<i64, Vec<&Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        by_position.entry(delivery.position).or_default().push(delivery);
    }
    let mut faults = Vec::new();
    for Left { position, .. } in left {
        match by_position.remove(position).unwrap_or_default()[..] {
            [one] if one.state == "DELIVERED" => {}
            [one] => faults.push(Fault::Undelivered { position: *position, state: one.state.clone() }),
            ref several => faults.push(Fault::Deliveries { position: *position, found: several.len() }),
        }
    }
    faults.extend(by_position.into_keys().map(|at| Fault::Invented { about: format!("position {at}") }));
    faults
}

/// Attempts are counted: what was delivered once more has to have been taken once more.
fn untrue_requests(deliveries: &[Delivery], heard: &[Heard]) -> Vec<Fault> {
    let mut taken: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    for heard in heard.iter().filter(|heard| heard.is_accepted) {
        *taken.entry((&heard.id, heard.position)).or_default() += 1;
    }
    let mut faults = Vec::new();
    for delivery in deliveries {
        let said = delivery.taken_at.len().max(usize::from(delivery.state == "DELIVERED"));
        let taken = taken.get(&(&*delivery.id, delivery.position)).copied().unwrap_or_default();
        if said > taken {
            faults.push(Fault::Untrue { position: delivery.position, said, taken });
        }
    }
    faults
}

/// Every request about an event, refused ones too, has the id of its delivery.
fn under_one_id(deliveries: &[Delivery], heard: &[Heard]) -> Vec<Fault> {
    let ids: BTreeMap<i64, &str> = deliveries.iter().map(|one| (one.position, &*one.id)).collect();
    let fault = |heard: &Heard| match ids.get(&heard.position) {
        Some(id) if *id == heard.id => None,
        Some(_) => Some(Fault::Renamed { position: heard.position, id: heard.id.clone() }),
        None => Some(Fault::Invented { about: format!("position {}", heard.position) }),
    };
    heard.iter().filter_map(fault).collect()
}

/// The events that posts were about, and what was said to be posted and was not: each attempt that was taken is a post of
/// its own, about as many messages, and names the first of them.
fn told_in_posts(left: &[Left], deliveries: &[Delivery], posts: &[Post]) -> (BTreeSet<i64>, Vec<Fault>) {
    let numbers: BTreeMap<i64, u64> = left.iter().map(|left| (left.position, left.number)).collect();
    let mut digests: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut faults = Vec::new();
    for delivery in deliveries {
        if delivery.state == "DELIVERED" && delivery.taken_at.is_empty() {
            faults.push(Fault::Untrue { position: delivery.position, said: 1, taken: 0 });
        }
        for at in &delivery.taken_at {
            digests.entry(at).or_default().push(delivery.position);
        }
    }
    let mut unclaimed: Vec<&Post> = posts.iter().collect();
    let mut told = BTreeSet::new();
    for positions in digests.into_values() {
        let members: BTreeSet<u64> = positions.iter().filter_map(|at| numbers.get(at).copied()).collect();
        let is_its = |post: &&Post| {
            post.count == positions.len()
                && post.named.len() == positions.len().min(NAMED)
                && post.named.iter().all(|number| members.contains(number))
        };
        if let Some(index) = unclaimed.iter().position(is_its) {
            unclaimed.swap_remove(index);
            told.extend(positions);
        } else {
            let untrue = |position| Fault::Untrue { position, said: 1, taken: 0 };
            faults.extend(positions.into_iter().map(untrue));
        }
    }
    (told, faults)
}

fn missing(left: &[Left], taken: &BTreeSet<i64>) -> Vec<Fault> {
    let missing = left.iter().filter(|left| !taken.contains(&left.position));
    missing.map(|left| Fault::Missing { position: left.position }).collect()
}
