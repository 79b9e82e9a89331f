//! What the schema's fields lead to: read once from its own text, so that a document can be weighed before it is executed.

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition},
};
use std::{collections::HashMap, sync::LazyLock};

/// The fields of each type.
pub(crate) struct Shape(HashMap<String, HashMap<String, FieldShape>>);

/// Where a field leads.
pub(crate) struct FieldShape {
    /// The name of its type, lists and non-nulls taken off.
    pub(crate) of: String,
    /// Is it a list of them?
    pub(crate) list: bool,
    /// Is it a page, whose size is asked for by `first` or `last`?
    pub(crate) paged: bool,
}

/// The shape of our schema.
pub(crate) static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::read(&crate::sdl()));

impl Shape {
    fn read(sdl: &str) -> Self {
        let document = parse_schema(sdl).expect("the library reads what it has written");
        let mut types = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
                    continue;
                }
            };
            let fields = fields.iter().map(|field| (field.node.name.node.to_string(), shape(&field.node)));
            types.insert(definition.node.name.node.to_string(), fields.collect());
        }
        Self(types)
    }

    /// Where a field of that type leads; `None`: there is none, or it is one of introspection.
    pub(crate) fn field(&self, of: &str, name: &str) -> Option<&FieldShape> {
        self.0.get(of)?.get(name)
    }
}

/// The name of the type that an operation begins at.
pub(crate) fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

fn shape(field: &FieldDefinition) -> FieldShape {
    let (of, list) = named(&field.ty.node);
    let paged = field.arguments.iter().any(|argument| ["first", "last"].contains(&&*argument.node.name.node));
    FieldShape { of, list, paged }
}

fn named(of: &Type) -> (String, bool) {
    match &of.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(of) => (named(of).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_read_from_its_own_text() {
        let messages = SHAPE.field("Query", "messages").expect("a field");
        assert!(messages.paged && !messages.list);
        let edges = SHAPE.field(&messages.of, "edges").expect("a field");
        assert!(edges.list && !edges.paged);
        assert_eq!(SHAPE.field(&edges.of, "node").map(|node| node.of.as_str()), Some("Message"));
        assert!(SHAPE.field("Query", "__schema").is_none());
    }
}
