//! The interceptors of the user's client see and change everything, as they do without a writer.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use batch_core::{Batch, Service};

use super::entry;
use crate::response::REQUEST_ID;
use crate::{Canned, Fixture, Setup, content, shown};

/// What it reads is there, and what it changes is sent: in each request of a writer, and by whatever name it has, also one of
/// the SDK's.
pub async fn an_interceptor_sees_and_changes_input_and_request_as_without_the_writer<F: Fixture>() {
    for name in ["Inside", "MetricsInterceptor"] {
        let http = Canned::new(F::accept);
        let seen = Arc::default();
        let inside = Inside::<F> { name, seen: Arc::clone(&seen), fixture: PhantomData };
        let service = F::open(&Setup::through(http.clone()).intercepted(inside)).resolved();
        let [first, second] = [content(0, 0), content(1, 0)];
        for sent in 0..3 {
            let reply = shown(&service.send(&Batch::of([0, 1].map(entry::<F>))).await);
            assert!(["AllAccepted", "Each[+ +]"].contains(&&*reply), "{reply}");
            let request = http.requests().swap_remove(sent);
            let target = request.header("x-amz-target").unwrap_or_default();
            let expected = [&first, &second, &format!("POST {target}"), REQUEST_ID];
            assert_eq!(seen.lock().unwrap().split_off(0), expected);
            F::check_altered(&request, [&first, &second.replace("entry", "ENTRY")]);
        }
    }
}

/// Reads and changes the input, and reads what was made of it.
struct Inside<F> {
    name: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
    fixture: PhantomData<fn() -> F>,
}

impl<F> fmt::Debug for Inside<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inside").field("name", &self.name).finish_non_exhaustive()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl<F: Fixture> Intercept for Inside<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let contents = F::read_input(context.input()).ok_or("another input")?;
        self.seen.lock().unwrap().extend(contents);
        Ok(())
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Ok(F::alter(context.input_mut()).ok_or("another input")?)
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        self.seen.lock().unwrap().push(format!("{} {target}", request.method()));
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let body = request.body().bytes().ok_or("a stream")?;
        let second = content(1, 0);
        let altered = replaced(body, &F::encoded(&second), &F::encoded(&second.replace("entry", "ENTRY")));
        *request.body_mut() = SdkBody::from(altered);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let output = context.output_or_error().map_err(|error| format!("{error:?}"))?;
        let id = F::read_output(output).ok_or("another output")?;
        self.seen.lock().unwrap().push(id.to_owned());
        Ok(())
    }
}

/// The bytes, with another text of the same length in place of each such text.
fn replaced(bytes: &[u8], text: &[u8], with: &[u8]) -> Vec<u8> {
    let mut replaced = bytes.to_vec();
    for at in 0..=bytes.len().saturating_sub(text.len()) {
        if bytes[at..].starts_with(text) {
            replaced[at..at + with.len()].copy_from_slice(with);
        }
    }
    replaced
}
