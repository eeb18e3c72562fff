//! Everything that the documents refer to exists: tests, files, commands.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use inkan_tests::arrows::windows_calls;
use inkan_tests::{Outcome, arrows, programs};

/// The parts of `text` in backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The reason why `name` (`module::test` of this binary, or `path.rs::test`) is no test; none if it is one.
fn missing_test(name: &str) -> Option<String> {
    let (place, test) = name.rsplit_once("::")?;
    let path = if place.ends_with(".rs") {
        place.to_owned()
    } else {
        format!("tests/tests/it/{place}.rs")
    };
    let Ok(text) = fs::read_to_string(programs::repository().join(&path)) else {
        return Some(format!("{name}: there is no {path}"));
    };
    let is_test = |(at, _): (usize, &str)| {
        let before: Vec<&str> = text[..at].lines().rev().take(4).collect();
        before
            .iter()
            .any(|l| l.contains("#[test]") || l.contains("test]") || l.contains("::test("))
    };
    // A scenario that runs on both databases is listed in `on_both!`.
    let (_, scenarios) = text.split_once("on_both!(").unwrap_or_default();
    let scenarios = scenarios.split(");").next().unwrap_or_default();
    let found = text.match_indices(&format!("fn {test}(")).any(is_test)
        || scenarios.contains(&format!("    {test} => "));
    (!found).then(|| format!("{name}: {path} has no such test"))
}

#[test]
fn every_test_named_in_the_documents_exists() -> Outcome {
    for document in ["docs/security.md", "docs/screens.md"] {
        let page = fs::read_to_string(programs::repository().join(document))?;
        let names: Vec<&str> = quoted(&page)
            .into_iter()
            .filter(|q| q.contains("::"))
            .collect();
        assert!(
            names.len() >= 15,
            "{document} names only {} tests",
            names.len()
        );
        let missing: Vec<String> = names.into_iter().filter_map(missing_test).collect();
        assert!(missing.is_empty(), "{document}: {missing:#?}");
    }
    assert!(
        missing_test("documents::no_such_test").is_some(),
        "the check itself would notice"
    );
    assert!(
        missing_test("documents::quoted").is_some(),
        "a function is not a test"
    );
    Ok(())
}

#[test]
fn every_file_that_the_documents_link_to_exists() -> Outcome {
    let root = programs::repository();
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "docs/security.md",
        "docs/screens.md",
        "docs/benchmarks.md",
        "docs/protocol.md",
        "docs/configuration.md",
        "docs/metrics.md",
        "docs/install.md",
        "docs/load-balancer.md",
        "docs/operations.md",
        "docs/runbook.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "docs/ca-lifecycle.md",
        "docs/status.md",
        "docs/mail.md",
        "docs/agent.md",
        "docs/api.md",
        "docs/staff.md",
        "docs/hsm.md",
        "docs/hsm-faults.md",
        "docs/tokens.md",
    ] {
        let text = fs::read_to_string(root.join(name)).map_err(|e| format!("{name}: {e}"))?;
        let base = root
            .join(name)
            .parent()
            .map(ToOwned::to_owned)
            .unwrap_or_default();
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                assert!(
                    base.join(file).exists(),
                    "{name} links to {target}, which is not there"
                );
            }
        }
        for path in quoted(&text)
            .into_iter()
            .filter(|q| q.starts_with("docs/") && !q.contains(['*', '{', ' ']))
        {
            assert!(
                root.join(path.split("::").next().unwrap_or(path)).exists(),
                "{name} names {path}, which is not there"
            );
        }
    }
    Ok(())
}

#[test]
fn every_make_target_of_the_readme_exists() -> Outcome {
    let root = programs::repository();
    let (readme, makefile) = (
        fs::read_to_string(root.join("README.md"))?,
        fs::read_to_string(root.join("Makefile"))?,
    );
    let words: Vec<&str> = readme.split(['`', '\n', ' ']).collect();
    let targets: Vec<&str> = words
        .windows(2)
        .filter(|w| w[0] == "make")
        .map(|w| w[1])
        .collect();
    assert!(targets.contains(&"demo") && targets.contains(&"test"));
    for target in targets {
        assert!(
            makefile.contains(&format!("\n{target}:")),
            "README says `make {target}`"
        );
    }
    Ok(())
}

/// Names that begin with `inkan_` between these marks.
fn metric_names(text: &str, mark: char) -> BTreeSet<String> {
    let pieces = text.split(mark).skip(1).step_by(2);
    let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let names = pieces
        .filter(|name| name.starts_with("inkan_"))
        .filter(plain);
    names.map(str::to_owned).collect()
}

#[test]
fn every_metric_of_the_server_is_documented_and_no_other() -> Outcome {
    let (mut registered, mut described) = (BTreeSet::new(), BTreeSet::new());
    for directory in ["server/src", "server/ca/src", "server/store/src"] {
        for source in arrows::sources(directory)? {
            // The crate's own name in log filters is not counted, because it is not the whole string.
            let code = source.product_code();
            let found = code.lines().flat_map(|line| metric_names(line, '"'));
            if source.path.ends_with("app/metrics.rs") {
                described.extend(found);
            } else {
                registered.extend(found);
            }
        }
    }
    assert!(registered.len() > 20, "{registered:?}");
    // The list of descriptions itself reports the version.
    registered.insert("inkan_build_info".to_owned());
    assert_eq!(described, registered, "each metric has a description");
    let root = programs::repository();
    let page = fs::read_to_string(root.join("docs/metrics.md"))?;
    let (_, list) = page.split_once("## Every metric").ok_or("no list")?;
    assert_eq!(metric_names(list, '`'), registered);

    // Other pages name only existing ones.
    for entry in fs::read_dir(root.join("docs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "md") {
            let text = fs::read_to_string(&path)?;
            for word in text.split(|c: char| !c.is_ascii_lowercase() && c != '_') {
                let known = registered.contains(word) || !word.starts_with("inkan_");
                assert!(known, "{}: {word}", path.display());
            }
        }
    }
    Ok(())
}

#[test]
fn every_call_of_windows_is_in_the_table() -> Outcome {
    let document = fs::read_to_string(programs::repository().join("docs/windows.md"))?;
    let calls = windows_calls::calls(&arrows::sources("token-agent/win32/src")?);
    assert!(calls.len() > 25, "{calls:?}");
    let rows = windows_calls::rows(&document);
    let complaints = windows_calls::complaints(&calls, &rows);
    assert!(complaints.is_empty(), "docs/windows.md: {complaints:#?}");

    // The check itself would notice.
    let planted = |text: &str| {
        let source = arrows::Source::planted("token-agent/win32/src/planted.rs", text);
        let calls = windows_calls::calls(&[source]);
        windows_calls::complaints(&calls, &rows)
            .into_iter()
            .filter(|c| !c.contains("without a call"))
            .collect::<Vec<_>>()
    };
    let import = "use windows_sys::Win32::Foundation::{\n    NEW_CONSTANT, NewCall,\n};\n";
    assert_eq!(planted(import), [""; 0], "an import is no call");
    let call = format!("{import}unsafe {{ NewCall(0) }}");
    assert_eq!(planted(&call), ["NewCall: no row"]);
    assert_eq!(
        planted("unsafe { windows_sys::Win32::NewCall(0) }"),
        ["NewCall: no row"]
    );
    let twice = "use windows_sys::Win32::CertCloseStore;\nCertCloseStore(1); CertCloseStore(2)";
    assert_eq!(planted(twice), ["CertCloseStore: called in 2 places"]);
    let without_rows = windows_calls::complaints(&calls, &windows_calls::rows(""));
    assert_eq!(without_rows.len(), calls.len());
    Ok(())
}

#[test]
fn the_example_of_a_bank_file_is_one() -> Outcome {
    let directory = tempfile::TempDir::with_prefix("inkan-bank-file-")?;
    let agent = |arguments: &[&str]| -> Outcome<String> {
        let mut agent = Command::new(programs::built("inkan-agent")?);
        agent.args(["--lang", "en", "--config-dir"]);
        agent.arg(directory.path()).args(arguments);
        programs::run(&mut agent)?.expect_well()
    };
    let example = programs::repository().join("docs/bank.toml");
    agent(&["bank", "add", "--yes", &example.display().to_string()])?;
    let listed = agent(&["bank", "list"])?;
    assert!(listed.contains("kenmin"), "{listed}");

    // It is the bank file that matches the other example.
    let read = |name: &str| -> Outcome<toml::Value> {
        Ok(toml::from_str(&fs::read_to_string(
            programs::repository().join("docs").join(name),
        )?)?)
    };
    let (bank, server) = (read("bank.toml")?, read("inkan.toml")?);
    assert_eq!(bank["id"], server["bank"]["id"]);
    assert_eq!(bank["portal"], server["portal"]["url"]);
    assert_eq!(bank["certificate"], server["certificate"]["url"]);
    Ok(())
}
