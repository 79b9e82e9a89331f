//! What cannot be removed keeps nothing else back.

use super::*;
use store::{NewUpload, TokenHash};

on_both_databases!(
    files_that_cannot_be_removed_keep_no_others_back_and_go_once_they_can,
    words_that_are_gone_wait_for_no_file_that_cannot_be_removed,
);

/// More than are looked at together.
const MANY: usize = 101;

impl Desk {
    /// From now on what lies there is a folder, which no server removes.
    fn obstruct(&self, id: &str) -> PathBuf {
        let folder = &self.database.config.images;
        fs::create_dir_all(folder).expect("a folder");
        let place = folder.join(format!("{id}.picture"));
        match fs::remove_file(&place) {
            Ok(()) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound),
        }
        fs::create_dir(&place).expect("another folder");
        place
    }

    /// The names of what lies there.
    fn names(&self) -> Vec<String> {
        let folder = fs::read_dir(&self.database.config.images).expect("a folder");
        folder.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }
}

async fn files_that_cannot_be_removed_keep_no_others_back_and_go_once_they_can(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let visitor = desk.visit().await;
    let store = desk.database.open(desk.clock.clone()).await;
    let mut obstacles = vec![];
    for n in 0..MANY {
        let id = store::random::uuid(desk.clock.now()).to_string();
        let token = TokenHash::of(&format!("token {n}"));
        let owner = "visitor:0197c6a8-0000-7000-8000-000000000000".to_owned();
        let upload = NewUpload { id: id.clone(), token, owner, bytes: 1_000, expires_at: 0, file: None };
        assert!(store.write_upload(&upload).await.is_ok());
        obstacles.push(desk.obstruct(&id));
    }
    // The last of all, and so the last to be swept.
    desk.clock.advance(Duration::from_secs(1));
    desk.send(&visitor, picture("gray.jpg")).await;
    desk.clock.advance(DAY);
    let swept = store.sweep_uploads().await.expect("swept");
    assert_eq!((swept.removed, swept.failed), (1, MANY));
    assert!(swept.why.is_some_and(|why| !why.to_string().is_empty()));
    assert_eq!(desk.names().len(), MANY, "nothing else is left");
    for obstacle in &obstacles {
        fs::remove_dir(obstacle).expect("it is empty");
    }
    let swept = store.sweep_uploads().await.expect("swept");
    assert_eq!((swept.removed, swept.failed), (MANY, 0));
    let swept = store.sweep_uploads().await.expect("swept");
    assert_eq!((swept.removed, swept.failed), (0, 0));
    store.close().await;
}

async fn words_that_are_gone_wait_for_no_file_that_cannot_be_removed(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    let (first, _) = with_picture(&scene).await;
    let obstacle = {
        let query = "query($id: ID!) { message(id: $id) { images { id } } }";
        let read = scene.desk.ask(Some(&scene.staff), query, json!({"id": first})).await.data();
        scene.desk.obstruct(&text(&read["message"]["images"][0]["id"]))
    };
    let (second, url) = with_picture(&scene).await;
    for message in [first, second] {
        scene.id = message;
        scene.status_after("deleteMessage", "").await;
        // Each is shredded by itself, the one with the obstacle first.
        scene.desk.clock.advance(Duration::from_secs(60));
    }
    scene.desk.clock.advance(7 * DAY);
    let left = || scene.desk.names().len();
    soon("everything else is gone", || async { left() == 1 }).await;
    assert_eq!(scene.desk.get(&url).await.status, 404);
    scene.desk.nothing_stands_still().await;
    fs::remove_dir(obstacle).expect("it is empty");
    let store = scene.desk.database.open(scene.desk.clock.clone()).await;
    let swept = store.sweep_uploads().await.expect("swept");
    assert_eq!((swept.removed, swept.failed), (1, 0), "it was left to the sweep");
    store.close().await;
}
