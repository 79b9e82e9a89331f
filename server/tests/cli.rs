//! The binary as an operator meets it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// A folder of its own, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("leaveword_cli_{:016x}", u64::from_be_bytes(store::random::bytes()));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary directory");
        Self(folder)
    }

    fn leaveword(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leaveword"));
        command.args(arguments).current_dir(&self.0).env_remove("LEAVEWORD_DATABASE_URL");
        command
            .env_remove("LEAVEWORD_DATA_DIR")
            .env_remove("LEAVEWORD_LOG")
            .env("LEAVEWORD_LISTEN", "127.0.0.1:0");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.leaveword(arguments).output().expect("runs")
    }

    /// Serves until dropped; what it printed up to the end of its welcome.
    fn serve(&self, arguments: &[&str]) -> (Child, String) {
        let mut child =
            self.leaveword(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
        let mut printed = String::new();
        let output = BufReader::new(child.stdout.take().expect("its output"));
        for line in output.lines().map_while(Result::ok) {
            printed += &line;
            printed.push('\n');
            if line.contains("curl -s") {
                break;
            }
        }
        (child, printed)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn config_prints_what_is_in_force_and_the_flag_wins() {
    let folder = Folder::new();
    let printed = stdout(&folder.run(&["config", "--listen", "127.0.0.1:9999"]));
    assert!(printed.contains("LEAVEWORD_LISTEN           127.0.0.1:9999"), "{printed}");
    assert!(printed.contains("SQLite in ./data"), "{printed}");
}

#[test]
fn version_tells_which_pages_are_in_the_binary() {
    let folder = Folder::new();
    let printed = stdout(&folder.run(&["--version"]));
    let number = format!("leaveword {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(printed, format!("{number}ui: {}\n", server::Ui::embedded()));
    assert_eq!(stdout(&folder.run(&["-V"])), number);
}

#[test]
fn a_bad_value_stops_the_start_with_a_sentence_that_names_it() {
    let folder = Folder::new();
    let output = folder.leaveword(&["serve"]).env("LEAVEWORD_LISTEN", "everywhere").output().expect("runs");
    assert!(!output.status.success());
    let expected =
        "leaveword: LEAVEWORD_LISTEN: \"everywhere\" is not an address and a port, such as 127.0.0.1:8080\n";
    assert_eq!(stderr(&output), expected);
    assert!(!folder.0.join("data").exists(), "and nothing was made");
}

#[test]
fn config_prints_who_may_ask_from_where_and_how_often() {
    let folder = Folder::new();
    let printed = stdout(&folder.run(&["config"]));
    for line in [
        "LEAVEWORD_ALLOWED_ORIGINS  none but its own",
        "LEAVEWORD_TRUSTED_PROXIES  none",
        "LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE   10",
        "LEAVEWORD_LIMIT_SIGN_INS_PER_MINUTE  5",
        "LEAVEWORD_LIMIT_COST_PER_MINUTE      10000",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    let mut said = folder.leaveword(&["config", "--trusted-proxies", "10.0.0.0/8,::1"]);
    said.env("LEAVEWORD_ALLOWED_ORIGINS", "https://Shop.example.com/")
        .env("LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE", "0");
    let printed = stdout(&said.output().expect("runs"));
    for line in ["https://shop.example.com\n", "10.0.0.0/8,::1/128", "SUBMITS_PER_MINUTE   none"] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    let refused =
        folder.leaveword(&["serve"]).env("LEAVEWORD_TRUSTED_PROXIES", "my-proxy").output().expect("runs");
    let expected = "leaveword: LEAVEWORD_TRUSTED_PROXIES: is a list of addresses or networks such as \
                    127.0.0.1,10.0.0.0/8, not my-proxy\n";
    assert_eq!((refused.status.success(), stderr(&refused).as_str()), (false, expected));
}

#[test]
fn schema_prints_the_committed_schema() {
    let committed = include_str!("../../graphql/schema.graphql");
    assert_eq!(stdout(&Folder::new().run(&["schema"])), committed, "run `cargo xtask schema`");
}

#[test]
fn schema_writes_the_committed_schemas_of_webhooks() {
    let files = |folder: &Path| -> BTreeMap<String, String> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file"));
        let text = |entry: &fs::DirEntry| fs::read_to_string(entry.path()).expect("text");
        entries.map(|it| (it.file_name().to_string_lossy().into_owned(), text(&it))).collect()
    };
    let folder = Folder::new();
    let webhooks = folder.0.join("webhooks");
    let output = folder.run(&["schema", "--webhooks", webhooks.to_str().expect("text")]);
    assert_eq!(stdout(&output), "", "{}", stderr(&output));
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhooks");
    let (written, committed) = (files(&webhooks), files(&committed));
    let all: BTreeSet<&String> = written.keys().chain(committed.keys()).collect();
    let differ: Vec<_> = all.into_iter().filter(|file| written.get(*file) != committed.get(*file)).collect();
    assert!(differ.is_empty(), "run `cargo xtask schema`: {differ:?} differ");
}

#[test]
fn migrate_makes_the_database_and_says_so() {
    let folder = Folder::new();
    let output = folder.run(&["migrate"]);
    assert!(stdout(&output).contains("is up to date; its log has 0 events"), "{}", stderr(&output));
    assert!(folder.0.join("data/log.db").exists() && folder.0.join("leaveword.key").exists());
}

#[test]
fn members_are_added_and_linked_beside_a_running_server() {
    let folder = Folder::new();
    let (mut server, welcome) = folder.serve(&[]);
    assert!(welcome.contains("/sign-in#lwl_") && welcome.contains("redeemSignInLink"), "{welcome}");
    let mut add = folder
        .leaveword(&["member", "add", "--email", "mei@example.com", "--name", "韩梅梅", "--role", "agent"])
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    add.stdin.take().expect("its input").write_all(b"correct horse battery\n").expect("written");
    let added = add.wait_with_output().expect("ends");
    assert!(stdout(&added).starts_with("AGENT mei@example.com was added"), "{}", stdout(&added));
    let again =
        folder.run(&["member", "add", "--email", "MEI@example.com", "--name", "梅", "--role", "LEAD"]);
    assert_eq!(stderr(&again), "leaveword: another member has this e-mail address\n");
    let link = stdout(&folder.run(&["member", "link", "--email", "mei@example.com"]));
    assert!(link.contains("/sign-in#lwl_"), "{link}");
    let nobody = folder.run(&["member", "link", "--email", "nobody@example.com"]);
    assert_eq!(stderr(&nobody), "leaveword: no member has the address nobody@example.com\n");
    server.kill().expect("killed");
    server.wait().expect("ended");
}

#[test]
fn what_is_for_a_desk_that_is_there_makes_none_where_there_is_none() {
    let folder = Folder::new();
    for arguments in [
        &["log", "show", "--message", "LW-AAAAAA"][..],
        &["rebuild", "all"],
        &["member", "add", "--email", "mei@example.com", "--name", "韩梅梅", "--role", "AGENT"],
        &["member", "link", "--email", "mei@example.com"],
    ] {
        let output = folder.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains("there is no desk in ./data"), "{told}");
    }
    assert_eq!(std::fs::read_dir(&folder.0).expect("a folder").count(), 0, "no file was made");
}

#[test]
fn the_identity_secret_is_made_once_and_replaced_when_that_is_asked_for() {
    let folder = Folder::new();
    let secret = |arguments: &[&str]| {
        let output = folder.run(&[&["identity-secret"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let first = secret(&[]);
    assert_eq!(first.trim_end().len(), 43, "{first:?}");
    assert_eq!(secret(&[]), first);
    let second = secret(&["--rotate"]);
    assert_ne!(second, first);
    assert_eq!(secret(&[]), second);
}

/// Every view, as the binary names them.
const VIEWS: &str = "message_list, message_entries, visitor_messages, visitors, message_tags, reviews, log_index, \
                     members, teams, deletions, message_search, statistics";

fn views_are_rebuilt_beside_a_running_server(database: &[&str]) {
    let folder = Folder::new();
    let (mut server, _) = folder.serve(database);
    let rebuild = |names: &[&str]| folder.run(&[database, &["rebuild"], names].concat());
    let all = rebuild(&["all"]);
    let said = stdout(&all);
    assert!(said.starts_with(&format!("{VIEWS}: rebuilt from ")), "{said}{}", stderr(&all));
    assert!(said.ends_with(" events/s\n"), "{said}");
    let some = stdout(&rebuild(&["visitors", "members"]));
    assert!(some.starts_with("visitors, members: rebuilt from "), "{some}");
    let unknown = rebuild(&["members", "mebmers"]);
    let expected =
        format!("leaveword: no view is called mebmers; there are {VIEWS}, or all for all of them\n");
    assert_eq!((stderr(&unknown), unknown.status.success()), (expected, false));
    server.kill().expect("killed");
    server.wait().expect("ended");
}

#[test]
fn views_are_rebuilt_beside_a_running_server_on_sqlite() {
    views_are_rebuilt_beside_a_running_server(&[]);
}

#[tokio::test]
async fn views_are_rebuilt_beside_a_running_server_on_postgres() {
    let database = store::testing::TestDatabase::new(store::Dialect::Postgres).await;
    let store::DatabaseUrl::Postgres(url) = &database.config.database else { panic!("PostgreSQL") };
    views_are_rebuilt_beside_a_running_server(&["--database-url", url]);
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = Folder::new();
    let (mut server, _) = folder.serve(&[]);
    let second = folder.run(&["serve"]);
    assert!(!second.status.success());
    assert!(stderr(&second).contains("another Leaveword serves the data directory"), "{}", stderr(&second));
    server.kill().expect("killed");
    server.wait().expect("ended");
    let (mut third, _) = folder.serve(&[]);
    third.kill().expect("a killed server's lock is gone with it");
    third.wait().expect("ended");
}

#[cfg(unix)]
#[test]
fn asked_to_end_it_closes_its_files_and_says_that_it_went_well() {
    let folder = Folder::new();
    let (mut server, welcome) = folder.serve(&[]);
    let address = welcome.split("http://").nth(1).and_then(|rest| rest.lines().next()).expect("an address");
    let mut health = TcpStream::connect(address).expect("connects");
    health.write_all(b"GET /health HTTP/1.0\r\n\r\n").expect("asked");
    let mut answer = String::new();
    health.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    let asked = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().expect("runs");
    assert!(asked.success() && server.wait().expect("ends").success());
    let left: Vec<_> = std::fs::read_dir(folder.0.join("data"))
        .expect("readable")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with("-wal"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "the write-ahead logs are folded in");
}

/// Case 6: what is too long is not read, however much of it comes at once.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat_under_twenty_bodies_of_thirty_megabytes() {
    const BODY: usize = 30 << 20;
    let folder = Folder::new();
    let (mut server, welcome) = folder.serve(&[]);
    let (_, rest) = welcome.split_once("listens on http://").expect("an address");
    let address = rest.lines().next().expect("an address").to_owned();
    let process = server.id();
    let peak_kib = move || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    };
    let send = move |address: &str, head: &str, body: usize| {
        let mut connection = TcpStream::connect(address).expect("a connection");
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{head}\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).expect("said");
        // The server hangs up on whoever goes on.
        let piece = vec![b' '; 1 << 16];
        let sent = (0..body / piece.len()).take_while(|_| connection.write_all(&piece).is_ok()).count();
        let mut answer = [0; 12];
        let _ = connection.read_exact(&mut answer);
        (sent * piece.len(), String::from_utf8_lossy(&answer).into_owned())
    };
    // Everything that one such request needs is there.
    send(&address, &format!("content-length: {BODY}"), BODY);
    let before = peak_kib();
    let all: Vec<_> = (0..20)
        .map(|_| {
            let address = address.clone();
            std::thread::spawn(move || send(&address, &format!("content-length: {BODY}"), BODY))
        })
        .collect();
    for one in all {
        let (bytes, answer) = one.join().expect("no panic");
        assert!(
            answer.ends_with(" 413") || (answer.trim_matches('\0').is_empty() && bytes < BODY),
            "{bytes} {answer}"
        );
    }
    let grown = peak_kib() - before;
    // Each is read as far as one may go, 300 KiB; a single one of them whole would be more than this.
    assert!(grown < 25 << 10, "{grown} KiB more");
    let _ = server.kill();
    let _ = server.wait();
}

#[test]
fn generate_makes_a_desk_up_that_is_served_and_refuses_one_that_is_there() {
    let folder = Folder::new();
    let generate = ["generate", "--messages", "200", "--seed", "7", "--years", "1"];
    let output = folder.run(&generate);
    let printed = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(printed.starts_with("200 messages, "), "{printed}");
    assert!(
        printed.contains("The first administrator is admin@localhost") && printed.contains("/sign-in#"),
        "{printed}"
    );
    let again = folder.run(&generate);
    assert!(!again.status.success());
    assert!(stderr(&again).contains("a past is made up for a new one only"), "{}", stderr(&again));
    let (mut child, welcome) = folder.serve(&["serve"]);
    assert!(welcome.contains("The first administrator is Admin"), "{welcome}");
    child.kill().expect("ends");
    child.wait().expect("ended");
    let future = folder.run(&["generate", "--messages", "5", "--until", "2099-01-01", "--data-dir", "other"]);
    assert!(stderr(&future).contains("lies in the future"), "{}", stderr(&future));
}

/// What `export` writes: each file's first line, and how many records it has.
fn exported(folder: &Folder, database: &[&str]) -> (String, Vec<(String, usize)>) {
    let output = folder.run(&[database, &["analytics", "export", "tables"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let files = ["messages", "replies", "waits", "daily"].map(|name| {
        let text = fs::read_to_string(folder.0.join(format!("tables/{name}.csv"))).expect("a file");
        let (head, records) = text.split_once("\r\n").expect("a first line");
        (head.to_owned(), records.matches("\r\n").count())
    });
    (stdout(&output), files.to_vec())
}

fn analysts_are_given_the_tables(folder: &Folder, database: &[&str]) {
    let made =
        folder.run(&[database, &["generate", "--messages", "50", "--seed", "7", "--years", "1"]].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    let (printed, files) = exported(folder, database);
    assert!(printed.contains("as of position 0 of the log\nthe views are behind the log"), "{printed}");
    assert_eq!(files[0].1, 0);
    let rebuilt = folder.run(&[database, &["rebuild", "all"]].concat());
    assert!(rebuilt.status.success(), "{}", stderr(&rebuilt));
    let (printed, files) = exported(folder, database);
    let position = printed.split("as of position ").nth(1).and_then(|rest| rest.split(' ').next());
    let position: u64 = position.expect("a position").parse().expect("a number");
    assert!(position > 50 && !printed.contains("behind"), "{printed}");
    let page = stdout(&folder.run(&["schema", "--analytics"]));
    for (name, (head, records)) in ["messages", "replies", "waits", "daily"].iter().zip(&files) {
        assert!(*records > 0 && printed.contains(&format!("{name}.csv: {records} rows\n")), "{printed}");
        let columns = page.split(&format!("\n## `{name}`\n")).nth(1).expect("a table");
        let columns = columns.split("\n## ").next().expect("its columns").lines();
        let columns: Vec<_> =
            columns.filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        assert_eq!(head.split(',').collect::<Vec<_>>(), columns, "{name}");
    }
    assert_eq!(files[0].1, 50);
}

#[test]
fn analysts_are_given_the_tables_of_sqlite_as_files() {
    let folder = Folder::new();
    analysts_are_given_the_tables(&folder, &[]);
    let refused = folder.run(&["analytics", "grant", "analyst"]);
    assert!(!refused.status.success() && stderr(&refused).contains("never views.db"), "{}", stderr(&refused));
}

#[tokio::test]
async fn analysts_are_given_the_tables_of_postgres_as_files_and_by_a_role() {
    let database = store::testing::TestDatabase::new(store::Dialect::Postgres).await;
    let store::DatabaseUrl::Postgres(url) = &database.config.database else { panic!("PostgreSQL") };
    let database = ["--database-url", url.as_str()];
    let folder = Folder::new();
    analysts_are_given_the_tables(&folder, &database);
    let analyst = format!("analyst_{:016x}", u64::from_be_bytes(store::random::bytes()));
    let grant = |role: &str| folder.run(&[&database[..], &["analytics", "grant", role]].concat());
    let refused = grant("pg_monitor");
    assert!(
        !refused.status.success() && stderr(&refused).contains("begins with a letter"),
        "{}",
        stderr(&refused)
    );
    let printed = stdout(&grant(&analyst));
    assert!(printed.contains("its password, told once: "), "{printed}");
    let printed = stdout(&grant(&analyst));
    assert!(printed.starts_with("the role was there and keeps its password"), "{printed}");
    let side = store::Database::open(&store::DatabaseUrl::Postgres(url.clone())).await.expect("opens").views;
    side.execute(&format!("GRANT pg_read_all_data TO {analyst}"), &[]).await.expect("granted");
    let refused = grant(&analyst);
    let told = stderr(&refused);
    assert!(!refused.status.success() && told.contains("is a member of pg_read_all_data"), "{told}");
    for sql in [format!("DROP OWNED BY {analyst}"), format!("DROP ROLE {analyst}")] {
        side.execute(&sql, &[]).await.expect("dropped");
    }
}
