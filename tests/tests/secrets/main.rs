//! Nothing of an entry and nothing of the credentials is in a log above TRACE, or in what an error shows.
//!
//! Secrets are planted into every field of the entries and into the credentials. Then everything goes wrong that can go
//! wrong, whoever is asked repeats all that it was sent, and whatever the writers tell is searched for the secrets: their
//! events and spans, and their errors with all sources. What the AWS SDK logs is its own.
//!
//! A way to fail is a line in `secrets/paths.rs`; a service is a file beside `secrets/suspects/sqs.rs`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and pass the paused time, and one that cannot go on panics"
)]

mod doors;
mod ends;
mod entries;
mod interrogation;
mod paths;
mod planted;
mod recorder;
mod requests;
mod suspects;
mod trouble;

/// Every check, for each destination.
macro_rules! every_destination_keeps_secrets {
    ($($name:ident: $suspect:ty,)*) => {
        $(mod $name {
            checks! { $suspect =>
                doors {
                    an_entry_that_is_not_taken_is_not_shown
                    a_writer_shows_nothing_that_it_was_given
                }
                ends {
                    what_is_withdrawn_is_not_shown
                    what_a_handler_panics_over_is_not_shown
                    what_nobody_is_left_to_collect_is_not_shown
                }
                entries {
                    an_invalid_entry_is_not_shown
                }
                requests {
                    nothing_that_a_request_carries_is_shown_however_it_fails
                    nothing_that_a_lookup_carries_is_shown_however_it_fails
                    nothing_that_a_provider_of_credentials_says_is_shown
                    nothing_that_an_interceptor_says_is_shown
                    what_is_not_shown_can_be_asked_for
                }
            }

            #[test]
            fn what_a_lost_runtime_hands_back_is_not_shown() {
                crate::ends::what_a_lost_runtime_hands_back_is_not_shown::<$suspect>();
            }
        })*
    };
}

macro_rules! checks {
    ($suspect:ty => $($concept:ident { $($check:ident)* })*) => {
        $($(
            #[tokio::test(start_paused = true)]
            async fn $check() {
                crate::$concept::$check::<$suspect>().await;
            }
        )*)*
    };
}

batchwright_tests::with_every_destination!(every_destination_keeps_secrets);
