//! One connection through the proxy.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, copy, sink};
use tokio::net::TcpStream;

use super::relay::{End, Relay};
use super::trouble::{Way, Weather};

/// Both sides of a connection.
#[derive(Debug)]
pub(super) struct Connection {
    client: TcpStream,
    server: TcpStream,
}

impl Connection {
    pub(super) async fn open(client: TcpStream, upstream: SocketAddr) -> io::Result<Self> {
        let server = TcpStream::connect(upstream).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        Ok(Self { client, server })
    }

    /// Passes on what comes, both ways, until either side ends it or the weather does.
    pub(super) async fn pass(mut self, weather: Weather) {
        let of = |way| if weather.way == way { weather } else { Weather::CALM };
        let end = {
            let (client_reads, client_writes) = self.client.split();
            let (server_reads, server_writes) = self.server.split();
            tokio::select! {
                end = Relay::new(Way::Request, of(Way::Request)).run(client_reads, server_writes) => end,
                end = Relay::new(Way::Answer, of(Way::Answer)).run(server_reads, client_writes) => end,
            }
        };
        match end {
            Ok(End::BlackHole) => self.swallow().await,
            Ok(End::Reset) => self.reset(),
            // Dropping it closes both sides.
            Ok(End::Close) | Err(_) => {}
        }
    }

    /// Takes what the client says until it gives up, and tells nobody.
    async fn swallow(mut self) {
        // However it ends, it ends.
        let _ = copy(&mut self.client, &mut sink()).await;
        // The server never learns, as long as it does not ask.
        let _ = self.server.read_u8().await;
    }

    /// Makes the drop that follows a reset; where that fails it is a close.
    fn reset(self) {
        let _ = self.client.set_zero_linger();
        let _ = self.server.set_zero_linger();
    }
}
