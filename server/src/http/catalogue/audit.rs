//! The audit log as text.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::{proposal, word};
use crate::http::lang::Lang;
use crate::services::audit::{AuditRow, Break, Named, Verdict};
use crate::services::records::Chain;

/// The kinds of actors, by their words in the log.
pub fn actors(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        ("staff", lang.pick("職員", "Staff")),
        ("user", lang.pick("利用者", "User")),
        ("agent", lang.pick("電子証明書アプリ", "Agent")),
        ("system", lang.pick("システム", "System")),
        ("anonymous", lang.pick("不明", "Unknown")),
    ]
}

/// A kind of actor.
pub fn actor(kind: &str, lang: Lang) -> &'static str {
    let found = actors(lang).into_iter().find(|(word, _)| *word == kind);
    found.map_or("?", |(_, label)| label)
}

/// How an operation ended, by the words in the log.
pub fn outcomes(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        ("done", lang.pick("実行", "Done")),
        ("refused", lang.pick("拒否", "Refused")),
    ]
}

/// How an operation ended.
pub fn outcome(word: &str, lang: Lang) -> &'static str {
    let found = outcomes(lang).into_iter().find(|(one, _)| *one == word);
    found.map_or("?", |(_, label)| label)
}

/// What an action was done to, by the words in the log.
pub fn subject(kind: &str, lang: Lang) -> &str {
    match kind {
        "account" => lang.pick("口座", "Account"),
        "agent-login" => lang.pick("ログイン", "Login"),
        "audit" => lang.pick("監査記録", "Audit log"),
        "certificate" => lang.pick("電子証明書", "Certificate"),
        "contract" => lang.pick("契約", "Contract"),
        "crl" => lang.pick("失効リスト", "Revocation list"),
        "database" => lang.pick("データベース", "Database"),
        "employee_number" => lang.pick("職員番号", "Employee number"),
        "grant" => lang.pick("発行許可", "Grant"),
        "import" => lang.pick("一括登録", "Import"),
        "login-id" => lang.pick("ログインID", "Login ID"),
        "mail" => lang.pick("メール", "Message"),
        "page" => lang.pick("画面", "Page"),
        "proposal" => lang.pick("申請", "Proposal"),
        "request" => lang.pick("発行要求", "Request"),
        "serial" => lang.pick("シリアル番号", "Serial number"),
        "share-set" => lang.pick("分割片の組", "Set of shares"),
        "signer" => lang.pick("OCSP署名用証明書", "OCSP certificate"),
        "staff" => lang.pick("職員", "Staff"),
        "user" => lang.pick("利用者", "User"),
        // A word of another release, or the name of something that expires.
        other => other,
    }
}

/// A kind with the name behind it.
pub fn with_name(kind: &str, named: Option<&Named>, lang: Lang) -> String {
    match named {
        None => kind.to_owned(),
        Some(Named::Staff(name)) => format!("{kind} {name}"),
        Some(Named::User { login_id, name, .. }) => format!("{kind} {name} ({login_id})"),
        Some(Named::Contract { company_name, .. }) => format!("{kind} {company_name}"),
        Some(Named::Proposal { kind: what, .. }) => lang.pick(
            format!("{kind}「{}」", proposal::kind(*what, lang)),
            format!("{kind}: {}", proposal::kind(*what, lang)),
        ),
    }
}

/// A row as it was recorded: ids, codes and details.
pub fn recorded(row: &AuditRow, lang: Lang) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        (lang.pick("操作コード", "Action"), row.action.clone()),
        (
            lang.pick("対象のID", "Id of the subject"),
            row.subject_id.clone(),
        ),
    ];
    let actor = row.actor_id.clone();
    facts.extend(actor.map(|id| (lang.pick("実行者のID", "Id of the actor"), id)));
    let address = row.address.clone();
    facts.extend(address.map(|address| (lang.pick("接続元", "From"), address)));
    if !row.code.is_empty() {
        facts.push((lang.pick("拒否理由のコード", "Reason"), row.code.clone()));
    }
    if row.detail != "null" {
        facts.push((lang.pick("詳細", "Detail"), row.detail.clone()));
    }
    facts
}

/// A time in the log.
pub fn at(at: Timestamp, lang: Lang) -> String {
    word::time(at, lang)
}

/// The beginning of a day as typed (2026-11-22), in Japan Standard Time, or of a day this many days later.
pub fn day(typed: &str, after: i64) -> Option<Timestamp> {
    let date: Date = typed.trim().parse().ok()?;
    let date = date.checked_add(after.days()).ok()?;
    let zoned = date
        .to_zoned_datetime(TimeZone::fixed(Offset::constant(9)))
        .ok()?;
    Some(zoned.timestamp())
}

/// The result of a verification, and whether the chain is intact.
pub fn verdict(found: &Verdict, lang: Lang) -> (String, bool) {
    match &found.chain {
        Chain::Whole { rows, .. } => {
            let (signed, count) = (found.signed_up_to, found.checkpoints);
            let text = lang.pick(
                format!("監査記録{rows}件はすべて正しく連なっています。署名済みの確認点は{count}件、{signed}番まで署名されています。"),
                format!("All {rows} rows are intact. Signed checkpoints: {count}, the last one at row {signed}."),
            );
            let unsigned = lang.pick(
                "監査用の鍵を確認できないため(HSMに接続できません)、署名は検証していません。接続の回復後にもう一度確認してください。",
                " The audit key is unknown because the HSM is unavailable, so no signature was verified. Verify again when the HSM is back.",
            );
            let more = if found.key_known { "" } else { unsigned };
            (text + more, true)
        }
        Chain::Broken { seq, why } => {
            let why = broken(*why, lang);
            let text = lang.pick(
                format!("監査記録の{seq}番が正しくありません: {why}。セキュリティ責任者に連絡してください。"),
                format!("Row {seq} does not match: {why}. Call a security officer."),
            );
            (text, false)
        }
    }
}

fn broken(why: Break, lang: Lang) -> &'static str {
    match why {
        Break::Missing => lang.pick("削除されています", "it is missing"),
        Break::Edited => lang.pick(
            "書き換えられたか、入れ替えられています",
            "it was changed, or swapped with another row",
        ),
        Break::Unlinked => lang.pick(
            "直前の記録とつながっていません",
            "it does not follow the row before it",
        ),
        Break::CutOff => lang.pick(
            "これ以降が切り取られています",
            "the log was cut off before it",
        ),
        Break::PastHead => lang.pick("末尾より後ろにあります", "it is after the head of the log"),
        Break::Head => lang.pick(
            "末尾の値と一致しません",
            "the head of the log does not match it",
        ),
        Break::NotAsSigned => lang.pick(
            "署名した内容と一致しません",
            "it differs from the row that was signed",
        ),
        Break::CheckpointGone => {
            lang.pick("その署名が削除されています", "its signed head was deleted")
        }
        Break::Signature => lang.pick(
            "確認点の署名が正しくありません",
            "the signature of its checkpoint is invalid",
        ),
    }
}
