//! Typographic rules for every Japanese sentence, here and in the window's catalogues.

use std::fs;
use std::path::{Path, PathBuf};

use super::dialog;
use super::{Lang, entry};
use crate::error::{Failure, TokenError};
use crate::keystore::capabilities::{Admin, Unblock};
use crate::keystore::secret::{SecretFault, SecretName};
use crate::keystore::view::{PinState, TokenKind, TokenView};
use crate::prompt::question::{NewPin, SecretKind, SecretQuestion};

/// Japanese letters; and the punctuation that carries its own space.
const fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}

const fn is_mark(c: char) -> bool {
    matches!(c, '「' | '」' | '『' | '』' | '（' | '）' | '、' | '。')
}

/// The rule that a text breaks.
fn fault(text: &str) -> Option<&'static str> {
    let all: Vec<char> = text.chars().collect();
    let blanks = all.windows(3).any(|part| {
        let [before, middle, after] = part else {
            return false;
        };
        // A space after a question mark is usual.
        *middle == ' '
            && *before != '？'
            && ((is_japanese(*before) && is_japanese(*after))
                || is_mark(*before)
                || is_mark(*after))
    });
    let empty = [
        "(, ", "( ,", "(,)", "()", "（）", "（、", "、）", "「」", "。。",
    ];
    if blanks {
        Some("a stray blank")
    } else if empty.iter().any(|part| text.contains(part)) {
        Some("brackets around nothing")
    } else if all.len() > 1
        && all
            .iter()
            .any(|c| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ'))
    {
        Some("full-width letters")
    } else {
        None
    }
}

#[test]
fn the_rules_find_violations() {
    for wrong in [
        "トークン「x」の 管理者の PIN",
        "トークン 「x」",
        "x、 y",
        "Token: (, )",
        "１回",
    ] {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
    for right in [
        "トークン「x」の PIN（残り 2 回）",
        "あと 1 回です。",
        "a (b, c)",
    ] {
        assert_eq!(fault(right), None, "{right}");
    }
}

/// The string literals of a source file, format directives included.
fn literals(source: &str) -> Vec<String> {
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    let (mut found, mut open, mut escaped) = (Vec::new(), None::<String>, false);
    for c in code.chars() {
        match (&mut open, c) {
            (Some(text), _) if escaped => {
                text.push(c);
                escaped = false;
            }
            (Some(_), '\\') => escaped = true,
            (Some(_), '"') => found.extend(open.take()),
            (Some(text), _) => text.push(c),
            (None, '"') => open = Some(String::new()),
            (None, _) => {}
        }
    }
    found
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).expect("the catalogues") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            all.push(path);
        }
    }
    all
}

#[test]
fn every_sentence_keeps_the_rules() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogues = [
        here.join("src/catalogue"),
        here.join("window/src/catalogue"),
    ];
    let mut read = 0;
    for path in catalogues.iter().flat_map(|directory| sources(directory)) {
        let source = fs::read_to_string(&path).expect("a catalogue");
        for text in literals(&source) {
            if text.chars().any(is_japanese) {
                read += 1;
                assert_eq!(fault(&text), None, "{}: {text}", path.display());
            }
        }
    }
    assert!(read > 300, "{read} sentences");
}

fn token(label: &str, serial: &str, model: &str) -> TokenView {
    TokenView {
        label: label.to_owned(),
        serial: serial.to_owned(),
        model: model.to_owned(),
        kind: TokenKind::Pkcs11,
        reader: None,
        driver: "driver".to_owned(),
    }
}

#[test]
fn a_token_without_names_is_shown_as_nameless() {
    let name = |label, serial, model| dialog::token_name(&token(label, serial, model), Lang::Ja);
    assert_eq!(name("", "", ""), "（名前なし）");
    assert_eq!(name(" ", "", ""), "（名前なし）");
    assert_eq!(name("OOZORA", "", ""), "OOZORA");
    assert_eq!(name("OOZORA", "01", ""), "OOZORA (01)");
    assert_eq!(name("", "01", "x"), "（名前なし） (01, x)");
    let english = dialog::token_name(&token("", "", ""), Lang::En);
    assert_eq!(english, "(no name)");
}

#[test]
fn composed_sentences_keep_the_rules_too() {
    let kinds = [
        SecretKind::Pin,
        SecretKind::CurrentPin,
        SecretKind::Unblock(Unblock::Puk),
        SecretKind::Unblock(Unblock::SoPin),
        SecretKind::Admin(Admin::SoPin),
        SecretKind::Admin(Admin::ManagementKey),
    ];
    for (what, label) in kinds.into_iter().flat_map(|k| [(k, "OOZORA"), (k, "")]) {
        let question = SecretQuestion {
            what,
            token: token(label, "", ""),
            state: PinState::counted(2, 3),
            refused: None,
        };
        let prompt = dialog::secret(&question, Lang::Ja);
        // A missing name has brackets of its own.
        let prompt = prompt.replace("（名前なし）", "x");
        assert_eq!(fault(&prompt), None, "{prompt}");
    }
    for (min_length, max_length) in [(0, 0), (6, 8)] {
        let question = NewPin {
            token: token("OOZORA", "", ""),
            min_length,
            max_length,
            refused: None,
        };
        let prompt = dialog::new_pin(&question, Lang::Ja);
        assert_eq!(fault(&prompt), None, "{prompt}");
    }
}

#[test]
fn an_unsent_secret_is_reported_with_its_valid_length() {
    let sentence_of = |what, why, min, max, lang| {
        let error = TokenError::InvalidSecret {
            what,
            why,
            min,
            max,
        };
        entry(&Failure::Token(error), lang).sentence
    };
    assert_eq!(
        sentence_of(SecretName::Pin, SecretFault::Length, 6, 8, Lang::Ja),
        "PIN は半角 6～8 文字です。何も送っていないので、残り回数は減っていません。"
    );
    assert_eq!(
        sentence_of(SecretName::Puk, SecretFault::FullWidth, 6, 8, Lang::Ja),
        "ロックを解く番号（PUK）は半角 6～8 文字です（全角の文字が入っています）。何も送っていないので、残り回数は減っていません。"
    );
    let names = [
        SecretName::Pin,
        SecretName::NewPin,
        SecretName::Puk,
        SecretName::SoPin,
        SecretName::ManagementKey,
    ];
    let reasons = [
        SecretFault::FullWidth,
        SecretFault::Invisible,
        SecretFault::Control,
        SecretFault::Character,
        SecretFault::Length,
        SecretFault::JustRefused,
    ];
    for (what, why) in names.into_iter().flat_map(|n| reasons.map(|r| (n, r))) {
        for (min, max) in [(0, 0), (0, 8), (6, 0), (6, 8)] {
            let japanese = sentence_of(what, why, min, max, Lang::Ja);
            assert_eq!(fault(&japanese), None, "{japanese}");
            assert!(japanese.contains("送っていない") || japanese.contains("送っていません"));
            let english = sentence_of(what, why, min, max, Lang::En);
            assert!(english.contains("Nothing was sent"), "{english}");
        }
    }
}
