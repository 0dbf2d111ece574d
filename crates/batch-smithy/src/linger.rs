use std::time::Duration;

use batch_core::Linger;

/// How long an entry waits for company by default where the service bills each request, as Amazon SQS and Amazon SNS do: 5 ms
/// while the writer is idle, and up to 100 ms while a request is in flight. At 1,000 entries a second, that fills half of
/// each request instead of a tenth.
pub const BILLED_BY_REQUEST: Linger =
    Linger::Natural { idle: Duration::from_millis(5), longest: Duration::from_millis(100) };
