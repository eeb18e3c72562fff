//! Why a login or an operation was refused, in a few words, for histories. The pages that refuse explain more.

use crate::http::lang::Lang;

/// The reason behind a code; the code itself if it has no words.
pub fn short_reason(code: &str, lang: Lang) -> &str {
    match code {
        "credentials-wrong" => lang.pick("IDまたはパスワードの誤り", "wrong ID or password"),
        "temporarily-locked" => lang.pick("利用一時停止中", "temporarily locked"),
        "suspended" => lang.pick("利用停止中", "user suspended"),
        "certificate-required" => lang.pick("電子証明書が必要", "certificate required"),
        "certificate-unknown" => lang.pick("未登録の電子証明書", "unknown certificate"),
        "certificate-not-yet-active" => {
            lang.pick("利用開始前の電子証明書", "certificate not yet activated")
        }
        "certificate-not-yet-valid" => {
            lang.pick("有効期間前の電子証明書", "certificate not yet valid")
        }
        "certificate-expired" => lang.pick("有効期限切れの電子証明書", "expired certificate"),
        "certificate-superseded" => lang.pick("更新前の電子証明書", "superseded certificate"),
        "certificate-suspended" => lang.pick("一時停止中の電子証明書", "suspended certificate"),
        "certificate-revoked" => lang.pick("失効した電子証明書", "revoked certificate"),
        "certificate-contract-cancelled" => {
            lang.pick("解約済みの契約", "certificate of a cancelled contract")
        }
        "contract-cancelled" => lang.pick("解約済みの契約", "cancelled contract"),
        "grant-missing" => lang.pick("発行許可なし", "no grant"),
        "grant-waiting" => lang.pick("再発行の待ち時間中", "re-issue waiting"),
        "certificate-active" => lang.pick("有効な電子証明書あり", "has an active certificate"),
        "login-code-invalid" => lang.pick("ログインの期限切れ", "login expired"),
        "login-other-browser" => lang.pick("別のブラウザ", "another browser"),
        "fields-invalid" => lang.pick("入力内容の誤り", "invalid entry"),
        "login-id-taken" => lang.pick("使用済みのログインID", "login ID taken"),
        "role-missing" => lang.pick("権限なし", "not authorised"),
        "not-started" => lang.pick("利用開始登録前", "not started yet"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::catalogue::tests::refusals;
    use crate::services::authentication::login::CertificateRefusal;

    #[test]
    fn what_a_login_may_be_refused_for_has_words() {
        let codes = CertificateRefusal::ALL.map(CertificateRefusal::code);
        let others = ["credentials-wrong", "temporarily-locked", "suspended"];
        for code in codes.into_iter().chain(others) {
            for lang in [Lang::Ja, Lang::En] {
                assert_ne!(short_reason(code, lang), code);
            }
        }
    }

    #[test]
    fn every_code_with_words_is_a_code_of_a_refusal() {
        let known: Vec<_> = refusals().iter().map(|one| one.code()).collect();
        let source = include_str!("short_reason.rs");
        let (listed, _) = source.split_once("other => other").unwrap_or_default();
        let codes = listed.lines().filter_map(|line| {
            let (code, _) = line.trim().strip_prefix('"')?.split_once("\" =>")?;
            Some(code)
        });
        let mut count = 0;
        for code in codes {
            assert!(known.contains(&code), "{code}");
            count += 1;
        }
        assert!(count > 15, "{count}");
    }
}
