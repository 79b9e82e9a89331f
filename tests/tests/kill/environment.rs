//! What `cargo xtask test` and `cargo xtask soak` say by the environment: the one place that reads it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A PostgreSQL that may be killed, and the lines for a shell that stop it at once and start it again.
#[derive(Clone, Debug)]
pub(crate) struct Killable {
    pub(crate) url: String,
    pub(crate) stop: String,
    pub(crate) start: String,
}

impl Killable {
    /// The one we were told of. A test that cannot run fails.
    pub(crate) fn named() -> Self {
        let named = |what: &str| {
            let name = format!("LEAVEWORD_TEST_KILLABLE_POSTGRES_{what}");
            read(&name).unwrap_or_else(|| panic!("{name} is not set; `cargo xtask test` sets it"))
        };
        Self { url: named("URL"), stop: named("STOP"), start: named("START") }
    }
}

/// How long a run is, when a long one is asked for: kills, and minutes to spread them over.
pub(crate) fn long_run() -> Option<(usize, u64)> {
    let kills = number("LEAVEWORD_TEST_KILLS")?;
    Some((usize::try_from(kills).expect("a number of kills"), number("LEAVEWORD_TEST_KILL_MINUTES")?))
}

/// How many messages the desk is to be told of, when a long run is asked for.
pub(crate) fn messages() -> Option<u64> {
    number("LEAVEWORD_TEST_NOTIFIED_MESSAGES")
}

/// The seed, when one is asked for.
pub(crate) fn seed() -> Option<u64> {
    number("LEAVEWORD_TEST_KILL_SEED")
}

/// The binary `leaveword`: the one we were told of, or the one that cargo has built beside us.
pub(crate) fn leaveword() -> PathBuf {
    if let Some(named) = read("LEAVEWORD_TEST_BINARY") {
        return named.into();
    }
    let ourselves = env::current_exe().expect("where we are");
    let profile = ourselves.parent().and_then(Path::parent).expect("target/debug/deps has a parent");
    let binary = profile.join("leaveword");
    refuse_stale(&binary);
    binary
}

/// What the binary is built from.
const SOURCES: [&str; 7] = ["domain", "store", "commands", "projections", "graphql", "server", "migrations"];

/// `cargo test -p tests` builds no binary of another crate: what lies there may be an old one, or none.
fn refuse_stale(binary: &Path) {
    let advice = "build it: cargo xtask test -p server -p tests";
    let built = changed(binary).unwrap_or_else(|| panic!("{} is not there; {advice}", binary.display()));
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the house");
    for folder in SOURCES {
        let sources =
            if folder == "migrations" { house.join(folder) } else { house.join(folder).join("src") };
        if let Some(newer) = newer_than(&sources, built) {
            panic!("{} is older than {}; {advice}", binary.display(), newer.display());
        }
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|file| file.modified()).ok()
}

fn newer_than(folder: &Path, built: SystemTime) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).expect("the sources are there");
    entries.map(|entry| entry.expect("readable").path()).find_map(|path| match path.is_dir() {
        true => newer_than(&path, built),
        false => (changed(&path).is_none_or(|changed| changed > built)).then_some(path),
    })
}

fn number(name: &str) -> Option<u64> {
    let text = read(name)?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
}

fn read(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by xtask what to run on")]
    env::var(name).ok().filter(|value| !value.is_empty())
}
