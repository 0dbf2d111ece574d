//! Which selections of a crate's features are worth compiling.

use std::collections::BTreeMap;

/// Every combination of the features, none of them included, then the gathering ones alone.
pub(crate) fn of(features: &BTreeMap<String, Vec<String>>) -> Vec<Vec<&str>> {
    let single: Vec<&str> = features.keys().map(String::as_str).filter(|name| !gathers(name)).collect();
    let gathering = features.iter().filter(|(name, gathered)| gathers(name) && !gathered.is_empty());
    let gathering = gathering.map(|(name, _)| vec![name.as_str()]);
    powerset(&single).into_iter().chain(gathering).collect()
}

fn gathers(name: &str) -> bool {
    GATHERING.contains(&name)
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
    fn five_features_have_thirty_two_combinations() {
        assert_eq!(super::powerset(&["a", "b", "c", "d", "e"]).len(), 32);
    }
}
