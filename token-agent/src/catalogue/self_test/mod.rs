//! The checks of the self-test: names, faults, obstacles, and the result. No name of a user, bank or token is in these
//! sentences, because they are in the report.
//!
//! - `fault`: why a check failed
//! - `obstacle`: why something could not be checked

mod fault;
mod obstacle;

use serde_json::Value;

use super::Lang;
use crate::operations::self_test::finding::Cause;
use crate::output::check::{Check, CheckId, CheckResult, SelfTestReport};
use crate::output::clean::clean;
use crate::output::outcome::SelfTested;
pub(crate) use fault::fault;
pub(crate) use obstacle::obstacle;

/// Why a check was not passed.
#[derive(Debug, Clone)]
pub(crate) struct Explained {
    /// Stable code.
    pub(crate) code: String,
    /// What was reported.
    pub(crate) detail: Option<String>,
    /// What happened.
    pub(crate) sentence: String,
    /// What to do.
    pub(crate) next: String,
}

/// The check's name.
#[must_use]
pub fn name(check: CheckId, lang: Lang) -> &'static str {
    let (ja, en) = match check {
        CheckId::System => ("システム", "System"),
        CheckId::Directory => ("設定フォルダ", "Configuration directory"),
        CheckId::BankFiles => ("金融機関の設定ファイル", "Bank files"),
        CheckId::Clock => (
            "金融機関への接続と時計",
            "Connection to the bank, and clock",
        ),
        CheckId::Proxy => ("プロキシ", "Proxy"),
        CheckId::Instance => ("二重起動の防止", "Protection from a second agent"),
        CheckId::LinkScheme => ("inkan: のリンク", "inkan: links"),
        CheckId::Readers => ("カードリーダー", "Card readers"),
        CheckId::Drivers => ("トークンのドライバー", "Token drivers"),
        CheckId::StoreLinks => ("証明書と鍵のつながり", "Links from certificates to keys"),
        CheckId::KeyStore => ("鍵の作成・署名・削除", "Generate, use and delete a key"),
        CheckId::Tls12 => ("TLS 1.2 の接続", "TLS 1.2 connection"),
        CheckId::Tls13 => ("TLS 1.3 の接続", "TLS 1.3 connection"),
    };
    lang.pick(ja, en)
}

/// One check in the terminal: a mark and a word, so that it needs no colour.
#[must_use]
pub fn line(check: &Check, lang: Lang) -> String {
    let mark = match check.result {
        CheckResult::Ok => lang.pick("✓ 正常", "✓ ok"),
        CheckResult::Failed => lang.pick("✗ 異常", "✗ failed"),
        CheckResult::NotPossible => lang.pick("– 確認できません", "– not possible here"),
    };
    let name = name(check.check, lang);
    let subject = check
        .subject
        .as_ref()
        .map(|subject| format!(" [{}]", clean(subject)));
    let mut text = format!("{mark}: {name}{}", subject.unwrap_or_default());
    let facts: Vec<String> = check.facts.iter().filter_map(|(n, v)| fact(n, v)).collect();
    if !facts.is_empty() {
        text = format!("{text} ({})", facts.join(", "));
    }
    let code = check
        .code
        .as_ref()
        .map(|code| format!(" [{}]", clean(code)));
    let detail = check
        .detail
        .as_ref()
        .map(|detail| format!(" ({})", clean(detail)));
    if let Some(sentence) = &check.sentence {
        let (code, detail) = (code.unwrap_or_default(), detail.unwrap_or_default());
        text = format!("{text}\n    {sentence}{detail}{code}");
    }
    if let Some(next) = &check.next {
        text = format!("{text}\n    → {next}");
    }
    text
}

/// A fact in one line; lists and empty texts are only in the report.
fn fact(name: &str, value: &Value) -> Option<String> {
    let shown = match value {
        Value::String(text) if !text.is_empty() => clean(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return None,
    };
    Some(format!("{name} {shown}"))
}

/// The result.
#[must_use]
pub fn summary(done: &SelfTested, lang: Lang) -> String {
    let SelfTested {
        sentence,
        next,
        file,
        ..
    } = done;
    let file = file.as_ref().map(|file| {
        let file = clean(file);
        lang.pick(format!("\n報告書: {file}"), format!("\nReport: {file}"))
    });
    format!("{sentence}{}\n{next}", file.unwrap_or_default())
}

/// The result as a sentence, and what to do.
#[must_use]
pub fn verdict(report: &SelfTestReport, lang: Lang) -> (String, String) {
    let SelfTestReport {
        passed,
        failed,
        not_possible,
        ..
    } = report;
    let sentence = lang.pick(
        format!(
            "確認が終わりました: 正常 {passed}、異常 {failed}、確認できないもの {not_possible}。"
        ),
        format!("Self-test done: {passed} ok, {failed} failed, {not_possible} not possible here."),
    );
    let next = if *failed > 0 {
        lang.pick(
            "→ の文に従ってください。解決しないときは --report で作った報告書をヘルプデスクに渡してください。個人の情報は入っていません。",
            "Follow the sentences after →. If that does not help, give the report (--report) to the help desk: it contains no personal data.",
        )
    } else if !report.tested_a_key() {
        lang.pick(
            "異常はありませんが、鍵は試していません。トークンを接続し、PIN が必要なものは --token を付けて、もう一度お試しください。",
            "Nothing failed, but no key was tested. Connect a token, name it with --token if it needs a PIN, and try again.",
        )
    } else if !report.all_ok(&[CheckId::BankFiles, CheckId::Clock, CheckId::LinkScheme]) {
        lang.pick(
            "試した範囲では異常はありません。「確認できません」の行もご覧ください。",
            "Nothing that was tested failed. See also the lines that were not possible here.",
        )
    } else {
        lang.pick(
            "このコンピューターで電子証明書アプリを使えます。",
            "The agent can be used on this computer.",
        )
    };
    (sentence, next.to_owned())
}

fn explained(code: &str, lang: Lang, ja: (&str, &str), en: (&str, &str)) -> Explained {
    let (sentence, next) = lang.pick(ja, en);
    Explained {
        code: code.to_owned(),
        detail: None,
        sentence: sentence.to_owned(),
        next: next.to_owned(),
    }
}

/// With the code and the text that the cause has.
fn caused(cause: &Cause, lang: Lang, ja: (&str, &str), en: (&str, &str)) -> Explained {
    Explained {
        detail: cause.detail.clone(),
        ..explained(&cause.code, lang, ja, en)
    }
}
