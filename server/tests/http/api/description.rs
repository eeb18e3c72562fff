use inkan_server::http::api::openapi;
use inkan_server::http::api::routes::rights;
use serde_json::json;

use super::Program;
use crate::harness::Bank;

/// The served description is that of the documents; it describes every route and nothing else.
#[tokio::test]
async fn http_api_description_is_the_one_of_the_documents() {
    let described = serde_json::to_value(openapi::document()).unwrap();
    let pretty = serde_json::to_string_pretty(&described).unwrap() + "\n";
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::create_dir_all(root.join(".work")).unwrap();
    std::fs::write(root.join(".work/openapi.json"), &pretty).unwrap();
    let kept = std::fs::read_to_string(root.join("docs/openapi.json")).unwrap_or_default();
    assert!(
        kept == pretty,
        "docs/openapi.json is another one than .work/openapi.json"
    );

    let paths = described["paths"].as_object().unwrap();
    let count: usize = paths
        .values()
        .map(|item| item.as_object().unwrap().len())
        .sum();
    assert_eq!(count, rights().len());
    for right in rights() {
        let method = right.method.as_str().to_lowercase();
        let operation = &described["paths"][right.path][&method];
        let roles: Vec<&str> = right.roles.iter().map(|role| role.as_str()).collect();
        assert_eq!(operation["x-roles"], json!(roles), "{}", right.path);
    }
    // Every reference has a target.
    let mut rest = &*pretty;
    while let Some((_, after)) = rest.split_once("\"$ref\": \"#") {
        let (pointer, after) = after.split_once('"').unwrap();
        assert!(described.pointer(pointer).is_some(), "{pointer}");
        rest = after;
    }
    let bank = Bank::open().await;
    let served = Program::of(&bank, "auditor").see("openapi.json").await;
    assert_eq!(served, described);
}
