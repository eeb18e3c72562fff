//! `docs/protocol.md` lists every code that the bank returns, with its status, and no other.

use std::collections::{BTreeMap, BTreeSet};

use super::tests::refusals;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;

/// Where each variant gets its code, and to which enums that function delegates.
const SOURCES: [(&str, &[&str]); 10] = [
    (include_str!("../problem.rs"), &["Api"]),
    (include_str!("../api/refusal.rs"), &[]),
    (
        include_str!("../../services/error.rs"),
        &[
            "Staff",
            "Certificate",
            "Lifecycle",
            "Company",
            "Csr",
            "Unseal",
        ],
    ),
    (include_str!("../../services/staff/refusal.rs"), &[]),
    (
        include_str!("../../services/operations/unseal_refusal.rs"),
        &[],
    ),
    (
        include_str!("../../services/certificates/lifecycle/refusal.rs"),
        &[],
    ),
    (
        include_str!("../../services/accounts/company/refusal.rs"),
        &[],
    ),
    (
        include_str!("../../services/authentication/login/status.rs"),
        &[],
    ),
    (include_str!("../../../../pki/src/x509/csr.rs"), &["Key"]),
    (
        include_str!("../../../../pki/src/x509/key_check/mod.rs"),
        &[],
    ),
];

/// Codes in the body of `fn code`, and the variants that it passes on.
fn in_source(text: &str) -> (BTreeSet<String>, Vec<&str>) {
    let (_, body) = text.split_once("fn code(").unwrap();
    let body = body.split("\n    }\n").next().unwrap();
    let (mut codes, mut passed) = (BTreeSet::new(), Vec::new());
    for line in body.lines() {
        let Some((variant, answer)) = line.split_once(" => ") else {
            continue;
        };
        if let Some(code) = answer.strip_prefix('"').and_then(|a| a.split('"').next()) {
            codes.insert(code.to_owned());
        } else {
            assert!(answer.ends_with(".code(),"), "{line}");
            let variant = variant.trim().trim_start_matches("Self::");
            passed.push(variant.split('(').next().unwrap());
        }
    }
    (codes, passed)
}

/// Every code with its status, as the server returns it.
fn answered() -> BTreeMap<String, u16> {
    let refused = refusals().into_iter().map(Failure::Refused);
    let by_http = HttpProblem::samples().into_iter().map(Failure::Http);
    refused
        .chain(by_http)
        .map(|one| (one.code().to_owned(), one.status().as_u16()))
        .collect()
}

#[test]
fn http_codes_of_the_samples_are_all_there_are() {
    let mut all = BTreeSet::new();
    for (text, expected) in SOURCES {
        let (codes, passed) = in_source(text);
        assert!(!codes.is_empty());
        assert_eq!(passed, expected, "an enum of codes that is not looked into");
        all.extend(codes);
    }
    let answered: BTreeSet<String> = answered().into_keys().collect();
    assert_eq!(all, answered);
}

#[test]
fn http_codes_are_listed_in_the_protocol_each_with_its_status() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, list) = page.split_once("\n## Every code\n").unwrap();
    let list = list.split("\n## ").next().unwrap();
    let mut documented = BTreeMap::new();
    let rows = list.lines();
    for row in rows.filter(|row| row.starts_with("| 4") || row.starts_with("| 5")) {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let status: u16 = cells.next().unwrap().parse().unwrap();
        for code in cells.next().unwrap().split('`').skip(1).step_by(2) {
            let twice = documented.insert(code.to_owned(), status);
            assert_eq!(twice, None, "{code} is listed twice");
        }
    }
    let answered = answered();
    let mut rows: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for (code, status) in &answered {
        rows.entry(*status).or_default().push(format!("`{code}`"));
    }
    let rows = rows
        .iter()
        .map(|(status, codes)| format!("| {status} | {} |\n", codes.join(", ")));
    let expected: String = rows.collect();
    assert!(
        documented == answered,
        "docs/protocol.md should have\n{expected}"
    );
}
