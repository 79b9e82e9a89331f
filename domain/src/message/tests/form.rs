//! The desk's form: what is asked, what is taken, and what happens while it changes.

use super::*;
use crate::desk::{FieldKind, FormField, Localised};
use crate::locale::Locale;

fn field(id: &str, kind: FieldKind, required: bool) -> FormField {
    let texts = |texts: &[(&str, &str)]| {
        let texts = texts.iter().map(|(tag, text)| (Locale::parse(tag).expect("a tag"), (*text).to_owned()));
        Localised(texts.collect())
    };
    let options = match kind {
        FieldKind::Choice => vec![texts(&[("en", "Red"), ("zh-CN", "红色")]), texts(&[("en", "Blue")])],
        FieldKind::Text | FieldKind::Number | FieldKind::Date | FieldKind::Checkbox => vec![],
    };
    let empty = Localised::default;
    FormField {
        id: id.to_owned(),
        kind,
        label: texts(&[("en", id)]),
        help: empty(),
        example: empty(),
        options,
        required,
    }
}

fn rules(fields: Vec<FormField>, once: Vec<FormField>) -> FormRules {
    FormRules { fields, once, privacy_notice: 2, ..FormRules::default() }
}

/// A question of each kind; the first and the last have to be answered.
fn of_every_kind() -> FormRules {
    let fields = vec![
        field("order", FieldKind::Text, true),
        field("colour", FieldKind::Choice, false),
        field("pieces", FieldKind::Number, false),
        field("bought", FieldKind::Date, false),
        field("agreed", FieldKind::Checkbox, true),
    ];
    rules(fields, vec![])
}

fn given(answers: &[(&str, &str)]) -> Vec<GivenAnswer> {
    let of = |(id, said): &(&str, &str)| GivenAnswer { field_id: (*id).to_owned(), said: (*said).to_owned() };
    answers.iter().map(of).collect()
}

fn read(rules: &FormRules, answers: &[(&str, &str)]) -> Result<Vec<GivenAnswer>, Vec<MessageError>> {
    let kept = rules.answers(&given(answers))?;
    Ok(kept
        .into_iter()
        .map(|it| GivenAnswer { said: it.value.text().unwrap_or_default().to_owned(), field_id: it.field_id })
        .collect())
}

fn wrong(id: &str, problem: AnswerProblem) -> MessageError {
    MessageError::Answer(id.to_owned(), problem)
}

#[test]
fn answers_are_kept_in_the_order_of_the_questions_and_as_they_ask() {
    let rules = of_every_kind();
    let said = [
        ("agreed", "true"),
        ("bought", "2026-11-22"),
        ("pieces", "０2,50"),
        ("colour", "红色"),
        ("order", " A 1 "),
    ];
    let kept = [
        ("order", "A 1"),
        ("colour", "红色"),
        ("pieces", "2.5"),
        ("bought", "2026-11-22"),
        ("agreed", "true"),
    ];
    assert_eq!(read(&rules, &said), Ok(given(&kept)));
    assert_eq!(read(&rules, &[("order", "1"), ("agreed", "true")]).map(|kept| kept.len()), Ok(2));
}

#[test]
fn everything_that_is_wrong_is_told_question_by_question() {
    let rules = of_every_kind();
    let said = [
        ("colour", "Green"),
        ("pieces", "a few"),
        ("bought", "yesterday"),
        ("agreed", "false"),
        ("shoe", "42"),
        ("pieces", "2"),
    ];
    let told = [
        wrong("shoe", AnswerProblem::Unknown),
        wrong("pieces", AnswerProblem::Twice),
        wrong("order", AnswerProblem::Required),
        wrong("colour", AnswerProblem::NotAnOption),
        wrong("pieces", AnswerProblem::NotANumber),
        wrong("bought", AnswerProblem::NotADate),
        wrong("agreed", AnswerProblem::Unticked),
    ];
    assert_eq!(read(&rules, &said), Err(told.to_vec()));
    let long = "x".repeat(1_001);
    let too_long = wrong("order", AnswerProblem::TooLong { max: 1_000, actual: 1_001 });
    assert_eq!(read(&rules, &[("order", &long), ("agreed", "true")]), Err(vec![too_long]));
    let control = wrong("order", AnswerProblem::Control(0));
    assert_eq!(read(&rules, &[("order", "a\0b"), ("agreed", "true")]), Err(vec![control]));
    let yes = wrong("agreed", AnswerProblem::NotABoolean);
    assert_eq!(read(&rules, &[("order", "1"), ("agreed", "yes")]), Err(vec![yes]));
    let many: Vec<_> =
        (0..=MOST_ANSWERS).map(|n| GivenAnswer { field_id: n.to_string(), said: String::new() }).collect();
    assert_eq!(rules.answers(&many), Err(vec![MessageError::TooManyAnswers]));
}

#[test]
fn a_choice_is_kept_in_every_language_that_it_was_offered_in() {
    let rules = rules(vec![field("colour", FieldKind::Choice, false)], vec![]);
    let kept = rules.answers(&given(&[("colour", "红色")])).expect("taken").remove(0);
    let option = kept.option.as_ref().and_then(|option| option.clear()).expect("what was chosen");
    assert_eq!(option.text(None, &Locale::parse("en").expect("a tag")), "Red");
}

#[test]
fn an_id_that_nobody_gave_is_not_told_again_whole() {
    let long = "x".repeat(1_000);
    let told = read(&rules(vec![], vec![]), &[(&long, "1")]).expect_err("refused");
    assert_eq!(told, [wrong(&long[..50], AnswerProblem::Unknown)]);
}

#[test]
fn an_answer_to_a_question_that_is_asked_no_more_is_kept_and_nobody_has_to_give_one() {
    let rules =
        rules(vec![field("order", FieldKind::Text, false)], vec![field("shoe", FieldKind::Number, true)]);
    assert_eq!(read(&rules, &[("shoe", "42")]), Ok(given(&[("shoe", "42")])));
    assert_eq!(read(&rules, &[]), Ok(vec![]));
}

/// On the form that was shown `Green` could be chosen; it went before the question did.
#[test]
fn a_choice_that_was_shown_and_is_no_more_is_taken_as_text() {
    let gone = rules(vec![], vec![field("colour", FieldKind::Choice, true)]);
    assert_eq!(read(&gone, &[("colour", "Green")]), Ok(given(&[("colour", "Green")])));
    let of = |said| gone.answers(&given(&[("colour", said)])).expect("taken").remove(0).option.is_some();
    assert_eq!((of("Red"), of("Green")), (true, false));
    let control = wrong("colour", AnswerProblem::Control(0));
    assert_eq!(read(&gone, &[("colour", "a\0b")]), Err(vec![control]));
}

#[test]
fn what_was_left_names_the_notice_that_was_shown_and_keeps_the_answers() {
    let asked = rules(vec![field("order", FieldKind::Text, true)], vec![]);
    let submit = |answers: &[(&str, &str)], shown| {
        let submission = SubmitMessage {
            form: asked.clone(),
            answers: given(answers),
            privacy_notice: shown,
            ..submission()
        };
        Message::default().decide(MessageCommand::Submit(Box::new(submission)))
    };
    let left = |answers: &[(&str, &str)], shown| {
        let event = submit(answers, shown).expect("accepted").remove(0);
        let MessageEvent::MessageSubmitted(left) = event else { panic!("another event") };
        (left.fields.len(), left.privacy_notice)
    };
    assert_eq!(left(&[("order", "A1")], None), (1, 0), "nobody said which");
    assert_eq!(left(&[("order", "A1")], Some(1)), (1, 1), "the one they had before their eyes");
    assert_eq!(submit(&[("order", "A1")], Some(3)), Err(MessageError::NoticeUnknown));
    assert_eq!(submit(&[], None), Err(wrong("order", AnswerProblem::Required)));
}

#[test]
fn a_closed_desk_says_so_once_and_it_is_no_answer() {
    let auto = |second| {
        MessageCommand::SendAutoReply(SendAutoReply {
            at: at(second),
            reply_id: ReplyId(Uuid::from_u128(8)),
            content: ReplyText::parse("09:00").expect("words"),
            opens_at: None,
        })
    };
    let told = submitted([auto(1)]);
    assert_eq!((told.awaiting, told.replies, told.wait), (Awaiting::Desk, 0, submitted([]).wait));
    for before in [vec![auto(1)], vec![reply(1)], vec![close(1)], vec![step(StepKind::MarkAsSpam, 1)]] {
        let message = before.into_iter().fold(after([]), |message, command| {
            message.decide(command).expect("accepted").into_iter().fold(message, |mut message, event| {
                message.apply(event);
                message
            })
        });
        assert_eq!(message.decide(auto(2)), Err(MessageError::NoAutoReply));
    }
}
