use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};

use super::code::DIALECT;
use super::operation::Operation;
use super::state::State;
use super::wire::Output;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::refusal::Refusal;
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

    /// Serves one request.
    pub(crate) fn call(
        &self,
        operation: Operation,
        request: &Request<Bytes>,
        drawn: &Drawn,
    ) -> Response<Bytes> {
        match self.serve(operation, request, drawn) {
            Ok(output) => answer::success(DIALECT.protocol, output),
            Err(refusal) => refusal.answer(&DIALECT),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave a metric half changed in a way that later requests trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    fn serve(
        &self,
        operation: Operation,
        request: &Request<Bytes>,
        drawn: &Drawn,
    ) -> Result<Vec<u8>, Refusal> {
        cbor::check_type(request)?;
        let body = inflate::body(request, MOST_BYTES)?;
        match operation {
            Operation::GetMetricStatistics => {
                self.metric_statistics(cbor::parse(&body)?).map(|output| output.encode())
            }
            Operation::ListMetrics => self.list_metrics(cbor::parse(&body)?).map(|output| output.encode()),
            Operation::PutMetricData => {
                self.put_metric_data(cbor::parse(&body)?, body.len(), drawn).map(|output| output.encode())
            }
        }
    }
}

/// What the name of an operation follows.
pub(crate) const PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

/// "1 MB in size for HTTP POST requests". Neither which MB is documented nor whether it is counted
/// before compression: this is the strictest of the readings.
const MOST_BYTES: usize = 1_000_000;
