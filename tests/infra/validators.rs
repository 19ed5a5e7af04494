//! The template in the eyes of cfn-lint and of the SAM validator, both pinned.

use std::{path::PathBuf, process::Command};

use local::{
    options::workspace_root,
    progress::Progress,
    python::{CHECKS, prepare},
};

fn tool(name: &str) -> PathBuf {
    let shared = workspace_root().unwrap().join(".local");
    let bin = prepare(&shared, CHECKS, Progress::Silent)
        .unwrap_or_else(|fault| panic!("the validators cannot be installed: {fault:#}"));
    bin.join(name)
}

fn run(name: &str, arguments: &[&str]) {
    let output = Command::new(tool(name))
        .args(arguments)
        .current_dir(workspace_root().unwrap())
        .envs([("AWS_DEFAULT_REGION", "eu-west-1"), ("SAM_CLI_TELEMETRY", "0")])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{name}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn cfn_lint_finds_nothing_in_the_template() {
    run("cfn-lint", &["infra/template.yaml"]);
}

#[test]
fn the_sam_validator_finds_nothing_in_the_template() {
    run("sam", &["validate", "--lint", "--template", "infra/template.yaml"]);
}
