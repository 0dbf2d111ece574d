//! One call of cargo: printed before it runs, and quoted when it fails.

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::root;

/// A call of cargo, from the root of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Cargo {
    arguments: Vec<String>,
    environment: Vec<(&'static str, Cow<'static, str>)>,
}

impl Cargo {
    /// A call with these arguments, parted at spaces.
    pub(crate) fn new(arguments: &str) -> Self {
        Self { arguments: Vec::new(), environment: Vec::new() }.args(arguments)
    }

    /// Adds these arguments, parted at spaces.
    pub(crate) fn args(mut self, arguments: &str) -> Self {
        self.arguments.extend(arguments.split_whitespace().map(str::to_owned));
        self
    }

    /// Adds one argument as it is.
    pub(crate) fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds the features of a selection, switching off the default ones.
    pub(crate) fn only_features(self, features: &[&str]) -> Self {
        let bare = self.arg("--no-default-features");
        if features.is_empty() { bare } else { bare.arg("--features").arg(features.join(",")) }
    }

    /// Sets an environment variable for this call.
    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Sets an environment variable for this call to a value made up now.
    pub(crate) fn env_owned(mut self, name: &'static str, value: String) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Prints the call, runs it and fails unless it succeeds.
    pub(crate) fn run(&self) -> Result<()> {
        println!("$ {self}");
        let status = self.command().status().with_context(|| format!("could not start `{self}`"))?;
        if !status.success() {
            bail!("the command failed ({status}); to repeat it:\n\n    {self}\n");
        }
        Ok(())
    }

    /// Prints the call and becomes it, so that its Ctrl-C is nobody else's; where that cannot be, runs it.
    pub(crate) fn exec(&self) -> Result<()> {
        #[cfg(unix)]
        {
            println!("$ {self}");
            let error = std::os::unix::process::CommandExt::exec(&mut self.command());
            Err(error).with_context(|| format!("could not start `{self}`"))
        }
        #[cfg(not(unix))]
        self.run()
    }

    /// Runs the call without printing it and returns what it wrote.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self.command().stderr(Stdio::inherit()).output();
        let output = output.with_context(|| format!("could not start `{self}`"))?;
        if !output.status.success() {
            bail!("the command failed ({}); to repeat it:\n\n    {self}\n", output.status);
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{self}` did not write UTF-8"))
    }

    fn command(&self) -> Command {
        // The cargo that started us, so that `cargo +toolchain xtask` stays with its toolchain.
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, &**value)))
            .current_dir(root());
        command
    }
}

impl fmt::Display for Cargo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str("cargo")?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::Cargo;

    fn check(cargo: &Cargo, printed: &str) {
        assert_eq!(cargo.to_string(), printed);
    }

    #[test]
    fn a_call_is_printed_as_a_shell_takes_it() {
        check(&Cargo::new("fmt --all --check"), "cargo fmt --all --check");
        check(&Cargo::new("doc").env("RUSTDOCFLAGS", "-D warnings"), "RUSTDOCFLAGS='-D warnings' cargo doc");
        check(&Cargo::new("bench").arg("it's {p}"), r"cargo bench 'it'\''s {p}'");
    }

    #[test]
    fn a_selection_of_features_replaces_the_default_ones() {
        check(&Cargo::new("check").only_features(&[]), "cargo check --no-default-features");
        let two = Cargo::new("check").only_features(&["a", "b"]);
        check(&two, "cargo check --no-default-features --features a,b");
    }
}
