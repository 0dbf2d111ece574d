//! `cargo xtask fuzz`: what comes over the network and from users, mutated until something breaks.
//!
//! The targets are files in `tests/fuzz/targets`, and begin with what is in `tests/fuzz/seeds`. What they find lands in the
//! build directory: inputs that reach new code in `corpus`, from which the next run goes on, and those that break something in
//! `crashes`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::tools;
use crate::workspace::{Package, Workspace, root};

/// The targets to run, and for how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct Choice {
    /// The name of a target [default: all]
    target: Option<String>,
    /// How long each target runs, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// An input to run once instead, such as one of the crashes
    #[arg(long, requires = "target", value_name = "FILE")]
    input: Option<String>,
}

/// Runs the chosen targets with [cargo-fuzz](https://rust-fuzz.github.io/book/cargo-fuzz.html), up to the first that breaks.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    let all = targets()?;
    if let Some(target) = &choice.target {
        ensure!(all.contains(target), "no target is called {target}; there are {}", all.join(", "));
    }
    let place = tools::place("fuzz");
    let program = tools::cargo(&place.join("cargo-fuzz"), VERSION, None)?;
    let host = host()?;
    let build = place.join("build");
    let mut cargo = Command::new(program);
    cargo.current_dir(root().join(PACKAGE)).args([
        "build",
        "--fuzz-dir",
        ".",
        "--target",
        &host,
        "--target-dir",
    ]);
    // There is no unsafe code for a sanitizer to watch, and without one every toolchain will do. An optimised build of
    // the SDKs takes longer than most runs.
    cargo.arg(&build).args(["--sanitizer", "none", "--dev"]);
    if let Some(target) = &choice.target {
        cargo.arg("--no-default-features").args(features(target, &Workspace::load()?)).arg(target);
    }
    tools::run(&mut cargo)?;
    let programs = build.join(host).join("debug");
    let chosen = all.iter().filter(|target| choice.target.as_ref().is_none_or(|only| only == *target));
    chosen.into_iter().try_for_each(|target| fuzz(target, choice, &programs, &place))
}

fn fuzz(target: &str, choice: &Choice, programs: &Path, place: &Path) -> Result<()> {
    println!("\n== {target}");
    let [corpus, crashes] = ["corpus", "crashes"].map(|what| place.join(what).join(target));
    for directory in [&corpus, &crashes] {
        fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let mut program = Command::new(programs.join(target));
    program.current_dir(root()).arg(format!("-artifact_prefix={}/", crashes.display())).args(LIMITS);
    match &choice.input {
        Some(input) => program.arg(input),
        None => program
            .arg(format!("-max_total_time={}", choice.seconds))
            .arg(corpus)
            .arg(Path::new(PACKAGE).join("seeds").join(target)),
    };
    tools::run(&mut program)
}

/// What a target needs: the SDK of the service after which it is called, if it is called after one.
fn features(target: &str, workspace: &Workspace) -> Option<String> {
    let mut services = workspace.services().map(Package::service_name);
    let service = services.find(|service| target.split('_').next() == Some(service));
    service.map(|service| format!("--features={service}"))
}

/// The names of the targets, sorted.
fn targets() -> Result<Vec<String>> {
    let directory = root().join(PACKAGE).join("targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&directory).with_context(|| format!("cannot read {}", directory.display()))? {
        names.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// What this machine is called in the names of toolchains.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("could not start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say for which host it is")?.to_owned())
}

const PACKAGE: &str = "tests/fuzz";

const VERSION: &str = "0.13.2";

/// Whatever takes longer or more memory than this, for an input of that length, is broken.
const LIMITS: [&str; 5] =
    ["-max_len=4096", "-print_final_stats=1", "-rss_limit_mb=1024", "-timeout=20", "-verbosity=1"];

#[cfg(test)]
mod tests {
    use super::{PACKAGE, features, targets};
    use crate::workspace::{Workspace, root};

    #[test]
    fn a_target_brings_in_the_sdk_of_its_service() {
        let workspace = Workspace::load().expect("cargo describes the workspace");
        assert_eq!(features("sqs_answers", &workspace).as_deref(), Some("--features=sqs"));
        assert_eq!(features("local_requests", &workspace), None);
    }

    #[test]
    fn every_target_is_in_the_manifest_and_has_seeds() {
        let manifest = std::fs::read_to_string(root().join(PACKAGE).join("Cargo.toml")).expect("it is there");
        for target in targets().expect("they are there") {
            assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target}");
            assert!(root().join(PACKAGE).join("seeds").join(&target).is_dir(), "{target}");
        }
    }
}
