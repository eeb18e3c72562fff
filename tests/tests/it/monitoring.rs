//! The alerts and the dashboard in `docs/monitoring`: valid, tested, documented, and about metrics that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use inkan_tests::bank::Bank;
use inkan_tests::{Outcome, machine, programs};
use serde_json::Value;

fn directory() -> PathBuf {
    programs::repository().join("docs/monitoring")
}

#[test]
fn every_alert_fires_when_it_should_and_is_silent_otherwise() -> Outcome {
    let promtool = |arguments: &[&str]| {
        let mut command = Command::new(programs::tool("promtool"));
        programs::run(command.args(arguments).current_dir(directory()))?.expect_well()
    };
    promtool(&["check", "config", "prometheus.yml"])?;
    promtool(&["test", "rules", "inkan.rules.test.yml"])?;

    let page = fs::read_to_string(programs::repository().join("docs/metrics.md"))?;
    let tests = fs::read_to_string(directory().join("inkan.rules.test.yml"))?;
    let alerts = alerts()?;
    assert!(alerts.len() > 20, "{alerts:?}");
    for alert in alerts {
        assert!(
            page.contains(&format!("| `{alert}` |")),
            "{alert} is not documented"
        );
        for case in ["fires", "is silent"] {
            assert!(
                tests.contains(&format!("\"{alert} {case}\"")),
                "no test: {alert} {case}"
            );
        }
    }
    Ok(())
}

fn alerts() -> Outcome<Vec<String>> {
    let rules = fs::read_to_string(directory().join("inkan.rules.yml"))?;
    let named = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    Ok(named.map(str::to_owned).collect())
}

#[test]
fn metrics_have_a_meaning_and_alerts_and_dashboard_know_them() -> Outcome {
    let bank = Bank::open()?;
    let (_, metrics) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(metrics)?;
    let kinds = names(&metrics, "# TYPE ");
    assert!(kinds.len() > 15, "{metrics}");
    let helped = names(&metrics, "# HELP ");
    let without_help: Vec<_> = kinds.difference(&helped).collect();
    assert!(without_help.is_empty(), "{without_help:?}");
    assert!(
        metrics.contains("inkan_ready{for=\"logins\"} 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains("inkan_ready{for=\"issuing\"} 1"),
        "{metrics}"
    );

    let documented = fs::read_to_string(programs::repository().join("docs/metrics.md"))?;
    let mut used = words(&fs::read_to_string(directory().join("inkan.rules.yml"))?);
    let dashboard = fs::read_to_string(directory().join("inkan.dashboard.json"))?;
    serde_json::from_str::<Value>(&dashboard)?;
    used.extend(words(&dashboard));
    for name in used {
        assert!(
            documented.contains(&format!("`{name}`")),
            "{name} does not exist"
        );
    }
    Ok(())
}

/// The names in the lines that begin with `prefix`.
fn names(metrics: &str, prefix: &str) -> BTreeSet<String> {
    let lines = metrics.lines().filter_map(|line| line.strip_prefix(prefix));
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    lines.map(name).collect()
}

/// Names of metrics in any text.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_lowercase() && c != '_')
        .filter(|word| word.starts_with("inkan_"))
        .map(str::to_owned)
        .collect()
}
