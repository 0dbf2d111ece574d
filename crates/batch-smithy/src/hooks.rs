//! Which interceptors of a client run for a request that the SDK does not orchestrate
//! ([`orchestrate`](crate::orchestrate)).
//!
//! All of them are the SDK's or ours, and known by their names: a user's may do anything. Some do the same
//! for each request of an operation, so that what they did for the first is used again. The others run as in
//! the SDK: the same objects, since they have learned something (the service's clock), at the same moments.
//! One that compresses is known only as one that is switched off, which does nothing to any request: what it
//! does is told in the user agent. An adapter whose client compresses keeps nothing.

use aws_smithy_runtime_api::client::interceptors::context::{Error, InterceptorContext};
use aws_smithy_runtime_api::client::interceptors::error::InterceptorError;
use aws_smithy_runtime_api::client::interceptors::{Intercept, OverriddenHooks, SharedInterceptor};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// What stops a request.
pub(crate) type Stopped = OrchestratorError<Error>;

/// The interceptors that run for each request, in the order of the SDK, and their hooks that do.
pub(crate) struct Hooks(Vec<(SharedInterceptor, OverriddenHooks)>);

impl Hooks {
    /// Those of these components, or `None` if one of them is unknown.
    pub(crate) fn of(components: &RuntimeComponents) -> Option<Self> {
        let mut hooks = Vec::new();
        for interceptor in components.interceptors() {
            let of_interceptor = match role(interceptor.name())? {
                Role::Constant => continue,
                Role::Request => interceptor.overridden_hooks(),
                Role::Response => OverriddenHooks::MODIFY_BEFORE_DESERIALIZATION,
            };
            hooks.push((interceptor, of_interceptor));
        }
        Some(Self(hooks))
    }

    /// Before all other hooks, which alone has no components.
    pub(crate) fn read_before_execution(
        &self,
        context: &InterceptorContext,
        bag: &mut ConfigBag,
    ) -> Result<(), Stopped> {
        self.run(OverriddenHooks::READ_BEFORE_EXECUTION, bag, |interceptor, bag| {
            let ran = interceptor.read_before_execution(&context.into(), bag);
            ran.map_err(|error| InterceptorError::read_before_execution(interceptor.name(), error))
        })
    }

    /// Runs one hook of all interceptors. As in the SDK, an error ends none of the others, and the last one
    /// counts.
    fn run(
        &self,
        hook: OverriddenHooks,
        bag: &mut ConfigBag,
        mut run: impl FnMut(&SharedInterceptor, &mut ConfigBag) -> Result<(), InterceptorError>,
    ) -> Result<(), Stopped> {
        let mut result = Ok(());
        for (interceptor, hooks) in &self.0 {
            if hooks.contains(hook)
                && interceptor.enabled(bag)
                && let Err(error) = run(interceptor, bag)
            {
                result = Err(OrchestratorError::interceptor(error));
            }
        }
        result
    }
}

/// The other hooks: functions of a context, the components and the configuration.
macro_rules! hooks {
    ($($name:ident $(($mut:tt))? = $hook:ident;)*) => {
        impl Hooks {$(
            pub(crate) fn $name(
                &self,
                context: &$($mut)? InterceptorContext,
                components: &RuntimeComponents,
                bag: &mut ConfigBag,
            ) -> Result<(), Stopped> {
                self.run(OverriddenHooks::$hook, bag, |interceptor, bag| {
                    let ran = interceptor.$name(&$($mut)? (&$($mut)? *context).into(), components, bag);
                    ran.map_err(|error| InterceptorError::$name(interceptor.name(), error))
                })
            }
        )*}
    };
}

hooks! {
    modify_before_serialization(mut) = MODIFY_BEFORE_SERIALIZATION;
    read_before_serialization = READ_BEFORE_SERIALIZATION;
    read_after_serialization = READ_AFTER_SERIALIZATION;
    modify_before_retry_loop(mut) = MODIFY_BEFORE_RETRY_LOOP;
    read_before_attempt = READ_BEFORE_ATTEMPT;
    modify_before_signing(mut) = MODIFY_BEFORE_SIGNING;
    read_before_signing = READ_BEFORE_SIGNING;
    read_after_signing = READ_AFTER_SIGNING;
    modify_before_transmit(mut) = MODIFY_BEFORE_TRANSMIT;
    read_before_transmit = READ_BEFORE_TRANSMIT;
    read_after_transmit = READ_AFTER_TRANSMIT;
    modify_before_deserialization(mut) = MODIFY_BEFORE_DESERIALIZATION;
    read_before_deserialization = READ_BEFORE_DESERIALIZATION;
    read_after_deserialization = READ_AFTER_DESERIALIZATION;
    modify_before_attempt_completion(mut) = MODIFY_BEFORE_ATTEMPT_COMPLETION;
    read_after_attempt = READ_AFTER_ATTEMPT;
    modify_before_completion(mut) = MODIFY_BEFORE_COMPLETION;
    read_after_execution = READ_AFTER_EXECUTION;
}

/// What an interceptor does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Role {
    /// The same for each request of an operation with one identity: in the configuration and in the headers,
    /// where it was done for the first one.
    Constant,
    /// Something else for each request.
    Request,
    /// Something else for each response; of a request only what is constant.
    Response,
}

fn role(name: &str) -> Option<Role> {
    let is_constant = CONSTANT.contains(&name) || CONSTANT_OF_OPERATION.iter().any(|end| name.ends_with(end));
    [
        (is_constant, Role::Constant),
        (REQUEST.contains(&name), Role::Request),
        (RESPONSE.contains(&name), Role::Response),
    ]
    .into_iter()
    .find_map(|(is_one, role)| is_one.then_some(role))
}

/// They fill in the user agent, from the client and the identity; name the retry quota, of which a client
/// without retries takes nothing; compress nothing; check the endpoint URL; write the input, or keep what was prepared;
/// and watch for streams that stall, which [`orchestrate`](crate::orchestrate) does itself.
const CONSTANT: [&str; 12] = [
    "AccountIdEndpointFeatureTrackerInterceptor",
    "BatchRejectEmptyEndpoint",
    "BatchTyped",
    "BatchWritten",
    "EndpointOverrideFeatureTrackerInterceptor",
    "ObservabilityFeatureTrackerInterceptor",
    "RequestCompressionInterceptor",
    "RetryModeFeatureTrackerInterceptor",
    "RpcV2CborFeatureTrackerInterceptor",
    "StalledStreamProtectionInterceptor",
    "TokenBucketProvider",
    "UserAgentInterceptor",
];

/// They read what is the same in the input of all requests of a writer: where it sends to. Their names begin with that of
/// the operation.
const CONSTANT_OF_OPERATION: [&str; 2] = ["EndpointParamsInterceptor", "TelemetryInputCaptureInterceptor"];

/// They put their notes where those of the last request were, so that the configuration does not grow.
const REQUEST: [&str; 8] = [
    "ConnectionPoisoningInterceptor",
    "EnforceContentLength",
    "InvocationIdInterceptor",
    "MetricsInterceptor",
    "RecursionDetectionInterceptor",
    "RequestInfoInterceptor",
    "ServiceClockSkewInterceptor",
    "TelemetryBytesInterceptor",
];

const RESPONSE: [&str; 2] = ["BatchRejectPages", "BatchResponseCap"];

#[cfg(test)]
mod tests {
    use super::{Role, role};

    #[test]
    fn an_interceptor_is_known_by_its_whole_name_and_those_of_an_operation_by_its_end() {
        for (name, expected) in [
            ("UserAgentInterceptor", Some(Role::Constant)),
            ("PutRecordBatchEndpointParamsInterceptor", Some(Role::Constant)),
            ("ServiceClockSkewInterceptor", Some(Role::Request)),
            ("StalledStreamProtectionInterceptor", Some(Role::Constant)),
            ("RequestCompressionInterceptor", Some(Role::Constant)),
            ("BatchRejectPages", Some(Role::Response)),
            ("MyUserAgentInterceptor", None),
            ("UserAgentInterceptors", None),
            ("", None),
        ] {
            assert_eq!(role(name), expected, "{name}");
        }
    }
}
