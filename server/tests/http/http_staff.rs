use axum::http::{Method, StatusCode};
use base64::Engine as _;
use inkan_server::http::console::routes::rights;
use inkan_server::services::records::StaffRole;

use crate::harness::{Answer, Bank, To, form, get};

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
async fn http_every_role_at_every_route_of_the_console() {
    let bank = Bank::open().await;
    let teller = bank.staff_certificate("teller");
    let page = bank
        .send(To::Staff, get("/contracts/new"), Some(&teller))
        .await;
    let (cookies, token) = (page.cookies(), page.form_token());
    let mut matrix = String::from(
        "| | URL | 窓口 | 承認者 | ヘルプデスク | セキュリティ責任者 | 監査 |\n|---|---|---|---|---|---|---|\n",
    );
    for right in rights() {
        let path = right.path.replace("{id}", "none");
        let mut line = format!("| {} | `{}` |", right.method, right.path);
        for (role, name) in ROLES {
            let certificate = bank.staff_certificate(name);
            let request = if right.method == Method::POST {
                form(
                    &path,
                    &cookies,
                    &format!("form_token={token}&shown=1&reason=x"),
                )
            } else {
                get(&path)
            };
            let answer = bank.send(To::Staff, request, Some(&certificate)).await;
            let refused =
                (answer.status, &*answer.code()) == (StatusCode::FORBIDDEN, "role-missing");
            assert_ne!(
                answer.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{role:?} {path}"
            );
            assert_ne!(answer.code(), "form-expired", "{role:?} {path}");
            let allowed = right.roles.contains(&role);
            assert_eq!(
                !refused, allowed,
                "{role:?} {} {path}: {}",
                right.method, answer.status
            );
            line += if allowed { " ○ |" } else { " – |" };
        }
        matrix += &line;
        matrix.push('\n');
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::create_dir_all(root.join(".work")).unwrap();
    std::fs::write(root.join(".work/roles.md"), &matrix).unwrap();
    let guide = std::fs::read_to_string(root.join("docs/staff.md")).unwrap();
    assert!(
        guide.contains(&matrix),
        "docs/staff.md has another matrix than .work/roles.md"
    );
}

#[tokio::test]
async fn http_nobody_without_a_registered_staff_certificate() {
    let bank = Bank::open().await;
    let customer_ca = bank.app.services.authority().root().to_vec();
    for presented in [None, Some(&*customer_ca)] {
        for path in rights().iter().map(|right| right.path).chain(["/nowhere"]) {
            let answer = bank.send(To::Staff, get(path), presented).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert_ne!(answer.code(), "", "{path}");
        }
    }
}

#[tokio::test]
async fn http_what_has_no_row_is_not_there() {
    let bank = Bank::open().await;
    let officer = bank.staff_certificate("security-officer");
    let answer = bank.send(To::Staff, get("/nowhere"), Some(&officer)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let put = axum::http::Request::put("/contracts")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = bank.send(To::Staff, put, Some(&officer)).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let head = axum::http::Request::head("/contracts")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = bank.send(To::Staff, head, Some(&officer)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

/// A staff member at the console, with cookies and form token.
pub(crate) struct Desk<'a> {
    bank: &'a Bank,
    certificate: Vec<u8>,
    cookies: String,
    token: String,
}

impl<'a> Desk<'a> {
    pub(crate) async fn of(bank: &'a Bank, name: &str) -> Self {
        let certificate = bank.staff_certificate(name);
        let teller = bank.staff_certificate("teller");
        let page = bank
            .send(To::Staff, get("/contracts/new"), Some(&teller))
            .await;
        Self {
            bank,
            certificate,
            cookies: page.cookies(),
            token: page.form_token(),
        }
    }

    pub(crate) async fn see(&self, path: &str) -> Answer {
        self.bank
            .send(To::Staff, get(path), Some(&self.certificate))
            .await
    }

    pub(crate) async fn act(&self, path: &str, fields: &str) -> Answer {
        let fields = format!("form_token={}&{fields}", self.token);
        let request = form(path, &self.cookies, &fields);
        self.bank
            .send(To::Staff, request, Some(&self.certificate))
            .await
    }
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split(after).next().unwrap()
}

pub(crate) fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.code());
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn http_one_enters_and_only_another_persons_approval_counts() {
    let bank = Bank::open().await;
    let (teller, approver) = (
        Desk::of(&bank, "teller").await,
        Desk::of(&bank, "approver").await,
    );
    let second = Desk::of(&bank, "approver-2").await;
    let fields = "branch=101&account_type=current&account=77\
         &company_name=%E5%95%86%E5%BA%97&company_kana=%EF%BD%BC%EF%BE%96";
    // The contract first: it does not exist before another person has approved it.
    let entry = place(&approver.act("/contracts/new", fields).await);
    let early = teller.see("/contracts?q=0000077").await;
    assert!(!early.body.contains("101 当座"));
    let own = approver.see(&entry).await;
    assert!(own.body.contains("same-person") && own.body.contains("101 当座 0000077"));
    let approve = format!("{entry}/approve");
    assert_eq!(
        approver.act(&approve, "shown=1").await.code(),
        "same-person"
    );
    place(&second.act(&approve, "shown=1").await);
    let created = second.see(&entry).await;
    let contract = format!(
        "/contracts/{}",
        between(&created.body, "<p><a href=\"/contracts/", "\"")
    );
    let list = teller.see("/contracts?q=0000077").await;
    assert!(list.body.contains(&contract));

    let path = place(
        &approver
            .act(&format!("{contract}/application"), "reference=A1")
            .await,
    );
    // The person who entered it sees why there is no button, and is refused when sending the button's request.
    let own = approver.see(&path).await;
    assert!(own.body.contains("same-person") && !own.body.contains(&format!("{path}/approve")));
    // Nobody has registered yet, so there is no user whom the approver could see.
    let early = second.see(&path).await;
    assert!(early.body.contains("registration-missing"));
    assert!(!early.body.contains(&format!("{path}/approve")));
    let early = second.act(&format!("{path}/approve"), "shown=1").await;
    assert_eq!(
        (early.status, &*early.code()),
        (StatusCode::CONFLICT, "registration-missing")
    );
    // The letter: requested by one person, not shown to the one who entered the contract, shown to another.
    let letter = format!("{contract}/letter");
    let requested = teller.act(&letter, "").await;
    assert!(
        requested.body.contains("id=\"requested\""),
        "{}",
        requested.body
    );
    let entered = approver.act(&letter, "").await;
    assert_eq!(
        (entered.status, &*entered.code()),
        (StatusCode::FORBIDDEN, "letter-for-another")
    );
    let colleague = Desk::of(&bank, "teller-2").await;
    let letter = colleague.act(&letter, "").await;
    let fact = |label: &str| between(&letter.body, &format!("<dt>{label}</dt><dd>"), "<");
    let account = format!(
        "branch=101&account_type=current&account=77&temporary_login_password={}\
         &temporary_confirmation_password={}&action=next",
        fact("仮ログインパスワード"),
        fact("仮確認用パスワード")
    );
    let mut customer = crate::journey::entered_with(&bank, account).await;
    let registered = customer.post(&bank, "/register/confirm", "action=register");
    assert_eq!(registered.await.headers["location"], "/register/done");
    // The earlier version is not approved; now the page shows who gets the certificate.
    let unseen = second.act(&format!("{path}/approve"), "shown=1").await;
    assert_eq!(unseen.code(), "proposal-stale");
    let shown = second.see(&path).await;
    assert!(shown.body.contains("id=\"changes\""));
    let grantee = between(&shown.body, "id=\"grantee\"", "</section>");
    for seen in [
        "hanakodt",
        "データ花子",
        "hanakodt@oozora.co.jp",
        "マスター",
        "登録日時",
        "<dd>192.0.2.1</dd>",
    ] {
        assert!(grantee.contains(seen), "{seen}: {grantee}");
    }
    let version = between(&shown.body, "name=\"shown\" value=\"", "\"");
    let approve = format!("shown={version}");
    let to = format!("{path}/approve");
    for (who, code) in [(&teller, "role-missing"), (&approver, "same-person")] {
        let answer = who.act(&to, &approve).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (StatusCode::FORBIDDEN, code)
        );
    }
    assert_eq!(second.act(&to, "shown=9999").await.code(), "proposal-stale");
    assert_eq!(second.act(&to, "shown=x").await.code(), "bad-request");
    place(&second.act(&to, &approve).await);
    assert_eq!(second.act(&to, &approve).await.code(), "proposal-decided");
    let home = approver.see("/").await;
    assert!(home.body.contains(&path), "what became of my entry");
    let history = teller.see(&contract).await;
    assert!(history.body.contains(&path));
}

#[tokio::test]
async fn http_an_entry_is_amended_taken_over_rejected_and_withdrawn() {
    let bank = Bank::open().await;
    let (teller, other) = (
        Desk::of(&bank, "teller").await,
        Desk::of(&bank, "teller-2").await,
    );
    let approver = Desk::of(&bank, "approver").await;
    let list = teller.see("/contracts?q=7654321").await;
    let contract = format!(
        "/contracts/{}",
        between(&list.body, "href=\"/contracts/", "\"")
    );
    let contract = contract.replace("/contracts/new", "");
    let contract = if contract.is_empty() {
        let (_, rest) = list.body.split_once("<tbody>").unwrap();
        format!("/contracts/{}", between(rest, "href=\"/contracts/", "\""))
    } else {
        contract
    };
    // The application of the development server is waiting already.
    let twice = teller
        .act(&format!("{contract}/application"), "reference=A1")
        .await;
    assert_eq!(
        (twice.status, &*twice.code()),
        (StatusCode::CONFLICT, "proposal-exists")
    );
    let path = place(&teller.act(&format!("{contract}/cancel"), "note=x").await);
    let missing = teller.act(&format!("{path}/amend"), "shown=1&note=").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    place(&teller.act(&format!("{path}/amend"), "shown=1&note=y").await);
    place(&other.act(&format!("{path}/take-over"), "shown=2").await);
    assert_eq!(
        teller
            .act(&format!("{path}/withdraw"), "shown=3&reason=z")
            .await
            .code(),
        "not-yours"
    );
    place(
        &other
            .act(&format!("{path}/withdraw"), "shown=3&reason=z")
            .await,
    );
    let page = approver.see(&path).await;
    for how in ["入力", "修正", "引継ぎ", "取下げ"] {
        assert!(page.body.contains(how), "{how}");
    }
    let path = place(&teller.act(&format!("{contract}/cancel"), "note=x").await);
    let missing = approver
        .act(&format!("{path}/reject"), "shown=1&reason=")
        .await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    place(
        &approver
            .act(&format!("{path}/reject"), "shown=1&reason=z")
            .await,
    );
    let waiting = approver.see("/proposals").await;
    assert!(!waiting.body.contains(&path));
}

#[tokio::test]
async fn http_a_new_letter_is_asked_for_by_one_and_shown_once_to_another() {
    let bank = Bank::open().await;
    let teller = Desk::of(&bank, "teller").await;
    let list = teller.see("/contracts?q=7654321").await;
    let (_, rest) = list.body.split_once("<tbody>").unwrap();
    let contract = format!("/contracts/{}", between(rest, "href=\"/contracts/", "\""));
    let requested = teller.act(&format!("{contract}/letter"), "").await;
    assert_eq!(requested.status, StatusCode::OK);
    assert!(
        requested.body.contains("id=\"requested\""),
        "{}",
        requested.body
    );
    assert!(!requested.body.contains("<dt>仮ログインパスワード</dt>"));
    let teller = Desk::of(&bank, "approver-2").await;
    let letter = teller.act(&format!("{contract}/letter"), "").await;
    assert_eq!(letter.status, StatusCode::OK);
    assert!(
        letter.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("no-store")
    );
    let password = between(&letter.body, "<dt>仮ログインパスワード</dt><dd>", "<");
    assert_eq!(password.len(), 10);
    let page = teller.see(&contract).await;
    assert!(!page.body.contains(password));
}

#[tokio::test]
async fn http_a_staff_certificate_that_ended_opens_nothing_from_the_next_request_on() {
    let bank = Bank::open().await;
    let approver = Desk::of(&bank, "approver-2").await;
    assert_eq!(approver.see("/").await.status, StatusCode::OK);
    let members = bank.app.services.accounts().staff_members().await.unwrap();
    let id = |name: &str| {
        members
            .iter()
            .find(|one| one.name == name)
            .unwrap()
            .id
            .clone()
    };
    let first = Desk::of(&bank, "security-officer").await;
    let second = Desk::of(&bank, "security-officer-2").await;
    let path = place(
        &first
            .act(&format!("/staff/{}/leave", id("approver-2")), "note=x")
            .await,
    );
    place(&second.act(&format!("{path}/approve"), "shown=1").await);
    let answer = approver.see("/").await;
    assert_eq!(
        (answer.status, &*answer.code()),
        (StatusCode::FORBIDDEN, "staff-certificate-inactive")
    );
}

fn enrolment(user: &str, credential: &str, csr: &[u8]) -> axum::http::Request<axum::body::Body> {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{credential}"));
    axum::http::Request::post("/.well-known/est/staff/simpleenroll")
        .header("host", "bank.example")
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/pkcs10")
        .body(base64::engine::general_purpose::STANDARD.encode(csr).into())
        .unwrap()
}

#[tokio::test]
async fn http_a_newcomer_gets_in_with_two_halves_and_a_key_of_their_own() {
    let bank = Bank::open().await;
    let first = Desk::of(&bank, "security-officer").await;
    let second = Desk::of(&bank, "security-officer-2").await;
    let fields = "name=%E5%B1%B1%E7%94%B0&employee_number=E-100&role=helpdesk";
    let path = place(&first.act("/staff/new", fields).await);
    place(&second.act(&format!("{path}/approve"), "shown=1").await);
    let members = bank.app.services.accounts().staff_members().await.unwrap();
    let id = &members
        .iter()
        .find(|one| one.employee_number == "E-100")
        .unwrap()
        .id;
    let to = format!("/staff/{id}/credential");
    let secret = |answer: &Answer, label: &str| {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.code());
        between(
            &answer.body,
            &format!("<dt>{label}</dt><dd data-secret>"),
            "<",
        )
        .to_owned()
    };
    let one = secret(&first.act(&to, "").await, "取得情報(前半)");
    let two = secret(&second.act(&to, "").await, "取得情報(後半)");

    let csr = |key: &rcgen::KeyPair| {
        let params = rcgen::CertificateParams::default();
        params.serialize_request(key).unwrap().der().to_vec()
    };
    let (key, thief) = (
        rcgen::KeyPair::generate().unwrap(),
        rcgen::KeyPair::generate().unwrap(),
    );
    for wrong in [
        format!("{one}-{one}"),
        format!("{two}-{one}"),
        one.clone(),
        String::new(),
    ] {
        let answer = bank
            .send(To::Portal, enrolment(id, &wrong, &csr(&thief)), None)
            .await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (StatusCode::UNAUTHORIZED, "credential-invalid")
        );
    }
    let whole = format!("{one}-{two}");
    let enrolled = bank
        .send(To::Portal, enrolment(id, &whole, &csr(&key)), None)
        .await;
    assert_eq!(enrolled.status, StatusCode::OK, "{}", enrolled.body);
    // The same key again: the same certificate. Another key: the code is used.
    let again = bank
        .send(To::Portal, enrolment(id, &whole, &csr(&key)), None)
        .await;
    assert_eq!(again.body, enrolled.body);
    let stolen = bank
        .send(To::Portal, enrolment(id, &whole, &csr(&thief)), None)
        .await;
    assert_eq!(stolen.code(), "credential-invalid");

    let pkcs7: String = enrolled.body.split_whitespace().collect();
    let pkcs7 = base64::engine::general_purpose::STANDARD
        .decode(pkcs7)
        .unwrap();
    let certificate = inkan_pki::x509::certs_only::decode(&pkcs7)
        .unwrap()
        .remove(0);
    let home = bank.send(To::Staff, get("/"), Some(&certificate)).await;
    assert_eq!(home.status, StatusCode::OK);

    // A lost token: a new activation code and a new key; the earlier certificate opens nothing any more.
    let (one, two) = (first.act(&to, "").await, second.act(&to, "").await);
    let (one, two) = (
        secret(&one, "取得情報(前半)"),
        secret(&two, "取得情報(後半)"),
    );
    let fresh = rcgen::KeyPair::generate().unwrap();
    let renewed = enrolment(id, &format!("{one}-{two}"), &csr(&fresh));
    let renewed = bank.send(To::Portal, renewed, None).await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    let old = bank.send(To::Staff, get("/"), Some(&certificate)).await;
    assert_eq!(old.status, StatusCode::FORBIDDEN);
    let cacerts = bank.get(To::Portal, "/.well-known/est/staff/cacerts").await;
    assert_eq!(cacerts.status, StatusCode::OK);
}
