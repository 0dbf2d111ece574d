//! A proxy on a loopback port that makes trouble: it delays, throttles, resets, black-holes, cuts and corrupts what
//! passes, as a seed draws it for each connection.

mod connection;
mod relay;
mod trouble;

use std::io;
use std::net::SocketAddr;

use fastrand::Rng;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use connection::Connection;
use trouble::Weather;

/// How much trouble there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Climate {
    /// The part of the connections that have trouble, from 0 to 1.
    pub trouble: f64,
    /// Draws it.
    pub seed: u64,
}

/// A proxy that listens, until it is stopped or dropped.
#[derive(Debug)]
#[must_use = "dropping it stops the proxy"]
pub struct Proxy {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Passes on what comes to a free loopback port, on tasks of the current runtime.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn listen(upstream: SocketAddr, climate: Climate) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        Ok(Self { address, accepting: tokio::spawn(accept(listener, upstream, climate)) })
    }

    /// The endpoint URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and ends every connection; nothing passes any more when this returns.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // It ends by being aborted.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Dropping the future ends every connection.
async fn accept(listener: TcpListener, upstream: SocketAddr, climate: Climate) {
    let mut rng = Rng::with_seed(climate.seed);
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let weather = Weather::draw(climate.trouble, &mut rng);
        connections.spawn(async move {
            if let Ok(connection) = Connection::open(client, upstream).await {
                connection.pass(weather).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests;
