//! Files that do not fit together, and the texts of their problems.

use crate::repository::{BASE, BOXES, LETTERS, bundle_of};

/// Replaces a text in each of the three files, and compares the problems that they have then.
fn check([base, boxes, letters]: [(&str, &str); 3], problems: &[&str]) {
    let replace = |text: &str, (from, to): (&str, &str)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let files = [
        ("openapi/base.yaml", &*replace(BASE, base)),
        ("functions/boxes/openapi.yaml", &*replace(BOXES, boxes)),
        ("functions/letters/openapi.yaml", &*replace(LETTERS, letters)),
    ];
    assert_eq!(bundle_of(&files).unwrap_err(), problems);
}

const UNCHANGED: (&str, &str) = ("", "");

#[test]
fn a_path_is_defined_twice() {
    let problem = "#/paths//letters is defined in functions/letters/openapi.yaml and in functions/boxes/openapi.yaml";
    check([UNCHANGED, ("/boxes:", "/letters:"), UNCHANGED], &[problem]);
}

#[test]
fn a_component_is_defined_twice() {
    let problem = "#/components/schemas/Name is defined in openapi/base.yaml and in functions/letters/openapi.yaml";
    check([UNCHANGED, UNCHANGED, ("    Letter:", "    Name: {type: string}\n    Letter:")], &[problem]);
    let problem = "functions/letters/openapi.yaml: duplicated key in mapping at byte 279 line 15 column 5";
    check([UNCHANGED, UNCHANGED, ("    Letter:", "    Letter: {}\n    Letter:")], &[problem]);
}

#[test]
fn a_reference_leads_nowhere() {
    let problem = "functions/letters/openapi.yaml: the reference #/components/schemas/None leads nowhere";
    check([UNCHANGED, UNCHANGED, ("/{id}: {get: {", "/{id}: {$ref: '#/components/schemas/None', get: {")], &[problem]);
    let problem = "openapi/base.yaml: the reference #/components/securitySchemes/token leads nowhere";
    check([("- key: []", "- key: []\n  - token: []"), UNCHANGED, UNCHANGED], &[problem]);
}

#[test]
fn nothing_uses_a_component() {
    let problem = "openapi/base.yaml: nothing uses #/components/securitySchemes/key";
    check([("security:\n  - key: []", "security: []"), UNCHANGED, UNCHANGED], &[problem]);
    let problem = "functions/letters/openapi.yaml: nothing uses #/components/schemas/Letter";
    check([UNCHANGED, UNCHANGED, ("{schema: {$ref: '#/components/schemas/Letter'}}", "{}")], &[problem]);
}

#[test]
fn two_components_use_each_other_alone() {
    let circle =
        "    A: {not: {$ref: '#/components/schemas/B'}}\n    B: {not: {$ref: '#/components/schemas/A'}}\n    Letter:";
    let [a, b] =
        ["A", "B"].map(|name| format!("functions/letters/openapi.yaml: nothing uses #/components/schemas/{name}"));
    check([UNCHANGED, UNCHANGED, ("    Letter:", circle)], &[&a, &b]);
}

#[test]
fn a_fragment_has_a_key_that_belongs_in_the_base() {
    let problem = "functions/boxes/openapi.yaml: #/servers belongs in openapi/base.yaml, for a fragment has `paths` and `components` alone";
    check([UNCHANGED, ("paths:", "servers: []\npaths:"), UNCHANGED], &[problem]);
}

#[test]
fn an_operation_has_a_tag_that_is_not_listed() {
    let problem = "functions/boxes/openapi.yaml: the tag `Crates` is not listed in openapi/base.yaml";
    check([UNCHANGED, ("[Boxes]", "[Crates]"), UNCHANGED], &[problem]);
}

#[test]
fn a_component_is_lost_in_a_line_that_has_others() {
    let problem = "functions/letters/openapi.yaml: #/components/schemas/Letter is lost when the files are joined as text, \
                   because a key above it does not stand alone on a line that is indented by two blanks for each level";
    let lines = "  schemas:\n    Letter: {type: object, properties: {to: {$ref: '#/components/schemas/Name'}}}";
    let line = "  schemas: {Letter: {type: object, properties: {to: {$ref: '#/components/schemas/Name'}}}}";
    check([UNCHANGED, UNCHANGED, (lines, line)], &[problem]);
}

#[test]
fn a_file_is_missing_or_is_not_yaml() {
    let problems = bundle_of(&[("functions/boxes/openapi.yaml", BOXES)]).unwrap_err();
    assert!(problems[0].starts_with("openapi/base.yaml: "), "{problems:?}");
    let problems = bundle_of(&[("openapi/base.yaml", BASE)]).unwrap_err();
    assert!(problems[0].starts_with("functions: "), "{problems:?}");
    let problems = bundle_of(&[("openapi/base.yaml", "info: ["), ("functions/README.md", "")]).unwrap_err();
    assert!(problems[0].starts_with("openapi/base.yaml: "), "{problems:?}");
}
