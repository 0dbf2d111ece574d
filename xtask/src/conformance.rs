//! `cargo xtask conformance`: the writers against servers that we did not write, and SDKs for other languages against our
//! server.
//!
//! Installs servers and SDKs into the build directory. Starts each server on a free loopback port, runs the suite
//! `tests/tests/servers` on all of them and stops them by their process ids. Lets each SDK run its script in
//! `tests/clients` against the program `batch-local`. Lets libraries read what the Kinesis writer aggregates.

mod aggregation;
mod clients;
mod install;
mod running;
mod servers;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use self::clients::{CLIENTS, Client};
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

/// Runs everything, or what is named.
pub(crate) fn run(only: &[String]) -> Result<()> {
    check_names(only)?;
    let is_chosen = |name: &str| only.is_empty() || only.iter().any(|chosen| chosen == name);
    let servers: Vec<&Server> = SERVERS.iter().filter(|server| is_chosen(server.name)).collect();
    let clients: Vec<&Client> = CLIENTS.iter().filter(|client| is_chosen(client.name)).collect();
    let place = tools::place("conformance");
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    clients::run(&clients, &place)?;
    if is_chosen(aggregation::NAME) {
        aggregation::run(&place)?;
    }
    run_suite(&servers, &place)
}

/// Runs the suite on these servers.
fn run_suite(servers: &[&Server], place: &Path) -> Result<()> {
    if servers.is_empty() {
        return Ok(());
    }
    install::all(servers, place)?;
    let mut running = Vec::new();
    let mut endpoints = Vec::new();
    for server in servers {
        let port = free_port()?;
        let told = format!("{}-{}", server.name, server.version);
        running.push(Running::start(server.command(place, port), &told, place, port)?);
        let url = format!("http://127.0.0.1:{port}");
        let Server { name, version, services, .. } = **server;
        endpoints.push(Endpoint { name, version, url, services });
    }
    let told = serde_json::to_string(&endpoints).context("endpoints are plain data")?;
    // Of the whole workspace, so that the SDKs are those that its tests were built with.
    Cargo::new("test --workspace --test servers").env_owned("BATCHWRIGHT_SERVERS", told).run()
}

/// Refuses a name that neither a server nor an SDK nor a suite has: nothing would be checked, and that would pass.
fn check_names(only: &[String]) -> Result<()> {
    let servers = SERVERS.iter().map(|server| server.name);
    let clients = CLIENTS.iter().map(|client| client.name);
    let known: Vec<_> = servers.chain(clients).chain([aggregation::NAME]).collect();
    if let Some(name) = only.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no server, SDK or suite is called {name:?}; there are {}", known.join(", "));
    }
    Ok(())
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
    fn an_unknown_name_is_an_error() {
        let check =
            |names: &[&str]| check_names(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert!(check(&[]).is_ok() && check(&["moto", "boto3", "aggregation"]).is_ok());
        let error = check(&["moto", "mtoo"]).unwrap_err().to_string();
        assert!(error.starts_with("no server, SDK or suite is called \"mtoo\"; there are "), "{error}");
    }
}
