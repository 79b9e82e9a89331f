//! Questions made from the schema: each field of a type, each mutation with an input that is as good as nothing.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};

const KIND: &str = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";

/// The schema, as introspection tells it.
pub(super) struct Schema(Value);

/// A field of a type.
pub(super) struct Field {
    pub(super) name: String,
    kind: Value,
    arguments: Vec<Value>,
}

impl Schema {
    pub(super) async fn of(desk: &Desk) -> Self {
        let query = format!(
            "{{ __schema {{ types {{ kind name enumValues {{ name }} \
             inputFields {{ name defaultValue type {{ {KIND} }} }} \
             fields {{ name type {{ {KIND} }} args {{ name defaultValue type {{ {KIND} }} }} }} }} }} }}"
        );
        let auditor = desk.member(Role::Auditor).await;
        Self(desk.ask(Some(&auditor), &query, json!({})).await.data()["__schema"]["types"].clone())
    }

    /// Types with fields, but for those of introspection.
    pub(super) fn objects(&self) -> Vec<String> {
        let types = self.0.as_array().expect("types").iter();
        let objects = types.filter(|of| of["kind"] == "OBJECT").map(|of| text(&of["name"]).to_owned());
        objects.filter(|name| !name.starts_with("__")).collect()
    }

    pub(super) fn fields(&self, of: &str) -> Vec<Field> {
        let fields = self.named(of)["fields"].as_array().cloned().unwrap_or_default();
        let field = |field: Value| Field {
            name: field["name"].as_str().expect("a name").to_owned(),
            kind: field["type"].clone(),
            arguments: field["args"].as_array().cloned().unwrap_or_default(),
        };
        fields.into_iter().map(field).collect()
    }

    fn named(&self, name: &str) -> &Value {
        let types = self.0.as_array().expect("types");
        types.iter().find(|of| of["name"] == name).unwrap_or_else(|| panic!("there is no type {name}"))
    }

    /// An argument or a field of an input with a value; one that is read before anybody is asked who they are is good.
    fn given(&self, argument: &Value) -> String {
        let name = text(&argument["name"]);
        let value = match name {
            "roleId" => "\"AGENT\"".to_owned(),
            "email" => "\"somebody@example.org\"".to_owned(),
            "permissions" => "[\"messages.read\"]".to_owned(),
            "asOf" => "{position: \"0\"}".to_owned(),
            "until" => "\"2026-12-01\"".to_owned(),
            _ => self.value(&argument["type"]),
        };
        format!("{name}: {value}")
    }

    /// A value for an argument or a field of an input.
    fn value(&self, kind: &Value) -> String {
        match kind["kind"].as_str().expect("a kind") {
            "NON_NULL" => self.value(&kind["ofType"]),
            "LIST" => format!("[{}]", self.value(&kind["ofType"])),
            "ENUM" => {
                self.named(text(&kind["name"]))["enumValues"][0]["name"].as_str().expect("a value").to_owned()
            }
            "INPUT_OBJECT" => {
                let fields = self.named(text(&kind["name"]))["inputFields"].as_array().cloned();
                let fields: Vec<String> = fields
                    .unwrap_or_default()
                    .iter()
                    .filter(|field| is_required(field))
                    .map(|field| self.given(field))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            _ => match text(&kind["name"]) {
                "Int" => "1".to_owned(),
                "Boolean" => "true".to_owned(),
                "Date" => "\"2026-11-01\"".to_owned(),
                "DateTime" => "\"2126-01-01T00:00:00Z\"".to_owned(),
                "LogPosition" => "\"1\"".to_owned(),
                "Locale" => "\"en\"".to_owned(),
                _ => "\"nothing\"".to_owned(),
            },
        }
    }

    fn arguments(&self, field: &Field) -> String {
        let given: Vec<String> = field
            .arguments
            .iter()
            .filter(|argument| is_required(argument))
            .map(|argument| self.given(argument))
            .collect();
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }
}

/// Each field of a type with what is asked for it. `message` is asked for by the id that the question is given.
pub(super) fn selections(schema: &Schema, of: &str) -> Vec<(String, String)> {
    let selection = |field: Field| {
        let arguments = match field.name.as_str() {
            "message" => "(id: $id)".to_owned(),
            _ => schema.arguments(&field),
        };
        let selection = format!("{}{arguments}{}", field.name, below(&field.kind));
        (field.name, selection)
    };
    schema.fields(of).into_iter().map(selection).collect()
}

/// A mutation with what it cannot do without.
pub(super) fn mutation(schema: &Schema, field: &Field) -> String {
    if field.name == "assignMessage" {
        // To one of two: neither is required by itself.
        return "mutation { assignMessage(input: {messageId: \"nothing\", memberId: \"nothing\"}) { __typename } }"
            .to_owned();
    }
    if field.name == "reviseRoles" {
        // As they are: what stands in a role is no text.
        return "mutation { reviseRoles(input: {roles: []}) { __typename } }".to_owned();
    }
    if field.name == "redeliver" {
        // One of three.
        return "mutation { redeliver(input: {deliveryId: \"nothing\"}) { __typename } }".to_owned();
    }
    format!("mutation {{ {}{}{} }}", field.name, schema.arguments(field), below(&field.kind))
}

/// A subscription to everything that it tells, from the beginning where it has one.
pub(super) fn subscription(field: &Field) -> String {
    let from_the_beginning = field.arguments.iter().any(|argument| argument["name"] == "after");
    let arguments = if from_the_beginning { "(after: \"0\")" } else { "" };
    format!("subscription {{ {}{arguments}{} }}", field.name, below(&field.kind))
}

/// What is asked of a field's value: nothing below a scalar, its type's name below anything else.
fn below(kind: &Value) -> &'static str {
    match kind["kind"].as_str().expect("a kind") {
        "NON_NULL" | "LIST" => below(&kind["ofType"]),
        "OBJECT" | "UNION" | "INTERFACE" => " { __typename }",
        _ => "",
    }
}

fn is_required(argument: &Value) -> bool {
    argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}
