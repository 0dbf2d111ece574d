//! One suite that every destination passes, against the strict local server with its faults.
//!
//! The checks are written once, over the small trait in `src/destination.rs`, which says what a
//! new destination takes.
//! Time is paused, and all that is random is drawn from seeds.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and pass the paused time, and one that cannot go on panics"
)]

mod clocks;
mod deadlines;
mod delivery;
mod failures;
mod ledger;
mod memory;
mod order;
mod poison;
mod random;
mod shutdown;
mod stage;
mod storms;

/// Every check, for each destination.
macro_rules! every_destination_passes {
    ($($name:ident: $destination:ty,)*) => {
        $(mod $name {
            checks! { $destination =>
                clocks {
                    a_clock_that_went_on_while_the_process_slept_loses_nothing
                    a_wall_clock_that_jumps_costs_an_attempt_and_nothing_else
                }
                deadlines {
                    a_request_that_hangs_is_given_up_and_sent_again
                    a_flush_in_the_middle_of_hanging_requests_returns_at_its_deadline
                    what_a_flush_gave_up_can_be_submitted_again
                }
                delivery {
                    all_arrives_in_as_few_requests_as_the_limit_of_entries_allows
                    all_arrives_in_as_few_requests_as_the_limit_of_bytes_allows
                    access_denied_hands_back_and_the_writer_stays_usable
                }
                failures {
                    a_lost_answer_is_handed_back_where_the_user_asked_for_it
                    a_service_in_trouble_beyond_the_deadline_leaves_doubt
                    an_answer_that_cannot_be_read_is_ambiguous
                    credentials_renewed_in_time_cost_time_and_nothing_else
                    credentials_that_stay_expired_are_waited_for_until_the_deadline
                    entries_throttled_inside_a_request_use_up_no_attempt
                    trouble_that_passes_costs_time_and_no_entry
                    what_can_never_fit_is_refused_at_submit
                }
                memory {
                    memory_stays_within_its_bounds_at_every_step
                }
                order {
                    strict_lanes_keep_their_order_through_any_fault
                    relaxed_lanes_keep_their_order_without_faults
                    relaxed_lanes_keep_their_order_unless_a_request_fails_in_part
                }
                poison {
                    one_poison_in_a_full_batch_comes_back_alone
                    several_poisons_come_back_alone
                    nothing_but_the_poison_comes_back_whatever_its_share
                    where_all_is_poison_all_comes_back
                }
                random {
                    every_entry_is_answered_once_and_the_answer_is_true
                    what_has_no_receipt_comes_back_by_flush_once
                    the_same_seeds_give_the_same_run
                }
                shutdown {
                    a_shutdown_under_load_answers_for_all_that_was_accepted
                    a_shutdown_with_a_deadline_hands_back_what_hangs
                }
                storms {
                    an_endpoint_that_is_back_before_the_deadline_costs_nothing
                    an_endpoint_that_is_down_beyond_the_deadline_loses_nothing
                    every_second_answer_lost_after_applying_loses_nothing
                    a_service_that_fails_nine_entries_of_ten_is_waited_for
                    attempts_used_up_hand_back_what_never_arrived
                    a_minute_of_throttling_uses_up_no_attempt
                }
            }
        })*
    };
}

macro_rules! checks {
    ($destination:ty => $($concept:ident { $($check:ident)* })*) => {
        $($(
            #[tokio::test(start_paused = true)]
            async fn $check() {
                crate::$concept::$check::<$destination>().await;
            }
        )*)*
    };
}

batchwright_tests::with_every_destination!(every_destination_passes);
