//! What `cargo xtask test` and `cargo xtask soak` say by the environment: the one place that reads it.

use std::{
    env, fs,
    path::{Path, PathBuf},
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

/// `cargo test -p tests` builds no binary of another crate: what lies there may be an old one, or none.
fn refuse_stale(binary: &Path) {
    let advice = "build it: cargo xtask test -p server -p tests";
    let changed = |file: &Path| fs::metadata(file).and_then(|file| file.modified()).ok();
    let built = changed(binary).unwrap_or_else(|| panic!("{} is not there; {advice}", binary.display()));
    let sources = fs::read_to_string(binary.with_extension("d")).expect("cargo lists what it was built from");
    let (_, sources) = sources.split_once(": ").expect("target: sources");
    let sources = sources.replace("\\ ", "\0");
    for source in sources.split_whitespace().map(|source| source.replace('\0', " ")) {
        let is_newer = changed(Path::new(&source)).is_none_or(|changed| changed > built);
        assert!(!is_newer, "{} is older than {source}; {advice}", binary.display());
    }
}

fn number(name: &str) -> Option<u64> {
    let text = read(name)?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
}

fn read(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by xtask what to run on")]
    env::var(name).ok().filter(|value| !value.is_empty())
}
