//! The demo's customers, recorded as at a counter: each contract entered by one person and approved by another, its
//! letter requested by one and shown to another; the applications await the registration.

use jiff::Timestamp;

use crate::directory::Directory;
use crate::identity::Identity;
use crate::secrets::{self, Secrets, Temporary};
use crate::{DevError, files};
use inkan_server::services::account_service::AccountService;
use inkan_server::services::accounts::counter::Handover;
use inkan_server::services::approvals::{Kind, ProposedChangeForm};
use inkan_server::services::records::{AccountType, Contract};
use inkan_server::services::{
    Caller, Error, Fault, Refusal, RequestContext, Result, Services, StaffRefusal,
};

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
}

/// The customer of the seed.
pub const DEMO: Sample = Sample {
    branch: "100",
    account_type: AccountType::Ordinary,
    account: "1234567",
    company_name: "株式会社大空商事",
    company_kana: "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ",
    reference: "申込書１",
};

/// Another customer.
pub const SECOND: Sample = Sample {
    branch: "100",
    account_type: AccountType::Ordinary,
    account: "7654321",
    company_name: "有限会社山の上工務店",
    company_kana: "ﾕｳｹﾞﾝｶﾞｲｼﾔﾔﾏﾉｳｴｺｳﾑﾃﾝ",
    reference: "申込書２",
};

/// Records what is missing, once; later manual decisions are kept. Returns the customers' temporary passwords.
/// `leave_application`: the demo's customer gets only a contract; the application is left to the counter.
pub async fn ensure(
    directory: &Directory,
    services: &Services,
    staff: &[Identity],
    leave_application: bool,
    now: Timestamp,
) -> std::result::Result<Secrets, DevError> {
    let done = directory.at("seeded");
    if files::read(&done)?.is_some() {
        return secrets::read(directory);
    }
    let clerks = Clerks {
        accounts: services.accounts(),
        teller: named(staff, "teller", now)?,
        colleague: named(staff, "teller-2", now)?,
        approver: named(staff, "approver", now)?,
    };
    let fail = |error: Error| DevError::Seed(error.to_string());
    let (demo, first) = clerks.contract(DEMO).await.map_err(fail)?;
    let (second, other) = clerks.contract(SECOND).await.map_err(fail)?;
    if !leave_application {
        clerks.apply(DEMO, &demo).await.map_err(fail)?;
    }
    clerks.apply(SECOND, &second).await.map_err(fail)?;
    let secrets = Secrets {
        demo: first,
        second_contract: other,
    };
    secrets::write(directory, &secrets)?;
    files::write(&done, b"")?;
    Ok(secrets)
}

/// The context of an operation by a member of staff, now.
fn named(
    staff: &[Identity],
    name: &str,
    now: Timestamp,
) -> std::result::Result<RequestContext, DevError> {
    let found = staff.iter().find(|identity| identity.name == name);
    let found = found.ok_or_else(|| DevError::Seed("staff is not complete".into()))?;
    Ok(RequestContext::staff(&found.id, Caller::default(), now))
}

struct Clerks<'a> {
    accounts: AccountService<'a>,
    teller: RequestContext,
    colleague: RequestContext,
    approver: RequestContext,
}

impl Clerks<'_> {
    /// A contract with its letter; if a start was interrupted in between, another letter.
    async fn contract(&self, sample: Sample) -> Result<(Contract, Temporary)> {
        let contract = match self.known(sample).await? {
            Some(contract) => contract,
            None => self.record(sample).await?,
        };
        let letter = self.letter(&contract).await?;
        Ok((contract, letter))
    }

    async fn known(&self, sample: Sample) -> Result<Option<Contract>> {
        let known = self.accounts.contracts(0).await?;
        Ok(known.into_iter().find(|contract| {
            contract.branch == sample.branch
                && contract.account_type == sample.account_type
                && contract.account == sample.account
        }))
    }

    async fn record(&self, sample: Sample) -> Result<Contract> {
        let form = ProposedChangeForm {
            branch: sample.branch.to_owned(),
            account_type: sample.account_type.as_str().to_owned(),
            account: sample.account.to_owned(),
            company_name: sample.company_name.to_owned(),
            company_kana: sample.company_kana.to_owned(),
            ..ProposedChangeForm::default()
        };
        let accounts = &self.accounts;
        let entered = accounts.propose(&self.teller, Kind::Contract, "", &form);
        let (id, version) = match entered.await {
            Ok(entered) => (entered.id, entered.version),
            Err(Error::Refused(Refusal::Staff(StaffRefusal::ProposalExists))) => {
                self.waiting(sample).await?
            }
            Err(other) => return Err(other),
        };
        let done = accounts.approve_proposal(&self.approver, &id, version);
        let contract = done.await?.contract;
        let contract = contract.ok_or(Fault::Inconsistent("approval without contract"))?;
        accounts.contract(&contract).await
    }

    /// The entry that an earlier start left.
    async fn waiting(&self, sample: Sample) -> Result<(String, i64)> {
        let staff = self.accounts.staff_members().await?;
        let approver = self.approver.actor.id();
        let approver = staff
            .iter()
            .find(|member| Some(member.id.as_str()) == approver);
        let approver = approver.ok_or(Fault::Inconsistent("approver is gone"))?;
        let waiting = self.accounts.waiting_proposals(approver).await?;
        let found = waiting.into_iter().find(|line| {
            let customer = line.proposal.customer.as_ref();
            line.proposal.kind == Kind::Contract
                && customer.is_some_and(|one| one.account == sample.account)
        });
        let found = found.ok_or(Fault::Inconsistent("entry is gone"))?;
        Ok((found.proposal.id, found.proposal.version))
    }

    async fn letter(&self, contract: &Contract) -> Result<Temporary> {
        let accounts = &self.accounts;
        accounts.issue_letter(&self.teller, &contract.id).await?;
        let letter = accounts.issue_letter(&self.colleague, &contract.id).await?;
        let Handover::Issued(letter) = letter else {
            return Err(Fault::Inconsistent("a letter that nobody requested").into());
        };
        Ok(Temporary {
            temporary_login_password: letter.login.expose().to_owned(),
            temporary_confirmation_password: letter.confirmation.expose().to_owned(),
        })
    }

    async fn apply(&self, sample: Sample, contract: &Contract) -> Result<()> {
        let form = ProposedChangeForm {
            reference: sample.reference.to_owned(),
            ..ProposedChangeForm::default()
        };
        let (accounts, kind) = (&self.accounts, Kind::Application);
        let entered = accounts.propose(&self.teller, kind, &contract.id, &form);
        match entered.await {
            Ok(_) | Err(Error::Refused(Refusal::Staff(StaffRefusal::ProposalExists))) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
