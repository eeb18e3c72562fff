//! The kinds of proposals as text: the name of each, and the effect of its approval.

use crate::http::lang::Lang;
use crate::services::approvals::Kind;

/// The name of a kind.
pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Contract => lang.pick("契約の登録", "New contract"),
        Kind::Import => lang.pick("契約の一括登録", "Import of contracts"),
        Kind::Application => lang.pick("電子証明書利用申込み", "Application for certificates"),
        Kind::Reissue => lang.pick("電子証明書の再発行許可", "Grant for a re-issue"),
        Kind::Revoke => lang.pick("電子証明書の失効", "Revocation"),
        Kind::Incident => lang.pick("事故登録", "Reported loss"),
        Kind::Release => lang.pick("一時停止の解除", "Release of a suspension"),
        Kind::Cancel => lang.pick("解約", "Cancellation of a contract"),
        Kind::Unlock => lang.pick("利用停止の解除", "Release of a suspended user"),
        Kind::PasswordReset => lang.pick("パスワードの再設定", "Password reset"),
        Kind::UserDetails => lang.pick("登録内容の変更(利用者)", "Change of a user's details"),
        Kind::ContractDetails => {
            lang.pick("登録内容の変更(契約)", "Change of a contract's details")
        }
        Kind::UserLeave => lang.pick("利用者の利用終了", "End of a user's use"),
        Kind::PasswordMethod => lang.pick(
            "ID・パスワード方式への変更",
            "Change to the password method",
        ),
        Kind::StaffAdd => lang.pick("職員の登録", "New staff member"),
        Kind::StaffRole => lang.pick("職員の役割変更", "Change of a role"),
        Kind::StaffLeave => lang.pick("職員の離任", "Departure of a staff member"),
    }
}

/// The effect of an approval.
pub fn effect(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Contract => lang.pick(
            "承認すると契約が登録され、仮パスワード通知書を発行できます。申込書、印鑑、口座の記録と照合してください。",
            "On approval, the contract is registered and its letter with temporary passwords can be issued. Compare it with the paper form, the seal and the account record.",
        ),
        Kind::Import => lang.pick(
            "承認すると、この一覧の契約を登録できます。一覧を保存して、元の資料と照合してください。",
            "On approval, the contracts of this list can be imported. Save the list and compare it with its source.",
        ),
        Kind::Application => lang.pick(
            "承認すると、契約は電子証明書方式となり、申込みの利用者に電子証明書の発行が1回許可されます。利用者が申込書の本人であることを確認してください。",
            "On approval, the contract moves to the certificate method, and one certificate may be issued to the user of the application. Make sure that the user is the person on the paper form.",
        ),
        Kind::Reissue => lang.pick(
            "承認すると、この利用者に電子証明書の発行が1回許可されます。利用者が申込書の本人であることを確認してください。",
            "On approval, one certificate may be issued to this user. Make sure that the user is the person on the paper form.",
        ),
        Kind::Revoke => lang.pick(
            "承認すると、この電子証明書は直ちに失効します。取り消せません。",
            "On approval, this certificate is revoked at once. This cannot be undone.",
        ),
        Kind::Incident => lang.pick(
            "電子証明書は登録と同時に一時停止されます。再鑑では、承認すると失効し、却下すると一時停止を解除します。",
            "The certificate is suspended at once. In the review an approval revokes it, and a rejection releases it.",
        ),
        Kind::Release => lang.pick(
            "承認すると、この電子証明書は再び利用できます。",
            "On approval, this certificate can be used again.",
        ),
        Kind::Cancel => lang.pick(
            "承認すると契約は解約となり、すべての利用者の電子証明書、発行許可、ログインが直ちに終了します。取り消せません。",
            "On approval, the contract is cancelled, and every certificate, grant and login of its users ends at once. This cannot be undone.",
        ),
        Kind::Unlock => lang.pick(
            "一時停止は直ちに解除します。利用停止は、承認後に解除します。",
            "A temporary lock is released at once. A suspension is released on approval.",
        ),
        Kind::PasswordReset => lang.pick(
            "承認すると、この利用者の仮パスワード通知書を発行できます。これまでのパスワードは、通知書の発行と同時に無効になります。ご本人であることを確認し、電話でのお申し出だけでは承認しないでください。通知書は、入力・承認に関わっていない担当者が発行します。",
            "On approval, a letter with temporary passwords can be issued for this user. The earlier passwords become invalid when the letter is issued. Make sure of the user's identity; a telephone call alone is not enough. The letter is shown to somebody who neither entered nor approved the reset.",
        ),
        Kind::UserDetails => lang.pick(
            "承認すると直ちに変わり、変更前と変更後の両方のメールアドレスにお知らせします。電子証明書はそのまま利用できます。メールアドレスが変わると、未使用の発行許可はあらためて待ち時間に入ります。別の方への引継ぎには使用できません。その場合は、利用終了を入力し、新しい利用者を登録します。",
            "On approval, the details change at once, and the old and the new e-mail address are told. The certificate stays as it is. With another e-mail address, an unused grant waits again. Do not use this for another person: enter the end of use, and register a new user.",
        ),
        Kind::ContractDetails => lang.pick(
            "承認すると直ちに変わり、契約のすべての利用者にお知らせします。電子証明書には企業名も口座も記載されていないため、そのまま利用できます。承認待ちの利用申込みは修正が必要になります。代表者だけの変更では、利用者の変更または利用終了を入力してください。",
            "On approval, the details change at once, and all users of the contract are told. The certificates name neither the company nor the account, and stay as they are. An application that awaits approval must be amended. If only the representative changes, enter it for the user.",
        ),
        Kind::UserLeave => lang.pick(
            "承認すると、この利用者の電子証明書、発行許可、ログインが直ちに終了します。ほかの利用者は変わりません。取り消せません。最後の利用者の場合は、その後に仮パスワード通知書を発行し、新しいマスターが登録します。",
            "On approval, the certificate, grants and logins of this user end at once. All other users stay as they are. This cannot be undone. If nobody is left, issue a letter with temporary passwords afterwards, with which a new master user registers.",
        ),
        Kind::PasswordMethod => lang.pick(
            "承認すると、契約のすべての電子証明書と発行許可が直ちに終了し、ID・パスワード方式に戻ります。安全のため、全員のログインパスワードは利用停止になります。本人確認のうえ、停止の解除またはパスワードの再設定を入力してください。電子証明書は元に戻せません。",
            "On approval, all certificates and grants of the contract end at once, and it is on the password method again. For protection, everybody's login password is suspended: check each user's identity, then enter a release or a password reset. The certificates cannot be restored.",
        ),
        Kind::StaffAdd => lang.pick(
            "承認すると職員として登録され、職員用電子証明書の取得手続きができます。",
            "On approval, this person becomes a staff member and can get a staff certificate.",
        ),
        Kind::StaffRole => lang.pick(
            "承認すると、直ちに新しい役割になります。",
            "On approval, the new role takes effect at once.",
        ),
        Kind::StaffLeave => lang.pick(
            "承認すると直ちに利用できなくなり、職員用電子証明書は失効します。",
            "On approval, access ends at once and the staff certificate is revoked.",
        ),
    }
}
