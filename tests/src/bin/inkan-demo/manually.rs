//! How a visitor continues manually.

use inkan_tests::bank::Dev;
use inkan_tests::customer::Customer;
use inkan_tests::screens::customer::Person;

/// After a demo that has ended.
pub(crate) const HOW_TO_GO_ON: &str = "\
What to do next:
  make dev      the same bank, kept running for your browser, with a token and an agent ready
  make test     every promise, tested on the real programs
  README.md     what to do first as a security officer, at the counter, as a customer, as a developer";

/// While the bank is running. `issued`: the story has run, so the customer has registered and has a certificate.
pub(crate) fn while_it_runs(dev: &Dev, customer: &Customer, issued: bool) -> String {
    let agent = customer.agent();
    let environment: Vec<String> = agent
        .get_envs()
        .filter_map(|(key, value)| Some(format!("{}={}", key.to_str()?, value?.to_str()?)))
        .filter(|pair| pair.starts_with("SOFTHSM2_CONF="))
        .collect();
    let line = |command: &str| {
        format!(
            "  {} {} --lang en --config-dir {} {command}",
            environment.join(" "),
            agent.get_program().to_string_lossy(),
            customer.config().display()
        )
    };
    let demo = &dev.demo;
    let directory = dev.config.parent().unwrap_or(&dev.config);
    let mut text = format!(
        "The bank is open. Ctrl-C closes it and removes everything.\nIts files are in {}.\n\n\
         In a browser (trust {} first, or accept its warning):\n  {}/\n",
        directory.display(),
        dev.server_ca.display(),
        dev.portal
    );
    if issued {
        text += "\nThe customer's login ID is hanakodt, the login password ";
        text += &format!("{}.\n", Person::hanako().login_password);
    } else {
        text += &format!(
            "\n「ログインID取得」 (get a login ID) with\n  branch {} / {} / account {}\n  temporary login password         {}\n  \
             temporary confirmation password  {}\n",
            demo.branch,
            demo.account_type,
            demo.account,
            demo.temporary_login_password,
            demo.temporary_confirmation_password
        );
        text += "\nThen somebody at the bank checks who registered and approves the application: 「承認待ち」 at the console, or\n";
        text += &approval(dev);
        text += "\nThen 「電子証明書発行へ」 and 「発行」. Give the page's link to the agent, within a minute:\n";
        text += &line("open 'inkan:enroll?…'");
    }
    text += &format!(
        "\n\nThe token's PIN is {}. What is on the token:\n",
        customer.token.pin
    );
    text += &line("list");
    text += &format!(
        "\n\nTo log in with the certificate, start the browser with {} and add {}\n\
         as a security device (Firefox: Settings, Privacy & Security, Security Devices); then 「電子証明書ログイン」.\n\
         Without a browser, check whether the bank accepts the certificate on the token:\n",
        environment.join(" "),
        customer.hsm.module_path().display()
    );
    text += &line("verify dev");
    text += "\n\nThe counter (client certificate and key for curl or a browser):\n";
    for staff in &dev.staff_identities {
        text += &format!(
            "  {} ({}): {} {}\n",
            staff.name,
            staff.role,
            staff.certificate.display(),
            staff.key.display()
        );
    }
    text += &format!("  {}/", dev.staff);
    text
}

/// The approver's two requests: the pending application, and 「承認」.
fn approval(dev: &Dev) -> String {
    let Ok(approver) = dev.staff_with_role("approver") else {
        return String::new();
    };
    let curl = format!(
        "curl -s --cacert {} --cert {} --key {}",
        dev.server_ca.display(),
        approver.certificate.display(),
        approver.key.display()
    );
    let proposals = format!("{}/api/v1/proposals", dev.staff);
    format!(
        "  {curl} '{proposals}?kind=application&state=entered'\n  \
         {curl} -H 'Content-Type: application/json' -H \"Idempotency-Key: $(uuidgen)\" -d '{{\"version\": 2}}' \
         {proposals}/ID/approve\n"
    )
}
