//! What the rules look at: the template, the folders under `functions/`, and the names the code reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::template;

/// Everything a rule may look at.
#[derive(Clone)]
pub struct Subject {
    /// The template, tags written out.
    pub template: Value,
    /// The folders under `functions/`, each with the environment names its code reads.
    pub folders: BTreeMap<String, BTreeSet<String>>,
}

/// A resource of the template.
#[derive(Clone, Copy)]
pub struct Resource<'a> {
    /// Its logical id.
    pub id: &'a str,
    /// All of it.
    pub whole: &'a Value,
}

impl<'a> Resource<'a> {
    /// One of its properties; null when it has none of this name.
    pub fn property(&self, name: &str) -> &'a Value {
        &self.whole["Properties"][name]
    }
}

/// Root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Subject {
    /// What stands in the repository.
    pub fn of_the_repository() -> Self {
        let text = fs::read_to_string(root().join("infra/template.yaml")).unwrap();
        let mut folders = BTreeMap::new();
        for entry in fs::read_dir(root().join("functions")).unwrap() {
            let folder = entry.unwrap().path();
            if folder.join("Cargo.toml").exists() {
                let name = folder.file_name().unwrap().to_string_lossy().into_owned();
                folders.insert(name, environment_names(&folder.join("src")));
            }
        }
        Self { template: template::read(&text), folders }
    }

    /// All resources of one type.
    pub fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        let resources = self.template["Resources"].as_object().unwrap();
        resources
            .iter()
            .map(|(id, whole)| Resource { id, whole })
            .filter(move |resource| resource.whole["Type"] == kind)
    }

    /// One resource by its logical id.
    pub fn get(&self, id: &str) -> Option<Resource<'_>> {
        let (id, whole) = self.template["Resources"].as_object().unwrap().get_key_value(id)?;
        Some(Resource { id, whole })
    }

    /// The functions, each with the name it shares with folder and binary.
    pub fn functions(&self) -> impl Iterator<Item = (&str, Resource<'_>)> {
        self.all("AWS::Serverless::Function").map(|function| {
            let name = template::text(function.property("FunctionName")).unwrap_or(function.id);
            (name.trim_start_matches("${AWS::StackName}-"), function)
        })
    }
}

/// Names in the code that look like ones of the environment: quoted, upper case, with an underscore.
/// Those of Lambda, of the SDK and of cargo are not ours to set.
fn environment_names(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(environment_names(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(quoted_names(&fs::read_to_string(path).unwrap()));
        }
    }
    names
}

fn quoted_names(code: &str) -> BTreeSet<String> {
    let is_name = |text: &&str| {
        text.contains('_')
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && !["AWS_", "CARGO_"].iter().any(|others| text.starts_with(others))
    };
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(is_name)
        .map(str::to_owned)
        .collect()
}

#[test]
fn quoted_upper_case_names_are_environment_names() {
    let code = r#"
        const NAMES: [&str; 2] = ["CRM_TABLE", "MAIL_BUCKET"];
        // "NOT_THIS"
        let other = ("AWS_REGION", "lower_case", "UPPER", NOT_QUOTED);
    "#;
    let names: Vec<String> = quoted_names(code).into_iter().collect();
    assert_eq!(names, ["CRM_TABLE", "MAIL_BUCKET"]);
}
