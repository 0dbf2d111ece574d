//! Clocks that jump: the one on the wall, which requests are signed by, and the one that deadlines are kept by.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use batch_core::{Cause, Service, Settings};
use batch_local::{Fault, FaultPlan, LocalServer};

use crate::ledger::Ledger;
use crate::stage::{Stage, pass, small_requests, submit};
use batchwright_tests::Destination;

pub(crate) async fn a_wall_clock_that_jumps_costs_an_attempt_and_nothing_else<D: Destination>() {
    let server = LocalServer::new();
    let clocks = Punctual::before::<D>(&server);
    let stage = Stage::<D>::through(SharedHttpClient::new(clocks.clone()), server).await;
    let writer = stage.seeded(small_requests::<D>(), 1);
    let mut receipts = Vec::new();
    for (round, minutes) in (0..).zip([0, 60, -60, 0]) {
        clocks.minutes_ahead.store(minutes, Ordering::Relaxed);
        let (before, refused) = (writer.stats().retries, clocks.refusing.requests().count(D::OPERATION));
        receipts.extend(submit::<D, _>(&writer, 50 * round..50 * (round + 1)).await);
        assert!(writer.flush().await.is_empty(), "they have receipts");
        let signed_wrong = clocks.refusing.requests().count(D::OPERATION) > refused;
        assert_eq!((signed_wrong, writer.stats().retries > before), (round > 0, round > 0), "{minutes}");
        assert!(writer.stats().retries - before <= 50, "one more attempt each, at most: {minutes}");
    }
    let ledger = Ledger::of::<D, _>(receipts).await;
    assert_eq!((ledger.delivered(), ledger.marked()), (200, 0));
    ledger.check(&stage, &writer);
}

pub(crate) async fn a_clock_that_went_on_while_the_process_slept_loses_nothing<D: Destination>() {
    for asleep in [Duration::from_secs(60), Duration::from_secs(3_600 + 60)] {
        let stage = Stage::<D>::open().await;
        stage.suffer(FaultPlan::always(Fault::HangAfter));
        let writer = stage.writer(Settings::new());
        let receipts = submit::<D, _>(&writer, 0..50).await;
        // Longer than any service lets entries wait for company: requests are in flight.
        pass(Duration::from_secs(2)).await;

        tokio::time::advance(asleep).await;
        stage.recover();
        let mut ledger = Ledger::default();
        for (n, receipt) in receipts {
            let answer = receipt.await;
            if let Err(item) = &answer {
                // A queue that has forgotten it meanwhile would take it for another one.
                assert!(writer.service().remembers_for().is_some_and(|memory| memory < asleep), "{item:#}");
                assert!(matches!(item.cause, Cause::Ambiguous(_)) && item.age >= asleep, "{item:#}");
            }
            ledger.enter::<D, D::Service>(n, answer);
        }
        ledger.check(&stage, &writer);
        assert!(ledger.marked() > 0, "what was under way may have arrived");
    }
}

/// The way to a server that refuses what is signed more than five minutes off its own clock, and tells its time with
/// every answer, as AWS does.
#[derive(Clone, Debug)]
struct Punctual {
    server: SharedHttpClient,
    refusing: LocalServer,
    minutes_ahead: Arc<AtomicI64>,
}

#[derive(Debug)]
struct Connector {
    server: SharedHttpConnector,
    refusing: SharedHttpConnector,
    minutes_ahead: Arc<AtomicI64>,
}

impl Punctual {
    fn before<D: Destination>(server: &LocalServer) -> Self {
        let fault = Fault::error_before(403, "InvalidSignatureException");
        let faults = FaultPlan::always(fault).only(D::OPERATION);
        let refusing = LocalServer::builder().faults(faults).build();
        Self { server: server.http_client(), refusing, minutes_ahead: Arc::default() }
    }
}

impl HttpClient for Punctual {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            server: self.server.http_connector(settings, components),
            refusing: self.refusing.http_client().http_connector(settings, components),
            minutes_ahead: Arc::clone(&self.minutes_ahead),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let now = DateTime::from(SystemTime::now()).secs() + 60 * self.minutes_ahead.load(Ordering::Relaxed);
        let is_punctual = (signed_at(&request) - now).abs() <= 300;
        let answer = if is_punctual { self.server.call(request) } else { self.refusing.call(request) };
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let date = DateTime::from_secs(now).fmt(Format::HttpDate).unwrap();
            answer.headers_mut().insert("date", date);
            Ok(answer)
        })
    }
}

/// The time in the signature, in seconds since 1970: `20261128T091500Z`.
fn signed_at(request: &HttpRequest) -> i64 {
    let (day, time) = request.headers().get("x-amz-date").and_then(|date| date.split_once('T')).unwrap();
    let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
    let date = format!("{year}-{month}-{day}T{}:{}:{}", &time[..2], &time[2..4], &time[4..]);
    DateTime::from_str(&date, Format::DateTime).unwrap().secs()
}
