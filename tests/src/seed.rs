//! Users, each with an approved application and a request that waits for an agent, written through the server's own
//! store. The rows are those that the screens would have left, apart from the time that the screens take.

use inkan_store::audit::{self, Actor, AuditEntry};
use inkan_store::contracts::{self, AccountType, Contract, Method};
use inkan_store::enrolment_requests::{self, Authorization, NewRequest};
use inkan_store::id::{new_id, sha256_hex};
use inkan_store::users::{self, NewUser};
use inkan_store::{Store, Subject, Tx, applications, grants, staff};
use jiff::{SignedDuration, Timestamp};
use rcgen::KeyPair;

use crate::Outcome;
use crate::bank::Bank;
use crate::database::Database;

/// Customers written in one transaction.
const AT_ONCE: usize = 250;

/// One unit of work for a client.
#[derive(Debug)]
pub struct Work {
    /// The request's id.
    pub request: String,
    /// The user's id.
    pub user: String,
    /// The key it is for.
    pub key: KeyPair,
    /// Its CSR, DER.
    pub csr: Vec<u8>,
}

/// `count` fresh requests at `bank`, each with a key pair and a CSR created in advance.
pub fn requests(bank: &Bank, count: usize) -> Outcome<Vec<Work>> {
    let url = Database::embedded(&bank.data())?
        .url()
        .replace("?mode=ro", "");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = Store::connect(&url).await?;
        let people: Vec<String> = staff::list(&store)
            .await?
            .into_iter()
            .map(|member| member.id)
            .collect();
        let [enters, approves, ..] = people.as_slice() else {
            return Err("the bank has no two people".into());
        };
        let mut work = Vec::with_capacity(count);
        while work.len() < count {
            let mut tx = store.begin().await?;
            for _ in 0..AT_ONCE.min(count - work.len()) {
                let (user, request) = customer(&mut tx, enters, approves).await?;
                let (key, csr) = crate::requests::honest()?;
                work.push(Work {
                    request,
                    user,
                    key,
                    csr,
                });
            }
            tx.commit().await?;
        }
        store.close().await;
        Ok(work)
    })
}

/// One customer whose request waits for an agent; the ids of user and request.
async fn customer(tx: &mut Tx, enters: &str, approves: &str) -> Outcome<(String, String)> {
    let now = Timestamp::now();
    let later = now + SignedDuration::from_hours(1);
    let [contract, application, grant, user, request] =
        [new_id()?, new_id()?, new_id()?, new_id()?, new_id()?];
    let row = Contract {
        id: contract.clone(),
        // An account number is too short for the 16 hexadecimal digits of an id: branch and account are no bank's.
        branch: contract[..8].to_owned(),
        account_type: AccountType::Ordinary,
        account: contract[8..15].to_owned(),
        company_name: "Benchmark".to_owned(),
        company_kana: "BENCHMARK".to_owned(),
        method: Method::Certificate,
        status: contracts::Status::Active,
        version: 1,
        temp_login_hash: None,
        temp_confirmation_hash: None,
        temp_failures: 0,
        temp_locked_until: None,
        created_at: now,
        entered_employee_number: String::new(),
        proposal_id: None,
    };
    contracts::insert(tx, &row).await?;
    let entered = applications::NewApplication {
        id: application.clone(),
        contract_id: contract.clone(),
        reference: "benchmark".to_owned(),
        contract_version: 1,
        entered_by: enters.to_owned(),
        entered_at: now,
    };
    applications::insert(tx, &entered).await?;
    applications::decide(
        tx,
        &application,
        1,
        applications::State::Approved,
        approves,
        now,
        None,
    )
    .await?;
    let person = NewUser {
        id: user.clone(),
        contract_id: contract.clone(),
        login_id: user[..12].to_owned(),
        name: "Benchmark".to_owned(),
        email: "benchmark@example.com".to_owned(),
        role: users::Role::Master,
        // Nobody logs in with a password here.
        login_hash: "none".to_owned(),
        confirmation_hash: "none".to_owned(),
        created_at: now,
        registered_from: None,
    };
    users::insert(tx, &person).await?;
    let granted = grants::NewGrant {
        id: grant.clone(),
        contract_id: contract,
        application_id: application,
        user_id: user.clone(),
        created_at: now,
        usable_at: None,
        expires_at: later,
    };
    grants::create(tx, &granted).await?;
    let waits = NewRequest {
        id: request.clone(),
        subject: Subject::User(user.clone()),
        authorization: Authorization::Grant(grant),
        browser_binding_sha256: sha256_hex(request.as_bytes()),
        comparison_code: "0000".to_owned(),
        created_at: now,
        pickup_expires_at: later,
        expires_at: later,
    };
    enrolment_requests::create(tx, &waits).await?;
    let entry = AuditEntry {
        actor: Actor::System,
        action: audit::AuditAction::RequestCreated,
        subject_kind: "user",
        subject_id: &user,
        address: None,
        outcome: audit::Outcome::Done,
        code: "",
        detail: serde_json::Value::Null,
    };
    audit::append(tx, now, entry).await?;
    Ok((user, request))
}
