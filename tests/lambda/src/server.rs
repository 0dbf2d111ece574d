//! The table that the function writes to, on a local server with faults, in another process than the function.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_local::{Chosen, Fault, FaultPlan, Listening, LocalServer};

/// A server with the table `lines`.
pub(crate) struct Server {
    server: LocalServer,
    address: SocketAddr,
    listening: Option<Listening>,
}

impl Server {
    /// Starts a server in which a fault hits each write with this probability.
    pub(crate) async fn start(faults: f64, seed: u64) -> Result<Self> {
        let server = LocalServer::builder().seed(seed).build();
        create_table(&Client::new(&server.sdk_config())).await?;
        let plan = FaultPlan::random(faults, seed).kinds(&kinds());
        server.set_faults(plan.latency(Duration::from_millis(1)..Duration::from_millis(10)));
        let listening = server.listen("127.0.0.1:0").await.context("no port is free")?;
        Ok(Self { server, address: listening.addr(), listening: Some(listening) })
    }

    /// Closes every connection, and listens at the same address again.
    pub(crate) async fn drop_connections(&mut self) -> Result<()> {
        if let Some(listening) = self.listening.take() {
            listening.stop().await;
        }
        self.listening = Some(self.server.listen(self.address).await.context("the port was taken")?);
        Ok(())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The ids of the lines in the table.
    pub(crate) fn lines(&self) -> BTreeSet<String> {
        let items = self.server.dynamodb().items("lines");
        let id = |attributes: &serde_json::Value| attributes["id"]["S"].as_str().map(str::to_owned);
        items.iter().filter_map(|item| id(&item.attributes)).collect()
    }

    /// How many writes were applied, and in how many requests.
    pub(crate) fn applied(&self) -> (u64, u64) {
        let requests = self.server.requests().count("BatchWriteItem");
        (self.server.dynamodb().applied_count("lines"), requests)
    }
}

async fn create_table(client: &Client) -> Result<()> {
    let key = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let create = client.create_table().table_name("lines").billing_mode(BillingMode::PayPerRequest);
    create.attribute_definitions(key.build()?).key_schema(schema.build()?).send().await?;
    Ok(())
}

/// Most faults are retried; requests that hang outlast an invocation, and those that are denied end at once. Throttling is
/// rare: it strikes at any rate here, so that a writer which looks for a rate without it would find almost none.
fn kinds() -> Vec<(Fault, u32)> {
    let code = "InternalServerError".to_owned();
    let partial =
        Fault::PartialFailure { entries: Chosen::Rate(0.3), code: code.clone(), sender_fault: false };
    vec![
        (Fault::ThrottleRequest, 1),
        (partial, 1),
        (Fault::ErrorBefore { status: 500, code: code.clone() }, 4),
        (Fault::ErrorAfter { status: 500, code }, 4),
        (Fault::ResetBefore, 1),
        (Fault::ResetAfter, 1),
        (Fault::HangBefore, 1),
        (Fault::HangAfter, 1),
        (Fault::access_denied(), 1),
    ]
}
