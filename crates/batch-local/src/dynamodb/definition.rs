use super::code::{constraint, invalid_values};
use super::definition_rules as rules;
use super::schema::{KeyAttribute, Schema};
use super::state::name_in;
use super::wire::{
    AttributeDefinition, CreateTable, Index, KeySchemaElement, ProvisionedThroughput, ScalarType,
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
    pub(super) schema: Schema,
    /// None if the table is billed by request.
    pub(super) throughput: Option<ProvisionedThroughput>,
}

impl Definition {
    pub(super) fn new(input: CreateTable) -> Result<Self, Refusal> {
        let name = name_in(input.table_name.as_deref())?.to_owned();
        let throughput = throughput(input.billing_mode.as_deref(), input.provisioned_throughput)?;
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
            schema,
            throughput,
        })
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
