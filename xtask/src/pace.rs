//! `cargo xtask pace`: writers that find limits that they do not know, in paused time.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::cargo::Cargo;
use crate::plot;

/// The rows to run.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Run every row, not only those that together hold every pair of choices
    #[arg(long)]
    all: bool,
    /// Run the rows whose first columns contain this text
    #[arg(long)]
    only: Option<String>,
    /// Draw ten rows into this directory; needs Python 3
    #[arg(long)]
    plot: Option<PathBuf>,
}

/// Prints what each writer gets, and fails if one gets too little or too much is throttled.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    call(choice).run()?;
    choice.plot.as_ref().map_or(Ok(()), draw)
}

/// What continuous integration runs.
pub(crate) fn covering() -> Result<()> {
    run(&Choice::default())
}

fn call(choice: &Choice) -> Cargo {
    let call = Cargo::new("run --quiet --profile simulate --package batchwright-simulation --bin pace --");
    let call = if choice.all { call.arg("--all") } else { call };
    let call = choice.only.iter().fold(call, |call, only| call.arg("--only").arg(only.clone()));
    choice.plot.iter().fold(call, |call, plot| call.arg("--csv").arg(plot.display().to_string()))
}

/// Draws each table that the program wrote, which is not needed any more then.
fn draw(directory: &PathBuf) -> Result<()> {
    for file in fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let csv = file?.path();
        if csv.extension().is_some_and(|extension| extension == "csv") {
            plot::pace(&csv, &csv.with_extension("png"))?;
            fs::remove_file(&csv)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Choice, call};

    #[test]
    fn the_choice_is_passed_on() {
        let choice = Choice { all: true, only: Some("fixed".to_owned()), plot: Some("there".into()) };
        let expected = "cargo run --quiet --profile simulate --package batchwright-simulation --bin pace -- --all --only \
                        fixed --csv there";
        assert_eq!(call(&choice).to_string(), expected);
    }
}
