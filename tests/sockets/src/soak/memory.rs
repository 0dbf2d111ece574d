//! How much memory this process occupies.

/// The bytes that are resident; none where the system does not tell.
pub(super) fn resident() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// In kibibytes, whatever the size of a page.
fn parse(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::{parse, resident};

    #[test]
    fn the_resident_memory_is_read_from_the_status() {
        assert_eq!(parse("Name:\tx\nVmHWM:\t  20 kB\nVmRSS:\t    1234 kB\nThreads:\t1\n"), Some(1234 << 10));
        assert_eq!(parse("Name:\tx\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_the_memory_of_a_process() {
        assert!(resident().is_some_and(|bytes| bytes > 100 << 10));
    }

    #[cfg(not(target_os = "linux"))]
    #[test]
    fn elsewhere_it_is_not_known() {
        assert_eq!(resident(), None);
    }
}
