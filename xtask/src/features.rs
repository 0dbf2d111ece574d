//! `cargo xtask features`: features compile alone, in pairs and together, and nobody depends on what
//! they must not.

mod combinations;
mod rules;
mod tree;

use anyhow::Result;

use crate::cargo::Cargo;
use crate::workspace::{Package, Workspace};

/// Checks the dependency rules, which takes seconds, then compiles the selections.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    rules::check(&workspace)?;
    workspace.published().try_for_each(compile)
}

fn compile(package: &Package) -> Result<()> {
    for features in combinations::of(&package.features) {
        Cargo::new("check -p").arg(&package.name).only_features(&features).run()?;
    }
    Ok(())
}
