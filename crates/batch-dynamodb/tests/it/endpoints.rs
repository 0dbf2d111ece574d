//! Where requests go, when that changes while a writer is in use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_dynamodb::config::{Builder, Credentials};
use batch_core::{Batch, Service};
use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
use batchwright_kit::{Canned, Setup, shown};

use crate::support::{accept, error, puts};

/// Sends so many requests through a client of this configuration, and returns where each went and what became
/// of it.
async fn send(http: &Canned, config: Builder, requests: usize, mut before: impl FnMut(usize)) -> Vec<String> {
    let table = DynamoDb::new(Client::from_conf(config.build()), "orders");
    let table = table.partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    let mut replies = Vec::new();
    for n in 0..requests {
        before(n);
        replies.push(shown(&writer.service().send(&Batch::of(puts(2))).await));
    }
    let sent = http.requests().into_iter().zip(replies);
    sent.map(|(request, reply)| format!("{} {reply}", request.uri())).collect()
}

#[tokio::test(start_paused = true)]
async fn requests_go_to_the_endpoint_of_the_account_whose_credentials_sign_them() {
    let expired = error(400, "ExpiredTokenException");
    let responses = [None, None, Some(expired), None, None];
    let at = Mutex::new(responses.into_iter());
    let http = Canned::new(move |request| match at.lock().unwrap().next() {
        Some(Some(failure)) => failure,
        _ => accept(request),
    });
    let asked = AtomicU64::new(0);
    let provider = provide_credentials_fn(move || {
        let account = 111_111_111_111 * (asked.fetch_add(1, Ordering::Relaxed) + 1);
        let credentials = Credentials::builder().access_key_id("key").secret_access_key("secret");
        let credentials = credentials.provider_name("test").account_id(account.to_string()).build();
        async move { Ok(credentials) }
    });
    let config = Builder::from(&Setup::through(http.clone()).config).credentials_provider(provider);
    let first = "https://111111111111.ddb.us-east-1.amazonaws.com/";
    let second = "https://222222222222.ddb.us-east-1.amazonaws.com/";
    let sent = send(&http, config, 5, |_| {}).await;
    let expected = [
        format!("{first} AllAccepted"),
        format!("{first} AllAccepted"),
        format!("{first} Expired(ExpiredTokenException)"),
        format!("{second} AllAccepted"),
        format!("{second} AllAccepted"),
    ];
    assert_eq!(sent, expected);
    assert_eq!(http.orchestrated(), 2, "one for each account");
}

/// Says what it was told last.
#[derive(Debug)]
struct Moving(Arc<AtomicU64>);

impl ResolveEndpoint for Moving {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        let url = format!("https://host-{}.example", self.0.load(Ordering::Relaxed));
        EndpointFuture::ready(Ok(Endpoint::builder().url(url).build()))
    }
}

#[tokio::test(start_paused = true)]
async fn requests_follow_an_endpoint_that_moves() {
    let http = Canned::new(accept);
    let host = Arc::new(AtomicU64::new(0));
    let config = Builder::from(&Setup::through(http.clone()).config);
    let config = config.endpoint_resolver(Moving(Arc::clone(&host)));
    let at = |n: usize| host.store(n as u64 / 3, Ordering::Relaxed);
    let sent = send(&http, config, 7, at).await;
    let hosts = [0, 0, 0, 1, 1, 1, 2];
    assert_eq!(sent, hosts.map(|host| format!("https://host-{host}.example/ AllAccepted")));
    assert_eq!(http.orchestrated(), 3, "one for each host");
}
