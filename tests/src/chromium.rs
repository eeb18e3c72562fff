//! A real browser: Chromium, driven by the scripts in `tests/browser`.
//!
//! The harness creates bank, token and customer; a script is the customer in front of the browser. Its input is one
//! JSON file in the customer's own directory, which is also the browser's HOME.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::Outcome;
use crate::bank::Bank;
use crate::customer::Customer;
use crate::desks::Desk;
use crate::programs::{self, Said};
use crate::screens::customer::Person;

/// How long one script may take; after that it receives a signal and closes its browser.
const TIMEOUT: Duration = Duration::from_secs(240);

/// How the browser accesses the customer's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pin {
    /// `tests/browser/token-shim` supplies the PIN.
    GivenByShim,
    /// The token's own module; the browser prompts in its dialog.
    AskedByBrowser,
}

/// A customer in front of a browser, with a token, and their bank.
#[derive(Debug)]
pub struct Stage {
    /// The bank.
    pub bank: Bank,
    /// The person's PC.
    pub customer: Customer,
    /// The person.
    pub person: Person,
}

impl Stage {
    /// The demo's bank, and データ花子 with an empty token whose agent has the bank file.
    pub fn open() -> Outcome<Self> {
        Self::at(Bank::open()?)
    }

    /// The same at a bank that is already running.
    pub fn at(bank: Bank) -> Outcome<Self> {
        let customer = Customer::with_token("OOZORA")?;
        customer.install_bank(&bank.dev.bank_config)?;
        Ok(Self {
            bank,
            customer,
            person: Person::hanako(),
        })
    }

    /// Runs `tests/browser/<script>` with further arguments. The browser has no window and never prompts for the PIN.
    pub fn play(&self, script: &str, arguments: &[&str]) -> Outcome {
        self.perform(script, arguments, Pin::GivenByShim)
    }

    /// The same with the token's own module: the browser prompts for the PIN in a dialog, and so needs a window.
    pub fn play_in_window(&self, script: &str) -> Outcome {
        self.perform(script, &[], Pin::AskedByBrowser)
    }

    /// As [`Self::play`], with members of staff whose browsers have their own tokens (`scene.desks`).
    pub fn play_with(&self, desks: &[Desk], script: &str, arguments: &[&str]) -> Outcome {
        let mut scene = describe(&self.bank, &self.customer, &self.person, Pin::GivenByShim)?;
        let shim = shim()?;
        scene["desks"] = desks.iter().map(|desk| desk.describe(&shim)).collect();
        perform(script, arguments, self.customer.home(), &scene)
    }

    fn perform(&self, script: &str, arguments: &[&str], pin: Pin) -> Outcome {
        let scene = describe(&self.bank, &self.customer, &self.person, pin)?;
        perform(script, arguments, self.customer.home(), &scene)
    }
}

/// Runs `tests/browser/<script>` with `scene` as its input; `home` is the browser's HOME.
pub fn perform(script: &str, arguments: &[&str], home: &Path, scene: &Value) -> Outcome {
    let directory = programs::repository().join("tests/browser");
    if !directory.join("node_modules/playwright-core").is_dir() {
        return Err(
            "the browser's driver is not installed; run: scripts/install-packages test".into(),
        );
    }
    let file = home.join("scene.json");
    fs::write(&file, serde_json::to_vec(scene)?)?;
    let (out, err) = (home.join("script.out"), home.join("script.err"));
    let mut process = Command::new("node")
        .arg(directory.join(script))
        .arg(&file)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out)?)
        .stderr(fs::File::create(&err)?)
        .spawn()
        .map_err(|e| format!("node: {e}; run: scripts/install-packages test"))?;
    let code = wait(&mut process)?;
    let said = Said {
        code,
        out: fs::read_to_string(out)?,
        err: fs::read_to_string(err)?,
    };
    said.expect_well()
        .map_err(|told| format!("{script}: {told}"))?;
    Ok(())
}

fn describe(bank: &Bank, customer: &Customer, person: &Person, pin: Pin) -> Outcome<Value> {
    let dev: Value = serde_json::from_slice(&fs::read(bank.data().join("dev.json"))?)?;
    let module = customer.hsm.module_path();
    let token: Value = customer
        .hsm
        .env()
        .into_iter()
        .map(|(k, v)| (k.to_owned(), Value::String(v.display().to_string())))
        .collect();
    let module = match pin {
        Pin::AskedByBrowser => json!({ "path": module, "env": token }),
        Pin::GivenByShim => {
            let mut env = token;
            env["INKAN_SHIM_MODULE"] = json!(module);
            env["INKAN_SHIM_PIN_FILE"] = json!(customer.pin_file());
            json!({ "path": shim()?, "env": env })
        }
    };
    Ok(json!({
        "dev": dev,
        "person": {
            "name": person.name,
            "email": person.email,
            "login_id": person.login_id,
            "login_password": person.login_password,
            "confirmation_password": person.confirmation_password,
        },
        "home": customer.home(),
        "module": module,
        "pin_file": customer.pin_file(),
        "agent": agent(customer),
        "pictures": pictures(),
    }))
}

/// The agent's command line and environment; the script appends the link.
pub(crate) fn agent(customer: &Customer) -> Value {
    let command = customer.following("");
    let mut args: Vec<String> = command
        .get_args()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    args.pop();
    let env: Value = command
        .get_envs()
        .filter_map(|(k, v)| {
            Some((
                k.to_string_lossy().into_owned(),
                Value::String(v?.to_string_lossy().into_owned()),
            ))
        })
        .collect();
    json!({ "program": command.get_program().to_string_lossy(), "args": args, "env": env })
}

fn shim() -> Outcome<PathBuf> {
    programs::built("libinkan_token_shim.so")
}

/// Where `make screens` expects its pictures.
fn pictures() -> Option<PathBuf> {
    let wanted = std::env::var_os("INKAN_SCREENS")?;
    Some(programs::repository().join(Path::new(&wanted)))
}

fn wait(process: &mut Child) -> Outcome<Option<i32>> {
    let deadline = Instant::now() + TIMEOUT;
    let mut told = false;
    loop {
        if let Some(status) = process.try_wait()? {
            return Ok(status.code());
        }
        let late = Instant::now().saturating_duration_since(deadline);
        if !told && late > Duration::ZERO {
            // The driver closes its browser on this signal.
            kill_process(Pid::from_child(process), Signal::TERM)?;
            told = true;
        }
        if late > Duration::from_secs(10) {
            process.kill()?;
        }
        sleep(Duration::from_millis(50));
    }
}
