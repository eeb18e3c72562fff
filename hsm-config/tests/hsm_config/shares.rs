//! Sets of shares on a real token: made, replaced, and with everything that officers can get wrong.

use std::fs;

use inkan_hsm_config::pin_source::{PinSource, Prompt};

use crate::environment::PINS;
use crate::share_officers::{PageDirectory, command, end, make, start, with_lines};
use crate::share_sets::{
    CREATE, OLD_PIN, RESHARE, SHARED, behind_a_module, officers, ready, two_of_three, verify,
};

/// A set is made; officers with the numbers `chosen` are enough, and without the first of them they are not.
fn opens(threshold: &str, names: &[&str], chosen: &[usize]) {
    let environment = ready();
    let pages = PageDirectory::new();
    make(
        &environment,
        &officers(&CREATE, threshold, names),
        "",
        &pages,
    )
    .expect(0);
    let text = environment.expect(&["verify"], 5);
    assert!(
        text.contains("hsm-pin-incorrect"),
        "the PIN file is void: {text}"
    );

    environment.edit(OLD_PIN, SHARED);
    let lines: String = chosen.iter().map(|n| pages.line(*n)).collect();
    verify(&environment, &lines).expect(0);
    let few: String = chosen.iter().skip(1).map(|n| pages.line(*n)).collect();
    let text = verify(&environment, &few).expect(5);
    assert!(text.contains("share-too-few"), "{text}");
    // Nothing that the program wrote contains a share.
    for (path, content) in environment.files() {
        let content = String::from_utf8_lossy(&content).to_lowercase();
        let line = pages.words(1).join(" ");
        assert!(!content.contains(&line), "{}", path.display());
    }
}

#[test]
fn two_of_two_open_the_token_and_the_pin_from_before_does_not() {
    opens("2", &["Aoki", "Baba"], &[2, 1]);
}

#[test]
fn three_of_five_open_the_token_and_the_pin_from_before_does_not() {
    opens("3", &["Aoki", "Baba", "Chiba", "Doi", "Endo"], &[5, 1, 3]);
}

#[test]
fn a_lost_officer_is_replaced_old_shares_stop_working_and_the_keys_stay() {
    let environment = ready();
    let old = two_of_three(&environment);
    let certificate = fs::read(environment.path("certificates/customer-ca.pem")).unwrap();
    // Aoki is lost; Baba and Chiba are enough, and Doi is new.
    let new = PageDirectory::new();
    let lines = old.line(2) + &old.line(3);
    let arguments = officers(&RESHARE, "2", &["Baba", "Chiba", "Doi"]);
    let text = make(&environment, &arguments, &lines, &new).expect(0);
    assert!(text.contains("Shred the pages"), "{text}");

    let text = verify(&environment, &lines).expect(5);
    assert!(text.contains("share of another set"), "{text}");
    verify(&environment, &(new.line(3) + &new.line(1))).expect(0);
    let kept = fs::read(environment.path("certificates/customer-ca.pem")).unwrap();
    assert_eq!(kept, certificate);
    assert!(
        !environment
            .path("certificates/issuing.shares.json.pending")
            .exists()
    );
}

/// The file of a key for which a certificate of nobody's CA vouches.
fn key_of_nobody() -> String {
    use inkan_pki::algorithm::SignatureScheme;
    use inkan_pki::officer::ShareKeyPoint;
    use inkan_pki::officer::key::{statement, write};
    use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData as _, SigningKey as _};

    let (login, share) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Doi E-1004");
    let certificate = params.self_signed(&login).unwrap();
    let share_key = ShareKeyPoint::new(share.der_bytes()).unwrap();
    let signature = login.sign(&statement(&share_key, certificate.der()));
    let scheme = SignatureScheme::EcdsaP256Sha256;
    write(&share_key, certificate.der(), scheme, &signature.unwrap())
}

#[test]
fn a_key_for_which_no_staff_certificate_vouches_gets_no_share() {
    let environment = ready();
    let file = environment.path("key.json");
    let path = file.to_str().unwrap();
    let mut arguments = officers(&CREATE, "2", &["Aoki"]);
    arguments.extend(["--officer-token", path]);
    let refused = |code: &str| {
        let text = with_lines(&environment, &arguments, "").expect(12);
        assert!(text.contains(code), "{code}: {text}");
    };
    refused("officer-key-file");
    let good = key_of_nobody();
    for (text, code) in [
        ("{}".to_owned(), "officer-key-malformed"),
        (
            good.replace("\"version\": 1", "\"version\": 9"),
            "officer-key-version",
        ),
        (
            good.replace("CERTIFICATE", "NOTHING"),
            "officer-key-certificate",
        ),
        (
            good.replace("\"signature\": \"", "\"signature\": \"00"),
            "officer-key-signature",
        ),
        (good, "officer-key-issuer"),
    ] {
        fs::write(&file, text).unwrap();
        refused(code);
    }
    // No PIN was sent, and nothing was made.
    assert!(
        !environment
            .path("certificates/issuing.shares.json")
            .exists()
    );
    environment.expect(&["verify"], 0);
}

#[test]
fn every_mistake_of_an_officer_has_its_own_answer_and_changes_nothing() {
    let environment = ready();
    let other = two_of_three(&environment);
    let pages = PageDirectory::new();
    let arguments = officers(&RESHARE, "2", &["Aoki", "Baba", "Chiba"]);
    let lines = other.line(1) + &other.line(2);
    make(&environment, &arguments, &lines, &pages).expect(0);
    let check = |line: &str| {
        let arguments = ["shares", "check", "--token", "issuing"];
        with_lines(&environment, &arguments, line)
    };
    let good = check(&pages.line(3)).expect(0);
    assert!(
        good.contains("good: share 3") && good.contains("Chiba"),
        "{good}"
    );
    assert!(
        !good.contains(&pages.words(3)[0]),
        "reveals nothing: {good}"
    );

    let mut words = pages.words(1);
    words[6].insert(3, 'q');
    let text = check(&words.join(" ")).expect(12);
    assert!(text.contains("Word 7 is not in the list"), "{text}");
    let mut words = pages.words(1);
    words[20] = if words[20] == "zoo" { "zone" } else { "zoo" }.to_owned();
    let text = check(&words.join(" ")).expect(12);
    assert!(text.contains("do not fit together"), "{text}");
    words.truncate(29);
    assert!(check(&words.join(" ")).expect(12).contains("these are 29"));
    let text = check(&other.line(1)).expect(12);
    assert!(text.contains("share-other-set"), "{text}");
    assert!(check("").expect(12).contains("these are 0"));

    // One share twice, one of another set, a mistyped one: then enough.
    let lines = pages.line(1) + &pages.line(1) + &other.line(2) + "zoo\n" + &pages.line(2);
    let text = verify(&environment, &lines).expect(0);
    for answer in ["was entered before", "share of another set", "these are 1"] {
        assert!(text.contains(answer), "{answer}: {text}");
    }
}

#[test]
fn impossible_sets_are_refused_before_a_pin_is_sent() {
    let environment = ready();
    let control = behind_a_module(&environment);
    for (threshold, names, code) in [
        ("1", &["A", "B"][..], "share-threshold"),
        ("3", &["A", "B"], "share-threshold"),
        ("2", &["A"], "share-officers"),
        ("2", &["A", "A"], "share-same-name"),
    ] {
        let pages = PageDirectory::new();
        let made = make(
            &environment,
            &officers(&CREATE, threshold, names),
            "",
            &pages,
        );
        assert!(made.expect(2).contains(code), "{code}");
    }
    let none = officers(
        &["shares", "create", "--token", "none", "--threshold"],
        "2",
        &["A", "B"],
    );
    assert!(
        make(&environment, &none, "", &PageDirectory::new())
            .expect(2)
            .contains("share-no-token")
    );
    let reshare = officers(&RESHARE, "2", &["A", "B"]);
    let text = make(&environment, &reshare, "", &PageDirectory::new()).expect(9);
    assert!(text.contains("share-set-missing"), "{text}");
    assert!(control.pins().is_empty());
}

#[test]
fn a_server_does_not_read_a_shared_pin_and_apply_does_not_set_one() {
    let environment = ready();
    two_of_three(&environment);
    let source = PinSource::Shares(environment.path("certificates/issuing.shares.json"));
    for (prompt, code) in [
        (Prompt::Never, "pin-shared"),
        (Prompt::AskTwice("PIN"), "pin-shared-new"),
    ] {
        let error = source.read(prompt).unwrap_err();
        assert_eq!(inkan_hsm_config::catalogue::pin(&error).code, code);
    }
    let text = environment.expect(&["shares", "show", "--token", "issuing", "--json"], 0);
    let set: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(set["threshold"], 2);
    assert_eq!(set["officers"][1]["name"], "Baba");
    for (name, pin) in PINS {
        assert!(!text.contains(pin), "{name}");
    }
}

#[test]
fn an_end_of_input_while_shares_are_entered_ends_it() {
    let environment = ready();
    two_of_three(&environment);
    let child = start(command(&environment, &["verify"]));
    let text = end(child, String::new()).expect(5);
    assert!(text.contains("share-too-few"), "{text}");
}
