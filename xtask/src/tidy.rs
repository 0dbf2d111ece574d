//! `cargo xtask tidy`: the rules that no compiler checks. Each is a test of this package as well,
//! so `cargo test --workspace` holds them too.

mod builds;
mod crates;
mod documents;
mod examples;
mod links;
mod packages;
mod readmes;
mod repository;
mod shown;
mod sources;

use anyhow::{Result, bail};

use self::repository::Repository;

/// What a rule finds wrong, a sentence each.
type Findings = Vec<String>;

/// States each rule once, for the command and as a test.
macro_rules! rules {
    ($($name:ident => $rule:path,)+) => {
        const RULES: &[(&str, fn(&Repository) -> Findings)] = &[$((stringify!($name), $rule),)+];

        #[cfg(test)]
        mod tests {
            use super::{builds, check, crates, documents, examples, links, packages, readmes, shown, sources};

            $(
                #[test]
                fn $name() {
                    check($rule);
                }
            )+
        }
    };
}

rules! {
    the_quickstart_shares_the_build_of_the_tests => builds::shared,
    every_member_inherits_the_lints => crates::lints_inherited,
    every_published_crate_is_described => crates::described,
    every_published_crate_shows_its_readme => crates::readme_shown,
    every_service_crate_has_the_common_files => crates::common_files,
    every_service_is_known_to_the_workspace => crates::known_to_the_workspace,
    the_umbrella_offers_every_service => crates::offered_by_the_umbrella,
    every_package_holds_what_users_need => packages::contents,
    every_package_is_documented_with_all_features => packages::documented_with_all_features,
    every_package_has_keywords_of_its_own => packages::keywords,
    all_code_that_is_shown_is_compiled => readmes::code_compiled,
    the_architecture_names_every_crate => documents::architecture,
    the_changelog_has_a_place_for_news => documents::changelog,
    the_readme_tables_list_every_service => documents::readme_tables,
    the_suites_run_every_service => documents::suites,
    every_pipeline_runs_every_step => documents::pipelines,
    every_example_is_short_listed_and_run_by_a_test => examples::complete,
    every_failure_links_the_tests_that_show_it => shown::named_tests,
    every_link_leads_somewhere => links::resolve,
    no_file_is_too_long => sources::length,
    a_new_service_is_small => sources::small,
    nothing_is_unfinished => sources::unfinished,
    nothing_sleeps_for_real => sources::real_sleep,
    no_path_belongs_to_one_machine => sources::machine_path,
}

/// Checks every rule and prints everything that breaks one.
pub(crate) fn run() -> Result<()> {
    let repository = Repository::read()?;
    for long in sources::long(&repository) {
        println!("note: {long}");
    }
    for (service, lines) in sources::services(&repository) {
        println!("note: {service} has {lines} lines of code");
    }
    let mut broken = 0;
    for (name, rule) in RULES {
        let findings = once_each(rule(&repository));
        broken += usize::from(!findings.is_empty());
        report(name, &findings);
    }
    if broken > 0 {
        bail!(
            "{broken} of {} rules are violated; to check them again:\n\n    cargo xtask tidy\n",
            RULES.len()
        );
    }
    println!("all {} rules hold", RULES.len());
    Ok(())
}

/// A missing file is reported by each rule about its content; once is enough.
fn once_each(mut findings: Findings) -> Findings {
    findings.sort();
    findings.dedup();
    findings
}

fn report(name: &str, findings: &[String]) {
    if !findings.is_empty() {
        println!("\n{}:", name.replace('_', " "));
    }
    for finding in findings {
        println!("  {finding}");
    }
}

#[cfg(test)]
fn check(rule: fn(&Repository) -> Findings) {
    static REPOSITORY: std::sync::LazyLock<Repository> =
        std::sync::LazyLock::new(|| Repository::read().expect("the workspace can be read"));
    let findings = once_each(rule(&REPOSITORY));
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
