use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};

use super::json;
use super::operation::Operation;
use super::state::State;
use super::wire::Output;
use crate::answer::Protocol;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::refusal::{Dialect, Refusal};
use crate::{answer, cbor, inflate};

/// All metrics, and the operations on them.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    clock: Clock,
    state: Mutex<State>,
}

impl CloudWatch {
    pub(crate) fn new(keeps: bool, capacity: usize) -> Self {
        Self { clock: Clock::start(), state: Mutex::new(State::new(keeps, capacity)) }
    }

    /// Serves one request of a client that speaks this dialect.
    pub(crate) fn call(
        &self,
        operation: Operation,
        dialect: &Dialect,
        request: &Request<Bytes>,
        drawn: &Drawn,
    ) -> Response<Bytes> {
        let outcome = match dialect.protocol {
            Protocol::Cbor => self.serve_cbor(operation, request, drawn),
            _ => self.serve_json(operation, dialect, request, drawn),
        };
        outcome.unwrap_or_else(|refusal| refusal.answer(dialect))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave a metric half changed in a way that later requests trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    fn serve_cbor(
        &self,
        operation: Operation,
        request: &Request<Bytes>,
        drawn: &Drawn,
    ) -> Result<Response<Bytes>, Refusal> {
        cbor::check_type(request)?;
        let body = inflate::body(request, MOST_BYTES)?;
        let output = self.serve(operation, &body, body.len(), drawn)?;
        Ok(answer::success(Protocol::Cbor, output))
    }

    fn serve_json(
        &self,
        operation: Operation,
        dialect: &Dialect,
        request: &Request<Bytes>,
        drawn: &Drawn,
    ) -> Result<Response<Bytes>, Refusal> {
        let body = inflate::body(request, MOST_BYTES)?;
        let output = self.serve(operation, &json::to_cbor(&body)?, body.len(), drawn)?;
        Ok(answer::json(dialect.protocol, &json::from_cbor(&output)))
    }

    /// Serves a request in CBOR that had so many bytes as it was sent, before it was compressed.
    fn serve(
        &self,
        operation: Operation,
        body: &[u8],
        bytes: usize,
        drawn: &Drawn,
    ) -> Result<Vec<u8>, Refusal> {
        match operation {
            Operation::GetMetricStatistics => {
                self.metric_statistics(cbor::parse(body)?).map(|output| output.encode())
            }
            Operation::ListMetrics => self.list_metrics(cbor::parse(body)?).map(|output| output.encode()),
            Operation::PutMetricData => {
                self.put_metric_data(cbor::parse(body)?, bytes, drawn).map(|output| output.encode())
            }
        }
    }
}

/// What the name of an operation follows.
pub(crate) const PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

/// "1 MB in size for HTTP POST requests". Neither which MB is documented nor whether it is counted
/// before compression: this is the strictest of the readings.
const MOST_BYTES: usize = 1_000_000;
