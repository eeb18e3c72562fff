//! The modules that run here, as HSMs: probed, a whole ceremony, and verified, which includes a signature of each key.
//!
//! The row of each is in docs/hsm.md, and the test fails when the two differ.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use inkan_tests::modules::TestModule;
use inkan_tests::{Outcome, programs};
use serde_json::Value;

/// Takes one module through everything. `algorithm`: of its keys.
pub(crate) fn run(module: &TestModule, profile: &str, algorithm: &str) -> Outcome {
    module.use_in_this_process();
    let directory = tempfile::TempDir::with_prefix("inkan-hsm-")?;
    let file = specification(directory.path(), module, profile, algorithm)?;

    let report = inkan_hsm(
        module,
        &file,
        &["probe", "--json", "--keys", "--calls", "20"],
    )?;
    let report: Value = serde_json::from_str(&report)?;
    assert_eq!(report["stopped"], Value::Null, "{profile}");
    assert_eq!(
        report["contradictions"],
        Value::Array(Vec::new()),
        "{profile}"
    );
    let fitting = report["profiles"].as_array().ok_or("no profiles")?;
    assert!(
        fitting.iter().any(|one| one["profile"] == profile),
        "{report}"
    );

    inkan_hsm(module, &file, &["apply"])?;
    let found = findings(module, &file)?;
    expect_in_the_guide(&row(profile, &report, &found)?)
}

fn specification(
    directory: &Path,
    module: &TestModule,
    profile: &str,
    algorithm: &str,
) -> Outcome<std::path::PathBuf> {
    let pin = directory.join("pin");
    fs::write(&pin, &module.pin)?;
    fs::set_permissions(&pin, fs::Permissions::from_mode(0o600))?;
    let parameters = module.parameters.as_ref();
    let parameters = parameters.map_or_else(String::new, |text| {
        format!("module_parameters = {text:?}\n")
    });
    let text = format!(
        r#"
environment = "trial"
profile = "{profile}"
module = {:?}
{parameters}certificate_dir = "certificates"

[[token]]
id = "one"
label = "{}"
initialize = false
pin = {{ file = "pin" }}

[[key]]
id = "root-ca"
token = "one"
algorithm = "{algorithm}"
use = "root-ca"

[[key]]
id = "customer-ca"
token = "one"
algorithm = "{algorithm}"
use = "customer-ca"

[[certificate]]
key = "root-ca"
issuer = "root-ca"
subject = {{ organization = "BANK", common_name = "BANK Root CA" }}
years = 20
path_len = 1

[[certificate]]
key = "customer-ca"
issuer = "root-ca"
subject = {{ organization = "BANK", common_name = "BANK Customer CA" }}
years = 10
path_len = 0
"#,
        module.path, module.label
    );
    let file = directory.join("hsm.toml");
    fs::write(&file, text)?;
    Ok(file)
}

fn inkan_hsm(module: &TestModule, spec: &Path, arguments: &[&str]) -> Outcome<String> {
    programs::run(&mut command(module, spec, arguments)?)?.expect_well()
}

fn command(module: &TestModule, spec: &Path, arguments: &[&str]) -> Outcome<Command> {
    let mut program = Command::new(programs::built("inkan-hsm")?);
    program.args(arguments).arg("--spec").arg(spec);
    program.envs(
        module
            .environment()
            .iter()
            .map(|(name, value)| (name, value)),
    );
    Ok(program)
}

/// Codes of what `verify` finds: an honest table names them.
fn findings(module: &TestModule, spec: &Path) -> Outcome<BTreeSet<String>> {
    let mut program = command(module, spec, &["verify", "--json"])?;
    let said = programs::run(&mut program)?;
    let report: Value = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {said}"))?;
    let checks = report["checks"].as_array().ok_or("no checks")?;
    let codes = checks
        .iter()
        .filter_map(|check| check["finding"]["code"].as_str());
    Ok(codes.map(str::to_owned).collect())
}

/// What the guide says about it.
fn row(profile: &str, report: &Value, found: &BTreeSet<String>) -> Outcome<String> {
    let keys = report["keys"].as_array().ok_or("no keys")?;
    let made = keys.iter().filter(|key| !key["generated_us"].is_null());
    let made: Vec<_> = made.filter_map(|key| key["algorithm"].as_str()).collect();
    let mut tried = keys.iter().filter_map(|key| key["templates"].as_array());
    let refused = match tried.find(|templates| !templates.is_empty()) {
        None => "not tried".to_owned(),
        Some(templates) => {
            let refused = templates.iter().filter(|one| !one["refused"].is_null());
            let refused: Vec<_> = refused.filter_map(|one| one["template"].as_str()).collect();
            or_none(&refused)
        }
    };
    let sessions = &report["sessions"];
    let sessions = match (&sessions["opened"], &sessions["refused"]) {
        (opened, Value::Null) => format!("at least {opened}"),
        (opened, _) => opened.to_string(),
    };
    let found: Vec<_> = found.iter().map(String::as_str).collect();
    let ceremony = match found.as_slice() {
        [] => "yes".to_owned(),
        codes => format!("yes; it finds `{}`", codes.join("`, `")),
    };
    let made = or_none(&made);
    Ok(format!(
        "| `{profile}` | {made} | {refused} | {sessions} | {ceremony} |"
    ))
}

fn or_none(list: &[&str]) -> String {
    match list {
        [] => "none".to_owned(),
        some => some.join(", "),
    }
}

fn expect_in_the_guide(row: &str) -> Outcome {
    let guide = fs::read_to_string(programs::repository().join("docs/hsm.md"))?;
    if guide.lines().any(|line| line == row) {
        return Ok(());
    }
    Err(format!("docs/hsm.md lacks this row:\n{row}").into())
}
