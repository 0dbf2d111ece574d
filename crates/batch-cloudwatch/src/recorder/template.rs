//! What CloudWatch can have of a name and labels: a metric without a value.

use metrics::Key;

use crate::limits::DIMENSIONS;
use crate::{Metric, text};

/// A metric without a value.
pub(super) struct Template {
    pub(super) metric: Metric,
    /// How many labels are no dimensions of it.
    pub(super) omitted: u64,
}

impl Template {
    /// The labels as dimensions, without those that CloudWatch would reject. None if it would reject the name.
    pub(super) fn of(key: &Key) -> Option<Self> {
        if !text::is_valid_name(key.name()) {
            return None;
        }
        let (mut metric, mut omitted) = (Metric::values(key.name(), []), 0);
        // CloudWatch has no empty values; a label without one says nothing.
        for label in key.labels().filter(|label| !label.value().is_empty()) {
            let (name, value) = (label.key(), label.value());
            let has_room = metric.get_dimensions().len() < DIMENSIONS;
            let is_second = metric.get_dimensions().any(|(earlier, _)| earlier == name);
            if has_room && !is_second && text::is_valid_dimension(name, value) {
                metric = metric.dimension(name, value);
            } else {
                omitted += 1;
            }
        }
        Some(Self { metric, omitted })
    }
}

#[cfg(test)]
mod tests {
    use metrics::Label;

    use super::*;

    #[track_caller]
    fn check(labels: &[(&str, &str)], expected: &[(&str, &str)], omitted: u64) {
        let labels = labels.iter().map(|&(name, value)| Label::new(name.to_owned(), value.to_owned()));
        let key = Key::from_parts("Orders", labels.collect::<Vec<_>>());
        let template = Template::of(&key).expect("its name is valid");
        assert_eq!(template.metric.get_dimensions().collect::<Vec<_>>(), expected);
        assert_eq!(template.omitted, omitted);
    }

    #[test]
    fn labels_are_dimensions_as_far_as_cloudwatch_accepts_them() {
        check(&[("Shop", "Berlin"), ("Kind", "Online")], &[("Shop", "Berlin"), ("Kind", "Online")], 0);
        check(&[("Shop", "Köln"), (":a", "b"), ("", "c"), ("d", " "), ("e", "f")], &[("e", "f")], 4);
        check(&[("Shop", "Berlin"), ("Shop", "Bonn")], &[("Shop", "Berlin")], 1);
        check(&[("Shop", "")], &[], 0);
        check(&[("a", &"v".repeat(1_025)), (&"n".repeat(256), "b")], &[], 2);
    }

    #[test]
    fn labels_beyond_the_thirtieth_are_omitted() {
        let names: Vec<_> = (0..33).map(|n| n.to_string()).collect();
        let all: Vec<_> = names.iter().map(|name| (&name[..], "v")).collect();
        check(&all, &all[..30], 3);
    }

    #[test]
    fn a_name_that_cloudwatch_would_reject_has_no_template() {
        for name in ["", " ", "ä", "a\n"] {
            assert!(Template::of(&Key::from_name(name)).is_none(), "{name:?}");
        }
        assert!(Template::of(&Key::from_name("n".repeat(256))).is_none());
    }
}
