//! Words of the staff console: its menu, and the states it shows.

use jiff::Timestamp;

use super::word;
use crate::http::lang::Lang;
use crate::services::records::{
    CertificateState, Contract, Grant, GrantState, PasswordState, Reason, StaffRole, StaffStatus,
    Tries, User, UserRole,
};

/// The pages of the console, in the order of the menu.
pub fn navigation(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        ("/", lang.pick("作業一覧", "My work")),
        ("/contracts", lang.pick("契約検索", "Contracts")),
        ("/proposals", lang.pick("承認待ち", "Awaiting approval")),
        ("/reports", lang.pick("要確認一覧", "Needs attention")),
        ("/staff", lang.pick("職員", "Staff")),
        ("/security", lang.pick("システムの状態", "System status")),
        ("/audit", lang.pick("監査記録", "Audit log")),
        ("/certificate", lang.pick("自分の証明書", "My certificate")),
    ]
}

/// State of a certificate.
pub fn certificate_state(state: CertificateState, lang: Lang) -> &'static str {
    match state {
        CertificateState::Intent => lang.pick("発行処理中", "Being issued"),
        CertificateState::Issued => lang.pick("発行済み(未確認)", "Issued, not yet activated"),
        CertificateState::Active => lang.pick("有効", "Active"),
        CertificateState::Superseded => lang.pick("更新済み", "Superseded"),
        CertificateState::Suspended => lang.pick("一時停止", "Suspended"),
        CertificateState::Revoked => lang.pick("失効", "Revoked"),
        CertificateState::Abandoned => lang.pick("発行中止", "Given up"),
    }
}

/// Reason for a revocation.
pub fn reason(reason: Reason, lang: Lang) -> &'static str {
    match reason {
        Reason::Unspecified => lang.pick("指定なし", "Not specified"),
        Reason::KeyCompromise => lang.pick(
            "紛失・盗難・漏えいのおそれ",
            "Lost, stolen or possibly disclosed",
        ),
        Reason::AffiliationChanged => lang.pick("所属の変更", "Change of affiliation"),
        Reason::Superseded => lang.pick("新しい証明書への交換", "Replaced by a newer one"),
        Reason::CessationOfOperation => lang.pick("利用の終了", "No longer needed"),
        Reason::CertificateHold => lang.pick("一時停止", "Suspended"),
        Reason::RemoveFromCrl => lang.pick("一時停止の解除", "Suspension released"),
        Reason::PrivilegeWithdrawn => lang.pick("権限の取消し", "Privilege withdrawn"),
    }
}

/// The reason as stored.
pub fn stored_reason(word: Option<&str>, lang: Lang) -> &'static str {
    let found = word.and_then(Reason::parse);
    found.map_or("", |found| reason(found, lang))
}

/// Role inside a contract.
pub fn user_role(role: UserRole, lang: Lang) -> &'static str {
    match role {
        UserRole::Master => lang.pick("マスター", "Master"),
        UserRole::Admin => lang.pick("管理者", "Administrator"),
        UserRole::General => lang.pick("一般", "General"),
    }
}

/// Lock state of a password (F4).
pub fn lock(password: &PasswordState, now: Timestamp, lang: Lang) -> String {
    tries(
        &Tries {
            failures: password.failures,
            locked_until: password.locked_until,
            suspended: password.suspended,
        },
        now,
        lang,
    )
}

/// The same for a password that is not a user's own.
pub fn tries(tries: &Tries, now: Timestamp, lang: Lang) -> String {
    if tries.suspended {
        return lang.pick("利用停止", "Suspended").to_owned();
    }
    match tries.locked_until.filter(|until| now < *until) {
        Some(until) => {
            let until = word::time(until, lang);
            lang.pick(
                format!("利用一時停止({until}まで)"),
                format!("Locked until {until}"),
            )
        }
        None => lang.pick("利用可能", "Not locked").to_owned(),
    }
}

/// State of a grant.
pub fn grant_state(grant: &Grant, now: Timestamp, lang: Lang) -> &'static str {
    match grant.state {
        GrantState::Open if now < grant.expires_at => lang.pick("未使用", "Unused"),
        GrantState::Open | GrantState::Lapsed => lang.pick("期限切れ", "Lapsed"),
        GrantState::Used => lang.pick("使用済み", "Used"),
    }
}

/// Whether a member of staff is active.
pub fn staff_status(status: StaffStatus, lang: Lang) -> &'static str {
    match status {
        StaffStatus::Active => lang.pick("在籍", "Active"),
        StaffStatus::Left => lang.pick("離任", "Left"),
    }
}

/// The roles to choose from.
pub fn roles(lang: Lang) -> Vec<(&'static str, &'static str)> {
    let all = StaffRole::ALL.iter();
    all.map(|role| (role.as_str(), word::staff_role(*role, lang)))
        .collect()
}

/// The reasons to choose from.
pub fn reasons(offered: &[Reason], lang: Lang) -> Vec<(&'static str, &'static str)> {
    let all = offered.iter();
    all.map(|one| (one.as_str(), reason(*one, lang))).collect()
}

/// The data of a contract.
pub fn contract(contract: &Contract, lang: Lang) -> Vec<(&'static str, String)> {
    let kind = word::account_type(contract.account_type, lang);
    let account = format!("{} {kind} {}", contract.branch, contract.account);
    let letter = if contract.temp_login_hash.is_some() {
        lang.pick("未使用", "Not used yet")
    } else {
        lang.pick("なし(使用済みまたは未発行)", "None (used, or not issued)")
    };
    vec![
        (lang.pick("代表口座", "Main account"), account),
        (
            lang.pick("企業名", "Company name"),
            contract.company_name.clone(),
        ),
        (
            lang.pick("企業名(カナ)", "Company name (kana)"),
            contract.company_kana.clone(),
        ),
        (
            lang.pick("方式", "Method"),
            word::method(contract.method, lang).to_owned(),
        ),
        (
            lang.pick("状態", "State"),
            word::contract_status(contract.status, lang).to_owned(),
        ),
        (
            lang.pick("仮パスワード", "Temporary passwords"),
            letter.to_owned(),
        ),
    ]
}

/// The data of a user, besides name and login ID.
pub fn user(user: &User, now: Timestamp, lang: Lang) -> Vec<(&'static str, String)> {
    let mut known = vec![
        (
            lang.pick("役割", "Role"),
            user_role(user.role, lang).to_owned(),
        ),
        (
            lang.pick("メールアドレス", "E-mail address"),
            user.email.clone(),
        ),
        (
            lang.pick("登録日時", "Registered"),
            word::time(user.created_at, lang),
        ),
        (
            lang.pick("登録元のアドレス", "Registered from"),
            user.registered_from.clone().unwrap_or_default(),
        ),
        (
            lang.pick(
                "ログインパスワード（証明書なし）",
                "Login password, without certificate",
            ),
            lock(&user.login, now, lang),
        ),
        (
            lang.pick(
                "ログインパスワード（証明書あり）",
                "Login password, with certificate",
            ),
            lock(&user.certificate_login, now, lang),
        ),
        (
            lang.pick("確認用パスワード", "Confirmation password"),
            lock(&user.confirmation, now, lang),
        ),
    ];
    if let Some(left) = user.left_at {
        known.push((lang.pick("利用終了", "Use ended"), word::time(left, lang)));
    }
    // Most banks do not use it: shown only while it is locked.
    let second = &user.acquisition;
    if second.suspended || second.locked_until.is_some_and(|until| now < until) {
        known.push((
            lang.pick("証明書取得用パスワード", "Certificate password"),
            tries(second, now, lang),
        ));
    }
    known
}
