use std::error::Error;
use std::pin::Pin;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::cut_body::CutBody;
use crate::route::{MAX_REQUEST_BYTES, Unroutable};
use crate::{Broken, LocalServer};

type Body = Either<Full<Bytes>, CutBody>;

/// Serves the requests of one connection until either side ends it.
pub(super) async fn serve(server: LocalServer, stream: TcpStream) {
    // Without it, small answers wait for the client's acknowledgements; a failure only slows down.
    let _ = stream.set_nodelay(true);
    if speaks_http2(&stream).await {
        serve_http2(server, stream).await;
    } else {
        serve_http1(server, stream).await;
    }
}

/// Whether the client begins with HTTP/2, as the SDK for JavaScript does to Kinesis. Its first bytes arrive together.
async fn speaks_http2(stream: &TcpStream) -> bool {
    let mut first = [0; 3];
    stream.peek(&mut first).await.is_ok() && first == *b"PRI"
}

/// A request whose connection is to break is reset alone: the others of the connection go on.
async fn serve_http2(server: LocalServer, stream: TcpStream) {
    let service = service_fn(move |request| answer(server.clone(), request));
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    // How it ends is the client's matter.
    let _ = connection.await;
}

/// Serves the requests one after the other.
async fn serve_http1(server: LocalServer, stream: TcpStream) {
    let service = service_fn(move |request| answer(server.clone(), request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let Err(error) = Pin::new(&mut connection).await else { return };
    let broken = error.source().and_then(|source| source.downcast_ref::<Broken>());
    if broken.is_some() {
        let stream = connection.into_parts().io.into_inner();
        // Makes the drop that follows a reset; a failure leaves a plain close, as good a fault.
        let _ = stream.set_zero_linger();
    }
}

async fn answer(server: LocalServer, request: Request<Incoming>) -> Result<Response<Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Ok(whole(Unroutable::TooLarge.answer(&head.headers)));
        }
        // The client went away while it was sending.
        Err(_) => return Err(Broken::Reset),
    };
    match server.handle(Request::from_parts(head, body)).await {
        Ok(answer) => Ok(whole(answer)),
        Err(Broken::Truncated { arrived, length }) => {
            let mut answer = arrived.map(|bytes| Either::Right(CutBody::new(bytes)));
            answer.headers_mut().insert(CONTENT_LENGTH, length.into());
            Ok(answer)
        }
        Err(broken) => Err(broken),
    }
}

fn whole(answer: Response<Bytes>) -> Response<Body> {
    answer.map(|bytes| Either::Left(Full::new(bytes)))
}
