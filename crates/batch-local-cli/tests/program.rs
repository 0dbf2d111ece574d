//! The program as a user meets it: started, written to over HTTP, asked to end.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// The program under way; ended when it is dropped.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it wrote when it was ready.
    ready: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut ready = String::new();
        while !ready.contains("AWS_DEFAULT_REGION") {
            let read = output.read_line(&mut ready).expect("the output is UTF-8");
            assert!(read > 0, "the program ended before it was ready: {ready}");
        }
        Self { child, output, ready }
    }

    fn address(&self) -> &str {
        let (_, rest) = self.ready.split_once("export AWS_ENDPOINT_URL=http://").expect("the URL is written");
        rest.lines().next().expect("a line ends")
    }

    /// Sends one request and returns the response, or what arrived of it.
    fn request(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).expect("the server listens");
        let length = body.len();
        let head = format!("{head}\r\nhost: {}\r\nconnection: close\r\n", self.address());
        write!(stream, "{head}content-length: {length}\r\n\r\n{body}").expect("the server reads");
        let mut response = Vec::new();
        // A reset is a fault that a test may ask for.
        let _ = stream.read_to_end(&mut response);
        text(&response)
    }

    /// Sends messages one by one, and returns how many were confirmed.
    fn confirmed(&self, messages: usize) -> usize {
        let queue = format!("http://{}/000000000000/orders", self.address());
        let body = format!("{{\"QueueUrl\":\"{queue}\",\"MessageBody\":\"shoes\"}}");
        let send = |_: &usize| {
            let response = self.request("POST / HTTP/1.1\r\nx-amz-target: AmazonSQS.SendMessage", &body);
            response.starts_with("HTTP/1.1 200") && response.ends_with('}') && response.contains("MessageId")
        };
        (0..messages).filter(send).count()
    }

    /// Sends the signal, and returns the exit code and what was written after the program was ready.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let sent = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill can be run").success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the output is UTF-8");
        (self.child.wait().expect("it is our child").code(), rest)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batch-local"));
    command.args(arguments);
    command
}

fn output(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_written_to_it_arrives_and_it_ends_when_it_is_asked_to() {
    for signal in ["TERM", "INT"] {
        let program = Program::start(&["--port", "0", "--queue", "orders", "--topic", "alerts"]);
        let url = format!("http://{}", program.address());
        assert!(program.ready.contains(&format!("# queue orders: {url}/000000000000/orders\n")));
        assert!(program.ready.contains("# topic alerts: arn:aws:sns:us-east-1:000000000000:alerts\n"));
        let post = |operation| format!("POST / HTTP/1.1\r\nx-amz-target: AmazonSQS.{operation}");
        let queue = format!("\"QueueUrl\":\"{url}/000000000000/orders\"");
        let body = format!("{{{queue},\"Entries\":[{{\"Id\":\"1\",\"MessageBody\":\"shoes\"}}]}}");
        let sent = program.request(&post("SendMessageBatch"), &body);
        assert!(sent.starts_with("HTTP/1.1 200") && sent.contains("MessageId"), "{sent}");
        let received = program.request(&post("ReceiveMessage"), &format!("{{{queue}}}"));
        assert!(received.contains("\"Body\":\"shoes\""), "{received}");
        assert_eq!(program.end(signal), (Some(0), String::new()));
    }
}

#[test]
fn what_it_writes_when_it_is_ready_is_a_script_for_a_shell() {
    let program = Program::start(&["--port", "0", "--queue", "orders.fifo", "--stream", "clicks:4"]);
    let script = format!("{}echo $AWS_ENDPOINT_URL $AWS_REGION $AWS_ACCESS_KEY_ID", program.ready);
    let shell = Command::new("sh").args(["-euc", &script]).output().expect("there is a shell");
    assert_eq!(text(&shell.stdout), format!("http://{} us-east-1 local\n", program.address()));
}

#[test]
fn writes_fail_as_often_as_it_is_asked_for() {
    let start = |rate| Program::start(&["--port", "0", "--queue", "orders", "--faults", rate, "--seed", "7"]);
    assert_eq!(start("0").confirmed(40), 40);
    // A partial failure may leave the one message out.
    let confirmed = start("1").confirmed(40);
    assert!(confirmed < 20, "{confirmed}");
    assert_eq!(start("0.5").confirmed(40), start("0.5").confirmed(40), "the seed decides");
}

#[test]
fn a_port_that_is_taken_is_named_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = taken.local_addr().unwrap().port().to_string();
    let output = output(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains(&format!("port {port}")) && error.contains("--port 0"), "{error}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_wrong_is_named_and_nothing_starts() {
    for (arguments, code, expected) in [
        (["--stream", "clicks:x"], 2, "'clicks:x'"),
        (["--faults", "2"], 2, "'2'"),
        (["--queue", "no name"], 1, "--queue \"no name\""),
    ] {
        let output = output(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_help_names_every_option_and_the_version_is_that_of_the_crate() {
    let help = text(&output(&["--help"]).stdout);
    for option in
        ["--port", "--queue", "--topic", "--stream", "--delivery-stream", "--table", "--faults", "--seed"]
    {
        assert!(help.contains(option), "{option}: {help}");
    }
    assert_eq!(text(&output(&["--version"]).stdout), format!("batch-local {}\n", env!("CARGO_PKG_VERSION")));
}
