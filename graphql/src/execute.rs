//! Executing a request, and putting the answer's fields into the order in which they were asked for.
//!
//! The library resolves fields concurrently and writes each when it is ready (its `do_resolve_container`), so the same
//! question had answers of different bytes. The specification wants the document's order ("Response", Serialized Map
//! Ordering), and "absent and not yours" wants the same bytes.

use crate::{
    Schema,
    check::{Asked, MOST_COST, TooMuch, check, meant},
    fault::{self, Code},
};
use async_graphql::{
    Name, Pos, Positioned, Request, Response, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet},
};
use commands::Commands;
use domain::actor::Actor;

/// What became of a request.
pub struct Executed {
    /// The answer; each of its errors has a code.
    pub response: Response,
    /// Was anything executed? If not, the request itself was no good, and the answer has no data.
    pub began: bool,
}

/// Executes a request of this caller; the answer's fields stand in the document's order.
pub async fn execute(
    schema: &Schema,
    commands: &Commands,
    asking: crate::Request,
    mut request: Request,
) -> Executed {
    let actor = asking.caller.actor;
    let weighed = match weigh(commands, &asking, &mut request) {
        Ok(weighed) => weighed,
        Err(error) => return Executed { response: Response::from_errors(vec![error]), began: false },
    };
    let (asked, document) = weighed;
    if asked.kind == Some(OperationType::Subscription) {
        let message = "a subscription is not answered here: open it on the socket, /graphql/ws";
        let error = fault::fault(Code::BadRequest, message).into_server_error(Pos::default());
        return Executed { response: Response::from_errors(vec![error]), began: false };
    }
    let operation = request.operation_name.clone();
    let wanted = asking.wanted.clone();
    let mut response = wanted.answer(schema.execute(request.data(asking))).await;
    // An error of the execution stands at a place of the answer; one of the document does not.
    let began = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    response.errors.iter_mut().for_each(with_a_code);
    if let Some(operation) = meant(&document, operation.as_deref()) {
        order(&mut response.data, &[&operation.selection_set.node], &document);
    }
    if is_staff(actor) {
        response.extensions.insert("cost".to_owned(), cost(asked.cost));
    }
    Executed { response, began }
}

/// Looks at the document before the library does: how much it asks for, and whether this caller may ask for that.
pub(crate) fn weigh(
    commands: &Commands,
    asking: &crate::Request,
    request: &mut Request,
) -> Result<(Asked, ExecutableDocument), ServerError> {
    let at_no_place = |error: async_graphql::Error| error.into_server_error(Pos::default());
    let document = request.parsed_query().map_err(|mut error| {
        with_a_code(&mut error);
        error
    })?;
    let document = document.clone();
    let asked = check(&document, request.operation_name.as_deref(), &request.variables)
        .map_err(|error| at_no_place(too_much(error)))?;
    if asked.introspects && !is_staff(asking.caller.actor) {
        let message = "the schema is told to members of the desk only; it is published with each release";
        let code = match asking.caller.actor {
            Actor::Anonymous => Code::Unauthenticated,
            _ => Code::Forbidden,
        };
        return Err(at_no_place(fault::fault(code, message)));
    }
    let spent = commands.spend(&asking.caller, asked.charged);
    spent.map_err(|retry_after| at_no_place(fault::too_costly(retry_after)))?;
    Ok((asked, document))
}

fn is_staff(actor: Actor) -> bool {
    match actor {
        Actor::Anonymous | Actor::Visitor(_) => false,
        Actor::Member { .. } | Actor::Key { .. } | Actor::System(_) => true,
    }
}

fn too_much(error: TooMuch) -> async_graphql::Error {
    use async_graphql::ErrorExtensions;
    let code = if error == TooMuch::Cycle { Code::BadRequest } else { Code::TooComplex };
    let fault = fault::fault(code, error.to_string());
    match error {
        TooMuch::Cost(requested) => fault.extend_with(|_, extensions| {
            extensions.set("code", code.name());
            extensions.set("cost", cost(requested));
        }),
        _ => fault,
    }
}

fn cost(requested: u64) -> Value {
    async_graphql::value!({ "requested": requested, "max": MOST_COST })
}

/// What the library itself refuses is the document's fault.
pub(crate) fn with_a_code(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", Code::BadRequest.name());
    }
}

pub(crate) fn order(value: &mut Value, selections: &[&SelectionSet], document: &ExecutableDocument) {
    // Nothing is asked for below a scalar; one of JSON keeps its own order.
    if selections.iter().all(|selection| selection.items.is_empty()) {
        return;
    }
    if let Value::List(_) | Value::Object(_) = value {
        let mut asked = IndexMap::new();
        for selection in selections {
            collect(selection, document, &mut asked);
        }
        order_as(value, &asked, document);
    }
}

type AskedFor<'d> = IndexMap<Name, Vec<&'d SelectionSet>>;

/// The same once it is known what was asked for: of a list, the same of each.
fn order_as(value: &mut Value, asked: &AskedFor<'_>, document: &ExecutableDocument) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| order_as(item, asked, document)),
        Value::Object(fields) => {
            let order_below = |name: &Name, field: &mut Value| {
                asked.get(name).into_iter().for_each(|below| order(field, below, document));
            };
            // Mostly nothing has to move.
            if fields.keys().eq(asked.keys()) {
                fields.iter_mut().for_each(|(name, field)| order_below(name, field));
                return;
            }
            let mut ordered = IndexMap::with_capacity(fields.len());
            for name in asked.keys() {
                if let Some((name, mut field)) = fields.swap_remove_entry(name) {
                    order_below(&name, &mut field);
                    ordered.insert(name, field);
                }
            }
            *fields = ordered;
        }
        _ => {}
    }
}

/// The fields asked for by a selection, in order, each with what is asked for below it.
fn collect<'d>(selection: &'d SelectionSet, document: &'d ExecutableDocument, asked: &mut AskedFor<'d>) {
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
        let selection = &meant(&document, None).expect("an operation").selection_set.node;
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
