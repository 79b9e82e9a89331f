//! What the desk publishes of its webhooks (`docs/webhooks`), held against what it sends by somebody else's validator.

use boon::{Compiler, Schemas};
use serde_json::Value;
use std::{fs, path::Path};

/// Is this body as the schema of its type and version has it, with nothing that no schema names?
pub(super) fn check(body: &Value) -> Result<(), String> {
    let kind = body["type"].as_str().ok_or("no type")?;
    let version = body["data"]["version"].as_str().unwrap_or("1");
    let file = format!("{kind}.v{version}.json");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhooks");
    let text = fs::read_to_string(folder.join(&file)).map_err(|_| format!("there is no schema {file}"))?;
    let mut schema: Value = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
    // A receiver passes over what it does not know; here everything that is sent is to be published.
    for object in ["", "/properties/data"] {
        schema.pointer_mut(object).ok_or("no data")?["additionalProperties"] = false.into();
    }
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let address = format!("https://desk.example.com/webhooks/schemas/{file}");
    compiler.add_resource(&address, schema).map_err(|error| format!("{file}: {error:#}"))?;
    let schema = compiler.compile(&address, &mut schemas).map_err(|error| format!("{file}: {error:#}"))?;
    schemas.validate(body, schema).map_err(|error| format!("{error:#}"))
}
