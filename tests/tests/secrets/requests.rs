//! Requests that fail in every way, and what is said of them.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::{self, error::CredentialsError};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use batch_core::{Settings, UnprocessedItem};
use batch_local::LocalServer;
use batchwright_tests::{EntryOf, Setup};
use tracing::Level;

use crate::interrogation::{question, question_all, search};
use crate::paths;
use crate::planted::MARK;
use crate::recorder::{Recording, Told};
use crate::suspects::Suspect;
use crate::trouble::{Act, Trouble, provided_by, setup};

pub(crate) async fn nothing_that_a_request_carries_is_shown_however_it_fails<S: Suspect>() {
    for (path, trouble) in paths::troubles::<S>() {
        let server = LocalServer::new();
        S::mount(&server, server.http_client()).await;
        _ = fail::<S>(&path, setup(&server, Some(S::OPERATION), trouble)).await;
    }
    for (path, plan) in paths::faults() {
        let server = LocalServer::new();
        S::mount(&server, server.http_client()).await;
        server.set_faults(plan);
        _ = fail::<S>(&path, setup(&server, None, Arc::new(|_| Act::Pass))).await;
    }
}

pub(crate) async fn nothing_that_a_lookup_carries_is_shown_however_it_fails<S: Suspect>() {
    for (path, trouble) in paths::troubles::<S>() {
        if path == "a panic" {
            continue; // it is the caller's, and passes through
        }
        let recording = Recording::start();
        let server = LocalServer::new();
        S::mount(&server, server.http_client()).await;
        if let Some(error) = S::look_up(setup(&server, None, trouble)).await {
            question(&path, &*error);
        }
        search(&path, &recording);
    }
}

pub(crate) async fn nothing_that_a_provider_of_credentials_says_is_shown<S: Suspect>() {
    for (path, provide) in DENIALS {
        let server = LocalServer::new();
        S::mount(&server, server.http_client()).await;
        let setup = provided_by(setup(&server, None, Arc::new(|_| Act::Pass)), provide);
        _ = fail::<S>(path, setup.clone()).await;
        if let Some(error) = S::look_up(setup).await {
            question(path, &*error);
        }
    }
}

pub(crate) async fn nothing_that_an_interceptor_says_is_shown<S: Suspect>() {
    let server = LocalServer::new();
    S::mount(&server, server.http_client()).await;
    let setup = setup(&server, None, Arc::new(|_| Act::Pass));
    _ = fail::<S>("an interceptor", setup.intercepted(Inspector)).await;
}

pub(crate) async fn what_is_not_shown_can_be_asked_for<S: Suspect>() {
    let server = LocalServer::new();
    S::mount(&server, server.http_client()).await;
    let echo: Trouble = Arc::new(|asked| Act::Answer(S::error(400, "SomethingNew", &asked.text)));
    let (items, recording) = fail::<S>("asked for", setup(&server, Some(S::OPERATION), echo)).await;
    let traced = |told: &Told| told.level == Level::TRACE && told.text.contains(MARK);
    assert!(recording.told().iter().any(traced), "the SDK traces what it sends");
    let words = items[0].cause.failure().and_then(batch_core::Failure::message).unwrap();
    assert!(
        words.contains(MARK) && words.contains("token-pl4nted"),
        "what is not there cannot leak: {words}"
    );
}

/// Has every entry handed back, and questions all that is said of it.
async fn fail<S: Suspect>(path: &str, setup: Setup) -> (Vec<UnprocessedItem<EntryOf<S>>>, Recording) {
    let recording = Recording::start();
    let settings = Settings::new().max_attempts(2).attempt_timeout(Duration::from_secs(2));
    let writer = S::build(setup, settings.delivery_deadline(Duration::from_secs(20)));
    let receipt = writer.submit_tracked(S::guilty(0)).await.unwrap();
    for n in 1..3 {
        writer.submit(S::guilty(n)).await.unwrap();
    }
    let mut items = writer.flush().await;
    items.extend(receipt.await.err());
    question_all(path, &items);
    search(path, &recording);
    (items, recording)
}

/// Looks at what is sent, and dislikes it.
#[derive(Debug)]
struct Inspector;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Inspector {
    fn name(&self) -> &'static str {
        "Inspector"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Err(format!("this may not leave: {:?}, {MARK}", context.request()).into())
    }
}

/// What a provider of credentials says.
type Provide = fn() -> provider::Result;

const DENIALS: [(&str, Provide); 5] = [
    ("no credentials", || Err(CredentialsError::not_loaded(format!("{MARK} is not one")))),
    ("a wrong configuration", || Err(CredentialsError::invalid_configuration(format!("{MARK} is wrong")))),
    ("no provider", || Err(CredentialsError::provider_error(format!("{MARK} is all that it says")))),
    ("another reason", || Err(CredentialsError::unhandled(format!("{MARK} is not known")))),
    ("a slow provider", || Err(CredentialsError::provider_timed_out(Duration::from_secs(1)))),
];
