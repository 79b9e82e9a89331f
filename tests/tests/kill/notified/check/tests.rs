//! The checker finds what it is there to find, and nothing where all is well.

use super::*;

/// Three messages, at the positions 11, 12 and 13.
fn left() -> Vec<Left> {
    (1..=3).map(|number| Left { number, position: 10 + i64::try_from(number).expect("few") }).collect()
}

fn delivery(position: i64, taken_at: &[&str]) -> Delivery {
    Delivery {
        id: format!("id of {position}"),
        position,
        state: "DELIVERED".to_owned(),
        taken_at: taken_at.iter().map(|at| (*at).to_owned()).collect(),
    }
}

fn deliveries() -> Vec<Delivery> {
    vec![delivery(11, &["8:00"]), delivery(12, &["8:01"]), delivery(13, &["8:02"])]
}

fn heard(position: i64, is_accepted: bool) -> Heard {
    Heard { id: format!("id of {position}"), position, is_accepted }
}

/// All three, one of them after a refusal and one of them twice.
fn requests() -> Vec<Heard> {
    vec![heard(11, true), heard(12, false), heard(13, true), heard(12, true), heard(13, true)]
}

fn of_requests(deliveries: &[Delivery], heard: Vec<Heard>) -> Vec<Fault> {
    verdict(&left(), deliveries, &Record::Requests(heard))
}

fn post(named: &[u64]) -> Post {
    Post { count: named.len(), named: named.to_vec() }
}

fn of_posts(deliveries: &[Delivery], posts: Vec<Post>) -> Vec<Fault> {
    verdict(&left(), deliveries, &Record::Posts(posts))
}

#[test]
fn what_came_at_last_or_twice_under_its_id_is_let_be() {
    assert_eq!(of_requests(&deliveries(), requests()), []);
    assert_eq!(told_again(&left(), &Record::Requests(requests())), 1);
}

#[test]
fn what_the_receiver_does_not_have_is_missing_and_was_untrue() {
    let dropped = requests().into_iter().filter(|heard| heard.position != 11).collect();
    let untrue = Fault::Untrue { position: 11, said: 1, taken: 0 };
    assert_eq!(of_requests(&deliveries(), dropped), [untrue, Fault::Missing { position: 11 }]);
}

#[test]
fn what_was_refused_and_is_called_delivered_is_found_in_the_middle_as_well() {
    let mut requests = requests();
    requests[3].is_accepted = false;
    let untrue = Fault::Untrue { position: 12, said: 1, taken: 0 };
    assert_eq!(super::untrue(&left(), &deliveries(), &Record::Requests(requests.clone())), [untrue]);
    let mut waiting = deliveries();
    waiting[1] = Delivery { state: "RETRYING".to_owned(), ..delivery(12, &[]) };
    assert_eq!(super::untrue(&left(), &waiting, &Record::Requests(requests)), []);
}

#[test]
fn what_is_said_to_have_been_taken_twice_has_to_have_been() {
    let mut twice = deliveries();
    twice[0] = delivery(11, &["8:00", "9:00"]);
    assert_eq!(of_requests(&twice, requests()), [Fault::Untrue { position: 11, said: 2, taken: 1 }]);
}

#[test]
fn a_duplicate_under_another_id_is_found_and_a_refused_one_too() {
    for is_accepted in [true, false] {
        let another = Heard { id: "another".to_owned(), ..heard(11, is_accepted) };
        let heard = requests().into_iter().chain([another]).collect();
        assert_eq!(
            of_requests(&deliveries(), heard),
            [Fault::Renamed { position: 11, id: "another".to_owned() }]
        );
    }
}

#[test]
fn an_event_without_a_delivery_or_with_two_and_one_that_waits_are_found() {
    let none = of_requests(&deliveries()[1..], requests());
    assert!(none.contains(&Fault::Deliveries { position: 11, found: 0 }), "{none:?}");
    let two = [deliveries(), vec![delivery(11, &[])]].concat();
    let two = of_requests(&two, requests());
    assert!(two.contains(&Fault::Deliveries { position: 11, found: 2 }), "{two:?}");
    let mut waiting = deliveries();
    waiting[2].state = "RETRYING".to_owned();
    let undelivered = Fault::Undelivered { position: 13, state: "RETRYING".to_owned() };
    assert_eq!(of_requests(&waiting, requests()), [undelivered]);
}

#[test]
fn what_nobody_left_is_found() {
    let invented = |about: &str| Fault::Invented { about: about.to_owned() };
    let (more, heard) =
        ([deliveries(), vec![delivery(99, &[])]].concat(), [requests(), vec![heard(99, true)]]);
    assert_eq!(of_requests(&more, heard.concat()), [invented("position 99")]);
    let posts = vec![post(&[1]), post(&[2]), post(&[3]), post(&[4])];
    assert_eq!(of_posts(&deliveries(), posts), [invented("number 4")]);
}

#[test]
fn a_digest_reaches_all_whom_it_counts() {
    let digest = [delivery(11, &["8:00"]), delivery(12, &["8:00"]), delivery(13, &["8:00"])];
    assert_eq!(of_posts(&digest, vec![post(&[1, 2, 3])]), []);
    assert_eq!(of_posts(&digest, vec![post(&[1, 2, 3]), post(&[1, 2])]), [], "an answer that was lost");
    assert_eq!(told_again(&left(), &Record::Posts(vec![post(&[1, 2, 3]), post(&[1, 2])])), 2);
}

#[test]
fn a_digest_that_counts_one_too_few_or_never_came_has_told_nobody() {
    let digest = [delivery(11, &["8:00"]), delivery(12, &["8:00"]), delivery(13, &["8:00"])];
    for posts in [vec![post(&[1, 2])], vec![], vec![post(&[1, 2, 4])]] {
        let found = of_posts(&digest, posts);
        for position in [11, 12, 13] {
            assert!(found.contains(&Fault::Untrue { position, said: 1, taken: 0 }), "{found:?}");
            assert!(found.contains(&Fault::Missing { position }), "{found:?}");
        }
    }
    // One post does not stand for two attempts.
    let twice = [delivery(11, &["8:00", "8:05"]), delivery(12, &["8:01"]), delivery(13, &["8:02"])];
    let posts = vec![post(&[1]), post(&[2]), post(&[3])];
    assert_eq!(of_posts(&twice, posts), [Fault::Untrue { position: 11, said: 1, taken: 0 }]);
}
