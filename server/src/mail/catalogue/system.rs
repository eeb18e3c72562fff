//! The names of the bank's own expiring items, and what to do before they expire.

use jiff::Timestamp;

use super::word;
use crate::mail::expiring_item::ExpiringItem;
use crate::mail::notification::Lang;

/// Its name.
#[must_use]
pub fn name(item: ExpiringItem, lang: Lang) -> &'static str {
    match item {
        ExpiringItem::Root => lang.pick("ルートCAの証明書", "Certificate of the root CA"),
        ExpiringItem::CustomerCa => lang.pick("顧客CAの証明書", "Certificate of a customer CA"),
        ExpiringItem::CustomerCaIssuing => lang.pick(
            "顧客CAが発行できる最終日",
            "Last day on which the customer CA can sign",
        ),
        ExpiringItem::StaffCa => lang.pick("職員CAの証明書", "Certificate of a staff CA"),
        ExpiringItem::StaffCaIssuing => lang.pick(
            "職員CAが発行できる最終日",
            "Last day on which the staff CA can sign",
        ),
        ExpiringItem::OcspSigner => {
            lang.pick("OCSP応答の署名用証明書", "Certificate of the OCSP signer")
        }
        ExpiringItem::Listener => lang.pick("サーバ証明書", "Server certificate"),
        ExpiringItem::StaffCertificate => {
            lang.pick("職員用電子証明書", "Certificate of a member of staff")
        }
        ExpiringItem::Crl => lang.pick("失効リスト", "Revocation list"),
        ExpiringItem::RootCrl => {
            lang.pick("ルートCAの失効リスト", "Revocation list of the root CA")
        }
    }
}

/// What to do.
#[must_use]
pub fn next(item: ExpiringItem, lang: Lang) -> &'static str {
    match item {
        ExpiringItem::Root => lang.pick(
            "新しいルートCAへの移行を計画してください。",
            "Plan the move to a new root CA.",
        ),
        ExpiringItem::CustomerCa | ExpiringItem::CustomerCaIssuing => lang.pick(
            "次の顧客CAをキーセレモニーで作成し、切り替えてください(docs/ca-lifecycle.md)。",
            "Create the next customer CA in a key ceremony and roll over to it (docs/ca-lifecycle.md).",
        ),
        ExpiringItem::StaffCa | ExpiringItem::StaffCaIssuing => lang.pick(
            "次の職員CAをキーセレモニーで作成し、切り替えてください(docs/ca-lifecycle.md)。",
            "Create the next staff CA in a key ceremony and roll over to it (docs/ca-lifecycle.md).",
        ),
        ExpiringItem::OcspSigner => lang.pick(
            "自動更新が行われていません。HSMとジョブ「ocsp-signer」を確認してください。",
            "It was not renewed automatically. Check the HSM and the job `ocsp-signer`.",
        ),
        ExpiringItem::Listener => lang.pick(
            "新しい証明書と鍵のファイルを置いてください。再起動は不要です。",
            "Replace the files of the certificate and its key. No restart is needed.",
        ),
        ExpiringItem::StaffCertificate => lang.pick(
            "本人が更新するか、新しい証明書の取得を手配してください。",
            "Have it renewed by its owner, or arrange a new one.",
        ),
        ExpiringItem::Crl => lang.pick(
            "自動発行が行われていません。HSMとジョブ「crl」を確認してください。",
            "It was not published automatically. Check the HSM and the job `crl`.",
        ),
        ExpiringItem::RootCrl => lang.pick(
            "セレモニーで `inkan-hsm crl` を実行し、新しいリストを置いてください。",
            "Sign a new one with `inkan-hsm crl` in a ceremony and install it.",
        ),
    }
}

/// To the bank's operators.
pub(super) fn ending(
    lang: Lang,
    item: ExpiringItem,
    (name, ends, error): (&str, Timestamp, Option<&str>),
    now: Timestamp,
) -> super::Parts {
    let what = self::name(item, lang);
    let days = word::days_left(ends, now);
    let news = if days >= 0 {
        lang.pick(
            format!("{what}({name})の期限まで、あと{days}日です。"),
            format!("{what} ({name}) expires in {days} days."),
        )
    } else {
        lang.pick(
            format!("{what}({name})の期限が過ぎています。"),
            format!("{what} ({name}) has expired."),
        )
    };
    let subject = lang.pick(
        format!("期限のお知らせ: {what}"),
        format!("Expires soon: {what}"),
    );
    let mut facts = vec![
        (lang.pick("対象", "Item"), name.to_owned()),
        super::end(lang, ends),
    ];
    let wrong = error.map(|text| (lang.pick("問題", "Problem"), text.to_owned()));
    facts.extend(wrong);
    ((subject, news), facts, vec![next(item, lang).to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_name_and_a_next_step_in_both_languages() {
        for item in ExpiringItem::ALL {
            for words in [name, next] {
                let [ja, en] = [Lang::Ja, Lang::En].map(|lang| words(item, lang));
                assert!(!ja.is_ascii() && en.is_ascii(), "{ja} {en}");
            }
        }
    }
}
