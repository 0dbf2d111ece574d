//! Responses that the adapter reads itself, without the SDK's model of them.
//!
//! The SDK makes a structure of several texts for every entry of a response, which is wasted where all
//! entries were accepted and no receipt asks for more. Instead the interceptor of the one request
//! ([`Written`]) replaces the SDK's deserializer by one that first shows the response to the adapter. What
//! the adapter does not understand, the SDK's deserializer reads as it always does.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};

use crate::known::shows;

/// The SDK's deserializer of the responses of an operation.
#[derive(Clone, Debug)]
pub struct KnownDeserializer {
    /// What the SDK configures for the operation, its deserializer included, which cannot be cloned.
    operation: FrozenLayer,
    name: &'static str,
}

impl KnownDeserializer {
    /// The deserializer of this operation of an SDK crate, such as `PutRecords::new()`. `name` is the name
    /// of its type, which is private. `None` if the operation has another one.
    #[must_use]
    pub fn of(operation: &impl RuntimePlugin, name: &'static str) -> Option<Self> {
        let found = Self { operation: operation.config()?, name };
        found.sdk().is_some_and(|sdk| found.shows(sdk)).then_some(found)
    }

    fn sdk(&self) -> Option<&SharedResponseDeserializer> {
        self.operation.load::<SharedResponseDeserializer>()
    }

    fn shows(&self, deserializer: &SharedResponseDeserializer) -> bool {
        shows(deserializer, ["SharedResponseDeserializer(", self.name, ")"])
    }
}

type Read = dyn Fn(&HttpResponse) -> Option<Output> + Send + Sync;

/// What shows a response to the adapter, or has the SDK read it.
#[derive(Clone)]
pub(crate) struct Reading {
    known: KnownDeserializer,
    read: Arc<Read>,
}

impl Reading {
    /// Has `read` read responses that the SDK would read with the known deserializer.
    pub(crate) fn new<O: fmt::Debug + Send + Sync + 'static>(
        known: &KnownDeserializer,
        read: impl Fn(&HttpResponse) -> Option<O> + Send + Sync + 'static,
    ) -> Self {
        let read = Arc::new(move |response: &HttpResponse| read(response).map(Output::erase));
        Self { known: known.clone(), read }
    }

    /// Leaves all responses to the SDK, in the configuration of a request that was answered.
    pub(crate) fn end_in(self, bag: &mut ConfigBag) {
        let end = Self { read: Arc::new(|_| None), ..self };
        bag.interceptor_state().store_put(SharedResponseDeserializer::new(end));
    }

    /// Replaces the deserializer of a request, if it is the known one.
    pub(crate) fn swap_in(&self, bag: &mut ConfigBag) {
        if bag.load::<SharedResponseDeserializer>().is_some_and(|current| self.known.shows(current)) {
            bag.interceptor_state().store_put(SharedResponseDeserializer::new(self.clone()));
        }
    }
}

impl DeserializeResponse for Reading {
    fn deserialize_streaming_with_config(
        &self,
        response: &mut HttpResponse,
        bag: &ConfigBag,
    ) -> Option<Result<Output, OrchestratorError<Error>>> {
        self.known.sdk()?.deserialize_streaming_with_config(response, bag)
    }

    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        bag: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        match ((self.read)(response), self.known.sdk()) {
            (Some(output), _) => Ok(output),
            (None, Some(sdk)) => sdk.deserialize_nonstreaming_with_config(response, bag),
            (None, None) => Err(OrchestratorError::other("the operation has no deserializer")),
        }
    }
}

/// By hand because a function cannot be shown.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("name", &self.known.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
    use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
    use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
    use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer, Layer};

    use super::{KnownDeserializer, Reading};

    #[derive(Debug)]
    struct Deserializer;

    #[derive(Debug)]
    struct Other;

    macro_rules! deserializer {
        ($($name:ident $output:literal)*) => {$(
            impl DeserializeResponse for $name {
                fn deserialize_nonstreaming_with_config(
                    &self, _: &HttpResponse, _: &ConfigBag,
                ) -> Result<Output, OrchestratorError<Error>> {
                    Ok(Output::erase($output))
                }
            }
        )*};
    }

    deserializer!(Deserializer "the SDK's" Other "another");

    #[derive(Debug)]
    struct Operation;

    impl RuntimePlugin for Operation {
        fn config(&self) -> Option<FrozenLayer> {
            Some(with(SharedResponseDeserializer::new(Deserializer)))
        }
    }

    fn with(deserializer: SharedResponseDeserializer) -> FrozenLayer {
        let mut layer = Layer::new("operation");
        layer.store_put(deserializer);
        layer.freeze()
    }

    fn reading() -> Reading {
        let known = KnownDeserializer::of(&Operation, "Deserializer").expect("it has this one");
        let read = |response: &HttpResponse| (response.status().as_u16() == 200).then_some("ours");
        Reading::new(&known, read)
    }

    /// What is read of a response with this status where the SDK has this deserializer.
    fn read(status: u16, sdk: SharedResponseDeserializer) -> &'static str {
        let mut bag = ConfigBag::of_layers(vec![]);
        bag.push_shared_layer(with(sdk));
        reading().swap_in(&mut bag);
        let status = StatusCode::try_from(status).expect("it is a status");
        let mut response = HttpResponse::new(status, SdkBody::empty());
        let deserializer = bag.load::<SharedResponseDeserializer>().expect("there is one");
        assert!(deserializer.deserialize_streaming_with_config(&mut response, &bag).is_none());
        let output = deserializer.deserialize_nonstreaming_with_config(&response, &bag);
        output.expect("it is read").downcast::<&str>().map_or("no text", |text| text)
    }

    #[test]
    fn what_the_adapter_leaves_is_read_by_the_sdk() {
        assert_eq!(read(200, SharedResponseDeserializer::new(Deserializer)), "ours");
        assert_eq!(read(400, SharedResponseDeserializer::new(Deserializer)), "the SDK's");
    }

    #[test]
    fn another_deserializer_stays() {
        assert_eq!(read(200, SharedResponseDeserializer::new(Other)), "another");
        assert!(KnownDeserializer::of(&Operation, "Other").is_none());
    }

    #[test]
    fn it_shows_the_name_alone() {
        assert_eq!(format!("{:?}", reading()), "Reading { name: \"Deserializer\", .. }");
    }
}
