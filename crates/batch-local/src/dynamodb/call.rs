use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;

use super::code::DIALECT;
use super::operation::Operation;
use super::state::State;
use crate::answer::Protocol;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::json::serve;

/// All tables, and the operations on them.
#[derive(Debug)]
pub(crate) struct DynamoDb {
    clock: Clock,
    state: Mutex<State>,
}

impl DynamoDb {
    pub(crate) fn new(keeps: bool, capacity: usize) -> Self {
        Self { clock: Clock::start(), state: Mutex::new(State::new(keeps, capacity)) }
    }

    /// Serves one request.
    pub(crate) fn call(&self, operation: Operation, body: &Bytes, drawn: &Drawn) -> Response<Bytes> {
        let served = match operation {
            Operation::BatchWriteItem => serve(PROTOCOL, body, |input| self.batch_write_item(input, drawn)),
            Operation::CreateTable => serve(PROTOCOL, body, |input| self.create_table(input)),
            Operation::DeleteItem => serve(PROTOCOL, body, |input| self.delete_item(&input, drawn)),
            Operation::DeleteTable => serve(PROTOCOL, body, |input| self.delete_table(&input)),
            Operation::DescribeTable => serve(PROTOCOL, body, |input| self.describe_table(&input)),
            Operation::GetItem => serve(PROTOCOL, body, |input| self.get_item(&input)),
            Operation::ListTables => serve(PROTOCOL, body, |input| self.list_tables(input)),
            Operation::PutItem => serve(PROTOCOL, body, |input| self.put_item(&input, drawn)),
            Operation::Scan => serve(PROTOCOL, body, |input| self.scan(&input)),
            Operation::UpdateTable => serve(PROTOCOL, body, |input| self.update_table(input)),
        };
        served.unwrap_or_else(|refusal| refusal.answer(&DIALECT))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave a table half changed in a way that later requests trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }
}

const PROTOCOL: Protocol = DIALECT.protocol;
