//! The laws of the buffer, over random schedules of submissions, replies, faults, clock jumps,
//! flushes and withdrawals. The model and its checks are in `laws/world.rs`; every schedule checks
//! every law, and the tests here choose which schedules make a law bite.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and start a clock"
)]

mod company;
mod config;
mod crank;
mod extremes;
mod isolation;
mod memory;
mod misuse;
mod model;
mod pace;
mod packing;
mod quotas;
mod schedule;
mod support;
mod units;
mod world;

use batch_core::{Duplicates, OnAmbiguous, Order};
use config::Config;
use proptest::prelude::*;
use schedule::{Op, ops};
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_law_holds_on_any_schedule(config in config::any(), ops in ops(schedule::ANY)) {
        run(config, &ops);
    }

    #[test]
    fn strict_lanes_keep_their_order_through_any_failure(config in config::any(), ops in ops(schedule::LANES)) {
        run(Config { order: Order::Strict, ..config }, &ops);
    }

    #[test]
    fn relaxed_lanes_have_one_request_in_flight(config in config::any(), ops in ops(schedule::LANES)) {
        run(Config { order: Order::Relaxed, ..config }, &ops);
    }

    #[test]
    fn a_newer_entry_supersedes_the_waiting_one(config in config::any(), ops in ops(schedule::TWINS)) {
        run(Config { duplicates: Duplicates::KeepLast, ..config }, &ops);
    }

    #[test]
    fn a_newer_entry_is_merged_into_the_waiting_one(config in config::any(), ops in ops(schedule::TWINS)) {
        run(Config { duplicates: Duplicates::Merge, ..config }, &ops);
    }

    #[test]
    fn merged_entries_fall_due_and_fail_as_one(config in config::any(), ops in ops(schedule::PAUSED)) {
        run(Config { duplicates: Duplicates::Merge, ..config }, &ops);
    }

    #[test]
    fn twins_that_are_allowed_go_in_different_requests(config in config::any(), ops in ops(schedule::TWINS)) {
        run(Config { duplicates: Duplicates::Allow, ..config }, &ops);
    }

    #[test]
    fn twins_are_refused_while_the_first_is_inside(config in config::any(), ops in ops(schedule::TWINS)) {
        run(Config { duplicates: Duplicates::KeepFirst, ..config }, &ops);
    }

    #[test]
    fn nothing_waits_past_its_time_while_a_slot_is_free(config in config::any(), ops in ops(schedule::STEADY)) {
        run(config, &ops);
    }

    #[test]
    fn ambiguous_entries_are_handed_back_when_asked_to(config in config::any(), ops in ops(schedule::ANY)) {
        run(Config { ambiguous: OnAmbiguous::HandBack, ..config }, &ops);
    }

    #[test]
    fn what_falls_due_in_a_pause_has_one_more_attempt(config in config::any(), ops in ops(schedule::PAUSED)) {
        run(config, &ops);
    }

    #[test]
    fn a_service_that_forgets_is_never_given_an_entry_once_more(config in config::any(), ops in ops(schedule::ANY)) {
        let memory = config.memory_ms.unwrap_or(config.attempt_timeout_ms + 300);
        run(Config { memory_ms: Some(memory), ambiguous: OnAmbiguous::Retry, ..config }, &ops);
    }

    #[test]
    fn entries_that_share_carriers_keep_every_law(config in config::any(), ops in ops(schedule::LANES)) {
        run(Config { carrier_bytes: config.carrier_bytes.or(Some(30)), ..config }, &ops);
    }

    #[test]
    fn a_strict_request_carries_one_carrier_of_a_lane(config in config::any(), ops in ops(schedule::LANES)) {
        let carrier_bytes = config.carrier_bytes.or(Some(60));
        run(Config { carrier_bytes, order: Order::Strict, duplicates: Duplicates::Allow, ..config }, &ops);
    }

    #[test]
    fn a_schedule_repeats_exactly(config in config::any(), ops in ops(schedule::ANY)) {
        let first = run(config, &ops);
        prop_assert_eq!(first, run(config, &ops));
    }
}

/// Runs a schedule, then lets everything end; what happened, as a trace.
fn run(config: Config, ops: &[Op]) -> Vec<String> {
    let mut world = World::new(config);
    for op in ops {
        world.apply(op);
    }
    world.finish();
    world.trace
}
