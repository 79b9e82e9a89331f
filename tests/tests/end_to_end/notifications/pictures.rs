//! Pictures and files to a WeCom robot, over the wire: what the robot takes, what it refuses, and what is not even sent.

use super::*;
use crate::simulators::Posted;
use projections::notifications::{
    send::Sender,
    vendor::{
        Address, Answer, CannotCompose, Kind, Outcome, Outgoing, Upload, file_message, image, judge,
        media_id, upload,
    },
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and whatever follows";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 and whatever follows";
const MB: usize = 1 << 20;

/// A robot of a group, and what sends to it.
struct Robot {
    wecom: Simulator<Wecom>,
    sender: Sender,
    clock: Clock,
}

impl Robot {
    async fn start() -> Self {
        let clock = TestDatabase::clock();
        let wecom = Simulator::start(Wecom::with(&[KEY, "another-robot"]), clock.clone()).await;
        let guard = Guard::read("", &format!("wecom={}", wecom.base())).expect("valid");
        Self { sender: Sender::new(guard, clock.clone()), wecom, clock }
    }

    async fn send(&self, outgoing: Outgoing) -> Answer {
        self.sender.send(Kind::Wecom, outgoing).await.expect("an answer")
    }

    /// What the group saw last, if the robot took this.
    async fn shows(&self, outgoing: Outgoing) -> Posted {
        let verdict = judge(Kind::Wecom, &self.send(outgoing).await);
        assert_eq!(verdict.outcome, Outcome::Delivered, "{verdict:?}");
        self.wecom.posted().pop().expect("a post")
    }

    /// With which code the robot refuses this.
    async fn refuses(&self, outgoing: Outgoing) -> Option<String> {
        let verdict = judge(Kind::Wecom, &self.send(outgoing).await);
        assert_eq!(verdict.outcome, Outcome::Payload, "{verdict:?}");
        verdict.code
    }

    async fn upload(&self, name: &str, bytes: &[u8]) -> String {
        let Upload(outgoing) = upload(&robot(KEY), name, bytes).expect("composed");
        media_id(&self.send(outgoing).await).expect("taken")
    }
}

fn robot(key: &str) -> Address {
    let url = format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}");
    Address { url: url.parse().expect("an address"), secrets: vec![] }
}

/// So many bytes that begin as a picture does.
fn picture(size: usize) -> Vec<u8> {
    PNG.iter().copied().chain(std::iter::repeat(0)).take(size).collect()
}

#[tokio::test]
async fn a_picture_is_shown_as_it_is_up_to_two_megabytes() {
    let group = Robot::start().await;
    for picture in [PNG.to_vec(), JPEG.to_vec(), picture(2 * MB)] {
        let posted = group.shows(image(&robot(KEY), &picture).expect("composed")).await;
        assert_eq!((posted.robot.as_str(), posted.file.as_deref()), (KEY, Some(&picture[..])));
    }
    let requests = group.wecom.received().len();
    for (bytes, fault) in [
        (picture(2 * MB + 1), CannotCompose::FileSize),
        (b"GIF89a and whatever follows".to_vec(), CannotCompose::Picture),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), CannotCompose::Picture),
        (Vec::new(), CannotCompose::Picture),
    ] {
        assert_eq!(image(&robot(KEY), &bytes).err(), Some(fault));
    }
    assert!(CannotCompose::Picture.to_string().contains("send a link"), "it says what to do");
    assert_eq!(group.wecom.received().len(), requests, "nothing of it was sent");
}

#[tokio::test]
async fn a_picture_with_another_ones_sum_is_refused_and_that_is_no_delivery() {
    let group = Robot::start().await;
    let [mut right, other] = [PNG, JPEG].map(|bytes| image(&robot(KEY), bytes).expect("composed"));
    let [mut body, sum] = [&right, &other].map(|it| serde_json::from_slice::<Value>(&it.body).expect("JSON"));
    body["image"]["md5"] = sum["image"]["md5"].clone();
    right.body = body.to_string().into_bytes();
    assert_eq!(group.refuses(right).await.as_deref(), Some("301019"));
    // What is no picture, and one that is too big, with sums that are right: we do not send them, and the robot says why.
    let mut gif = image(&robot(KEY), PNG).expect("composed");
    gif.body =
        br#"{"msgtype":"image","image":{"base64":"R0lGODlh","md5":"1ac2109d47dbc72551f71df89d01ed18"}}"#
            .to_vec();
    assert!(group.refuses(gif).await.is_some());
    assert!(group.wecom.posted().is_empty());
}

#[tokio::test]
async fn a_file_is_uploaded_and_then_shown_under_a_name_that_breaks_nothing() {
    let group = Robot::start().await;
    for (name, shown) in [
        ("订单.pdf", "订单.pdf"),
        ("a\"; filename=\"b.exe", "a__ filename=_b.exe"),
        ("x\r\nX-Evil: 1\r\n\r\n.txt", "x X-Evil: 1  .txt"),
        ("../../etc/passwd", ".._.._etc_passwd"),
    ] {
        let bytes = format!("%PDF\r\n--leaveword-\r\n\r\n{name}");
        let id = group.upload(name, bytes.as_bytes()).await;
        let posted = group.shows(file_message(&robot(KEY), &id)).await;
        assert_eq!(posted.file.as_deref(), Some(bytes.as_bytes()), "{name}");
        assert_eq!(posted.text, shown);
        group.clock.advance(Duration::from_secs(61));
    }
}

#[tokio::test]
async fn a_file_has_more_than_five_bytes_and_at_most_twenty_megabytes() {
    let group = Robot::start().await;
    for size in [6, 20 * MB] {
        let bytes = picture(size);
        let id = group.upload("file.bin", &bytes).await;
        let posted = group.shows(file_message(&robot(KEY), &id)).await;
        assert_eq!(posted.file.map(|file| file.len()), Some(size));
    }
    for size in [0, 5, 20 * MB + 1] {
        let fault = upload(&robot(KEY), "file.bin", &picture(size)).err();
        assert_eq!(fault, Some(CannotCompose::FileSize), "{size}");
    }
}

#[tokio::test]
async fn a_file_is_its_own_robots_for_three_days() {
    let group = Robot::start().await;
    let id = group.upload("file.bin", b"123456").await;
    let other = judge(Kind::Wecom, &group.send(file_message(&robot("another-robot"), &id)).await);
    assert_ne!(other.outcome, Outcome::Delivered, "{other:?}");
    group.clock.advance(Duration::from_hours(71));
    group.shows(file_message(&robot(KEY), &id)).await;
    group.clock.advance(Duration::from_hours(1));
    let late = judge(Kind::Wecom, &group.send(file_message(&robot(KEY), &id)).await);
    assert_ne!(late.outcome, Outcome::Delivered, "{late:?}");
    assert!(group.wecom.posted().len() == 1);
}

#[tokio::test]
async fn an_upload_that_was_refused_has_no_id() {
    let group = Robot::start().await;
    let Upload(outgoing) = upload(&robot("no-robot-here"), "file.bin", b"123456").expect("composed");
    let verdict = media_id(&group.send(outgoing).await).expect_err("refused");
    assert_eq!((verdict.outcome, verdict.code.as_deref()), (Outcome::Configuration, Some("93000")));
}
