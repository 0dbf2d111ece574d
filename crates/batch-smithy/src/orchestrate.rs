//! Sends a request with what the SDK prepared for an earlier one, as the SDK's orchestrator does it.
//!
//! The same objects of the client resolve the identity and the endpoint, sign, send and read; only the
//! configuration is not applied again. If the identity or the endpoint is another than that of the earlier
//! request, nothing was sent, and the SDK sends the request.

use std::error;
use std::fmt;
use std::mem;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::{
    AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, AuthSchemeOptionResolverParams, AuthSchemePreference,
    ResolveAuthSchemeOptions,
};
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, ResolveEndpoint};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityCacheLocation, ResolveCachedIdentity, ResolveIdentity,
};
use aws_smithy_runtime_api::client::interceptors::context::{Error, Input, InterceptorContext, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::retries::{RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::Document;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::hooks::Stopped;
use crate::prepared::Ready;
use crate::reading::Reading;
use crate::timeouts::{Limit, within};
use crate::{download, upload};

/// Why there is no output.
enum Stop {
    /// Nothing was sent, because something is not as it was.
    Changed,
    /// The attempt failed.
    Failed(Stopped),
    /// It failed before there was an attempt.
    NotBegun(Stopped),
}

impl From<Stopped> for Stop {
    fn from(error: Stopped) -> Self {
        Self::Failed(error)
    }
}

/// Sends a request with this body, and reads the response by `reading`, or by the SDK without one. `None` if
/// it was not sent and the SDK has to send it. `begins` is called when that can no longer be.
pub(crate) async fn send(
    ready: &mut Ready,
    body: SdkBody,
    reading: Option<&Reading>,
    begins: impl FnOnce(),
) -> Option<Result<Output, SdkError<Error, HttpResponse>>> {
    let limit = ready.bag.load::<TimeoutConfig>().and_then(Limit::of);
    let clock = ready.components.sleep_impl();
    // A request that is written needs no input.
    let mut context = InterceptorContext::new(Input::erase(()));
    match within(limit, clock, || exchange(ready, &mut context, body, reading, begins)).await {
        Ok(()) => {}
        Err(Stop::Changed) => return None,
        Err(Stop::Failed(error)) => context.fail(error),
        Err(Stop::NotBegun(error)) => {
            context.fail(error);
            end(ready, &mut context);
            return Some(context.finalize());
        }
    }
    end_attempt(ready, &mut context);
    end(ready, &mut context);
    Some(context.finalize())
}

/// What was sent, as the operation returns it.
///
/// # Panics
///
/// When it is of another operation.
#[expect(clippy::result_large_err, reason = "it is the SDK's")]
pub(crate) fn of_operation<O, E>(
    sent: Result<Output, SdkError<Error, HttpResponse>>,
) -> Result<O, SdkError<E, HttpResponse>>
where
    O: fmt::Debug + Send + Sync + 'static,
    E: error::Error + Send + Sync + 'static,
{
    match sent {
        Ok(output) => Ok(output.downcast().expect(OF_ANOTHER)),
        Err(error) => Err(error.map_service_error(|error| error.downcast().expect(OF_ANOTHER))),
    }
}

async fn exchange(
    ready: &mut Ready,
    context: &mut InterceptorContext,
    body: SdkBody,
    reading: Option<&Reading>,
    begins: impl FnOnce(),
) -> Result<(), Stop> {
    let connector = connector(ready).ok_or(Stop::Changed)?;
    begin(ready, context, ready.request(body).ok_or(Stop::Changed)?)?;
    let (scheme, identity) = resolve_identity(ready).await?;
    if !ready.is_of(&identity) || !has_same_endpoint(ready).await {
        return Err(Stop::Changed);
    }
    let request = sign(ready, context, &scheme, &identity)?;
    // From here on it may arrive, and nothing may be `Changed`.
    begins();
    let response = upload::call(&connector, request, &ready.bag, ready.components.sleep_impl()).await;
    context.set_response(response.map_err(OrchestratorError::connector)?);
    Ok(read(ready, context, reading).await?)
}

/// A connection by the client's settings.
fn connector(ready: &Ready) -> Option<SharedHttpConnector> {
    let timeouts = ready.bag.load::<TimeoutConfig>()?;
    let mut settings = HttpConnectorSettings::builder();
    settings.set_connect_timeout(timeouts.connect_timeout());
    settings.set_read_timeout(timeouts.read_timeout());
    Some(ready.components.http_client()?.http_connector(&settings.build(), &ready.components))
}

/// What comes before the first attempt, and its beginning.
fn begin(ready: &mut Ready, context: &mut InterceptorContext, request: HttpRequest) -> Result<(), Stop> {
    prepare(ready, context, request).map_err(Stop::NotBegun)?;
    let Ready { bag, components, hooks, .. } = ready;
    match components.retry_strategy().should_attempt_initial_request(components, bag) {
        Ok(ShouldAttempt::Yes) => Ok(hooks.read_before_attempt(context, components, bag)?),
        _ => Err(Stop::Changed),
    }
}

fn prepare(ready: &mut Ready, context: &mut InterceptorContext, request: HttpRequest) -> Result<(), Stopped> {
    let Ready { bag, components, hooks, .. } = ready;
    hooks.read_before_execution(context, bag)?;
    hooks.modify_before_serialization(context, components, bag)?;
    hooks.read_before_serialization(context, components, bag)?;
    context.enter_serialization_phase();
    context.take_input();
    // Here the context copies the request for a second attempt, which there is not.
    context.set_request(HttpRequest::new(SdkBody::empty()));
    context.enter_before_transmit_phase();
    context.set_request(request);
    hooks.read_after_serialization(context, components, bag)?;
    hooks.modify_before_retry_loop(context, components, bag)
}

/// The identity of the first scheme that the client has one for, as the SDK chooses it.
async fn resolve_identity(ready: &Ready) -> Result<(AuthSchemeId, Identity), Stop> {
    let Ready { bag, components, .. } = ready;
    let parameters = bag.load::<AuthSchemeOptionResolverParams>().ok_or(Stop::Changed)?;
    if bag.load::<AuthSchemePreference>().is_some() {
        return Err(Stop::Changed);
    }
    let options = components.auth_scheme_option_resolver();
    let options = options.resolve_auth_scheme_options_v2(parameters, bag, components).await;
    for option in options.map_err(OrchestratorError::other)? {
        let id = option.scheme_id();
        let scheme = components.auth_scheme(id);
        let Some(resolver) = scheme.and_then(|scheme| scheme.identity_resolver(components)) else { continue };
        let is_cached = resolver.cache_location() == IdentityCacheLocation::RuntimeComponents;
        if option.properties().is_some() || !is_cached {
            break;
        }
        let cache = components.identity_cache();
        let identity = cache.resolve_cached_identity(resolver, components, bag).await;
        return Ok((id.clone(), identity.map_err(OrchestratorError::other)?));
    }
    Err(Stop::Changed)
}

/// Whether requests still go where the first one went. Its parameters include what the endpoint takes from
/// the identity.
async fn has_same_endpoint(ready: &Ready) -> bool {
    let Ready { bag, components, .. } = ready;
    let known = bag.load::<EndpointResolverParams>().zip(bag.load::<Endpoint>());
    let Some((parameters, endpoint)) = known else { return false };
    let resolver = components.endpoint_resolver();
    resolver.resolve_endpoint(parameters).await.is_ok_and(|resolved| resolved == *endpoint)
}

/// Signs the request, and returns it as it is to be sent.
fn sign(
    ready: &mut Ready,
    context: &mut InterceptorContext,
    id: &AuthSchemeId,
    identity: &Identity,
) -> Result<HttpRequest, Stop> {
    let Ready { bag, components, hooks, .. } = ready;
    hooks.modify_before_signing(context, components, bag)?;
    hooks.read_before_signing(context, components, bag)?;
    let config = bag.load::<Endpoint>().and_then(|endpoint| scheme_config(endpoint, id));
    let config = config.ok_or(Stop::Changed)?;
    let scheme = components.auth_scheme(id).ok_or(Stop::Changed)?;
    let request = context.request_mut().ok_or(Stop::Changed)?;
    let signed = scheme.signer().sign_http_request(request, identity, config, components, bag);
    signed.map_err(OrchestratorError::other)?;
    hooks.read_after_signing(context, components, bag)?;
    hooks.modify_before_transmit(context, components, bag)?;
    hooks.read_before_transmit(context, components, bag)?;
    context.enter_transmit_phase();
    context.take_request().ok_or(Stop::Changed)
}

/// What the endpoint says of an auth scheme. `None` if it names others and not this one.
fn scheme_config<'a>(endpoint: &'a Endpoint, id: &AuthSchemeId) -> Option<AuthSchemeEndpointConfig<'a>> {
    let mut typed = endpoint.auth_schemes().iter();
    if typed.len() > 0 {
        return typed.find(|scheme| scheme.name() == id.inner()).map(AuthSchemeEndpointConfig::from_typed);
    }
    let Some(schemes) = endpoint.properties().get("authSchemes") else {
        return Some(AuthSchemeEndpointConfig::empty());
    };
    let name = |scheme: &'a Document| scheme.as_object()?.get("name")?.as_string();
    let scheme = schemes.as_array()?.iter().find(|scheme| name(scheme) == Some(id.inner()))?;
    Some(AuthSchemeEndpointConfig::from(scheme))
}

async fn read(
    ready: &mut Ready,
    context: &mut InterceptorContext,
    reading: Option<&Reading>,
) -> Result<(), Stopped> {
    let Ready { bag, components, hooks, .. } = ready;
    context.enter_before_deserialization_phase();
    hooks.read_after_transmit(context, components, bag)?;
    hooks.modify_before_deserialization(context, components, bag)?;
    hooks.read_before_deserialization(context, components, bag)?;
    context.enter_deserialization_phase();
    let response = context.response_mut().expect("it was set");
    let output = match (load(response, bag, components.sleep_impl()).await, reading) {
        (Err(error), _) => Err(OrchestratorError::response(error)),
        (Ok(()), Some(reading)) => reading.deserialize_nonstreaming_with_config(response, bag),
        (Ok(()), None) => {
            let sdk = bag.load::<SharedResponseDeserializer>().expect("it read the first response");
            sdk.deserialize_nonstreaming_with_config(response, bag)
        }
    };
    context.set_output_or_error(output);
    context.enter_after_deserialization_phase();
    hooks.read_after_deserialization(context, components, bag)
}

/// Reads the whole body.
async fn load(
    response: &mut HttpResponse,
    bag: &ConfigBag,
    clock: Option<SharedAsyncSleep>,
) -> Result<(), BoxError> {
    let body = mem::replace(response.body_mut(), SdkBody::taken());
    *response.body_mut() = SdkBody::from(download::whole(body, bag, clock).await?);
    Ok(())
}

/// What comes after an attempt, however it ended.
fn end_attempt(ready: &mut Ready, context: &mut InterceptorContext) {
    let Ready { bag, components, hooks, .. } = ready;
    let completed = hooks.modify_before_attempt_completion(context, components, bag);
    fail_if(context, completed);
    let read = hooks.read_after_attempt(context, components, bag);
    fail_if(context, read);
    // It counts what succeeds, and retries nothing.
    let judged = components.retry_strategy().should_attempt_retry(context, components, bag);
    fail_if(context, judged.map(|_| ()).map_err(OrchestratorError::other));
}

/// What comes last, also where there was no attempt.
fn end(ready: &mut Ready, context: &mut InterceptorContext) {
    let Ready { bag, components, hooks, .. } = ready;
    let completed = hooks.modify_before_completion(context, components, bag);
    fail_if(context, completed);
    let read = hooks.read_after_execution(context, components, bag);
    fail_if(context, read);
}

fn fail_if(context: &mut InterceptorContext, result: Result<(), Stopped>) {
    if let Err(error) = result {
        context.fail(error);
    }
}

const OF_ANOTHER: &str = "it was prepared for this operation";
