use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};

/// A body that breaks off: the bytes that arrive, then an error.
#[derive(Debug)]
pub(super) struct CutBody {
    arriving: Option<Bytes>,
    flushed: bool,
}

impl CutBody {
    pub(super) fn new(arriving: Bytes) -> Self {
        Self { arriving: Some(arriving), flushed: false }
    }
}

impl Body for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.arriving.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.flushed {
            // A server writes out what it has while it waits for more: only then may it see the
            // error, which makes it drop everything.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the connection was closed in the middle of the answer",
        ))))
    }
}
