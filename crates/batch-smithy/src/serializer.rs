//! Serializes the requests of one operation in place of the SDK's own serializer.
//!
//! An interceptor in the writer's copy of the client replaces the serializer just before it runs. The typed
//! input remains, so that the user's interceptors can read and change it, and everything afterwards
//! (endpoint, signature, transmission, response) is the SDK's.
//!
//! The SDK's serializer still handles every other operation, every input that ours leaves to it, and this
//! operation too if it is not the known one ([`Known`]): another release of the SDK may name it
//! differently, and an interceptor of the user's may have replaced it.

use std::any::Any;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, Input,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use aws_smithy_types::config_bag::ConfigBag;

use crate::Known;

/// Writes a request from an operation's input, or returns `None` to leave it to the SDK.
pub type WriteRequest<I> = fn(&I) -> Option<HttpRequest>;

/// An interceptor that replaces the serializer of the operation whose input is `I`. Add it after all
/// others, so that it sees the serializer that they chose.
///
/// `name` is the name of the interceptor.
pub fn swap_serializer<I: fmt::Debug + Send + Sync + 'static>(
    name: &'static str,
    known: Known,
    write: WriteRequest<I>,
) -> SharedInterceptor {
    SharedInterceptor::permanent(Swap { name, known, write })
}

struct Swap<I> {
    name: &'static str,
    known: Known,
    write: WriteRequest<I>,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl<I: fmt::Debug + Send + Sync + 'static> Intercept for Swap<I> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.input().downcast_ref::<I>().is_none() {
            return Ok(());
        }
        if let Some(fallback) = self.known.serializer_in(bag) {
            let swapped = Swapped { fallback, write: self.write };
            bag.interceptor_state().store_put(SharedRequestSerializer::new(swapped));
        }
        Ok(())
    }
}

/// Writes the request, or lets the serializer that it replaces do so.
struct Swapped<I> {
    fallback: SharedRequestSerializer,
    write: WriteRequest<I>,
}

impl<I: Any + fmt::Debug + Send + Sync> SerializeRequest for Swapped<I> {
    fn serialize_input(&self, input: Input, bag: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        match input.downcast_ref().and_then(self.write) {
            Some(request) => Ok(request),
            None => self.fallback.serialize_input(input, bag),
        }
    }
}

/// By hand because a function of an input cannot be shown.
impl<I> fmt::Debug for Swap<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Swap").field("name", &self.name).field("known", &self.known).finish_non_exhaustive()
    }
}

impl<I> fmt::Debug for Swapped<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Swapped").field("fallback", &self.fallback).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::interceptors::context::Input;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::ConfigBag;

    use super::Swapped;

    #[derive(Debug)]
    struct Known;

    impl SerializeRequest for Known {
        fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
            Err("the SDK's own".into())
        }
    }

    fn written(by: &Swapped<u8>, input: Input) -> Result<usize, String> {
        let request = by.serialize_input(input, &mut ConfigBag::base());
        request
            .map(|request| request.body().bytes().map_or(0, <[u8]>::len))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_written_is_left_to_the_serializer_of_before() {
        let even =
            |n: &u8| n.is_multiple_of(2).then(|| HttpRequest::new(SdkBody::from(vec![0; usize::from(*n)])));
        let swapped = Swapped { fallback: SharedRequestSerializer::new(Known), write: even };
        assert_eq!(written(&swapped, Input::erase(4_u8)), Ok(4));
        assert_eq!(written(&swapped, Input::erase(5_u8)), Err("the SDK's own".to_owned()));
        assert_eq!(written(&swapped, Input::erase("another")), Err("the SDK's own".to_owned()));
    }
}
