//! `cargo xtask minimal`: every direct dependency of a library in the oldest version that its manifest allows. Nobody else's
//! lock file holds what a program depends on.

mod bounds;
mod package;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cargo::Cargo;
use crate::tools;
use crate::workspace::{Package, Workspace};

/// Compiles these published libraries, all without a name, each with the lower bounds of what it depends on itself; what those
/// depend on is as new as that lets it be.
///
/// It happens in packages of their own in the build directory, which ask for exactly these versions: `Cargo.lock` stays as
/// it is, and tests, which may need more, have no say.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let workspace = Workspace::load()?;
    let place = tools::place("minimal");
    chosen(&workspace, names)?.into_iter().try_for_each(|package| compile(package, &place))
}

/// One crate of each kind, so that it takes minutes: what the services have in common is `batch-smithy`'s.
pub(crate) fn some() -> Result<()> {
    run(&["batch-core", "batch-smithy", "batch-sqs"].map(str::to_owned))
}

fn chosen<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<&'a Package>> {
    let published: Vec<_> = workspace.libraries().collect();
    if let Some(unknown) = names.iter().find(|name| published.iter().all(|package| package.name != **name)) {
        let all: Vec<_> = published.iter().map(|package| package.name.as_str()).collect();
        bail!("no published library is called `{unknown}`; there are {}", all.join(", "));
    }
    let is_chosen = |package: &&Package| names.is_empty() || names.contains(&package.name);
    Ok(published.into_iter().filter(is_chosen).collect())
}

fn compile(package: &Package, place: &Path) -> Result<()> {
    let bounds = bounds::of(package)?;
    let directory = place.join(&package.name);
    fs::create_dir_all(directory.join("src"))?;
    fs::write(directory.join("src/lib.rs"), "")?;
    let manifest = directory.join("Cargo.toml");
    fs::write(&manifest, package::manifest(package, &bounds))?;
    let listed: Vec<_> = bounds.iter().map(|(name, version)| format!("{name} {version}")).collect();
    println!("\n{} with {}", package.name, listed.join(", "));
    let call = |command| Cargo::new(command).arg("--manifest-path").arg(manifest.display().to_string());
    call("generate-lockfile --quiet").run().context(UNATTAINABLE)?;
    let target = place.join("target").display().to_string();
    call("check --locked").arg("--target-dir").arg(target).run().context(UNTRUE)
}

const UNATTAINABLE: &str =
    "another dependency excludes a lower bound; raise the one that cargo names, in Cargo.toml";

const UNTRUE: &str =
    "a lower bound is not true; raise it in Cargo.toml to the version that has what is missing";
