//! How many requests the server answers over a socket, and what one costs it.
//!
//! One thread serves. Another one keeps a few connections busy for two seconds with a
//! `SendMessageBatch` of 10 messages of 100 bytes. Run it in release:
//!
//! ```text
//! cargo run --release -p batch-local --example throughput
//! ```

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use batch_local::LocalServer;
use tokio::sync::oneshot;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    for discard in [true, false] {
        let (requests, elapsed, busy) = measure(discard)?;
        let held = if discard { "discarded" } else { "held" };
        let rate = requests as f64 / elapsed.as_secs_f64();
        print!("messages {held}: {requests} requests, {rate:.0} a second");
        match busy {
            Some(busy) => {
                let each = busy.as_secs_f64() / requests as f64;
                println!("; {:.1} µs of CPU each, {:.0} a second on one core", each * 1e6, 1.0 / each);
            }
            None => println!("; this system does not tell the CPU time of a thread"),
        }
    }
    Ok(())
}

/// The number of requests, the time that they took, and the CPU time that the server spent.
fn measure(discard: bool) -> Result<(u64, Duration, Option<Duration>), Failure> {
    let (address_sender, address) = mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let server = thread::spawn(move || serve(discard, &address_sender, stopped));
    let (requests, elapsed) = load(address.recv()?)?;
    // The server is only gone if it failed, which joining it tells.
    let _ = stop.send(());
    let busy = server.join().map_err(|_| "the server panicked")??;
    Ok((requests, elapsed, busy))
}

/// Serves on this thread until told to stop.
fn serve(
    discard: bool,
    address: &mpsc::Sender<SocketAddr>,
    stopped: oneshot::Receiver<()>,
) -> Result<Option<Duration>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = LocalServer::builder().discard(discard).build();
        let listening = server.listen("127.0.0.1:0").await?;
        let before = cpu_time();
        address.send(listening.addr())?;
        // An error means that the client failed, and is told there.
        let _ = stopped.await;
        let busy = cpu_time().zip(before).map(|(after, before)| after - before);
        listening.stop().await;
        Ok(busy)
    })
}

/// Keeps the connections busy.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn load(address: SocketAddr) -> Result<(u64, Duration), Failure> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(BufReader::new(TcpStream::connect(address)?));
    }
    call(&mut connections[..1], &request("CreateQueue", r#"{"QueueName":"q"}"#))?;
    let batch = request("SendMessageBatch", &batch());
    let started = Instant::now();
    let mut requests = 0;
    while started.elapsed() < LASTING {
        call(&mut connections, &batch)?;
        requests += CONNECTIONS;
    }
    Ok((requests, started.elapsed()))
}

/// Sends the request on every connection, then reads every answer.
fn call(connections: &mut [BufReader<TcpStream>], request: &[u8]) -> Result<(), Failure> {
    for connection in connections.iter_mut() {
        connection.get_mut().write_all(request)?;
    }
    for connection in connections {
        read_answer(connection)?;
    }
    Ok(())
}

fn read_answer(connection: &mut BufReader<TcpStream>) -> Result<(), Failure> {
    let mut line = String::new();
    let mut length = 0;
    connection.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(format!("refused: {line}").into());
    }
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line)?;
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse()?;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(())
}

fn request(operation: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-target: AmazonSQS.{operation}\r\nx-amzn-query-mode: true\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn batch() -> String {
    let body = "x".repeat(100);
    let entries: Vec<String> =
        (0..10).map(|index| format!(r#"{{"Id":"{index}","MessageBody":"{body}"}}"#)).collect();
    format!(r#"{{"QueueUrl":"http://localhost/000000000000/q","Entries":[{}]}}"#, entries.join(","))
}

/// What this thread has spent on a processor, where the system tells (Linux).
fn cpu_time() -> Option<Duration> {
    let status = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(status.split_whitespace().next()?.parse().ok()?))
}

const CONNECTIONS: u64 = 8;
const LASTING: Duration = Duration::from_secs(2);
