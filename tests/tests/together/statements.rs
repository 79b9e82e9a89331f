//! How many questions an answer asks of the database: as many for sixty messages as for three, however many neighbours
//! each has.

use super::{Process, agent, caller, member, reply, visitor, words, work};
use commands::SubmitInput;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{MessageId, VisitorId},
};
use store::{
    Dialect, on_both_databases,
    testing::{Listening, TestDatabase},
};

on_both_databases!(a_page_with_all_its_neighbours_asks_as_often_for_sixty_messages_as_for_three,);

const PAGE: &str = "{ messages(first: FIRST) { totalCount edges { node { \
    id reference status category { name } tags rating { rating } \
    visitor { name contact { value } messageCount } \
    assignee { name teams { name } presence } team { name } followUp { by { name } } \
    relatedTo { reference assignee { name } } relatedFrom { reference visitor { messageCount } } \
    entries { __typename ... on VisitorWords { content } ... on Reply { content author { name } } } \
    } } } messageCounts { open mine } }";

async fn a_page_with_all_its_neighbours_asks_as_often_for_sixty_messages_as_for_three(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let process = Process::start(&database, &TestDatabase::clock()).await;
    let mut left: Option<(MessageId, VisitorId)> = None;
    for number in 0..60 {
        left = Some(leave(&process, number, left).await);
    }
    process.up_to_date().await;
    // Followers ask, too.
    process.stop.cancel();
    process.views.ended().await;
    let schema = process.schema();
    let mut asked = Vec::new();
    for first in [3, 60, 3, 60] {
        let listening = Listening::to(&process.store);
        let lead = caller(Actor::Member { id: member(9), grants: Role::Lead.grants() });
        let request = async_graphql::Request::new(PAGE.replace("FIRST", &first.to_string()));
        let asking = graphql::Request::new(lead, None, Reach::Desk);
        let response = graphql::execute(&schema, &process.commands, asking, request).await.response;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        let answer = response.data.into_json().expect("JSON");
        assert_eq!(answer["messages"]["edges"].as_array().map(Vec::len), Some(first));
        asked.push(listening.heard().into_iter().map(|asked| asked.sql).collect::<Vec<_>>());
    }
    // What is remembered after the first time is not asked again. Neighbours of neighbours are looked up together or not,
    // as the answers come in: a few more or less, and nothing that grows with the page.
    let [few, many] = [&asked[2], &asked[3]];
    assert!(many.len() <= few.len() + 6, "{few:#?}\n{many:#?}");
    assert!((5..=30).contains(&many.len()), "{many:#?}");
    // A list of more than thirty gives way after every other row: their neighbours are looked up at once all the same.
    let members = many.iter().filter(|sql| sql.contains("FROM members_2")).count();
    assert!(members <= 3, "{members} times: {many:#?}");
    process.end().await;
}

/// Every other message belongs to the one before it, and is the same visitor's.
async fn leave(
    process: &Process,
    number: u128,
    before: Option<(MessageId, VisitorId)>,
) -> (MessageId, VisitorId) {
    let commands = &process.commands;
    let (by, related_to) = match before.filter(|_| number % 2 == 1) {
        Some((id, of)) => (visitor(of), Some(id)),
        None => (caller(Actor::Anonymous), None),
    };
    let left = commands.submit_message(&by, SubmitInput { related_to, ..words() }).await.expect("submitted");
    let id: MessageId = left.receipt.id.parse().expect("an id");
    let somebody = agent(1 + number % 4);
    commands.claim_message(&somebody, work(id)).await.expect("claimed");
    commands.reply_to_message(&somebody, reply(id)).await.expect("replied");
    (id, left.visitor_id)
}
