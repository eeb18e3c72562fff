//! The security officer's page in words.

use super::word;
use crate::http::lang::Lang;
use crate::workflow::audit_log::Checkpoint;
use crate::workflow::records::{HsmPhase, HsmState, Issuer, KeyFound};

/// A label and a value.
type Fact = (&'static str, String);

/// What the HSM is doing.
pub fn phase(phase: HsmPhase, lang: Lang) -> &'static str {
    match phase {
        HsmPhase::Recovering => lang.pick("復旧中", "Recovering"),
        HsmPhase::Up => lang.pick("正常", "Up"),
        HsmPhase::Down => lang.pick("応答なし", "Away"),
        HsmPhase::PinRefused => lang.pick("PINが拒否されました", "The PIN was refused"),
        HsmPhase::RestartNeeded => {
            lang.pick("サーバーの再起動が必要です", "The server must be restarted")
        }
        HsmPhase::Stopped => lang.pick("停止", "Stopped"),
    }
}

/// The HSM.
pub fn hsm(state: &HsmState, lang: Lang) -> Vec<Fact> {
    let mut facts = vec![
        (
            lang.pick("状態", "State"),
            phase(state.phase, lang).to_owned(),
        ),
        (
            lang.pick("署名の担当", "Workers"),
            format!("{} / {}", state.workers, state.workers_configured),
        ),
        (
            lang.pick("待ち行列", "Queue"),
            format!("{} / {}", state.queue_length, state.queue_capacity),
        ),
        (
            lang.pick("応答しなかった呼出し", "Calls that did not return"),
            state.quarantined_total.to_string(),
        ),
    ];
    if let Some(error) = &state.last_error {
        let ago = error.ago.as_secs();
        let what = format!("{}: {}", error.operation, error.detail);
        facts.push((
            lang.pick("最後の障害", "Last fault"),
            lang.pick(
                format!("{what} ({ago}秒前)"),
                format!("{what} ({ago} s ago)"),
            ),
        ));
    }
    facts
}

/// What the token has of a key, and whether that is good.
pub fn found(found: KeyFound, lang: Lang) -> (&'static str, bool) {
    match found {
        KeyFound::Unknown => (lang.pick("未確認", "Not looked for yet"), false),
        KeyFound::Ready => (lang.pick("あり(公開鍵一致)", "There, as expected"), true),
        KeyFound::Missing => (lang.pick("なし", "Missing"), false),
        KeyFound::Wrong => (lang.pick("別の鍵", "Another key"), false),
    }
}

/// The CAs whose lists are looked at.
pub fn lists(lang: Lang) -> [(Issuer, &'static str); 2] {
    [
        (
            Issuer::Customer,
            lang.pick("顧客CAの失効リスト", "CRL of the customer CA"),
        ),
        (
            Issuer::Staff,
            lang.pick("職員CAの失効リスト", "CRL of the staff CA"),
        ),
    ]
}

/// How long a list is still good.
pub fn left(seconds: Option<i64>, lang: Lang) -> String {
    match seconds {
        None => lang.pick("未発行", "Not published").to_owned(),
        Some(seconds) if seconds <= 0 => lang.pick("期限切れ", "Over").to_owned(),
        Some(seconds) => {
            let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
            lang.pick(
                format!("有効(あと{hours}時間{minutes}分)"),
                format!("Good for {hours} h {minutes} min"),
            )
        }
    }
}

/// Letters that wait and that were given up.
pub fn mail(waiting: i64, dead: i64, lang: Lang) -> Fact {
    (
        lang.pick("メール", "Mail"),
        lang.pick(
            format!("送信待ち{waiting}件、届かなかったもの{dead}件"),
            format!("{waiting} wait, {dead} did not arrive"),
        ),
    )
}

/// How a job ended.
pub fn outcome(word: Option<&str>, lang: Lang) -> &'static str {
    match word {
        Some("done") => lang.pick("正常", "Done"),
        Some(_) => lang.pick("失敗", "Failed"),
        None => lang.pick("未実行", "Not run yet"),
    }
}

/// The last signed head of the audit chain.
pub fn audit(last: Option<&Checkpoint>, lang: Lang) -> Vec<Fact> {
    let label = lang.pick("最後の署名", "Last signature");
    match last {
        None => vec![(label, lang.pick("なし", "None").to_owned())],
        Some(last) => vec![
            (label, word::time(last.at, lang)),
            (
                lang.pick("署名済みの番号", "Signed up to row"),
                last.seq.to_string(),
            ),
            (
                lang.pick("署名鍵のSHA-256", "SHA-256 of the key"),
                last.key_sha256(),
            ),
        ],
    }
}
