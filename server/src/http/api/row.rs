//! A line of the table: one URL with one method, its roles, its handler and its description. The types of query, body
//! and response are the handler's own, so the description cannot differ from them.

use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Command};
use super::replay;
use crate::http::app::Shared;
use crate::http::console::routes::Right;
use crate::http::context::Answer;
use crate::http::failure::Failure;
use crate::services::records::StaffRole;

/// A line.
pub struct Row {
    /// Method, path and roles.
    pub right: Right,
    /// What is done.
    pub handler: MethodRouter<Shared>,
    /// How it is described.
    pub text: Text,
}

/// How it is described.
pub struct Text {
    /// In a sentence.
    pub summary: &'static str,
    /// Parameters of the query.
    pub query: Vec<Parameter>,
    /// The body.
    pub body: Option<Shape>,
    /// Status of the answer.
    pub status: StatusCode,
    /// The answer.
    pub answer: Content,
}

/// What an answer is.
pub enum Content {
    /// JSON of this shape.
    Json(Shape),
    /// A file of this type.
    File(&'static str),
}

/// A schema with the schemas it uses.
pub struct Shape {
    /// Where it is described.
    pub reference: Ref,
    /// It and its parts, by name.
    pub parts: Vec<(String, RefOr<Schema>)>,
}

impl Shape {
    fn of<T: ToSchema>() -> Self {
        let name = T::name().into_owned();
        let mut parts = vec![(name.clone(), T::schema())];
        T::schemas(&mut parts);
        Self {
            reference: Ref::from_schema_name(name),
            parts,
        }
    }
}

fn query<Q: IntoParams>() -> Vec<Parameter> {
    Q::into_params(|| Some(ParameterIn::Query))
}

/// A line that reads.
pub fn see<Q, A, F, Fut>(
    path: &'static str,
    roles: &'static [StaffRole],
    handler: F,
    summary: &'static str,
) -> Row
where
    Q: DeserializeOwned + IntoParams + Send + 'static,
    A: Serialize + ToSchema + 'static,
    F: Fn(Asked<Q>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
{
    let run = move |asked: Asked<Q>| {
        let reading = handler(asked);
        async move {
            let answer: Answer = reading.await.map(|found| axum::Json(found).into_response());
            answer
        }
    };
    let text = Text {
        summary,
        query: query::<Q>(),
        body: None,
        status: StatusCode::OK,
        answer: Content::Json(Shape::of::<A>()),
    };
    line(Method::GET, path, roles, run, text)
}

/// A line that reads a file.
pub fn save<Q, F, Fut>(
    path: &'static str,
    roles: &'static [StaffRole],
    kind: &'static str,
    handler: F,
    summary: &'static str,
) -> Row
where
    Q: DeserializeOwned + IntoParams + Send + 'static,
    F: Fn(Asked<Q>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send + 'static,
{
    let text = Text {
        summary,
        query: query::<Q>(),
        body: None,
        status: StatusCode::OK,
        answer: Content::File(kind),
    };
    line(Method::GET, path, roles, handler, text)
}

/// A change that responds with 200.
pub fn act<B, A, F, Fut>(
    path: &'static str,
    roles: &'static [StaffRole],
    handler: F,
    summary: &'static str,
) -> Row
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    A: Serialize + ToSchema + 'static,
    F: Fn(Command<B>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
{
    change(path, roles, StatusCode::OK, handler, summary)
}

/// A change that creates something and responds with 201.
pub fn make<B, A, F, Fut>(
    path: &'static str,
    roles: &'static [StaffRole],
    handler: F,
    summary: &'static str,
) -> Row
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    A: Serialize + ToSchema + 'static,
    F: Fn(Command<B>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
{
    change(path, roles, StatusCode::CREATED, handler, summary)
}

fn change<B, A, F, Fut>(
    path: &'static str,
    roles: &'static [StaffRole],
    status: StatusCode,
    handler: F,
    summary: &'static str,
) -> Row
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    A: Serialize + ToSchema + 'static,
    F: Fn(Command<B>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
{
    let run = move |command: Command<B>| replay::run(command, status, handler.clone());
    let text = Text {
        summary,
        query: Vec::new(),
        body: Some(Shape::of::<B>()),
        status,
        answer: Content::Json(Shape::of::<A>()),
    };
    line(Method::POST, path, roles, run, text)
}

/// Requires a recent handshake with the token.
pub fn confirmed(row: Row) -> Row {
    let right = Right {
        confirmed: true,
        ..row.right
    };
    Row { right, ..row }
}

/// A line that takes a list of contracts.
pub fn import_of(row: Row) -> Row {
    let right = Right {
        import: true,
        ..row.right
    };
    Row { right, ..row }
}

fn line<H, T>(
    method: Method,
    path: &'static str,
    roles: &'static [StaffRole],
    handler: H,
    text: Text,
) -> Row
where
    H: Handler<T, Shared>,
    T: 'static,
{
    let filter = if method == Method::GET {
        MethodFilter::GET
    } else {
        MethodFilter::POST
    };
    Row {
        right: Right::new(method, path, roles),
        handler: on(filter, handler),
        text,
    }
}
