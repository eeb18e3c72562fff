//! The record: both languages, text and page, complete or not, nothing that a name could inject.

use std::fs;

use inkan_hsm_config::language::Language;
use inkan_hsm_config::record::Record;
use inkan_hsm_config::transcript::Transcript;
use inkan_hsm_config::{Spec, apply};

use crate::environment::{Environment, now};
use crate::officers::{Officers, environment};

fn grouped(hex: &str) -> String {
    let bytes = hex.as_bytes().chunks(4);
    let groups: Vec<_> = bytes
        .map(|group| std::str::from_utf8(group).unwrap())
        .collect();
    groups.join(" ")
}

fn held() -> (Environment, Spec, Transcript) {
    let environment = environment();
    let spec = environment.spec();
    let transcript = Officers::who_confirm(9).hold(&spec).unwrap();
    (environment, spec, transcript)
}

#[test]
fn it_holds_persons_steps_fingerprints_and_the_last_hash() {
    let (environment, spec, transcript) = held();
    for language in [Language::English, Language::Japanese] {
        let record = Record::new(&spec, &transcript, language);
        let (text, page) = (record.to_text(), record.to_html());
        let mut expected = vec![
            grouped(transcript.head()),
            grouped(transcript.plan_sha256().unwrap()),
            "鈴木 花子".to_owned(),
            "Sato Ichiro, 鈴木 花子".to_owned(),
        ];
        for (step, detail) in [
            ("key:root-ca", "spki_sha256"),
            ("key:customer-ca", "spki_sha256"),
            ("certificate:root-ca", "serial"),
            ("certificate:customer-ca", "sha256"),
        ] {
            expected.push(grouped(&transcript.done(step).unwrap().details[detail]));
        }
        expected.push(transcript.done("token:root").unwrap().details["serial"].clone());
        for one in &expected {
            assert!(text.contains(one), "{one}\n{text}");
            assert!(page.contains(one), "{one}\n{page}");
        }
        assert_eq!(page.matches("<section class=\"step\">").count(), 9);
        assert_eq!(
            page.matches("class=\"person\"").count(),
            2,
            "a line for each signature"
        );
        // It needs nothing from elsewhere, and runs nothing.
        for foreign in ["<script", "src=", "url(", "@import", "<link"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
    let text = environment.expect(&["record"], 0);
    assert!(text.contains("Record of the key ceremony") && !text.contains("NOT COMPLETE"));
    let text = environment.expect(&["record", "--lang", "ja"], 0);
    assert!(
        text.contains("キーセレモニー 実施記録") && text.contains("日本時間"),
        "{text}"
    );
    let page = environment.path("record.html");
    environment.expect(&["record", "--html", page.to_str().unwrap()], 0);
    assert!(
        fs::read_to_string(&page)
            .unwrap()
            .starts_with("<!DOCTYPE html>\n<html lang=\"en\">")
    );
    let nowhere = environment.path("no/such/directory.html");
    let text = environment.expect(&["record", "--html", nowhere.to_str().unwrap()], 9);
    assert!(text.contains("[output-file]"), "{text}");
}

#[test]
fn an_incomplete_ceremony_says_so_on_every_form() {
    let environment = environment();
    let spec = environment.spec();
    environment.expect(&["record"], 10);
    Officers::who_confirm(2)
        .then(&["break"])
        .hold(&spec)
        .unwrap_err();
    let text = environment.expect(&["record"], 11);
    assert!(
        text.contains("*** NOT COMPLETE ***") && text.contains("Break: token:issuing"),
        "{text}"
    );
    let transcript = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
    let page = Record::new(&spec, &transcript, Language::Japanese).to_html();
    assert!(
        page.contains("<p class=\"incomplete\">未完了</p>"),
        "{page}"
    );
    assert_eq!(page.matches("未実施").count(), 7);
}

#[test]
fn a_plain_ceremony_states_that_presence_was_not_recorded() {
    let environment = environment();
    let spec = environment.spec();
    let transcript = apply(&spec, now(), false, &mut |_| ()).unwrap();
    let text = Record::new(&spec, &transcript, Language::English).to_text();
    assert_eq!(text.matches("Present: not recorded").count(), 2, "{text}");
    assert!(!text.contains("Confirmed by"), "{text}");
}

#[test]
fn names_cannot_inject_markup() {
    let environment = environment();
    environment.edit("Sato Ichiro", "<script>alert(1)</script>");
    let spec = environment.spec();
    let transcript = apply(&spec, now(), false, &mut |_| ()).unwrap();
    let page = Record::new(&spec, &transcript, Language::English).to_html();
    assert!(!page.contains("<script"), "{page}");
    assert!(
        page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"),
        "{page}"
    );
}
