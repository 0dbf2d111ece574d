//! Operations whose requests and answers are JSON.

use std::fmt;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::answer::{self, Protocol};
use crate::refusal::{Refusal, SERIALIZATION};

/// Bytes, which JSON carries in base64.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Blob(pub(crate) Bytes);

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

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

/// Reads text in base64 without copying it first.
struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Blob, E> {
        STANDARD
            .decode(text)
            .map(|bytes| Blob(bytes.into()))
            .map_err(|error| E::custom(format!("not base64: {error}")))
    }
}
