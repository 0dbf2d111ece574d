//! `cargo xtask soak`: a steady load for minutes.

use anyhow::Result;

use crate::cargo::Cargo;

/// Runs the soak with these arguments, as the tests are built: an optimised build of the SDKs takes longer than most
/// soaks, and what is checked is laws and ratios, not speed.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    call(arguments).exec()
}

fn call(arguments: &[String]) -> Cargo {
    let soak = Cargo::new("run --quiet --package batchwright-sockets --bin soak --");
    arguments.iter().fold(soak, Cargo::arg)
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn the_arguments_are_passed_on() {
        let arguments = ["--minutes", "5"].map(str::to_owned);
        let expected = "cargo run --quiet --package batchwright-sockets --bin soak -- --minutes 5";
        assert_eq!(call(&arguments).to_string(), expected);
    }
}
