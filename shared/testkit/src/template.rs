//! The deployment template, `template.yaml`, as data: what it says is held to the code.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::yaml;

/// The template. Short forms of functions are written out: `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is
/// `{"Fn::GetAtt": "X.Arn"}`.
///
/// # Panics
/// If there is none, or it is not YAML.
#[must_use]
pub fn read() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    yaml::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the resources of a type, sorted.
///
/// # Panics
/// If the template has no resources.
#[must_use]
pub fn of_type(template: &Value, kind: &str) -> Vec<String> {
    let resources = template["Resources"].as_object().expect("resources");
    let mut names: Vec<_> =
        resources.iter().filter(|(_, it)| it["Type"] == kind).map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

/// The properties of a resource.
#[must_use]
pub fn properties<'a>(template: &'a Value, resource: &str) -> &'a Value {
    &template["Resources"][resource]["Properties"]
}

/// What a function's role may do: action and resource, one by one.
///
/// # Panics
/// If the function has no role in the template.
#[must_use]
pub fn permissions(template: &Value, function: &str) -> Vec<(String, Value)> {
    let role = properties(template, function)["Role"]["Fn::GetAtt"].as_str().expect("a role of the template");
    let role = properties(template, role.trim_end_matches(".Arn"));
    let policies = role["Policies"].as_array().expect("policies");
    let statements = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    let pairs = statements.flat_map(|statement| {
        assert_eq!(statement["Effect"], "Allow", "{function}");
        let resources = list(&statement["Resource"]);
        list(&statement["Action"]).into_iter().flat_map(move |action| {
            let action = action.as_str().expect("an action").to_owned();
            resources.clone().into_iter().map(move |resource| (action.clone(), resource))
        })
    });
    pairs.collect()
}

/// One or several, as several.
fn list(one_or_several: &Value) -> Vec<Value> {
    one_or_several.as_array().cloned().unwrap_or_else(|| vec![one_or_several.clone()])
}
