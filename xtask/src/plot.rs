//! `cargo xtask plot`: what programs wrote, as a picture.

use std::fs;
use std::path::{Path, absolute};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools;
use crate::workspace::root;

/// Draws the samples of a soak.
pub(crate) fn soak(csv: &Path, png: &Path) -> Result<()> {
    draw("soak.py", csv, png)
}

/// Draws the ratios of `cargo xtask bench wire`.
pub(crate) fn wire(csv: &Path, png: &Path) -> Result<()> {
    draw("wire.py", csv, png)
}

/// Draws what a service saw of a row of `cargo xtask pace`.
pub(crate) fn pace(csv: &Path, png: &Path) -> Result<()> {
    draw("pace.py", csv, png)
}

/// Draws with [Matplotlib](https://matplotlib.org), which it installs into the build directory.
fn draw(script: &str, csv: &Path, png: &Path) -> Result<()> {
    let place = tools::place("plot");
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    let environment = place.join("python");
    tools::python(&environment, &[MATPLOTLIB.to_owned()])?;
    let mut python = Command::new(environment.join("bin/python"));
    let script = root().join("xtask/src/plot").join(script);
    tools::run(python.arg(script).arg(absolute(csv)?).arg(absolute(png)?))
}

const MATPLOTLIB: &str = "matplotlib==3.10.7";
