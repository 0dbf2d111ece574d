//! Installing the servers, each version once.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::servers::{Package, Server};
use crate::tools;

/// Installs what is not there yet.
pub(super) fn all(servers: &[&Server], place: &Path) -> Result<()> {
    python(servers, place)?;
    node(servers, place)?;
    servers.iter().try_for_each(|server| cargo(server, place))
}

/// Where the programs of a package are.
pub(super) fn programs(package: Package, place: &Path) -> PathBuf {
    match package {
        Package::Cargo { .. } => place.join("cargo/bin"),
        Package::Npm => place.join("node"),
        Package::Pip { .. } => place.join("python/bin"),
    }
}

fn python(servers: &[&Server], place: &Path) -> Result<()> {
    let mut wanted = Vec::new();
    for server in servers {
        if let Package::Pip { also } = server.package {
            wanted.push(format!("{}=={}", server.name, server.version));
            wanted.extend(also.iter().map(|&package| package.to_owned()));
        }
    }
    tools::python(&place.join("python"), &wanted)
}

fn node(servers: &[&Server], place: &Path) -> Result<()> {
    let ours = servers.iter().filter(|server| server.package == Package::Npm);
    let wanted: Vec<_> = ours.map(|server| format!("{}@{}", server.name, server.version)).collect();
    tools::node(&place.join("node"), &wanted)
}

fn cargo(server: &Server, place: &Path) -> Result<()> {
    let Package::Cargo { features } = server.package else { return Ok(()) };
    tools::cargo(&place.join("cargo").join(server.name), server.version, features)?;
    Ok(())
}
