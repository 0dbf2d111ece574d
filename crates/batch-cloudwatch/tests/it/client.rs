//! What becomes of the user's client, and how errors of a real one are read.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::config::{
    AppName, Builder, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_cloudwatch::error::BoxError;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter};

use crate::canned::{Answer, Canned};
use crate::support::{bare_config, config, failure, metrics, now, says, send, shown};

fn writer(config: Builder) -> CloudWatchWriter {
    CloudWatchWriter::builder(CloudWatch::new(Client::from_conf(config.build()), "Weather")).build().unwrap()
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
async fn everything_of_the_users_client_but_its_retries_survives_with_interceptors_and_without() {
    for interceptors in [0, 1] {
        let http = Canned::new(|_| Answer::error(500, "InternalServiceError"));
        let intercepted = Arc::new(AtomicUsize::new(0));
        let config = config(http.clone())
            .endpoint_url("https://vpce.example:8443")
            .region(Region::new("ap-south-1"))
            .app_name(AppName::new("app-of-the-user").unwrap())
            .retry_config(RetryConfig::standard().with_max_attempts(7));
        let extra = || Extra(Arc::clone(&intercepted));
        let config = (0..interceptors).fold(config, |config, _| config.interceptor(extra()));

        let reply = send(&writer(config), &metrics(1)).await;
        assert_eq!(shown(&reply), "Ambiguous(InternalServiceError)");
        assert_eq!(intercepted.load(Ordering::Relaxed), interceptors);
        let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
        let path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
        assert_eq!(asked.uri, format!("https://vpce.example:8443{path}"));
        assert!(asked.user_agent.contains("app/app-of-the-user"), "{}", asked.user_agent);
        assert!(asked.authorization.contains("/ap-south-1/monitoring/"), "{}", asked.authorization);
        assert_eq!(asked.extra.as_deref(), (interceptors > 0).then_some("kept"));
        assert_eq!(asked.attempt, "attempt=1; max=1");
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_that_the_user_set_are_kept_and_ambiguous() {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build();
    let writer = writer(config(Canned::script([Answer::Hang])).timeout_config(timeouts));
    let started = now();
    let reply = send(&writer, &metrics(1)).await;
    assert_eq!(shown(&reply), "Ambiguous(Timeout)");
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

/// Checks what a client of this configuration comes to, and that the failure says these words and
/// nothing of a metric.
async fn check(config: Builder, expected: &str, words: &[&str]) {
    let reply = send(&writer(config), &metrics(2)).await;
    assert_eq!(shown(&reply), expected);
    let failure = failure(reply);
    says(&failure, words);
    let chain: Vec<_> =
        std::iter::successors(Some(&failure as &dyn std::error::Error), |&error| error.source())
            .map(|error| format!("{error} {error:?}"))
            .collect();
    assert!(!format!("{chain:?}").contains("10637"), "a source shows a metric: {chain:?}");
}

fn never() -> Canned {
    Canned::new(|asked| panic!("{asked:?}"))
}

#[tokio::test(start_paused = true)]
async fn a_client_that_lacks_something_is_told_what() {
    let advice = ["give it a credentials provider, or set AWS_ACCESS_KEY_ID"];
    check(bare_config().http_client(never()), "Fatal(NoCredentials)", &advice).await;
    let advice = ["set a region, or the endpoint's whole URL"];
    check(config(never()).region(None), "Fatal(NoEndpoint)", &advice).await;
}

/// A configuration of the client that a program has, without TLS.
fn real(url: &str) -> Builder {
    let credentials = Credentials::new("local", "local", None, None, "static");
    let http = aws_smithy_http_client::Builder::new().build_http();
    bare_config().credentials_provider(credentials).http_client(http).endpoint_url(url)
}

#[tokio::test]
async fn a_real_connection_refused_was_never_sent() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = ["check the network, the region and the endpoint"];
    check(real(&format!("http://{closed}")), "Unsent(NotConnected)", &words).await;
}

#[tokio::test]
async fn a_real_connection_that_ends_before_the_answer_may_have_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        std::io::Read::read(&mut connection, &mut [0; 100]).unwrap();
    });
    check(real(&url), "Ambiguous(ConnectionLost)", &["ended before the answer"]).await;
    server.join().unwrap();
}
