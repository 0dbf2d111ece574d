//! The servers: what they are, how they are installed and started.

use std::path::Path;
use std::process::Command;

use super::install::programs;

/// A server that others wrote.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The services of which it knows enough.
    pub(super) services: &'static [&'static str],
    pub(super) package: Package,
    /// The program, from the place of the package, and its arguments; `{port}` stands for the port.
    pub(super) command: &'static [&'static str],
    pub(super) environment: &'static [(&'static str, &'static str)],
}

/// Where a server comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Package {
    /// A crate and its features, built with cargo.
    Cargo { features: Option<&'static str> },
    /// A package for Node.js.
    Npm,
    /// A package for Python, with what it needs beside what it names itself.
    Pip { also: &'static [&'static str] },
}

/// Two or more for each service where there are so many; written by different people. All of them
/// listen at loopback addresses alone.
pub(super) const SERVERS: &[Server] = &[
    Server {
        name: "moto",
        version: "5.2.5",
        services: &["sqs", "sqs-fifo", "sns", "sns-fifo", "kinesis", "firehose", "dynamodb"],
        package: Package::Pip { also: &["flask", "flask-cors", "py-partiql-parser==0.6.3"] },
        command: &["moto_server", "-H", "127.0.0.1", "-p", "{port}"],
        environment: &[],
    },
    Server {
        name: "ministack",
        version: "1.5.33",
        services: &["sqs", "sqs-fifo", "sns", "sns-fifo", "kinesis", "firehose", "dynamodb", "cloudwatch"],
        // Without cbor2 it takes every metric and keeps none.
        package: Package::Pip { also: &["cbor2"] },
        command: &["ministack"],
        environment: &[
            ("BIND_HOST", "127.0.0.1"),
            ("MINISTACK_HOST", "127.0.0.1"),
            ("GATEWAY_PORT", "{port}"),
        ],
    },
    Server {
        name: "roto-aws",
        version: "0.10.1",
        services: &["sqs", "sqs-fifo", "kinesis"],
        package: Package::Pip { also: &[] },
        command: &["roto-server", "--host", "127.0.0.1", "--port", "{port}", "--ephemeral"],
        environment: &[],
    },
    Server {
        name: "kinesalite",
        version: "3.3.3",
        services: &["kinesis"],
        package: Package::Npm,
        command: &[
            "node",
            "-e",
            "require('kinesalite')({createStreamMs:50,shardLimit:100}).listen({port},'127.0.0.1')",
        ],
        environment: &[],
    },
    Server {
        name: "dynalite",
        version: "4.0.0",
        services: &["dynamodb"],
        package: Package::Npm,
        command: &["node", "-e", "require('dynalite')({createTableMs:0}).listen({port},'127.0.0.1')"],
        environment: &[],
    },
    Server {
        name: "dynoxide-rs",
        version: "3.2.0",
        services: &["dynamodb"],
        package: Package::Cargo { features: Some("native-sqlite,http-server,cli") },
        command: &["dynoxide", "serve", "--host", "127.0.0.1", "--port", "{port}"],
        environment: &[],
    },
];

impl Server {
    /// What starts it at this port.
    pub(super) fn command(&self, place: &Path, port: u16) -> Command {
        let fill = |text: &str| text.replace("{port}", &port.to_string());
        let directory = programs(self.package, place);
        let (program, arguments) = self.command.split_first().expect("every server has a program");
        let mut command = match self.package {
            Package::Npm => Command::new(program),
            Package::Cargo { .. } | Package::Pip { .. } => Command::new(directory.join(program)),
        };
        command.current_dir(&directory).args(arguments.iter().map(|argument| fill(argument)));
        command.envs(self.environment.iter().map(|(name, value)| (name, fill(value))));
        command
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::SERVERS;

    #[test]
    fn every_service_is_shown_by_a_server_and_most_by_several() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for service in SERVERS.iter().flat_map(|server| server.services) {
            *counts.entry(service).or_default() += 1;
        }
        let names: Vec<_> = counts.keys().copied().collect();
        assert_eq!(
            names,
            ["cloudwatch", "dynamodb", "firehose", "kinesis", "sns", "sns-fifo", "sqs", "sqs-fifo"]
        );
        assert!(counts.iter().all(|(service, &count)| count >= 2 || *service == "cloudwatch"), "{counts:?}");
    }
}
