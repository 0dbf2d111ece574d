use aws_sdk_dynamodb::types::{BillingModeSummary, ProvisionedThroughputDescription};

use super::*;

fn provisioned(units: i64) -> TableDescription {
    let throughput = ProvisionedThroughputDescription::builder().write_capacity_units(units).build();
    TableDescription::builder().provisioned_throughput(throughput).build()
}

fn on_demand(most: Option<i64>) -> TableDescription {
    let mode = BillingModeSummary::builder().billing_mode(BillingMode::PayPerRequest).build();
    // The service reports 0 units of a table that has none.
    let none = ProvisionedThroughputDescription::builder().write_capacity_units(0).build();
    let table = TableDescription::builder().billing_mode_summary(mode).provisioned_throughput(none);
    let maximum = |units| OnDemandThroughput::builder().max_write_request_units(units).build();
    table.set_on_demand_throughput(most.map(maximum)).build()
}

#[test]
fn the_capacity_is_that_of_the_way_a_table_is_billed() {
    for (table, expected) in [
        (provisioned(25), Some(Capacity::Provisioned(25))),
        (provisioned(0), None),
        (provisioned(-1), None),
        (on_demand(Some(4_000)), Some(Capacity::AtMost(4_000))),
        (on_demand(Some(-1)), Some(Capacity::Unlimited)),
        (on_demand(Some(0)), Some(Capacity::Unlimited)),
        (on_demand(None), Some(Capacity::Unlimited)),
        (TableDescription::builder().build(), None),
    ] {
        assert_eq!(Capacity::of(&table), expected, "{table:?}");
    }
}

#[test]
fn a_share_is_rounded_down_and_at_least_one_unit() {
    for (units, share, expected) in [
        (25, 0.5, 12),
        (100, 0.29, 29),
        (100, 1.0, 100),
        (1_000, 0.1 + 0.2, 300),
        (1, 0.5, 1),
        (5, f64::MIN_POSITIVE, 1),
        (40_000, 0.999_99, 39_999),
    ] {
        assert_eq!(share_of(units, share), expected, "{share} of {units}");
    }
    assert!(share_of(u64::MAX, 1.0) > 0);
}
