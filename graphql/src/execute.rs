//! Executing a request, and putting the answer's fields into the order in which they were asked for.
//!
//! The library resolves fields concurrently and writes each when it is ready (its `do_resolve_container`), so the same
//! question had answers of different bytes. The specification wants the document's order ("Response", Serialized Map
//! Ordering), and "absent and not yours" wants the same bytes.

use crate::{Schema, check::check, fault, ticks::Wanted};
use async_graphql::{
    Name, Pos, Positioned, Request, Response, Value,
    indexmap::IndexMap,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};
use std::any::TypeId;

/// Executes a request; the answer's fields stand in the document's order.
pub async fn execute(schema: &Schema, mut request: Request) -> Response {
    let document = request.parsed_query().ok().cloned();
    if let Some(Err(error)) = document.as_ref().map(check) {
        let fault = fault::fault(fault::Code::BadRequest, error.to_string());
        return Response::from_errors(vec![fault.into_server_error(Pos::default())]);
    }
    let operation = request.operation_name.clone();
    let wanted = wanted(&request);
    let mut response = wanted.answer(schema.execute(request)).await;
    if let Some(document) = document
        && let Some(selection) = operation_selection(&document, operation.as_deref())
    {
        order(&mut response.data, &[selection], &document);
    }
    response
}

/// Where the look-ups wait that this request will ask for.
fn wanted(request: &Request) -> Wanted {
    let asked = request.data.get(&TypeId::of::<crate::Request>()).and_then(|asked| asked.downcast_ref());
    asked.map(|asked: &crate::Request| asked.wanted.clone()).unwrap_or_default()
}

fn operation_selection<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d SelectionSet> {
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => operation,
        DocumentOperations::Multiple(operations) => operations.get(name?)?,
    };
    Some(&operation.node.selection_set.node)
}

fn order(value: &mut Value, selections: &[&SelectionSet], document: &ExecutableDocument) {
    // Nothing is asked for below a scalar; one of JSON keeps its own order.
    if selections.iter().all(|selection| selection.items.is_empty()) {
        return;
    }
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| order(item, selections, document)),
        Value::Object(fields) => {
            let mut asked = IndexMap::new();
            for selection in selections {
                collect(selection, document, &mut asked);
            }
            let mut ordered = IndexMap::with_capacity(fields.len());
            for (name, below) in asked {
                if let Some((name, mut field)) = fields.swap_remove_entry(&name) {
                    order(&mut field, &below, document);
                    ordered.insert(name, field);
                }
            }
            *fields = ordered;
        }
        _ => {}
    }
}

/// The fields asked for by a selection, in order, each with what is asked for below it.
fn collect<'d>(
    selection: &'d SelectionSet,
    document: &'d ExecutableDocument,
    asked: &mut IndexMap<Name, Vec<&'d SelectionSet>>,
) {
    for Positioned { node, .. } in &selection.items {
        match node {
            Selection::Field(field) => {
                let field = &field.node;
                let name = field.alias.as_ref().unwrap_or(&field.name).node.clone();
                asked.entry(name).or_default().push(&field.selection_set.node);
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, document, asked);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, document, asked);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{parser::parse_query, value};

    fn ordered(query: &str, mut answer: Value) -> String {
        let document = parse_query(query).expect("a document");
        let selection = operation_selection(&document, None).expect("an operation");
        order(&mut answer, &[selection], &document);
        serde_json::to_string(&answer).expect("JSON")
    }

    #[test]
    fn an_answers_fields_stand_in_the_order_they_were_asked_for() {
        let answer = value!({ "c": [{ "y": 1, "x": 2 }], "b": { "p": null, "q": true }, "a": 0 });
        let query = "{ a b: z { ...B } c { x } c { y } } fragment B on T { q ... on U { p } }";
        let expected = r#"{"a":0,"b":{"q":true,"p":null},"c":[{"x":2,"y":1}]}"#;
        assert_eq!(ordered(query, answer), expected);
    }

    #[test]
    fn a_json_scalar_is_left_as_it_is() {
        let answer = value!({ "payload": { "b": 1, "a": { "d": 1, "c": 2 } } });
        assert_eq!(ordered("{ payload }", answer), r#"{"payload":{"b":1,"a":{"d":1,"c":2}}}"#);
    }
}
