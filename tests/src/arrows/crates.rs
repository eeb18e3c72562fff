//! Arrows between the crates: `tests → {server, token-agent, hsm-config} → pki`, `server → hsm-config`, and
//! `inkan-dev → {server, hsm-config}`.

use serde_json::Value;

/// Who may depend on which of our own crates, outside of its tests.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("inkan-pki", &[]),
    // Helpers of tests know nothing of the product.
    ("softhsm-test-helpers", &[]),
    ("inkan-virtual-card", &[]),
    ("inkan-token-shim", &[]),
    ("inkan-hostile-module", &[]),
    ("inkan-virtual-reader", &[]),
    ("inkan-hsm-config", &["inkan-pki"]),
    ("inkan-agent", &["inkan-pki"]),
    ("inkan-agent-window", &["inkan-pki", "inkan-agent"]),
    ("inkan-server", &["inkan-pki", "inkan-hsm-config"]),
    // A program for development; of the product only the server's tests know it.
    (
        "inkan-dev",
        &["inkan-pki", "inkan-hsm-config", "inkan-server"],
    ),
    (
        "inkan-tests",
        &[
            "inkan-pki",
            "inkan-hsm-config",
            "inkan-agent",
            "inkan-server",
            "softhsm-test-helpers",
            "inkan-virtual-card",
        ],
    ),
];

/// What every crate may use in its tests.
const HELPERS: [&str; 4] = [
    "softhsm-test-helpers",
    "inkan-virtual-card",
    "inkan-hostile-module",
    "inkan-virtual-reader",
];

/// What the lowest crate does without: it must not decide how others run, serve or store.
const PKI_DOES_WITHOUT: [&str; 5] = ["tokio", "axum", "sqlx", "hyper", "reqwest"];

/// Complaints about the answer of `cargo metadata --no-deps`.
pub fn complaints(metadata: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ALLOWED.iter().find(|(n, _)| *n == name) else {
            complaints.push(format!("{name} is a crate that no arrow is drawn for"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"] == "dev";
            let ours = ALLOWED.iter().any(|(n, _)| *n == other);
            let helper = for_tests && HELPERS.contains(&other);
            // A crate's tests may look down as well, never up.
            let below = for_tests
                && ours
                && name == "inkan-server"
                && other != "inkan-tests"
                && other != "inkan-agent";
            if ours && !allowed.contains(&other) && !helper && !below {
                complaints.push(format!("{name} must not depend on {other}"));
            }
            if name == "inkan-pki" && !for_tests && PKI_DOES_WITHOUT.contains(&other) {
                complaints.push(format!("{name} must do without {other}"));
            }
        }
    }
    complaints
}
