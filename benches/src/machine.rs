//! The machine that a benchmark runs on, as far as it can be asked.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

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
    let kib: u32 = field("/proc/self/status", "VmRSS")?.split(' ').next()?.parse().ok()?;
    Some(f64::from(kib) / 1024.0)
}

fn peak_of(process: &str) -> Option<f64> {
    let path = format!("/proc/{process}/status");
    let kib: u32 = field(&path, "VmHWM")?.split(' ').next()?.parse().ok()?;
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
