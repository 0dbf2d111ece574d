use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::code::DIALECT;
use super::name;
use super::operation::Operation;
use super::request::CreateDeliveryStream;
use super::state::State;
use crate::answer::Protocol;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::json::serve;
use crate::refusal::Refusal;
use crate::validation::violation;

/// All delivery streams, and the operations on them.
#[derive(Debug)]
pub(crate) struct Firehose {
    clock: Clock,
    state: Mutex<State>,
}

impl Firehose {
    pub(crate) fn new(keeps: bool, capacity: usize) -> Self {
        Self { clock: Clock::start(), state: Mutex::new(State::new(keeps, capacity)) }
    }

    /// Serves one request.
    pub(crate) fn call(&self, operation: Operation, body: &Bytes, drawn: &Drawn) -> Response<Bytes> {
        let served = match operation {
            Operation::CreateDeliveryStream => serve(PROTOCOL, body, |input| self.create(input)),
            Operation::PutRecord => serve(PROTOCOL, body, |input| self.put_record(input, drawn)),
            Operation::PutRecordBatch => serve(PROTOCOL, body, |input| self.put_record_batch(input, drawn)),
        };
        served.unwrap_or_else(|refusal| refusal.answer(&DIALECT))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave a stream half changed in a way that later requests trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    fn create(&self, input: CreateDeliveryStream) -> Result<Created, Refusal> {
        let is_direct_put = match input.delivery_stream_type.as_deref() {
            None | Some("DirectPut") => true,
            Some("DatabaseAsSource" | "KinesisStreamAsSource" | "MSKAsSource") => false,
            Some(kind) => {
                let constraint = "Member must satisfy enum value set: [DatabaseAsSource, DirectPut, \
                                  KinesisStreamAsSource, MSKAsSource]";
                return Err(violation("deliveryStreamType", &format!("'{kind}'"), constraint));
            }
        };
        let name = name::of(input.delivery_stream_name)?;
        let arn = name::arn(&name);
        self.lock().create(name, is_direct_put)?;
        Ok(Created { arn })
    }
}

#[derive(Debug, Serialize)]
struct Created {
    #[serde(rename = "DeliveryStreamARN")]
    arn: String,
}

const PROTOCOL: Protocol = DIALECT.protocol;
