//! Recipes of templates and of the data that they are rendered over.

use jiff::Timestamp;
use posthorn_liquid::Variables;

use crate::{Expansion, html_of};

/// The line between the recipe of a template and that of its data.
const DATA_SEPARATOR: &str = "\n---\n";

/// The data of a recipe that has none: long texts, long arrays, deep and odd values.
const DEFAULT_DATA: &str = r#"
{"name":"Ada <b>","email":"ada@example.org","n":7,"half":0.5,"first name":"Ada","long":"a
200*.a
","needle":"
50*x,
xx","digits":"
5000*9
","same":"
15000*x,
","big":"
15000*x,
","markup":"
3000*<b>&amp;'x
","letters":"
5000*ßéŉאת
","controls":"
5000*\u0001
","dates":"2026-05-01T10:20:30","rows":[
2000*{"a":"{}","n":{},"b":[{},"x"]},
{"a":null}],"words":[
5000*"w{}",
"w"],"numbers":[
5000*{},
0.5],"odd":{"":1,"a b":2,"a.b":3,"__proto__":4,"constructor":5,"size":6,"first":7,"}}":8,"%}":9,"\"":10,"'":11,"]":12,"[0]":13,"\u0000":14,"\u202e":15,"ä":16,"{{ n }}":17},"lists":
100*[
1
100*]
,"deep":
100*{"a":
1
100*}
}
"#;

/// A template and its data.
#[derive(Debug)]
pub struct Liquid<'r> {
    /// The template.
    pub source: String,
    data: &'r str,
    max: usize,
}

/// The template of a recipe and its data, each of at most `max` bytes. The data follow a line `---`.
#[must_use]
pub fn liquid_of(recipe: &str, max: usize) -> Liquid<'_> {
    let (source, data) = recipe.split_once(DATA_SEPARATOR).unwrap_or((recipe, DEFAULT_DATA));
    Liquid { source: html_of(source, max), data, max }
}

impl Liquid<'_> {
    /// The data as variables, `None` if they are no object.
    #[must_use]
    pub fn variables(&self) -> Option<Variables> {
        variables_of(&self.json())
    }

    fn json(&self) -> String {
        let lines: Vec<&str> = self.data.lines().collect();
        Expansion { read: str::to_owned, max: self.max }.of(&lines)
    }
}

/// The entries of an object in JSON as variables, `None` if it is none.
#[must_use]
pub fn variables_of(json: &str) -> Option<Variables> {
    let Ok(serde_json::Value::Object(values)) = serde_json::from_str(json) else { return None };
    let mut variables = Variables::new(Timestamp::UNIX_EPOCH);
    for (name, value) in &values {
        variables.insert(name, value);
    }
    Some(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_the_data_that_follow_it() {
        let liquid = liquid_of("{{ a\n2*.b{}\n }}\\n\n---\n[\n2*\"\\n{}\",\n0]\n", 100);
        assert_eq!(liquid.source, "{{ a.b0.b1 }}\n");
        assert_eq!(liquid.json(), r#"["\n0","\n1",0]"#);
        assert!(liquid.variables().is_none(), "an array has no names");
    }

    #[test]
    fn the_default_data_are_an_object_within_the_depth_that_json_has() {
        let liquid = liquid_of("{{ n }}", 1_000_000);
        let value: serde_json::Value = serde_json::from_str(&liquid.json()).unwrap();
        assert_eq!(value["rows"].as_array().map(Vec::len), Some(2_001));
        assert_eq!(value["n"], 7);
        assert!(liquid.variables().is_some());
    }
}
