//! The deployment template, `template.yaml`, as data: what it says is held to the code.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

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

/// A statement of a role's policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The actions that it allows, such as `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// The resources that it covers, as the template writes them.
    pub resources: Vec<Value>,
    /// The patterns that all partition keys of a call must match, if the statement has that condition: whole keys, or with `*` at
    /// the end.
    pub leading_keys: Option<Vec<String>>,
}

/// The statements of a function's role.
///
/// # Panics
/// If the function has no role in the template, or the role a statement that is read wrongly here: one that denies, or has
/// another condition.
#[must_use]
pub fn statements(template: &Value, function: &str) -> Vec<Statement> {
    let role = properties(template, function)["Role"]["Fn::GetAtt"].as_str().expect("a role of the template");
    let role = properties(template, role.trim_end_matches(".Arn"));
    let policies = role["Policies"].as_array().expect("policies");
    let statements = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    let read = |statement: Value| {
        assert_eq!(statement["Effect"], "Allow", "{function}");
        Statement {
            actions: texts(&statement["Action"]),
            resources: list(&statement["Resource"]),
            leading_keys: leading_keys(&statement["Condition"]),
        }
    };
    statements.map(read).collect()
}

/// The patterns of a condition on partition keys. `ForAllValues` also holds for a call without keys; the condition on `Null`
/// excludes that.
fn leading_keys(condition: &Value) -> Option<Vec<String>> {
    const KEY: &str = "dynamodb:LeadingKeys";
    if condition.is_null() {
        return None;
    }
    let patterns = &condition["ForAllValues:StringLike"][KEY];
    let expected = json!({"ForAllValues:StringLike": {KEY: patterns}, "Null": {KEY: "false"}});
    assert_eq!(*condition, expected, "a condition that is not enforced here");
    let patterns = texts(patterns);
    let is_read = |pattern: &String| !pattern.trim_end_matches('*').contains(['*', '?', '$']);
    assert!(!patterns.is_empty() && patterns.iter().all(is_read), "{patterns:?}");
    Some(patterns)
}

fn texts(one_or_several: &Value) -> Vec<String> {
    list(one_or_several).iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// The value as a list: a single value becomes a list of one.
fn list(one_or_several: &Value) -> Vec<Value> {
    one_or_several.as_array().cloned().unwrap_or_else(|| vec![one_or_several.clone()])
}
