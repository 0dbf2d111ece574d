//! Errors of the client, and what they mean for a request.

use std::error::Error;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{BoxError, ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::RequestId;
use batch_core::{Failure, Reply};

use crate::Queue;
use crate::dispatch::{self, Reading};
use crate::verdict::{self, Class};

/// Why a request, or the lookup before it, got no answer that speaks of its entries.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) class: Class,
    pub(crate) failure: Failure,
}

/// Which request failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    /// The lookup of the queue: no message was sent.
    Lookup,
    /// The request with the messages.
    Send,
}

impl Refusal {
    /// What this error of a request to this queue means.
    pub(crate) fn new<E>(
        error: SdkError<E, HttpResponse>,
        stage: Stage,
        queue: &Queue,
        client: &Client,
    ) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let refusal = match error {
            SdkError::ServiceError(answer) => {
                of_answer(answer.err().meta(), answer.raw().status().as_u16(), queue, client)
            }
            SdkError::ConstructionFailure(_) => of_client(NOT_MADE, error.into_source().ok()),
            SdkError::TimeoutError(_) => of_client(TIMEOUT, error.into_source().ok()),
            SdkError::ResponseError(_) => of_client(UNREADABLE, error.into_source().ok()),
            error => {
                let source = error.into_source().ok();
                of_client(source.as_deref().map_or(dispatch::LOST, |error| dispatch::read(error)), source)
            }
        };
        refusal.at(stage)
    }

    /// The lookup was answered, but not with a URL.
    pub(crate) fn no_url() -> Self {
        of_client(UNREADABLE, None).at(Stage::Lookup)
    }

    pub(crate) fn into_reply<T>(self) -> Reply<T> {
        match self.class {
            Class::Ambiguous => Reply::Ambiguous(self.failure),
            Class::Fatal | Class::UnknownQueue => Reply::Fatal(self.failure),
            Class::Retry => Reply::Retry(self.failure),
            Class::Split => Reply::Split(self.failure),
            Class::Throttled => Reply::Throttled(self.failure),
            Class::Unsent => Reply::Unsent(self.failure),
        }
    }

    /// While the queue is looked up, nothing is sent that could have arrived, and no message is to
    /// blame.
    fn at(mut self, stage: Stage) -> Self {
        self.class = match (stage, self.class) {
            (Stage::Lookup, Class::Ambiguous) => Class::Retry,
            (Stage::Lookup, Class::Split) => Class::Fatal,
            (_, class) => class,
        };
        self
    }
}

fn of_answer(answer: &ErrorMetadata, status: u16, queue: &Queue, client: &Client) -> Refusal {
    let (class, advice) = verdict::of_request(answer.code(), status);
    let code = answer.code().map_or_else(|| format!("HTTP {status}"), |code| verdict::bare(code).to_owned());
    let advice = match (class, advice) {
        (Class::UnknownQueue, _) => unknown(queue, client),
        (_, Some(advice)) => advice.to_owned(),
        (_, None) => String::from("the service refused the request"),
    };
    let detail = match answer.request_id() {
        Some(id) => format!("{advice} (HTTP {status}, request id {id})"),
        None => format!("{advice} (HTTP {status})"),
    };
    let mut failure = Failure::new(code).with_detail(detail);
    if let Some(message) = answer.message() {
        failure = failure.with_message(message);
    }
    Refusal { class, failure }
}

fn unknown(queue: &Queue, client: &Client) -> String {
    let region = client.config().region().map_or("of the client", |region| region.as_ref());
    let account = match queue.owner() {
        Some(account) => format!("account {account}"),
        None => String::from("the account of these credentials"),
    };
    format!(
        "the queue {queue} does not exist in region {region} for {account}, or may not be seen by it; create it, or \
         check name, region and account"
    )
}

/// The words of an error may quote the request and so become the failure's message, which is not
/// displayed, unless it is known to be free of that.
fn of_client(reading: Reading, error: Option<BoxError>) -> Refusal {
    let mut failure = Failure::new(reading.code).with_detail(reading.detail);
    if let Some(error) = error {
        failure = match reading.quotes_nothing {
            true => failure.with_source(error),
            false => failure.with_message(root(&*error).to_string()),
        };
    }
    Refusal { class: reading.class, failure }
}

/// The innermost error: those around it repeat it, or show the whole request.
fn root<'a>(mut error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

const NOT_MADE: Reading = Reading {
    class: Class::Fatal,
    code: "InvalidRequest",
    detail: "the client could not make the request; check its configuration and its interceptors",
    quotes_nothing: false,
};

const TIMEOUT: Reading = Reading {
    class: Class::Ambiguous,
    code: "Timeout",
    detail: "no answer within the timeout that the client is configured with",
    quotes_nothing: true,
};

const UNREADABLE: Reading = Reading {
    class: Class::Ambiguous,
    code: "UnreadableAnswer",
    detail: "the answer broke off or could not be read",
    quotes_nothing: false,
};
