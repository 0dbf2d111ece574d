//! The operation that reads messages.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::call::Sqs;
use super::code::{INVALID_PARAMETER_VALUE, OVER_LIMIT};
use super::receipt::Receipt;
use super::selection::Selection;
use super::wire::{Messages, ReceiveMessage, ReceivedMessage};
use crate::clock;
use crate::refusal::Refusal;

/// A checked request to receive.
struct Wanted {
    queue_url: Option<String>,
    most: usize,
    visibility: Option<Duration>,
    wait: Option<Duration>,
    selection: Selection,
}

/// What there was to receive at one moment.
struct Found {
    messages: Vec<ReceivedMessage>,
    /// When there may be more, unless something is sent or deleted earlier.
    next_visible: Option<Instant>,
}

impl Sqs {
    /// Waits until there is a message, at most as long as the request or the queue says.
    pub(super) async fn receive_message(&self, input: ReceiveMessage) -> Result<Messages, Refusal> {
        let wanted = Wanted::read(input)?;
        let (arrivals, wait) = {
            let mut state = self.lock();
            let queue = state.queue(wanted.queue_url.as_deref())?;
            let usual = Duration::from_secs(queue.settings.wait_seconds);
            (Arc::clone(&queue.arrivals), wanted.wait.unwrap_or(usual))
        };
        let deadline = self.now().at + wait;
        loop {
            // Made before looking, so that nothing that arrives in between is missed.
            let arrival = arrivals.notified();
            let found = self.take(&wanted)?;
            let now = self.now().at;
            if !found.messages.is_empty() || now >= deadline {
                return Ok(Messages { messages: found.messages });
            }
            let until = found.next_visible.map_or(deadline, |next| next.min(deadline));
            tokio::select! {
                () = arrival => {}
                () = clock::sleep_until(until) => {}
            }
        }
    }

    fn take(&self, wanted: &Wanted) -> Result<Found, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(wanted.queue_url.as_deref())?;
        queue.settle(now);
        let room = MOST_IN_FLIGHT.saturating_sub(queue.shelf.counts().in_flight);
        if room == 0 && !queue.settings.fifo {
            let message = "The maximum number of in flight messages has been reached for this queue.";
            return Err(Refusal::new(&OVER_LIMIT, message));
        }
        let usual = Duration::from_secs(queue.settings.visibility_seconds);
        let visibility = wanted.visibility.unwrap_or(usual);
        let taken = queue.shelf.take(wanted.most.min(room), visibility, now);
        let messages = taken
            .into_iter()
            .map(|taken| {
                let receipt = Receipt { queue: queue.serial, number: taken.number, receive: taken.receives };
                wanted.selection.show(&taken, receipt)
            })
            .collect();
        Ok(Found { messages, next_visible: queue.shelf.next_visible() })
    }
}

impl Wanted {
    fn read(input: ReceiveMessage) -> Result<Self, Refusal> {
        let most = within("MaxNumberOfMessages", input.max_number_of_messages, 1..=10)?;
        let visibility = within("VisibilityTimeout", input.visibility_timeout, 0..=43_200)?;
        let wait = within("WaitTimeSeconds", input.wait_time_seconds, 0..=20)?;
        let mut system = input.attribute_names.unwrap_or_default();
        system.extend(input.message_system_attribute_names.unwrap_or_default());
        Ok(Self {
            queue_url: input.queue_url,
            most: most.and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
            visibility: visibility.map(Duration::from_secs),
            wait: wait.map(Duration::from_secs),
            selection: Selection::new(system, input.message_attribute_names.unwrap_or_default())?,
        })
    }
}

fn within(name: &str, value: Option<i64>, allowed: RangeInclusive<u64>) -> Result<Option<u64>, Refusal> {
    let Some(value) = value else { return Ok(None) };
    match u64::try_from(value) {
        Ok(number) if allowed.contains(&number) => Ok(Some(number)),
        _ => {
            let (least, most) = allowed.into_inner();
            let message = format!(
                "Value {value} for parameter {name} is invalid. Reason: Must be between {least} and {most}, if provided."
            );
            Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
        }
    }
}

const MOST_IN_FLIGHT: usize = 120_000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::sqs::message;
    use crate::sqs::settings::Settings;

    const URL: &str = "http://localhost/000000000000/q";

    /// A queue with as many messages in flight as there may be but for one, and two visible ones.
    fn almost_full(fifo: bool) -> Sqs {
        let sqs = Sqs::new(0, true, usize::MAX);
        let now = sqs.now();
        let attributes = fifo.then(|| ("FifoQueue".to_owned(), "true".to_owned()));
        let settings = Settings::new(&BTreeMap::from_iter(attributes)).expect("they are valid");
        let mut state = sqs.lock();
        state.create("q".to_owned(), settings, now).expect("there is none yet");
        let queue = state.queue(Some(URL)).expect("it was just created");
        for number in 0..=MOST_IN_FLIGHT as u64 {
            let mut message = message::tests::example();
            message.group_id = Some(number.to_string());
            queue.shelf.put(number, Arc::new(message), now.at);
        }
        queue.shelf.take(MOST_IN_FLIGHT - 1, Duration::from_secs(1), now);
        drop(state);
        sqs
    }

    async fn receive(sqs: &Sqs) -> Result<usize, String> {
        let input = serde_json::from_str(&format!(r#"{{"QueueUrl":"{URL}"}}"#)).expect("it is valid JSON");
        let received = sqs.receive_message(input).await;
        received.map(|found| found.messages.len()).map_err(|refusal| refusal.query_code().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_messages_may_be_in_flight() {
        let standard = almost_full(false);
        assert_eq!(receive(&standard).await, Ok(1));
        assert_eq!(receive(&standard).await, Err("OverLimit".to_owned()));
        let fifo = almost_full(true);
        assert_eq!(receive(&fifo).await, Ok(1));
        assert_eq!(receive(&fifo).await, Ok(0));
    }
}
