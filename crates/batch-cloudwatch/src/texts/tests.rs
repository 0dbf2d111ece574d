use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::captured::any_text;

fn texts(name: &str, dimensions: &[(String, String)]) -> Texts {
    let mut texts = Texts::new(name);
    dimensions.iter().for_each(|(name, value)| texts.push(name, value));
    texts
}

/// Whether its checks would find nothing, one after the other.
fn is_valid(name: &str, dimensions: &[(String, String)]) -> bool {
    let are_valid = dimensions.iter().all(|(name, value)| text::is_valid_dimension(name, value));
    text::is_valid_name(name) && are_valid && dimensions.len() <= DIMENSIONS
}

proptest! {
    #[test]
    fn texts_are_read_as_they_were_written(
        name in any_text(), dimensions in vec((any_text(), any_text()), 0..40), head in any::<Head>()
    ) {
        let mut texts = texts(&name, &dimensions);
        texts.set_head(head);
        prop_assert_eq!(texts.name(), &name);
        prop_assert_eq!(texts.head(), head);
        let found: Vec<_> = texts.dimensions().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(&found, &dimensions);
        prop_assert_eq!(texts.dimensions().len(), dimensions.len());
    }

    #[test]
    fn what_is_known_to_be_valid_is_and_has_no_name_twice(
        name in "[a-z ]{0,2}", dimensions in vec(("[a-c:]{0,2}", "[a-z ]{0,2}"), 0..4)
    ) {
        let texts = texts(&name, &dimensions);
        let names: Vec<_> = dimensions.iter().map(|(name, _)| name).collect();
        let are_ascending = names.is_sorted_by(|one, other| one < other);
        prop_assert_eq!(texts.are_valid(), is_valid(&name, &dimensions) && are_ascending);
    }

    #[test]
    fn a_key_is_the_same_in_any_order_and_another_for_other_texts(
        mut dimensions in vec(("[a-c]{1,3}", "[a-c]{1,3}"), 0..5), seed in any::<usize>()
    ) {
        let key = |dimensions: &[(String, String)]| texts("name", dimensions).key().as_bytes().to_vec();
        let before = key(&dimensions);
        if !dimensions.is_empty() {
            let turn = seed % dimensions.len();
            dimensions.rotate_left(turn);
            prop_assert_eq!(&key(&dimensions), &before);
            dimensions[turn].1.push('d');
            prop_assert_ne!(&key(&dimensions), &before);
        }
    }
}

#[test]
fn thirty_dimensions_are_valid_and_no_more() {
    let numbered = |count| (0..count).map(|n| (format!("name-{n:02}"), "v".to_owned())).collect::<Vec<_>>();
    for (count, expected) in [(0, true), (23, true), (24, true), (30, true), (31, false)] {
        assert_eq!(texts("n", &numbered(count)).are_valid(), expected, "{count}");
    }
}

#[test]
fn a_usual_metric_takes_one_small_block() {
    let mut texts = Texts::new("Temperature");
    texts.push("Station", "station-10637");
    assert_eq!(texts.heap_bytes(), blocks::BLOCK_BYTES);
}
