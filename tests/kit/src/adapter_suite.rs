//! The macros that make tests of the suites.

/// Every check of the suites as a test for this fixture, which is named by its whole path, as in `crate::fixture::Queue`.
///
/// Behind it come the suites that hold only for some services: `created` where the destination has to be made before it
/// can be written to, `verdicts` where a response has a verdict for each entry, `prepared` where requests
/// are sent with what the SDK prepared for the first.
#[macro_export]
macro_rules! adapter_suite {
    ($fixture:ty $(, $more:ident)*) => {
        $crate::checks! { $fixture, client, (start_paused = true) =>
            a_client_with_an_empty_endpoint_is_told_so
            a_client_without_an_http_client_is_told_so
            a_client_without_credentials_is_told_how_to_get_some
            a_client_without_region_or_endpoint_is_told_so
            a_provider_that_was_refused_credentials_says_so_at_once
            a_request_that_an_interceptor_spoils_is_not_called_sent_or_unsent
            credentials_that_cannot_be_fetched_now_are_waited_for
            everything_of_the_users_client_but_its_retries_survives
            timeouts_that_the_user_set_are_kept_and_ambiguous
        }
        $crate::checks! { $fixture, connections, () =>
            a_real_client_that_cannot_connect_for_another_reason_never_sent
            a_real_connection_refused_was_never_sent
            a_real_connection_that_ends_before_the_answer_may_have_sent
            a_real_connection_that_takes_too_long_to_make_was_never_sent
        }
        $crate::checks! { $fixture, credentials, (start_paused = true) =>
            a_cache_that_the_user_gave_the_client_is_kept
            keys_that_are_not_known_yet_are_waited_for_if_others_were
            keys_that_are_refused_for_half_a_minute_lose_nothing
            keys_that_stay_expired_come_back_at_the_deadline
            keys_that_were_never_known_come_back_at_once_and_the_provider_is_asked_again
            the_provider_is_asked_again_after_its_keys_have_expired
        }
        $crate::checks! { $fixture, delivery, (start_paused = true) =>
            a_request_whose_answer_is_lost_is_sent_again_and_marked
            all_arrives_as_it_was_in_full_batches
            an_entry_that_is_rejected_is_handed_back_to_its_owner
            an_idle_writer_waits_for_company_where_requests_are_billed
            nothing_is_lost_whatever_goes_wrong
            one_entry_that_spoils_a_full_batch_is_found_and_handed_back_alone
        }
        $crate::checks! { $fixture, interceptors, (start_paused = true) =>
            an_interceptor_sees_and_changes_input_and_request_as_without_the_writer
        }
        $crate::checks! { $fixture, outages, (start_paused = true) =>
            a_flush_with_a_deadline_ends_in_time_and_hands_back_what_hangs
            access_denied_hands_back_and_the_writer_stays_usable
            an_endpoint_down_beyond_the_deadline_hands_everything_back
            an_endpoint_down_for_two_minutes_costs_nothing_with_a_longer_deadline
            an_endpoint_that_is_back_before_the_deadline_costs_nothing
            throttling_delays_and_loses_nothing
            without_credentials_everything_comes_back_with_advice
        }
        $crate::checks! { $fixture, responses, (start_paused = true) =>
            a_failure_says_what_to_do_and_keeps_the_words_of_the_service_to_itself
            a_lost_connection_is_ambiguous_and_one_never_made_is_not
            a_request_that_gets_no_answer_waits_for_the_writer_to_give_up
            answers_that_cannot_be_read_are_told_by_their_status
            one_failed_request_is_sent_once
        }
        $($crate::$more! { $fixture })*
    };
}

/// The suite of services whose destinations have to be made before they can be written to.
#[macro_export]
macro_rules! created {
    ($fixture:ty) => {
        $crate::checks! { $fixture, created, (start_paused = true) =>
            a_destination_that_does_not_exist_is_written_to_as_soon_as_it_does
        }
    };
}

/// The suite of FIFO queues and topics, for this [`Fifo`](crate::Fifo).
#[macro_export]
macro_rules! fifo_suite {
    ($fixture:ty) => {
        $crate::checks! { $fixture, fifo, (start_paused = true) =>
            a_destination_that_deduplicates_by_content_gets_no_generated_ids
            a_message_handed_back_keeps_its_id_and_is_not_doubled_when_submitted_again
            a_message_whose_response_is_lost_arrives_once
            a_receipt_tells_the_sequence_number
            a_retry_keeps_the_deduplication_id
            content_based_deduplication_that_the_destination_has_not_is_named_as_a_likely_reason
            duplicates_are_told_by_group_and_deduplication_id
            each_group_keeps_its_order_through_lost_responses_and_throttling
            generated_ids_are_distinct_and_given_ones_are_sent
            strict_order_holds_through_partial_failures
        }
    };
}

/// The suite of services whose later requests are sent with what the SDK prepared for the first.
#[macro_export]
macro_rules! prepared {
    ($fixture:ty) => {
        $crate::checks! { $fixture, prepared, (start_paused = true) =>
            a_later_request_that_is_not_taken_ends
            a_response_means_the_same_to_a_later_request
            identities_of_one_request_each_are_resolved_once
            later_requests_are_like_the_first
            later_requests_follow_the_clock_of_the_service
            the_clients_timeouts_end_later_requests
            the_future_of_a_request_is_small
        }
    };
}

/// The suite of services whose responses have a verdict for each entry.
#[macro_export]
macro_rules! verdicts {
    ($fixture:ty) => {
        $crate::checks! { $fixture, verdicts, (start_paused = true) =>
            an_entry_that_keeps_failing_comes_back_after_its_attempts
            entries_that_fail_inside_a_success_are_sent_again_and_no_others
        }
    };
}

/// Checks of one suite as tests.
#[doc(hidden)]
#[macro_export]
macro_rules! checks {
    ($fixture:ty, $suite:ident, $clock:tt => $($check:ident)*) => {
        mod $suite {
            $(
                #[tokio::test $clock]
                async fn $check() {
                    $crate::suite::$suite::$check::<$fixture>().await;
                }
            )*
        }
    };
}
