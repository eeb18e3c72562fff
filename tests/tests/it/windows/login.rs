//! A login with the agent on Windows: the registered link opens the window, the key proves the certificate to the bank, and
//! the login ends in the browser that requested it. The key is on the test double of `ncrypt.dll`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use inkan_tests::browser::Browser;
use inkan_tests::customer::Followed;
use inkan_tests::desktop::{Desktop, wait_for};
use inkan_tests::screens::customer;
use inkan_tests::windows_computer::WindowsComputer;
use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};
use serde_json::Value;

use super::screen::{Running, appears, on_own_desktop, prepare, shown};
use crate::scene::Scene;

/// A customer's computer with a certificate of the bank, and a browser that only notes what it opens.
struct Pc {
    computer: WindowsComputer,
    opened: PathBuf,
}

impl Pc {
    fn with_certificate(scene: &Scene) -> Outcome<Self> {
        let computer = WindowsComputer::with_double()?;
        let opened = computer.prefix().drive_c().join("opened");
        let pc = Self { computer, opened };
        pc.agent(&[
            "bank",
            "add",
            "--yes",
            &WinePrefix::path(&scene.bank.dev.bank_config),
        ])?;
        pc.agent(&["open", "--yes", "--", &scene.link()?])?;
        let registered = pc.agent(&["register"])?;
        assert_eq!(registered["window"], true, "{registered}");
        // Wine looks for programs of links among those of the computer, not among the user's.
        let class = |root: &str| format!(r"{root}\Software\Classes\inkan");
        pc.reg(&["copy", &class("HKCU"), &class("HKLM"), "/s", "/f"])?;
        pc.install_browser()?;
        Ok(pc)
    }

    fn reg(&self, words: &[&str]) -> Outcome<String> {
        let mut reg = self.computer.prefix().command("reg.exe");
        programs::run(reg.args(words))?.expect_well()
    }

    fn agent(&self, words: &[&str]) -> Outcome<Value> {
        let mut agent = self.computer.agent();
        agent.args(["--lang", "en", "--json"]).args(words);
        Followed(programs::run(&mut agent)?).result()
    }

    /// The default browser of Wine passes a link to the program that this value names.
    fn install_browser(&self) -> Outcome {
        let script = self.computer.prefix().drive_c().join("browser");
        let opened = self.opened.display();
        let text = format!(
            "#!/bin/sh\nprintf %s \"$1\" >'{opened}.new' && mv '{opened}.new' '{opened}'\n"
        );
        fs::write(&script, text)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700))?;
        let key = r"HKCU\Software\Wine\WineBrowser";
        let script = script.to_string_lossy();
        self.reg(&["add", key, "/v", "Browsers", "/d", &script, "/f"])?;
        Ok(())
    }

    /// What the browser was told to open. It is forgotten.
    fn opened(&self) -> Outcome<String> {
        let address = wait_for("the browser", || fs::read_to_string(&self.opened).ok())?;
        fs::remove_file(&self.opened)?;
        Ok(address)
    }

    /// Follows a link as a browser does: by the program that is registered for its scheme.
    fn follow(&self, desktop: &Desktop, link: &str) -> Outcome<Running> {
        let explorer = self.computer.command("explorer.exe".as_ref());
        let mut start = on_own_desktop(explorer, "start.exe");
        start.arg(link).env("LANG", "en_US.UTF-8");
        Running::start(shown(desktop, &mut start))
    }
}

#[test]
fn a_registered_link_leads_through_the_window_to_a_login_in_the_browser_that_asked() -> Outcome {
    let scene = Scene::open()?;
    let pc = Pc::with_certificate(&scene)?;
    let dev = &scene.bank.dev;
    let desktop = Desktop::open()?;
    prepare(pc.computer.prefix())?;

    // The link is valid for a minute.
    let browser = Browser::new(&dev.server_ca)?;
    let page = customer::ask_for_agent_login(&browser, dev)?;
    let _window = pc.follow(&desktop, &customer::agent_link(&page)?)?;
    appears(&desktop, "Confirm the login - ")?;
    let address = wait_for("the browser", || {
        desktop.key("Return").ok()?;
        fs::read_to_string(&pc.opened).ok()
    })?;
    let code = format!("{}/login/agent/open?code=", dev.portal);
    assert!(address.starts_with(&code), "{address}");

    let page = browser.open(&address)?.must_show("BLGI002")?;
    let page = page.must_show(&scene.person.login_id)?;
    let password = &scene.person.login_password;
    customer::give_password_after_agent(&browser, &page, password)?.must_show("BTOP001")?;
    Ok(())
}

#[test]
fn the_address_that_the_agent_opens_logs_nobody_in_to_another_browser() -> Outcome {
    let scene = Scene::open()?;
    let pc = Pc::with_certificate(&scene)?;
    let dev = &scene.bank.dev;
    let browser = Browser::new(&dev.server_ca)?;
    let page = customer::ask_for_agent_login(&browser, dev)?;
    let result = pc.agent(&["open", "--yes", "--", &customer::agent_link(&page)?])?;
    assert_eq!(result["result"], "opened", "{result}");
    let address = pc.opened()?;
    let shown = result.to_string();
    let code = address.rsplit('=').next().unwrap_or_default();
    assert!(
        code.len() > 20 && !shown.contains(code),
        "opened, not shown"
    );

    let other = Browser::new(&dev.server_ca)?;
    let refused = other.open(&address)?.must_show("login-other-browser")?;
    assert_eq!(refused.status, 403);
    for browser in [&other, &browser] {
        let top = browser.open(&format!("{}/top", dev.portal))?;
        assert!(!top.shows("BTOP001"));
    }
    Ok(())
}
