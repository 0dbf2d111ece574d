//! Programs that others wrote: installed into the build directory, each version once.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::root;

/// Where programs are installed, and where they say what they have to say; each command has a place of its own.
pub(crate) fn place(command: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join(command)
}

/// An environment of Python with these packages.
pub(crate) fn python(environment: &Path, wanted: &[String]) -> Result<()> {
    once(environment, wanted, || {
        run(Command::new("python3").args(["-m", "venv"]).arg(environment))?;
        let pip = environment.join("bin/pip");
        run(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check"]).args(wanted))
    })
}

/// A directory whose `node_modules` has these packages.
pub(crate) fn node(directory: &Path, wanted: &[String]) -> Result<()> {
    once(directory, wanted, || {
        fs::create_dir_all(directory)?;
        fs::write(directory.join("package.json"), "{\"private\":true}")?;
        let mut npm = Command::new("npm");
        npm.current_dir(directory).args(["install", "--silent", "--no-audit", "--no-fund"]);
        run(npm.args(wanted))
    })
}

/// Installs unless this was installed before, which a file beside it tells.
pub(crate) fn once(what: &Path, wanted: &[String], install: impl FnOnce() -> Result<()>) -> Result<()> {
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

/// A program of cargo's, in this version; a debug build takes a third of the time, and nothing is measured with it.
pub(crate) fn cargo(program: &Path, version: &str, features: Option<&str>) -> Result<PathBuf> {
    let place = program.parent().context("a program is installed into a place")?;
    let name = program.file_name().context("a program has a name")?.to_string_lossy();
    let wanted = [format!("{name}@{version}")];
    once(program, &wanted, || {
        let mut cargo = cargo_itself();
        cargo.args(["install", "--debug", "--locked", "--quiet", "--root"]).arg(place);
        cargo.args(&wanted).env("CARGO_TARGET_DIR", place.join("target"));
        if let Some(features) = features {
            cargo.args(["--no-default-features", "--features", features]);
        }
        run(&mut cargo)
    })?;
    Ok(place.join("bin").join(&*name))
}

/// The cargo that started us.
pub(crate) fn cargo_itself() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Prints the call, runs it and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    run_and_accept(command, &[0])
}

/// Prints the call, runs it and fails unless it ends with one of these exit codes.
pub(crate) fn run_and_accept(command: &mut Command, codes: &[i32]) -> Result<()> {
    let name = command.get_program().display().to_string();
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let shown = format!("{name} {}", arguments.join(" "));
    println!("$ {shown}");
    let status = command.status();
    let status =
        status.with_context(|| format!("could not start {name}; install it, since this command needs it"))?;
    if !status.code().is_some_and(|code| codes.contains(&code)) {
        bail!("the command failed ({status}); to repeat it:\n\n    {shown}\n");
    }
    Ok(())
}
