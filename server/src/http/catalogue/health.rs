//! The first part of the security officer's page: everything that needs attention, one sentence each.

use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::{job, security};
use crate::http::lang::Lang;
use crate::services::operations::expiry::ExpiringItem;
use crate::services::records::HsmPhase;

/// A finding on the security officer's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleFinding {
    /// The database.
    Store,
    /// The HSM is not up; with the reason if no PIN is sent.
    Hsm(HsmPhase, Option<PinHalt>),
    /// The HSM leaves signatures without an answer; others sign.
    Overdue,
    /// Any of these, at one of several HSMs.
    Unit(String, Box<ConsoleFinding>),
    /// More than half of the queue is full.
    Queue {
        /// Waiting signatures.
        waiting: usize,
        /// Places in the queue.
        places: usize,
    },
    /// A key differs from what is required.
    Key {
        /// Its id.
        id: String,
        /// The difference.
        why: String,
    },
    /// Something expires soon or has expired.
    Ends {
        /// Its kind.
        item: ExpiringItem,
        /// Its name.
        name: String,
        /// The remaining time.
        left: String,
    },
    /// A CRL has expired or is missing.
    List(String),
    /// A job is failing.
    Job(String),
    /// The certificate with this serial number has a key that shares a prime with another key.
    BrokenKey(String),
}

/// The sentence for a finding; the section below has the details.
pub fn sentence(finding: &ConsoleFinding, lang: Lang) -> String {
    match finding {
        ConsoleFinding::Store => lang
            .pick(
                "データベースが応答しません。",
                "The database does not respond.",
            )
            .to_owned(),
        ConsoleFinding::Hsm(found, halt) => {
            let word = security::phase(*found, lang);
            match halt {
                None => lang.pick(format!("HSM: {word}"), format!("HSM: {word}")),
                Some(halt) => {
                    let why = security::pin_halt(*halt, lang);
                    lang.pick(format!("HSM: {word}。{why}"), format!("HSM: {word}. {why}"))
                }
            }
        }
        ConsoleFinding::Overdue => lang
            .pick(
                "HSMの応答が遅れているため、ほかのHSMで署名しています。",
                "The HSM does not respond in time; other HSMs sign.",
            )
            .to_owned(),
        ConsoleFinding::Unit(name, found) => {
            let what = sentence(found, lang);
            lang.pick(format!("【{name}】{what}"), format!("[{name}] {what}"))
        }
        ConsoleFinding::Queue { waiting, places } => lang.pick(
            format!("署名の待ち行列が長くなっています({waiting} / {places})。"),
            format!("Many signatures are waiting ({waiting} of {places})."),
        ),
        ConsoleFinding::Key { id, why } => {
            lang.pick(format!("鍵 {id}: {why}"), format!("Key {id}: {why}"))
        }
        ConsoleFinding::Ends {
            item: what,
            name,
            left,
        } => {
            let what = security::item(*what, lang);
            lang.pick(
                format!("{what}({name}): {left}"),
                format!("{what} ({name}): {left}"),
            )
        }
        ConsoleFinding::List(name) => lang.pick(
            format!("失効リスト {name} が期限内に発行されていません。"),
            format!("The CRL {name} was not published in time."),
        ),
        ConsoleFinding::BrokenKey(serial) => lang.pick(
            format!(
                "証明書(シリアル番号 {serial})のRSA鍵は、別の鍵と同じ素数を使っています。秘密鍵を計算できるため、直ちに失効してください。"
            ),
            format!(
                "The RSA key of the certificate with the serial number {serial} shares a prime with another key, so its private key can be computed. Revoke it at once."
            ),
        ),
        ConsoleFinding::Job(word) => {
            let name = job::name(word, lang);
            lang.pick(
                format!("定時処理「{name}」({word})が失敗しています。"),
                format!("The job “{name}” ({word}) is failing."),
            )
        }
    }
}
