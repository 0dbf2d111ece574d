//! The services, and how they speak.

mod cloudwatch;
mod dynamodb;
mod firehose;
mod kinesis;
mod sns;
mod sqs;

use std::error::Error;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_core::{Settings, Writer};
use batchwright_tests::{Destination, EntryOf, Setup};
use serde_json::json;

use crate::paths::answer;
use crate::trouble::Asked;

/// A service that is given secrets.
pub(crate) trait Suspect: Destination {
    /// The status and the code by which it says that the destination does not exist.
    const UNKNOWN: (u16, &'static str);

    /// The status of an answer whose body is read.
    const READ: u16 = 200;

    /// The kind of its bodies.
    const CONTENT: &'static str;

    /// The service with its options that touch entries.
    fn with_options(service: Self::Service) -> Self::Service {
        service
    }

    /// The service, whose client is made like this.
    fn through(setup: &Setup) -> Self::Service {
        Self::with_options(Self::open(setup).service())
    }

    /// A writer to it.
    fn build(setup: Setup, settings: Settings) -> Writer<Self::Service> {
        Writer::builder(Self::through(&setup)).settings(settings).build().unwrap()
    }

    /// Entry `n`, with a secret in every field that takes one.
    fn guilty(n: usize) -> EntryOf<Self>;

    /// Entries that are invalid, each for another reason, which has to do with a secret wherever it can.
    fn invalid() -> Vec<EntryOf<Self>>;

    /// An entry above every limit.
    fn too_large() -> EntryOf<Self>;

    /// An error answer in its protocol.
    fn error(status: u16, code: &str, message: &str) -> HttpResponse;

    /// An answer by which every entry of the request fails, and that repeats the request for each; none where there is no
    /// such answer.
    fn in_part(asked: &Asked) -> Option<HttpResponse>;

    /// What comes of asking for what a writer must know of its destination, where it asks.
    fn look_up(_setup: Setup) -> impl Future<Output = Option<Box<dyn Error>>> {
        async { None }
    }
}

/// An error in AWS JSON.
fn json_error(kind: &'static str, status: u16, code: &str, message: &str) -> HttpResponse {
    answer(status, kind, json!({ "__type": code, "message": message }).to_string())
}
