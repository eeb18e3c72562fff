//! Single words: times, account types, roles, states.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::http::lang::Lang;
use crate::services::approvals::State as ProposalState;
use crate::services::records::{
    AccountType, ContractStatus, LoginMethod, LoginVia, Method, Outcome, StaffRole,
};

/// Japan Standard Time; it has no summer time.
fn jst() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// A point in time, to the minute, in Japan Standard Time.
pub fn time(at: Timestamp, lang: Lang) -> String {
    let format = lang.pick("%Y年%-m月%-d日 %H:%M", "%Y-%m-%d %H:%M JST");
    at.to_zoned_datetime(jst()).strftime(format).to_string()
}

/// A time of day in Japan Standard Time, to the second.
pub fn clock(at: Timestamp, lang: Lang) -> String {
    let format = lang.pick("%H:%M:%Sまで", "until %H:%M:%S JST");
    at.to_zoned_datetime(jst()).strftime(format).to_string()
}

/// The notice that an unused session ends.
pub fn idle(after: SignedDuration, lang: Lang) -> String {
    let minutes = after.as_mins();
    lang.pick(
        format!("安全のため、{minutes}分間操作がないと自動的に終了します。"),
        format!("For your security, your session ends after {minutes} minutes without use."),
    )
}

/// The notice that an unused console pauses.
pub fn console_idle(after: SignedDuration, lang: Lang) -> String {
    let minutes = after.as_mins();
    lang.pick(
        format!("安全のため、{minutes}分間操作がないと業務画面を中断します。"),
        format!("For security, the console pauses after {minutes} minutes without use."),
    )
}

/// How many days are left, counted on the calendar in Japan; the last day is today.
pub fn days_left(not_after: Timestamp, now: Timestamp, lang: Lang) -> String {
    let day = |at: Timestamp| at.to_zoned_datetime(jst()).date();
    let days = day(now).until(day(not_after)).map_or(0, |s| s.get_days());
    match days {
        ..=0 => lang
            .pick("有効期限は本日までです。", "It expires today.")
            .to_owned(),
        1 => lang
            .pick("有効期限まで、あと1日です。", "It expires tomorrow.")
            .to_owned(),
        days => lang.pick(
            format!("有効期限まで、あと{days}日です。"),
            format!("It expires in {days} days."),
        ),
    }
}

/// A day in Japan Standard Time.
pub fn date(at: Timestamp, lang: Lang) -> String {
    let format = lang.pick("%Y年%-m月%-d日", "%Y-%m-%d");
    at.to_zoned_datetime(jst()).strftime(format).to_string()
}

/// 科目.
pub fn account_type(kind: AccountType, lang: Lang) -> &'static str {
    match kind {
        AccountType::Ordinary => lang.pick("普通", "Ordinary"),
        AccountType::Current => lang.pick("当座", "Current"),
    }
}

/// How a contract's users log in.
pub fn method(method: Method, lang: Lang) -> &'static str {
    match method {
        Method::Password => lang.pick("ID・パスワード方式", "ID and password"),
        Method::Certificate => lang.pick("電子証明書方式", "Certificate"),
    }
}

/// State of a contract.
pub fn contract_status(status: ContractStatus, lang: Lang) -> &'static str {
    match status {
        ContractStatus::Active => lang.pick("契約中", "In force"),
        ContractStatus::Cancelled => lang.pick("解約", "Cancelled"),
    }
}

/// State of a proposal.
pub fn proposal_state(state: ProposalState, lang: Lang) -> &'static str {
    match state {
        ProposalState::Entered => lang.pick("承認待ち", "Awaiting approval"),
        ProposalState::Approved => lang.pick("承認済み", "Approved"),
        ProposalState::Rejected => lang.pick("却下", "Rejected"),
        ProposalState::Withdrawn => lang.pick("取下げ", "Withdrawn"),
    }
}

/// Method of a login.
pub fn login_method(method: LoginMethod, via: Option<LoginVia>, lang: Lang) -> &'static str {
    match method {
        LoginMethod::Certificate if via == Some(LoginVia::Agent) => lang.pick(
            "電子証明書（電子証明書アプリ）",
            "Certificate, with the app",
        ),
        LoginMethod::Password => lang.pick("ID・パスワード", "ID and password"),
        LoginMethod::Certificate => lang.pick("電子証明書", "Certificate"),
        LoginMethod::Enrolment => lang.pick("証明書取得認証", "Identification for a certificate"),
    }
}

/// Whether it succeeded.
pub fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Done => lang.pick("成功", "Done"),
        Outcome::Refused => lang.pick("失敗", "Refused"),
    }
}

/// Role of a member of staff.
pub fn staff_role(role: StaffRole, lang: Lang) -> &'static str {
    match role {
        StaffRole::Teller => lang.pick("窓口", "Teller"),
        StaffRole::Approver => lang.pick("承認者", "Approver"),
        StaffRole::Helpdesk => lang.pick("ヘルプデスク", "Help desk"),
        StaffRole::SecurityOfficer => lang.pick("セキュリティ責任者", "Security officer"),
        StaffRole::Auditor => lang.pick("監査", "Auditor"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_words_times_are_in_japan() {
        let at: Timestamp = "2026-12-31T15:00:00Z".parse().unwrap();
        assert_eq!(time(at, Lang::Ja), "2027年1月1日 00:00");
        assert_eq!(date(at, Lang::En), "2027-01-01");
        let end: Timestamp = "2027-11-22T14:59:59Z".parse().unwrap();
        let left = |now: &str| days_left(end, now.parse().unwrap(), Lang::En);
        assert_eq!(left("2027-10-13T14:59:59Z"), "It expires in 40 days.");
        assert_eq!(left("2027-11-20T15:00:00Z"), "It expires tomorrow.");
        assert_eq!(left("2027-11-21T15:00:00Z"), "It expires today.");
    }
}
