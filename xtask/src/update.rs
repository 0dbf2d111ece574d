//! `cargo xtask update`: the newest dependencies, and the tests that notice what they break.

use anyhow::Result;

use crate::cargo::Cargo;
use crate::workspace::Workspace;

/// Brings `Cargo.lock` up to date, and runs the tests of the crates that reach into the SDK: where a new version calls its
/// serializers by another name, they fail, while the writers only become slower.
pub(crate) fn run() -> Result<()> {
    Cargo::new("update").run()?;
    let workspace = Workspace::load()?;
    let services = workspace.services().map(|service| service.name.as_str());
    let add = |test: Cargo, name| test.arg("--package").arg(name);
    services.chain(["batch-smithy"]).fold(Cargo::new("test"), add).run()
}
