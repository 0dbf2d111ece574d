//! What becomes of the user's client, and how errors of a real one are read.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{Builder, ConfigBag, Credentials, Intercept, Region, RuntimeComponents};
use aws_sdk_sqs::error::BoxError;
use batch_sqs::{Sqs, SqsWriter};

use crate::canned::{Answer, Canned};
use crate::support::{URL, bare_config, config, failure, messages, now, says, send, shown};

fn writer(config: Builder) -> SqsWriter {
    SqsWriter::builder(Sqs::new(Client::from_conf(config.build()), URL)).build().unwrap()
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

#[tokio::test(start_paused = true)]
async fn everything_of_the_users_client_but_its_retries_survives() {
    let http = Canned::new(|_| Answer::error(500, "InternalError"));
    let intercepted = Arc::new(AtomicUsize::new(0));
    let config = config(http.clone())
        .endpoint_url("https://vpce.example:8443")
        .region(Region::new("ap-south-1"))
        .app_name(aws_sdk_sqs::config::AppName::new("app-of-the-user").unwrap())
        .interceptor(Extra(Arc::clone(&intercepted)))
        .retry_config(RetryConfig::standard().with_max_attempts(7));

    let _ = send(&writer(config), &messages(1)).await;
    assert_eq!(intercepted.load(Ordering::Relaxed), 1);
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    assert_eq!(asked.uri, "https://vpce.example:8443/");
    assert!(asked.user_agent.contains("app/app-of-the-user"), "{}", asked.user_agent);
    assert_eq!(asked.extra.as_deref(), Some("kept"));
    assert_eq!(asked.attempt, "attempt=1; max=1");
}

#[tokio::test(start_paused = true)]
async fn timeouts_that_the_user_set_are_kept_and_ambiguous() {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build();
    let writer = writer(config(Canned::script([Answer::Hang])).timeout_config(timeouts));
    let started = now();
    let reply = send(&writer, &messages(1)).await;
    assert_eq!(shown(&reply), "Ambiguous(Timeout)");
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

/// Checks what a client of this configuration comes to, and that the failure says these words.
async fn check(config: Builder, expected: &str, words: &[&str]) {
    let reply = send(&writer(config), &messages(2)).await;
    assert_eq!(shown(&reply), expected);
    let failure = failure(reply);
    says(&failure, words);
    let chain = format!("{:?}", anyhow_like(&failure));
    assert!(!chain.contains("body 0"), "a source shows a message: {chain}");
}

/// An error and its sources, as reporters of errors show them.
fn anyhow_like(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source())
        .map(|error| format!("{error} {error:?}"))
        .collect()
}

fn never() -> Canned {
    Canned::new(|asked| panic!("{asked:?}"))
}

fn with_credentials() -> Builder {
    bare_config().credentials_provider(Credentials::new("local", "local", None, None, "static"))
}

#[tokio::test(start_paused = true)]
async fn a_client_without_credentials_is_told_how_to_get_some() {
    let advice = ["NoCredentials", "give it a credentials provider, or set AWS_ACCESS_KEY_ID"];
    check(bare_config().http_client(never()), "Fatal(NoCredentials)", &advice).await;
    let none = Provider(|| CredentialsError::not_loaded("nothing found"));
    check(config(never()).credentials_provider(none), "Fatal(NoCredentials)", &advice).await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_was_refused_credentials_says_so_at_once() {
    let forbidden = || {
        CredentialsError::provider_error("Non-success status from HTTP credential provider: StatusCode(403)")
    };
    let words = ["check the role of this machine, container or program"];
    check(config(never()).credentials_provider(Provider(forbidden)), "Fatal(CredentialsRefused)", &words)
        .await;
}

#[tokio::test(start_paused = true)]
async fn credentials_that_cannot_be_fetched_now_are_waited_for() {
    let words = ["could not fetch credentials"];
    let down = Provider(|| CredentialsError::provider_error(io::Error::from(io::ErrorKind::ConnectionReset)));
    check(config(never()).credentials_provider(down), "Unsent(CredentialsUnavailable)", &words).await;
    let hangs = config(never()).credentials_provider(Hangs);
    check(hangs, "Unsent(CredentialsUnavailable)", &words).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_without_region_or_endpoint_is_told_so() {
    let words = ["set a region, or the endpoint's whole URL"];
    check(config(never()).region(None), "Fatal(NoEndpoint)", &words).await;
    check(config(never()).endpoint_url("not a URL"), "Fatal(NoEndpoint)", &words).await;
    check(config(never()).endpoint_url("localhost:4566"), "Fatal(NoEndpoint)", &words).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_without_an_http_client_is_told_so() {
    let reply = send(&writer(with_credentials()), &messages(2)).await;
    // Where another crate of the build brings an HTTP client, there is one, and nobody to talk to.
    assert!(["Fatal(NoHttpClient)", "Unsent(NotConnected)"].contains(&&*shown(&reply)), "{}", shown(&reply));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_an_interceptor_spoils_is_not_called_sent_or_unsent() {
    check(config(never()).interceptor(Spoils), "Ambiguous(RequestFailed)", &["ended without an answer"])
        .await;
}

/// A configuration of the client that a program has, without TLS.
fn real(url: &str) -> Builder {
    with_credentials().http_client(aws_smithy_http_client::Builder::new().build_http()).endpoint_url(url)
}

/// A port of this machine at which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_real_connection_refused_was_never_sent() {
    let url = format!("http://127.0.0.1:{}", closed_port());
    check(real(&url), "Unsent(NotConnected)", &["check the network, the region and the endpoint"]).await;
}

#[tokio::test]
async fn a_real_client_that_cannot_connect_for_another_reason_never_sent() {
    // TLS with a client that has none; a name that does not resolve reads the same.
    check(real("https://127.0.0.1:1"), "Unsent(NotConnected)", &[]).await;
}

#[tokio::test]
async fn a_real_connection_that_takes_too_long_to_make_was_never_sent() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    // With its backlog full, it answers no more.
    let attempts = (0..1_000).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(10)));
    let _backlog: Vec<_> = attempts.take_while(Result::is_ok).collect();

    let connect = TimeoutConfig::builder().connect_timeout(Duration::from_millis(10)).build();
    let config = real(&format!("http://{address}")).timeout_config(connect);
    check(config, "Unsent(NotConnected)", &[]).await;
}

#[tokio::test]
async fn a_real_connection_that_ends_before_the_answer_may_have_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        io::Read::read(&mut connection, &mut [0; 100]).unwrap();
    });
    check(real(&url), "Ambiguous(ConnectionLost)", &["ended before the answer"]).await;
    server.join().unwrap();
}

/// Fails like this whenever it is asked.
#[derive(Debug)]
struct Provider(fn() -> CredentialsError);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err((self.0)()))
    }
}

/// Never answers.
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
        Err("body 0 is spoilt".into())
    }
}
