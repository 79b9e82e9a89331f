//! What is said is found, by whoever may read it, as long as it is there; and nothing of it is left once it is gone.

mod gone;
mod pages;

use super::{Desk, MEMBER, SEARCHING, TEAM, message_key};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    contact::Contact,
    decide::Decide,
    ids::{NoteId, ReplyId, WordsId},
    message::{
        AddNote, Answer, AnswerText, Assignee, ContinueMessage, FormRules, Message, MessageCommand,
        MessageEvent, ReplyToMessage, StepKind, SubmitMessage,
    },
    reference::Reference,
    search::Query,
    text::{Name, ReplyText, Words},
};
use projections::{MessageFilter, MessageOrder, PageRequest, Projections, QueryError, Reader};
use std::{collections::BTreeSet, time::Duration};
use store::{Dialect, on_both_databases, testing::soon};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases!(
    what_a_visitor_wrote_is_found_however_it_is_looked_for,
    what_is_said_later_is_found_as_well,
    what_several_messages_say_in_one_run_is_found_of_each,
    what_is_hidden_is_found_where_the_filter_says_so,
    nobody_finds_what_they_may_not_read,
    whoever_may_not_read_contacts_does_not_find_them_by_trying,
    what_is_found_is_not_counted,
);

/// What a visitor leaves.
struct Left {
    name: &'static str,
    contact: &'static str,
    content: &'static str,
    answers: &'static [&'static str],
}

const CHINESE: Left =
    Left {
        name: "王小明", contact: "138 0013 8000", content: "請問退款申請什麼時候到？", answers: &[]
    };
const ENGLISH: Left = Left {
    name: "Anna Müller",
    contact: "Anna@example.com",
    content: "The NF-200 heater does not start. Refund, please.",
    answers: &["order 20260412-8831"],
};

impl Desk {
    async fn leave(&self, n: u128, visitor: u128, left: &Left) {
        let answers = left.answers.iter().enumerate();
        let answer = |(number, value): (usize, &&str)| Answer {
            field_id: format!("field {number}"),
            value: AnswerText::parse(value).expect("an answer").into(),
            option: None,
        };
        let submit = SubmitMessage {
            at: self.clock.now(),
            visitor_id: Self::visitor(visitor),
            reference: Reference::from_random([0, 0, 0, 0, 0, u8::try_from(n).expect("a small number")]),
            name: Name::parse(left.name).ok(),
            contact: Contact::parse(left.contact, "CN").expect("a contact"),
            content: Words::parse(left.content).expect("words"),
            images: vec![],
            files: vec![],
            category_id: None,
            related_to: None,
            locale: None,
            page_url: None,
            answers: vec![],
            privacy_notice: None,
            form: FormRules::default(),
            suspicion: None,
        };
        let submitted = Message::default().decide(MessageCommand::Submit(Box::new(submit)));
        let mut submitted = submitted.unwrap_or_else(|error| panic!("{error}"));
        // As if the form had asked.
        if let Some(MessageEvent::MessageSubmitted(event)) = submitted.first_mut() {
            event.fields = answers.map(answer).collect();
        }
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.happen::<Message>(id.0, 0, Some(key), &submitted).await;
    }

    async fn say(&self, n: u128, visitor: u128, said: impl FnOnce(ReplyText) -> MessageCommand, text: &str) {
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, said(ReplyText::parse(text).expect("words"))).await;
    }

    async fn note(&self, n: u128, visitor: u128, text: &str) {
        let (at, note_id) = (self.clock.now(), NoteId(Uuid::from_u128(u128::from(at_micros(self)))));
        let note = |content| {
            let (mentions, mentions_known) = (vec![], true);
            MessageCommand::AddNote(AddNote {
                at,
                note_id,
                author: MEMBER,
                content,
                mentions,
                mentions_known,
            })
        };
        self.say(n, visitor, note, text).await;
    }

    /// The numbers of the messages that somebody finds, newest first.
    async fn found(&self, reader: &Reader, filter: &MessageFilter, typed: &str) -> Vec<u128> {
        let filter = searching(filter, typed);
        let page = PageRequest { first: Some(100), ..PageRequest::default() };
        let page = self.views.messages(reader, &filter, MessageOrder::NewestFirst, &page).await.expect(typed);
        page.rows.into_iter().map(|(_, row)| row.id.0.as_u128() - 1_000).collect()
    }

    /// The same of an agent who sees all of the default list.
    async fn finds(&self, typed: &str) -> Vec<u128> {
        self.found(&Self::reader(Role::Agent), &MessageFilter::default(), typed).await
    }
}

fn at_micros(desk: &Desk) -> u64 {
    u64::try_from(desk.clock.now().timestamp_micros()).expect("after 1970")
}

fn searching(filter: &MessageFilter, typed: &str) -> MessageFilter {
    MessageFilter { search: Some(Query::read(typed).expect("a query")), ..filter.clone() }
}

async fn two(dialect: Dialect) -> Desk {
    let desk = Desk::open(dialect).await;
    for (n, left) in [(1, &CHINESE), (2, &ENGLISH)] {
        desk.arrive(n).await;
        desk.leave(n, n, left).await;
    }
    desk
}

async fn what_a_visitor_wrote_is_found_however_it_is_looked_for(dialect: Dialect) {
    let desk = two(dialect).await;
    for (typed, found) in [
        ("退", vec![1]),
        ("退款", vec![1]),
        ("申请", vec![1]),
        ("申請", vec![1]),
        ("退款 小明", vec![1]),
        ("“退款申请”", vec![1]),
        ("“申请退款”", vec![]),
        ("王小明", vec![1]),
        ("8000", vec![1]),
        ("13800138000", vec![1]),
        ("+86 138-0013-8000", vec![1]),
        ("8001", vec![]),
        ("nf200", vec![2]),
        ("NF-2", vec![2]),
        ("refu", vec![2]),
        ("fund", vec![]),
        ("mueller", vec![2]),
        ("\"heater does not\"", vec![2]),
        ("\"heater not\"", vec![]),
        ("anna@example.com", vec![2]),
        ("example", vec![2]),
        ("8831", vec![2]),
        ("LW-000001", vec![1]),
        ("lw", vec![2, 1]),
        ("lw refund", vec![2]),
    ] {
        assert_eq!(desk.finds(typed).await, found, "{typed}");
    }
}

async fn what_is_said_later_is_found_as_well(dialect: Dialect) {
    let desk = two(dialect).await;
    for typed in ["发货", "顺丰", "老客户", "着急"] {
        assert_eq!(desk.finds(typed).await, [0_u128; 0], "{typed}");
    }
    let at = desk.clock.now();
    let reply = |content| {
        let reply_id = ReplyId(Uuid::from_u128(1));
        MessageCommand::Reply(ReplyToMessage {
            at,
            reply_id,
            author: MEMBER,
            content,
            images: vec![],
            files: vec![],
        })
    };
    desk.say(1, 1, reply, "今天下午由顺丰发货。").await;
    desk.note(1, 1, "老客户").await;
    let content = Words::parse("我很着急").expect("words");
    let (words_id, at) = (WordsId(Uuid::from_u128(2)), desk.clock.now());
    let more =
        MessageCommand::Continue(ContinueMessage { at, words_id, content, images: vec![], files: vec![] });
    desk.carry_out::<Message>(Desk::message(1).0, message_key(1, 1), more).await;
    for typed in ["发货", "顺丰", "老客户", "着急", "退款 着急 老客户"] {
        assert_eq!(desk.finds(typed).await, [1], "{typed}");
    }
    // What was said in two places is no phrase.
    assert_eq!(desk.finds("“客户我”").await, [0_u128; 0]);
}

/// What SQLite's full-text index has and the table has not, or the other way round.
async fn indexed_otherwise(desk: &Desk) -> Vec<String> {
    if desk.store.database().dialect() == Dialect::Postgres {
        return vec![];
    }
    let views = &desk.store.database().views;
    let vocabulary =
        "CREATE VIRTUAL TABLE IF NOT EXISTS indexed USING fts5vocab(message_search_1_words, 'instance')";
    views.execute(vocabulary, &[]).await.expect("made");
    let indexed = "SELECT term || ' of ' || doc AS line FROM indexed";
    let kept = "SELECT value || ' of ' || number AS line FROM message_search_1, \
                json_each('[\"' || replace(tokens, ' ', '\",\"') || '\"]') WHERE value <> ''";
    let mut lines = Vec::new();
    for (one, other) in [(indexed, kept), (kept, indexed)] {
        let rows = views.rows(&format!("{one} EXCEPT {other}"), &[]).await.expect("readable");
        lines.extend(rows.iter().map(|row| row.text("line").expect("a line")));
    }
    lines
}

async fn what_several_messages_say_in_one_run_is_found_of_each(dialect: Dialect) {
    let mut desk = two(dialect).await;
    assert_eq!(desk.finds("退款").await, [1]);
    desk.stop.cancel();
    desk.views.ended().await;
    // The first has the words already when it says something else, and the second says them now.
    for (n, text) in [(1, "今天发货。"), (2, "退款已经提交。"), (1, "明天到。"), (2, "请查收。")]
    {
        desk.clock.advance(Duration::from_secs(1));
        desk.note(n, n, text).await;
    }
    let stop = CancellationToken::new();
    desk.views = Projections::start(&desk.store, &stop).searching_for(SEARCHING);
    let head = desk.store.head().await.expect("a head");
    soon("the views follow", || async {
        desk.views.status().await.expect("readable").iter().all(|view| view.position == head)
    })
    .await;
    for (typed, found) in [("退款", vec![2, 1]), ("发货", vec![1]), ("明天", vec![1]), ("查收", vec![2])]
    {
        assert_eq!(desk.finds(typed).await, found, "{typed}");
    }
    assert_eq!(indexed_otherwise(&desk).await, [""; 0]);
    stop.cancel();
    desk.views.ended().await;
}

async fn what_is_hidden_is_found_where_the_filter_says_so(dialect: Dialect) {
    let desk = two(dialect).await;
    let base = MessageFilter::default;
    let (spam, archived) =
        (MessageFilter { spam: true, ..base() }, MessageFilter { archived: true, ..base() });
    let deleted = base();
    for (hide, show, of) in [
        (StepKind::MarkAsSpam, StepKind::UnmarkAsSpam, spam),
        (StepKind::Archive, StepKind::Unarchive, archived),
        (StepKind::Delete, StepKind::Restore, deleted),
    ] {
        desk.step(1, 1, hide).await;
        assert_eq!(desk.finds("退款").await, [0_u128; 0], "{hide:?}");
        let there = if hide == StepKind::Delete { vec![] } else { vec![1] };
        assert_eq!(desk.found(&Desk::reader(Role::Admin), &of, "退款").await, there, "{hide:?}");
        desk.step(1, 1, show).await;
        assert_eq!(desk.finds("退款").await, [1], "{show:?}");
    }
}

async fn nobody_finds_what_they_may_not_read(dialect: Dialect) {
    let desk = two(dialect).await;
    desk.invite().await;
    desk.form_team().await;
    desk.assign(2, 2, Assignee::Team(TEAM)).await;
    let agent = Actor::Member { id: MEMBER, grants: Role::Agent.grants() };
    let of_no_team = Reach::Teams { teams: BTreeSet::new(), members: BTreeSet::new() };
    let of_the_team = Reach::Teams { teams: BTreeSet::from([TEAM]), members: BTreeSet::new() };
    for (reach, found) in [(Reach::Desk, vec![2, 1]), (of_the_team, vec![2, 1]), (of_no_team, vec![1])] {
        let reader = Reader::of_messages(agent, &reach).expect("reads");
        assert_eq!(desk.found(&reader, &MessageFilter::default(), "lw").await, found, "{reach:?}");
    }
}

async fn whoever_may_not_read_contacts_does_not_find_them_by_trying(dialect: Dialect) {
    let desk = two(dialect).await;
    let (auditor, filter) = (Desk::reader(Role::Auditor), MessageFilter::default());
    for (typed, of_agents) in [("8000", 1), ("138 0013", 1), ("anna@example.com", 2), ("example", 2)] {
        assert_eq!(desk.finds(typed).await, [of_agents], "{typed}");
        assert_eq!(desk.found(&auditor, &filter, typed).await, [0_u128; 0], "{typed}");
    }
    assert_eq!(desk.found(&auditor, &filter, "退款").await, [1]);
    assert_eq!(desk.found(&auditor, &filter, "王小明").await, [1], "names are shown to them");
}

async fn what_is_found_is_not_counted(dialect: Dialect) {
    let desk = two(dialect).await;
    let (reader, filter) = (Desk::reader(Role::Agent), searching(&MessageFilter::default(), "退款"));
    let count = desk.views.message_count(&reader, &filter).await;
    assert!(matches!(count, Err(QueryError::NotCounted)));
    assert!(matches!(desk.views.message_counts(&reader, &filter).await, Err(QueryError::NotCounted)));
}
