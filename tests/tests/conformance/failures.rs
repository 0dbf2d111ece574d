//! What a user gets when something fails, beside what the other files show of it.

use std::time::Duration;

use batch_core::{Cause, Failure, OnAmbiguous, Service, Settings, SubmitError, UnprocessedItem};
use batch_local::{Chosen, Fault, FaultPlan};

use crate::ledger::Ledger;
use crate::stage::{Receipts, Stage, large_entry, pass, small_requests, submit};
use batchwright_tests::{Destination, EntryOf, number, out_of_date};

const COUNT: usize = 50;

pub(crate) async fn what_can_never_fit_is_refused_at_submit<D: Destination>() {
    let stage = Stage::<D>::open().await;
    let writer = stage.writer(Settings::new());
    let refused = writer.submit(large_entry::<D>(7, TOO_LARGE)).await.unwrap_err();
    let words = refused.to_string();
    match &refused {
        SubmitError::TooLarge { bytes, limit, .. } => {
            assert!(bytes > limit && *bytes >= TOO_LARGE, "{words}");
            assert!(words.contains(&bytes.to_string()) && words.contains(&limit.to_string()), "{words}");
        }
        // CloudWatch: the count of its dimensions comes before its size.
        refused => assert!(matches!(refused, SubmitError::Invalid { .. }) && words.contains("limit of")),
    }
    let content = D::content(&refused.into_entry());
    assert_eq!((number(&content), content.len()), (7, TOO_LARGE), "it comes back as it is");
    assert_eq!((writer.stats().accepted, writer.stats().bytes, stage.requests()), (0, 0, 0));
}

pub(crate) async fn entries_throttled_inside_a_request_use_up_no_attempt<D: Destination>() {
    let stage = Stage::<D>::open().await;
    stage.suffer(FaultPlan::always(Fault::throttle_entries(Chosen::Rate(0.7))));
    let writer = stage.seeded(small_requests::<D>().max_attempts(1), 1);
    let receipts = submit::<D, _>(&writer, 0..COUNT).await;
    let end = async {
        pass(Duration::from_secs(10)).await;
        stage.recover();
    };
    tokio::join!(writer.flush(), end);
    let ledger = Ledger::of::<D, _>(receipts).await;
    ledger.check(&stage, &writer);
    assert_eq!((ledger.delivered(), ledger.marked()), (COUNT, 0));
    assert!(writer.stats().throttled > 0 && writer.stats().retries > 0, "{:?}", writer.stats());
}

pub(crate) async fn trouble_that_passes_costs_time_and_no_entry<D: Destination>() {
    let trouble = [
        (15, Fault::error_before(502, "BadGateway")),
        (10, Fault::error_before(503, "ServiceUnavailable")),
        (30, Fault::expired_token()),
    ];
    for (seconds, fault) in trouble {
        let stage = Stage::<D>::open().await;
        stage.suffer(FaultPlan::always(fault));
        let writer = stage.seeded(small_requests::<D>(), 1);
        let receipts = submit::<D, _>(&writer, 0..COUNT).await;
        let end = async {
            pass(Duration::from_secs(seconds)).await;
            stage.recover();
        };
        tokio::join!(writer.flush(), end);
        let ledger = Ledger::of::<D, _>(receipts).await;
        ledger.check(&stage, &writer);
        assert_eq!(ledger.delivered(), COUNT, "{seconds} s");
    }
}

pub(crate) async fn a_service_in_trouble_beyond_the_deadline_leaves_doubt<D: Destination>() {
    let plan = FaultPlan::always(Fault::error_before(503, "InternalError"));
    let (stage, back) = fail::<D>(Settings::new(), plan).await;
    for item in &back {
        assert!(matches!(&item.cause, Cause::DeadlineExceeded(_)), "{item:#}");
        let shown = format!("{item:#}");
        assert!(code(item).starts_with("Internal") && !shown.contains("refused"), "{shown}");
        // Those that waited behind the first of their group were never sent.
        assert_eq!(item.maybe_delivered, item.attempts > 0, "{shown}");
        assert!(item.attempts == 0 || item.attempts > 5, "{shown}");
    }
    assert!(stage.destination.held().is_empty());
}

pub(crate) async fn a_lost_answer_is_handed_back_where_the_user_asked_for_it<D: Destination>() {
    let settings = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
    let (stage, back) = fail::<D>(settings, FaultPlan::always(Fault::ResetAfter)).await;
    for item in &back {
        assert!(matches!(&item.cause, Cause::Ambiguous(_)), "{item:#}");
        assert_eq!((code(item), item.attempts, item.maybe_delivered), ("ConnectionLost", 1, true));
    }
    assert_eq!(stage.destination.held().len(), COUNT, "they had arrived, once each");
}

pub(crate) async fn an_answer_that_cannot_be_read_is_ambiguous<D: Destination>() {
    for fault in [Fault::Malformed, Fault::Truncated] {
        let settings = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
        let (stage, back) = fail::<D>(settings, FaultPlan::always(fault)).await;
        for item in &back {
            assert!(matches!(&item.cause, Cause::Ambiguous(_)) && item.maybe_delivered, "{item:#}");
            // The page of a proxy has a status of its own.
            assert!(["UnreadableResponse", "HTTP 200", "HTTP 502"].contains(&code(item)), "{item:#}");
            assert!(!format!("{item:#}").contains("refused"), "{item:#}");
        }
        assert_eq!(stage.destination.held().len(), COUNT);
    }
}

pub(crate) async fn credentials_renewed_in_time_cost_time_and_nothing_else<D: Destination>() {
    let stage = Stage::<D>::open().await;
    let writer = stage.seeded(Settings::new(), 1);
    let mut receipts = submit::<D, _>(&writer, 0..COUNT).await;
    assert!(writer.flush().await.is_empty());

    // The client keeps its first keys for a quarter of an hour, unless it is told otherwise.
    stage.suffer(FaultPlan::always(Fault::refuse_keys(out_of_date(0), 403, "ExpiredToken")));
    receipts.extend(submit::<D, _>(&writer, COUNT..2 * COUNT).await);
    assert!(writer.flush().await.is_empty());
    let ledger = Ledger::of::<D, _>(receipts).await;
    ledger.check(&stage, &writer);
    assert_eq!((ledger.delivered(), ledger.marked()), (2 * COUNT, 0));
    assert!(stage.faulted() > 0, "the first keys were refused");
}

pub(crate) async fn credentials_that_stay_expired_are_waited_for_until_the_deadline<D: Destination>() {
    let (stage, back) = fail::<D>(Settings::new(), FaultPlan::always(Fault::expired_token())).await;
    let mut advised = false;
    for item in &back {
        let Cause::DeadlineExceeded(failure) = &item.cause else { panic!("{item}") };
        let words = failure.as_ref().map(ToString::to_string).unwrap_or_default();
        advised |= words.contains("give the client a provider that renews credentials in time");
        assert!(!item.maybe_delivered, "{item}");
    }
    assert!(advised);
    assert!(stage.destination.held().is_empty());
}

/// Submits to a destination at which everything fails in this way, and returns what comes back, which is all.
async fn fail<D: Destination>(
    settings: Settings,
    plan: FaultPlan,
) -> (Stage<D>, Vec<UnprocessedItem<EntryOf<D>>>) {
    let stage = Stage::<D>::open().await;
    stage.suffer(plan);
    let writer = stage.seeded(settings, 1);
    let receipts = submit::<D, _>(&writer, 0..COUNT).await;
    assert!(writer.flush().await.is_empty(), "they have receipts");
    let back = failures(receipts).await;
    let stats = writer.stats();
    assert_eq!((stats.handed_back, stats.inside), (COUNT as u64, 0), "{stats:?}");
    (stage, back)
}

async fn failures<S: Service>(receipts: Receipts<S>) -> Vec<UnprocessedItem<S::Entry>> {
    let mut failures = Vec::new();
    for (_, receipt) in receipts {
        failures.push(receipt.await.err().expect("nothing can be delivered"));
    }
    failures
}

fn code<E>(item: &UnprocessedItem<E>) -> &str {
    item.cause.failure().map_or("", Failure::code)
}

/// More than any destination takes of one entry, in bytes.
const TOO_LARGE: usize = 2_000_000;
