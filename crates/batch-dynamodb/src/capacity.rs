//! A share of the write capacity of a table, read from the service.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{BillingMode, OnDemandThroughput, TableDescription};
use batch_core::{ConfigError, ConnectError, Failure};
use batch_smithy::Renewal;

use crate::{DynamoDb, Table, discovery};

impl DynamoDb {
    /// Sends at most this share, above 0 and up to 1, of the table's write capacity, for a load that leaves the rest to
    /// others. The capacity is read from the table itself (`DescribeTable`, permission `dynamodb:DescribeTable`): the
    /// `WriteCapacityUnits` of a provisioned table, the `MaxWriteRequestUnits` of an on-demand table. Default: no
    /// bound; a writer uses what the table lets through, and shares it with others.
    ///
    /// It becomes the default rate of the writer, in write units per second
    /// ([`Rate::units`](crate::Rate::units)), at least one, which the writer exceeds over no second; a rate in the
    /// settings replaces it. A put counts one unit for each KiB of its item. Not known, and not counted, is what a
    /// larger item takes that is replaced or deleted, and what indexes take, which have capacities of their own.
    ///
    /// The writer follows a capacity that is changed, by auto scaling for example: it reads it again with its first
    /// request, then every 30 seconds while it has something to send, and 10 seconds after the last time if writes have
    /// been throttled since ([`Service::rate`](batch_core::Service::rate)). `DescribeTable` costs nothing, and is
    /// throttled for all callers of an account together, but not for so few calls. Nothing waits for the response.
    /// While the capacity cannot be read, or an on-demand table has lost its maximum, the writer keeps to the last one,
    /// which it logs at WARN.
    ///
    /// The capacity is that of the table of [`new`](Self::new). The rate that comes of it bounds the writes to all of
    /// the writer's tables together: give a table that needs a rate of its own a writer of its own.
    ///
    /// Waits for the response. The request uses the client's retries and timeouts. Cancelling it loses only
    /// the value.
    ///
    /// # Errors
    ///
    /// When the share is not above 0 and up to 1, when an on-demand table has no maximum to take a share of, when the
    /// table is invalid, does not exist or does not accept writes, and when the service does not respond or does not
    /// report the capacity.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::Client;
    /// # use aws_sdk_dynamodb::types::{AttributeDefinition, KeySchemaElement, KeyType, ProvisionedThroughput};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = batch_local::LocalServer::new();
    /// # let client = Client::new(&server.sdk_config());
    /// # let units = ProvisionedThroughput::builder().read_capacity_units(5).write_capacity_units(100).build()?;
    /// # let id = AttributeDefinition::builder().attribute_name("id").attribute_type("S".into()).build()?;
    /// # let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build()?;
    /// # let create = client.create_table().table_name("orders").provisioned_throughput(units);
    /// # create.attribute_definitions(id).key_schema(key).send().await?;
    /// // The table has 100 write capacity units: the writer sends at most 50 per second.
    /// let table = DynamoDb::new(client, "orders").discover_keys().await?.capacity_share(0.5).await?;
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn capacity_share(mut self, share: f64) -> Result<Self, ConnectError> {
        let table = &self.tables.own.table;
        table.check(&self.client)?;
        if !(share > 0.0 && share <= 1.0) {
            let reason = format!("a share of {share} of the table's capacity; use one above 0 and up to 1");
            return Err(ConfigError::Unsupported(reason).into());
        }
        let (client, credentials) = self.lookup();
        let mut share = Share { part: share, client, credentials, units: 0 };
        share.units = share.describe(table).await?;
        self.share = Some(share);
        Ok(self)
    }
}

/// A share of the write capacity of a table.
#[derive(Clone)]
pub(crate) struct Share {
    part: f64,
    client: Client,
    credentials: Renewal,
    /// What it came to at first, in write units per second.
    units: usize,
}

impl Share {
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    /// What it comes to now.
    pub(crate) async fn read(&self, table: &Table) -> Result<usize, Failure> {
        self.describe(table).await.map_err(|error| match error {
            ConnectError::NotFound(failure) | ConnectError::Unanswered(failure) => failure,
            ConnectError::Config(error) => Failure::new("NoCapacity").with_detail(error.to_string()),
            error => Failure::new("NoCapacity").with_detail(error.to_string()),
        })
    }

    async fn describe(&self, table: &Table) -> Result<usize, ConnectError> {
        let description = discovery::describe(&self.client, &self.credentials, table).await?;
        let capacity = description.as_ref().and_then(Capacity::of).ok_or_else(unreported)?;
        let units = share_of(capacity.units(table)?, self.part);
        tracing::debug!(target: "batch_dynamodb", %table, ?capacity, units, "read the capacity of the table");
        Ok(units)
    }
}

/// The write capacity of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Capacity {
    /// Write request units per second.
    AtMost(u64),
    /// Write capacity units per second.
    Provisioned(u64),
    /// Whatever is asked for.
    Unlimited,
}

impl Capacity {
    /// What a description says; nothing if it does not say it.
    fn of(table: &TableDescription) -> Option<Self> {
        let billing_mode = table.billing_mode_summary().and_then(|summary| summary.billing_mode());
        if billing_mode == Some(&BillingMode::PayPerRequest) {
            // -1 stands for no maximum.
            let most = table.on_demand_throughput().and_then(OnDemandThroughput::max_write_request_units);
            return Some(most.and_then(positive).map_or(Self::Unlimited, Self::AtMost));
        }
        let units = table.provisioned_throughput()?.write_capacity_units();
        units.and_then(positive).map(Self::Provisioned)
    }

    fn units(self, table: &Table) -> Result<u64, ConfigError> {
        match self {
            Self::AtMost(units) | Self::Provisioned(units) => Ok(units),
            Self::Unlimited => Err(ConfigError::Unsupported(format!(
                "the table {table} is billed by request and has no maximum to take a share of; set its \
                 `MaxWriteRequestUnits`, or choose a rate with `Settings::rate` and omit `DynamoDb::capacity_share`"
            ))),
        }
    }
}

fn positive(units: i64) -> Option<u64> {
    u64::try_from(units).ok().filter(|&units| units > 0)
}

/// Rounded down, so that the share is not exceeded; to at least one unit, without which nothing would go.
fn share_of(units: u64, share: f64) -> usize {
    // 0.29 of 100 is 28.999999999999996 in binary.
    let share = units as f64 * share * (1.0 + 2.0 * f64::EPSILON);
    (share as usize).max(1)
}

fn unreported() -> ConnectError {
    discovery::unreadable(
        "the response does not report the write capacity of the table; choose a rate with `Settings::rate` and omit \
         `DynamoDb::capacity_share`",
    )
}

#[cfg(test)]
mod tests;
