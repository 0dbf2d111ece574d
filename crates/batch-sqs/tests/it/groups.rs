//! A queue that throttles message groups one by one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_sqs::{Message, Queue, Sqs, SqsWriter};
use batchwright_kit::{Canned, Request, Response, check_sums, now};
use serde_json::{Value, json};

use crate::support::client;

/// The messages that a group accepts per second; the first second's worth at once.
const PER_SECOND: f64 = 100.0;

/// What arrived of one group, and when.
#[derive(Clone, Copy, Default)]
struct Group {
    sent: usize,
    accepted: usize,
    last_after: Duration,
}

/// A queue that accepts so many messages of each group, and what arrived there.
fn throttling() -> (Canned, Arc<Mutex<BTreeMap<String, Group>>>) {
    let groups = Arc::new(Mutex::new(BTreeMap::<String, Group>::new()));
    let (arrived, began) = (Arc::clone(&groups), now());
    let http = Canned::new(move |request: &Request| {
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in request.json()["Entries"].as_array().unwrap() {
            let after = began.elapsed();
            let id = &entry["Id"];
            let mut groups = arrived.lock().unwrap();
            let group = groups.entry(entry["MessageGroupId"].as_str().unwrap().to_owned()).or_default();
            group.sent += 1;
            if (group.accepted as f64) < PER_SECOND * (1.0 + after.as_secs_f64()) {
                group.accepted += 1;
                group.last_after = after;
                successful.push(accepted(id));
            } else {
                failed.push(json!({ "Id": id, "Code": "RequestThrottled", "SenderFault": true }));
            }
        }
        Response::ok(&json!({ "Successful": successful, "Failed": failed }))
    });
    (http, groups)
}

fn accepted(id: &Value) -> Value {
    json!({ "Id": id, "MessageId": "message", "MD5OfMessageBody": "digest", "SequenceNumber": "7" })
}

#[tokio::test(start_paused = true)]
async fn a_full_group_gets_what_it_accepts_and_disturbs_no_other() {
    let (http, groups) = throttling();
    let queue = Queue::new("https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo");
    let queue = Sqs::new(client(http.clone()), queue).quota_per_group(true);
    let writer = SqsWriter::builder(queue).build().unwrap();
    for n in 0..1_200 {
        let group = if n % 2 == 0 { "hot".to_owned() } else { format!("cold-{}", n % 12) };
        writer.submit(Message::new(format!("{n}")).group(group)).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_200, 0);
    let groups = groups.lock().unwrap();
    let hot = groups["hot"];
    assert!(hot.last_after <= Duration::from_millis(5_500), "{:?}, where 5 s are possible", hot.last_after);
    assert!(hot.sent <= 720, "600 messages were sent {} times", hot.sent);
    let others = groups.iter().filter(|(name, _)| *name != "hot");
    for (name, group) in others {
        assert!(group.last_after <= Duration::from_secs(1), "{name}: {:?}", group.last_after);
        assert_eq!((group.sent, group.accepted), (100, 100), "{name}");
    }
}
