//! Measures what an entry costs over loopback sockets; `cargo xtask bench wire` runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    batchwright_wire::main(None)
}
