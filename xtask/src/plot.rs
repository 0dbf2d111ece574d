//! `cargo xtask plot`: what a soak wrote, as a picture.

use std::fs;
use std::path::{Path, absolute};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools;
use crate::workspace::root;

/// Draws the samples of a soak with [Matplotlib](https://matplotlib.org), which it installs into the build directory.
pub(crate) fn run(csv: &Path, png: &Path) -> Result<()> {
    let place = tools::place("plot");
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    let environment = place.join("python");
    tools::python(&environment, &[MATPLOTLIB.to_owned()])?;
    let mut python = Command::new(environment.join("bin/python"));
    tools::run(python.arg(root().join("xtask/src/plot/soak.py")).arg(absolute(csv)?).arg(absolute(png)?))
}

const MATPLOTLIB: &str = "matplotlib==3.10.7";
