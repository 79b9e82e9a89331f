//! `cargo xtask dev`: serve, and after each change of the sources serve that.

use crate::watchdog::Watchdog;
use crate::{Outcome, cargo, web};
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

/// What the server is made of; a change of a test does not restart it.
const WATCHED: [&str; 8] =
    ["domain", "store", "commands", "projections", "graphql", "server", "migrations", "Cargo.toml"];

const PAUSE: Duration = Duration::from_millis(500);

type Seen = BTreeMap<PathBuf, SystemTime>;

/// Builds and serves until somebody ends it.
pub(crate) fn dev(args: &[String]) -> Outcome {
    web::build_if_possible()?;
    let mut pages = Watchdog::start("", OsStr::new(""))?;
    if let Some(mut vite) = web::hot_reload() {
        pages.spawn(vite.stdin(Stdio::null()))?;
    }
    let mut serving: Option<Serving> = None;
    loop {
        // Looked at before the build: what changes during it is built next.
        let seen = look();
        if build()? {
            // Not dropped by the assignment, which would be after the new one has found the port taken.
            if let Some(old) = serving.take() {
                old.stop();
            }
            serving = Some(Serving::start(args)?);
        } else {
            println!("xtask: the build failed; waiting for a change");
        }
        while look() == seen {
            thread::sleep(PAUSE);
            serving = serving.and_then(Serving::still);
        }
        println!("xtask: the sources changed; building");
    }
}

/// A running server, which ends when we do.
struct Serving {
    child: Child,
    watchdog: Watchdog,
}

impl Serving {
    fn start(args: &[String]) -> Result<Self, String> {
        let mut watchdog = Watchdog::start("", OsStr::new(""))?;
        // Cargo becomes the server, so the process that we start is the one to stop.
        let mut command = cargo::leaveword(&["serve"]);
        command.args(args).stdin(Stdio::null());
        let data = cargo::root().join("target/dev/data");
        for (name, value) in
            [("LEAVEWORD_LOG", OsStr::new("debug")), ("LEAVEWORD_DATA_DIR", data.as_os_str())]
        {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let child = watchdog.spawn(&mut command)?;
        Ok(Self { child, watchdog })
    }

    /// Itself as long as it runs; one that ended by itself is not started again before something changes.
    fn still(mut self) -> Option<Self> {
        match self.child.try_wait() {
            Ok(Some(status)) => {
                println!("xtask: the server ended ({status}); waiting for a change");
                self.watchdog.release();
                None
            }
            Ok(None) | Err(_) => Some(self),
        }
    }

    fn stop(self) {
        self.watchdog.stop(self.child);
    }
}

fn build() -> Result<bool, String> {
    let status = cargo::status(cargo::cargo().args(["build", "--package", "server", "--bin", "leaveword"]))?;
    Ok(status.success())
}

fn look() -> Seen {
    let mut seen = Seen::new();
    for watched in WATCHED {
        look_into(&cargo::root().join(watched), &mut seen);
    }
    seen
}

/// What cannot be read is not there: an editor that replaces a file makes it vanish for a moment.
fn look_into(path: &Path, seen: &mut Seen) {
    if path.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            look_into(&entry.path(), seen);
        }
    } else if path.extension().is_some_and(|it| it == "rs" || it == "toml" || it == "sql")
        && let Ok(changed) = path.metadata().and_then(|it| it.modified())
    {
        seen.insert(path.to_path_buf(), changed);
    }
}
