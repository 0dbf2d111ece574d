use bytes::Bytes;

/// Why a request gets no complete answer: the connection broke, or there never was one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The connection was reset before any byte of an answer.
    #[error("the connection was reset before an answer")]
    Reset,
    /// The connection was closed in the middle of the answer's body.
    #[error("the connection was closed in the middle of an answer of {length} bytes")]
    Truncated {
        /// The answer's head, and the part of its body that arrives.
        arrived: Box<http::Response<Bytes>>,
        /// The length of the whole body, as announced in `content-length`, in bytes.
        length: usize,
    },
    /// No connection could be established; the request surely never left.
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
