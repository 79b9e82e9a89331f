//! Mutations of a message that say more than why: notes, who is to answer, follow-ups, what it is about.

use super::{payload::MessagePayload, read, step::MessageRefInput};
use crate::{caller::Asks, query::message::Priority, refusal, scalar::DateTime};
use async_graphql::{Context, ID, InputObject, Object, Result};
use commands::{
    AssignInput, CategorizeInput, FollowUpInput, NoteInput, PrioritizeInput, ReviewInput, TagInput,
};
use domain::{
    ids::{CategoryId, MemberId, ReplyId, Tag, TeamId},
    message::{Assignee, CriterionScore, Stars},
    text::Text,
};
use std::collections::BTreeSet;

/// As many tags, or mentions, as anybody needs at once.
const MOST: usize = 50;

#[derive(Default)]
pub(crate) struct WorkMutation;

/// A note for the desk alone.
#[derive(InputObject)]
struct AddNoteInput {
    /// Which message.
    message_id: ID,
    /// 1 to 20,000 characters.
    content: String,
    /// Members it is meant for, at most 50.
    mentions: Option<Vec<ID>>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// Who is to answer a message.
#[derive(InputObject)]
struct AssignMessageInput {
    /// Which message.
    message_id: ID,
    /// The member; or else `teamId`, and never both.
    member_id: Option<ID>,
    /// The team.
    team_id: Option<ID>,
    /// Why: at most 1,000 characters.
    reason: Option<String>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// Until when a message is parked.
#[derive(InputObject)]
struct ScheduleFollowUpInput {
    /// Which message.
    message_id: ID,
    /// Until then; a time to come.
    due_at: DateTime,
    /// What is to be done then: at most 1,000 characters.
    note: Option<String>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// What a message is about.
#[derive(InputObject)]
struct CategorizeMessageInput {
    /// Which message.
    message_id: ID,
    /// One of the desk's categories.
    category_id: ID,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// Which tags come and go; what is in both lists goes.
#[derive(InputObject)]
struct TagMessageInput {
    /// Which message.
    message_id: ID,
    /// Tags from the desk's list, at most 50.
    add: Option<Vec<String>>,
    /// Tags, at most 50.
    remove: Option<Vec<String>>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// How urgent a message is.
#[derive(InputObject)]
struct PrioritizeMessageInput {
    /// Which message.
    message_id: ID,
    /// As urgent as this.
    priority: Priority,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// What is thought of a reply.
#[derive(InputObject)]
struct ReviewReplyInput {
    /// Which message.
    message_id: ID,
    /// Which of its replies.
    reply_id: ID,
    /// A score for at least one of the desk's criteria, each at most once.
    scores: Vec<CriterionScoreInput>,
    /// Why: at most 1,000 characters.
    comment: Option<String>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// A score for a criterion.
#[derive(InputObject)]
struct CriterionScoreInput {
    /// One of the desk's criteria.
    criterion: ID,
    /// From 1 to 5.
    score: i64,
}

#[Object]
impl WorkMutation {
    /// Takes a message that no other member has: one of the queue, or of a team's. Needs `messages.work`.
    async fn claim_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        let input = match input.read(ctx) {
            Ok(input) => input,
            Err(refusal) => return Ok(MessagePayload::refused(vec![refusal])),
        };
        let message_id = input.target.message_id;
        let claimed = ctx.commands().claim_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, claimed).await
    }

    /// Adds a note, which no visitor ever sees. Needs `messages.work`.
    async fn add_note(&self, ctx: &Context<'_>, input: AddNoteInput) -> Result<MessagePayload> {
        let content = match Text::parse(&input.content) {
            Ok(content) => content,
            Err(error) => return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "content")])),
        };
        let mentions = input.mentions.unwrap_or_default();
        if mentions.len() > MOST {
            return Ok(MessagePayload::refused(vec![refusal::too_many("mentions", MOST, ctx.locale())]));
        }
        let mentions = mentions.iter().map(|id| MemberId::typed(id)).collect();
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let noted = ctx.commands().add_note(ctx.caller(), NoteInput { target, content, mentions }).await;
        MessagePayload::of_work(ctx, message_id, noted).await
    }

    /// Gives a message to a member or to a team, whoever has it. Needs `messages.assign`.
    async fn assign_message(&self, ctx: &Context<'_>, input: AssignMessageInput) -> Result<MessagePayload> {
        let reason = match read::optional(input.reason.as_deref().map(Text::parse)) {
            Ok(reason) => reason,
            Err(error) => return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "reason")])),
        };
        let to = match (&input.member_id, &input.team_id) {
            (Some(id), None) => Assignee::Member(MemberId::typed(id)),
            (None, Some(id)) => Assignee::Team(TeamId::typed(id)),
            _ => return Ok(MessagePayload::refused(vec![refusal::one_assignee(ctx.locale())])),
        };
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = AssignInput { target, to, reason };
        let assigned = ctx.commands().assign_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, assigned).await
    }

    /// Parks a message until a time; what was scheduled before is replaced. Needs `messages.work`.
    async fn schedule_follow_up(
        &self,
        ctx: &Context<'_>,
        input: ScheduleFollowUpInput,
    ) -> Result<MessagePayload> {
        let note = match read::optional(input.note.as_deref().map(Text::parse)) {
            Ok(note) => note,
            Err(error) => return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "note")])),
        };
        let due_at = input.due_at.0;
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = FollowUpInput { target, due_at, note };
        let scheduled = ctx.commands().schedule_follow_up(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, scheduled).await
    }

    /// Says what a message is about. Needs `messages.work`.
    async fn categorize_message(
        &self,
        ctx: &Context<'_>,
        input: CategorizeMessageInput,
    ) -> Result<MessagePayload> {
        let category_id = CategoryId(input.category_id.0);
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = CategorizeInput { target, category_id };
        let categorized = ctx.commands().categorize_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, categorized).await
    }

    /// Adds tags and removes others. Needs `messages.work`.
    async fn tag_message(&self, ctx: &Context<'_>, input: TagMessageInput) -> Result<MessagePayload> {
        let (add, remove) = (input.add.unwrap_or_default(), input.remove.unwrap_or_default());
        for (field, tags) in [("add", &add), ("remove", &remove)] {
            if tags.len() > MOST {
                return Ok(MessagePayload::refused(vec![refusal::too_many(field, MOST, ctx.locale())]));
            }
        }
        let tags = |tags: Vec<String>| tags.into_iter().map(Tag).collect::<BTreeSet<_>>();
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = TagInput { target, add: tags(add), remove: tags(remove) };
        let tagged = ctx.commands().tag_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, tagged).await
    }

    /// Reviews a reply of somebody else's. Needs `quality.review`.
    async fn review_reply(&self, ctx: &Context<'_>, input: ReviewReplyInput) -> Result<MessagePayload> {
        let comment = match read::optional(input.comment.as_deref().map(Text::parse)) {
            Ok(comment) => comment,
            Err(error) => return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "comment")])),
        };
        if input.scores.len() > MOST {
            return Ok(MessagePayload::refused(vec![refusal::too_many("scores", MOST, ctx.locale())]));
        }
        let mut scores = Vec::with_capacity(input.scores.len());
        for CriterionScoreInput { criterion, score } in input.scores {
            let Some(score) = Stars::new(score) else {
                return Ok(MessagePayload::refused(vec![refusal::of_score(ctx.locale())]));
            };
            scores.push(CriterionScore { criterion: criterion.0, score });
        }
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = ReviewInput { target, reply_id: ReplyId::typed(&input.reply_id), scores, comment };
        let reviewed = ctx.commands().review_reply(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, reviewed).await
    }

    /// Says how urgent a message is. Needs `messages.work`.
    async fn prioritize_message(
        &self,
        ctx: &Context<'_>,
        input: PrioritizeMessageInput,
    ) -> Result<MessagePayload> {
        let priority = input.priority.into();
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = PrioritizeInput { target, priority };
        let prioritized = ctx.commands().prioritize_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, prioritized).await
    }
}
