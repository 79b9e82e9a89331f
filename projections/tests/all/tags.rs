//! Messages by their tags: page after page, whichever way they are read.

use super::Desk;
use domain::{
    access::Role,
    ids::{MessageId, Tag},
    message::{Message, MessageCommand, TagMessage},
};
use projections::{MessageFilter, MessageOrder, PageRequest, VIEWS};
use std::{collections::BTreeSet, time::Duration};
use store::{RebuildProgress, on_both_databases};
use tokio::sync::watch;

on_both_databases!(pages_of_a_tag_meet_without_a_gap_or_a_repeat_also_after_a_rebuild);

fn refund() -> Tag {
    Tag("refund".to_owned())
}

fn praise() -> Tag {
    Tag("praise".to_owned())
}

async fn tag(desk: &Desk, n: u128, add: &[Tag], remove: &[Tag]) {
    let set = |tags: &[Tag]| tags.iter().cloned().collect::<BTreeSet<_>>();
    let (at, known) = (desk.clock.now(), vec![refund(), praise()]);
    let command = MessageCommand::Tag(TagMessage { at, add: set(add), remove: set(remove), known });
    desk.carry_out::<Message>(Desk::message(n).0, super::message_key(n, 1), command).await;
}

/// All with these tags, two at a time, from either end.
async fn pages(desk: &Desk, tags: &[Tag], order: MessageOrder) -> [Vec<MessageId>; 2] {
    let (reader, filter) =
        (Desk::reader(Role::Agent), MessageFilter { tag: tags.to_vec(), ..MessageFilter::default() });
    let ask = async |page: PageRequest| {
        desk.views.messages(&reader, &filter, order, &page).await.expect("a page").rows
    };
    let (mut forward, mut after) = (vec![], None);
    loop {
        let page = ask(PageRequest::forward(Some(2), after.clone())).await;
        let Some((cursor, _)) = page.last() else { break };
        after = Some(cursor.clone());
        forward.extend(page.iter().map(|(_, row)| row.id));
    }
    let (mut backward, mut before) = (vec![], None);
    loop {
        let page = ask(PageRequest { last: Some(2), before: before.clone(), ..PageRequest::default() }).await;
        let Some((cursor, _)) = page.first() else { break };
        before = Some(cursor.clone());
        backward.splice(0..0, page.iter().map(|(_, row)| row.id));
    }
    [forward, backward]
}

async fn pages_of_a_tag_meet_without_a_gap_or_a_repeat_also_after_a_rebuild(dialect: store::Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    for n in 1..=7 {
        desk.submit(n, 1).await;
        desk.clock.advance(Duration::from_secs(1));
    }
    // Not in the order in which they were left.
    for n in [5, 1, 7, 3, 4] {
        tag(&desk, n, &[refund()], &[]).await;
    }
    tag(&desk, 4, &[praise()], &[refund()]).await;
    tag(&desk, 6, &[praise()], &[]).await;
    let ids = |all: &[u128]| all.iter().copied().map(Desk::message).collect::<Vec<_>>();
    for rebuilt in [false, true] {
        for (tags, expected) in [
            (vec![refund()], ids(&[7, 5, 3, 1])),
            (vec![praise()], ids(&[6, 4])),
            (vec![refund(), praise()], ids(&[7, 6, 5, 4, 3, 1])),
        ] {
            let newest = pages(&desk, &tags, MessageOrder::NewestFirst).await;
            assert_eq!(newest, [expected.clone(), expected.clone()], "{tags:?}, rebuilt: {rebuilt}");
            let mut oldest = pages(&desk, &tags, MessageOrder::OldestFirst).await;
            for ids in &mut oldest {
                ids.reverse();
            }
            assert_eq!(oldest, [expected.clone(), expected], "{tags:?}, rebuilt: {rebuilt}");
        }
        let views: Vec<_> = VIEWS.iter().filter(|view| view.name == "message_tags").copied().collect();
        let (progress, _) = watch::channel(RebuildProgress::default());
        desk.store.rebuild(&views, &progress).await.expect("rebuilt");
    }
}
