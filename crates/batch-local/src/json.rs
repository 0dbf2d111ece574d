//! Operations whose requests and answers are JSON.

use bytes::Bytes;
use http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{self, Protocol};
use crate::refusal::{Refusal, SERIALIZATION};

/// Serves one request: reads it, does what it asks for and writes the answer.
pub(crate) fn serve<I: DeserializeOwned, O: Serialize>(
    protocol: Protocol,
    body: &Bytes,
    operation: impl FnOnce(I) -> Result<O, Refusal>,
) -> Result<Response<Bytes>, Refusal> {
    Ok(answer::json(protocol, &operation(parse(body)?)?))
}

/// What the request asks for; one without a body asks for nothing in particular.
pub(crate) fn parse<I: DeserializeOwned>(body: &Bytes) -> Result<I, Refusal> {
    let body = if body.is_empty() { &b"{}"[..] } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::new(&SERIALIZATION, error.to_string()))
}
