//! The bench of processor time over loopback sockets, and the picture of its report.

use std::path::{Path, PathBuf, absolute};

use anyhow::Result;

use crate::cargo::Cargo;
use crate::plot;

/// Builds the programs, runs them with these arguments, and draws the report if they ask for one.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (arguments, report) = located(arguments)?;
    build().run()?;
    call(&arguments).run()?;
    match report {
        Some(report) => draw(&report),
        None => Ok(()),
    }
}

fn build() -> Cargo {
    Cargo::new("build --release --package batchwright-wire --bins")
}

fn call(arguments: &[String]) -> Cargo {
    let wire = Cargo::new("run --quiet --release --package batchwright-wire --bin wire --");
    arguments.iter().fold(wire, Cargo::arg)
}

/// The arguments with the directory of the report as seen from anywhere, since the program runs in the root
/// of the workspace; and that directory.
fn located(arguments: &[String]) -> Result<(Vec<String>, Option<PathBuf>)> {
    let (mut all, mut report) = (Vec::new(), None);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let given = match argument.strip_prefix("--report") {
            Some("") => arguments.next().map(String::as_str),
            Some(value) => value.strip_prefix('='),
            None => None,
        };
        match given {
            None => all.push(argument.clone()),
            Some(directory) => {
                let directory = absolute(directory)?;
                all.extend(["--report".to_owned(), directory.display().to_string()]);
                report = Some(directory);
            }
        }
    }
    Ok((all, report))
}

/// A report of rates alone has nothing to draw.
fn draw(report: &Path) -> Result<()> {
    let csv = report.join("wire.csv");
    if csv.exists() { plot::wire(&csv, &report.join("wire.png")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::path::absolute;

    use super::{call, located};

    fn check(arguments: &[&str]) {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let (passed_on, report) = located(&arguments).unwrap();
        let expected = absolute("there").unwrap();
        assert_eq!(report.as_ref(), Some(&expected));
        let expected = ["--rounds", "3", "--report", expected.to_str().unwrap(), "--all"];
        assert_eq!(passed_on, expected);
    }

    #[test]
    fn the_report_is_found_wherever_the_program_runs() {
        check(&["--rounds", "3", "--report", "there", "--all"]);
        check(&["--rounds", "3", "--report=there", "--all"]);
    }

    #[test]
    fn the_arguments_are_passed_on() {
        let (passed_on, report) = located(&["--rate".to_owned(), "100".to_owned()]).unwrap();
        assert_eq!(report, None);
        let expected = "cargo run --quiet --release --package batchwright-wire --bin wire -- --rate 100";
        assert_eq!(call(&passed_on).to_string(), expected);
    }
}
