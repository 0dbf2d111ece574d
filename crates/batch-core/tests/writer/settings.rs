//! What builders of services ask of settings, and what settings are refused.

use std::ops::RangeInclusive;
use std::time::Duration;

use batch_core::{
    Backoff, Buffer, ConfigError, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, OnAmbiguous, Order,
    Settings,
};

use crate::fake::{Fake, item};
use crate::support::{ms, writer};

#[test]
fn every_setting_is_kept_whatever_is_set_before_and_after() {
    let all: [fn(Settings) -> Settings; 15] = [
        |settings| settings.on_ambiguous(OnAmbiguous::HandBack),
        |settings| settings.attempt_timeout(ms(1)),
        |settings| settings.backoff(Backoff::new(ms(2), ms(3))),
        |settings| settings.delivery_deadline(ms(4)),
        |settings| settings.duplicates(Duplicates::KeepFirst),
        |settings| settings.in_flight(5..=6),
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
    check(Settings::new().or(Settings::new().order(Order::Strict)), true);
    check(Settings::new().order(Order::Relaxed).or(Settings::new().order(Order::Strict)), false);
    check(Settings::new().order(Order::Strict).or(Settings::new().order(Order::Relaxed)), true);
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
    check(Settings::new().or(Settings::new().duplicates(Duplicates::KeepFirst)), 1).await;
    check(
        Settings::new().duplicates(Duplicates::Allow).or(Settings::new().duplicates(Duplicates::KeepFirst)),
        2,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_service_chooses_the_deadline_only_where_the_user_did_not() {
    let check = async |settings: Settings, expected| {
        let writer = writer(&Fake::by(|_| crate::fake::Act::retry()), settings);
        writer.submit(item(1)).await.unwrap();
        assert_eq!(writer.flush().await[0].age, expected);
    };
    check(Settings::new().or(Settings::new().delivery_deadline(ms(5_000))), ms(5_000)).await;
    check(
        Settings::new().delivery_deadline(ms(700)).or(Settings::new().delivery_deadline(ms(5_000))),
        ms(700),
    )
    .await;
}

#[test]
fn settings_that_nothing_could_be_sent_with_are_refused_by_the_name_of_their_method() {
    let zero =
        |settings: Settings, setting| assert_eq!(refused(&settings), Some(ConfigError::Zero { setting }));
    zero(Settings::new().threshold_entries(0), "Settings::threshold_entries");
    zero(Settings::new().threshold_bytes(0), "Settings::threshold_bytes");
    zero(Settings::new().max_batch_entries(0), "Settings::max_batch_entries");
    zero(Settings::new().max_batch_bytes(0), "Settings::max_batch_bytes");
    zero(Settings::new().max_entries(0), "Settings::max_entries");
    zero(Settings::new().in_flight(0..=8), "Settings::in_flight at the start");
    zero(Settings::new().max_attempts(0), "Settings::max_attempts");
    zero(Settings::new().attempt_timeout(ms(0)), "Settings::attempt_timeout");
    zero(Settings::new().delivery_deadline(ms(0)), "Settings::delivery_deadline");
    zero(Settings::new().attempt_timeout(ms(1)).delivery_deadline(ms(0)), "Settings::delivery_deadline");
    let minimal = Settings::new().threshold_entries(1).threshold_bytes(1).max_entries(1).in_flight(1..=1);
    assert_eq!(refused(&minimal.max_attempts(1).attempt_timeout(ms(1))), None);
}

#[test]
fn settings_that_contradict_each_other_are_refused_by_the_names_of_their_methods() {
    let above = |settings: Settings, setting, value, limit| {
        assert_eq!(refused(&settings), Some(ConfigError::AboveLimit { setting, value, limit }));
    };
    above(Settings::new().threshold_entries(11), "Settings::threshold_entries", 11, 10);
    above(Settings::new().max_batch_entries(4).threshold_entries(5), "Settings::threshold_entries", 5, 4);
    above(Settings::new().max_batch_entries(11), "Settings::max_batch_entries", 11, 10);
    above(Settings::new().max_batch_bytes(1_001), "Settings::max_batch_bytes", 1_001, 1_000);
    above(Settings::new().threshold_bytes(1_001), "Settings::threshold_bytes", 1_001, 1_000);
    above(Settings::new().in_flight(RangeInclusive::new(9, 8)), "Settings::in_flight at the start", 9, 8);
    let most = Settings::new().threshold_entries(10).threshold_bytes(1_000).in_flight(8..=8);
    assert_eq!(refused(&most), None);

    let needed = 100 + ENTRY_OVERHEAD_BYTES;
    let (setting, why) = ("Settings::max_bytes", "the memory of one entry of the maximum size");
    let below = ConfigError::BelowNeed { setting, value: needed - 1, needed, why };
    assert_eq!(refused(&Settings::new().max_bytes(needed - 1)), Some(below));
    assert_eq!(refused(&Settings::new().max_bytes(needed)), None);
}

#[test]
fn times_that_leave_none_for_each_other_are_refused_by_the_names_of_both() {
    let check = |settings: Settings, expected: [&str; 4]| {
        let shown = refused(&settings).expect("nothing could be delivered in time").to_string();
        for part in expected {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    };
    let deadline = |millis| Settings::new().delivery_deadline(ms(millis));
    let names = |value, limit| ["Settings::linger is ", value, "Settings::delivery_deadline is ", limit];
    check(deadline(5_000).linger(Linger::Fixed(ms(5_000))), names("5s", "5s"));
    let natural = |idle, longest| Linger::Natural { idle: ms(idle), longest: ms(longest) };
    check(deadline(5_000).linger(natural(0, 6_000)), names("6s", "5s"));
    check(Settings::new().linger(Linger::Fixed(Duration::MAX)), names("3153600000s", "120s"));
    let service = || Settings::new().linger(Linger::Fixed(ms(1_000)));
    check(deadline(1).linger(Linger::Fixed(ms(1))).or(service()), names("1ms", "1ms"));
    check(
        Settings::new().linger(natural(6, 5)),
        ["Settings::linger: ", "`idle` is 6ms", ", but ", "`longest` is 5ms"],
    );
    let names =
        |value, limit| ["Settings::attempt_timeout is ", value, "Settings::delivery_deadline is ", limit];
    check(deadline(5_000).attempt_timeout(ms(5_001)), names("5.001s", "5s"));
    check(Settings::new().attempt_timeout(ms(180_000)), names("180s", "120s"));
    check(Settings::new().attempt_timeout(Duration::MAX), names("3153600000s", "120s"));
    let names = |value, limit| ["Settings::attempt_timeout is ", value, "remembers an entry is ", limit];
    let forgetful = |millis| deadline(900_000).remembered_for(Some(ms(millis)));
    check(forgetful(300_000).attempt_timeout(ms(300_000)), names("300s", "300s"));
    check(forgetful(9_000), names("10s", "9s"));

    // What is not set gives way, and what can be kept is.
    assert_eq!(refused(&deadline(1)), None);
    assert_eq!(refused(&deadline(1).or(service())), None);
    assert_eq!(refused(&Settings::new().linger(natural(5, 5))), None);
    assert_eq!(refused(&deadline(5_000).linger(Linger::Fixed(ms(4_999))).attempt_timeout(ms(5_000))), None);
    assert_eq!(refused(&forgetful(300_000).attempt_timeout(ms(299_999))), None);
    let at_most_once = Settings::new().on_ambiguous(OnAmbiguous::HandBack).remembered_for(Some(ms(1)));
    assert_eq!(refused(&at_most_once), None);
}

/// What is wrong with these settings for requests of ten entries and 1,000 bytes, an entry having 100.
fn refused(settings: &Settings) -> Option<ConfigError> {
    let limits = LimitPolicy::new(10, 1_000, 100).unwrap();
    Buffer::<(), (), ()>::new(settings, limits).err()
}
