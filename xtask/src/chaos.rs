//! `cargo xtask chaos`: a program that writes through a proxy that makes trouble.

use anyhow::Result;

use crate::cargo::Cargo;

/// Runs chaos with these arguments, as the tests are built.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    call(arguments).exec()
}

fn call(arguments: &[String]) -> Cargo {
    let chaos = Cargo::new("run --quiet --package batchwright-sockets --bin chaos --");
    arguments.iter().fold(chaos, Cargo::arg)
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn the_arguments_are_passed_on() {
        let arguments = ["--runs", "9"].map(str::to_owned);
        let expected = "cargo run --quiet --package batchwright-sockets --bin chaos -- --runs 9";
        assert_eq!(call(&arguments).to_string(), expected);
    }
}
