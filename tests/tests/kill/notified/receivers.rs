//! Who is told: a webhook and a robot in whatever trouble there is, and a webhook that behaves well throughout.

use super::check::{Heard, Post, Record};
use crate::{
    kill::{log, random::Random},
    simulators::{Odd, Odds, Received, Simulator, Vendor, feishu::Feishu, webhook::Webhook},
};
use store::Clock;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const TOKEN: &str = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa";
/// Out of a hundred answers so many are odd.
const WEBHOOKS_ODDS: u64 = 30;
const ROBOTS_ODDS: u64 = 40;
/// More requests than are under way at once.
const ALL_UNDER_WAY: usize = 16;
/// Of so many odd answers of a webhook one is none at all, where there is time for it: it takes fifteen seconds.
const STALLS_OF: usize = 120;

/// Three simulators, on the machine's clock: the server that is killed has no other.
pub(crate) struct Receivers {
    pub(crate) troubled: Simulator<Webhook>,
    pub(crate) steady: Simulator<Webhook>,
    pub(crate) robot: Simulator<Feishu>,
    stalls: bool,
}

/// What befalls those in trouble while the server is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// They answer nothing, and do not take what comes.
    Stall,
    /// They take what comes, and answer nothing: nobody but them knows of it.
    Swallow,
    /// They are gone, and come back only once another server is there.
    Die,
}

impl Trouble {
    pub(crate) const ALL: [Self; 3] = [Self::Stall, Self::Swallow, Self::Die];

    /// In a line of the report.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Stall => "receivers stall",
            Self::Swallow => "receivers take and do not answer",
            Self::Die => "receivers are dead",
        }
    }
}

impl Receivers {
    /// They listen and behave well. With `stalls`, the webhook in trouble sometimes lets a request wait in vain.
    pub(crate) async fn start(stalls: bool) -> Self {
        let clock = Clock::system();
        Self {
            troubled: Simulator::start(Webhook::with(SECRET), clock.clone()).await,
            steady: Simulator::start(Webhook::with(SECRET), clock.clone()).await,
            robot: Simulator::start(Feishu::with(&[TOKEN]), clock).await,
            stalls,
        }
    }

    /// What a server has to be told to reach them.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("LEAVEWORD_PRIVATE_NETWORKS", "127.0.0.0/8".to_owned()),
            ("LEAVEWORD_CHANNEL_BASE_URLS", format!("feishu={}", self.robot.base())),
        ]
    }

    /// What each is called, its kind, its address and its secret, in the order of [`Self::records`].
    pub(crate) fn addresses(&self) -> [(&'static str, &'static str, String, Option<&'static str>); 3] {
        let robot = format!("https://open.feishu.cn/open-apis/bot/v2/hook/{TOKEN}");
        [
            ("troubled webhook", "WEBHOOK", format!("{}/hook", self.troubled.base()), Some(SECRET)),
            ("steady webhook", "WEBHOOK", format!("{}/hook", self.steady.base()), Some(SECRET)),
            ("troubled robot", "FEISHU", robot, None),
        ]
    }

    /// From now on those in trouble refuse, break off and answer nonsense by chance.
    pub(crate) fn rage(&self, random: &mut Random) {
        let refusals = [
            Odd::HangUp,
            Odd::Status(500),
            Odd::Status(503),
            Odd::Status(404),
            Odd::TooMany("1"),
            Odd::Elsewhere("http://127.0.0.1:1/".to_owned()),
            Odd::Lost,
        ];
        // With status 200 these are a webhook's consent, whatever they say.
        let nonsense = [Odd::Html, Odd::Empty, Odd::Huge, Odd::CutOff, Odd::Punished];
        let mut odd = [&refusals[..], &nonsense[..]].concat();
        if self.stalls {
            odd = odd.into_iter().cycle().take(STALLS_OF - 1).chain([Odd::Silence]).collect();
        }
        self.troubled.odd(Odds::random(random.below(u64::MAX), WEBHOOKS_ODDS, odd));
        // Without those that make it rest for a minute: there would be no trouble in that minute.
        let odd = vec![
            Odd::HangUp,
            Odd::Status(502),
            Odd::Lost,
            Odd::Html,
            Odd::Empty,
            Odd::Huge,
            Odd::CutOff,
            Odd::StatusOnly(7),
            Odd::Code { field: "code", code: 99_999, words: "?" },
        ];
        self.robot.odd(Odds::random(random.below(u64::MAX), ROBOTS_ODDS, odd));
    }

    /// From now on all behave well.
    pub(crate) fn calm(&self) {
        self.troubled.odd(Odds::next([]));
        self.robot.odd(Odds::next([]));
    }

    /// Whoever is in trouble gets into this one.
    pub(crate) fn befall(&self, trouble: Trouble) {
        match trouble {
            Trouble::Stall => self.answer_nothing(&Odd::Silence),
            Trouble::Swallow => self.answer_nothing(&Odd::Swallowed),
            Trouble::Die => {
                self.troubled.die();
                self.robot.die();
            }
        }
    }

    /// They are back, if they were gone.
    pub(crate) async fn come_back(&mut self, after: Trouble) {
        if after == Trouble::Die {
            self.troubled.come_back().await;
            self.robot.come_back().await;
        }
    }

    /// What each of them has.
    pub(crate) fn records(&self) -> [Record; 3] {
        let requests = |from: &Simulator<Webhook>| from.received().iter().map(heard).collect();
        let posts = self.robot.posted().iter().map(|posted| read(&posted.text)).collect();
        [
            Record::Requests(requests(&self.troubled)),
            Record::Requests(requests(&self.steady)),
            Record::Posts(posts),
        ]
    }

    /// How many requests came to each, and how many of them were taken.
    pub(crate) fn counts(&self) -> [(usize, usize); 3] {
        [count(&self.troubled), count(&self.steady), count(&self.robot)]
    }

    fn answer_nothing(&self, odd: &Odd) {
        let all = || Odds::next(std::iter::repeat_n(odd.clone(), ALL_UNDER_WAY));
        self.troubled.odd(all());
        self.robot.odd(all());
    }
}

fn count<V: Vendor>(of: &Simulator<V>) -> (usize, usize) {
    let received = of.received();
    (received.len(), received.iter().filter(|one| one.is_accepted).count())
}

fn heard(received: &Received) -> Heard {
    let body = received.request.json().unwrap_or_default();
    Heard {
        id: received.request.header("webhook-id").unwrap_or_default().to_owned(),
        position: body["data"]["position"].as_i64().unwrap_or_default(),
        is_accepted: received.is_accepted,
    }
}

/// A digest's heading counts; what is about one message has no number there.
fn read(text: &str) -> Post {
    let before = text.split_once(" new messages").map(|(before, _)| before).unwrap_or_default();
    let digits = before.len() - before.trim_end_matches(|it: char| it.is_ascii_digit()).len();
    let count = before[before.len() - digits..].parse().unwrap_or(1);
    Post { count, named: log::numbers(text) }
}

#[test]
fn a_post_says_how_many_it_is_about_and_names_the_first() {
    let digest = format!("12 new messages\n{}\n{}\nand 10 more", log::words(3), log::words(4));
    assert_eq!(read(&digest), Post { count: 12, named: vec![3, 4] });
    assert_eq!(read(&format!("New message\n{}", log::words(7))), Post { count: 1, named: vec![7] });
}
