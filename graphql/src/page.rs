//! Pages of views as Relay connections.

use async_graphql::{
    ObjectType, OutputType,
    connection::{Connection, Edge, EmptyFields},
};
use projections::Page;

/// The page as a connection, with fields of its own beside its edges.
pub(crate) fn connection<T, Row, Fields>(
    page: Page<Row>,
    fields: Fields,
    node: impl Fn(Row) -> T,
) -> Connection<String, T, Fields, EmptyFields>
where
    T: OutputType,
    Fields: ObjectType,
{
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, fields);
    connection.edges.extend(page.rows.into_iter().map(|(cursor, row)| Edge::new(cursor, node(row))));
    connection
}
