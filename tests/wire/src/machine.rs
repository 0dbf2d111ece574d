//! The machine that was measured on.

use std::fmt;
use std::fs;
use std::process::Command;

/// What the figures depend on.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    /// Whether the processor has instructions for SHA-256, with which requests are signed; none where that is
    /// unknown.
    has_sha: Option<bool>,
    kernel: String,
    compiler: String,
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        let processor = fs::read_to_string("/proc/cpuinfo").ok();
        let field = |name| processor.as_deref().and_then(|text| field(text, name));
        let flags = field("flags").or_else(|| field("Features"));
        Self {
            processor: field("model name").unwrap_or("unknown processor").to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            has_sha: flags.map(|flags| flags.split(' ').any(|flag| flag == "sha_ni" || flag == "sha2")),
            kernel: said("uname", &["-sr"]),
            compiler: said("rustc", &["--version"]),
        }
    }
}

/// The value of the first line of this name.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.trim() == name).map(|(_, value)| value.trim())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let text = output.and_then(|output| String::from_utf8(output.stdout).ok());
    text.map_or_else(|| format!("unknown {program}"), |text| text.trim().to_owned())
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, has_sha, kernel, compiler } = self;
        let sha = match has_sha {
            None => "SHA instructions unknown",
            Some(false) => "no SHA instructions",
            Some(true) => "SHA instructions",
        };
        write!(f, "{processor}, {cores} cores, {sha}; {kernel}; {compiler}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, field};

    #[test]
    fn the_first_processor_is_told() {
        let text =
            "processor\t: 0\nmodel name\t: A\nflags\t\t: fpu sha_ni\n\nprocessor\t: 1\nmodel name\t: B\n";
        assert_eq!(field(text, "model name"), Some("A"));
        assert_eq!(field(text, "flags"), Some("fpu sha_ni"));
        assert_eq!(field(text, "bogomips"), None);
    }

    #[test]
    fn a_machine_says_how_many_cores_it_has() {
        let machine = Machine { cores: 2, has_sha: Some(true), ..Machine::here() };
        assert!(machine.to_string().contains("2 cores, SHA instructions; "), "{machine}");
    }
}
