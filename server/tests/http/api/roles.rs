use axum::http::{Method, StatusCode};
use inkan_server::http::api::routes::rights;
use inkan_server::services::approvals::{Kind, rights as kinds};
use inkan_server::services::records::StaffRole;
use serde_json::{Value, json};

use super::Program;
use crate::harness::{Bank, get};

/// Staff of the development server, one of each role.
const ROLES: [(StaffRole, &str); 5] = [
    (StaffRole::Teller, "teller"),
    (StaffRole::Approver, "approver"),
    (StaffRole::Helpdesk, "helpdesk"),
    (StaffRole::SecurityOfficer, "security-officer"),
    (StaffRole::Auditor, "auditor"),
];

/// Every role at every URL of the table, with the result that the table defines; the matrix is written to `.work/` and
/// must be the one of the guide.
#[tokio::test]
async fn http_api_every_role_at_every_route() {
    let bank = Bank::open().await;
    let mut matrix = String::from(
        "| | URL | 窓口 | 承認者 | ヘルプデスク | セキュリティ責任者 | 監査 |\n|---|---|---|---|---|---|---|\n",
    );
    for right in rights() {
        let path = right.path.replace("{id}", "none");
        let mut line = format!("| {} | `{}` |", right.method, right.path);
        for (role, name) in ROLES {
            let program = Program::of(&bank, name);
            let answer = if right.method == Method::POST {
                let path = path.strip_prefix("/api/v1/").unwrap();
                program.act(path, json!({ "version": 1 })).await
            } else {
                program.send(get(&path)).await
            };
            let refused =
                (answer.status, &*answer.code()) == (StatusCode::FORBIDDEN, "role-missing");
            let what = format!("{role:?} {} {path}: {}", right.method, answer.body);
            assert!(!answer.status.is_server_error(), "{what}");
            let allowed = right.roles.contains(&role);
            assert_eq!(!refused, allowed, "{what}");
            line += if allowed { " ○ |" } else { " – |" };
        }
        matrix += &line;
        matrix.push('\n');
    }
    // One URL for every kind of entry: each kind with each role, as at the console.
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Incident) {
        for (role, name) in ROLES {
            let answer = Program::of(&bank, name)
                .act("proposals", entry(*kind))
                .await;
            let refused = answer.code() == "role-missing";
            assert!(
                answer.status.is_client_error(),
                "{kind:?} {role:?}: {}",
                answer.body
            );
            let allowed = kinds::may_enter(*kind).contains(&role);
            assert_eq!(!refused, allowed, "{kind:?} {role:?}: {}", answer.body);
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::create_dir_all(root.join(".work")).unwrap();
    std::fs::write(root.join(".work/api-roles.md"), &matrix).unwrap();
    let guide = std::fs::read_to_string(root.join("docs/api.md")).unwrap();
    assert!(
        guide.contains(&matrix),
        "docs/api.md has another matrix than .work/api-roles.md"
    );
}

/// An entry of this kind about a subject that does not exist.
fn entry(kind: Kind) -> Value {
    let mut entry = match kind {
        Kind::Contract => json!({
            "branch": "", "account_type": "ordinary", "account": "1", "company_name": "x", "company_kana": "X",
        }),
        Kind::Import => json!({ "import_id": "none", "note": "x" }),
        Kind::Application => json!({ "contract_id": "none", "reference": "A" }),
        Kind::Reissue => json!({ "user_id": "none", "reference": "A" }),
        Kind::Revoke => {
            json!({ "certificate_id": "none", "revocation_reason": "superseded", "note": "x" })
        }
        Kind::Release | Kind::Incident => json!({ "certificate_id": "none", "note": "x" }),
        Kind::Cancel | Kind::PasswordMethod => json!({ "contract_id": "none", "note": "x" }),
        Kind::UserDetails => {
            json!({ "user_id": "none", "email": "x@example.com", "identity_check": "x", "note": "x" })
        }
        Kind::ContractDetails => {
            json!({ "contract_id": "none", "branch": "201", "identity_check": "x", "note": "x" })
        }
        Kind::UserLeave => json!({ "user_id": "none", "note": "x" }),
        Kind::Unlock | Kind::PasswordReset => json!({ "user_id": "none", "note": "x" }),
        Kind::StaffAdd => json!({ "name": "山田", "employee_number": "", "role": "teller" }),
        Kind::StaffRole => json!({ "staff_id": "none", "role": "teller", "note": "x" }),
        Kind::StaffLeave => json!({ "staff_id": "none", "note": "x" }),
    };
    entry["kind"] = json!(kind.as_str());
    entry
}
