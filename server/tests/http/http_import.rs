//! Lists of contracts as files: checked, reported, approved, imported; and files that are no list.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::harness::{Answer, Bank, To, get};
use crate::http_staff::{Desk, between, place};

const LIST: &str = "支店番号,科目,口座番号,企業名,企業名カナ\n\
    100,1,4444444,青空商店,ｱｵｿﾞﾗｼﾖｳﾃﾝ\n\
    100,9,=1+1,青空商店,ｱｵｿﾞﾗｼﾖｳﾃﾝ\n\
    100,1,4444444,青空商店,ｱｵｿﾞﾗｼﾖｳﾃﾝ\n";

/// A teller with a file.
struct Clerk<'a> {
    bank: &'a Bank,
    certificate: Vec<u8>,
    cookies: String,
    token: String,
}

impl<'a> Clerk<'a> {
    async fn of(bank: &'a Bank, name: &str) -> Self {
        let certificate = bank.staff_certificate(name);
        let page = get("/contracts/import");
        let page = bank.send(To::Staff, page, Some(&certificate)).await;
        assert!(page.body.contains("enctype=\"multipart/form-data\""));
        let (cookies, token) = (page.cookies(), page.form_token());
        Self {
            bank,
            certificate,
            cookies,
            token,
        }
    }

    async fn send(&self, path: &str, parts: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (head, content) in parts {
            let head = format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(b"--edge--\r\n");
        let request = Request::post(path)
            .header("host", "bank.example")
            .header("cookie", &self.cookies)
            .header("content-type", "multipart/form-data; boundary=edge")
            .body(Body::from(body))
            .unwrap();
        let certificate = Some(&*self.certificate);
        self.bank.send(To::Staff, request, certificate).await
    }

    async fn upload(&self, file: &[u8]) -> Answer {
        let token = self.token.as_bytes();
        let name = "name=\"file\"; filename=\"list.csv\"";
        let parts = [
            ("name=\"form_token\"", token),
            ("name=\"list\"", &b""[..]),
            (name, file),
        ];
        self.send("/contracts/import", &parts).await
    }

    async fn see(&self, path: &str) -> Answer {
        let certificate = Some(&*self.certificate);
        self.bank.send(To::Staff, get(path), certificate).await
    }
}

#[tokio::test]
async fn http_a_file_is_looked_at_reported_and_imported() {
    let bank = Bank::open().await;
    let teller = Clerk::of(&bank, "teller").await;
    let looked = teller.upload(LIST.as_bytes()).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.code());
    assert!(looked.body.contains("登録できるもの1件、できないもの2件"));
    let before = "href=\"/contracts/import/";
    let run = between(&looked.body, before, "/").to_owned();
    let list = format!("/contracts/import/{run}");
    assert!(looked.body.contains(&format!("href=\"{list}/entry\"")));

    // Every bad line as a file, without a cell that a spreadsheet would execute.
    let path = format!("/contracts/import/{run}/report.csv");
    let report = teller.see(&path).await;
    let kind = report.headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/csv"));
    let lines: Vec<&str> = report.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].starts_with("\"3\",\"'=1+1\","), "{}", lines[1]);
    assert!(lines[2].starts_with("\"4\",\"4444444\","), "{}", lines[2]);

    // Entered by the person who sent it, checked and approved by another one; nothing is imported before.
    let (clerk, approver) = (
        Desk::of(&bank, "teller").await,
        Desk::of(&bank, "approver").await,
    );
    let form = clerk.see(&format!("{list}/entry")).await;
    assert!(form.body.contains("name=\"note\""), "{}", form.code());
    let stolen = approver.act(&format!("{list}/entry"), "note=x").await;
    assert_eq!(stolen.code(), "import-unknown");
    let entry = place(&clerk.act(&format!("{list}/entry"), "note=x").await);
    let run = format!("{list}/run");
    assert_eq!(clerk.act(&run, "").await.code(), "import-unknown");
    let page = approver.see(&entry).await;
    assert!(page.body.contains(&format!("{list}/list.csv")) && !page.body.contains(&run));
    let saved = approver.see(&format!("{list}/list.csv")).await;
    let lines: Vec<&str> = saved.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains("\"'=1+1\""), "{}", lines[1]);
    place(&approver.act(&format!("{entry}/approve"), "shown=1").await);
    assert!(
        !clerk
            .see("/contracts?q=4444444")
            .await
            .body
            .contains("青空商店")
    );
    let page = clerk.see(&entry).await;
    assert!(page.body.contains(&format!("action=\"{run}\"")));
    let done = clerk.act(&run, "").await;
    assert!(
        done.body.contains("1件の契約を登録しました"),
        "{}",
        done.code()
    );
    let found = teller.see("/contracts?q=4444444").await;
    assert!(found.body.contains("青空商店"));
    assert_eq!(teller.see(&path).await.code(), "import-unknown");
}

#[tokio::test]
async fn http_a_file_may_be_shift_jis_and_must_be_text() {
    let bank = Bank::open().await;
    let teller = Clerk::of(&bank, "teller").await;
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(LIST);
    let looked = teller.upload(&shift_jis).await;
    assert!(
        looked.body.contains("登録できるもの1件"),
        "{}",
        looked.code()
    );
    for noise in [&b"PK\x03\x04\xff\xfd\x80"[..], b"\xff\xfe1\x00"] {
        let refused = teller.upload(noise).await;
        let told = (refused.status, refused.code());
        let expected = (StatusCode::UNPROCESSABLE_ENTITY, "import-not-text".into());
        assert_eq!(told, expected);
    }
    let huge = "100,1,1,x,x\n".repeat(100_002);
    let refused = teller.upload(huge.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused.code(), "import-too-large");
}

#[tokio::test]
async fn http_a_form_with_a_file_is_taken_where_one_is_asked_for_and_nowhere_else() {
    let bank = Bank::open().await;
    let teller = Clerk::of(&bank, "teller").await;
    let token = teller.token.as_bytes();
    let name = ("name=\"form_token\"", token);
    let elsewhere = teller.send("/contracts/new", &[name]).await;
    assert_eq!(elsewhere.code(), "unsupported-media-type");
    let without = teller.send("/contracts/import", &[("name=\"list\"", b"1")]);
    assert_eq!(without.await.code(), "form-expired");
    let twice = teller.send("/contracts/import", &[name, name]).await;
    assert_eq!(twice.code(), "bad-request");
    let as_file = ("name=\"form_token\"; filename=\"x\"", token);
    let as_file = teller.send("/contracts/import", &[as_file]).await;
    assert_eq!(as_file.code(), "form-expired");
}

#[tokio::test]
async fn http_the_officers_page_says_first_whether_all_is_well() {
    let bank = Bank::open().await;
    let officer = bank.staff_certificate("security-officer");
    let page = bank.send(To::Staff, get("/security"), Some(&officer)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.code());
    let overall = between(&page.body, "id=\"overall\"", "</div>");
    assert!(page.body.find("id=\"overall\"") < page.body.find("<section"));
    let keys = between(&page.body, "id=\"keys\"", "</table>");
    assert!(
        keys.contains("読出し不可、取出し不可、HSM内で生成、署名用"),
        "{keys}"
    );
    assert!(!keys.contains('▲'), "{keys}");
    for part in ["customer", "ルートCAの証明書", "次回更新"] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(overall.contains('○') || overall.contains('▲'), "{overall}");
}
