//! Files that fit together, and the description that they give.

use crate::repository::{BASE, BOXES, LETTERS, bundle_of};

const BUNDLED: &str = "\
# Made by `cargo run -p posthorn-description` from openapi/base.yaml and the files openapi.yaml in functions/. Change those instead.
openapi: 3.1.0
# The version is the workspace's.
info: {title: Small, version: 0.1.0}
tags:
  - name: Letters
  - name: Boxes
security:
  - key: []

paths:
  # One letter.
  /letters:
    post:
      tags: [Letters]
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Letter'}}

  /letters/{id}: {get: {tags: [Letters], security: []}}

  /boxes:
    get:
      tags: [Boxes]
      responses:
        \"200\": {$ref: \"#/components/responses/Boxes\"}

components:
  securitySchemes:
    key: {type: http, scheme: bearer}

  schemas:
    # A name is text,
    # and never empty.
    Name: {type: string, minLength: 1}

    Letter: {type: object, properties: {to: {$ref: '#/components/schemas/Name'}}}

  responses:
    Boxes:
      description: |
        # All boxes

        Each has a name.
      content:
        application/json: {schema: {$ref: \"#/components/schemas/Name\"}}
";

/// Comments, blank lines and quotes stay. The tags give the order of the fragments, the base that of the kinds of components.
#[test]
fn fragments_are_joined_as_they_were_written() {
    let files = [
        ("openapi/base.yaml", BASE),
        ("functions/api/src/boxes/openapi.yaml", BOXES),
        ("functions/letters/openapi.yaml", LETTERS),
        ("functions/letters/other.yaml", "paths: {}"),
    ];
    assert_eq!(bundle_of(&files).unwrap(), BUNDLED);
}

#[test]
fn a_line_without_its_end_is_joined_like_others() {
    let files = [
        ("openapi/base.yaml", BASE.trim_end()),
        ("functions/boxes/openapi.yaml", BOXES.trim_end()),
        ("functions/letters/openapi.yaml", LETTERS.trim_end()),
    ];
    assert_eq!(bundle_of(&files).unwrap(), BUNDLED);
}
