//! Installing the servers, each version once.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::servers::{Package, Server};

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
    let environment = place.join("python");
    once(&environment, &wanted, || {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let pip = environment.join("bin/pip");
        run(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check"]).args(&wanted))
    })
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
    let wanted = [format!("{}@{}", server.name, server.version)];
    once(&place.join("cargo").join(server.name), &wanted, || {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // A debug build takes a third of the time, and nothing is measured here.
        cargo.args(["install", "--debug", "--locked", "--quiet", "--root"]).arg(place.join("cargo"));
        cargo.args(&wanted).env("CARGO_TARGET_DIR", place.join("cargo/target"));
        if let Some(features) = features {
            cargo.args(["--no-default-features", "--features", features]);
        }
        run(&mut cargo)
    })
}

/// Installs unless this was installed before, which a file beside it tells.
fn once(what: &Path, wanted: &[String], install: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = what.with_extension("installed");
    let wanted = wanted.join("\n");
    if wanted.is_empty() || fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing {}", wanted.replace('\n', ", "));
    install()?;
    if let Some(directory) = stamp.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let shown = format!("{name} {}", arguments.join(" "));
    println!("$ {shown}");
    let status = command.status();
    let status = status.with_context(|| format!("could not start {name}, which this command needs"))?;
    if !status.success() {
        bail!("this failed ({status}); to run it again:\n\n    {shown}\n");
    }
    Ok(())
}
