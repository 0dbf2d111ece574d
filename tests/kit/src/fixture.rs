//! What the suites need to know about an adapter beside its destination.

use std::time::Duration;

pub use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};

use crate::{Destination, Request, Response};

/// The adapter of a service, seen through one of its destinations.
pub trait Fixture: Destination {
    /// The status and the code by which the service denies access.
    const ACCESS_DENIED: (u16, &'static str);

    /// How long a writer tries to deliver an entry where the user did not say.
    const DEADLINE: Duration = Duration::from_secs(120);

    /// The code of credentials that have expired, as a failure shows it.
    const EXPIRED: &'static str;

    /// How long an entry waits for company in an idle writer where the user did not say.
    const IDLE: Duration = Duration::ZERO;

    /// The code of trouble inside the service, which has the status 500.
    const INTERNAL: &'static str;

    /// The code of a destination that does not exist, where it has to be made.
    const MISSING: &'static str = "";

    /// The operations that a writer calls.
    const OPERATIONS: &'static [&'static str];

    /// Where requests go below the endpoint.
    const PATH: &'static str = "/";

    /// The permission that a writer needs.
    const PERMISSION: &'static str;

    /// Errors after which the SDK by itself would send the request again.
    const RETRIED: &'static [(u16, &'static str)];

    /// The statuses and codes by which the service refuses a request that one entry has spoilt.
    const SPOILT: &'static [(u16, &'static str)];

    /// The code of an access key that the service does not know.
    const UNKNOWN_KEY: &'static str;

    /// The destination as a service that asks nothing before it sends.
    fn resolved(&self) -> Self::Service {
        self.service()
    }

    /// A response that accepts every entry of the request.
    fn accept(request: &Request) -> Response;

    /// An error in the protocol of the service.
    fn error(status: u16, code: &str) -> Response;

    /// The body of a request, comparable as text.
    #[must_use]
    fn body(request: &Request) -> String {
        request.json().to_string()
    }

    /// The content of an entry as a body carries it; its beginning is enough.
    #[must_use]
    fn encoded(content: &str) -> Vec<u8> {
        content.into()
    }

    /// The contents of the entries in the input that an interceptor sees.
    fn read_input(input: &Input) -> Option<Vec<String>>;

    /// Changes every entry of the input, as an interceptor may.
    fn alter(input: &mut Input) -> Option<()>;

    /// Checks that the request carries entries with these contents, each changed by `alter`, and nothing else.
    fn check_altered(request: &Request, contents: [&str; 2]);

    /// The id of the request in the output that an interceptor sees.
    fn read_output(output: &Output) -> Option<&str>;
}
