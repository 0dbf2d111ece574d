use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::code::{INVALID_ADDRESS, MISSING_PARAMETER, QUEUE_DELETED_RECENTLY, QUEUE_DOES_NOT_EXIST};
use super::queue::Queue;
use super::settings::Settings;
use crate::answer;
use crate::clock::Moment;
use crate::memory::Memory;
use crate::refusal::Refusal;

/// Everything that requests read and change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) queues: BTreeMap<String, Queue>,
    deleted: BTreeMap<String, Instant>,
    created: u64,
    ids: Rng,
    pub(super) memory: Memory,
}

impl State {
    pub(super) fn new(seed: u64, keeps: bool, capacity: usize) -> Self {
        Self {
            queues: BTreeMap::new(),
            deleted: BTreeMap::new(),
            created: 0,
            ids: Rng::with_seed(!seed),
            memory: Memory::new(keeps, capacity),
        }
    }

    /// Adds a queue of that name, which must not exist.
    pub(super) fn create(&mut self, name: String, settings: Settings, now: Moment) -> Result<(), Refusal> {
        self.deleted.retain(|_, at| now.at < *at + REST);
        if self.deleted.contains_key(&name) {
            let message = "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
            return Err(Refusal::new(&QUEUE_DELETED_RECENTLY, message));
        }
        self.created += 1;
        self.queues.insert(name, Queue::new(self.created, settings, now, self.memory.keeps()));
        Ok(())
    }

    pub(super) fn delete(&mut self, url: Option<&str>, now: Moment) -> Result<(), Refusal> {
        let name = name_in(url)?.to_owned();
        let queue = self.queues.remove(&name).ok_or_else(missing)?;
        self.memory.forget(queue.remembered_bytes());
        queue.arrivals.notify_waiters();
        self.deleted.insert(name, now.at);
        Ok(())
    }

    /// The queue at `url`, of whichever host.
    pub(super) fn queue(&mut self, url: Option<&str>) -> Result<&mut Queue, Refusal> {
        let name = name_in(url)?;
        self.queues.get_mut(name).ok_or_else(missing)
    }

    pub(super) fn next_id(&mut self) -> String {
        answer::uuid(self.ids.u128(..))
    }
}

/// The name of the queue at `url`.
pub(super) fn name_in(url: Option<&str>) -> Result<&str, Refusal> {
    let url = url.ok_or_else(|| {
        Refusal::new(&MISSING_PARAMETER, "The request must contain the parameter QueueUrl.")
    })?;
    let mut parts = url.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(name), Some(account)) if !name.is_empty() && is_account(account) => Ok(name),
        _ => {
            Err(Refusal::new(&INVALID_ADDRESS, format!("The address {url} is not valid for this endpoint.")))
        }
    }
}

pub(super) fn missing() -> Refusal {
    Refusal::new(&QUEUE_DOES_NOT_EXIST, "The specified queue does not exist.")
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// How long the name of a deleted queue cannot be used.
const REST: Duration = Duration::from_secs(60);
