//! The issued certificate.

use super::{Text, text};
use crate::error::ResponseError;
use crate::exit::Exit;

pub(super) fn response(error: &ResponseError) -> (&'static str, Exit, Text) {
    let (code, ja, en) = match error {
        ResponseError::TooLarge => ("response-too-large", "大きすぎます", "is too large"),
        ResponseError::NotPkcs7 => (
            "response-not-pkcs7",
            "途中で切れているか、形が違います",
            "is truncated or malformed",
        ),
        ResponseError::Malformed => ("response-malformed", "読み取れません", "cannot be read"),
        ResponseError::WrongKey => (
            "response-wrong-key",
            "トークンの鍵のものではありません",
            "does not match the token's key",
        ),
        ResponseError::NotChained => (
            "response-not-chained",
            "この金融機関の認証局が発行したものではありません",
            "was not issued by this bank's CA",
        ),
        ResponseError::Validity => (
            "response-validity",
            "金融機関の時刻では有効期間の外です",
            "is outside its validity period according to the bank's clock",
        ),
        ResponseError::Usage => (
            "response-usage",
            "ログイン用の証明書ではありません",
            "is not for login",
        ),
        ResponseError::IsCa => (
            "response-is-ca",
            "認証局の証明書です",
            "is a CA certificate",
        ),
        ResponseError::Subject => (
            "response-subject",
            "名義がお申し込みと違います",
            "does not have the requested subject",
        ),
        ResponseError::Serial => (
            "response-serial",
            "通し番号が正しくありません",
            "has an invalid serial number",
        ),
        ResponseError::OtherActivated => (
            "response-other-activated",
            "有効になったものと違います",
            "is not the one that was activated",
        ),
    };
    let (written_ja, written_en) = match error {
        ResponseError::OtherActivated => ("", ""),
        _ => (
            "トークンには書き込んでいません。",
            " It was not written to the token.",
        ),
    };
    let text = text(
        format!("金融機関から届いた証明書が{ja}。{written_ja}"),
        "インターネットバンキングの画面でもう一度始めてください。続くときはヘルプデスクにお知らせください。",
        format!("The certificate from the bank {en}.{written_en}"),
        "Start again from the bank's page. If it happens again, contact the help desk.",
    );
    (code, Exit::ResponseInvalid, text)
}
