//! What builders of services ask of settings, and what limits refuse.

use batch_core::{ConfigError, Duplicates, LimitPolicy, Order, Settings};

use crate::fake::{Fake, item};
use crate::support::{ms, writer};

#[test]
fn a_service_chooses_only_where_the_user_did_not() {
    let check = |settings: Settings, expected| assert_eq!(settings.is_strict(), expected);
    check(Settings::new(), false);
    check(Settings::new().or_order(Order::Strict), true);
    check(Settings::new().order(Order::Relaxed).or_order(Order::Strict), false);
    check(Settings::new().order(Order::Strict).or_order(Order::Relaxed), true);
}

#[tokio::test(start_paused = true)]
async fn a_service_chooses_the_rule_for_duplicates_only_where_the_user_did_not() {
    let check = async |settings: Settings, accepted| {
        let writer = writer(&Fake::accepting(), settings);
        for id in 1..=2 {
            let _ = writer.submit(item(id).identity("same")).await;
        }
        assert_eq!(writer.stats().accepted, accepted);
    };
    check(Settings::new().or_duplicates(Duplicates::KeepFirst), 1).await;
    check(Settings::new().duplicates(Duplicates::Allow).or_duplicates(Duplicates::KeepFirst), 2).await;
}

#[test]
fn an_entry_is_on_its_way_for_a_deadline_and_a_timeout_at_most() {
    let settings = Settings::new().delivery_deadline(ms(700)).attempt_timeout(ms(50));
    assert_eq!(settings.longest_delivery(), ms(750));
}

#[test]
fn what_every_request_carries_leaves_room_for_an_entry() {
    let check = |bytes, expected: Result<usize, ConfigError>| {
        let limits = LimitPolicy::new(10, 1_000, 1_000).unwrap().with_overhead_bytes(bytes);
        assert_eq!(limits.map(|limits| limits.payload_bytes()), expected);
    };
    check(999, Ok(1));
    let setting = "fixed bytes of a request";
    check(1_000, Err(ConfigError::AboveLimit { setting, value: 1_000, limit: 999 }));
}
