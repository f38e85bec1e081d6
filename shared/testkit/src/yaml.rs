//! YAML as JSON.

use saphyr::{LoadableYamlNode as _, Scalar, ScanError, Yaml};
use serde_json::{Map, Value, json};

/// The first document of a text. Short forms of a deployment template's functions are written out: `!Ref X` is
/// `{"Ref": "X"}`.
pub(crate) fn read(text: &str) -> Result<Value, ScanError> {
    Ok(Yaml::load_from_str(text)?.first().map(value).unwrap_or_default())
}

fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(is)) => (*is).into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::FloatingPoint(number)) => number.into_inner().into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(entries) => {
            let text = |key: &Yaml<'_>| value(key).as_str().expect("a key that is text").to_owned();
            entries.iter().map(|(key, entry)| (text(key), value(entry))).collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tag, node) => match tag.suffix.as_str() {
            name @ ("Ref" | "Condition") => json!({ name: value(node) }),
            name => json!({ format!("Fn::{name}"): value(node) }),
        },
        _ => Value::Null,
    }
}
