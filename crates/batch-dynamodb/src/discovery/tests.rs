use aws_sdk_dynamodb::types::{
    AttributeDefinition, GlobalSecondaryIndexDescription, KeySchemaElement, KeyType as SdkRole,
    LocalSecondaryIndexDescription, ScalarAttributeType, TableDescription, TableStatus,
};

use super::{of_description, why_unusable};
use crate::key::{KeySchema, Role, ScalarType};
use crate::samples::{key, schema};

fn element(name: &str, role: SdkRole) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(role).build().expect("nothing is missing")
}

fn definition(name: &str, attribute_type: &str) -> AttributeDefinition {
    let attribute_type = ScalarAttributeType::from(attribute_type);
    let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(attribute_type);
    definition.build().expect("nothing is missing")
}

/// A table of these keys, whose attributes have these types.
fn table(keys: &[(&str, SdkRole)], types: &[(&str, &str)]) -> TableDescription {
    TableDescription::builder()
        .set_key_schema(Some(keys.iter().map(|(name, role)| element(name, role.clone())).collect()))
        .set_attribute_definitions(Some(types.iter().map(|(name, of)| definition(name, of)).collect()))
        .table_status(TableStatus::Active)
        .build()
}

#[track_caller]
fn check(table: &TableDescription, expected: Result<KeySchema, &str>) {
    match (of_description(table), expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(reason), Err(words)) => assert!(reason.contains(words), "{reason}\ndoes not contain\n{words}"),
        (found, expected) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[test]
fn keys_and_their_types_are_read_in_whatever_order() {
    let both = [("sk", SdkRole::Range), ("pk", SdkRole::Hash)];
    check(
        &table(&both, &[("pk", "S"), ("sk", "N")]),
        Ok(schema(ScalarType::String, Some(ScalarType::Number))),
    );
    check(
        &table(&[("pk", SdkRole::Hash)], &[("other", "S"), ("pk", "B")]),
        Ok(schema(ScalarType::Binary, None)),
    );
}

#[test]
fn keys_of_indexes_are_read_once_each_and_without_the_tables_own() {
    let keys = [("pk", SdkRole::Hash), ("sk", SdkRole::Range)];
    let mut described = table(&keys, &[("pk", "S"), ("sk", "N"), ("day", "N"), ("name", "S")]);
    let global = |hash, range| {
        let keys = vec![element(hash, SdkRole::Hash), element(range, SdkRole::Range)];
        GlobalSecondaryIndexDescription::builder().set_key_schema(Some(keys)).build()
    };
    let local = LocalSecondaryIndexDescription::builder()
        .key_schema(element("pk", SdkRole::Hash))
        .key_schema(element("name", SdkRole::Range))
        .build();
    described.global_secondary_indexes = Some(vec![global("day", "name"), global("day", "pk")]);
    described.local_secondary_indexes = Some(vec![local]);
    let expected = KeySchema {
        indexes: vec![
            key("day", ScalarType::Number, Role::Partition),
            key("name", ScalarType::String, Role::Sort),
            key("pk", ScalarType::String, Role::Sort),
        ],
        ..schema(ScalarType::String, Some(ScalarType::Number))
    };
    check(&described, Ok(expected));
}

#[test]
fn keys_that_make_no_sense_are_refused() {
    check(&table(&[], &[]), Err("does not report the partition key"));
    check(&table(&[("sk", SdkRole::Range)], &[("sk", "S")]), Err("does not report the partition key"));
    check(&table(&[("pk", SdkRole::Hash)], &[]), Err("of an unknown type"));
    check(&table(&[("pk", SdkRole::Hash)], &[("pk", "NEW")]), Err("of an unknown type"));
    check(&table(&[("pk", SdkRole::from("NEW"))], &[("pk", "S")]), Err("of an unknown type"));
}

#[test]
fn a_table_that_takes_no_writes_is_refused() {
    for (status, expected) in [
        (TableStatus::Active, None),
        (TableStatus::Updating, None),
        (TableStatus::from("NEW"), None),
        (TableStatus::Archived, Some("restore it")),
        (TableStatus::Archiving, Some("restore it")),
        (TableStatus::Creating, Some("wait until it is active")),
        (TableStatus::Deleting, Some("is being deleted")),
        (TableStatus::InaccessibleEncryptionCredentials, Some("KMS key")),
    ] {
        let mut described = table(&[("pk", SdkRole::Hash)], &[("pk", "S")]);
        described.table_status = Some(status);
        let found = why_unusable(&described);
        match (found, expected) {
            (None, None) => {}
            (Some(reason), Some(words)) => assert!(reason.contains(words), "{reason}, not {words}"),
            _ => panic!("{found:?} instead of {expected:?}"),
        }
    }
}
