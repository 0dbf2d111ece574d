use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// A stream that is split and merged: which shard begins at each hash.
#[derive(Clone, Debug)]
struct Model {
    firsts: BTreeMap<u128, ShardNumber>,
    next: u64,
}

#[derive(Clone, Debug)]
enum Step {
    /// A response to records with these hashes. Each of these shards throttles.
    Response { hashes: Vec<u128>, full: Vec<Index> },
    /// The shard of this hash is split there.
    Split(u128),
    /// The shard of this hash is merged with the next one.
    Merge(u128),
    /// The stream is deleted, and created with so many shards: their numbers begin again.
    Create(usize),
}

impl Model {
    fn of(shards: usize) -> Self {
        let width = u128::MAX / shards as u128;
        let firsts = (0..shards).map(|place| (width * place as u128, ShardNumber(place as u64))).collect();
        Self { firsts, next: shards as u64 }
    }

    fn shard_of(&self, hash: u128) -> ShardNumber {
        *self.firsts.range(..=hash).next_back().expect("the first shard begins at 0").1
    }

    fn change(&mut self, step: &Step) {
        match *step {
            Step::Response { .. } => {}
            Step::Split(hash) => {
                let (&first, _) = self.firsts.range(..=hash).next_back().expect("one begins at 0");
                if first < hash {
                    self.firsts.insert(first, ShardNumber(self.next));
                    self.firsts.insert(hash, ShardNumber(self.next + 1));
                    self.next += 2;
                }
            }
            Step::Merge(hash) => {
                let (&first, _) = self.firsts.range(..=hash).next_back().expect("one begins at 0");
                let next = first.checked_add(1).and_then(|from| self.firsts.range(from..).next());
                if let Some(&next) = next.map(|(next, _)| next) {
                    self.firsts.remove(&next);
                    self.firsts.insert(first, ShardNumber(self.next));
                    self.next += 1;
                }
            }
            Step::Create(shards) => *self = Self::of(shards),
        }
    }

    fn response(&self, hashes: &[u128], full: &[Index]) -> Vec<Sighting> {
        let shards: Vec<_> = self.firsts.values().copied().collect();
        let full: Vec<_> = full.iter().map(|index| *index.get(&shards)).collect();
        let sighting = |&hash: &u128| {
            let shard = self.shard_of(hash);
            Sighting { hash, shard, is_throttled: full.contains(&shard) }
        };
        hashes.iter().map(sighting).collect()
    }
}

fn check_whole(map: &ShardMap) {
    assert_eq!(map.shards.len(), map.firsts.len());
    assert!(map.shards.len() <= MOST_SHARDS);
    let mut end = None;
    for (&first, shard) in &map.firsts {
        let hull = map.shards[shard];
        assert_eq!(hull.first, first);
        assert!(hull.first <= hull.last && end.is_none_or(|end| end < first), "hulls overlap");
        end = Some(hull.last);
    }
}

/// Few enough that splits, merges and records meet.
fn any_hash() -> impl Strategy<Value = u128> {
    prop_oneof![
        4 => (0..64_u128).prop_map(|n| n * (u128::MAX / 64)),
        2 => any::<u128>(),
        1 => Just(0),
        1 => Just(u128::MAX),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let response = (vec(any_hash(), 0..40), vec(any::<Index>(), 0..4))
        .prop_map(|(hashes, full)| Step::Response { hashes, full });
    prop_oneof![
        10 => response,
        1 => any_hash().prop_map(Step::Split),
        1 => any_hash().prop_map(Step::Merge),
        1 => (1..20_usize).prop_map(Step::Create),
    ]
}

proptest! {
    /// Whatever happened before: once each shard was seen at both ends of what is asked, every answer is right.
    #[test]
    fn after_any_resharding_predictions_become_right_again(
        shards in 1..20_usize,
        steps in vec(any_step(), 0..40),
        hashes in vec(any_hash(), 1..200),
    ) {
        let (mut model, mut map) = (Model::of(shards), ShardMap::default());
        for step in &steps {
            model.change(step);
            if let Step::Response { hashes, full } = step {
                map.learn(&model.response(hashes, full));
                check_whole(&map);
            }
        }
        // Each shard throttles three times. Once is enough if numbers of shards are never used again.
        for _ in 0..3 {
            for &shard in model.firsts.values() {
                let of_shard = hashes.iter().copied().filter(|&hash| model.shard_of(hash) == shard);
                let seen = of_shard.map(|hash| Sighting { hash, shard, is_throttled: true });
                map.learn(&seen.collect::<Vec<_>>());
                check_whole(&map);
            }
        }
        for hash in hashes {
            prop_assert_eq!(map.shard_of(hash), Some(model.shard_of(hash)));
            prop_assert!(map.is_full(hash) || model.firsts.len() > 8);
        }
    }

    /// As long as nothing is resharded, no answer is ever wrong.
    #[test]
    fn what_it_says_of_a_stream_that_stays_is_never_wrong(
        shards in 1..60_usize,
        responses in vec((vec(any_hash(), 0..20), vec(any::<Index>(), 0..20)), 0..12),
        asked in vec(any_hash(), 20),
    ) {
        let (model, mut map) = (Model::of(shards), ShardMap::default());
        for (hashes, full) in &responses {
            map.learn(&model.response(hashes, full));
            check_whole(&map);
        }
        for hash in asked {
            prop_assert!(map.shard_of(hash).is_none_or(|shard| shard == model.shard_of(hash)));
        }
    }

    /// Responses that make no sense, such as those of a stream that ignores keys, break nothing.
    #[test]
    fn nothing_that_a_response_says_breaks_it(
        responses in vec(vec((any_hash(), 0..6_u64, any::<bool>()), 0..12), 0..40),
        asked in any_hash(),
    ) {
        let mut map = ShardMap::default();
        for response in responses {
            let sighting = |(hash, shard, is_throttled)| Sighting { hash, shard: ShardNumber(shard), is_throttled };
            map.learn(&response.into_iter().map(sighting).collect::<Vec<_>>());
            check_whole(&map);
            let _any = (map.shard_of(asked), map.is_full(asked));
        }
    }

    #[test]
    fn any_text_may_be_where_a_shard_is_named(before in any::<String>(), digits in "[0-9]{0,30}", after in any::<String>()) {
        let text = format!("{before}shardId-{digits}{after}");
        let _any = (ShardNumber::named_in(&text), ShardNumber::of_id(&text), ShardNumber::named_in(&before));
    }
}

#[test]
fn a_shard_has_the_number_at_the_end_of_its_id() {
    for (id, number) in [
        ("shardId-000000000003", Some(3)),
        ("shardId-18446744073709551615", Some(u64::MAX)),
        ("shardId-18446744073709551616", None),
        ("shardId-", None),
        ("shardId-3x", None),
        ("shardId-+3", None),
        ("shardId--3", None),
        (" shardId-3", None),
        ("000000000003", None),
        ("", None),
    ] {
        assert_eq!(ShardNumber::of_id(id), number.map(ShardNumber), "{id}");
    }
}

#[test]
fn a_message_names_its_shard_before_its_stream() {
    for (message, number) in [
        (
            "Rate exceeded for shard shardId-000000000003 in stream measurements under account 123456789012.",
            Some(3),
        ),
        (
            "Rate exceeded for shard shardId-000000000003 in stream shardId-000000000007 under account 1.",
            Some(3),
        ),
        ("shardId-000000000003", Some(3)),
        ("Rate exceeded for shard shardId-٣ in stream measurements", None),
        ("Rate exceeded for shard shardId-99999999999999999999999 in stream measurements", None),
        ("Slow down", None),
        ("", None),
    ] {
        assert_eq!(ShardNumber::named_in(message), number.map(ShardNumber), "{message}");
    }
}

/// What these show, as `(hash, shard, whether it throttles)`.
fn learn(map: &mut ShardMap, sightings: &[(u128, u64, bool)]) {
    let sighting = |&(hash, shard, is_throttled)| Sighting { hash, shard: ShardNumber(shard), is_throttled };
    map.learn(&sightings.iter().map(sighting).collect::<Vec<_>>());
    check_whole(map);
}

fn shards(map: &ShardMap, hashes: impl IntoIterator<Item = u128>) -> Vec<Option<u64>> {
    hashes.into_iter().map(|hash| map.shard_of(hash).map(|ShardNumber(number)| number)).collect()
}

#[test]
fn only_what_lies_between_hashes_of_a_throttled_shard_is_certain() {
    let mut map = ShardMap::default();
    learn(&mut map, &[(10, 0, false), (20, 0, false), (30, 1, true), (40, 1, false), (60, 2, false)]);
    assert_eq!(
        shards(&map, [10, 15, 29, 30, 35, 40, 41, 60]),
        [None, None, None, Some(1), Some(1), Some(1), None, None]
    );
    learn(&mut map, &[(50, 1, false)]);
    assert_eq!(shards(&map, [41, 50, 51]), [Some(1), Some(1), None]);
}

#[test]
fn a_shard_that_was_split_or_merged_is_forgotten_as_soon_as_a_record_shows_it() {
    let mut map = ShardMap::default();
    learn(&mut map, &[(0, 0, true), (9, 0, true), (10, 1, true), (19, 1, true)]);
    learn(&mut map, &[(5, 2, false)]);
    assert_eq!(
        shards(&map, [0, 5, 9, 15]),
        [None, None, None, Some(1)],
        "it was split, and the other one was not"
    );
    learn(&mut map, &[(5, 2, true), (15, 4, true)]);
    assert_eq!(shards(&map, [5, 15]), [Some(2), Some(4)]);
    learn(&mut map, &[(4, 5, true), (16, 5, true)]);
    assert_eq!(shards(&map, [4, 5, 15, 16]), [Some(5); 4], "both were merged");
}

#[test]
fn a_shard_of_a_stream_that_was_created_again_begins_anew() {
    let mut map = ShardMap::default();
    learn(&mut map, &[(0, 0, true), (9, 0, true)]);
    learn(&mut map, &[(0, 3, false), (50, 0, true), (55, 0, true)]);
    assert_eq!(shards(&map, [0, 9, 30, 50, 55]), [None, None, None, Some(0), Some(0)]);
    learn(&mut map, &[(20, 4, false), (60, 0, true), (70, 5, true)]);
    assert_eq!(shards(&map, [20, 55, 60, 70]), [None, Some(0), Some(0), Some(5)]);
    learn(&mut map, &[(1, 0, true), (40, 4, false)]);
    assert_eq!(
        shards(&map, [1, 30, 55]),
        [Some(0), None, None],
        "another shard is between what it was and is"
    );
}

#[test]
fn nothing_is_known_of_a_stream_that_ignores_keys() {
    let mut map = ShardMap::default();
    learn(&mut map, &[(0, 0, true), (9, 0, true), (20, 1, true)]);
    learn(&mut map, &[(0, 0, true), (5, 1, false), (9, 0, true)]);
    assert!(map.is_empty());
    learn(&mut map, &[(7, 0, true), (7, 1, false)]);
    assert!(map.is_empty());
}

#[test]
fn of_ten_thousand_shards_the_last_that_throttled_are_remembered() {
    let model = Model::of(10_000);
    let mut map = ShardMap::default();
    let hashes: Vec<_> = model.firsts.keys().copied().collect();
    for hashes in hashes.chunks(500) {
        let throttled = |&hash: &u128| Sighting { hash, shard: model.shard_of(hash), is_throttled: true };
        map.learn(&hashes.iter().map(throttled).collect::<Vec<_>>());
        check_whole(&map);
    }
    assert_eq!(map.shards.len(), MOST_SHARDS);
    let known = hashes.iter().filter(|&&hash| map.shard_of(hash).is_some()).count();
    assert_eq!(known, MOST_SHARDS);
    assert!(hashes[9_000..].iter().any(|&hash| map.is_full(hash)));
}

#[test]
fn a_shard_that_throttles_no_more_is_first_not_avoided_and_then_forgotten() {
    let mut map = ShardMap::default();
    learn(&mut map, &[(10, 0, true)]);
    for since in 0..FORGOTTEN_AFTER {
        assert_eq!((map.is_full(10), map.is_empty()), (since < FULL_FOR, false), "{since}");
        learn(&mut map, &[(10, 0, false), (90, 1, false)]);
    }
    assert!(map.is_empty());
}
