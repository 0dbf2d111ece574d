//! Which selections of a crate's features are worth compiling.

use std::collections::BTreeMap;

/// No feature, each alone, each pair, those alone that only switch on others, of this crate or of another, and all at
/// once: what code there is for features is for one or for two that meet, and a list of all combinations would double with
/// each feature.
pub(crate) fn of(features: &BTreeMap<String, Vec<String>>) -> Vec<Vec<&str>> {
    let switches = |(name, others): &(&String, &Vec<String>)| gathers(name) || forwards(others);
    let (switches, single): (Vec<_>, Vec<_>) = features.iter().partition(switches);
    let single: Vec<&str> = single.into_iter().map(|(name, _)| name.as_str()).collect();
    let switches: Vec<&str> = switches
        .into_iter()
        .filter(|(_, others)| !others.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    let all = single.iter().chain(switches.iter().filter(|name| !gathers(name))).copied().collect();
    let mut selections = up_to_two(&single);
    selections.extend(switches.iter().map(|&name| vec![name]));
    if !selections.contains(&all) {
        selections.push(all);
    }
    selections
}

fn gathers(name: &str) -> bool {
    GATHERING.contains(&name)
}

/// Whether a feature is one of a dependency under another name: no code of this crate asks for it.
fn forwards(others: &[String]) -> bool {
    others.iter().any(|other| other.contains('/')) && !others.iter().any(|other| other.starts_with("dep:"))
}

fn up_to_two<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    let alone = names.iter().map(|&name| vec![name]);
    let pairs = names
        .iter()
        .enumerate()
        .flat_map(|(place, &one)| names[..place].iter().map(move |&other| vec![other, one]));
    [Vec::new()].into_iter().chain(alone).chain(pairs).collect()
}

/// Names that only gather other features: alone they are worth a check, in combination they add
/// nothing to what they gather.
const GATHERING: [&str; 2] = ["default", "full"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    fn check(features: &[(&str, &[&str])], expected: &[&[&str]]) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let features: BTreeMap<_, _> =
            features.iter().map(|(name, enables)| ((*name).to_owned(), owned(enables))).collect();
        assert_eq!(super::of(&features), expected);
    }

    #[test]
    fn a_crate_without_features_is_compiled_once() {
        check(&[], &[&[]]);
        check(&[("default", &[])], &[&[]]);
    }

    #[test]
    fn features_are_compiled_alone_in_pairs_and_together() {
        check(&[("a", &[])], &[&[], &["a"]]);
        check(&[("a", &[]), ("b", &["dep:b"])], &[&[], &["a"], &["b"], &["a", "b"]]);
        check(
            &[("a", &[]), ("b", &[]), ("c", &[])],
            &[&[], &["a"], &["b"], &["c"], &["a", "b"], &["a", "c"], &["b", "c"], &["a", "b", "c"]],
        );
    }

    #[test]
    fn features_that_gather_others_are_compiled_alone() {
        let features: &[(&str, &[&str])] = &[("a", &[]), ("default", &["a"]), ("full", &["a"])];
        check(features, &[&[], &["a"], &["default"], &["full"]]);
    }

    #[test]
    fn features_of_dependencies_are_compiled_alone() {
        let features: &[(&str, &[&str])] = &[("a", &["dep:a"]), ("a-more", &["a", "a/more"])];
        check(features, &[&[], &["a"], &["a-more"], &["a", "a-more"]]);
        check(&[("b", &["dep:b", "b/more"])], &[&[], &["b"]]);
    }

    #[test]
    fn nine_features_have_forty_seven_selections_and_not_five_hundred() {
        let features =
            ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map(|name| (name.to_owned(), Vec::new()));
        assert_eq!(super::of(&features.into()).len(), 1 + 9 + 36 + 1);
    }
}
