//! What others need to know: `dev.json` for tests and demo, and the bank file of
//! the agent. Names in `dev.json` are stable (`docs/configuration.md`).

use inkan_hsm_config::Spec;
use inkan_hsm_config::chain::chain_pem;
use inkan_pki::messages::bank::BankFile;
use inkan_pki::messages::identifier::Identifier;
use serde::Serialize;
use serde_json::{Value, json};

use super::directory::Directory;
use super::identity::Identity;
use super::secrets::{Secrets, Temporary};
use super::seed::{DEMO, SECOND, Sample};
use super::{DevError, files};
use crate::app::config::Config;
use crate::workflow::records::AccountType;

/// A customer's contract and what was handed over for it.
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

/// Writes the bank file, then `dev.json`: who sees the latter finds everything ready.
pub fn write(
    directory: &Directory,
    config: &Config,
    staff: &[Identity],
    secrets: &Secrets,
) -> Result<(), DevError> {
    let spec = Spec::load(&config.hsm.spec).map_err(|e| DevError::Hsm(e.to_string()))?;
    bank_file(directory, config, &spec)?;
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
        "demo": customer(DEMO, &secrets.demo),
        "second_contract": customer(SECOND, &secrets.second_contract),
        "staff_identities": staff,
    });
    let path = directory.description();
    let text = serde_json::to_string_pretty(&description);
    let text = text.map_err(|error| DevError::file(&path, &error))?;
    files::write(&path, format!("{text}\n").as_bytes())
}

fn bank_file(directory: &Directory, config: &Config, spec: &Spec) -> Result<(), DevError> {
    let path = directory.bank_file();
    let fail = |error: &dyn std::fmt::Display| DevError::file(&path, error);
    let server_ca = files::read(&directory.server_ca())?.unwrap_or_default();
    let customer_ca = chain_pem(spec, "customer-ca").map_err(|error| fail(&error))?;
    let bank = BankFile {
        id: Identifier::new(config.bank.id.as_str()).map_err(|error| fail(&error))?,
        name: config.bank.name.ja.clone(),
        portal: config.portal.url.clone(),
        certificate: config.certificate.url.clone(),
        server_ca,
        customer_ca,
    };
    let text = toml::to_string(&bank).map_err(|error| fail(&error))?;
    files::write(&path, text.as_bytes())
}
