//! The description (OpenAPI 3.1), built from the table of routes and the types of the handlers.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, Paths,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::call::{Asked, NoQuery};
use super::problem::{FieldProblem, Problem};
use super::routes::table;
use super::row::{Content, Row, Text};
use crate::http::failure::Failure;

const ABOUT: &str = "The operations of the staff console for the bank's own systems. The client presents a staff certificate on every \
    connection, and the server checks it at every request; roles and four-eyes rules are those of the console. Every \
    change has an Idempotency-Key: the same key with the same body returns the same response for 24 hours. Lists are \
    returned in pages; a cursor belongs to its query. Times are UTC (RFC 3339).";

/// Error responses that every request may get.
const ALWAYS: [(u16, &str); 7] = [
    (
        400,
        "The query, the key or the body does not have the expected form.",
    ),
    (
        403,
        "The certificate is not registered, the role or a four-eyes rule does not allow it, or \
         (`fresh-handshake-required`, if `x-fresh-handshake` is true) the handshake of the connection is too old: \
         send the same request again on a new connection.",
    ),
    (404, "It does not exist, or the role may not see it."),
    (
        422,
        "Invalid fields, each named in `errors`; or the key was used for another request.",
    ),
    (
        429,
        "Too many requests from this address; `Retry-After` states when to try again.",
    ),
    (
        500,
        "A fault of the server; `title` or `detail` has a reference for the log.",
    ),
    (
        503,
        "The database or the HSM is unavailable; `Retry-After` states when to try again.",
    ),
];

/// Further error responses of a change.
const CHANGES: [(u16, &str); 4] = [
    (408, "The body did not arrive in time."),
    (
        409,
        "The current state does not allow it: already decided, changed since it was seen, or already existing.",
    ),
    (413, "The body is too large."),
    (415, "The body is not `application/json`."),
];

/// The description, as it is served.
#[derive(Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Description(Value);

impl PartialSchema for Description {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        ObjectBuilder::new().description(Some("OpenAPI 3.1")).into()
    }
}

impl ToSchema for Description {}

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| json!(document()));

/// `GET /api/v1/openapi.json`.
pub async fn show(_: Asked<NoQuery>) -> Result<Description, Failure> {
    Ok(Description(DESCRIPTION.clone()))
}

/// The description.
pub fn document() -> OpenApi {
    let (mut paths, mut components) = (Paths::new(), ComponentsBuilder::new());
    for row in table() {
        for (name, schema) in shapes(&row.text) {
            components = components.schema(name, schema);
        }
        let method = if row.right.method == Method::GET {
            HttpMethod::Get
        } else {
            HttpMethod::Post
        };
        paths.add_path_operation(row.right.path, vec![method], operation(&row));
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Inkan")
                .version("1")
                .description(Some(ABOUT)),
        )
        .paths(paths)
        .components(Some(refusals(components)))
        .security(Some([SecurityRequirement::new::<_, [&str; 0], &str>(
            "staffCertificate",
            [],
        )]))
        .build()
}

fn shapes(text: &Text) -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
    let mut shapes = Vec::new();
    if let Some(body) = &text.body {
        shapes.extend(body.parts.iter().cloned());
    }
    if let Content::Json(answer) = &text.answer {
        shapes.extend(answer.parts.iter().cloned());
    }
    shapes
}

fn operation(row: &Row) -> Operation {
    let (right, text) = (&row.right, &row.text);
    let change = right.method != Method::GET;
    let roles: Vec<&str> = right.roles.iter().map(|role| role.as_str()).collect();
    let mut extensions = ExtensionsBuilder::new().add("x-roles", json!(roles));
    if right.confirmed {
        extensions = extensions.add("x-fresh-handshake", json!(true));
    }
    let mut operation = OperationBuilder::new()
        .operation_id(Some(operation_id(right.path, change)))
        .summary(Some(text.summary))
        .tag(tag(right.path))
        .extensions(Some(extensions.build()))
        .response(text.status.as_str(), answer(text));
    for parameter in parameters(right.path, change, &text.query) {
        operation = operation.parameter(parameter);
    }
    if let Some(body) = &text.body {
        let content = ContentBuilder::new().schema(Some(body.reference.clone()));
        let body = RequestBodyBuilder::new()
            .content("application/json", content.build())
            .required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    let besides: &[(u16, &str)] = if change { &CHANGES } else { &[] };
    for (status, _) in ALWAYS.iter().chain(besides) {
        let place = Ref::from_response_name(name(*status));
        operation = operation.response(status.to_string(), place);
    }
    operation.build()
}

fn answer(text: &Text) -> utoipa::openapi::Response {
    let words = match text.status {
        StatusCode::CREATED => {
            "Created; or the same response again, with `Idempotency-Replayed: true`."
        }
        _ if text.body.is_some() => {
            "Done; or the same response again, with `Idempotency-Replayed: true`."
        }
        _ => "The requested data.",
    };
    let response = ResponseBuilder::new().description(words);
    match &text.answer {
        Content::Json(shape) => {
            let content = ContentBuilder::new().schema(Some(shape.reference.clone()));
            response.content("application/json", content.build())
        }
        Content::File(kind) => {
            let schema = ObjectBuilder::new().schema_type(Type::String);
            let content = ContentBuilder::new().schema(Some(schema.build()));
            response.content(*kind, content.build())
        }
    }
    .build()
}

fn parameters(path: &str, change: bool, query: &[Parameter]) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let text = || ObjectBuilder::new().schema_type(Type::String);
    if path.contains("{id}") {
        let id = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(text().pattern(Some("^[0-9a-f]{32}$")).build()));
        parameters.push(id.build());
    }
    if change {
        let key = text()
            .pattern(Some("^[A-Za-z0-9._~:-]{8,64}$"))
            .examples([json!("8e03978e-40d5-43e8-bc93-6894a57f9324")]);
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("A separate key for every change, such as a UUID."))
            .schema(Some(key.build()));
        parameters.push(key.build());
    }
    parameters.extend(query.iter().cloned());
    parameters
}

fn refusals(mut components: ComponentsBuilder) -> Components {
    components = components
        .schema(Problem::name(), Problem::schema())
        .schema(FieldProblem::name(), FieldProblem::schema());
    for (status, words) in ALWAYS.iter().chain(&CHANGES) {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name())));
        let response = ResponseBuilder::new()
            .description(*words)
            .content("application/problem+json", content.build());
        components = components.response(name(*status), response.build());
    }
    let certificate = SecurityScheme::MutualTls {
        description: Some("A staff certificate of this bank.".to_owned()),
        deprecated: None,
        extensions: None,
    };
    components
        .security_scheme("staffCertificate", certificate)
        .build()
}

fn name(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok();
    let reason = reason.and_then(|status| status.canonical_reason());
    reason.unwrap_or("Other").replace(' ', "")
}

/// `GET /api/v1/proposals/{id}` → `get_proposals_id`.
fn operation_id(path: &str, change: bool) -> String {
    let rest = path.strip_prefix(super::ROOT).unwrap_or(path);
    let rest = rest.replace(['/', '.', '-'], "_").replace(['{', '}'], "");
    format!("{}_{rest}", if change { "post" } else { "get" })
}

/// What belongs together.
fn tag(path: &str) -> &str {
    let rest = path.strip_prefix(super::ROOT).unwrap_or(path);
    rest.split(['/', '.']).next().unwrap_or(rest)
}
