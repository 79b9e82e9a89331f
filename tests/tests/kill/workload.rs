//! What is sent: a table of commands, and the messages that they are sent to.

use super::{journal::Receipt, log::words, random::Random};
use serde_json::{Value, json};
use std::sync::Mutex;

/// A command that clients send.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) mutation: &'static str,
    /// The type of its input.
    input: &'static str,
    pub(crate) by: By,
    on: On,
    /// How often, in relation to the others.
    weight: u64,
}

/// Who sends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum By {
    /// A visitor who comes without a token.
    Nobody,
    Visitor,
    Member,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum On {
    Nothing,
    Open,
    Closed,
}

const SUBMIT: &str = "SubmitMessageInput";
const REPLY: &str = "ReplyToMessageInput";
const REF: &str = "MessageRefInput";

/// A new command on a message is a line here.
const KINDS: [Kind; 7] = [
    Kind { mutation: "submitMessage", input: SUBMIT, by: By::Nobody, on: On::Nothing, weight: 30 },
    Kind { mutation: "submitMessage", input: SUBMIT, by: By::Visitor, on: On::Open, weight: 8 },
    Kind { mutation: "replyToMessage", input: REPLY, by: By::Member, on: On::Open, weight: 36 },
    Kind { mutation: "closeMessage", input: REF, by: By::Member, on: On::Open, weight: 8 },
    Kind { mutation: "closeMessage", input: REF, by: By::Visitor, on: On::Open, weight: 4 },
    Kind { mutation: "claimMessage", input: REF, by: By::Member, on: On::Open, weight: 8 },
    Kind { mutation: "reopenMessage", input: REF, by: By::Member, on: On::Closed, weight: 6 },
];

/// Out of a hundred: commands with an idempotency key, and members' commands with an expected version.
const KEYED: u64 = 75;
const EXPECTING: u64 = 25;
/// Messages that are worked on at a time: few enough that clients meet.
const MESSAGES: usize = 60;

/// A command, made up.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) kind: &'static Kind,
    pub(crate) keyed: bool,
    /// Of the visitor who sends it.
    pub(crate) token: Option<String>,
    input: Value,
}

/// A message that is known to be there.
#[derive(Clone, Debug)]
struct Message {
    id: String,
    version: i64,
    /// Its visitor's token.
    token: String,
}

/// The messages that clients know of: they share them, so that they get in each other's way.
#[derive(Default)]
pub(crate) struct Messages(Mutex<[Vec<Message>; 2]>);

impl Kind {
    /// The document to send.
    fn document(&self) -> String {
        let (mutation, input) = (self.mutation, self.input);
        format!(
            "mutation($input: {input}!) {{ {mutation}(input: $input) {{ visitorToken \
             receipt {{ id version position }} userErrors {{ code }} }} }}"
        )
    }
}

impl Command {
    /// Something to do; `Kind` and everything else by chance. The words come with its number.
    pub(crate) fn choose(random: &mut Random, messages: &Messages) -> Self {
        let kind = choose_kind(random);
        match messages.pick(kind.on, random) {
            Some(message) => Self::to(kind, &message, random),
            // Nothing is there yet to be answered or closed.
            None => Self::new(&KINDS[0], None, json!({}), random),
        }
    }

    /// As it is sent.
    pub(crate) fn body(&self, number: u64) -> Value {
        let mut input = self.input.clone();
        let place = if self.kind.input == REF { "reason" } else { "content" };
        input[place] = words(number).into();
        if self.kind.input == SUBMIT {
            input["name"] = "李雷".into();
            // A visitor who is known says the same again.
            input["contact"] = "13800138000".into();
        }
        json!({"query": self.kind.document(), "variables": {"input": input}})
    }

    fn to(kind: &'static Kind, message: &Message, random: &mut Random) -> Self {
        let mut input = json!({});
        if kind.input != SUBMIT {
            input["messageId"] = message.id.as_str().into();
            if kind.by == By::Member && random.percent(EXPECTING) {
                input["expectedVersion"] = message.version.into();
            }
        }
        let token = (kind.by == By::Visitor).then(|| message.token.clone());
        Self::new(kind, token, input, random)
    }

    fn new(kind: &'static Kind, token: Option<String>, mut input: Value, random: &mut Random) -> Self {
        let keyed = random.percent(KEYED);
        if keyed {
            input["idempotencyKey"] = random.key().into();
        }
        Self { kind, keyed, token, input }
    }
}

impl Messages {
    /// A command went through; a visitor's first one brought their token.
    pub(crate) fn learn(&self, command: &Command, receipt: &Receipt, token: Option<&str>) {
        let mut lists = self.0.lock().expect("nobody panicked with the messages in hand");
        let known = lists.iter_mut().find_map(|list| {
            let index = list.iter().position(|message| message.id == receipt.id)?;
            Some(list.swap_remove(index))
        });
        let token = token.map(str::to_owned).or(known.map(|message| message.token)).or(command.token.clone());
        let Some(token) = token else { return };
        let list = &mut lists[usize::from(command.kind.mutation == "closeMessage")];
        if list.len() >= MESSAGES {
            list.remove(0);
        }
        list.push(Message { id: receipt.id.clone(), version: receipt.version, token });
    }

    fn pick(&self, on: On, random: &mut Random) -> Option<Message> {
        let lists = self.0.lock().expect("nobody panicked with the messages in hand");
        match on {
            On::Nothing => None,
            On::Open => random.pick(&lists[0]).cloned(),
            On::Closed => random.pick(&lists[1]).cloned(),
        }
    }
}

fn choose_kind(random: &mut Random) -> &'static Kind {
    let mut drawn = random.below(KINDS.iter().map(|kind| kind.weight).sum());
    for kind in &KINDS {
        if drawn < kind.weight {
            return kind;
        }
        drawn -= kind.weight;
    }
    &KINDS[0]
}

#[test]
fn every_command_of_the_table_gets_its_turn() {
    let (mut random, messages) = (Random::new(1), Messages::default());
    let first = Command::choose(&mut random, &messages);
    assert_eq!(first.kind.mutation, "submitMessage", "there is nothing else to do yet");
    let receipt = |id: &str| Receipt { id: id.to_owned(), version: 1, position: 3 };
    messages.learn(&first, &receipt("open"), Some("token"));
    let closing = Command { kind: &KINDS[3], ..first };
    messages.learn(&closing, &receipt("closed"), Some("token"));
    let mut chosen = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        chosen.insert(Command::choose(&mut random, &messages).kind.mutation);
    }
    assert_eq!(chosen, KINDS.iter().map(|kind| kind.mutation).collect());
}
