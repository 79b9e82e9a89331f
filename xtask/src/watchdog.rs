//! Tidying up however we end: by return, panic, Ctrl-C or `kill -9`.
//!
//! The standard library handles no signals, so a small shell does the tidying. It reads from a pipe whose other end
//! only we hold; when that closes, we are gone. The normal end takes the same way, so it is tried on every run.

use crate::cargo;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// Each line names the process group that must not outlive us; an empty line says there is none.
const WATCH: &str = r#"
trap '' HUP INT TERM
group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then
    kill -s TERM -- "-$group" 2>/dev/null
    tries=100
    while [ "$tries" -gt 0 ] && kill -s 0 -- "-$group" 2>/dev/null; do
        sleep 0.1
        tries=$((tries - 1))
    done
    kill -s KILL -- "-$group" 2>/dev/null
fi
"#;

/// A shell that waits for our end and then stops what we had running: gracefully, after ten seconds by force.
pub(crate) struct Watchdog {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Starts one; `last_words` is the script that it runs at the very end, with `argument` as its `$1`.
    pub(crate) fn start(last_words: &str, argument: &OsStr) -> Result<Self, String> {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{WATCH}{last_words}"), "watchdog"]).arg(argument);
        // A group of its own: what kills our whole group (Ctrl-C, a CI's time-out) must not reach it.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut shell = command.spawn().map_err(|error| cargo::cannot_start(&command, &error))?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// Starts a command in a process group of its own, which ends when we do.
    pub(crate) fn spawn(&mut self, command: &mut Command) -> Result<Child, String> {
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| cargo::cannot_start(command, &error))?;
        if let Err(why) = self.tell(&child.id().to_string()) {
            // Unwatched it could outlive us, which is what this type is there to rule out.
            let _ = child.kill();
            let _ = child.wait();
            return Err(why);
        }
        Ok(child)
    }

    /// Runs a command to its end in a process group of its own, which ends when we do.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<ExitStatus, String> {
        let mut child = self.spawn(command)?;
        let status = child.wait().map_err(|error| format!("cannot wait for a process: {error}"))?;
        self.tell("")?;
        Ok(status)
    }

    /// Stops the spawned command now, and the watchdog with it.
    pub(crate) fn stop(mut self, mut child: Child) {
        self.pipe = None;
        // Waiting takes the ended process off the system's table, by which the shell knows that it has ended.
        let _ = child.wait();
    }

    /// Lets the watchdog go without stopping anything: the spawned command has ended by itself.
    pub(crate) fn release(mut self) {
        // A watchdog that is gone already cannot be told, and need not be.
        let _ = self.tell("");
    }

    fn tell(&mut self, group: &str) -> Result<(), String> {
        let pipe = self.pipe.as_mut().ok_or("the watchdog has no pipe")?;
        writeln!(pipe, "{group}").map_err(|error| format!("the watchdog is gone: {error}"))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.pipe = None;
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader},
        time::{Duration, Instant},
    };

    /// Says when it is ready to be asked, and writes a file once it is.
    const ASKED: &str = r#"
trap 'echo asked > "$1"; exit' TERM
echo ready
while :; do sleep 1; done
"#;

    #[test]
    fn the_last_words_have_been_said_when_a_watchdog_is_gone() {
        let folder = std::env::temp_dir().join(format!("leaveword-watchdog-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let watchdog = Watchdog::start("rmdir -- \"$1\"", folder.as_os_str()).unwrap();
        assert!(folder.exists());
        drop(watchdog);
        assert!(!folder.exists());
    }

    #[test]
    fn stopping_asks_first_and_does_not_wait_for_the_force() {
        let file = std::env::temp_dir().join(format!("leaveword-watchdog-asked-{}", std::process::id()));
        let mut watchdog = Watchdog::start("", OsStr::new("")).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", ASKED, "asked"]).arg(&file).stdout(Stdio::piped());
        let mut child = watchdog.spawn(&mut command).unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        let begin = Instant::now();
        watchdog.stop(child);
        assert!(begin.elapsed() < Duration::from_secs(10), "it was by force");
        std::fs::remove_file(file).expect("it was asked before it was forced");
    }

    #[test]
    fn the_end_of_a_command_is_passed_on() {
        let mut watchdog = Watchdog::start("", OsStr::new("")).unwrap();
        let status = watchdog.run(Command::new("sh").args(["-c", "exit 7"])).unwrap();
        assert_eq!(status.code(), Some(7));
    }
}
