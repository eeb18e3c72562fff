use jiff::SignedDuration;

use super::*;
use crate::mail::return_path::ReturnPath;
use crate::mail::smtp_config::{Protection, Sender, Server};

fn smtp_config() -> SmtpConfig {
    let contact = |bank: &str| Contact {
        bank: bank.to_owned(),
        desk: "ヘルプデスク".to_owned(),
        telephone: "0120-565-657".to_owned(),
        hours: vec!["平日 9:00～24:00".to_owned()],
    };
    let server = Server {
        host: "localhost".to_owned(),
        port: 25,
        protection: Protection::None,
        roots: None,
        login: None,
    };
    let sender = Sender {
        from: "ib@bank.example".parse().unwrap(),
        reply_to: Some("desk@bank.example".parse().unwrap()),
        return_path: ReturnPath::parse("bounces@bank.example").unwrap(),
        contact: (
            contact("けんみん信用組合インターネットバンキング"),
            contact("Kenmin"),
        ),
        timeout: Duration::from_secs(1),
        give_up: SignedDuration::from_hours(120),
    };
    SmtpConfig::new(server, sender).unwrap()
}

fn to(person: &str) -> To {
    To {
        company: "株式会社大空商事".to_owned(),
        person: person.to_owned(),
        login_hint: To::hint("hanakodt"),
    }
}

fn written(person: &str, lang: Lang) -> Message {
    let to = to(person);
    let notification = Notification::LoginIdRegistered {
        at: Timestamp::UNIX_EPOCH,
    };
    let draft = Draft {
        id: "0123",
        recipient: "hanakodt@oozora.co.jp",
        lang,
        to: &to,
        notification: &notification,
        written_at: Timestamp::UNIX_EPOCH,
    };
    smtp_config().write(&draft, Timestamp::UNIX_EPOCH).unwrap()
}

fn headers(message: &Message) -> String {
    let all = String::from_utf8(message.formatted()).unwrap();
    all.split("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn headers_say_who_and_that_nobody_need_answer() {
    let headers = headers(&written("データ花子", Lang::Ja));
    for line in [
        "Message-ID: <0123@bank.example>",
        "Auto-Submitted: auto-generated",
        "To: hanakodt@oozora.co.jp",
        "Reply-To: desk@bank.example",
        "Date: Thu, 01 Jan 1970 00:00:00",
        "Content-Language: ja",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(headers.contains(line), "{line}\n{headers}");
    }
    assert!(headers.contains("Subject: =?utf-8?b?"), "{headers}");
    assert!(
        headers.is_ascii() && headers.lines().all(|line| line.len() <= 78),
        "{headers}"
    );
}

#[test]
fn no_name_makes_a_header_or_a_line() {
    for lang in [Lang::Ja, Lang::En] {
        let hostile = "花子\r\nBcc: thief@evil.example\r\n\r\n<script>x</script>\u{2028}";
        let message = written(hostile, lang);
        let headers = headers(&message);
        assert!(
            !headers.contains("Bcc") && !headers.contains("thief"),
            "{headers}"
        );
        assert_eq!(message.envelope().to().len(), 1);
        let plain = String::from_utf8(message.formatted()).unwrap();
        assert!(!plain.contains("\nBcc:"));
    }
}

#[test]
fn both_parts_say_the_same_and_neither_has_a_link() {
    for notification in crate::mail::catalogue::tests::every() {
        for lang in [Lang::Ja, Lang::En] {
            let words = catalogue::words(&notification, lang, Timestamp::UNIX_EPOCH);
            let smtp_config = smtp_config();
            let contact = lang.pick(&smtp_config.contact.0, &smtp_config.contact.1);
            let (to, answered) = (to("<b>花子"), true);
            let plain = Plain {
                lang,
                contact,
                to: to.clone(),
                words: &words,
                answered,
            };
            let html = Html {
                lang,
                contact,
                to,
                words: &words,
                answered,
            };
            let (plain, html) = (plain.render().unwrap(), html.render().unwrap());
            for text in [&plain, &html] {
                assert!(text.contains(&words.news) && text.contains("0120-565-657"));
                assert!(text.contains("ha****") && !text.contains("hanakodt"));
                for forbidden in ["http", "www", "inkan:", "href", "<a ", "<img"] {
                    assert!(!text.contains(forbidden), "{forbidden} in {text}");
                }
            }
            assert!(!html.contains("<b>花子"), "values are escaped");
        }
    }
}

#[test]
fn an_address_that_is_none_is_said_to_be() {
    for bad in [
        "",
        "hanako",
        "hanako@",
        "a@b\r\nBcc: c@d",
        "a b@c.example",
        "花子@oozora.co.jp",
        "a@b, c@d",
    ] {
        assert_eq!(
            recipient(bad).unwrap_err(),
            DeliveryError::AddressInvalid,
            "{bad}"
        );
    }
    assert!(recipient("hanakodt@oozora.co.jp").is_ok());
}
