//! What the security officer's page says first: everything that needs a look, one sentence each.

use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::security;
use crate::http::lang::Lang;
use crate::workflow::expiry::Thing;
use crate::workflow::records::HsmPhase;

/// What the page has to say first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The database.
    Store,
    /// The HSM is not up; why no PIN is sent, if so.
    Hsm(HsmPhase, Option<PinHalt>),
    /// More signatures wait than half of the places.
    Queue {
        /// So many.
        waiting: usize,
        /// Of so many.
        places: usize,
    },
    /// A key is not as it should be.
    Key {
        /// Which.
        id: String,
        /// What is wrong.
        why: String,
    },
    /// Something ends soon or is over.
    Ends {
        /// What.
        thing: Thing,
        /// Which.
        name: String,
        /// How long yet.
        left: String,
    },
    /// A list is over or is missing.
    List(String),
    /// A job fails.
    Job(String),
    /// The certificate with this serial number has a key that shares a prime with another key.
    BrokenKey(String),
}

/// What is wrong, one sentence for the top of the page, with the section that has more.
pub fn sentence(trouble: &Trouble, lang: Lang) -> String {
    match trouble {
        Trouble::Store => lang
            .pick(
                "データベースが応答しません。",
                "The database does not answer.",
            )
            .to_owned(),
        Trouble::Hsm(found, halt) => {
            let word = security::phase(*found, lang);
            match halt {
                None => lang.pick(format!("HSM: {word}"), format!("HSM: {word}")),
                Some(halt) => {
                    let why = security::pin_halt(*halt, lang);
                    lang.pick(format!("HSM: {word}。{why}"), format!("HSM: {word}. {why}"))
                }
            }
        }
        Trouble::Queue { waiting, places } => lang.pick(
            format!("署名の待ち行列が長くなっています({waiting} / {places})。"),
            format!("Many signatures wait ({waiting} of {places})."),
        ),
        Trouble::Key { id, why } => {
            lang.pick(format!("鍵 {id}: {why}"), format!("Key {id}: {why}"))
        }
        Trouble::Ends {
            thing: what,
            name,
            left,
        } => {
            let what = security::thing(*what, lang);
            lang.pick(
                format!("{what}({name}): {left}"),
                format!("{what} ({name}): {left}"),
            )
        }
        Trouble::List(name) => lang.pick(
            format!("失効リスト {name} が期限内に発行されていません。"),
            format!("The revocation list {name} is not in its time."),
        ),
        Trouble::BrokenKey(serial) => lang.pick(
            format!(
                "証明書(シリアル番号 {serial})のRSA鍵は、別の鍵と同じ素数を使っています。秘密鍵を計算できるため、直ちに失効してください。"
            ),
            format!(
                "The RSA key of the certificate with the serial number {serial} shares a prime with another key, so its private key can be computed. Revoke it at once."
            ),
        ),
        Trouble::Job(name) => lang.pick(
            format!("定時処理 {name} が失敗しています。"),
            format!("The job {name} fails."),
        ),
    }
}
