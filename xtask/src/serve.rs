//! `cargo xtask serve`: the program `batch-local`, built from here.

use anyhow::Result;

use crate::cargo::Cargo;

/// Runs the program with these arguments.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    call(arguments).exec()
}

fn call(arguments: &[String]) -> Cargo {
    let serve = Cargo::new("run --quiet --package batch-local-cli --bin batch-local --");
    arguments.iter().fold(serve, Cargo::arg)
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn the_arguments_are_passed_on() {
        let arguments = ["--queue", "orders"].map(str::to_owned);
        let expected = "cargo run --quiet --package batch-local-cli --bin batch-local -- --queue orders";
        assert_eq!(call(&arguments).to_string(), expected);
    }
}
