//! Scheduled jobs as text: their names and their results.

use serde_json::Value;

use crate::http::lang::Lang;

/// The name of a job, by its word.
pub fn name(job: &str, lang: Lang) -> &str {
    match job {
        "reconcile" => lang.pick("発行処理の再開", "Resuming of interrupted issues"),
        "crl" => lang.pick("失効リストの発行", "Publication of revocation lists"),
        "ocsp-signer" => lang.pick(
            "OCSP署名用証明書の更新",
            "Renewal of OCSP signer certificates",
        ),
        "ocsp" => lang.pick("OCSP応答の署名", "Signing of OCSP responses"),
        "sweep" => lang.pick("終了したログインの整理", "Removal of ended sessions"),
        "rsa-keys" => lang.pick("RSA鍵の点検", "Comparison of RSA keys"),
        "audit" => lang.pick("監査記録への署名", "Signature on the audit log"),
        "grants" => lang.pick("取得期限切れの処理", "Expiry of grants"),
        "notices" => lang.pick(
            "有効期限のお知らせの作成",
            "Notices of expiring certificates",
        ),
        "expiry" => lang.pick("期限の点検", "Check of expiry dates"),
        "outbox" => lang.pick("古いメールの整理", "Removal of old messages"),
        "idempotency" => lang.pick("API応答の整理", "Removal of old API responses"),
        "mail" => lang.pick("メールの送信", "Delivery of messages"),
        // Of another release that shares the database.
        other => other,
    }
}

/// The result of a job: its counts as words; the reason of a failure as it is.
pub fn result(detail: &str, lang: Lang) -> String {
    let Ok(Value::Object(counts)) = serde_json::from_str(detail) else {
        return detail.to_owned();
    };
    let counts = counts.iter().filter_map(|(name, value)| match value {
        Value::Null | Value::Bool(false) => None,
        Value::Bool(true) => Some(count(name, lang).to_owned()),
        value => Some(format!("{} {value}", count(name, lang))),
    });
    counts.collect::<Vec<_>>().join(lang.pick("、", ", "))
}

/// What is counted.
fn count(name: &str, lang: Lang) -> &str {
    match name {
        "completed" => lang.pick("完了", "completed"),
        "waiting" => lang.pick("HSM待ち", "waiting for the HSM"),
        "broken" => lang.pick("不一致", "inconsistent"),
        "published" => lang.pick("発行", "published"),
        "renewed" => lang.pick("更新", "renewed"),
        "signed" => lang.pick("署名", "signed"),
        "compared" => lang.pick("比較", "compared"),
        "left" => lang.pick("残りあり", "more to do"),
        "row" => lang.pick("署名した番号", "signed up to row"),
        "lapsed" => lang.pick("期限切れ", "expired"),
        "due" => lang.pick("期限が近いもの", "expiring"),
        "written" => lang.pick("作成", "written"),
        "forgotten" => lang.pick("削除", "removed"),
        "sent" => lang.pick("送信", "sent"),
        "later" => lang.pick("後で再送", "to be retried"),
        "failed" => lang.pick("配信不能", "undelivered"),
        "sessions" => lang.pick("終了したログイン", "ended sessions"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::operations::jobs::JOBS;

    #[test]
    fn every_job_has_a_name_in_both_languages() {
        for job in JOBS {
            assert_ne!(name(job.name, Lang::Ja), job.name, "{}", job.name);
            assert_ne!(name(job.name, Lang::En), job.name, "{}", job.name);
        }
    }

    #[test]
    fn counts_are_words_and_a_reason_stays_as_it_is() {
        let detail = r#"{"failed":0,"later":2,"sent":3}"#;
        assert_eq!(result(detail, Lang::Ja), "配信不能 0、後で再送 2、送信 3");
        assert_eq!(result(r#"{"row":null}"#, Lang::En), "");
        assert_eq!(
            result(r#"{"left":true,"compared":5}"#, Lang::En),
            "compared 5, more to do"
        );
        assert_eq!(
            result("mail-server-unavailable", Lang::Ja),
            "mail-server-unavailable"
        );
    }
}
