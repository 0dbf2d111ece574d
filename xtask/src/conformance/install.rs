//! Installing the servers, each version once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::servers::{Package, Server};
use crate::tools::{self, once, run};

/// Installs what is not there yet.
pub(super) fn all(servers: &[&Server], place: &Path) -> Result<()> {
    fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
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
    let directory = place.join("node");
    once(&directory, &wanted, || {
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("package.json"), "{\"private\":true}")?;
        let mut npm = Command::new("npm");
        run(npm
            .current_dir(&directory)
            .args(["install", "--silent", "--no-audit", "--no-fund"])
            .args(&wanted))
    })
}

fn cargo(server: &Server, place: &Path) -> Result<()> {
    let Package::Cargo { features } = server.package else { return Ok(()) };
    tools::cargo(&place.join("cargo").join(server.name), server.version, features)?;
    Ok(())
}
