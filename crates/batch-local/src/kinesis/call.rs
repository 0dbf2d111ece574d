use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;

use super::code::{DIALECT, DRY_RUN_OPERATION};
use super::operation::Operation;
use super::state::State;
use crate::answer::Protocol;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::json::serve;
use crate::refusal::Refusal;

/// All streams, and the operations on them.
#[derive(Debug)]
pub(crate) struct Kinesis {
    clock: Clock,
    state: Mutex<State>,
}

impl Kinesis {
    pub(crate) fn new(keeps: bool, capacity: usize) -> Self {
        Self { clock: Clock::start(), state: Mutex::new(State::new(keeps, capacity)) }
    }

    /// Serves one request.
    pub(crate) fn call(&self, operation: Operation, body: &Bytes, drawn: &Drawn) -> Response<Bytes> {
        let served = match operation {
            Operation::CreateStream => serve(PROTOCOL, body, |input| self.create_stream(input)),
            Operation::DeleteStream => serve(PROTOCOL, body, |input| self.delete_stream(&input)),
            Operation::DescribeStream => serve(PROTOCOL, body, |input| self.describe_stream(&input)),
            Operation::DescribeStreamSummary => {
                serve(PROTOCOL, body, |input| self.describe_stream_summary(&input))
            }
            Operation::GetRecords => serve(PROTOCOL, body, |input| self.records(&input)),
            Operation::GetShardIterator => serve(PROTOCOL, body, |input| self.shard_iterator(&input)),
            Operation::ListShards => serve(PROTOCOL, body, |input| self.list_shards(&input)),
            Operation::ListStreams => serve(PROTOCOL, body, |input| self.list_streams(input)),
            Operation::MergeShards => serve(PROTOCOL, body, |input| self.merge_shards(&input)),
            Operation::PutRecord => serve(PROTOCOL, body, |input| self.put_record(input, drawn)),
            Operation::PutRecords => serve(PROTOCOL, body, |input| self.put_records(input, drawn)),
            Operation::SplitShard => serve(PROTOCOL, body, |input| self.split_shard(&input)),
            Operation::UpdateMaxRecordSize => {
                serve(PROTOCOL, body, |input| self.update_max_record_size(&input))
            }
            Operation::UpdateStreamRecordDistributionStrategy => {
                serve(PROTOCOL, body, |input| self.update_strategy(&input))
            }
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
}

/// Ends a request that only asks whether it would succeed.
pub(super) fn check_dry_run(dry_run: Option<bool>) -> Result<(), Refusal> {
    if dry_run == Some(true) {
        let message = "The request would have succeeded, but the DryRun parameter was specified.";
        return Err(Refusal::new(&DRY_RUN_OPERATION, message));
    }
    Ok(())
}

const PROTOCOL: Protocol = DIALECT.protocol;
