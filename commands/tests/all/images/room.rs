//! Many at once.

use super::made::{self, fixture};
use commands::images::{ImageLimits, ImageRefusal, ImageRoom, Space};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// Whoever is let in soon is not told to try again, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(300);

fn limits() -> ImageLimits {
    ImageLimits::default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_made_anew_in_the_room() {
    let file = fixture("orientation_6.jpg");
    let admission =
        ImageRoom::new(Space::default()).admit("a", None, file.len(), limits()).await.expect("comes in");
    let prepared = admission.prepare(file).await.expect("is taken");
    assert_eq!((prepared.picture.width, prepared.picture.height), (48, 32));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_too_many_is_told_to_try_again_and_may_when_another_left() {
    let room = ImageRoom::new(Space { queue: 2, ..Space::default() });
    let (one, _two) = (
        room.admit("a", None, 10, limits()).await.expect("one"),
        room.admit("b", None, 10, limits()).await.expect("two"),
    );
    assert_eq!(room.admit("c", None, 10, limits()).await.err(), Some(ImageRefusal::Busy));
    drop(one);
    assert!(room.admit("c", None, 10, limits()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn whoever_has_as_many_as_one_may_have_keeps_nobody_else_out() {
    // Ten of the largest fit in.
    let (room, most) = (ImageRoom::new(Space::default()), limits().bytes);
    let mut slow = vec![];
    for _ in 0..2 {
        slow.push(room.admit("a", None, most, limits()).await.expect("their own"));
    }
    let waits = room.admit("a", None, most, limits());
    let others = async {
        let mut others = vec![];
        for owner in ["b", "b", "c", "c", "d", "d", "e", "e"] {
            others.push(room.admit(owner, None, most, limits()).await.expect("there is room"));
        }
        drop(others);
    };
    let (waited, ()) = tokio::join!(waits, others);
    assert_eq!(
        waited.err(),
        Some(ImageRefusal::Busy),
        "whoever waited for their own kept no room of others'"
    );
    slow.pop();
    assert!(room.admit("a", None, most, limits()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_shown_has_so_many_bytes_at_most_and_one_reader_a_few_of_them() {
    let room = ImageRoom::new(Space { shown: 10 << 20, shown_each: 2, ..Space::default() });
    let (one, two) =
        (room.show("a", 4 << 20).await.expect("one"), room.show("a", 4 << 20).await.expect("two"));
    assert_eq!(room.show("a", 1).await.err(), Some(ImageRefusal::Busy), "a reader has two");
    assert_eq!(room.show("b", 4 << 20).await.err(), Some(ImageRefusal::Busy), "two mebibytes are left");
    let small = room.show("b", 2 << 20).await.expect("there is room");
    drop(one);
    assert!(room.show("b", 4 << 20).await.is_ok());
    drop((two, small));
    assert!(room.show("b", 1 << 30).await.is_ok(), "what is larger than all of it goes alone");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_too_long_is_told_to_try_again_and_leaves_nothing_behind() {
    let room = ImageRoom::new(space_for_one());
    let first = room.admit("a", None, 1000, limits()).await.expect("the first");
    let began = tokio::time::Instant::now();
    assert_eq!(room.admit("a", None, 1000, limits()).await.err(), Some(ImageRefusal::Busy));
    assert_eq!(began.elapsed(), Space::default().patience);
    drop(first);
    assert!(!has_to_wait(&room).await, "nobody is left");
}

/// Room for the bytes of one file.
fn space_for_one() -> Space {
    Space { files: limits().stored + 1000, ..Space::default() }
}

/// It is asked once, waits, and goes away.
async fn has_to_wait(room: &ImageRoom) -> bool {
    tokio::select! {
        biased;
        _ = room.admit("a", None, 1000, limits()) => false,
        () = std::future::ready(()) => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_and_goes_away_leaves_nothing_behind() {
    let room = ImageRoom::new(Space { queue: 2, patience: PATIENCE, ..space_for_one() });
    let first = room.admit("a", None, 1000, limits()).await.expect("the first");
    assert!(
        has_to_wait(&room).await && has_to_wait(&room).await,
        "there is room for one, and a place to wait"
    );
    let (second, ()) = tokio::join!(room.admit("a", None, 1000, limits()), async { drop(first) });
    drop(second.expect("the second"));
    assert!(!has_to_wait(&room).await, "nobody is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_goes_away_lets_nobody_in_before_the_work_has_ended() {
    let room = ImageRoom::new(Space { patience: PATIENCE, ..space_for_one() });
    let admission = room.admit("a", None, 1000, limits()).await.expect("comes in");
    let ((at_work, begins), (go_on, goes_on)) = (oneshot::channel(), mpsc::channel::<()>());
    let held = Mutex::new((Some(at_work), goes_on));
    let file = Watched::new(move || {
        let mut held = held.lock().expect("nobody panics with it");
        if let Some(at_work) = held.0.take() {
            at_work.send(()).expect("somebody listens");
            held.1.recv().expect("somebody says so");
        }
    });
    let task = tokio::spawn(async move { admission.prepare(file).await.map(|_| ()) });
    begins.await.expect("it is at work");
    task.abort();
    assert!(task.await.expect_err("is aborted").is_cancelled());
    assert!(has_to_wait(&room).await, "it is still being read");
    go_on.send(()).expect("it waits for that");
    assert!(room.admit("a", None, 1000, limits()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_bytes_than_announced_are_refused() {
    let file = fixture("orientation_6.jpg");
    let room = ImageRoom::new(Space::default());
    let admission = room.admit("a", None, file.len() - 1, limits()).await.expect("comes in");
    let most = file.len() - 1;
    assert_eq!(admission.prepare(file).await, Err(ImageRefusal::TooManyBytes { most }));
    assert_eq!(room.admit("a", None, 0, limits()).await.err(), Some(ImageRefusal::Empty));
    let most = limits().bytes;
    assert_eq!(
        room.admit("a", None, most + 1, limits()).await.err(),
        Some(ImageRefusal::TooManyBytes { most })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_needs_more_than_the_room_has_is_refused_and_not_waited_for() {
    let file = made::jpeg(&made::photograph(2000, 2000, 20), 80);
    let room = ImageRoom::new(Space { memory: 8 << 20, ..Space::default() });
    let admission = room.admit("a", None, file.len(), limits()).await.expect("comes in");
    assert_eq!(admission.prepare(file).await, Err(ImageRefusal::TooHeavy));
}

/// A file that tells when its bytes are read outside the caller's thread, where its length is read first.
struct Watched<F> {
    is_let_in: AtomicBool,
    when_read: F,
}

impl<F: Fn()> Watched<F> {
    fn new(when_read: F) -> Self {
        Self { is_let_in: AtomicBool::new(false), when_read }
    }
}

impl<F: Fn()> AsRef<[u8]> for Watched<F> {
    fn as_ref(&self) -> &[u8] {
        if self.is_let_in.swap(true, Ordering::SeqCst) {
            (self.when_read)();
        }
        b"0123456789"
    }
}

#[tokio::test]
async fn a_panic_is_a_damaged_picture_and_the_room_goes_on() {
    let room = ImageRoom::new(Space { queue: 1, ..space_for_one() });
    let admission = room.admit("a", None, 1000, limits()).await.expect("comes in");
    let file = Watched::new(|| panic!("a decoder met what its authors did not think of"));
    assert_eq!(admission.prepare(file).await, Err(ImageRefusal::Damaged));
    drop(admission);
    let file = fixture("gray.jpg");
    let admission = room.admit("a", None, file.len(), limits()).await.expect("comes in");
    assert!(admission.prepare(file).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_address_has_half_of_the_room_however_many_senders_it_has() {
    let (room, most) = (ImageRoom::new(Space::default()), limits().bytes);
    let mut slow = vec![];
    for owner in ["a", "b", "c", "d", "e"] {
        slow.push(room.admit(owner, Some("near"), most, limits()).await.expect("there is room"));
    }
    assert_eq!(room.admit("f", Some("near"), most, limits()).await.err(), Some(ImageRefusal::Busy));
    let mut others = vec![];
    for owner in ["f", "f", "g", "g", "h"] {
        others.push(room.admit(owner, Some("far"), most, limits()).await.expect("there is room"));
    }
    slow.pop();
    assert!(room.admit("i", Some("near"), most, limits()).await.is_ok());
}
