//! The benches that count instructions, which cargo itself runs.

use anyhow::Result;

use crate::cargo::Cargo;
use crate::workspace::root;

/// Runs the cases whose name contains the filter, or those of the bench that has its name; all without one. The
/// arguments go to the bench programs.
pub(crate) fn run(filter: Option<&str>, arguments: &[String]) -> Result<()> {
    let is_bench = |name: &str| root().join(format!("tests/benches/{name}.rs")).is_file();
    call(filter, is_bench, arguments).run()
}

fn call(filter: Option<&str>, is_bench: impl Fn(&str) -> bool, arguments: &[String]) -> Cargo {
    let all = Cargo::new("bench --workspace");
    let chosen = match filter {
        Some(name) if is_bench(name) => all.arg("--bench").arg(name),
        Some(part) => all.arg("--benches").arg(part),
        None => all.arg("--benches"),
    };
    if arguments.is_empty() {
        return chosen;
    }
    arguments.iter().fold(chosen.arg("--"), Cargo::arg)
}

#[cfg(test)]
mod tests {
    use super::call;

    #[track_caller]
    fn check(filter: Option<&str>, arguments: &[&str], expected: &str) {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        assert_eq!(call(filter, |name| name == "core", &arguments).to_string(), expected);
    }

    #[test]
    fn a_bench_or_a_part_of_the_names_of_cases_and_the_arguments_are_passed_on() {
        check(None, &[], "cargo bench --workspace --benches");
        check(Some("lanes"), &[], "cargo bench --workspace --benches lanes");
        check(Some("core"), &[], "cargo bench --workspace --bench core");
        check(None, &["--list"], "cargo bench --workspace --benches -- --list");
        check(Some("core"), &["absorb"], "cargo bench --workspace --bench core -- absorb");
    }
}
