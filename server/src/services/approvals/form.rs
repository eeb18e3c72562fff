//! What one person types: the fields of every kind of proposal.

use crate::store::proposals::Kind;

/// A proposed change as typed; each kind reads its own fields.
#[derive(Debug, Clone, Default)]
pub struct ProposedChangeForm {
    /// Number of the paper form.
    pub reference: String,
    /// What happened, and why.
    pub note: String,
    /// [`Reason`](crate::services::certificates::lifecycle::Reason) by its name.
    pub revocation_reason: String,
    /// Name of the new member of staff.
    pub name: String,
    /// Employee number.
    pub employee_number: String,
    /// A [`Role`](crate::store::staff::Role)'s word.
    pub role: String,
    /// 支店番号.
    pub branch: String,
    /// 科目: `ordinary` or `current`.
    pub account_type: String,
    /// 口座番号.
    pub account: String,
    /// 企業名.
    pub company_name: String,
    /// 企業名(カナ).
    pub company_kana: String,
    /// 利用者名.
    pub user_name: String,
    /// E-mail address.
    pub email: String,
    /// How the customer's identity was checked.
    pub identity_check: String,
    /// Login ID of the next master.
    pub successor: String,
}

impl ProposedChangeForm {
    /// The fields of 登録内容の変更, of which at least one is filled in.
    pub(super) fn details(&self, kind: Kind) -> Vec<&str> {
        match kind {
            Kind::UserDetails => vec![&self.user_name, &self.email],
            _ => vec![
                &self.company_name,
                &self.company_kana,
                &self.branch,
                &self.account_type,
                &self.account,
            ],
        }
    }
}
