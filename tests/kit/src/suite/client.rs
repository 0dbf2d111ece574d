//! What becomes of the user's client, and what it is told that it lacks.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use aws_types::sdk_config::Builder;

use super::send;
use crate::{Canned, Fixture, Response, Setup, failure, name, now, says, shown};

/// The region, the endpoint, the name of the application and the credentials, for a writer that writes requests itself
/// and for one that leaves it to the SDK.
pub async fn everything_of_the_users_client_but_its_retries_survives<F: Fixture>() {
    let http = Canned::new(|_| F::error(500, F::INTERNAL));
    let config = Setup::with_credentials()
        .http_client(http.clone())
        .endpoint_url("https://vpce.example:8443")
        .region(Region::from_static("ap-south-1"))
        .app_name(AppName::new("app-of-the-user").unwrap())
        .retry_config(RetryConfig::standard().with_max_attempts(7));
    let plain = Setup::of(config.build());
    let intercepted = Arc::new(AtomicUsize::new(0));
    let expected = format!("Ambiguous({})", F::INTERNAL);
    assert_eq!(shown(&send::<F>(&plain, 1).await), expected);
    assert_eq!(shown(&send::<F>(&plain.intercepted(Extra(Arc::clone(&intercepted))), 1).await), expected);

    assert_eq!(intercepted.load(Ordering::Relaxed), 1);
    let [without, with] = &http.requests()[..] else { panic!("{:?}", http.requests()) };
    for request in [without, with] {
        assert_eq!(request.uri(), format!("https://vpce.example:8443{}", F::PATH));
        let header = |name| request.header(name).unwrap_or_default();
        assert!(header("x-amz-user-agent").contains("app/app-of-the-user"), "{request:?}");
        assert!(header("authorization").contains("/ap-south-1/"), "{request:?}");
        assert_eq!(header("amz-sdk-request"), "attempt=1; max=1");
    }
    assert_eq!((without.header("x-extra"), with.header("x-extra")), (None, Some("kept")));
    assert_eq!(F::body(without), F::body(with));
}

/// A timeout says nothing of what arrived.
pub async fn timeouts_that_the_user_set_are_kept_and_ambiguous<F: Fixture>() {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build();
    let http = Canned::script([Response::Hang]);
    let setup = Setup::of(Setup::with_credentials().http_client(http).timeout_config(timeouts).build());
    let started = now();
    let reply = send::<F>(&setup, 1).await;
    assert_eq!(shown(&reply), "Ambiguous(Timeout)");
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

/// Whether it has no provider, or one that finds none.
pub async fn a_client_without_credentials_is_told_how_to_get_some<F: Fixture>() {
    let advice = ["NoCredentials", "give it a credentials provider, or configure the default one"];
    check::<F>(Setup::bare().http_client(Canned::never()), "Fatal(NoCredentials)", &advice).await;
    let none = provided_by(|| CredentialsError::not_loaded("nothing found"));
    check::<F>(none, "Fatal(NoCredentials)", &advice).await;
}

/// Asking again would not help.
pub async fn a_provider_that_was_refused_credentials_says_so_at_once<F: Fixture>() {
    let forbidden = provided_by(|| {
        CredentialsError::provider_error("Non-success status from HTTP credential provider: StatusCode(403)")
    });
    let words = ["check the role of this machine, container or program"];
    check::<F>(forbidden, "Fatal(CredentialsRefused)", &words).await;
}

/// A provider that fails, and one that hangs.
pub async fn credentials_that_cannot_be_fetched_now_are_waited_for<F: Fixture>() {
    let words = ["could not fetch credentials"];
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let down = provided_by(move || CredentialsError::provider_error(reset()));
    check::<F>(down, "Unsent(CredentialsUnavailable)", &words).await;
    let hangs = never().credentials_provider(SharedCredentialsProvider::new(Hangs));
    check::<F>(hangs, "Unsent(CredentialsUnavailable)", &words).await;
}

/// Whether there is none, or none that can be read.
pub async fn a_client_without_region_or_endpoint_is_told_so<F: Fixture>() {
    let words = ["set its region, or an endpoint URL with its scheme"];
    check::<F>(never().region(None), "Fatal(NoEndpoint)", &words).await;
    check::<F>(never().endpoint_url("not a URL"), "Fatal(NoEndpoint)", &words).await;
    check::<F>(never().endpoint_url("localhost:4566"), "Fatal(NoEndpoint)", &words).await;
}

/// As `AWS_ENDPOINT_URL=` sets it, at which the SDK panics.
pub async fn a_client_with_an_empty_endpoint_is_told_so<F: Fixture>() {
    let words = ["the endpoint URL of the client is empty", "unset AWS_ENDPOINT_URL"];
    check::<F>(never().endpoint_url(""), "Fatal(NoEndpoint)", &words).await;
}

/// Where another crate of the build brings an HTTP client, there is one, and no server to talk to.
pub async fn a_client_without_an_http_client_is_told_so<F: Fixture>() {
    let config = Setup::with_credentials().endpoint_url("https://127.0.0.1:1");
    let reply = send::<F>(&Setup::of(config.build()), 2).await;
    assert!(["Fatal(NoHttpClient)", "Unsent(NotConnected)"].contains(&&*shown(&reply)), "{}", shown(&reply));
}

/// Nor does the failure show what the interceptor said.
pub async fn a_request_that_an_interceptor_spoils_is_not_called_sent_or_unsent<F: Fixture>() {
    let setup = Setup::of(never().build()).intercepted(Spoils);
    check_setup::<F>(&setup, "Ambiguous(RequestFailed)", &["ended without a response"]).await;
}

/// Checks what a client of this configuration comes to, and that the failure says these words.
pub(super) async fn check<F: Fixture>(config: Builder, expected: &str, words: &[&str]) {
    check_setup::<F>(&Setup::of(config.build()), expected, words).await;
}

async fn check_setup<F: Fixture>(setup: &Setup, expected: &str, words: &[&str]) {
    let reply = send::<F>(setup, 2).await;
    assert_eq!(shown(&reply), expected);
    let failure = failure(reply);
    says(&failure, words);
    let chain = std::iter::successors(Some(&failure as &dyn Error), |&error| error.source());
    let chain: Vec<_> = chain.map(|error| format!("{error} {error:?}")).collect();
    assert!(!format!("{chain:?}").contains(&name(0)), "a source shows an entry: {chain:?}");
}

/// A client that is never to send anything.
fn never() -> Builder {
    Setup::with_credentials().http_client(Canned::never())
}

fn provided_by(fail: impl Fn() -> CredentialsError + Send + Sync + 'static) -> Builder {
    never().credentials_provider(SharedCredentialsProvider::new(Provider(Box::new(fail))))
}

/// Fails like this whenever it is asked.
struct Provider(Box<dyn Fn() -> CredentialsError + Send + Sync>);

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err((self.0)()))
    }
}

/// Never gives any.
#[derive(Debug)]
struct Hangs;

impl ProvideCredentials for Hangs {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(std::future::pending())
    }
}

/// Adds a header, and counts.
#[derive(Debug)]
struct Extra(Arc<AtomicUsize>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Extra {
    fn name(&self) -> &'static str {
        "Extra"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        context.request_mut().headers_mut().insert("x-extra", "kept");
        Ok(())
    }
}

/// Fails before a request leaves.
#[derive(Debug)]
struct Spoils;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Spoils {
    fn name(&self) -> &'static str {
        "Spoils"
    }

    fn modify_before_transmit(
        &self,
        _: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Err(format!("{} is spoilt", name(0)).into())
    }
}
