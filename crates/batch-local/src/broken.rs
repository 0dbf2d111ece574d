use bytes::Bytes;

/// The reason why a request gets no complete response: its connection broke, or was never established.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The connection was reset before any byte of a response.
    #[error("the connection was reset before a response")]
    Reset,
    /// The connection was closed in the middle of the response body.
    #[error("the connection was closed in the middle of a response body of {length} bytes")]
    Truncated {
        /// The head of the response, and the part of its body that arrives.
        arrived: Box<http::Response<Bytes>>,
        /// The length of the whole body in bytes, as announced in `content-length`.
        length: usize,
    },
    /// No connection could be established, so the request was not sent.
    #[error("no connection could be established: connection refused")]
    Unreachable,
}

impl Broken {
    /// The answer `whole`, of which only the first half of the body arrives.
    pub(crate) fn half_of(whole: http::Response<Bytes>) -> Self {
        let length = whole.body().len();
        let arrived = whole.map(|body| body.slice(..length / 2));
        Self::Truncated { arrived: Box::new(arrived), length }
    }
}
