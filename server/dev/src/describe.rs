//! What others need: `dev.json` for tests and demo, and the bank file of the agent. Names in `dev.json` are stable
//! (`docs/configuration.md`).

use inkan_hsm_config::chain::{ChainError, certificate_pem, chain_pem};
use inkan_hsm_config::{Spec, catalogue};
use inkan_pki::messages::bank::BankFile;
use inkan_pki::messages::identifier::Identifier;
use serde::Serialize;
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::identity::Identity;
use crate::secrets::{Secrets, Temporary};
use crate::seed::{DEMO, SECOND, Sample};
use crate::{DevError, files};
use inkan_server::app::config::Config;
use inkan_server::app::config::sections::Generation;
use inkan_server::services::enrolment::BANK_SUFFIX;
use inkan_server::services::records::AccountType;

/// A customer's contract and its temporary passwords.
#[derive(Serialize)]
struct Customer<'a> {
    branch: &'a str,
    account_type: AccountType,
    account: &'a str,
    #[serde(flatten)]
    temporary: &'a Temporary,
}

fn customer(sample: Sample, temporary: &Temporary) -> Customer<'_> {
    Customer {
        branch: sample.branch,
        account_type: sample.account_type,
        account: sample.account,
        temporary,
    }
}

/// Writes the bank file, then `dev.json`: when the latter exists, everything is ready.
pub fn write(
    directory: &Directory,
    config: &Config,
    staff: &[Identity],
    secrets: &Secrets,
) -> Result<(), DevError> {
    let spec =
        Spec::load(&config.hsm.spec).map_err(|e| DevError::Hsm(catalogue::spec(&e).sentence))?;
    bank_files(directory, config, &spec)?;
    let description: Value = json!({
        "portal": config.portal.url,
        "certificate": config.certificate.url,
        "staff": config.staff.url,
        "public": config.public.url,
        "operations": format!("http://{}", config.operations.bind),
        "server_ca": directory.server_ca(),
        "root_ca": spec.certificate_path("root-ca"),
        "customer_ca": spec.certificate_path("customer-ca"),
        "staff_ca": spec.certificate_path("staff-ca"),
        "softhsm_conf": directory.softhsm_conf(),
        "hsm_spec": directory.hsm_spec(),
        "config": directory.config(),
        "bank_config": directory.bank_file(),
        "staff_bank_config": directory.staff_bank_file(),
        "demo": customer(DEMO, &secrets.demo),
        "second_contract": customer(SECOND, &secrets.second_contract),
        "staff_identities": staff,
    });
    let path = directory.description();
    let text = serde_json::to_string_pretty(&description);
    let text = text.map_err(|error| DevError::file(&path, &error))?;
    files::write(&path, format!("{text}\n").as_bytes())
}

/// For customers' PCs, and for those of staff.
fn bank_files(directory: &Directory, config: &Config, spec: &Spec) -> Result<(), DevError> {
    let fail = |error: &dyn std::fmt::Display| DevError::file(&directory.bank_file(), error);
    let server_ca = files::read(&directory.server_ca())?.unwrap_or_default();
    let chain = |first: &str, all: &[Generation]| {
        chains(spec, first, all).map_err(|error| fail(&catalogue::chain(&error).sentence))
    };
    let id = |id: String| Identifier::new(id).map_err(|error| fail(&error));
    let customers = BankFile {
        id: id(config.bank.id.clone())?,
        name: config.bank.name.ja.clone(),
        portal: config.portal.url.clone(),
        certificate: config.certificate.url.clone(),
        server_ca,
        customer_ca: chain("customer-ca", &config.customer_ca)?,
        signature_schemes: None,
        key_store: None,
        windows_prompt: false,
    };
    let staff = BankFile {
        id: id(format!("{}{BANK_SUFFIX}", config.bank.id))?,
        certificate: config.staff.url.clone(),
        customer_ca: chain("staff-ca", &config.staff_ca)?,
        ..customers.clone()
    };
    for (path, bank) in [
        (directory.bank_file(), customers),
        (directory.staff_bank_file(), staff),
    ] {
        let text = toml::to_string(&bank).map_err(|error| DevError::file(&path, &error))?;
        files::write(&path, text.as_bytes())?;
    }
    Ok(())
}

/// Every CA of a kind, the newest first, and the root.
fn chains(spec: &Spec, first: &str, all: &[Generation]) -> Result<String, ChainError> {
    let later = all.iter().rev().filter(|ca| ca.key != first);
    let later: Result<String, _> = later.map(|ca| certificate_pem(spec, &ca.key)).collect();
    Ok(later? + &chain_pem(spec, first)?)
}
