//! Ctrl-C.

use std::io::Write;
use std::process::ChildStdin;
use std::thread;
use std::time::Duration;

use crate::program::{Ended, Running};
use crate::report::parse;

/// Lines that are surely read before an interrupt.
const COUNT: u64 = 300;

/// Starts a run that reads standard input, and waits until it is in the midst of it: behind the
/// lines it has read a bad one, which it names.
fn start(more_args: &[&str]) -> (Running, ChildStdin) {
    let mut running = Running::start(&[&["--json", "--input", "-"], more_args].concat());
    let mut stdin = running.stdin.take().unwrap();
    for n in 0..COUNT {
        write_line(&mut stdin, n).unwrap();
    }
    writeln!(stdin, "not json").unwrap();
    running.wait_for(&format!("-:{}:", COUNT + 1));
    (running, stdin)
}

fn write_line(stdin: &mut ChildStdin, n: u64) -> std::io::Result<()> {
    writeln!(stdin, "{{\"origin\":\"S{}\",\"time_hour\":\"{n}\",\"temp\":{n}}}", n % 20)
}

/// Writes until nobody reads any more.
fn write_for_ever(mut stdin: ChildStdin) {
    thread::spawn(move || (COUNT..).try_for_each(|n| write_line(&mut stdin, n)));
}

#[track_caller]
fn check_interrupted(ended: Option<Ended>) {
    let ended = ended.expect("it ends within some seconds");
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let report = parse(&ended);
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["malformed"], 1);
    assert!(report["lines"].as_u64().unwrap() >= COUNT, "{report}");
}

#[test]
fn an_interrupt_amid_endless_input_accounts_for_what_was_read() {
    let (mut running, stdin) = start(&[]);
    write_for_ever(stdin);
    running.interrupt();
    check_interrupted(running.end_within(Duration::from_secs(15)));
}

#[test]
fn an_interrupt_while_nothing_comes_accounts_for_what_was_read() {
    let (mut running, _stdin) = start(&[]);
    running.interrupt();
    check_interrupted(running.end_within(Duration::from_secs(10)));
}

#[test]
fn an_interrupt_amid_faults_accounts_for_what_was_read() {
    let (mut running, stdin) = start(&["--faults", "0.3", "--seed", "1"]);
    write_for_ever(stdin);
    running.interrupt();
    check_interrupted(running.end_within(Duration::from_secs(15)));
}

#[test]
fn an_interrupt_after_the_end_of_the_input_accounts_for_what_was_read() {
    let (mut running, stdin) = start(&["--faults", "1", "--order", "strict"]);
    drop(stdin);
    let over = running.end_within(Duration::from_millis(300));
    assert!(over.is_none(), "there is still something to wait for: {over:?}");
    running.interrupt();
    check_interrupted(running.end_within(Duration::from_secs(15)));
}

#[test]
fn a_second_interrupt_ends_at_once() {
    // So that after the first one there is something to wait for.
    let (mut running, _stdin) = start(&["--faults", "1", "--order", "strict"]);
    let mut interrupts = 0;
    let ended = loop {
        running.interrupt();
        interrupts += 1;
        assert!(interrupts < 10, "it does not end");
        if let Some(ended) = running.end_within(Duration::from_millis(300)) {
            break ended;
        }
    };
    assert!(interrupts >= 2, "the first one lets it finish");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(130), ""), "it does not wait for its report");
}
