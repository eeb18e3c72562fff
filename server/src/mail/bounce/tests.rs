use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef";

fn path() -> ReturnPath {
    match ReturnPath::parse("bounces+{id}@bank.example") {
        Some(path) => path,
        None => unreachable!("a return path"),
    }
}

/// As Postfix writes them.
fn report(to: &str, action: &str, returned: &str) -> String {
    format!(
        "Return-Path: <>\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b/x\"\r\n\r\n\
         --b/x\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you\r\n\r\n\
         --b/x\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.bank.example\r\nArrival-Date: Sun, 22 Nov 2026 09:00:00 +0900\r\n\r\n\
         Final-Recipient: rfc822; hanakodt@oozora.co.jp\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1\r\n <hanakodt@oozora.co.jp>: unknown\r\n\r\n\
         --b/x\r\n{returned}\r\n--b/x--\r\n"
    )
}

fn returned(kind: &str, id: &str) -> String {
    format!(
        "Content-Type: {kind}\r\n\r\nMessage-ID: <{id}@bank.example>\r\nSubject: x\r\n\r\nbody\r\n"
    )
}

fn notifications(message: &str, recipient: Option<&str>) -> Vec<String> {
    match read(message.as_bytes(), recipient, &path()) {
        CameBack::Failed {
            notifications,
            said,
        } => {
            assert!(said.starts_with("5.1.1 smtp; 550 5.1.1"), "{said}");
            assert!(!said.contains(['\r', '\n']), "{said:?}");
            notifications
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn the_message_is_named_by_the_address_or_by_what_came_back() {
    let own = format!("bounces+{ID}@bank.example");
    let nothing = "Content-Type: text/plain\r\n\r\nnothing";
    assert_eq!(notifications(&report(&own, "failed", nothing), None), [ID]);
    let angle = format!("<{own}>");
    assert_eq!(
        notifications(&report(&angle, "Failed", nothing), None),
        [ID]
    );
    let other = "postmaster@bank.example";
    assert_eq!(
        notifications(&report(other, "failed", nothing), Some(&own)),
        [ID]
    );
    for kind in ["message/rfc822", "text/rfc822-headers"] {
        let message = report(other, "failed", &returned(kind, ID));
        assert_eq!(notifications(&message, None), [ID], "{kind}");
    }
}

#[test]
fn what_is_no_failure_of_a_message_of_ours_is_none() {
    let own = format!("bounces+{ID}@bank.example");
    let nothing = "Content-Type: text/plain\r\n\r\nnothing";
    for action in ["delayed", "delivered", "relayed", "expanded", ""] {
        let message = report(&own, action, nothing);
        assert_eq!(read(message.as_bytes(), None, &path()), CameBack::NoFailure);
    }
    let strange = report(
        "a@b.example",
        "failed",
        &returned("message/rfc822", "not-ours"),
    );
    assert_eq!(read(strange.as_bytes(), None, &path()), CameBack::NoMessage);
    let answer = format!("To: {own}\r\nSubject: I am away\r\n\r\nback on Monday\r\n");
    assert_eq!(read(answer.as_bytes(), None, &path()), CameBack::NoReport);
}

#[test]
fn garbage_is_no_report_and_ends_nothing() {
    let own = format!("bounces+{ID}@bank.example");
    let whole = report(&own, "failed", &returned("message/rfc822", ID));
    // Cut off at any point, or with any byte changed: parsed or not, it never panics.
    for end in 0..whole.len() {
        let _ = read(&whole.as_bytes()[..end], None, &path());
        let mut spoilt = whole.clone().into_bytes();
        spoilt[end] ^= 0x5a;
        let _ = read(&spoilt, None, &path());
    }
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
    let long = vec![b'\n'; 3 * LONGEST];
    for garbage in [&b""[..], b"\0\0\0", b"\xff\xfe", deep.as_bytes(), &long] {
        assert_eq!(read(garbage, None, &path()), CameBack::NoReport);
    }
}
