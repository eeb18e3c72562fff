//! No private key, PIN or password is where it must not be: in the bank's data, in its logs, in messages.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::recorder::Recorder;
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, programs, requests};

use crate::scene::Scene;

/// A secret in every form in which it could have been written.
fn forms(name: &str, secret: &[u8]) -> Vec<(String, Vec<u8>)> {
    let hex = hex::encode(secret);
    vec![
        (format!("{name} as it is"), secret.to_vec()),
        (format!("{name} in hex"), hex.clone().into_bytes()),
        (format!("{name} in HEX"), hex.to_uppercase().into_bytes()),
        (format!("{name} in base64"), aligned_base64(secret)),
        (
            format!("{name} in base64url"),
            URL_SAFE_NO_PAD.encode(secret).into_bytes(),
        ),
        (
            format!("{name} with colons"),
            hex.as_bytes().chunks(2).collect::<Vec<_>>().join(&b':'),
        ),
    ]
}

/// Base64 without its last, incomplete group, which depends on the text that follows the secret.
fn aligned_base64(secret: &[u8]) -> Vec<u8> {
    STANDARD
        .encode(&secret[..secret.len() - secret.len() % 3])
        .into_bytes()
}

/// Every form of every secret that is in `text`.
fn found<'a>(secrets: &'a [(String, Vec<u8>)], text: &[u8]) -> Vec<&'a str> {
    let stands = |needle: &[u8]| text.windows(needle.len()).any(|w| w == needle);
    secrets
        .iter()
        .filter(|(_, needle)| stands(needle))
        .map(|(name, _)| name.as_str())
        .collect()
}

/// All files below `directory`, each with its content.
fn contents(directory: &Path) -> Outcome<Vec<(String, Vec<u8>)>> {
    let (mut files, mut open) = (Vec::new(), vec![directory.to_path_buf()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.is_file() {
                files.push((path.display().to_string(), fs::read(&path)?));
            }
        }
    }
    Ok(files)
}

/// The private scalar of a P-256 key in PKCS#8 (RFC 5915: 32 bytes after `04 20`).
fn scalar(pkcs8: &[u8]) -> Outcome<Vec<u8>> {
    let at = pkcs8
        .windows(2)
        .position(|w| w == [0x04, 0x20])
        .ok_or("no scalar in the key")?;
    Ok(pkcs8[at + 2..at + 34].to_vec())
}

#[test]
fn the_search_itself_finds_what_is_there() {
    let secrets = forms("key", b"0123456789abcdef0123456789abcdef");
    for (name, form) in &secrets {
        let text = [b"before ".as_slice(), form.as_slice(), b" after"].concat();
        assert!(found(&secrets, &text).contains(&name.as_str()));
    }
    assert!(found(&secrets, b"nothing of the kind").is_empty());
}

#[test]
fn the_banks_data_holds_no_secret_of_the_customer() -> Outcome {
    let scene = Scene::open()?;

    // First with the agent and its token …
    let customer = scene.customer_with_certificate("OOZORA")?;
    let browser = inkan_tests::browser::Browser::presenting(
        &scene.bank.dev.server_ca,
        &Identity::Token(customer.present_certificate()?),
    )?;
    inkan_tests::screens::customer::log_in_with_certificate(
        &browser,
        &scene.bank.dev,
        &scene.person.login_password,
    )?
    .must_show("BTOP001")?;

    // … then manually, with a key that this test holds and can therefore search for.
    let contract =
        inkan_tests::screens::counter::contract_with_application(&scene.bank.dev, "2345678")?;
    let (browser, other) = crate::scene::register(&scene.bank, &contract, "koumi001")?;
    let confirm = inkan_tests::screens::customer::identify(
        &browser,
        &scene.bank.dev,
        &other.login_id,
        &other.login_password,
    )?;
    let page = inkan_tests::screens::customer::press_issue(&browser, &confirm)?;
    let machine = Machine::new(&scene.bank.dev)?;
    let link = inkan_tests::screens::customer::agent_link(&page)?;
    let ticket = machine.pick_up(&link)?.granted()?;
    let (key, csr) = requests::honest()?;
    machine.enrol(&ticket, &csr)?.granted()?;

    let mut secrets = forms("the key's scalar", &scalar(&key.serialize_der())?);
    secrets.extend(forms("the token's PIN", customer.token.pin.as_bytes()));
    secrets.extend(forms(
        "the token's SO PIN",
        customer.token.so_pin.as_bytes(),
    ));
    secrets.extend(forms(
        "the login password",
        scene.person.login_password.as_bytes(),
    ));
    secrets.extend(forms(
        "the confirmation password",
        scene.person.confirmation_password.as_bytes(),
    ));
    secrets.extend(forms(
        "the request's credential",
        ticket.credential.as_bytes(),
    ));

    let mut files = contents(&scene.bank.data())?;
    files.push(("the bank's log".to_owned(), scene.bank.log()?.into_bytes()));
    assert!(
        files
            .iter()
            .any(|(name, content)| name.ends_with(".db-wal") && content.len() > 10_000),
        "the database is among them"
    );
    for (name, content) in files {
        assert_eq!(found(&secrets, &content), Vec::<&str>::new(), "in {name}");
    }
    Ok(())
}

#[test]
fn what_travels_holds_no_secret_of_the_customer() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    let dev = &scene.bank.dev;

    // A man in the middle between agent and portal reads everything; the customer was given his CA.
    let recorder = Recorder::before(&dev.portal, &dev.server_ca, customer.home())?;
    let real_ca = fs::read_to_string(&dev.server_ca)?;
    let both = format!(
        "{}\n{}",
        real_ca.trim(),
        fs::read_to_string(&recorder.ca)?.trim()
    );
    for entry in fs::read_dir(customer.config().join("banks"))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?
            .replace(&dev.portal, &recorder.origin)
            .replace(real_ca.trim(), &both);
        fs::write(&path, text)?;
    }
    customer.follow(&scene.link()?)?.result()?;

    let heard = recorder.heard();
    let words = String::from_utf8_lossy(&heard);
    assert!(
        words.contains("/pickup") && words.contains("simpleenroll"),
        "the whole exchange was heard"
    );
    let mut secrets = forms("the token's PIN", customer.token.pin.as_bytes());
    secrets.extend(forms(
        "the token's SO PIN",
        customer.token.so_pin.as_bytes(),
    ));
    secrets.push(("a private key in PEM".to_owned(), b"PRIVATE KEY".to_vec()));
    assert_eq!(found(&secrets, &heard), Vec::<&str>::new());
    Ok(())
}

#[test]
fn what_curl_sends_and_gets_holds_no_private_key() -> Outcome {
    let scene = Scene::open()?;
    let ticket = scene.ticket()?;
    let files = tempfile::TempDir::new()?;
    let (key, csr) = requests::honest()?;
    fs::write(files.path().join("request.b64"), STANDARD.encode(csr))?;
    fs::write(
        files.path().join("credential"),
        format!("user = \"{}:{}\"\n", ticket.request, ticket.credential),
    )?;
    let mut curl = Command::new("curl");
    curl.current_dir(files.path()).args([
        "-sS",
        "--fail-with-body",
        "--config",
        "credential",
        "--trace",
        "trace",
    ]);
    curl.arg("--cacert")
        .arg(&scene.bank.dev.server_ca)
        .args(["-H", "Content-Type: application/pkcs10"]);
    curl.args(["--data-binary", "@request.b64"]).arg(format!(
        "{}/.well-known/est/simpleenroll",
        scene.bank.dev.portal
    ));
    programs::run(&mut curl)?.expect_well()?;

    // curl's trace is a hex dump of all data in both directions; this joins the bytes again.
    let trace = fs::read_to_string(files.path().join("trace"))?;
    let dump = trace
        .lines()
        .filter_map(|l| l.split_once(": "))
        .map(|(_, rest)| rest.get(..48).unwrap_or(rest));
    let bytes: Vec<u8> = dump
        .flat_map(|l| l.split(' '))
        .filter_map(|b| u8::from_str_radix(b, 16).ok())
        .collect();
    assert!(
        String::from_utf8_lossy(&bytes).contains("pkcs7-mime"),
        "the answer is in the trace"
    );
    assert_eq!(
        found(
            &forms("the key's scalar", &scalar(&key.serialize_der())?),
            &bytes
        ),
        Vec::<&str>::new()
    );
    Ok(())
}
