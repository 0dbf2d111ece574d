//! SDKs for other languages, which drive the program `batch-local`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::free_port;
use super::running::Running;
use crate::cargo::Cargo;
use crate::tools;
use crate::workspace::root;

/// An SDK, and the script that uses it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) name: &'static str,
    language: Language,
    packages: &'static [&'static str],
    script: &'static str,
}

/// What a script is written in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Language {
    JavaScript,
    Python,
}

/// The versions are pinned: another one may speak another protocol.
pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "boto3",
        language: Language::Python,
        packages: &["boto3==1.44.8"],
        script: "tests/clients/python.py",
    },
    Client {
        name: "javascript",
        language: Language::JavaScript,
        packages: &[
            "@aws-sdk/client-cloudwatch@3.1164.0",
            "@aws-sdk/client-dynamodb@3.1169.0",
            "@aws-sdk/client-firehose@3.1169.0",
            "@aws-sdk/client-kinesis@3.1143.0",
            "@aws-sdk/client-sns@3.1169.0",
            "@aws-sdk/client-sqs@3.1175.0",
        ],
        script: "tests/clients/javascript.cjs",
    },
];

/// Lets each client drive a program of its own.
pub(super) fn run(clients: &[&Client], place: &Path) -> Result<()> {
    if clients.is_empty() {
        return Ok(());
    }
    Cargo::new("build --package batch-local-cli --bin batch-local").run()?;
    clients.iter().try_for_each(|client| client.drive(place))
}

impl Client {
    fn drive(&self, place: &Path) -> Result<()> {
        let port = free_port()?;
        let (interpreter, environment) = self.language.installed(&place.join(self.name), self.packages)?;
        let mut script = Command::new(interpreter);
        script.envs(environment);
        let mut program = Command::new(tools::place("debug").join("batch-local"));
        program.args(["--port", &port.to_string()]).args(DESTINATIONS);
        let _running = Running::start(program, &format!("batch-local-{}", self.name), place, port)?;
        script.arg(root().join(self.script)).envs(ENVIRONMENT).env_remove("AWS_PROFILE");
        tools::run(script.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")))
    }
}

impl Language {
    /// The interpreter, and the environment in which it finds these packages in this directory.
    pub(super) fn installed(
        self,
        directory: &Path,
        packages: &[&str],
    ) -> Result<(PathBuf, Vec<(String, String)>)> {
        let wanted: Vec<_> = packages.iter().map(|&package| package.to_owned()).collect();
        Ok(match self {
            Self::JavaScript => {
                tools::node(directory, &wanted)?;
                let modules = directory.join("node_modules").display().to_string();
                ("node".into(), vec![("NODE_PATH".to_owned(), modules)])
            }
            Self::Python => {
                tools::python(directory, &wanted)?;
                (directory.join("bin/python"), Vec::new())
            }
        })
    }
}

/// What the scripts write to.
const DESTINATIONS: [&str; 12] = [
    "--queue",
    "orders",
    "--queue",
    "orders.fifo",
    "--topic",
    "alerts",
    "--stream",
    "clicks:2",
    "--delivery-stream",
    "logs",
    "--table",
    "orders:id:created=N",
];

/// What the program tells its users to set, and nothing of the machine's own configuration.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_CONFIG_FILE", "none"),
    ("AWS_SHARED_CREDENTIALS_FILE", "none"),
];

#[cfg(test)]
mod tests {
    use super::CLIENTS;
    use crate::workspace::root;

    #[test]
    fn every_client_has_its_script_and_packages_of_one_version() {
        for client in CLIENTS {
            assert!(root().join(client.script).is_file(), "{}", client.script);
            let is_pinned = |package: &&str| package[1..].contains(['=', '@']);
            assert!(!client.packages.is_empty() && client.packages.iter().all(is_pinned), "{}", client.name);
        }
    }
}
