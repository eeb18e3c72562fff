//! The actions of the audit log as sentences.

use crate::http::lang::Lang;
use crate::services::audit::AuditAction;

/// What was done, or attempted if it was refused.
pub fn action(action: AuditAction, lang: Lang) -> &'static str {
    match action {
        AuditAction::ContractCreated => lang.pick("契約の登録", "Creation of a contract"),
        AuditAction::ContractLetterAsked => lang.pick(
            "仮パスワード通知書の発行依頼",
            "Request for a password letter",
        ),
        AuditAction::ContractLetterIssued => {
            lang.pick("仮パスワード通知書の発行", "Issue of a password letter")
        }
        AuditAction::ContractMethodChanged => {
            lang.pick("ログイン方式の変更", "Change of the login method")
        }
        AuditAction::ContractCancelled => lang.pick("解約", "Cancellation of a contract"),
        AuditAction::ContractDetailsChanged => lang.pick(
            "契約の登録内容の変更",
            "Change of a contract's registered details",
        ),
        AuditAction::RegistrationAccount => {
            lang.pick("利用登録の口座確認", "Account check of a registration")
        }
        AuditAction::UserRegistered => lang.pick("利用者登録", "Registration of a user"),
        AuditAction::UserAdded => lang.pick("利用者の追加", "Addition of a user"),
        AuditAction::UserStarted => {
            lang.pick("追加された利用者の利用開始", "First use by an added user")
        }
        AuditAction::UserHandedOverGiven => lang.pick(
            "利用開始時の仮パスワードの入力",
            "Entry of temporary passwords",
        ),
        AuditAction::UserPasswordsHandedOver => {
            lang.pick("仮パスワードの再設定", "New temporary passwords")
        }
        AuditAction::UserRoleChanged => lang.pick("利用者の役割変更", "Change of a user's role"),
        AuditAction::UserDetailsChanged => lang.pick(
            "利用者の登録内容の変更",
            "Change of a user's registered details",
        ),
        AuditAction::UserLeft => lang.pick("利用者の利用終了", "End of a user's use"),
        AuditAction::GrantStopped => lang.pick("承認済みの発行の停止", "Stop of an approved issue"),
        AuditAction::UserLockReleased => {
            lang.pick("利用一時停止の解除", "Release of a temporary lock")
        }
        AuditAction::UserSuspensionReleased => {
            lang.pick("利用停止の解除", "Release of a suspended user")
        }
        AuditAction::UserPasswordResetApproved => {
            lang.pick("パスワード再設定の承認", "Approval of a password reset")
        }
        AuditAction::UserResetLetterAsked => lang.pick(
            "再設定用の仮パスワード通知書の発行依頼",
            "Request for the letter of a password reset",
        ),
        AuditAction::UserResetLetterIssued => lang.pick(
            "再設定用の仮パスワード通知書の発行",
            "Issue of the letter of a password reset",
        ),
        AuditAction::UserPasswordChanged => lang.pick("パスワードの変更", "Change of a password"),
        AuditAction::UserConfirmed => lang.pick(
            "確認用パスワードの入力",
            "Entry of the confirmation password",
        ),
        AuditAction::UserLoginPasswordGiven => {
            lang.pick("ログインパスワードの入力", "Entry of the login password")
        }
        AuditAction::LoginPassword => {
            lang.pick("ID・パスワードでのログイン", "Login with ID and password")
        }
        AuditAction::LoginCertificate => {
            lang.pick("電子証明書でのログイン", "Login with a certificate")
        }
        AuditAction::EnrolmentIdentified => {
            lang.pick("電子証明書の取得認証", "Identification for a certificate")
        }
        AuditAction::SessionCertificate => lang.pick(
            "利用中の電子証明書の確認",
            "Check of the certificate of a session",
        ),
        AuditAction::SessionEnded => lang.pick("ログアウト", "Logout"),
        AuditAction::AgentLoginCreated => lang.pick(
            "電子証明書アプリでのログインの受付",
            "Request of a login with the app",
        ),
        AuditAction::AgentLoginPickedUp => lang.pick(
            "電子証明書アプリによるログイン要求の受取り",
            "Pick-up of a login by the app",
        ),
        AuditAction::AgentLoginProved => lang.pick(
            "電子証明書アプリによる電子証明書の提示",
            "Proof of the certificate by the app",
        ),
        AuditAction::AgentLoginFailed => lang.pick(
            "電子証明書アプリでのログインの失敗",
            "Failure of a login with the app",
        ),
        AuditAction::AgentLoginOpened => lang.pick(
            "電子証明書アプリからの画面の引継ぎ",
            "Return from the app to the browser",
        ),
        AuditAction::RequestCreated => lang.pick(
            "電子証明書の発行・更新の申込み",
            "Request for a certificate",
        ),
        AuditAction::RequestPickedUp => lang.pick(
            "電子証明書アプリによる発行要求の受取り",
            "Pick-up of a request by the app",
        ),
        AuditAction::RequestFailed => lang.pick("電子証明書の取得の失敗", "Failure of a request"),
        AuditAction::CertificateRequested => {
            lang.pick("署名要求の受付", "Certificate signing request")
        }
        AuditAction::CertificateRenewalRequested => lang.pick(
            "更新の署名要求の受付",
            "Certificate signing request for a renewal",
        ),
        AuditAction::CertificateIntended => {
            lang.pick("発行内容の記録", "Record of the certificate to be signed")
        }
        AuditAction::CertificateIssued => lang.pick("電子証明書の発行", "Issue of a certificate"),
        AuditAction::CertificateGivenUp => lang.pick(
            "取得できなかった電子証明書の取消し",
            "Certificate given up before its use",
        ),
        AuditAction::CertificateActivated => {
            lang.pick("電子証明書の利用開始", "Activation of a certificate")
        }
        AuditAction::CertificatePresented => lang.pick(
            "利用できない電子証明書の提示",
            "Presentation of an unusable certificate",
        ),
        AuditAction::CertificateRevocationAsked => {
            lang.pick("利用者による失効の申込み", "Revocation requested by a user")
        }
        AuditAction::CertificateRevoked => {
            lang.pick("電子証明書の失効", "Revocation of a certificate")
        }
        AuditAction::CertificateSuspended => {
            lang.pick("電子証明書の一時停止", "Suspension of a certificate")
        }
        AuditAction::CertificateReleased => lang.pick(
            "電子証明書の一時停止の解除",
            "Release of a suspended certificate",
        ),
        AuditAction::CertificateSuperseded => lang.pick(
            "更新による旧電子証明書の無効化",
            "Replacement of a certificate by its renewal",
        ),
        AuditAction::CertificateLapsed => {
            lang.pick("電子証明書の有効期限切れ", "Expiry of a certificate")
        }
        AuditAction::CertificateKeyBroken => {
            lang.pick("電子証明書の鍵の弱点の検出", "Weak key found")
        }
        AuditAction::CertificateUnknownRevoked => lang.pick(
            "記録のない失効済み電子証明書の登録",
            "Revocation of an unknown certificate",
        ),
        AuditAction::IncidentReported => lang.pick("事故登録", "Report of a loss"),
        AuditAction::GrantGiven => lang.pick("発行許可", "Grant"),
        AuditAction::GrantLetterAsked => lang.pick(
            "証明書取得用パスワードの発行依頼",
            "Request for a certificate password",
        ),
        AuditAction::GrantLetterIssued => lang.pick(
            "証明書取得用パスワードの発行",
            "Issue of a certificate password",
        ),
        AuditAction::GrantReopened => lang.pick("発行許可の再開", "Grant reopened"),
        AuditAction::GrantLapsed => lang.pick("発行許可の期限切れ", "Expiry of a grant"),
        AuditAction::ProposalEntered => lang.pick("申請の入力", "Entry of a proposal"),
        AuditAction::ProposalAmended => lang.pick("申請の修正", "Amendment of a proposal"),
        AuditAction::ProposalTakenOver => lang.pick("申請の引継ぎ", "Takeover of a proposal"),
        AuditAction::ProposalWithdrawn => lang.pick("申請の取下げ", "Withdrawal of a proposal"),
        AuditAction::ProposalApproved => lang.pick("申請の承認", "Approval of a proposal"),
        AuditAction::ProposalRejected => lang.pick("申請の却下", "Rejection of a proposal"),
        AuditAction::ImportChecked => lang.pick("一括登録の一覧の確認", "Check of an import"),
        AuditAction::ImportApproved => lang.pick("一括登録の承認", "Approval of an import"),
        AuditAction::ImportContracts => {
            lang.pick("一括登録による契約の登録", "Creation of imported contracts")
        }
        AuditAction::ImportDone => lang.pick("一括登録の完了", "End of an import"),
        AuditAction::StaffBootstrapOfficer => lang.pick(
            "最初のセキュリティ責任者の登録",
            "Creation of a first security officer",
        ),
        AuditAction::StaffAdded => lang.pick("職員の登録", "Addition of a staff member"),
        AuditAction::StaffRoleChanged => {
            lang.pick("職員の役割変更", "Change of a staff member's role")
        }
        AuditAction::StaffLeft => lang.pick("職員の離任", "Departure of a staff member"),
        AuditAction::StaffCredentialIssued => lang.pick(
            "職員用証明書の取得情報の発行",
            "Issue of an activation code",
        ),
        AuditAction::StaffCredentialUsed => {
            lang.pick("職員用証明書の取得情報の使用", "Use of an activation code")
        }
        AuditAction::StaffCertificateAsked => {
            lang.pick("職員用証明書の申込み", "Request for a staff certificate")
        }
        AuditAction::StaffEnrolled => lang.pick(
            "取得情報による職員用証明書の申込み",
            "Request for a staff certificate with an activation code",
        ),
        AuditAction::StaffCertificateRegistered => {
            lang.pick("職員用証明書の登録", "Registration of a staff certificate")
        }
        AuditAction::StaffCertificateRevokedAtOnce => lang.pick(
            "職員用証明書の即時失効",
            "Immediate revocation of a staff certificate",
        ),
        AuditAction::StaffPresented => {
            lang.pick("職員用証明書の提示", "Presentation of a staff certificate")
        }
        AuditAction::StaffOffLimits => lang.pick(
            "権限のない画面の要求",
            "Request for a page outside of the role",
        ),
        AuditAction::MailSent => lang.pick("メールの送信", "Delivery of a message"),
        AuditAction::MailBounced => lang.pick("メールの返送", "Bounce of a message"),
        AuditAction::MailGivenUp => lang.pick("メールの送信中止", "Message given up"),
        AuditAction::MailRetried => lang.pick("メールの再送信の指示", "Message queued again"),
        AuditAction::NoticeWritten => lang.pick("有効期限のお知らせの作成", "Notice of an expiry"),
        AuditAction::ExpiryTold => lang.pick("有効期限の警告", "Warning of an expiry"),
        AuditAction::CrlPublished => {
            lang.pick("失効リストの発行", "Publication of a revocation list")
        }
        AuditAction::SignerIntended => lang.pick(
            "OCSP署名用証明書の発行内容の記録",
            "Record of the OCSP certificate to be signed",
        ),
        AuditAction::SignerIssued => {
            lang.pick("OCSP署名用証明書の発行", "Issue of an OCSP certificate")
        }
        AuditAction::AuditCheckpoint => lang.pick("監査記録への署名", "Signature on the audit log"),
        AuditAction::AuditExported => lang.pick("監査記録の出力", "Export of the audit log"),
        AuditAction::AuditVerified => lang.pick("監査記録の検証", "Verification of the audit log"),
        AuditAction::HsmShareAccepted => lang.pick("HSMの開封: 分割片の受付", "Share accepted"),
        AuditAction::HsmShareRefused => lang.pick("HSMの開封: 分割片の拒否", "Share refused"),
        AuditAction::HsmUnsealed => lang.pick("HSMの開封", "HSM unsealed"),
        AuditAction::HsmPinWithheld => {
            lang.pick("HSMの開封: PINの送信見合せ", "PIN withheld from the HSM")
        }
        AuditAction::HsmUnsealTimedOut => lang.pick("HSMの開封: 時間切れ", "Unsealing timed out"),
        AuditAction::HsmSealed => lang.pick("HSMの封印", "HSM sealed"),
        AuditAction::DatabaseRestored => lang.pick("データベースの復元", "Restore of the database"),
        AuditAction::DatabaseReconciled => {
            lang.pick("復元後の照合", "Reconciliation after a restore")
        }
    }
}
