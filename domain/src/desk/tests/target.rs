//! The service target: which one counts, and what is refused.

use super::*;
use crate::message::Priority;

fn exception(category_id: Option<&str>, priority: Option<Priority>, seconds: u64) -> TargetException {
    let category_id = category_id.map(|id| CategoryId(id.to_owned()));
    TargetException { category_id, priority, answer_within_seconds: seconds }
}

fn decide(
    desk: &Desk,
    seconds: Option<u64>,
    exceptions: Option<Vec<TargetException>>,
) -> Result<Vec<DeskEvent>, DeskError> {
    let at = DateTime::UNIX_EPOCH;
    desk.decide(DeskCommand::ReviseServiceTarget(ReviseServiceTarget {
        at,
        answer_within_seconds: seconds,
        exceptions,
    }))
}

#[test]
fn the_most_specific_exception_counts() {
    let exceptions = vec![
        exception(Some("complaint"), None, 400),
        exception(None, Some(Priority::Urgent), 100),
        exception(Some("complaint"), Some(Priority::Urgent), 50),
    ];
    let mut desk = opened();
    desk.apply(decide(&desk, Some(1_000), Some(exceptions)).expect("accepted").remove(0));
    let within = |category: Option<&str>, priority| {
        let category_id = category.map(|id| CategoryId(id.to_owned()));
        let due_at = desk.settings().due_at(DateTime::UNIX_EPOCH, category_id.as_ref(), priority);
        due_at.expect("an instant").timestamp()
    };
    assert_eq!(within(None, Priority::Normal), 1_000);
    assert_eq!(within(Some("inquiry"), Priority::High), 1_000);
    assert_eq!(within(Some("complaint"), Priority::Normal), 400);
    assert_eq!(within(Some("inquiry"), Priority::Urgent), 100);
    assert_eq!(within(Some("complaint"), Priority::Urgent), 50);
}

#[test]
fn what_is_left_out_stays_and_the_same_again_is_refused() {
    let mut desk = opened();
    let exceptions = vec![exception(Some("complaint"), None, 400)];
    desk.apply(decide(&desk, None, Some(exceptions.clone())).expect("accepted").remove(0));
    desk.apply(decide(&desk, Some(60), None).expect("accepted").remove(0));
    let target = desk.settings().service_target.clone().expect("a target");
    assert_eq!((target.answer_within_seconds, target.exceptions), (60, exceptions));
    assert_eq!(decide(&desk, Some(60), None), Err(DeskError::AlreadySo));
}

#[test]
fn everything_that_is_wrong_is_told_by_the_way_to_its_field() {
    let exceptions = vec![
        exception(None, None, 60),
        exception(Some("absent"), None, 60),
        exception(None, Some(Priority::Low), 0),
        exception(None, Some(Priority::Low), 60),
    ];
    let Err(DeskError::Target(errors)) = decide(&opened(), Some(u64::MAX), Some(exceptions)) else {
        panic!("accepted");
    };
    let told: Vec<_> = errors.iter().map(|error| (error.field.join("."), error.problem)).collect();
    let expected = [
        ("answerWithinSeconds", TargetProblem::Seconds),
        ("exceptions.0.categoryId", TargetProblem::ForAll),
        ("exceptions.1.categoryId", TargetProblem::CategoryUnknown),
        ("exceptions.2.answerWithinSeconds", TargetProblem::Seconds),
        ("exceptions.3.categoryId", TargetProblem::Twice),
    ];
    assert_eq!(told, expected.map(|(field, problem)| (field.to_owned(), problem)));
    let many = vec![exception(None, Some(Priority::Low), 60); MOST_EXCEPTIONS + 1];
    let Err(DeskError::Target(errors)) = decide(&opened(), None, Some(many)) else { panic!("accepted") };
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].problem, TargetProblem::TooMany);
}
