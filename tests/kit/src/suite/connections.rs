//! How errors of real connections are read.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;

use super::client::check;
use crate::{Fixture, Setup};

/// A port of this machine at which no program listens.
pub async fn a_real_connection_refused_was_never_sent<F: Fixture>() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = ["check the network, the region and the endpoint"];
    check::<F>(Setup::at(&format!("http://{closed}")), "Unsent(NotConnected)", &words).await;
}

/// TLS with a client that has none; a name that does not resolve reads the same.
pub async fn a_real_client_that_cannot_connect_for_another_reason_never_sent<F: Fixture>() {
    check::<F>(Setup::at("https://127.0.0.1:1"), "Unsent(NotConnected)", &[]).await;
}

/// A listener whose backlog is full answers no more.
pub async fn a_real_connection_that_takes_too_long_to_make_was_never_sent<F: Fixture>() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    let attempts = (0..1_000).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(10)));
    let _backlog: Vec<_> = attempts.take_while(Result::is_ok).collect();

    let connect = TimeoutConfig::builder().connect_timeout(Duration::from_millis(10)).build();
    let config = Setup::at(&format!("http://{address}")).timeout_config(connect);
    check::<F>(config, "Unsent(NotConnected)", &[]).await;
}

/// The server has read the request, or a part of it.
pub async fn a_real_connection_that_ends_before_the_answer_may_have_sent<F: Fixture>() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        io::Read::read(&mut connection, &mut [0; 100]).unwrap();
    });
    check::<F>(Setup::at(&url), "Ambiguous(ConnectionLost)", &["was lost before the response arrived"]).await;
    server.join().unwrap();
}
