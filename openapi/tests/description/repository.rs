//! A repository whose description has a few lines.

use std::fs;

use posthorn_description::bundle;
use tempfile::TempDir;

pub(crate) const BASE: &str = "\
openapi: 3.1.0
# The version is the workspace's.
info: {title: Small, version: 0.1.0}
tags:
  - name: Letters
  - name: Boxes
security:
  - key: []

components:
  securitySchemes:
    key: {type: http, scheme: bearer}

  schemas:
    # A name is text,
    # and never empty.
    Name: {type: string, minLength: 1}
";

pub(crate) const BOXES: &str = "\
# Where letters go.
paths:
  /boxes:
    get:
      tags: [Boxes]
      responses:
        \"200\": {$ref: \"#/components/responses/Boxes\"}

components:
  responses:
    Boxes:
      description: |
        # All boxes

        Each has a name.
      content:
        application/json: {schema: {$ref: \"#/components/schemas/Name\"}}
";

pub(crate) const LETTERS: &str = "\
paths:
  # One letter.
  /letters:
    post:
      tags: [Letters]
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Letter'}}

  /letters/{id}: {get: {tags: [Letters], security: []}}

components:
  schemas:
    Letter: {type: object, properties: {to: {$ref: '#/components/schemas/Name'}}}
";

/// The description that files give, or the texts of their problems. A file's path is from the repository's root.
pub(crate) fn bundle_of(files: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let folder = TempDir::new().unwrap();
    for (file, text) in files {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    bundle(folder.path()).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}
