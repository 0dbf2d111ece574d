//! Requests whose body is compressed.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::Request;
use http::header::{CONTENT_ENCODING, HeaderValue};

use crate::refusal::{Refusal, SERIALIZATION};

/// The body of the request as it was before it was compressed.
///
/// A body of more than `most` bytes is refused, and not inflated any further.
pub(crate) fn body(request: &Request<Bytes>, most: usize) -> Result<Bytes, Refusal> {
    let body = match request.headers().get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => request.body().clone(),
        Some(b"gzip") => inflate(request.body(), most)?,
        Some(_) => {
            let message = "the content-encoding is neither gzip nor identity";
            return Err(Refusal::new(&SERIALIZATION, message).with_status(415));
        }
    };
    if body.len() > most {
        return Err(Refusal::too_large(format!("Request size exceeded {most} bytes")));
    }
    Ok(body)
}

/// Up to one byte more than `most`.
fn inflate(compressed: &[u8], most: usize) -> Result<Bytes, Refusal> {
    let mut body = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    MultiGzDecoder::new(compressed)
        .take(most.saturating_add(1))
        .read_to_end(&mut body)
        .map_err(|error| Refusal::new(&SERIALIZATION, format!("the body is not gzip: {error}")))?;
    Ok(body.into())
}
