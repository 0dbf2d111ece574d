//! What requests with metrics say, and how they are answered.

use std::io::Read;

use batchwright_kit::{Canned, Request, Response};
use flate2::read::GzDecoder;

use crate::cbor::{self, Value};

/// What a request with metrics says.
pub(crate) trait PutMetricData {
    /// The body before it was compressed.
    fn plain(&self) -> Vec<u8>;

    /// What it says of metrics.
    fn datums(&self) -> Vec<Value>;

    /// The names of the metrics.
    fn names(&self) -> Vec<String>;
}

impl PutMetricData for Request {
    fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        match self.header("content-encoding") {
            None => plain.extend_from_slice(self.body()),
            Some(_) => _ = GzDecoder::new(self.body()).read_to_end(&mut plain).unwrap(),
        }
        plain
    }

    fn datums(&self) -> Vec<Value> {
        Value::read(&self.plain()).get("MetricData").unwrap().list().to_vec()
    }

    fn names(&self) -> Vec<String> {
        self.datums().iter().map(|datum| datum.get("MetricName").unwrap().text().to_owned()).collect()
    }
}

/// Accepts everything.
pub(crate) fn accepting() -> Canned {
    Canned::new(|_| ok())
}

/// How many metrics each request carried.
pub(crate) fn sizes(http: &Canned) -> Vec<usize> {
    http.requests().iter().map(|request| request.datums().len()).collect()
}

/// The names of all metrics that were accepted, sorted.
pub(crate) fn accepted_names(http: &Canned) -> Vec<String> {
    let mut names: Vec<_> = http.accepted().iter().flat_map(PutMetricData::names).collect();
    names.sort_unstable();
    names
}

pub(crate) fn ok() -> Response {
    cbor(200, cbor::empty())
}

/// An error as the service sends it: the code in the header, its other spelling in the body.
pub(crate) fn error(status: u16, code: &str) -> Response {
    plain_error(status, &format!("{code}Exception")).with_query_error(code)
}

/// An error without the header, as other servers send it.
pub(crate) fn plain_error(status: u16, code: &str) -> Response {
    cbor(status, cbor::error(&format!("com.amazonaws.cloudwatch#{code}")))
}

/// A response in the protocol of the service.
pub(crate) fn cbor(status: u16, body: Vec<u8>) -> Response {
    Response::with(status, "application/cbor", body)
}
