//! A visitor leaves a message: who, about what, by the form as it stands; and the closed desk answers at once.

use super::{
    calendar::{Arrival, HOUR, instant},
    simulation::{Act, Simulation, Thread},
    visitors::{Guest, Told},
    words::{Language, TOPICS, order},
};
use commands::{Happened, Unique, rules};
use cqrs_es::Aggregate;
use domain::{
    access::Permission,
    actor::Actor,
    decide::Decide,
    desk::{FieldKind, FormField, LeftWord},
    hours::Moment,
    ids::{CategoryId, MessageId, ReplyId, VisitorId},
    locale::Locale,
    message::{GivenAnswer, Message, MessageCommand, MessageEvent, Related, SendAutoReply, SubmitMessage},
    text::parse_page_url,
    visitor::{VisitorCommand, VisitorEvent},
};

/// The rule answers so long after a message was left: a moment.
const MOMENT: i64 = 200_000;

impl Simulation {
    pub(super) fn arrive(&mut self, arrival: Arrival) {
        let course = self.courses.deal(&mut self.dice);
        let returning = if self.dice.percent(35) && !course.is_spam() {
            self.visitors.returning(arrival.language, &mut self.dice)
        } else {
            None
        };
        let visitor = returning.unwrap_or_else(|| self.new_visitor(&arrival, !course.is_spam()));
        let topic = match (course.is_spam(), arrival.fault) {
            (true, _) => "spam",
            (false, true) => "outage",
            (false, false) => TOPICS[self.dice.weighed([30, 22, 14, 20, 8, 6].into_iter())],
        };
        // Some call, and a member writes it down while the desk is open.
        let open = self.settings().hours(None).is_open(instant(arrival.at));
        let calls = open && !course.is_spam() && self.dice.percent(4);
        let by = calls.then(|| self.staff.who(Permission::MessagesWork, None, &mut self.dice)).flatten();
        let Some((told, left)) = self.submission(arrival.at, visitor, topic) else { return };
        let Some(guest) = self.visitors.get_mut(visitor) else { return };
        let of = Thread { visitor, place: guest.messages.len() };
        guest.messages.push(Told { course, ..told });
        let actor = by.map_or(Actor::Visitor(guest.id), |(_, actor)| actor);
        let locale = by.is_none().then(|| self.languages[arrival.language].locale.clone());
        let last = self.hand_out(arrival.at, actor, locale, None, left.0, left.1);
        self.waiting += 1;
        if let Some(told) = self.told_mut(of) {
            told.left_with = last;
        }
        if by.is_none() && self.settings().replies_by_itself() {
            self.plan(arrival.at + MOMENT, Act::AutoReply(of));
        }
        self.watch(arrival.at, of);
        self.plan_line(arrival.at, of);
    }

    fn new_visitor(&mut self, arrival: &Arrival, may_return: bool) -> u64 {
        let language = &self.languages[arrival.language];
        let called = (language.name(&mut self.dice), language.contact(&mut self.dice));
        let id = VisitorId(self.dice.uuid(instant(arrival.at)));
        self.visitors.add(Guest::new(id, arrival.language, called), may_return)
    }

    /// Decides for the visitor and the message, as `submitMessage` does.
    fn submission(&mut self, at: i64, visitor: u64, topic: &'static str) -> Option<(Told, Left)> {
        let guest = self.visitors.get_mut(visitor)?;
        let language = &self.languages[guest.language];
        if guest.remembered && self.dice.percent(8) {
            guest.contact = language.contact(&mut self.dice);
            guest.remembered = false;
        }
        let visitor_events = arriving(guest, at, &language.locale)?;
        let after = guest.version;
        guest.version += i64::try_from(visitor_events.len()).unwrap_or_default();
        let (visitor_id, name, contact) = (guest.id, guest.name.clone(), guest.contact.clone());
        let earlier = guest.messages.last().map(|told| told.id).filter(|_| self.dice.percent(40));
        let shown = |told: &&Told| told.submitted().is_some_and(|message| message.deleted_at.is_none());
        let related_to = guest.messages.last().filter(shown).and_then(|told| Some((earlier?, told.id)));
        let related_to =
            related_to.map(|(message_id, _)| Related { message_id, visitor_id: Some(visitor_id) });

        let settings = self.desk.settings();
        let form = settings.form_rules(None);
        let says = form.require_category || self.dice.percent(70);
        let category_id = says.then(|| category(&form.categories, topic)).flatten();
        let answers =
            form.fields.iter().filter_map(|field| answer(field, language, at, &mut self.dice)).collect();
        let content = match topic {
            "spam" => language.text("spam", &mut self.dice),
            topic => language.question(topic, &mut self.dice),
        };
        let page = ["", "cart", "orders", "help", "items/42"];
        let page_url =
            self.dice.percent(60).then(|| format!("https://shop.example.com/{}", self.dice.pick(&page)));
        let notice = settings.privacy_notice_version();
        let locale = Some(language.locale.clone());
        let id = MessageId(self.dice.uuid(instant(at)));
        let reference = self.reference();
        let submit = SubmitMessage {
            at: instant(at),
            visitor_id,
            reference: reference.clone(),
            name: Some(name),
            contact,
            content,
            images: vec![],
            files: vec![],
            category_id,
            related_to,
            locale,
            page_url: page_url.and_then(|page| parse_page_url(&page).ok()),
            answers,
            privacy_notice: (notice > 0).then_some(notice),
            form,
            suspicion: None,
        };
        let mut message = Message::default();
        let events = message.decide(MessageCommand::Submit(Box::new(submit))).ok()?;
        events.iter().cloned().for_each(|event| message.apply(event));
        let streams = vec![
            (after, Happened::Visitor(visitor_id, visitor_events)),
            (0, Happened::Message { id, visitor_id, erased: false, events }),
        ];
        let told = Told::new(id, message, topic);
        Some((told, (streams, vec![Unique::Reference(reference, id)])))
    }

    /// The desk is closed and says so, once in each closing.
    pub(super) fn reply_by_rule(&mut self, at: i64, of: Thread) {
        let Some(guest) = self.visitors.get(of.visitor) else { return };
        let Some(told) = guest.messages.get(of.place) else { return };
        let (Some(submitted), visitor_id) = (told.submitted(), guest.id) else { return };
        let (message_id, cause) = (told.id, told.left_with);
        let locale = Some(self.languages[guest.language].locale.clone());
        let left = LeftWord { at: instant(at - MOMENT), category_id: submitted.category_id.clone(), locale };
        let now = Moment { at: instant(at), present: 1, waiting: 0 };
        let Some(reply) = self.settings().auto_reply_to(&left, now, None) else { return };
        if guest.told_in.as_ref() == Some(&reply.closing) {
            return;
        }
        let reply_id = ReplyId(self.dice.uuid(instant(at)));
        let send = SendAutoReply { at: now.at, reply_id, content: reply.content, opens_at: reply.opens_at };
        let once = Unique::AutoReply { visitor_id, closing: reply.closing.clone(), message_id };
        let by_rule = (Actor::System(rules::AUTO_REPLY), Some(cause), vec![once]);
        if self.carry_out_as(at, of, by_rule, MessageCommand::SendAutoReply(send))
            && let Some(guest) = self.visitors.get_mut(of.visitor)
        {
            guest.told_in = Some(reply.closing);
        }
    }
}

/// What a submission leaves, and what is nobody else's then.
type Left = (Vec<(i64, Happened)>, Vec<Unique>);

/// What happens to a visitor who writes; `None`: they may not.
fn arriving(guest: &mut Guest, at: i64, locale: &Locale) -> Option<Vec<VisitorEvent>> {
    let at = instant(at);
    let mut events = vec![];
    if guest.version == 0 {
        let arrive = VisitorCommand::Arrive { at, locale: Some(locale.clone()) };
        let decided = guest.visitor.decide(arrive).ok()?;
        decided.iter().cloned().for_each(|event| guest.visitor.apply(event));
        events.extend(decided);
    }
    let (name, contact, unchanged) = (Some(guest.name.clone()), guest.contact.clone(), guest.remembered);
    let decided =
        guest.visitor.decide(VisitorCommand::RememberContact { at, name, contact, unchanged }).ok()?;
    decided.iter().cloned().for_each(|event| guest.visitor.apply(event));
    guest.remembered = true;
    events.extend(decided);
    Some(events)
}

/// The desk's category for that, or the last one, which is for everything else.
fn category(known: &[CategoryId], topic: &str) -> Option<CategoryId> {
    known.iter().find(|id| id.0 == topic).or_else(|| known.last()).cloned()
}

/// What somebody says to a question of the form.
fn answer(
    field: &FormField,
    language: &Language,
    at: i64,
    dice: &mut super::dice::Dice,
) -> Option<GivenAnswer> {
    if !field.required && dice.percent(40) {
        return None;
    }
    let said = match field.kind {
        FieldKind::Text => order(dice),
        FieldKind::Choice => {
            dice.pick(&field.options).text(Some(&language.locale), &language.locale).to_owned()
        }
        FieldKind::Number => (1 + dice.below(5)).to_string(),
        FieldKind::Date => instant(at - dice.within(500 * HOUR)).date_naive().to_string(),
        FieldKind::Checkbox => "true".to_owned(),
    };
    Some(GivenAnswer { field_id: field.id.clone(), said })
}

/// The events that a message has after these were applied are the domain's to say.
pub(super) fn is_wait(message: &Message) -> bool {
    match message {
        Message::NotSubmitted => false,
        Message::Submitted(message) => {
            message.wait.is_some() && !message.spam && message.deleted_at.is_none()
        }
    }
}

impl Told {
    fn new(id: MessageId, message: Message, topic: &'static str) -> Self {
        let (course, line, replies) = (super::course::Course::default(), 0, vec![]);
        Self { id, message, course, line, topic, left_with: uuid::Uuid::nil(), replies, watched: None }
    }

    /// What it keeps in mind of what happened.
    pub(super) fn apply(&mut self, event: &MessageEvent) {
        if let MessageEvent::MessageReplied(reply) = event {
            self.replies.push((reply.reply_id, reply.author));
        }
        self.message.apply(event.clone());
    }
}
