use std::error::Error;
use std::pin::Pin;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::cut_body::CutBody;
use crate::route::{MAX_REQUEST_BYTES, Unroutable};
use crate::{Broken, LocalServer};

type Body = Either<Full<Bytes>, CutBody>;

/// Serves the requests of one connection, one after the other, until either side ends it.
pub(super) async fn serve(server: LocalServer, stream: TcpStream) {
    // Without it, small answers wait for the client's acknowledgements; a failure only slows down.
    let _ = stream.set_nodelay(true);
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
