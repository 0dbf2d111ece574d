//! Requests that are written by hand.

use aws_smithy_cbor::{Decoder, Encoder};
use batch_local::LocalServer;
use bytes::Bytes;
use http::request::Builder;
use http::{Request, Response};

pub(crate) const PUT: &str = "PutMetricData";
pub(crate) const UNREADABLE: (u16, &str) = (400, "SerializationException");

pub(crate) fn request(operation: &str) -> Builder {
    untyped(operation).header("content-type", "application/cbor")
}

pub(crate) fn untyped(operation: &str) -> Builder {
    Request::post(format!("/service/GraniteServiceVersion20100801/operation/{operation}"))
        .header("smithy-protocol", "rpc-v2-cbor")
}

pub(crate) async fn send(server: &LocalServer, request: Builder, body: impl Into<Bytes>) -> Response<Bytes> {
    server.handle(request.body(body.into()).unwrap()).await.unwrap()
}

/// The status, and the type of an error without its namespace.
pub(crate) fn outcome(answer: &Response<Bytes>) -> (u16, String) {
    let mut decoder = Decoder::new(answer.body());
    let mut shape = String::new();
    // Our own answers are maps of indefinite length, of texts if they are errors.
    decoder.map().unwrap();
    if answer.status() != 200 {
        assert_eq!(decoder.str().unwrap(), "__type");
        shape = decoder.str().unwrap().rsplit('#').next().unwrap().to_owned();
    }
    (answer.status().as_u16(), shape)
}

pub(crate) async fn check(body: impl Into<Bytes>, expected: (u16, &str)) {
    let body = body.into();
    let answer = send(&LocalServer::new(), request(PUT), body.clone()).await;
    let (status, shape) = outcome(&answer);
    assert_eq!((status, shape.as_str()), expected, "{:?}", body.slice(..body.len().min(100)));
}

pub(crate) fn encoded(write: impl FnOnce(&mut Encoder) -> &mut Encoder) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    encoder.into_writer()
}

/// A request of one datum, of these members.
pub(crate) fn datum_of(members: usize, write: impl FnOnce(&mut Encoder) -> &mut Encoder) -> Vec<u8> {
    encoded(|to| {
        to.map(2).str("Namespace").str("n").str("MetricData").array(1).map(1 + members);
        to.str("MetricName").str("m");
        write(to)
    })
}

pub(crate) fn valid() -> Vec<u8> {
    datum_of(1, |to| to.str("Value").double(1.0))
}
