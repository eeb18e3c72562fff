//! Refusals in a certificate's lifecycle: 失効, 事故登録, release.

use super::Text;
use crate::services::certificates::lifecycle::LifecycleRefusal;

pub(super) fn text(refusal: LifecycleRefusal) -> Text {
    match refusal {
        LifecycleRefusal::CertificateMissing => Text::fixed(
            (
                "電子証明書が見つかりません。",
                "一覧を表示し直してご確認ください。",
            ),
            (
                "There is no such certificate.",
                "Reload the list and check it.",
            ),
        ),
        LifecycleRefusal::AlreadyRevoked => Text::fixed(
            (
                "この電子証明書はすでに失効しています。",
                "操作の必要はありません。失効は取り消せません。",
            ),
            (
                "This certificate has already been revoked.",
                "No action is needed. A revocation cannot be undone.",
            ),
        ),
        LifecycleRefusal::AlreadySuspended => Text::fixed(
            (
                "この電子証明書はすでに利用を一時停止しています。",
                "解除するか、失効させてください。",
            ),
            (
                "This certificate is already suspended.",
                "Release it, or revoke it.",
            ),
        ),
        LifecycleRefusal::NotSuspended => Text::fixed(
            (
                "この電子証明書は一時停止していません。",
                "電子証明書の状態をご確認ください。",
            ),
            (
                "This certificate is not suspended.",
                "Check the certificate's status.",
            ),
        ),
        LifecycleRefusal::AlreadySuperseded => Text::fixed(
            (
                "この電子証明書は更新済みか、有効期限が過ぎています。",
                "新しい電子証明書をご確認ください。",
            ),
            (
                "This certificate was replaced by a newer one or has expired.",
                "Check the newer certificate.",
            ),
        ),
        LifecycleRefusal::Expired => Text::fixed(
            (
                "この電子証明書は有効期限が過ぎています。",
                "操作の必要はありません。",
            ),
            ("This certificate has expired.", "No action is needed."),
        ),
        LifecycleRefusal::NotExpired => Text::fixed(
            (
                "この電子証明書はまだ有効期間内です。",
                "終了させるには失効させてください。",
            ),
            (
                "This certificate has not expired yet.",
                "To end its validity, revoke it.",
            ),
        ),
        LifecycleRefusal::NeverIssued => Text::fixed(
            (
                "この電子証明書は発行されませんでした。",
                "操作の必要はありません。",
            ),
            ("This certificate was never issued.", "No action is needed."),
        ),
        LifecycleRefusal::AlreadyIssued => Text::fixed(
            (
                "この電子証明書はすでに発行されています。",
                "電子証明書の状態をご確認ください。",
            ),
            (
                "This certificate has already been issued.",
                "Check the certificate's status.",
            ),
        ),
        LifecycleRefusal::AlreadyActive => Text::fixed(
            (
                "この電子証明書はすでに有効です。",
                "操作の必要はありません。",
            ),
            (
                "This certificate is already active.",
                "No action is needed.",
            ),
        ),
        LifecycleRefusal::NotInUse => Text::fixed(
            (
                "この電子証明書はまだ使用されていません。",
                "一時停止はできません。必要な場合は失効させてください。",
            ),
            (
                "This certificate is not in use yet.",
                "It cannot be suspended. Revoke it if necessary.",
            ),
        ),
        LifecycleRefusal::ReasonNotAllowed => Text::fixed(
            (
                "この失効理由は選択できません。",
                "一覧から失効理由を選択してください。",
            ),
            (
                "This reason cannot be chosen.",
                "Choose a reason from the list.",
            ),
        ),
        LifecycleRefusal::GrantUsed => Text::fixed(
            (
                "この申込みによる電子証明書は発行済みです。",
                "再発行にはあらためて申込みが必要です。",
            ),
            (
                "A certificate has already been issued for this application.",
                "A new certificate requires a new application.",
            ),
        ),
        LifecycleRefusal::GrantLapsed => Text::fixed(
            (
                "取得期限が過ぎています。",
                "お取引店舗の窓口であらためてお申し込みください。",
            ),
            (
                "The deadline for issuing the certificate has passed.",
                "Apply again at your branch.",
            ),
        ),
    }
}
