use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};
use tokio::task::{JoinHandle, JoinSet};

use super::connection::serve;
use crate::{LocalServer, clock};

/// A server that listens at a loopback address until it is stopped or dropped.
///
/// Returned by [`LocalServer::listen`].
#[derive(Debug)]
#[must_use = "the server stops listening when this value is dropped"]
pub struct Listening {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl LocalServer {
    /// Serves HTTP/1.1 at `addr`, and HTTP/2 to clients that begin with it, on tasks of the current tokio runtime.
    ///
    /// `127.0.0.1:0` picks a free port. One server can listen at several addresses.
    ///
    /// # Errors
    ///
    /// Returns an error if `addr` is not a loopback address, since the server checks no credentials, or if the
    /// address cannot be bound.
    pub async fn listen(&self, addr: impl ToSocketAddrs) -> io::Result<Listening> {
        let addresses: Vec<SocketAddr> = lookup_host(addr).await?.collect();
        if let Some(open) = addresses.iter().find(|address| !address.ip().is_loopback()) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{open} is not a loopback address, and this server checks no credentials; listen at 127.0.0.1 or [::1]"
                ),
            ));
        }
        let listener = TcpListener::bind(&addresses[..]).await?;
        let address = listener.local_addr()?;
        Ok(Listening { address, accepting: tokio::spawn(accept(self.clone(), listener)) })
    }
}

impl Listening {
    /// Returns the address at which the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the endpoint URL for clients, such as `http://127.0.0.1:9324`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening, and closes all connections without waiting for their requests.
    ///
    /// The port is free when this method returns. The [`LocalServer`] keeps its data.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // It ends by being aborted, which is what was asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts connections; dropping the future closes them all.
async fn accept(server: LocalServer, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(server.clone(), stream));
            }
            // Out of file descriptors, say: others have to end first.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                clock::sleep(PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

const PAUSE: Duration = Duration::from_millis(100);
