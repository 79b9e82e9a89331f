//! The figures once more, from the raw log: every question goes through every event, nothing is kept, nothing is clever. It
//! knows JSON and the manual's definitions, and none of the code that it is held against but the domain's arithmetic of
//! opening hours, which has an independent computation of its own.

mod standing;
pub(super) mod tables;

pub(super) use standing::Standing;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{hours::DeskHours, ids::CategoryId, message::Priority};
use projections::statistics::{Calendar, Durations, Figures, Group, Point, Quality, Satisfaction};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{Store, micros};
use uuid::Uuid;

/// An event of the log, as it lies there.
pub(super) struct Raw {
    pub(super) recorded_at: DateTime<Utc>,
    stream: (String, String),
    event_type: String,
    event: Value,
    actor: String,
}

/// All of the log, and what it says of opening hours: by which event, since when.
pub(super) struct Log(Vec<Raw>, Vec<(usize, DateTime<Utc>, DeskHours)>);

/// What happened once, placed in time: of one message.
#[derive(Clone, Debug)]
struct Once {
    what: &'static str,
    at: DateTime<Utc>,
    by: Option<Uuid>,
    wall: u64,
    desk: u64,
    text: String,
    value: u64,
}

/// A message, told from its events.
#[derive(Clone)]
pub(super) struct Told {
    id: Uuid,
    spam: bool,
    category: Option<String>,
    tags: BTreeSet<String>,
    team: Option<String>,
    all: Vec<Once>,
    /// From when until when it was in the backlog, by the log's clock.
    waited: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

fn at(value: &Value) -> DateTime<Utc> {
    value.as_str().expect("an instant").parse().expect("RFC 3339")
}

impl Log {
    pub(super) async fn read(store: &Store) -> Self {
        let sql = "SELECT recorded_at, aggregate_type, aggregate_id, event_type, payload, metadata FROM events ORDER BY position";
        let rows = store.database().log.rows(sql, &[]).await.expect("readable");
        let raw = rows.iter().map(|row| {
            let text = |column: &str| row.text(column).expect("a text");
            let json = |column: &str| serde_json::from_str::<Value>(&text(column)).expect("JSON");
            let event_type = text("event_type");
            Raw {
                recorded_at: micros(row.int("recorded_at").expect("an instant")),
                stream: (text("aggregate_type"), text("aggregate_id")),
                event: json("payload")[&event_type].clone(),
                actor: json("metadata")["actor"].as_str().unwrap_or_default().to_owned(),
                event_type,
            }
        });
        let raw: Vec<Raw> = raw.collect();
        let revised = raw.iter().enumerate().filter(|(_, raw)| raw.event_type == "OpeningHoursRevised");
        let hours = revised.map(|(place, raw)| {
            let hours = serde_json::from_value(raw.event["hours"].clone()).expect("hours");
            (place, at(&raw.event["at"]), hours)
        });
        let hours = hours.collect();
        Self(raw, hours)
    }

    pub(super) fn events(&self) -> &[Raw] {
        &self.0
    }

    /// Desk time and wall time between two instants, by what the log had said of hours before an event.
    fn seconds(
        &self,
        before: usize,
        category: Option<&str>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> (u64, u64) {
        let always = DeskHours::default();
        let known = self.1.iter().filter(|(place, ..)| *place < before);
        let revised = known.map(|(_, since, hours)| (*since, hours));
        let hours: Vec<_> = [(DateTime::UNIX_EPOCH, &always)].into_iter().chain(revised).collect();
        let mut open = TimeDelta::zero();
        for (place, (since, hours_then)) in hours.iter().enumerate() {
            let until = hours.get(place + 1).map_or(to, |next| next.0.min(to));
            open += hours_then.of(category).open_between(from.max(*since), until);
        }
        let whole = |span: TimeDelta| u64::try_from(span.num_seconds()).expect("not negative");
        (whole(to - from), whole(open))
    }

    /// When an answer was due by what the log had said before an event.
    fn due(
        &self,
        before: usize,
        since: DateTime<Utc>,
        category: Option<&str>,
        priority: &str,
    ) -> Option<DateTime<Utc>> {
        let last = |of: &str| self.0[..before].iter().rev().find(|raw| raw.event_type == of);
        let target = &last("ServiceTargetRevised")?.event;
        let mut best = (0, target["answer_within_seconds"].as_i64().expect("seconds"));
        for exception in target["exceptions"].as_array().into_iter().flatten() {
            let (of, urgent) = (&exception["category_id"], &exception["priority"]);
            let fits = (of.is_null() || of.as_str() == category) && (urgent.is_null() || urgent == priority);
            let weight = 1 + i64::from(!of.is_null()) + 2 * i64::from(!urgent.is_null());
            if fits && weight >= best.0 {
                best = (weight, exception["answer_within_seconds"].as_i64().expect("seconds"));
            }
        }
        let always = DeskHours::default();
        let hours = self.1.iter().rev().find(|(place, ..)| *place < before).map_or(&always, |it| &it.2);
        hours.of(category).add_desk_time(since, TimeDelta::seconds(best.1))
    }

    /// Every message.
    pub(super) fn messages(&self) -> Vec<Told> {
        let ids: BTreeSet<&str> =
            self.0.iter().filter(|raw| raw.stream.0 == "Message").map(|raw| raw.stream.1.as_str()).collect();
        ids.into_iter().map(|id| self.message(id)).collect()
    }

    #[expect(clippy::too_many_lines, reason = "one event after the other, and nothing else")]
    fn message(&self, id: &str) -> Told {
        let mut told = Told {
            id: id.parse().expect("an id"),
            spam: false,
            category: None,
            tags: BTreeSet::new(),
            team: None,
            all: vec![],
            waited: vec![],
        };
        let mut authors: BTreeMap<String, Uuid> = BTreeMap::new();
        let (mut stage, mut owes, mut attention, mut deleted) = ("active", true, false, false);
        // Parked, and whether its visitor wrote since.
        let mut parked: Option<bool> = None;
        let mut wait: Option<(DateTime<Utc>, bool)> = None;
        let mut holder: Option<Uuid> = None;
        let mut priority = "NORMAL".to_owned();
        let (mut submitted, mut restarted, mut answered) = (DateTime::UNIX_EPOCH, None, false);
        let own =
            self.0.iter().enumerate().filter(|(_, raw)| raw.stream.0 == "Message" && raw.stream.1 == id);
        for (place, raw) in own {
            let (event, now) = (&raw.event, at(&raw.event["at"]));
            let mut by = raw.actor.strip_prefix("member:").map(|id| id.parse().expect("an id"));
            let category = told.category.clone();
            let since = |from: DateTime<Utc>| self.seconds(place, category.as_deref(), from, now);
            let mut once = |what, at, by, (wall, desk): (u64, u64), value: u64, text: &str| {
                told.all.push(Once { what, at, by, wall, desk, text: text.to_owned(), value });
            };
            let none = (0, 0);
            let ends_wait = |once: &mut dyn FnMut(&'static str, DateTime<Utc>, Option<Uuid>), by| {
                let Some((began, late)) = wait else { return };
                if late {
                    return;
                }
                match self.due(place, began, category.as_deref(), &priority) {
                    Some(due) if due > now => once("met", now, by),
                    Some(due) => once("missed", due, holder),
                    None => {}
                }
            };
            let reopens = |all: &mut Vec<Once>| {
                all.retain(|once| !["handled", "cohort"].contains(&once.what));
            };
            match raw.event_type.as_str() {
                "MessageSubmitted" => {
                    submitted = now;
                    restarted = Some(now);
                    wait = Some((now, false));
                    once("submitted", now, None, none, 0, "");
                    told.category = event["category_id"].as_str().map(str::to_owned);
                }
                "MessageContinued" => {
                    (owes, stage) = (true, "active");
                    parked = parked.map(|_| true);
                    wait = wait.or(Some((now, false)));
                    if event["reopened"] == true {
                        once("reopened", now, None, none, 0, "");
                        restarted = Some(now);
                        reopens(&mut told.all);
                    }
                }
                "MessageReplied" => {
                    let author: Uuid = event["author"].as_str().expect("an author").parse().expect("an id");
                    authors.insert(event["reply_id"].as_str().expect("an id").to_owned(), author);
                    by = Some(author);
                    once("replied", now, by, none, 0, "");
                    if !answered {
                        once("first", now, by, since(submitted), 0, "");
                    }
                    if let Some(from) = restarted.take() {
                        once("first again", now, by, since(from), 0, "");
                    }
                    if let Some((began, _)) = wait {
                        once("reply", now, by, since(began), 0, "");
                    }
                    ends_wait(&mut |what, at, by| once(what, at, by, none, 0, ""), by);
                    (answered, owes, attention, parked, wait) = (true, false, false, None, None);
                }
                "MessageResolved" | "MessageClosed" => {
                    stage = "over";
                    let what = if raw.event_type == "MessageResolved" { "resolved" } else { "closed" };
                    once(what, now, by, none, 0, "");
                    ends_wait(&mut |what, at, by| once(what, at, by, none, 0, ""), by);
                    let (wall, desk) = since(submitted);
                    reopens(&mut told.all);
                    let once = |what, at| Once { what, at, by, wall, desk, text: String::new(), value: 0 };
                    told.all.extend([once("handled", now), once("cohort", submitted)]);
                    (attention, parked, wait) = (false, None, None);
                }
                "MessageReopened" => {
                    once("reopened", now, by, none, 0, "");
                    reopens(&mut told.all);
                    (stage, attention, restarted) = ("active", true, Some(now));
                    wait = owes.then_some((now, false));
                }
                "ReplyBecameOverdue" => {
                    once("missed", at(&event["due_at"]), holder, none, 0, "");
                    wait = wait.map(|(began, _)| (began, true));
                }
                "MessageAssigned" => {
                    let member = event["to"]["member"].as_str();
                    holder = member.map(|id| id.parse().expect("an id"));
                    told.team = event["to"]["team"].as_str().map(str::to_owned).or(told.team);
                }
                "MessageUnassigned" => holder = None,
                "FollowUpScheduled" => (parked, attention) = (Some(false), false),
                "FollowUpCompleted" => parked = None,
                "FollowUpCameDue" => (parked, attention) = (None, true),
                "MessageCategorized" => told.category = event["category_id"].as_str().map(str::to_owned),
                "MessageTagged" => {
                    let tags = |of: &str| {
                        let list = event[of].as_array().expect("a list").iter();
                        list.map(|tag| tag.as_str().expect("a tag").to_owned()).collect::<Vec<_>>()
                    };
                    told.tags.extend(tags("added"));
                    let removed = tags("removed");
                    told.tags.retain(|tag| !removed.contains(tag));
                }
                "MessagePrioritized" => {
                    let named: Priority =
                        serde_json::from_value(event["priority"].clone()).expect("a priority");
                    named.name().clone_into(&mut priority);
                }
                "MessageMarkedAsSpam" => {
                    (told.spam, parked) = (true, None);
                    told.all.retain(|once| once.what != "spam");
                    let once =
                        Once { what: "spam", at: now, by, wall: 0, desk: 0, text: String::new(), value: 0 };
                    told.all.push(once);
                }
                "MessageUnmarkedAsSpam" => {
                    told.spam = false;
                    told.all.retain(|once| once.what != "spam");
                }
                "MessageDeleted" => deleted = true,
                "MessageRestored" => deleted = false,
                "MessageErased" => wait = None,
                "MessageRated" => {
                    let last = told.all.iter().rev().find(|once| once.what == "replied");
                    let (by, value) =
                        (last.and_then(|once| once.by), event["rating"].as_u64().expect("stars"));
                    told.all.retain(|once| once.what != "rated");
                    let once = Once {
                        what: "rated",
                        at: submitted,
                        by,
                        wall: 0,
                        desk: 0,
                        text: String::new(),
                        value,
                    };
                    told.all.push(once);
                }
                "ReplyReviewed" => {
                    let author = authors[event["reply_id"].as_str().expect("an id")];
                    for given in event["scores"].as_array().expect("scores") {
                        let score = given["score"].as_u64().expect("a score");
                        once(
                            "reviewed",
                            now,
                            Some(author),
                            none,
                            score,
                            given["criterion"].as_str().expect("one"),
                        );
                    }
                }
                _ => {}
            }
            let waits = stage == "active" && !deleted && (owes || attention || parked == Some(false));
            match told.waited.last_mut() {
                Some((_, until @ None)) if !waits => *until = Some(raw.recorded_at),
                Some((_, None)) => {}
                _ if waits => told.waited.push((raw.recorded_at, None)),
                _ => {}
            }
        }
        // Once a member has replied it can be rated: a chance of whoever the rating is of, and of the last one to reply when
        // there is none.
        let last = |what: &str| told.all.iter().rev().find(|once| once.what == what).map(|once| once.by);
        if let Some(by) = last("rated").or_else(|| last("replied")) {
            let (what, at, text) = ("rateable", submitted, String::new());
            told.all.push(Once { what, at, by, wall: 0, desk: 0, text, value: 0 });
        }
        told
    }
}

/// The figures of a stretch.
pub(super) fn figures(messages: &[Told], point: Point, calendar: Calendar) -> Figures {
    let mut figures = of(messages, point, calendar, |_, _| true);
    figures.backlog = backlog(messages, point.until - TimeDelta::microseconds(1));
    figures
}

/// How many were in the backlog when the log's clock showed this.
pub(super) fn backlog(messages: &[Told], at: DateTime<Utc>) -> i64 {
    let is_in = |told: &&Told| {
        !told.spam
            && told.waited.iter().any(|(from, until)| *from <= at && until.is_none_or(|until| until > at))
    };
    i64::try_from(messages.iter().filter(is_in).count()).expect("a number")
}

/// The figures of each group, by its key; without those of which nothing is told.
pub(super) fn by(
    messages: &[Told],
    points: [Point; 2],
    calendar: Calendar,
    group: Group,
) -> BTreeMap<String, [Figures; 2]> {
    let keys = |told: &Told, once: &Once| -> Vec<String> {
        match group {
            Group::Category => told.category.iter().cloned().collect(),
            Group::Tag => told.tags.iter().cloned().collect(),
            Group::Team => told.team.iter().cloned().collect(),
            Group::Member => once.by.iter().map(Uuid::to_string).collect(),
        }
    };
    let mut all = BTreeSet::new();
    for told in messages {
        told.all.iter().for_each(|once| all.extend(keys(told, once)));
    }
    let figures = |key: String| {
        let of = |point| of(messages, point, calendar, |told, once| keys(told, once).contains(&key));
        (key.clone(), points.map(of))
    };
    let groups: BTreeMap<_, _> = all.into_iter().map(figures).collect();
    groups.into_iter().filter(|(_, points)| points.iter().any(|it| *it != Figures::default())).collect()
}

/// Messages in which the two versions of the first response differ, with seconds by both.
pub(super) fn differing(
    messages: &[Told],
    point: Point,
    calendar: Calendar,
) -> Vec<(Uuid, Vec<u64>, Vec<u64>)> {
    let seconds = |told: &Told, what: &str| -> Vec<u64> {
        let all = told.all.iter().filter(|once| once.what == what && within(point, once.at));
        all.map(|once| if calendar == Calendar::WallClock { once.wall } else { once.desk }).collect()
    };
    let both = messages.iter().map(|told| (told.id, seconds(told, "first"), seconds(told, "first again")));
    let mut differing: Vec<_> = both.filter(|(_, one, two)| one != two).collect();
    differing.retain(|(id, ..)| messages.iter().any(|told| told.id == *id && !told.spam));
    differing.sort();
    differing
}

fn within(point: Point, at: DateTime<Utc>) -> bool {
    point.from <= at && at < point.until
}

fn of(messages: &[Told], point: Point, calendar: Calendar, counts: impl Fn(&Told, &Once) -> bool) -> Figures {
    let mut all: Vec<&Once> = vec![];
    for told in messages {
        let counting = told.all.iter().filter(|once| (once.what == "spam") == told.spam);
        all.extend(counting.filter(|once| within(point, once.at) && counts(told, once)));
    }
    let count = |what: &str| all.iter().filter(|once| once.what == what).count() as u64;
    let durations = |what: &str| {
        let of = all.iter().filter(|once| once.what == what);
        let mut seconds: Vec<u64> =
            of.map(|once| if calendar == Calendar::WallClock { once.wall } else { once.desk }).collect();
        seconds.sort_unstable();
        let rank = |hundredths: f64| {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let place = (seconds.len() as f64 * hundredths).ceil() as usize;
            place.checked_sub(1).map(|place| seconds[place])
        };
        Durations { count: seconds.len() as u64, sum: seconds.iter().sum(), p50: rank(0.5), p90: rank(0.9) }
    };
    let stars =
        |stars: u64| all.iter().filter(|once| once.what == "rated" && once.value == stars).count() as u64;
    let mut quality: BTreeMap<(Uuid, String), Vec<u64>> = BTreeMap::new();
    for once in all.iter().filter(|once| once.what == "reviewed") {
        quality.entry((once.by.expect("an author"), once.text.clone())).or_default().push(once.value);
    }
    Figures {
        submitted: count("submitted"),
        replied: count("replied"),
        resolved: count("resolved"),
        closed: count("closed"),
        reopened: count("reopened"),
        spam: count("spam"),
        backlog: 0,
        handled: count("handled"),
        handled_of_submitted: count("cohort"),
        met: count("met"),
        missed: count("missed"),
        first_response: durations("first"),
        first_response_restarted: durations("first again"),
        reply: durations("reply"),
        handling: durations("handled"),
        satisfaction: Satisfaction { rateable: count("rateable"), distribution: [1, 2, 3, 4, 5].map(stars) },
        quality: quality
            .into_iter()
            .map(|((member, criterion), scores)| Quality {
                member,
                criterion,
                count: scores.len() as u64,
                sum: scores.iter().sum(),
            })
            .collect(),
    }
}

/// Of one category, as a filter takes them in.
pub(super) fn of_category(messages: Vec<Told>, category: &CategoryId) -> Vec<Told> {
    messages.into_iter().filter(|told| told.category.as_deref() == Some(category.0.as_str())).collect()
}
