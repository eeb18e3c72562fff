//! The security officer's page as text.

use inkan_pki::pkcs11::pin_attempts::PinHalt;
use jiff::SignedDuration;

use super::word;
use crate::http::lang::Lang;
use crate::services::audit::Checkpoint;
use crate::services::operations::expiry::{ExpiringItem, Level};
use crate::services::operations::jobs::JobState;
use crate::services::operations::sealing::UnsealProgress;
use crate::services::records::{
    HsmPhase, HsmState, KeyDifference, KeyFound, KeySeen, SigningFault,
};

/// A label and a value.
type Fact = (&'static str, String);

/// The state of the HSM.
pub fn phase(phase: HsmPhase, lang: Lang) -> &'static str {
    match phase {
        HsmPhase::Recovering => lang.pick("復旧中", "Recovering"),
        HsmPhase::Up => lang.pick("正常", "Up"),
        HsmPhase::Down => lang.pick("応答なし", "Not responding"),
        HsmPhase::PinRefused => lang.pick("PINが拒否されました", "The PIN was refused"),
        HsmPhase::Sealed => lang.pick(
            "封印されています(開封の手続きが必要です)",
            "Sealed: its officers must unseal it",
        ),
        HsmPhase::Stopped => lang.pick("停止", "Stopped"),
    }
}

/// Why the PIN is not sent, and what to do.
pub fn pin_halt(halt: PinHalt, lang: Lang) -> &'static str {
    match halt {
        PinHalt::Refused => lang.pick(
            "設定されたPINが誤りです。正しいPINを設定し、サーバーにSIGHUPを送ってください。",
            "The configured PIN is incorrect. Configure the correct PIN and send the server SIGHUP.",
        ),
        PinHalt::NeverWorked => lang.pick(
            "PINを1回送りましたが、正否の分からない応答でした。HSMでPINの残り回数を確認し、サーバーを再起動してください。",
            "The PIN was sent once, and the response does not show whether it is correct. Check the remaining tries in the HSM, then restart the server.",
        ),
        PinHalt::Counted => lang.pick(
            "正否の分からない応答の後、誤ったPINとして数えられています。HSMでPINを確認してください。",
            "After an unclear response, the HSM has counted a wrong try. Check the PIN in the HSM.",
        ),
        PinHalt::Repeated => lang.pick(
            "PINへの応答が続けて不明でした。HSMの復旧後、サーバーにSIGHUPを送ってください。",
            "Several responses to the PIN in a row were unclear. Repair the HSM, then send the server SIGHUP.",
        ),
        PinHalt::FinalTry => lang.pick(
            "残り1回のため、PINを送っていません。HSMの管理ツールで回数を戻してから、サーバーにSIGHUPを送ってください。",
            "Only one try is left, so no PIN was sent. Reset the count with the vendor's tool, then send the server SIGHUP.",
        ),
        PinHalt::Locked => lang.pick(
            "PINがロックされています。HSMの管理ツールで解除してから、サーバーにSIGHUPを送ってください。",
            "The PIN is locked. Unlock it with the vendor's tool, then send the server SIGHUP.",
        ),
        PinHalt::NotSet => lang.pick(
            "HSMにPINが設定されていません。設定してから、サーバーにSIGHUPを送ってください。",
            "No PIN is set in the HSM. Set it, then send the server SIGHUP.",
        ),
        PinHalt::Sealed => lang.pick(
            "PINは分割して保管されています。担当者が inkan-hsm unseal で開封してください。",
            "The PIN is shared among officers. They unseal it with inkan-hsm unseal.",
        ),
    }
}

/// The problem with the signatures of a key.
pub fn signing(fault: &SigningFault, lang: Lang) -> String {
    match fault {
        SigningFault::Refused(answer) => lang.pick(
            format!("HSMが署名を拒否しました({answer})"),
            format!("the HSM refused to sign ({answer})"),
        ),
        SigningFault::Wrong(wrong) => lang.pick(
            format!("誤った署名が{wrong}回続きました"),
            format!("{wrong} wrong signatures in a row"),
        ),
        SigningFault::OutOfService(wrong) => lang.pick(
            format!("誤った署名が{wrong}回続いたため、使用を停止しました。HSMを点検し、サーバーにSIGHUPを送ると再開します"),
            format!("out of service after {wrong} wrong signatures in a row; check the HSM, then send the server SIGHUP"),
        ),
    }
}

/// The HSM.
pub fn hsm(state: &HsmState, unsealing: Option<&UnsealProgress>, lang: Lang) -> Vec<Fact> {
    let mut facts = vec![
        (
            lang.pick("状態", "State"),
            phase(state.phase, lang).to_owned(),
        ),
        (
            lang.pick("署名ワーカー", "Workers"),
            format!("{} / {}", state.workers, state.workers_configured),
        ),
        (
            lang.pick("待ち行列", "Queue"),
            format!("{} / {}", state.queue_length, state.queue_capacity),
        ),
        (
            lang.pick("応答しなかった呼出し", "Calls without a response"),
            state.quarantined_total.to_string(),
        ),
        (
            lang.pick("HSMへのログイン", "Logins to the HSM"),
            state.logins.to_string(),
        ),
        (
            lang.pick(
                "HSMモジュールのプロセスの起動・強制終了・異常終了",
                "Starts, kills and crashes of the module's process",
            ),
            format!(
                "{} / {} / {}",
                state.driver.starts, state.driver.kills, state.driver.crashes
            ),
        ),
    ];
    if let Some(progress) = unsealing {
        let count = format!("{} / {}", progress.have, progress.need);
        let officers = progress.officers.join(lang.pick("、", ", "));
        let until = progress.until.map(|at| word::time(at, lang));
        let text = match until {
            None => count,
            Some(until) => lang.pick(
                format!("{count}({officers}。{until}まで有効)"),
                format!("{count} ({officers}; until {until})"),
            ),
        };
        facts.push((
            lang.pick("開封に提出された分割片", "Shares entered to unseal"),
            text,
        ));
        facts.push((
            lang.pick("分割片の組", "Set of shares"),
            progress.set.clone(),
        ));
    }
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

/// Whether the token has a key.
pub fn found(found: KeyFound, lang: Lang) -> &'static str {
    match found {
        KeyFound::Unknown => lang.pick("未確認です", "not checked yet"),
        KeyFound::Ready => lang.pick("あります", "found"),
        KeyFound::Missing => lang.pick("HSMにありません", "not found in the HSM"),
        KeyFound::Wrong => lang.pick("別の鍵に替わっています", "replaced by another key"),
    }
}

/// A difference of a key from what is required.
pub fn difference(difference: KeyDifference, lang: Lang) -> &'static str {
    match difference {
        KeyDifference::Label => lang.pick(
            "名称が仕様と異なります",
            "its label differs from the specification",
        ),
        KeyDifference::Algorithm => lang.pick(
            "種類が仕様と異なります",
            "its type differs from the specification",
        ),
        KeyDifference::Readable => {
            lang.pick("値を読み出せる設定です", "its value is or was readable")
        }
        KeyDifference::Extractable => {
            lang.pick("取り出せる(取り出せた)設定です", "it is or was extractable")
        }
        KeyDifference::Imported => lang.pick(
            "HSMの中で作られた鍵ではありません",
            "it was not generated in the HSM",
        ),
        KeyDifference::Fleeting => lang.pick(
            "接続が終わると消える鍵です",
            "it is lost when the session ends",
        ),
        KeyDifference::MayNotSign => {
            lang.pick("署名に使えない設定です", "it is not allowed to sign")
        }
        KeyDifference::AsksForPin => lang.pick(
            "署名のたびにPINを求めます",
            "it requires the PIN for every signature",
        ),
    }
}

/// The attributes of a key, in a few words.
pub fn kept(seen: Option<&KeySeen>, lang: Lang) -> String {
    let Some(seen) = seen else {
        return lang
            .pick(
                "HSMからの応答がまだありません",
                "No response from the HSM yet",
            )
            .to_owned();
    };
    let one = |yes: Option<bool>, good: &'static str, bad: &'static str, silent: &'static str| {
        match yes {
            Some(true) => good,
            Some(false) => bad,
            None => silent,
        }
    };
    let attributes = &seen.attributes;
    let parts = [
        one(
            Some(attributes.sensitive),
            lang.pick("読出し不可", "not readable"),
            lang.pick("読出し可", "readable"),
            "",
        ),
        one(
            Some(!attributes.extractable),
            lang.pick("取出し不可", "not extractable"),
            lang.pick("取出し可", "extractable"),
            "",
        ),
        one(
            attributes.local,
            lang.pick("HSM内で生成", "generated in the HSM"),
            lang.pick("HSM外で生成", "generated elsewhere"),
            lang.pick("生成場所は不明", "origin unknown"),
        ),
        one(
            attributes.sign,
            lang.pick("署名用", "for signatures"),
            lang.pick("署名不可", "not for signatures"),
            lang.pick("用途は不明", "use unknown"),
        ),
    ];
    parts.join(lang.pick("、", ", "))
}

/// The name of an expiring item.
pub fn item(item: ExpiringItem, lang: Lang) -> &'static str {
    match item {
        ExpiringItem::Root => lang.pick("ルートCAの証明書", "Root CA certificate"),
        ExpiringItem::CustomerCa => lang.pick("顧客CAの証明書", "Customer CA certificate"),
        ExpiringItem::CustomerCaIssuing => {
            lang.pick("顧客CAの発行期間", "Customer CA: issuing period")
        }
        ExpiringItem::StaffCa => lang.pick("職員CAの証明書", "Staff CA certificate"),
        ExpiringItem::StaffCaIssuing => lang.pick("職員CAの発行期間", "Staff CA: issuing period"),
        ExpiringItem::OcspSigner => lang.pick("OCSP署名の証明書", "OCSP signer certificate"),
        ExpiringItem::Listener => lang.pick("サーバ証明書", "Server certificate"),
        ExpiringItem::StaffCertificate => lang.pick("職員用電子証明書", "Staff certificate"),
        ExpiringItem::Crl => lang.pick("失効リスト(CRL)", "Revocation lists (CRL)"),
        ExpiringItem::RootCrl => lang.pick("ルートCAの失効リスト", "Root CA revocation list"),
    }
}

/// How urgent it is, with a mark that needs no colour.
pub fn level(level: Level, lang: Lang) -> &'static str {
    match level {
        Level::Fine => lang.pick("○ 正常", "○ fine"),
        Level::Soon => lang.pick("▲ 期限が近い", "▲ expires soon"),
        Level::Urgent => lang.pick("▲▲ 至急", "▲▲ urgent"),
        Level::Over => lang.pick("× 期限切れ", "× expired"),
    }
}

/// Good or not, with a mark that needs no colour.
pub fn good(good: bool, lang: Lang) -> &'static str {
    if good {
        lang.pick("○ 正常", "○ fine")
    } else {
        lang.pick("▲ 要確認", "▲ needs attention")
    }
}

/// The remaining time.
pub fn left(left: SignedDuration, lang: Lang) -> String {
    let minutes = left.as_mins();
    let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24);
    if minutes <= 0 {
        lang.pick("期限切れ", "expired").to_owned()
    } else if days >= 3 {
        lang.pick(format!("あと{days}日"), format!("{days} days"))
    } else if minutes >= 60 {
        let hours = days * 24 + hours;
        lang.pick(format!("あと{hours}時間"), format!("{hours} h"))
    } else {
        lang.pick(format!("あと{minutes}分"), format!("{minutes} min"))
    }
}

/// Waiting and failed messages.
pub fn mail(waiting: i64, failed: i64, lang: Lang) -> Fact {
    (
        lang.pick("メール", "Mail"),
        lang.pick(
            format!("送信待ち{waiting}件、配信不能{failed}件"),
            format!("{waiting} waiting, {failed} undelivered"),
        ),
    )
}

/// The state of a job, and its last result.
pub fn job(state: JobState, outcome: Option<&str>, lang: Lang) -> &'static str {
    match (state, outcome) {
        (JobState::Failed, _) => lang.pick("▲ 失敗", "▲ failed"),
        (JobState::Late, _) => lang.pick("▲ 遅延", "▲ late"),
        (JobState::Running | JobState::Waiting, None) => lang.pick("－ 未実行", "－ not run yet"),
        (JobState::Running, Some(_)) => lang.pick("○ 実行中", "○ running"),
        (JobState::Waiting, Some(_)) => lang.pick("○ 正常", "○ done"),
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

/// Several findings about one item, in a row.
pub(crate) fn all_of(findings: &[&str], lang: Lang) -> String {
    findings.join(lang.pick("、", "; "))
}
