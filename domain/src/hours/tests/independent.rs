//! Cases whose answers another program computed by brute force, in another language, with another time zone database
//! (`independent.py`).

use super::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    hours: Option<DeskHoursInput>,
    category: Option<String>,
    ready: Option<String>,
    asks: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    OpenEvery { at: DateTime<Utc>, minutes: i64, answer: String },
    OpenBetween { at: DateTime<Utc>, to: DateTime<Utc>, answer: i64 },
    OpensNext { at: DateTime<Utc>, answer: Option<DateTime<Utc>> },
    ClosesNext { at: DateTime<Utc>, answer: Option<DateTime<Utc>> },
    AddDeskTime { at: DateTime<Utc>, minutes: i64, answer: Option<DateTime<Utc>> },
}

impl Case {
    fn hours(&self) -> DeskHours {
        let desk = match (self.ready.as_deref(), &self.hours) {
            (Some("china"), None) => china(),
            (Some("monday_to_friday_9_to_18"), None) => monday_to_friday_9_to_18("Europe/Berlin"),
            (None, Some(hours)) => return DeskHours::read(hours.clone()).expect("hours"),
            other => panic!("{}: {other:?}", self.name),
        };
        DeskHours::read(DeskHoursInput { desk, categories: vec![] }).expect("hours")
    }
}

impl Ask {
    /// What we answer, and what the other program does.
    fn answers(&self, hours: &Hours) -> (String, String) {
        let shown = |instant: Option<DateTime<Utc>>| instant.map_or("never".to_owned(), |at| at.to_rfc3339());
        match self {
            Self::OpenEvery { at, minutes, answer } => {
                let steps = (0..).map(|step| *at + TimeDelta::minutes(step * minutes)).take(answer.len());
                (steps.map(|at| if hours.is_open(at) { '1' } else { '0' }).collect(), answer.clone())
            }
            Self::OpenBetween { at, to, answer } => {
                let ours = hours.open_between(*at, *to);
                (ours.to_string(), TimeDelta::minutes(*answer).to_string())
            }
            Self::OpensNext { at, answer } => (shown(hours.opens_next(*at)), shown(*answer)),
            Self::ClosesNext { at, answer } => (shown(hours.closes_next(*at)), shown(*answer)),
            Self::AddDeskTime { at, minutes, answer } => {
                (shown(hours.add_desk_time(*at, TimeDelta::minutes(*minutes))), shown(*answer))
            }
        }
    }
}

#[test]
fn an_independent_computation_agrees() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).expect("cases");
    assert!(cases.len() >= 100, "{}", cases.len());
    let mut differ = vec![];
    for case in &cases {
        let hours = case.hours();
        let hours = hours.of(case.category.as_deref());
        for (index, ask) in case.asks.iter().enumerate() {
            let (ours, theirs) = ask.answers(hours);
            if ours != theirs {
                differ.push(format!("{} ({index}):\n  ours   {ours}\n  theirs {theirs}", case.name));
            }
        }
    }
    assert!(differ.is_empty(), "{} answers differ:\n{}", differ.len(), differ.join("\n"));
}
