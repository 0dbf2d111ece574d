use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fastrand::Rng;
use http::Response;

use super::code::{DIALECT, NOT_FOUND};
use super::draft::invalid;
use super::form::{Form, Part};
use super::operation::Operation;
use super::topic::Topic;
use crate::account::arn;
use crate::answer;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::memory::Memory;
use crate::refusal::Refusal;
use crate::xml::Xml;

/// All topics, and the operations on them.
#[derive(Debug)]
pub(crate) struct Sns {
    clock: Clock,
    state: Mutex<State>,
}

/// Everything that requests read and change.
#[derive(Debug)]
pub(super) struct State {
    /// By name.
    pub(super) topics: BTreeMap<String, Topic>,
    pub(super) memory: Memory,
    ids: Rng,
}

impl Sns {
    pub(crate) fn new(seed: u64, keeps: bool, capacity: usize) -> Self {
        let ids = Rng::with_seed(seed.rotate_left(32));
        let state = State { topics: BTreeMap::new(), memory: Memory::new(keeps, capacity), ids };
        Self { clock: Clock::start(), state: Mutex::new(state) }
    }

    /// Serves one request.
    pub(crate) fn call(&self, operation: Operation, body: &Bytes, drawn: &Drawn) -> Response<Bytes> {
        let served = self.serve(operation, body, drawn);
        served.map_or_else(|refusal| refusal.answer(&DIALECT), |xml| answer::success(DIALECT.protocol, xml))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave a topic half changed in a way that later requests trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    fn serve(&self, operation: Operation, body: &Bytes, drawn: &Drawn) -> Result<String, Refusal> {
        let form = Form::read(body)?;
        let input = &form.all();
        let name = operation.name();
        Ok(match operation {
            Operation::CreateTopic => {
                let arn = self.create_topic(input)?;
                Xml::response(name, |xml| xml.text("TopicArn", &arn))
            }
            Operation::Publish => {
                let sent = self.publish(input, drawn)?;
                Xml::response(name, |xml| sent.write(xml))
            }
            Operation::PublishBatch => {
                let result = self.publish_batch(input, drawn)?;
                Xml::response(name, |xml| result.write(xml))
            }
        })
    }
}

impl State {
    /// The topic that the request names.
    pub(super) fn topic(&mut self, input: &Part<'_>) -> Result<&mut Topic, Refusal> {
        let name = name(input)?;
        self.topics
            .get_mut(name)
            .ok_or_else(|| Refusal::new(&NOT_FOUND, "Topic does not exist").with_status(404))
    }

    pub(super) fn next_id(&mut self) -> String {
        answer::uuid(self.ids.u128(..))
    }
}

/// The name of the topic that the request names by its ARN.
pub(super) fn name<'a>(input: &Part<'a>) -> Result<&'a str, Refusal> {
    let name = input.get("TopicArn").and_then(|given| given.strip_prefix(&*arn("sns", "")));
    name.filter(|name| !name.contains(':')).ok_or_else(|| invalid("TopicArn"))
}
