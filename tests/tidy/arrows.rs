//! Which crate may know which (ARCHITECTURE.md, "Map"), and what none may bring in.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::tree;

/// Every crate of ours with those of ours it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("mail", &["domain"]),
    ("store", &["domain"]),
    ("flows", &["domain", "mail", "store"]),
    ("aws", &["domain", "store", "flows"]),
    ("internet", &["domain", "flows"]),
    ("lambda", &["domain", "store", "flows", "aws"]),
    ("inbound_mail", &["domain", "store", "flows", "aws", "lambda"]),
    ("mail_events", &["domain", "store", "flows", "aws", "lambda"]),
    ("index_mail", &["domain", "store", "flows", "aws", "lambda"]),
    ("first_tenant", &["domain", "store", "flows", "aws", "lambda"]),
    ("sweep_objects", &["flows", "aws", "lambda"]),
    ("daily_review", &["domain", "flows", "aws", "internet", "lambda"]),
    ("api", &["domain", "mail", "store", "flows", "aws", "lambda"]),
    ("local", &["domain", "mail"]),
    ("testkit", &["domain", "mail", "store", "flows"]),
    (
        "tests",
        &[
            "domain",
            "mail",
            "store",
            "flows",
            "aws",
            "lambda",
            "inbound_mail",
            "mail_events",
            "index_mail",
            "first_tenant",
            "api",
            "local",
            "testkit",
        ],
    ),
];

/// Crates that know nothing of AWS, Lambda or HTTP servers.
const PURE: &[&str] = &["domain", "mail", "store", "flows", "testkit"];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(tree::root().join("Cargo.toml"))
        .other_options(vec!["--locked".to_owned(), "--offline".to_owned()])
        .exec()
        .expect("cargo knows the workspace")
}

fn ours(metadata: &Metadata) -> BTreeMap<String, Package> {
    let members = metadata.workspace_packages();
    members.into_iter().map(|package| (package.name.to_string(), package.clone())).collect()
}

#[test]
fn crates_know_only_those_they_may() {
    let metadata = metadata();
    let packages = ours(&metadata);
    let listed: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    assert_eq!(found, listed, "ALLOWED lists every crate of the workspace");

    let mut wrong = Vec::new();
    for (name, allowed) in ALLOWED {
        for dependency in &packages[*name].dependencies {
            let normal = dependency.kind == DependencyKind::Normal || *name == "tests";
            let our_own = packages.contains_key(&dependency.name);
            if normal && our_own && !allowed.contains(&dependency.name.as_str()) {
                wrong.push(format!("{name} -> {}", dependency.name));
            }
            let sdk = ["aws-", "aws_", "lambda_", "axum", "tower"];
            let foreign = sdk.iter().any(|prefix| dependency.name.starts_with(prefix));
            if PURE.contains(name) && foreign {
                wrong.push(format!("{name} -> {} (no SDK here)", dependency.name));
            }
        }
    }
    tree::none("arrows between crates", &wrong);
}

#[test]
fn every_crate_takes_its_lints_and_versions_from_the_root() {
    let mut wrong = Vec::new();
    for manifest in tree::files_ending(&["toml"]) {
        let text = tree::text(&manifest);
        let member = manifest.file_name().is_some_and(|n| n == "Cargo.toml")
            && manifest.components().count() > 1
            && !manifest.components().any(|c| c.as_os_str() == "fuzz");
        if !member {
            continue;
        }
        let name = manifest.display();
        if !text.contains("[lints") {
            wrong.push(format!("{name}: no [lints]"));
        }
        let own_version =
            |line: &&str| line.contains("version = \"") && !line.contains("workspace");
        wrong.extend(text.lines().filter(own_version).map(|line| format!("{name}: {line}")));
    }
    tree::none("manifests", &wrong);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = tree::text("Cargo.toml".as_ref());
    let (_, after) = manifest.split_once("[workspace.dependencies]").expect("a section");
    let (section, _) = after.split_once("\n[").expect("a section after it");
    let silent = |line: &&str| {
        let entry = line.contains(" = ") && !line.contains("{ path = ");
        entry && !line.contains(" # ")
    };
    let wrong: Vec<String> = section.lines().filter(silent).map(str::to_owned).collect();
    tree::none("say behind # what the dependency is for", &wrong);
}

#[test]
fn one_tls_stack_and_no_legacy_connector() {
    let metadata = metadata();
    let banned = |package: &&Package| {
        let old = |major: u64, minor: u64| {
            package.version.major < major
                || (package.version.major == major && package.version.minor < minor)
        };
        match package.name.as_str() {
            "openssl" | "openssl-sys" | "native-tls" | "async-std" => true,
            "rustls" => old(0, 23),
            "hyper" => old(1, 0),
            "h2" => old(0, 4),
            _ => false,
        }
    };
    let found: Vec<String> = metadata
        .packages
        .iter()
        .filter(banned)
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    tree::none("crates that must not come in (an aws-sdk-* with default features?)", &found);
    let tls = metadata.packages.iter().filter(|package| package.name.as_str() == "rustls");
    assert_eq!(tls.count(), 1, "exactly one rustls");
}
