//! `cargo xtask conformance`: the writers against servers that we did not write.
//!
//! Installs the servers into the build directory, starts each on a free loopback port, runs the
//! suite `tests/tests/servers` on all of them and stops them by their process ids.

mod install;
mod running;
mod servers;

use std::net::TcpListener;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use self::running::Running;
use self::servers::{SERVERS, Server};
use crate::cargo::Cargo;
use crate::tools;

/// What the suite is told of a server.
#[derive(Debug, Serialize)]
struct Endpoint {
    name: &'static str,
    version: &'static str,
    url: String,
    services: &'static [&'static str],
}

/// Runs the suite on every server, or on those whose names are given.
pub(crate) fn run(only: &[String]) -> Result<()> {
    check_names(only)?;
    let chosen: Vec<&Server> = SERVERS.iter().filter(|server| is_chosen(server, only)).collect();
    let place = tools::place("conformance");
    install::all(&chosen, &place)?;
    let mut running = Vec::new();
    let mut endpoints = Vec::new();
    for server in chosen {
        let port = free_port()?;
        running.push(Running::start(server, &place, port)?);
        let url = format!("http://127.0.0.1:{port}");
        endpoints.push(Endpoint {
            name: server.name,
            version: server.version,
            url,
            services: server.services,
        });
    }
    let told = serde_json::to_string(&endpoints).context("endpoints are plain data")?;
    // Of the whole workspace, so that the SDKs are those that its tests were built with.
    Cargo::new("test --workspace --test servers").env_owned("BATCHWRIGHT_SERVERS", told).run()
}

/// Refuses a name that no server has: nothing would be checked, and that would pass.
fn check_names(only: &[String]) -> Result<()> {
    let is_unknown = |name: &&String| SERVERS.iter().all(|server| server.name != **name);
    if let Some(name) = only.iter().find(is_unknown) {
        let known: Vec<_> = SERVERS.iter().map(|server| server.name).collect();
        bail!("no server is called {name:?}; there are {}", known.join(", "));
    }
    Ok(())
}

fn is_chosen(server: &Server, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|name| name == server.name)
}

/// A port that nobody listens at now; another program may take it before the server does, which
/// then says so.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::check_names;

    #[test]
    fn a_name_that_no_server_has_is_an_error() {
        let check =
            |names: &[&str]| check_names(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert!(check(&[]).is_ok() && check(&["moto", "ministack"]).is_ok());
        let error = check(&["moto", "mtoo"]).unwrap_err().to_string();
        assert!(error.starts_with("no server is called \"mtoo\"; there are "), "{error}");
    }
}
