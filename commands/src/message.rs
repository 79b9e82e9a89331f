//! `submitMessage`: a visitor and their message in one append.

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    challenge::Proven,
    error::CommandError,
    streams::{message_key, stream},
    uploads::Attaching,
    visitor::{Arriving, Remembered},
};
use domain::{
    access::Permission,
    actor::Actor,
    contact::Contact,
    decide::Decide,
    desk::Desk,
    ids::{CategoryId, MessageId, UploadId, VisitorId},
    locale::Locale,
    message::{FilledIn, GivenAnswer, Message, MessageCommand, MessageError, Related, SaidIn, SubmitMessage},
    reference::Reference,
    text::{Name, PageUrl, Words},
    visitor::VisitorError,
};
use serde::Serialize;
use std::sync::Arc;
use store::{Append, AppendError, Appended, Loaded, Receipt, Reservation};

/// A message as a visitor leaves it. The contact is read with the desk's phone region, so it comes as typed.
#[derive(Clone, Debug, Serialize)]
pub struct SubmitInput {
    /// Their name.
    pub name: Option<Name>,
    /// A phone number or an e-mail address.
    pub contact: String,
    /// The words.
    pub content: Words,
    /// Pictures and files that whoever submits has sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upload_ids: Vec<UploadId>,
    /// What it is about.
    pub category_id: Option<CategoryId>,
    /// An earlier message of theirs.
    pub related_to: Option<MessageId>,
    /// Their language.
    pub locale: Option<Locale>,
    /// The page it was written on.
    pub page_url: Option<PageUrl>,
    /// Answers to the form's own questions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<GivenAnswer>,
    /// The version of the form that was shown, when they say.
    #[serde(skip)]
    pub form_shown: Option<u32>,
    /// The version of the privacy notice that was shown, when they say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_notice: Option<u32>,
    /// For whom a member writes; `None`: the visitor writes themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<OnBehalf>,
    /// How the form was filled in.
    #[serde(skip)]
    pub filled_in: FilledIn,
    /// A solved challenge, when the desk asked for one.
    #[serde(skip)]
    pub proof: Option<String>,
    /// Repeats with the same key are one message.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// For whom a member writes, somebody who called or came by.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OnBehalf {
    /// Who they are; `None`: nobody knows them yet.
    pub visitor_id: Option<VisitorId>,
}

/// What a visitor gets for their message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The receipt.
    pub receipt: Receipt,
    /// Whose message it is.
    pub visitor_id: VisitorId,
    /// For a visitor without a token: theirs, from now on.
    pub visitor_token: Option<String>,
}

impl Commands {
    /// `submitMessage`: a visitor leaves a message; without a token they become a visitor. A member with `messages.work`
    /// leaves one on a visitor's behalf: it is theirs, and the log says who wrote it.
    pub async fn submit_message(
        &self,
        caller: &Caller,
        input: SubmitInput,
    ) -> Result<Submitted, CommandError> {
        let key = self.idempotency(caller, "submitMessage", input.idempotency_key.as_deref(), &input)?;
        let arriving = match (caller.actor, input.on_behalf) {
            (Actor::Anonymous, _) if caller.token_unknown => return Err(CommandError::TokenUnknown),
            (Actor::Anonymous, None) => self.arriving(None, key.as_ref()),
            (Actor::Visitor(id), None) => self.arriving(Some(id), key.as_ref()),
            (Actor::Anonymous | Actor::Visitor(_), Some(_)) => {
                return Err(CommandError::NotForYou(
                    "onBehalf is for members: a visitor writes for themselves",
                ));
            }
            (Actor::Member { .. } | Actor::Key { .. } | Actor::System(_), None) => {
                return Err(CommandError::NotForYou(
                    "a visitor submits a message: send a visitor's token, or none, or say onBehalf",
                ));
            }
            (Actor::Member { .. } | Actor::Key { .. } | Actor::System(_), Some(of)) => {
                admit(caller, Needs::Member(Permission::MessagesWork))?;
                self.absent(of.visitor_id, key.as_ref())
            }
        };
        // Members write for whoever calls: their number is not the visitors'.
        let mut proven = match self.let_in(caller, &input).await {
            Ok(proven) => proven,
            // What was done already is told again.
            Err(refusal) => {
                let answered = self.answered(key.as_ref()).await?;
                return answered.map(|receipt| arriving.submitted(receipt)).ok_or(refusal);
            }
        };
        let message_id = MessageId(self.fresh_id("message id", key.as_ref()));
        let attaching = match self.attaching(caller, &input.upload_ids).await {
            Ok(attaching) => attaching,
            // With the first use of the key they were attached.
            Err(refusal) => {
                let answered = self.answered(key.as_ref()).await?;
                return answered.map(|receipt| arriving.submitted(receipt)).ok_or(refusal);
            }
        };
        for attempt in 0..crate::execute::ATTEMPTS {
            // The first time nothing is looked up that would only be found missing: the append sees whether it is.
            let streams = if attempt == 0 { Streams::Guessed } else { Streams::Read };
            let submission = match self
                .decide_submission(caller, &input, &attaching, &arriving, message_id, streams)
                .await
            {
                Ok(submission) => submission,
                // Another request with the same key may just have been first: then it is answered, not refused.
                Err(refusal) => match (self.answered(key.as_ref()).await?, refusal) {
                    (Some(receipt), _) => return Ok(arriving.submitted(receipt)),
                    // What this process last knew is never the last word on a refusal.
                    (None, _) if streams == Streams::Guessed => continue,
                    // The streams that the key leads to are there, its answer is forgotten.
                    (
                        None,
                        CommandError::Visitor(VisitorError::AlreadyArrived)
                        | CommandError::Message(MessageError::AlreadySubmitted),
                    ) if key.is_some() => return Err(CommandError::KeyExpired),
                    // Whoever a member wrote for is nobody.
                    (None, CommandError::Visitor(VisitorError::NotArrived)) => {
                        return Err(CommandError::NotFound);
                    }
                    (None, refusal) => return Err(refusal),
                },
            };
            if let Some(proven) = proven.take()
                && !self.use_up(proven).await?
            {
                let answered = self.answered(key.as_ref()).await?;
                return answered
                    .map(|receipt| arriving.submitted(receipt))
                    .ok_or(CommandError::ProofRequired);
            }
            let append = Append { idempotency: key.clone(), ..submission.append };
            match self.store.append(append).await {
                Ok(appended) => {
                    // A repeat has remembered nothing.
                    if let Appended::Now(_) = appended {
                        self.contacts.remember(arriving.id, submission.remembered);
                    }
                    return Ok(arriving.submitted(appended.receipt()));
                }
                // Somebody was faster, or had the same reference: look and decide again.
                Err(AppendError::Conflict | AppendError::Taken { .. }) => {}
                // Two messages at once with the same pictures: the other one has them.
                Err(AppendError::Spent) => return Err(CommandError::UploadUnknown),
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// May this be left at all? Says what was proven, to be spent once it is certain that something is written for it.
    /// Members write for whoever calls: their number is not the visitors', and they prove nothing.
    async fn let_in(&self, caller: &Caller, input: &SubmitInput) -> Result<Option<Proven>, CommandError> {
        if input.on_behalf.is_some() {
            return Ok(None);
        }
        let proven = if self.pressed(caller) { Some(self.proven(input.proof.as_deref())?) } else { None };
        self.count_submission(caller, &input.contact).await?;
        Ok(proven)
    }

    /// Looks the facts up, decides for visitor and message, and puts both into one append.
    async fn decide_submission(
        &self,
        caller: &Caller,
        input: &SubmitInput,
        attaching: &Attaching,
        arriving: &Arriving,
        message_id: MessageId,
        streams: Streams,
    ) -> Result<Submission, CommandError> {
        let (desk, relied_on) = self.desk_as(streams == Streams::Read).await?;
        let contact = Contact::parse(&input.contact, desk.settings().phone_region())?;
        let (visitor, remembered) = self.visitor_stream(arriving, input, &contact, streams).await?;
        let reference = Reference::from_random(store::random::bytes());
        let facts = Facts { visitor_id: arriving.id, contact, reference: reference.clone(), desk };
        let submit = SubmitMessage {
            images: attaching.images.clone(),
            files: attaching.files.clone(),
            ..self.submission(input, facts, streams).await?
        };
        let loaded = match streams {
            Streams::Guessed => Loaded::new_stream(),
            Streams::Read => self.store.load::<Message>(&message_id.to_string()).await?,
        };
        let suspicion = submit.suspicion;
        let decided = loaded.aggregate.decide(MessageCommand::Submit(Box::new(submit)))?;
        let message_key = message_key(message_id, arriving.id);
        let mut message = stream::<Message>(message_id.to_string(), &loaded, Some(message_key), &decided)?;
        // What the visitor left is theirs; what a rule made of it is the rule's.
        for event in message.events.iter_mut().skip(1) {
            event.by = suspicion.map(|suspicion| Actor::System(suspicion.rule()).to_string());
        }
        let by = match input.on_behalf {
            Some(_) => caller.clone(),
            None => Caller { actor: Actor::Visitor(arriving.id), ..caller.clone() },
        };
        let mut append = self.append(&by, vec![relied_on, visitor, message], None);
        append.reservations.push(Reservation {
            kind: "reference",
            value: reference.to_string(),
            holder: message_id.to_string(),
        });
        append.credentials.extend(self.visitor_token_row(arriving));
        append.credentials.extend(attaching.rows(message_id, &message_id.to_string()));
        Ok(Submission { append, remembered })
    }

    async fn submission(
        &self,
        input: &SubmitInput,
        facts: Facts,
        streams: Streams,
    ) -> Result<SubmitMessage, CommandError> {
        let related_to = match input.related_to {
            None => None,
            Some(message_id) => {
                let id = message_id.to_string();
                let earlier = self.known::<Message>(&id, streams == Streams::Read).await?;
                Some(Related { message_id, visitor_id: crate::execute::shown_owner(&earlier.aggregate) })
            }
        };
        let settings = facts.desk.settings();
        // A member who writes for somebody is no program.
        let suspicion = if input.on_behalf.is_none() {
            let said = SaidIn { content: &input.content, name: input.name.as_ref(), answers: &input.answers };
            settings.suspects(input.filled_in, said)
        } else {
            None
        };
        Ok(SubmitMessage {
            at: self.store.clock().now(),
            visitor_id: facts.visitor_id,
            reference: facts.reference,
            name: input.name.clone(),
            contact: facts.contact,
            content: input.content.clone(),
            images: vec![],
            files: vec![],
            category_id: input.category_id.clone(),
            related_to,
            locale: input.locale.clone(),
            page_url: input.page_url.clone(),
            answers: input.answers.clone(),
            privacy_notice: input.privacy_notice,
            form: settings.form_rules(input.form_shown),
            suspicion,
        })
    }
}

/// Where the streams of a submission come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    /// New ones are taken to be empty.
    Guessed,
    /// All are read.
    Read,
}

/// A submission that was decided.
struct Submission {
    append: Append,
    /// What will be remembered of the visitor, once it is in the log.
    remembered: Remembered,
}

/// What was looked up for a submission.
struct Facts {
    visitor_id: VisitorId,
    contact: Contact,
    reference: Reference,
    desk: Arc<Desk>,
}
