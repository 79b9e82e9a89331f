//! Starting: what is missing is said in a sentence, and nothing starts half.

use store::{
    AlreadyServed, Dialect, ServerLock, Store, StoreError, on_both_databases, testing::TestDatabase,
};

on_both_databases!(
    a_database_opens_again_with_its_key,
    a_missing_master_key_stops_the_start,
    another_master_key_stops_the_start,
    several_first_starts_at_once_agree_on_one_secret,
);

async fn a_database_opens_again_with_its_key(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let derived = database.open(TestDatabase::clock()).await.derive("test", &[b"a"]);
    assert_eq!(database.open(TestDatabase::clock()).await.derive("test", &[b"a"]), derived);
}

async fn sentence(database: &TestDatabase) -> String {
    match Store::open(&database.config, TestDatabase::clock()).await {
        Err(StoreError::Setup(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

async fn a_missing_master_key_stops_the_start(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    database.open(TestDatabase::clock()).await.close().await;
    std::fs::remove_file(&database.config.master_key_file).expect("removed");
    assert!(sentence(&database).await.contains("is missing"));
    assert!(!database.config.master_key_file.exists(), "and no other key is made in its place");
}

async fn another_master_key_stops_the_start(dialect: Dialect) {
    let (database, other) = (TestDatabase::new(dialect).await, TestDatabase::new(dialect).await);
    database.open(TestDatabase::clock()).await.close().await;
    other.open(TestDatabase::clock()).await.close().await;
    std::fs::copy(&other.config.master_key_file, &database.config.master_key_file).expect("copied");
    assert!(sentence(&database).await.contains("is not the master key of this database"));
    std::fs::write(&database.config.master_key_file, "hello").expect("written");
    assert!(sentence(&database).await.contains("is not a master key"));
}

async fn several_first_starts_at_once_agree_on_one_secret(dialect: Dialect) {
    let database = std::sync::Arc::new(TestDatabase::new(dialect).await);
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let database = database.clone();
            tokio::spawn(async move { database.open(TestDatabase::clock()).await.derive("test", &[]) })
        })
        .collect();
    let mut derived = Vec::new();
    for start in starts {
        derived.push(start.await.expect("starts"));
    }
    assert!(derived.windows(2).all(|pair| pair[0] == pair[1]));
}

#[cfg(unix)]
#[tokio::test]
async fn the_master_key_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::new(Dialect::Sqlite).await;
    database.open(TestDatabase::clock()).await;
    let mode = std::fs::metadata(&database.config.master_key_file).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[tokio::test]
async fn a_master_key_that_others_may_read_stops_the_start_until_they_may_not() {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};
    let database = TestDatabase::new(Dialect::Sqlite).await;
    database.open(TestDatabase::clock()).await.close().await;
    let file = &database.config.master_key_file;
    for mode in [0o644, 0o640, 0o602] {
        std::fs::set_permissions(file, Permissions::from_mode(mode)).expect("changed");
        let told = sentence(&database).await;
        assert!(told.contains(&format!("chmod 600 {}", file.display())), "{mode:o}: {told}");
    }
    for mode in [0o600, 0o400] {
        std::fs::set_permissions(file, Permissions::from_mode(mode)).expect("changed");
        database.open(TestDatabase::clock()).await.close().await;
    }
}

#[tokio::test]
async fn a_data_directory_has_one_server() {
    let database = TestDatabase::new(Dialect::Sqlite).await;
    let first = ServerLock::take(&database.directory).expect("free");
    assert!(matches!(ServerLock::take(&database.directory), Err(AlreadyServed::Held(_))));
    drop(first);
    ServerLock::take(&database.directory).expect("free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_data_directory_can_be_copied() {
    let database = TestDatabase::new(Dialect::Sqlite).await;
    for _ in 0..50 {
        let store = database.open(TestDatabase::clock()).await;
        // A connection that was used a moment ago may still be on its way back to the others.
        store.database().log.execute("DELETE FROM idempotency WHERE false", &[]).await.expect("written");
        store.close().await;
        for log in ["log.db-wal", "views.db-wal"] {
            // Absent, empty, or about to be removed: everything is in the file itself.
            let beside = std::fs::metadata(database.directory.join("data").join(log));
            assert_eq!(beside.map_or(0, |beside| beside.len()), 0, "{log}");
        }
    }
}

#[tokio::test]
async fn a_disk_that_was_full_stops_nothing_once_there_is_room_again() {
    let database = TestDatabase::new(Dialect::Sqlite).await;
    let store = database.open(TestDatabase::clock()).await;
    let log = &store.database().log;
    log.execute("CREATE TABLE filling (bytes blob)", &[]).await.expect("made");
    log.execute("PRAGMA max_page_count = 1", &[]).await.expect("as few pages as there are");
    let large = "INSERT INTO filling VALUES (zeroblob(4000000))";
    assert!(log.execute(large, &[]).await.is_err(), "the disk is full");
    log.execute("PRAGMA max_page_count = 1000000", &[]).await.expect("there is room");
    log.execute(large, &[]).await.expect("and it is used");
}
