//! The bench of processor time over loopback sockets, and the picture of its report.

use std::env::consts::EXE_SUFFIX;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cargo::Cargo;
use crate::{plot, tools};

/// Builds the programs, runs the one that measures with these arguments, and draws the report if they ask for
/// one. The program is run without cargo, which would build it anew if a source has changed meanwhile.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    Cargo::new("build --release --package batchwright-wire --bins").run()?;
    let program = tools::place("release").join(format!("wire{EXE_SUFFIX}"));
    tools::run(Command::new(program).args(arguments))?;
    report(arguments).map_or(Ok(()), |directory| draw(Path::new(directory)))
}

/// The directory that the report goes to.
fn report(arguments: &[String]) -> Option<&str> {
    let mut arguments = arguments.iter();
    let given = arguments.find_map(|argument| argument.strip_prefix("--report"))?;
    match given {
        "" => arguments.next().map(String::as_str),
        _ => given.strip_prefix('='),
    }
}

/// A report of rates alone has nothing to draw.
fn draw(report: &Path) -> Result<()> {
    let csv = report.join("wire.csv");
    if csv.exists() { plot::wire(&csv, &report.join("wire.png")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::report;

    fn check(arguments: &str, expected: Option<&str>) {
        let arguments: Vec<_> = arguments.split(' ').map(str::to_owned).collect();
        assert_eq!(report(&arguments), expected, "{arguments:?}");
    }

    #[test]
    fn the_report_is_found_in_either_form() {
        check("--rounds 3 --report there --all", Some("there"));
        check("--rounds 3 --report=there --all", Some("there"));
        check("--rounds 3 --all", None);
        check("--report", None);
    }
}
