//! What this process uses: processor time, memory, and the core that it runs on.

use std::time::Duration;

use anyhow::Result;

/// The processor time of this process so far, user and system.
///
/// # Errors
///
/// Where the operating system does not tell.
#[cfg(unix)]
pub(crate) fn processor_time() -> Result<Duration> {
    use nix::time::ClockId;

    let time = ClockId::CLOCK_PROCESS_CPUTIME_ID.now()?;
    Ok(Duration::new(time.tv_sec().try_into()?, time.tv_nsec().try_into()?))
}

#[cfg(not(unix))]
pub(crate) fn processor_time() -> Result<Duration> {
    anyhow::bail!("only Unix has a clock of the processor time of a process")
}

/// Keeps this process on one core; whether the operating system does so.
#[cfg(target_os = "linux")]
pub(crate) fn pin(core: usize) -> bool {
    use nix::sched::{CpuSet, sched_setaffinity};
    use nix::unistd::Pid;

    let mut cores = CpuSet::new();
    cores.set(core).is_ok() && sched_setaffinity(Pid::from_raw(0), &cores).is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_: usize) -> bool {
    false
}

/// Whether the threads of a core share it with no other one, as far as the operating system tells.
pub(crate) fn is_alone(core: usize) -> bool {
    let siblings = format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list");
    std::fs::read_to_string(siblings).is_ok_and(|siblings| siblings.trim() == core.to_string())
}

/// The most bytes of memory that were resident at any time so far; none where the system does not tell.
pub(crate) fn peak_memory() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// In kibibytes, whatever the size of a page.
fn parse(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::{parse, processor_time};

    #[test]
    fn the_peak_of_the_memory_is_read_from_the_status() {
        assert_eq!(parse("Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t    20 kB\n"), Some(1234 << 10));
        assert_eq!(parse("Name:\tx\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn processor_time_grows_with_work() {
        let before = processor_time().unwrap();
        let mut sum = 0_u64;
        while processor_time().unwrap() == before {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(processor_time().unwrap() > before);
    }
}
