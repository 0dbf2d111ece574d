use std::collections::HashSet;
use std::io::ErrorKind;
use std::mem::discriminant;
use std::net::SocketAddr;
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::connection::Connection;
use super::trouble::{Trouble, Way, Weather};
use super::{Climate, Proxy};

/// What each end hears when a client says "ping" through this weather to one who says "pong", and how it ends for the
/// client.
async fn exchange(weather: Weather) -> (String, String, Option<ErrorKind>) {
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (behind, address) = (upstream.local_addr().unwrap(), front.local_addr().unwrap());
    let passing = tokio::spawn(async move {
        let (client, _) = front.accept().await.unwrap();
        Connection::open(client, behind).await.unwrap().pass(weather).await;
    });
    let server = tokio::spawn(async move {
        let (mut stream, _) = upstream.accept().await.unwrap();
        let (heard, _) = hear(&mut stream).await;
        // Nobody may be there any more.
        let _ = stream.write_all(b"pong").await;
        (stream, heard)
    });
    let (answer, end) = talk(address).await;
    passing.abort();
    (server.await.unwrap().1, answer, end)
}

async fn talk(address: SocketAddr) -> (String, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"ping").await.unwrap();
    hear(&mut stream).await
}

/// The next four bytes, or as many as come within a moment and why there are no more.
async fn hear(stream: &mut TcpStream) -> (String, Option<ErrorKind>) {
    let mut heard = Vec::new();
    let end = loop {
        if heard.len() == 4 {
            break None;
        }
        match timeout(MOMENT, stream.read_buf(&mut heard)).await {
            Err(_) => break Some(ErrorKind::TimedOut),
            Ok(Err(error)) => break Some(error.kind()),
            Ok(Ok(0)) => break Some(ErrorKind::UnexpectedEof),
            Ok(Ok(_)) => {}
        }
    };
    (String::from_utf8(heard).unwrap(), end)
}

async fn check(trouble: Trouble, way: Way, after_bytes: u64, expected: (&str, &str, Option<ErrorKind>)) {
    let (request, answer, end) = exchange(Weather { trouble, way, after_bytes }).await;
    let met = (request.as_str(), answer.as_str(), end);
    assert_eq!(met, expected, "{trouble:?} {way:?} after {after_bytes} bytes");
}

#[tokio::test]
async fn each_trouble_is_felt_as_what_it_is() {
    let (reset, silence, end) =
        (Some(ErrorKind::ConnectionReset), Some(ErrorKind::TimedOut), Some(ErrorKind::UnexpectedEof));
    let delay = Trouble::Delay(Duration::from_millis(1));
    check(Trouble::None, Way::Answer, 0, ("ping", "pong", None)).await;
    check(delay, Way::Request, 0, ("ping", "pong", None)).await;
    check(Trouble::Throttle(10_000), Way::Answer, 0, ("ping", "pong", None)).await;
    check(Trouble::Corrupt, Way::Answer, 1, ("ping", "p\0ng", None)).await;
    check(Trouble::Cut, Way::Answer, 2, ("ping", "po", end)).await;
    check(Trouble::Cut, Way::Request, 2, ("pi", "", end)).await;
    check(Trouble::Reset, Way::Answer, 0, ("ping", "", reset)).await;
    check(Trouble::BlackHole, Way::Answer, 2, ("ping", "po", silence)).await;
    check(Trouble::BlackHole, Way::Request, 2, ("pi", "", silence)).await;
}

#[test]
fn a_seed_draws_the_same_weather_and_every_kind_of_it() {
    let draw = |seed| {
        let mut rng = Rng::with_seed(seed);
        (0..500).map(|_| Weather::draw(0.5, &mut rng)).collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    let calm = draw(7).into_iter().filter(|&weather| weather == Weather::CALM).count();
    assert!((200..300).contains(&calm), "{calm}");
    let kinds: HashSet<_> = draw(7).iter().map(|weather| discriminant(&weather.trouble)).collect();
    assert_eq!(kinds.len(), 7);
}

#[tokio::test]
async fn a_proxy_that_is_stopped_passes_nothing() {
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let climate = Climate { trouble: 0.0, seed: 0 };
    let proxy = Proxy::listen(upstream.local_addr().unwrap(), climate).await.unwrap();
    let mut client = TcpStream::connect(proxy.url().trim_start_matches("http://")).await.unwrap();
    client.write_all(b"ping").await.unwrap();
    let (mut server, _) = upstream.accept().await.unwrap();
    assert_eq!(hear(&mut server).await, ("ping".to_owned(), None));
    proxy.stop().await;
    assert_eq!(hear(&mut server).await.0, "");
    assert_eq!(hear(&mut client).await.0, "");
}

/// Long enough for loopback on a busy machine.
const MOMENT: Duration = Duration::from_millis(300);
