//! The benches that count instructions, which cargo itself runs.

use anyhow::Result;

use crate::cargo::Cargo;

/// Runs the benches whose name contains the filter, all without one; the arguments go to them.
pub(crate) fn run(filter: Option<&str>, arguments: &[String]) -> Result<()> {
    call(filter, arguments).run()
}

fn call(filter: Option<&str>, arguments: &[String]) -> Cargo {
    let benches = Cargo::new("bench --workspace --benches");
    let filtered = filter.into_iter().fold(benches, Cargo::arg);
    if arguments.is_empty() {
        return filtered;
    }
    arguments.iter().fold(filtered.arg("--"), Cargo::arg)
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn the_filter_and_the_arguments_are_passed_on() {
        assert_eq!(call(None, &[]).to_string(), "cargo bench --workspace --benches");
        assert_eq!(call(Some("lanes"), &[]).to_string(), "cargo bench --workspace --benches lanes");
        let arguments = ["--list".to_owned()];
        assert_eq!(call(None, &arguments).to_string(), "cargo bench --workspace --benches -- --list");
    }
}
