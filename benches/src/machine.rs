//! The machine that a benchmark runs on, as far as it can be asked.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// Milliseconds in one of the ticks that `/proc` counts in: Linux tells programs hundredths of a second, whatever its own are.
const TICK: f64 = 10.0;
/// How long the disk is asked.
const ASKED: Duration = Duration::from_millis(500);

/// Processor, cores, memory and kernel in one sentence.
pub fn description() -> String {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "a processor that has no name".into());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory =
        field("/proc/meminfo", "MemTotal").and_then(|kib| kib.split(' ').next()?.parse::<u64>().ok());
    let memory =
        memory.map_or_else(|| "unknown memory".to_owned(), |kib| format!("{} GiB", kib.div_ceil(1 << 20)));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = std::env::consts::OS;
    format!("{cpu}, {cores} cores, {memory} of memory, {system} {}", kernel.trim())
}

/// How often in a second a write of 8 KiB to a file in this folder reaches the disk: what one commit after another
/// can at most do there.
pub fn syncs_per_second(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("leaveword-bench-sync");
    let measured = File::create(&path).and_then(|mut file| {
        let (page, started, mut done) = ([0x5a_u8; 8192], Instant::now(), 0_u32);
        while started.elapsed() < ASKED {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&page)?;
            file.sync_data()?;
            done += 1;
        }
        Ok(f64::from(done) / started.elapsed().as_secs_f64())
    });
    fs::remove_file(&path).and(measured)
}

/// The commit that is measured, with `-dirty` when something was changed since; nothing outside a checkout.
pub fn commit() -> Option<String> {
    let output =
        Command::new("git").args(["describe", "--always", "--dirty", "--exclude=*"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The most memory that this process ever had resident, in MiB; `None` where the system does not say.
pub fn peak_mib() -> Option<f64> {
    peak_of("self")
}

/// The same of another process, by its number.
pub fn peak_mib_of(process: u32) -> Option<f64> {
    peak_of(&process.to_string())
}

/// How much memory this process holds now, in MiB.
pub fn resident_mib() -> Option<f64> {
    mib("self", "VmRSS")
}

/// The same of another process, by its number.
pub fn resident_mib_of(process: u32) -> Option<f64> {
    mib(&process.to_string(), "VmRSS")
}

/// How much of the processors' time all threads of a process have used, in milliseconds.
pub fn cpu_ms_of(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(f64::from(ticks(&stat)?) * TICK)
}

/// User's and system's time, fields 14 and 15 of proc(5). The second one is the program's name, and may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(system)
}

fn peak_of(process: &str) -> Option<f64> {
    mib(process, "VmHWM")
}

fn mib(process: &str, kind: &str) -> Option<f64> {
    let kib: u32 = field(&format!("/proc/{process}/status"), kind)?.split(' ').next()?.parse().ok()?;
    Some(f64::from(kib) / 1024.0)
}

/// The version of a library, from the workspace's `Cargo.lock`.
pub fn version_of(library: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let named = lock.split("[[package]]").find(|it| it.contains(&format!("name = \"{library}\"\n")));
    let version = named.and_then(|it| it.split("version = \"").nth(1)?.split('"').next());
    version.unwrap_or("of unknown version").to_owned()
}

/// The first line `name: value` of a file of the kernel's.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_counted_behind_whatever_a_program_is_called() {
        let stat = "42 (a ) 7 (b) S 1 42 42 0 -1 4194304 9 8 7 6 120 34 5 4 20 0 11 0 3 4 5";
        assert_eq!(ticks(stat), Some(154));
        assert_eq!(ticks("42 (node) S 1 42"), None);
    }
}
