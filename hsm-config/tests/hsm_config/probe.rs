//! What a device can do: the report, and modules that hang, crash, chatter or refuse.

use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use inkan_hostile_module::control::Control;
use serde_json::Value;

use crate::environment::{Environment, PINS, perform};

/// The fields of the JSON, as docs/hsm.md lists them.
const FIELDS: [&str; 12] = [
    "schema",
    "at",
    "module",
    "library",
    "tokens",
    "token",
    "sessions",
    "keys",
    "idle",
    "profiles",
    "contradictions",
    "stopped",
];

struct Device {
    environment: Environment,
    control: Control,
}

impl Device {
    /// After a ceremony, behind a module with configurable responses.
    fn new() -> Self {
        let environment = Environment::new();
        perform(&environment.spec());
        let control = Control::new(environment.hsm.path());
        let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
        environment.edit("profile = \"softhsm2\"", &line);
        Self {
            environment,
            control,
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
            .args(["probe", "--json", "--spec"])
            .arg(self.environment.path("hsm.toml"))
            .args(arguments)
            .envs(self.environment.hsm.env())
            .envs(
                self.control
                    .environment(&self.environment.hsm.module_path()),
            )
            .output()
            .unwrap()
    }

    fn probe(&self, arguments: &[&str], exit: i32) -> Value {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(exit), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// All files but the two in which SoftHSM2 notes a login.
fn objects(environment: &Environment) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = environment.files();
    let notes = ["token.object", "generation"].map(std::ffi::OsStr::new);
    files.retain(|(path, _)| !path.file_name().is_some_and(|name| notes.contains(&name)));
    files
}

#[test]
fn a_probe_finds_out_everything_and_changes_nothing() {
    let device = Device::new();
    let before = objects(&device.environment);
    let arguments = [
        "--token",
        "issuing",
        "--keys",
        "--calls",
        "20",
        "--sessions",
        "20",
        "--idle",
        "1",
    ];
    let output = device.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(objects(&device.environment) == before, "an object changed");
    assert_eq!(device.control.pins(), ["user"], "the PIN is sent once");
    let said = String::from_utf8(output.stderr).unwrap();
    for expected in [
        "up to 20 sessions",
        "the PIN is sent once",
        "Changes nothing",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let text = String::from_utf8(output.stdout).unwrap();
    for (name, pin) in PINS {
        assert!(!text.contains(pin) && !said.contains(pin), "{name}");
    }
    let report: Value = serde_json::from_str(&text).unwrap();
    let fields: Vec<_> = report.as_object().unwrap().keys().collect();
    let mut expected = FIELDS.to_vec();
    expected.sort_unstable();
    assert_eq!(fields, expected);
    assert_eq!(report["schema"], 1);
    assert_eq!(report["token"], "issuing");
    assert_eq!(report["sessions"]["opened"], 20);
    let keys = report["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 5);
    for key in keys {
        let sign = &key["sign"];
        assert_eq!(sign["calls"], 20, "{key}");
        let of = |name: &str| sign[name].as_u64().unwrap();
        assert!(0 < of("p50_us") && of("p50_us") <= of("p99_us") && of("p99_us") <= of("max_us"));
    }
    assert_eq!(keys[0]["templates"].as_array().unwrap().len(), 9);
    assert_eq!(report["idle"]["signed"], true);
    assert_eq!(report["profiles"][0]["profile"], "softhsm2");
    assert_eq!(report["contradictions"], Value::Array(Vec::new()));
    let mechanisms = report["tokens"][0]["mechanisms"].as_array().unwrap();
    assert!(mechanisms.iter().any(|m| m["name"] == "CKM_ECDSA"));
}

#[test]
fn a_module_that_hangs_is_ended_at_the_deadline_and_the_rest_is_reported() {
    let device = Device::new();
    for (word, phase, arguments) in [
        (
            "hang:tokens",
            "list the tokens",
            ["--deadline", "2"].as_slice(),
        ),
        ("hang:login", "log in", &["--deadline", "2", "--keys"]),
        (
            "hang:sign",
            "keys of type ec-p256",
            &["--deadline", "2", "--keys"],
        ),
    ] {
        device.control.set(word);
        let begun = Instant::now();
        let report = device.probe(arguments, 4);
        assert!(begun.elapsed() < Duration::from_secs(30), "{word}");
        assert_eq!(report["stopped"]["code"], "probe-hangs", "{report}");
        assert_eq!(report["stopped"]["phase"], phase);
        assert!(report["library"]["version"].is_string());
    }
}

#[test]
fn a_module_that_crashes_is_named_with_the_phase() {
    let device = Device::new();
    device.control.set("crash:generate");
    let report = device.probe(&["--keys"], 4);
    assert_eq!(report["stopped"]["code"], "probe-crashed", "{report}");
    assert_eq!(report["stopped"]["phase"], "keys of type ec-p256");
    let sentence = report["stopped"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("signal: 6"), "{sentence}");
    assert_eq!(report["sessions"]["opened"], 64);
}

#[test]
fn a_module_that_writes_to_standard_output_spoils_nothing() {
    let device = Device::new();
    device.control.set("chatter");
    let report = device.probe(&["--keys", "--calls", "5"], 0);
    assert_eq!(report["keys"].as_array().unwrap().len(), 5);
}

#[test]
fn no_session_no_pin_and_a_full_token_are_results_not_errors() {
    let device = Device::new();
    device.control.set("answers:C_OpenSession:0xb1");
    let report = device.probe(&[], 0);
    assert_eq!(report["sessions"]["opened"], 0);
    let refused = report["sessions"]["refused"].as_str().unwrap();
    assert!(refused.contains("SessionCount"), "{refused}");
    device.control.set("fails:generate");
    let report = device.probe(&["--keys"], 0);
    assert!(report["keys"][0]["refused"].is_string(), "{report}");
    assert_eq!(report["keys"][0]["generated_us"], Value::Null);
}

#[test]
fn a_wrong_pin_is_sent_once_and_one_on_its_last_try_is_not_sent() {
    let device = Device::new();
    fs::write(device.environment.path("root.pin"), "00000000").unwrap();
    let report = device.probe(&["--keys"], 5);
    assert_eq!(report["stopped"]["code"], "hsm-pin-incorrect", "{report}");
    assert_eq!(device.control.pins(), ["user"]);
    device.control.forget_pins();
    device.control.set("final-try");
    let report = device.probe(&["--keys"], 5);
    assert_eq!(report["stopped"]["code"], "hsm-pin-withheld", "{report}");
    assert_eq!(device.control.pins(), [""; 0]);
    // The state is a contradiction as well: a server could not log in.
    assert_eq!(report["contradictions"][0]["code"], "probe-pin");
}

#[test]
fn a_pin_on_the_command_line_is_refused_and_not_repeated() {
    let device = Device::new();
    let output = device.run(&["--keys", "--pin", "90417352"]);
    assert_eq!(output.status.code(), Some(2));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    // clap repeats the value of a wrong argument; nothing here may.
    assert!(!text.contains("90417352"), "{text}");
    let text = device
        .environment
        .expect(&["probe", "--profile", "softhsm3"], 2);
    assert!(text.contains("unknown profile"), "{text}");
}

#[test]
fn what_contradicts_the_specification_is_named_and_apply_changes_nothing() {
    let environment = Environment::new();
    let conf = environment.hsm.path().join("softhsm2.conf");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(
        &conf,
        text + "slots.mechanisms = CKM_RSA_PKCS_KEY_PAIR_GEN,CKM_RSA_PKCS\n",
    )
    .unwrap();
    environment.edit(
        "id = \"audit\"\ntoken = \"issuing\"\nalgorithm = \"ec-p256\"",
        "id = \"audit\"\ntoken = \"issuing\"\nalgorithm = \"rsa-2048\"",
    );
    let before = environment.files();
    let text = environment.expect(&["probe"], 8);
    for key in ["root-ca", "customer-ca"] {
        let line = format!("CONTRADICTS key.{key}.algorithm: The token generates no keys");
        assert!(text.contains(&line), "{text}");
    }
    assert!(!text.contains("key.audit"), "{text}");
    let text = environment.expect(&["apply"], 7);
    assert!(
        text.contains("[apply-conflict]") && text.contains("generates no such keys"),
        "{text}"
    );
    assert_eq!(environment.files(), before);

    environment.edit(
        "profile = \"softhsm2\"",
        &format!(
            "profile = \"yubihsm2\"\nmodule = {:?}",
            environment.hsm.module_path()
        ),
    );
    environment.edit("so_pin = { file = \"root-so.pin\" }\n", "");
    let text = environment.expect(&["probe"], 8);
    assert!(
        text.contains(
            "CONTRADICTS profile: The profile is yubihsm2, but the device looks like softhsm2"
        ),
        "{text}"
    );
    assert!(
        text.contains("CONTRADICTS token.root: There is no initialised token \"root\""),
        "{text}"
    );
}

#[test]
fn a_pin_that_is_shared_is_neither_prompted_for_nor_needed_without_keys() {
    let device = Device::new();
    device.environment.edit(
        "pin = { file = \"issuing.pin\" }",
        "pin = { shares = \"issuing.shares.json\" }",
    );
    let refused = device.run(&["--token", "issuing", "--keys"]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{text}");
    assert!(text.contains("probe-pin-shared"), "{text}");
    assert!(device.control.pins().is_empty());
    let read = device.run(&["--token", "issuing"]);
    assert_eq!(read.status.code(), Some(0), "{read:?}");
    // A source that is named is used.
    let probed = device.run(&["--token", "issuing", "--keys", "--pin", "file:nowhere"]);
    let text = String::from_utf8_lossy(&probed.stdout);
    assert_eq!(probed.status.code(), Some(5), "{text}");
    assert!(text.contains("pin-file-unreadable"), "{text}");
}
