//! `inkan:` links in the user's registry.

use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};
use serde_json::Value;

const KEY: &str = r"HKCU\Software\Classes\inkan";
const COMMAND: &str = r"HKCU\Software\Classes\inkan\shell\open\command";

fn agent(wine: &WinePrefix, arguments: &[&str]) -> Outcome<String> {
    programs::run(wine.agent("inkan-agent.exe").args(arguments))?.expect_well()
}

fn reg(wine: &WinePrefix, arguments: &[&str]) -> Outcome<String> {
    programs::run(wine.command("reg.exe").args(arguments))?.expect_well()
}

/// The default value of a key.
fn value(wine: &WinePrefix, key: &str) -> Outcome<String> {
    let text = reg(wine, &["query", key, "/ve"])?;
    let value = text.split("REG_SZ").nth(1).ok_or("no text value")?;
    Ok(value.trim().to_owned())
}

#[test]
fn register_and_unregister_can_be_repeated_and_leave_nothing() -> Outcome {
    let wine = WinePrefix::new()?;
    for already in ["Registered.", "Already registered."] {
        let said = agent(&wine, &["--lang", "en", "register"])?;
        assert!(said.starts_with(already), "{said}");
    }
    let window = WinePrefix::path(&wine.programs().join("inkan-agent-window.exe"));
    assert_eq!(
        value(&wine, COMMAND)?,
        format!("\"{window}\" open -- \"%1\"")
    );
    assert_eq!(value(&wine, KEY)?, "URL:Inkan");
    let icon = value(&wine, &format!(r"{KEY}\DefaultIcon"))?;
    assert_eq!(icon, format!("\"{window}\",0"));
    reg(&wine, &["query", KEY, "/v", "URL Protocol"])?;
    for already in ["The registration was removed", "No registration was found"] {
        let said = agent(&wine, &["--lang", "en", "unregister"])?;
        assert!(said.starts_with(already), "{said}");
    }
    assert!(!wine.registry()?.contains(r"Classes\\inkan"));
    Ok(())
}

#[test]
fn another_programs_registration_is_replaced_but_not_removed() -> Outcome {
    let wine = WinePrefix::new()?;
    let theirs = r"C:\other.exe %1";
    reg(&wine, &["add", COMMAND, "/ve", "/d", theirs, "/f"])?;
    let delegate = ["add", COMMAND, "/v", "DelegateExecute", "/d", "{0}", "/f"];
    reg(&wine, &delegate)?;
    agent(&wine, &["unregister"])?;
    assert_eq!(value(&wine, COMMAND)?, theirs);
    let named = r"C:\銀行 ファイル";
    agent(&wine, &["--config-dir", named, "register"])?;
    let registry = wine.registry()?;
    // As Wine writes what is not ASCII.
    let command = r#"--config-dir \"C:\\\x9280\x884c \x30d5\x30a1\x30a4\x30eb\" open -- \"%1\""#;
    assert!(registry.contains(command), "{registry}");
    assert!(!registry.contains("DelegateExecute"));
    Ok(())
}

#[test]
fn nothing_in_a_link_is_an_option() -> Outcome {
    let wine = WinePrefix::new()?;
    // What Windows makes of a link with a quote in it.
    let evil = ["open", "--", "inkan:x", "--config-dir", r"C:\evil"];
    let said = programs::run(wine.agent("inkan-agent.exe").args(evil))?;
    assert_eq!(said.code, Some(2), "{said}");
    let link = ["open", "--", "--config-dir"];
    let said = programs::run(wine.agent("inkan-agent.exe").args(link))?;
    assert_eq!(said.code, Some(3), "{said}");
    Ok(())
}

/// What the self-test reports of the links: its result and its code.
fn link_check(wine: &WinePrefix) -> Outcome<(String, Option<String>)> {
    let mut command = wine.agent("inkan-agent.exe");
    let said = programs::run(command.args(["--json", "self-test"]))?;
    let lines = said.out.lines().map(serde_json::from_str::<Value>);
    let checks: Vec<Value> = lines.collect::<Result<_, _>>()?;
    let check = checks.iter().find(|line| line["check"] == "link-scheme");
    let check = check.ok_or_else(|| format!("no such check: {said}"))?;
    let text = |name: &str| check[name].as_str().map(str::to_owned);
    Ok((text("result").unwrap_or_default(), text("code")))
}

#[test]
fn the_self_test_trusts_neither_a_name_nor_a_registration_that_the_settings_override() -> Outcome {
    let wine = WinePrefix::new()?;
    let ok = ("ok".to_owned(), None);
    let failed = |code: &str| ("failed".to_owned(), Some(code.to_owned()));
    agent(&wine, &["register"])?;
    assert_eq!(link_check(&wine)?, ok);

    // A program of the same name in a directory where anybody may have put it.
    std::fs::create_dir(wine.drive_c().join("download"))?;
    let copy = "download/inkan-agent-window.exe";
    std::fs::write(wine.drive_c().join(copy), "")?;
    let theirs = r#""C:\download\inkan-agent-window.exe" open -- "%1""#;
    reg(&wine, &["add", COMMAND, "/ve", "/d", theirs, "/f"])?;
    assert_eq!(link_check(&wine)?, failed("scheme-other-copy"));
    agent(&wine, &["register"])?;
    assert_eq!(link_check(&wine)?, ok);

    // What the user has chosen in the settings decides, whatever is registered.
    let choice =
        r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\inkan\UserChoice";
    let choose = |class| reg(&wine, &["add", choice, "/v", "ProgId", "/d", class, "/f"]);
    choose("Other.Link")?;
    assert_eq!(link_check(&wine)?, failed("scheme-user-choice"));
    let other = r"HKCU\Software\Classes\Other.Link\shell\open\command";
    reg(
        &wine,
        &["add", other, "/ve", "/d", r"C:\other.exe %1", "/f"],
    )?;
    assert_eq!(link_check(&wine)?, failed("scheme-user-choice"));
    choose("inkan")?;
    assert_eq!(link_check(&wine)?, ok);
    Ok(())
}
