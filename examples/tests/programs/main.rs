//! The programs that the READMEs show, run as a reader runs them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::process::{Command, Output};

use batch_local::LocalServer;

/// Checks that the program succeeds and writes this many lines.
fn check(program: &str, lines: usize) {
    let ended = succeed(&mut Command::new(program));
    assert_eq!(String::from_utf8(ended.stdout).unwrap().lines().count(), lines, "{program}");
}

fn succeed(command: &mut Command) -> Output {
    let ended = command.env_remove("RUST_LOG").output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    ended
}

#[test]
fn every_program_that_brings_its_server_succeeds() {
    check(env!("CARGO_BIN_EXE_cloudwatch"), 1);
    check(env!("CARGO_BIN_EXE_deletes"), 0);
    check(env!("CARGO_BIN_EXE_dynamodb"), 1);
    check(env!("CARGO_BIN_EXE_faults"), 0);
    check(env!("CARGO_BIN_EXE_firehose"), 1);
    check(env!("CARGO_BIN_EXE_kinesis"), 1);
    check(env!("CARGO_BIN_EXE_local"), 0);
    check(env!("CARGO_BIN_EXE_recorder"), 0);
    check(env!("CARGO_BIN_EXE_sns"), 1);
    check(env!("CARGO_BIN_EXE_sqs"), 1);
    check(env!("CARGO_BIN_EXE_words"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_for_an_account_delivers_a_thousand_orders() {
    let server = LocalServer::new();
    let client = aws_sdk_sqs::Client::new(&server.sdk_config());
    client.create_queue().queue_name("orders").send().await.unwrap();
    let listening = server.listen("127.0.0.1:0").await.unwrap();
    let mut program = with_account_at(&listening.url());
    let ended = tokio::task::spawn_blocking(move || succeed(&mut program)).await.unwrap();
    assert_eq!(ended.stderr, b"", "{ended:?}");
    assert_eq!(server.sqs().accepted_count("orders"), 1_000);
    listening.stop().await;
}

/// The program, in the environment of an account whose queues are at this URL.
fn with_account_at(url: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_orders"));
    program.env_remove("AWS_PROFILE").envs([
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_CONFIG_FILE", "none"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_SQS", url),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SHARED_CREDENTIALS_FILE", "none"),
    ]);
    program
}

#[cfg(target_os = "linux")] // signals, and /proc
#[test]
fn the_server_over_a_socket_serves_until_it_is_interrupted() {
    use std::io::{BufRead, BufReader};
    use std::net::TcpStream;
    use std::process::Stdio;

    let mut server = Command::new(env!("CARGO_BIN_EXE_socket")).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("export AWS_ENDPOINT_URL_SQS=http://").unwrap();
    assert!(TcpStream::connect(address).is_ok(), "{line}");
    while !handles_interrupts(server.id()) {
        assert!(server.try_wait().unwrap().is_none(), "it runs");
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args(["-INT", &server.id().to_string()]).status();
    assert!(kill.unwrap().success(), "it runs");
    assert!(server.wait().unwrap().success());
}

/// Whether the process handles SIGINT, which would end it before.
#[cfg(target_os = "linux")]
fn handles_interrupts(process: u32) -> bool {
    const INTERRUPT: u64 = 1 << 1;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & INTERRUPT != 0
}
