//! Beginning a subscription, and what each of its answers means to whoever carries them.

use crate::{
    Schema,
    check::meant,
    execute::{order, weigh, with_a_code},
    fault::{self, Code},
    live::Telling,
};
use async_graphql::{
    Pos, Request, Response, ServerError, Value,
    parser::types::{ExecutableDocument, OperationType, Selection},
};
use commands::Commands;
use futures_util::{StreamExt, stream::BoxStream};
use projections::Projections;

/// A subscription that has begun.
pub struct Subscribed {
    answers: BoxStream<'static, Response>,
    document: ExecutableDocument,
    operation: Option<String>,
}

/// What comes next of it.
pub enum Told {
    /// An answer.
    Answer(Response),
    /// It is over: this is why. Whoever subscribes again after the last position that they were told misses nothing.
    Over(Vec<ServerError>),
    /// It is over: whoever is told is nobody that we know, or not any more.
    Unknown(Vec<ServerError>),
}

/// Begins a subscription for this caller; the errors say why it did not begin. From when this is done on, whoever reads misses
/// nothing of what they are not told.
pub async fn subscribe(
    schema: &Schema,
    commands: &Commands,
    projections: &Projections,
    asking: crate::Request,
    mut request: Request,
) -> Result<Subscribed, Vec<ServerError>> {
    let bad = |message: &str| vec![fault::fault(Code::BadRequest, message).into_server_error(Pos::default())];
    let (asked, document) = weigh(commands, &asking, &mut request).map_err(|error| vec![error])?;
    match asked.kind {
        Some(OperationType::Subscription) => {}
        Some(OperationType::Query | OperationType::Mutation) => {
            return Err(bad(
                "send queries and mutations by POST to /graphql: the socket is for subscriptions",
            ));
        }
        None => return Err(bad("the document has no operation of this name")),
    }
    let operation = request.operation_name.clone();
    // The specification wants one ("Single Root Field"), and the library does not look.
    let one = meant(&document, operation.as_deref()).is_some_and(|operation| {
        let items = &operation.selection_set.node.items;
        matches!(items.as_slice(), [one] if matches!(&one.node, Selection::Field(_)))
    });
    if !one {
        return Err(bad("a subscription asks for one field at its root, without fragments around it"));
    }
    let telling = Telling::begin(asking.anew(), commands.clone(), projections.clone()).await;
    let telling = telling.map_err(|error| vec![error.into_server_error(Pos::default())])?;
    let answers = schema.execute_stream(request.data(asking).data(telling));
    Ok(Subscribed { answers, document, operation })
}

impl Subscribed {
    /// What comes next; `None`: nothing more.
    pub async fn next(&mut self) -> Option<Told> {
        let mut response = self.answers.next().await?;
        response.errors.iter_mut().for_each(with_a_code);
        let code = |code: Code| {
            let is = |error: &ServerError| {
                let extensions = error.extensions.as_ref();
                extensions.and_then(|it| it.get("code")) == Some(&Value::from(code.name()))
            };
            response.errors.iter().any(is)
        };
        let was_told = response.data != Value::Null;
        if code(Code::Unauthenticated) {
            return Some(Told::Unknown(response.errors));
        }
        // An answer with a hole that is our fault could be taken for a message that is gone.
        if !was_told || code(Code::Unavailable) || code(Code::Internal) {
            return Some(Told::Over(response.errors));
        }
        if let Some(operation) = meant(&self.document, self.operation.as_deref()) {
            order(&mut response.data, &[&operation.selection_set.node], &self.document);
        }
        Some(Told::Answer(response))
    }
}
