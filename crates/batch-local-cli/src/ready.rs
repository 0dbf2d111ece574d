//! What the program writes when its server is ready: a script for a shell.

use std::fmt::Write;

use crate::create::{Address, Created};

/// The URL, the destinations, and the variables by which SDKs find the server.
pub(crate) fn text(url: &str, created: &[Created]) -> String {
    let mut text = format!("# batch-local is ready at {url}\n");
    for Created { kind, name, address } in created {
        let _ = match address {
            Address::Arn(arn) => writeln!(text, "# {kind} {name}: {arn}"),
            Address::Name => writeln!(text, "# {kind} {name}"),
            Address::Path(path) => writeln!(text, "# {kind} {name}: {url}{path}"),
        };
    }
    let _ = writeln!(text, "export AWS_ENDPOINT_URL={url}");
    text + CREDENTIALS
}

/// Any do. Some SDKs read the one region, some the other.
const CREDENTIALS: &str = "\
export AWS_ACCESS_KEY_ID=local
export AWS_SECRET_ACCESS_KEY=local
export AWS_REGION=us-east-1
export AWS_DEFAULT_REGION=us-east-1
";
