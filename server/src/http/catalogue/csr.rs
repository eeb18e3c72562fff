//! Refused certificate requests and keys.

use inkan_pki::x509::csr::CsrError;
use inkan_pki::x509::key_check::KeyWeakness;

use super::Text;

const UPDATE: (&str, &str) = (
    "電子証明書アプリを最新版に更新し、ブラウザの「発行」からやり直してください。",
    "Update the certificate app and start again at “Issue” in the browser.",
);
const OTHER_TOKEN: (&str, &str) = (
    "このトークンの鍵は使用できません。別のトークンをご利用いただくか、ヘルプデスクにお問い合わせください。",
    "The key of this token cannot be used. Use another token or contact the help desk.",
);

pub(super) fn text(error: CsrError) -> Text {
    let (ja, en, (next_ja, next_en)) = match error {
        CsrError::TooLarge => (
            "証明書発行要求が大きすぎます。",
            "The certificate request is too large.",
            UPDATE,
        ),
        CsrError::Malformed => (
            "証明書発行要求の形式が正しくありません。",
            "The certificate request cannot be read.",
            UPDATE,
        ),
        CsrError::SignatureUnsupported => (
            "証明書発行要求の署名方式に対応していません。",
            "The certificate request is signed with an algorithm that is not accepted.",
            UPDATE,
        ),
        CsrError::SignatureInvalid => (
            "証明書発行要求の署名が、その鍵によるものではありません。",
            "The certificate request was not signed with its own key.",
            UPDATE,
        ),
        CsrError::Key(weakness) => return key(weakness),
    };
    Text::fixed((ja, next_ja), (en, next_en))
}

fn key(weakness: KeyWeakness) -> Text {
    let (next_ja, next_en) = OTHER_TOKEN;
    let (ja, en): (String, String) = match weakness {
        KeyWeakness::Malformed => (
            "公開鍵を読み取れません。".into(),
            "The public key cannot be read.".into(),
        ),
        KeyWeakness::AlgorithmNotAllowed => (
            "公開鍵の種類が、受け付けているもの（RSA、EC P-256、EC P-384）ではありません。".into(),
            "The key is neither RSA nor EC on P-256 or P-384.".into(),
        ),
        KeyWeakness::SizeNotAllowed(bits) => (
            format!(
                "RSA鍵の長さ（{bits}ビット）は受け付けていません。2048、3072、4096ビットをご利用ください。"
            ),
            format!("RSA keys of {bits} bits are not accepted. Use 2048, 3072 or 4096 bits."),
        ),
        KeyWeakness::Exponent => (
            "RSA鍵の公開指数が安全ではありません。".into(),
            "The public exponent of the RSA key is unsafe.".into(),
        ),
        KeyWeakness::SmallFactor(factor) => (
            format!("RSA鍵は小さな素数（{factor}）で割り切れるため安全ではありません。"),
            format!("The RSA key is divisible by {factor}, so it is unsafe."),
        ),
        KeyWeakness::Roca => (
            "この鍵には既知の脆弱性（ROCA）があります。".into(),
            "The key has a known weakness (ROCA).".into(),
        ),
        KeyWeakness::ClosePrimes => (
            "RSA鍵の二つの素数が近すぎるため安全ではありません。".into(),
            "The two primes of the RSA key are too close together, so it is unsafe.".into(),
        ),
        KeyWeakness::SharedFactor => (
            "このRSA鍵の素数は、すでに登録されている別の鍵でも使われているため安全ではありません。"
                .into(),
            "This RSA key shares a prime with another registered key, so it is unsafe.".into(),
        ),
        KeyWeakness::PointInvalid => (
            "EC鍵の点が曲線上にありません。".into(),
            "The point of the EC key is not on the curve.".into(),
        ),
    };
    Text {
        ja: (ja.into(), next_ja.into()),
        en: (en.into(), next_en.into()),
    }
}
