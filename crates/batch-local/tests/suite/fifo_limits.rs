//! The limits that differ between standard and FIFO queues.

use crate::support::{check, grouped, named, plain, with};

#[tokio::test(start_paused = true)]
async fn a_standard_queue_takes_a_group_id_but_no_deduplication_id() {
    let grouped = |group: &str| with(plain("a"), |entry| entry.message_group_id = Some(group.into()));
    check("q", &[], vec![grouped("tenant")], "ok").await;
    check("q", &[], vec![grouped("a b")], "whole InvalidParameterValue").await;
    let deduplicated = with(plain("a"), |entry| entry.message_deduplication_id = Some("x".into()));
    check("q", &[], vec![deduplicated, plain("good")], "a InvalidParameterValue").await;
}

#[tokio::test(start_paused = true)]
async fn a_fifo_message_needs_a_group_and_a_deduplication_id() {
    let by_content = [("ContentBasedDeduplication", "true")];
    let ungrouped = with(grouped("g", "a"), |entry| entry.message_group_id = None);
    let undeduplicated = with(grouped("g", "a"), |entry| entry.message_deduplication_id = None);
    check("q.fifo", &[], vec![grouped("g", "b"), ungrouped], "whole MissingParameter").await;
    check("q.fifo", &[], vec![undeduplicated.clone()], "whole InvalidParameterValue").await;
    check("q.fifo", &by_content, vec![undeduplicated], "ok").await;
}

#[tokio::test(start_paused = true)]
async fn fifo_ids_have_up_to_128_visible_characters() {
    let every = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~azAZ09";
    for good in [every, &"x".repeat(128)] {
        let both = named("a", grouped(good, good));
        check("q.fifo", &[], vec![both], "ok").await;
    }
    for bad in ["", "a b", "é", "a\n", &"x".repeat(129)] {
        let group = named("a", grouped(bad, "good"));
        let deduplication = named("a", grouped("good", bad));
        check("q.fifo", &[], vec![group], "whole InvalidParameterValue").await;
        check("q.fifo", &[], vec![deduplication], "whole InvalidParameterValue").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fifo_message_has_no_delay_of_its_own() {
    let delay = |seconds| vec![with(grouped("g", "a"), |entry| entry.delay_seconds = Some(seconds))];
    check("q.fifo", &[], delay(0), "ok").await;
    check("q.fifo", &[], delay(1), "whole InvalidParameterValue").await;
}
