//! What builders of services ask of settings, and what settings are refused.

use batch_core::{
    Ambiguous, Backoff, Buffer, ConfigError, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, Order,
    Settings,
};

use crate::fake::{Fake, item};
use crate::support::{ms, writer};

#[test]
fn every_setting_is_kept_whatever_is_set_before_and_after() {
    let all: [fn(Settings) -> Settings; 15] = [
        |settings| settings.ambiguous(Ambiguous::HandBack),
        |settings| settings.attempt_timeout(ms(1)),
        |settings| settings.backoff(Backoff::new(ms(2), ms(3))),
        |settings| settings.delivery_deadline(ms(4)),
        |settings| settings.duplicates(Duplicates::KeepFirst),
        |settings| settings.in_flight(5, 6),
        |settings| settings.linger(Linger::Fixed(ms(7))),
        |settings| settings.max_attempts(8),
        |settings| settings.max_batch_bytes(9),
        |settings| settings.max_batch_entries(10),
        |settings| settings.max_bytes(11),
        |settings| settings.max_entries(12),
        |settings| settings.order(Order::Strict),
        |settings| settings.threshold_bytes(13),
        |settings| settings.threshold_entries(14),
    ];
    let shown = |settings: Settings| format!("{settings:?}");
    for (place, set) in all.iter().enumerate() {
        let alone = shown(set(Settings::new()));
        assert_ne!(alone, shown(Settings::new()), "setting {place}");
        for other in &all[..place] {
            let before = shown(other(set(Settings::new())));
            assert_eq!(before, shown(set(other(Settings::new()))), "setting {place}");
            assert_ne!(before, alone, "setting {place}");
        }
    }
}

#[test]
fn a_service_chooses_only_where_the_user_did_not() {
    let check = |settings: Settings, expected| assert_eq!(settings.is_strict(), expected);
    check(Settings::new(), false);
    check(Settings::new().or_order(Order::Strict), true);
    check(Settings::new().order(Order::Relaxed).or_order(Order::Strict), false);
    check(Settings::new().order(Order::Strict).or_order(Order::Relaxed), true);
}

#[tokio::test(start_paused = true)]
async fn a_service_chooses_the_rule_for_duplicates_only_where_the_user_did_not() {
    let check = async |settings: Settings, accepted| {
        let writer = writer(&Fake::accepting(), settings);
        for id in 1..=2 {
            let _ = writer.submit(item(id).identity("same")).await;
        }
        assert_eq!(writer.stats().accepted, accepted);
    };
    check(Settings::new().or_duplicates(Duplicates::KeepFirst), 1).await;
    check(Settings::new().duplicates(Duplicates::Allow).or_duplicates(Duplicates::KeepFirst), 2).await;
}

#[test]
fn an_entry_is_on_its_way_for_a_deadline_and_a_timeout_at_most() {
    let settings = Settings::new().delivery_deadline(ms(700)).attempt_timeout(ms(50));
    assert_eq!(settings.longest_delivery(), ms(750));
}

#[test]
fn settings_that_nothing_could_be_sent_with_are_refused() {
    let zero =
        |settings: Settings, setting| assert_eq!(refused(&settings), Some(ConfigError::Zero { setting }));
    zero(Settings::new().threshold_entries(0), "threshold in entries");
    zero(Settings::new().threshold_bytes(0), "threshold in bytes");
    zero(Settings::new().max_entries(0), "most entries inside");
    zero(Settings::new().in_flight(0, 8), "requests in flight at the start");
    zero(Settings::new().max_attempts(0), "attempts of an entry");
    zero(Settings::new().attempt_timeout(ms(0)), "attempt timeout");
    let minimal = Settings::new().threshold_entries(1).threshold_bytes(1).max_entries(1).in_flight(1, 1);
    assert_eq!(refused(&minimal.max_attempts(1).attempt_timeout(ms(1))), None);
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let above = |settings: Settings, setting, value, limit| {
        assert_eq!(refused(&settings), Some(ConfigError::AboveLimit { setting, value, limit }));
    };
    above(Settings::new().threshold_entries(11), "threshold in entries", 11, 10);
    above(Settings::new().max_batch_entries(4).threshold_entries(5), "threshold in entries", 5, 4);
    above(Settings::new().threshold_bytes(1_001), "threshold in bytes", 1_001, 1_000);
    above(Settings::new().in_flight(9, 8), "requests in flight at the start", 9, 8);
    let most = Settings::new().threshold_entries(10).threshold_bytes(1_000).in_flight(8, 8);
    assert_eq!(refused(&most), None);

    let needed = 100 + ENTRY_OVERHEAD_BYTES;
    let (setting, why) = ("most bytes inside", "one largest entry needs");
    let below = ConfigError::BelowNeed { setting, value: needed - 1, needed, why };
    assert_eq!(refused(&Settings::new().max_bytes(needed - 1)), Some(below));
    assert_eq!(refused(&Settings::new().max_bytes(needed)), None);
}

/// What is wrong with these settings for requests of ten entries and 1,000 bytes, an entry having 100.
fn refused(settings: &Settings) -> Option<ConfigError> {
    let limits = LimitPolicy::new(10, 1_000, 100).unwrap();
    Buffer::<(), (), ()>::new(settings, limits).err()
}
