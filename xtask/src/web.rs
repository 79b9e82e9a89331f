//! Building the web UI, for those who have Node.

use crate::cargo;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Builds what `web/` holds; without Node, says in one line what is not built.
pub(crate) fn build() -> Result<(), String> {
    let web = cargo::root().join("web");
    if !web.join("console/package.json").is_file() {
        return Ok(());
    }
    if !answers("node") || !answers("npm") {
        println!("xtask: the web UI is not built: Node (node and npm) is not on the PATH");
        return Ok(());
    }
    if !is_installed(&web) {
        npm(&web, &["ci"])?;
    }
    npm(&web, &["run", "build"])
}

fn npm(web: &Path, args: &[&str]) -> Result<(), String> {
    let status = cargo::status(Command::new("npm").args(args).current_dir(web))?;
    if status.success() { Ok(()) } else { Err(format!("npm {} failed in web/", args.join(" "))) }
}

/// `npm ci` starts from nothing each time; npm's own copy of the lock file tells whether it has to.
fn is_installed(web: &Path) -> bool {
    let changed = |file: &str| fs::metadata(web.join(file)).and_then(|it| it.modified()).ok();
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

fn answers(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
