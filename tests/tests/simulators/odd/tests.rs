use super::*;
use crate::simulators::{
    Posted, Reply, Request, Simulator, Vendor,
    hand::{client, clock},
};
use chrono::{DateTime, Utc};

/// Takes everything, and is judged by its body or by its status.
struct Anything<const BY_STATUS: bool>;

impl<const BY_STATUS: bool> Vendor for Anything<BY_STATUS> {
    const IS_JUDGED_BY_STATUS: bool = BY_STATUS;

    fn answer(&mut self, request: &Request, _: DateTime<Utc>) -> Reply {
        match request.body == b"refuse me" {
            true => Reply::refused(400, "refused"),
            false => Reply::posted(r#"{"errcode":0}"#, Posted::default()),
        }
    }
}

async fn start<const BY_STATUS: bool>(odds: Odds) -> Simulator<Anything<BY_STATUS>> {
    let simulator = Simulator::start(Anything, clock()).await;
    simulator.odd(odds);
    simulator
}

/// The status and the body, or that there was none.
async fn ask<const BY_STATUS: bool>(
    of: &Simulator<Anything<BY_STATUS>>,
    body: &'static str,
) -> (u16, Option<String>) {
    match client().post(of.base()).body(body).send().await {
        Ok(answer) => (answer.status().as_u16(), answer.text().await.ok()),
        Err(_) => (0, None),
    }
}

/// What another is answered after a request that is answered nothing all the while.
async fn unanswered<const BY_STATUS: bool>(of: &Simulator<Anything<BY_STATUS>>) -> (u16, Option<String>) {
    let other = async {
        of.until_received(1).await;
        ask(of, "b").await
    };
    tokio::select! {
        answer = client().post(of.base()).body("a").send() => panic!("{answer:?}"),
        other = other => other,
    }
}

fn every() -> Vec<Odd> {
    vec![
        Odd::StatusOnly(0),
        Odd::Punished,
        Odd::Code { field: "errcode", code: -1, words: "system busy" },
        Odd::Html,
        Odd::Empty,
        Odd::Huge,
        Odd::HangUp,
        Odd::CutOff,
        Odd::Lost,
        Odd::Status(502),
        Odd::TooMany("7"),
        Odd::Elsewhere("http://169.254.169.254/".to_owned()),
    ]
}

#[tokio::test]
async fn each_oddity_is_what_it_is_called() {
    let odd = start::<false>(Odds::next(every())).await;
    let mut answers = Vec::new();
    for _ in every() {
        let (status, body) = ask(&odd, "a").await;
        answers.push((status, body.map(|body| if body.len() == HUGE { "10 MB".to_owned() } else { body })));
    }
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        answers,
        [
            (200, some(r#"{"StatusCode":0,"StatusMessage":"success"}"#)),
            (200, some(r#"{"status":1111,"wait":5,"source":"x5","punish":"deny"}"#)),
            (200, some(r#"{"errcode":-1,"errmsg":"system busy","msg":"system busy"}"#)),
            (200, some("<html><body><h1>It works!</h1></body></html>")),
            (200, some("")),
            (200, some("10 MB")),
            (0, None),
            (200, None),
            (0, None),
            (502, some("<h1>502</h1>")),
            (429, some("")),
            (302, some("")),
        ]
    );
    assert_eq!(ask(&odd, "a").await, (200, some(r#"{"errcode":0}"#)), "after them the vendor answers");
}

#[tokio::test]
async fn an_oddity_is_no_acceptance_but_where_the_answer_alone_was_lost() {
    let odd = start::<false>(Odds::next(every())).await;
    for _ in every() {
        ask(&odd, "a").await;
    }
    let accepted =
        odd.received().into_iter().filter(|it| it.is_accepted).map(|it| it.answer.expect_err("odd"));
    assert_eq!(accepted.collect::<Vec<_>>(), [Odd::Lost]);
    assert_eq!(odd.posted().len(), 1);
}

#[tokio::test]
async fn where_the_status_decides_a_page_with_status_200_is_an_acceptance() {
    let odd = start::<true>(Odds::next(every())).await;
    for _ in every() {
        ask(&odd, "a").await;
    }
    let refused =
        odd.received().into_iter().filter(|it| !it.is_accepted).map(|it| it.answer.expect_err("odd"));
    let expected = [
        Odd::HangUp,
        Odd::Status(502),
        Odd::TooMany("7"),
        Odd::Elsewhere("http://169.254.169.254/".to_owned()),
    ];
    assert_eq!(refused.collect::<Vec<_>>(), expected);
    // What the receiver refuses is not made an acceptance by an oddity.
    odd.odd(Odds::next([Odd::Html]));
    assert_eq!(ask(&odd, "refuse me").await.0, 400);
}

#[tokio::test]
async fn what_is_silent_stays_so_and_does_not_delay_another() {
    let odd = start::<false>(Odds::next([Odd::Silence])).await;
    assert_eq!(unanswered(&odd).await.0, 200);
}

#[tokio::test]
async fn what_is_swallowed_counts_and_is_never_answered() {
    let odd = start::<false>(Odds::next([Odd::Swallowed])).await;
    unanswered(&odd).await;
    let received = odd.received();
    assert!(received[0].is_accepted && received[0].answer == Err(Odd::Swallowed), "{received:?}");
}

#[tokio::test]
async fn chance_can_be_had_again() {
    let mut drawn = Vec::new();
    for seed in [7, 7, 8] {
        let odd = start::<false>(Odds::random(seed, 50, vec![Odd::Html, Odd::Empty])).await;
        for _ in 0..40 {
            ask(&odd, "a").await;
        }
        drawn.push(odd.received().into_iter().map(|it| it.answer.err()).collect::<Vec<_>>());
    }
    assert_eq!(drawn[0], drawn[1]);
    assert_ne!(drawn[0], drawn[2]);
    let odd = drawn[0].iter().flatten().count();
    assert!((5..=35).contains(&odd), "{odd} of 40");
}

#[tokio::test]
async fn what_died_answers_on_no_connection_and_comes_back_knowing_what_it_knew() {
    let mut odd = start::<false>(Odds::next([])).await;
    let kept = client();
    let ask = || kept.post(odd.base()).body("a").send();
    assert!(ask().await.expect("an answer").text().await.is_ok());
    odd.die();
    assert!(ask().await.is_err(), "a connection that was kept must die with it");
    odd.come_back().await;
    let again = kept.post(odd.base()).body("a").send().await;
    assert_eq!(again.expect("an answer").status(), 200);
    odd.until_posted(2).await;
    assert_eq!(odd.received().len(), 2);
}
