//! Requests after the first one, which are sent with what the SDK prepared for it, and cannot be told from
//! it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::sdk_config::Builder;
use batch_core::{Batch, Reply, Service};

use super::entry;
use crate::{Canned, Fixture, Keys, Request, Response, ResponseOf, Setup, now, shown};

/// A service, and what became of its requests.
struct Stage<F: Fixture> {
    service: F::Service,
    http: Canned,
}

impl<F: Fixture> Stage<F> {
    /// The first response is a success, and all others are these.
    fn then(others: impl IntoIterator<Item = Response>, configured: impl FnOnce(Builder) -> Builder) -> Self {
        let others: Vec<_> = others.into_iter().collect();
        let at = AtomicUsize::new(0);
        let http = Canned::new(move |request| match at.fetch_add(1, Ordering::Relaxed).checked_sub(1) {
            None => F::accept(request),
            Some(n) => others.get(n).cloned().unwrap_or_else(|| F::accept(request)),
        });
        Self::through(http, configured)
    }

    fn through(http: Canned, configured: impl FnOnce(Builder) -> Builder) -> Self {
        let config = Setup::with_credentials().http_client(http.clone());
        let service = F::open(&Setup::of(configured(config).build())).resolved();
        Self { service, http }
    }

    /// Sends a request of two entries, always the same.
    async fn send(&self) -> Reply<ResponseOf<F>> {
        let mut entries: Vec<_> = (0..2).map(entry::<F>).collect();
        for entry in &mut entries {
            self.service.prepare(entry).unwrap();
        }
        self.service.send(&Batch::of(entries)).await
    }

    /// Sends a request that is accepted.
    async fn succeed(&self) {
        let reply = shown(&self.send().await);
        assert!(["AllAccepted", "Each[+ +]"].contains(&&*reply), "{reply}");
    }
}

/// It does not contain the SDK's own future, which is made only for a request that the SDK orchestrates.
pub async fn the_future_of_a_request_is_small<F: Fixture>() {
    let stage = Stage::<F>::then([], |config| config);
    let batch = Batch::of([entry::<F>(0)]);
    let bytes = size_of_val(&*stage.service.send(&batch));
    assert!(bytes < 4_096, "{bytes} bytes, which every request allocates and moves");
}

/// The URL, the headers in their order, and the body; but for the id of the request, its time and its
/// signature.
pub async fn later_requests_are_like_the_first<F: Fixture>() {
    let stage = Stage::<F>::then([], |config| config);
    for _ in 0..5 {
        stage.succeed().await;
    }
    assert_eq!(stage.http.orchestrated(), 1, "the SDK was asked again");
    let requests = stage.http.requests();
    let [first, later @ ..] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(later.len(), 4);
    for request in later {
        assert_eq!(constant(request), constant(first));
        assert_eq!(F::body(request), F::body(first));
        let signed = |request: &Request| {
            request.header("authorization").unwrap().split_once("Signature=").unwrap().0.to_owned()
        };
        assert_eq!(signed(request), signed(first));
        assert_ne!(request.header("amz-sdk-invocation-id"), first.header("amz-sdk-invocation-id"));
    }
}

/// Whatever comes back: the same refusal, the same words, the same verdicts.
pub async fn a_response_means_the_same_to_a_later_request<F: Fixture>() {
    let stage = Stage::<F>::then([], |config| config);
    stage.succeed().await;
    let accepted = F::accept(&stage.http.only_request());
    for response in responses::<F>().into_iter().chain(spoilt(&accepted)) {
        // A failure leaves nothing prepared.
        let failure = F::error(500, F::INTERNAL);
        let whole = Stage::<F>::then([failure, response.clone()], |config| config);
        let later = Stage::<F>::then([response.clone()], |config| config);
        whole.succeed().await;
        later.succeed().await;
        whole.send().await.unwrap_err();
        let (of_sdk, of_ours) = (whole.send().await, later.send().await);
        assert_eq!((whole.http.orchestrated(), later.http.orchestrated()), (2, 1), "{response:?}");
        assert_eq!(format!("{of_ours:?}"), format!("{of_sdk:?}"), "{response:?}");
        assert_eq!(shown(&of_ours), shown(&of_sdk), "{response:?}");
        later.succeed().await;
        // The SDK is asked again after what it calls a failure itself.
        let after = match (&response, &of_ours) {
            (_, Ok(_)) => 1..=1,
            (Response::Http(200, ..), Err(_)) => 1..=2,
            _ => 2..=2,
        };
        assert!(after.contains(&later.http.orchestrated()), "{response:?}");
    }
}

/// Where each request has an identity of its own, nothing is prepared: the provider is asked once for each, and once
/// more to find that out.
pub async fn identities_of_one_request_each_are_resolved_once<F: Fixture>() {
    let keys = Keys::expiring(Some(SystemTime::UNIX_EPOCH));
    let stage = Stage::<F>::then([], |config| config.credentials_provider(keys.shared()));
    for sent in 1..=9 {
        stage.succeed().await;
        assert!(keys.asked() <= sent + 1, "{} identities for {sent} requests", keys.asked());
        assert_eq!(stage.http.orchestrated(), sent);
    }
}

/// Both of the client's timeouts, of which the shorter counts.
pub async fn the_clients_timeouts_end_later_requests<F: Fixture>() {
    let second = Duration::from_secs(1);
    for (operation, attempt) in [(2, 3), (3, 2)] {
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_operation_timeout(Some(second * operation));
        timeouts.set_operation_attempt_timeout(Some(second * attempt));
        let stage = Stage::<F>::then([Response::Hang], |config| config.timeout_config(timeouts.build()));
        stage.succeed().await;
        let started = now();
        assert_eq!(shown(&stage.send().await), "Ambiguous(Timeout)");
        assert_eq!(started.elapsed(), second * 2);
        assert_eq!(stage.http.orchestrated(), 1);
    }
}

/// An HTTP client that does not take the body of a request is not waited for: a second, and the grace of
/// five.
pub async fn a_later_request_that_is_not_taken_ends<F: Fixture>() {
    let stage = Stage::<F>::then([Response::Hang], |config| config);
    stage.succeed().await;
    let started = now();
    assert_eq!(shown(&stage.send().await), "Ambiguous(Timeout)");
    assert_eq!(started.elapsed(), Duration::from_secs(6));
}

/// What each response says of the service's clock is heeded by the next request.
pub async fn later_requests_follow_the_clock_of_the_service<F: Fixture>() {
    let stage = Stage::<F>::through(Canned::new(dated::<F>()), |config| config);
    for _ in 0..4 {
        stage.succeed().await;
    }
    let years: Vec<_> = stage
        .http
        .requests()
        .iter()
        .map(|request| request.header("x-amz-date").unwrap()[..4].to_owned())
        .collect();
    assert_eq!(years[1..], ["2100", "2101", "2102"]);
    assert_eq!(stage.http.orchestrated(), 1);
}

/// Accepts every request, one a year.
fn dated<F: Fixture>() -> impl Fn(&Request) -> Response + Send + Sync {
    let year = AtomicUsize::new(2100);
    move |request| match F::accept(request) {
        Response::Http(status, mut headers, body) => {
            let year = year.fetch_add(1, Ordering::Relaxed);
            headers.push(("date", format!("Fri, 02 Jan {year} 00:00:00 GMT")));
            Response::Http(status, headers, body)
        }
        other => other,
    }
}

/// Responses of every kind: of the service and of others, whole and cut off.
fn responses<F: Fixture>() -> Vec<Response> {
    let errors = [F::ACCESS_DENIED, (403, F::UNKNOWN_KEY), (500, F::INTERNAL), (400, F::EXPIRED)];
    let errors = errors.iter().chain(F::RETRIED).chain(F::SPOILT);
    let mut responses: Vec<_> = errors.map(|&(status, code)| F::error(status, code)).collect();
    for status in [200, 301, 400, 403, 408, 413, 429, 500, 503] {
        responses.extend(["", "<html>", "{", "{}", "[]"].map(|body| Response::page(status, body)));
    }
    let large = vec![("content-length", "9000000000".to_owned())];
    responses.extend([Response::Http(200, large, Vec::new()), Response::Refused, Response::Reset]);
    responses
}

/// The beginnings of a response that accepts everything, and that response with a byte exchanged.
fn spoilt(accepted: &Response) -> Vec<Response> {
    let Response::Http(status, headers, body) = accepted else { panic!("{accepted:?}") };
    let beginnings = (0..body.len()).step_by(3).map(|length| body[..length].to_vec());
    let exchanged = (0..body.len()).step_by(5).map(|at| {
        let mut exchanged = body.clone();
        exchanged[at] ^= 1;
        exchanged
    });
    beginnings.chain(exchanged).map(|body| Response::Http(*status, headers.clone(), body)).collect()
}

/// The headers that are the same for all requests, in their order.
fn constant(request: &Request) -> (&str, Vec<(&str, &str)>) {
    const OTHERS: [&str; 3] = ["amz-sdk-invocation-id", "authorization", "x-amz-date"];
    (request.uri(), request.headers().filter(|(name, _)| !OTHERS.contains(name)).collect())
}
