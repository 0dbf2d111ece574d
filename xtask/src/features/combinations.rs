//! Which selections of a crate's features are worth compiling.

use std::collections::BTreeMap;

/// Every combination of the features, none of them included, then those alone that only switch on
/// others, of this crate or of another.
pub(crate) fn of(features: &BTreeMap<String, Vec<String>>) -> Vec<Vec<&str>> {
    let switches = |(name, others): &(&String, &Vec<String>)| gathers(name) || forwards(others);
    let (switches, single): (Vec<_>, Vec<_>) = features.iter().partition(switches);
    let single: Vec<&str> = single.into_iter().map(|(name, _)| name.as_str()).collect();
    let switches = switches.into_iter().filter(|(_, others)| !others.is_empty());
    powerset(&single).into_iter().chain(switches.map(|(name, _)| vec![name.as_str()])).collect()
}

fn gathers(name: &str) -> bool {
    GATHERING.contains(&name)
}

/// Whether a feature is one of a dependency under another name: no code of this crate asks for it.
fn forwards(others: &[String]) -> bool {
    others.iter().any(|other| other.contains('/')) && !others.iter().any(|other| other.starts_with("dep:"))
}

fn powerset<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    names.iter().fold(vec![Vec::new()], |mut sets, name| {
        let with_name: Vec<_> = sets.iter().map(|set| [set.as_slice(), &[*name]].concat()).collect();
        sets.extend(with_name);
        sets
    })
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
    fn features_are_compiled_in_every_combination() {
        check(&[("a", &[]), ("b", &["dep:b"])], &[&[], &["a"], &["b"], &["a", "b"]]);
    }

    #[test]
    fn features_that_gather_others_are_compiled_alone() {
        let features: &[(&str, &[&str])] = &[("a", &[]), ("default", &["a"]), ("full", &["a"])];
        check(features, &[&[], &["a"], &["default"], &["full"]]);
    }

    #[test]
    fn features_of_dependencies_are_compiled_alone() {
        let features: &[(&str, &[&str])] = &[("a", &["dep:a"]), ("a-more", &["a", "a/more"])];
        check(features, &[&[], &["a"], &["a-more"]]);
        check(&[("b", &["dep:b", "b/more"])], &[&[], &["b"]]);
    }

    #[test]
    fn five_features_have_thirty_two_combinations() {
        assert_eq!(super::powerset(&["a", "b", "c", "d", "e"]).len(), 32);
    }
}
