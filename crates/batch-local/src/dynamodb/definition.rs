use super::code::{constraint, invalid, invalid_values};
use super::definition_rules as rules;
use super::schema::{KeyAttribute, Schema};
use super::state::name_in;
use super::wire::{
    AttributeDefinition, CreateTable, Index, KeySchemaElement, OnDemandThroughput, ProvisionedThroughput,
    ScalarType, UpdateTable,
};
use crate::refusal::Refusal;

/// What a table was created with.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) attribute_definitions: Vec<AttributeDefinition>,
    pub(super) global_secondary_indexes: Vec<Index>,
    pub(super) key_schema: Vec<KeySchemaElement>,
    pub(super) local_secondary_indexes: Vec<Index>,
    /// None if the table is provisioned, or billed by request without a maximum.
    pub(super) on_demand: Option<OnDemandThroughput>,
    pub(super) schema: Schema,
    /// None if the table is billed by request.
    pub(super) throughput: Option<ProvisionedThroughput>,
}

impl Definition {
    pub(super) fn new(input: CreateTable) -> Result<Self, Refusal> {
        let name = name_in(input.table_name.as_deref())?.to_owned();
        let throughput = throughput(input.billing_mode.as_deref(), input.provisioned_throughput)?;
        let on_demand = input.on_demand_throughput;
        rules::check_on_demand(on_demand, throughput.is_some())?;
        let definitions = input.attribute_definitions.unwrap_or_default();
        let key_schema = input.key_schema.unwrap_or_default();
        let (local, global) = (input.local_secondary_indexes, input.global_secondary_indexes);
        rules::check_definitions(&definitions)?;
        rules::check_table_keys(&key_schema)?;
        rules::check_local(&local, &key_schema)?;
        rules::check_global(&global, throughput.is_some())?;
        rules::check_names(local.iter().chain(&global))?;
        let schema = Schema {
            keys: attributes(&key_schema, &definitions)?,
            index_keys: index_attributes(local.iter().chain(&global), &definitions)?,
        };
        rules::check_all_used(&definitions, &schema)?;
        Ok(Self {
            name,
            attribute_definitions: definitions,
            global_secondary_indexes: global,
            key_schema,
            local_secondary_indexes: local,
            on_demand,
            schema,
            throughput,
        })
    }
}

impl Definition {
    /// The definition of the table with another capacity.
    pub(super) fn updated(&self, input: UpdateTable) -> Result<Self, Refusal> {
        let UpdateTable { billing_mode, on_demand_throughput, provisioned_throughput, .. } = input;
        if billing_mode.is_none() && on_demand_throughput.is_none() && provisioned_throughput.is_none() {
            return Err(invalid(
                "At least one of ProvisionedThroughput, BillingMode or OnDemandThroughput is required",
            ));
        }
        if provisioned_throughput.is_some() && provisioned_throughput == self.throughput {
            return Err(invalid(
                "The provisioned throughput for the table will not change. The requested value equals the current value.",
            ));
        }
        let mode = billing_mode.as_deref().or(self.throughput.is_none().then_some("PAY_PER_REQUEST"));
        let kept = self.throughput.filter(|_| mode != Some("PAY_PER_REQUEST"));
        let throughput = throughput(mode, provisioned_throughput.or(kept))?;
        rules::check_on_demand(on_demand_throughput, throughput.is_some())?;
        let on_demand = on_demand_throughput.or(self.on_demand).filter(|_| throughput.is_none());
        let mut global = self.global_secondary_indexes.clone();
        if throughput.is_none() {
            global.iter_mut().for_each(|index| index.provisioned_throughput = None);
        }
        rules::check_global(&global, throughput.is_some())?;
        Ok(Self { global_secondary_indexes: global, on_demand, throughput, ..self.clone() })
    }

    /// The write units per second that the table accepts; none if that is any number.
    pub(super) fn write_units(&self) -> Option<u64> {
        let most = self.on_demand.and_then(|on_demand| on_demand.max_write_request_units);
        let most = most.and_then(|units| u64::try_from(units).ok());
        self.throughput.map(|throughput| throughput.write_capacity_units).or(most)
    }
}

fn throughput(
    billing_mode: Option<&str>,
    throughput: Option<ProvisionedThroughput>,
) -> Result<Option<ProvisionedThroughput>, Refusal> {
    match (billing_mode, throughput) {
        (Some("PAY_PER_REQUEST"), None) => Ok(None),
        (Some("PAY_PER_REQUEST"), Some(_)) => Err(invalid_values(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        (None | Some("PROVISIONED"), Some(throughput)) => {
            rules::check_throughput(throughput)?;
            Ok(Some(throughput))
        }
        (None | Some("PROVISIONED"), None) => Err(invalid_values(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
        (Some(_), _) => Err(constraint(
            "billingMode",
            "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
        )),
    }
}

fn index_attributes<'a>(
    indexes: impl Iterator<Item = &'a Index>,
    definitions: &[AttributeDefinition],
) -> Result<Vec<(String, KeyAttribute)>, Refusal> {
    let mut found = Vec::new();
    for index in indexes {
        let keys = attributes(&index.key_schema, definitions)?;
        found.extend(keys.into_iter().map(|key| (index.index_name.clone(), key)));
    }
    Ok(found)
}

fn attributes(
    keys: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<Vec<KeyAttribute>, Refusal> {
    keys.iter()
        .map(|key| {
            let name = key.attribute_name.clone();
            Ok(KeyAttribute { scalar: type_of(&name, definitions)?, key_type: key.key_type, name })
        })
        .collect()
}

fn type_of(name: &str, definitions: &[AttributeDefinition]) -> Result<ScalarType, Refusal> {
    let defined = definitions.iter().find(|definition| definition.attribute_name == name);
    defined.map(|definition| definition.attribute_type).ok_or_else(|| {
        invalid_values(&format!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{name}]"
        ))
    })
}
