//! Progress.

use inkan_agent::catalogue::Lang;
use inkan_agent::output::event::Work;
use inkan_pki::algorithm::KeyAlgorithm;

use crate::view_model::Waiting;
use crate::view_model::progress::Phase;

/// Before the first question.
#[must_use]
pub fn waiting(waiting: Waiting, lang: Lang) -> &'static str {
    match waiting {
        Waiting::Bank => lang.pick(
            "金融機関に、手続きの内容を確認しています。",
            "Getting the request from the bank.",
        ),
        Waiting::Tokens => lang.pick("トークンを調べています。", "Reading the tokens."),
        Waiting::Stopping => lang.pick(
            "いま行っている処理が終わりしだい、取り消します。トークンを抜かないでください。",
            "Cancelling when the current step has finished. Do not remove the token.",
        ),
    }
}

/// The current operation, which may take long.
#[must_use]
pub fn doing(work: Option<Work>, lang: Lang) -> &'static str {
    match work {
        Some(Work::GeneratingKey { algorithm }) if takes_long(algorithm) => lang.pick(
            "トークンの中で RSA の鍵を作っています。カードによっては数分かかります。トークンを抜かないでください。",
            "The token is generating an RSA key. Some cards take minutes. Do not remove the token.",
        ),
        Some(Work::GeneratingKey { .. }) => lang.pick(
            "トークンの中で鍵を作っています。数秒で終わります。トークンを抜かないでください。",
            "The token is generating a key. This takes a few seconds. Do not remove the token.",
        ),
        Some(Work::RequestingCertificate) => lang.pick(
            "金融機関に電子証明書を申し込んでいます。トークンを抜かないでください。",
            "Requesting the certificate from the bank. Do not remove the token.",
        ),
        Some(Work::Writing) => lang.pick(
            "電子証明書をトークンに書き込んでいます。トークンを抜かないでください。",
            "Writing the certificate to the token. Do not remove the token.",
        ),
        Some(Work::Signing) => lang.pick(
            "トークンの鍵で金融機関に接続しています。トークンを抜かないでください。",
            "Connecting to the bank with the token's key. Do not remove the token.",
        ),
        Some(Work::OpeningShare) => lang.pick(
            "トークンの鍵で分割片を開いています。トークンを抜かないでください。",
            "Opening the share with the token's key. Do not remove the token.",
        ),
        None => lang.pick(
            "トークンを操作しています。トークンを抜かないでください。",
            "Using the token. Do not remove it.",
        ),
    }
}

/// RSA key generation searches for random primes.
const fn takes_long(algorithm: KeyAlgorithm) -> bool {
    match algorithm {
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => true,
        KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 => false,
    }
}

/// A phase of the issuance, in any state.
#[must_use]
pub fn phase(phase: Phase, lang: Lang) -> &'static str {
    match phase {
        Phase::Key => lang.pick("トークンの中に鍵を作る", "Generate a key on the token"),
        Phase::Certificate => lang.pick(
            "金融機関から電子証明書を受け取り、内容を確認する",
            "Receive and check the certificate",
        ),
        Phase::Write => lang.pick(
            "電子証明書をトークンに書き込む",
            "Write the certificate to the token",
        ),
        Phase::Prove => lang.pick(
            "鍵と電子証明書が合うことを署名で確認する",
            "Prove with a signature that the key and the certificate match",
        ),
        Phase::Activate => lang.pick(
            "金融機関に接続し、電子証明書を有効にする",
            "Connect to the bank to activate the certificate",
        ),
    }
}

/// The next step after a certificate was issued.
#[must_use]
pub fn back_to_the_page(lang: Lang) -> &'static str {
    lang.pick(
        "ブラウザに戻り、インターネットバンキングの画面で続けてください。",
        "Return to the bank's page in your browser.",
    )
}

/// Spoken after a completed phase.
#[must_use]
pub fn done(lang: Lang) -> &'static str {
    lang.pick("済み", "done")
}

/// Spoken after the current phase.
#[must_use]
pub fn current(lang: Lang) -> &'static str {
    lang.pick("いまここ", "now")
}
