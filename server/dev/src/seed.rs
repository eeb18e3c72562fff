//! The demo's customers, put on record as at a counter: entered by one person,
//! approved by another.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::directory::Directory;
use crate::identity::Identity;
use crate::secrets::{Secrets, Temporary};
use crate::{DevError, files};
use inkan_server::workflow::counter::ContractForm;
use inkan_server::workflow::people::People;
use inkan_server::workflow::proposals::{Kind, WishForm};
use inkan_server::workflow::records::{AccountType, Contract, Method, StaffRole};
use inkan_server::workflow::{Caller, Workflows};

/// A contract of the demo.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// 支店番号.
    pub branch: &'static str,
    /// 科目.
    pub account_type: AccountType,
    /// 口座番号.
    pub account: &'static str,
    company_name: &'static str,
    company_kana: &'static str,
    reference: &'static str,
    approved: bool,
}

/// The customer of the seed; the application is approved.
pub const DEMO: Sample = Sample {
    branch: "100",
    account_type: AccountType::Ordinary,
    account: "1234567",
    company_name: "株式会社大空商事",
    company_kana: "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ",
    reference: "申込書１",
    approved: true,
};

/// Another customer; the application waits.
pub const SECOND: Sample = Sample {
    branch: "100",
    account_type: AccountType::Ordinary,
    account: "7654321",
    company_name: "有限会社山の上工務店",
    company_kana: "ﾕｳｹﾞﾝｶﾞｲｼﾔﾔﾏﾉｳｴｺｳﾑﾃﾝ",
    reference: "申込書２",
    approved: false,
};

/// Puts what is missing on record, once: what was decided by hand later stays. `leave_application`: the demo's customer
/// gets a contract only; the application is left to the counter.
pub async fn ensure(
    directory: &Directory,
    workflows: &Workflows,
    staff: &[Identity],
    secrets: &Secrets,
    leave_application: bool,
    now: Timestamp,
) -> Result<(), DevError> {
    let done = directory.at("seeded");
    if files::read(&done)?.is_some() {
        return Ok(());
    }
    let clerks = Clerks {
        people: workflows.people(),
        teller: id_of(staff, StaffRole::Teller)?,
        approver: id_of(staff, StaffRole::Approver)?,
        now,
    };
    let fail = |error: inkan_server::workflow::Error| DevError::Seed(error.to_string());
    if leave_application {
        clerks.contract(DEMO, &secrets.demo).await.map_err(fail)?;
    } else {
        clerks.put(DEMO, &secrets.demo).await.map_err(fail)?;
    }
    clerks
        .put(SECOND, &secrets.second_contract)
        .await
        .map_err(fail)?;
    files::write(&done, b"")
}

fn id_of(staff: &[Identity], role: StaffRole) -> Result<&str, DevError> {
    let found = staff.iter().find(|identity| identity.role == role);
    let found = found.ok_or_else(|| DevError::Seed("staff is not complete".into()))?;
    Ok(&found.id)
}

struct Clerks<'a> {
    people: People<'a>,
    teller: &'a str,
    approver: &'a str,
    now: Timestamp,
}

impl Clerks<'_> {
    async fn put(
        &self,
        sample: Sample,
        temporary: &Temporary,
    ) -> inkan_server::workflow::Result<()> {
        let contract = self.contract(sample, temporary).await?;
        if contract.method == Method::Certificate {
            return Ok(());
        }
        let (people, caller, now) = (&self.people, Caller::default(), self.now);
        let entered = people.contract_proposals(&contract.id, 1).await?;
        let application = match entered.into_iter().next() {
            Some(line) => line.proposal,
            None => {
                let form = WishForm {
                    reference: sample.reference.to_owned(),
                    ..WishForm::default()
                };
                let kind = Kind::Application;
                people
                    .propose(self.teller, kind, &contract.id, &form, caller, now)
                    .await?
            }
        };
        if sample.approved {
            let (id, version) = (&application.id, application.version);
            people
                .approve_proposal(self.approver, id, version, caller, now)
                .await?;
        }
        Ok(())
    }

    async fn contract(
        &self,
        sample: Sample,
        temporary: &Temporary,
    ) -> inkan_server::workflow::Result<Contract> {
        let known = self.people.contracts(0).await?;
        let known = known.into_iter().find(|contract| {
            contract.branch == sample.branch
                && contract.account_type == sample.account_type
                && contract.account == sample.account
        });
        if let Some(contract) = known {
            return Ok(contract);
        }
        let form = ContractForm {
            branch: sample.branch.to_owned(),
            account_type: sample.account_type.as_str().to_owned(),
            account: sample.account.to_owned(),
            company_name: sample.company_name.to_owned(),
            company_kana: sample.company_kana.to_owned(),
            temp_login: Secret::new(temporary.temporary_login_password.as_str()),
            temp_confirmation: Secret::new(temporary.temporary_confirmation_password.as_str()),
        };
        let created = self
            .people
            .create_contract(self.teller, form, Caller::default(), self.now);
        created.await
    }
}
