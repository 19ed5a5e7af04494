//! Points the template's CodeUri entries at uploaded zips, as `aws cloudformation package` does.

use anyhow::{Result, bail};

use crate::binaries::Package;

/// Bucket that holds the zips and the packaged template.
pub const CODE_BUCKET: &str = "mailroom-code";

/// The template with each function's code taken from its uploaded zip; nothing else is changed.
///
/// # Errors
/// When a package has no CodeUri in the template, or the template has one without a package.
pub fn packaged(template: &str, packages: &[Package]) -> Result<String> {
    let mut text = template.to_owned();
    for package in packages {
        let source = format!("CodeUri: ../target/lambda/{}/", package.function);
        if !text.contains(&source) {
            bail!("infra/template.yaml has no `{source}`");
        }
        let target = format!("CodeUri: s3://{CODE_BUCKET}/{}", package.object);
        text = text.replace(&source, &target);
    }
    if let Some(line) = text.lines().find(|line| line.contains("CodeUri: ../")) {
        bail!("infra/template.yaml names a function that is not built here: {}", line.trim());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(function: &str) -> Package {
        Package {
            function: function.to_owned(),
            path: "unused".into(),
            object: format!("{function}-1.zip"),
        }
    }

    #[test]
    fn only_the_code_uri_changes() {
        let template = "A:\n  CodeUri: ../target/lambda/api/\n  B: ../target/lambda/api/\n";
        assert_eq!(
            packaged(template, &[package("api")]).unwrap(),
            "A:\n  CodeUri: s3://mailroom-code/api-1.zip\n  B: ../target/lambda/api/\n"
        );
    }

    #[test]
    fn a_function_on_one_side_only_is_named() {
        let template = "CodeUri: ../target/lambda/api/\n";
        let missing_entry = packaged(template, &[package("api"), package("track")]).unwrap_err();
        assert!(missing_entry.to_string().contains("track"), "{missing_entry}");
        let missing_binary = packaged(template, &[]).unwrap_err();
        assert!(missing_binary.to_string().contains("api"), "{missing_binary}");
    }
}
