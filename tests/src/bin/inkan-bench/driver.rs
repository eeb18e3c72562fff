//! What it costs that the HSM's module is in a process of its own: the same signatures with the module in the process that
//! wants them, and through `inkan-hsm-driver`.

use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use inkan_hsm_config::Spec;
use inkan_hsm_driver::frame::Link;
use inkan_hsm_driver::handover;
use inkan_hsm_driver::message::{MAX_REPLY, MAX_REQUEST, Reply, Request, Sandbox, Start, WirePin};
use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::pkcs11::keys::find_private_key;
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::sign::sign;
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_pki::x509::summary::CertificateSummary;
use inkan_tests::bank::Bank;
use inkan_tests::{Outcome, programs};

use crate::results::cpu_seconds;

/// Rounds; the kinds alternate, so that what else the machine does affects all of them.
const ROUNDS: usize = 12;
/// Signatures of each kind in a round.
const SIGNATURES: usize = 5_000;
/// Before the clock starts.
const WARM_UP: usize = 300;
/// What is measured.
const KINDS: [(&str, &str); 3] = [
    ("the module in the same process", "within"),
    ("through `inkan-hsm-driver`", "beside"),
    (
        "an exchange with `inkan-hsm-driver` without a signature",
        "exchange",
    ),
];

/// One way to sign, in microseconds for each signature.
pub(crate) struct Cost {
    pub(crate) what: &'static str,
    /// Processor time of all processes that take part, in each round.
    pub(crate) cpu: Vec<f64>,
    /// Time, in each round.
    pub(crate) time: Vec<f64>,
}

/// Signs on the bank's token, in a child process: the token's configuration is read from the environment of a process.
pub(crate) fn measure(bank: &Bank) -> Outcome<Vec<Cost>> {
    let mut costs = KINDS.map(|(what, _)| Cost {
        what,
        cpu: Vec::new(),
        time: Vec::new(),
    });
    for _ in 0..ROUNDS {
        for ((_, kind), cost) in KINDS.iter().zip(&mut costs) {
            let mut child = Command::new(std::env::current_exe()?);
            child.args(["driver-sign", kind]).arg(&bank.dev.hsm_spec);
            child.env("SOFTHSM2_CONF", &bank.dev.softhsm_conf);
            let said = programs::run(&mut child)?.expect_well()?;
            let (cpu, time) = said.trim().split_once(' ').ok_or("two numbers")?;
            cost.cpu.push(cpu.parse::<f64>()? * 1e6);
            cost.time.push(time.parse::<f64>()? * 1e6);
        }
    }
    Ok(costs.into())
}

/// The child: prints the seconds of processor time and of time for each signature.
#[allow(clippy::print_stdout, reason = "for its parent")]
pub(crate) fn child(arguments: &[&str]) -> Outcome {
    let [kind, spec] = arguments else {
        return Err("driver-sign within|beside|exchange SPEC".into());
    };
    let key = Key::of(Path::new(spec))?;
    let (cpu, time) = match *kind {
        "within" => within(&key)?,
        "beside" => beside(&key, |message| Request::Sign {
            spki: key.spki.clone().into(),
            scheme: key.scheme,
            message: message.to_vec().into(),
        })?,
        "exchange" => beside(&key, |_| Request::LoginState)?,
        other => return Err(format!("{other}: not one of the kinds").into()),
    };
    println!("{cpu} {time}");
    Ok(())
}

/// The customer CA's key.
struct Key {
    spec: Spec,
    selector: TokenSelector,
    pin: inkan_pki::secret::Pin,
    spki: Vec<u8>,
    scheme: SignatureScheme,
}

impl Key {
    fn of(spec: &Path) -> Outcome<Self> {
        let spec = Spec::load(spec)?;
        let key = spec.key("customer-ca").ok_or("no customer CA")?;
        let token = spec.token(&key.token).ok_or("no such token")?;
        let der = inkan_hsm_config::chain::certificate_der(&spec, "customer-ca")?;
        Ok(Self {
            selector: TokenSelector::Label(token.label.clone()),
            pin: token.read_pin(false)?,
            spki: CertificateSummary::parse(&der)?.spki_der,
            scheme: key.algorithm.default_scheme(),
            spec,
        })
    }
}

fn within(key: &Key) -> Outcome<(f64, f64)> {
    let module = Module::load(&key.spec.module_path()?)?;
    let token = module.find_token(&key.selector)?;
    let session = Session::open(&module, &token, Access::ReadOnly)?;
    log_in_once(&session, PinOwner::User, &key.pin)?;
    let private = find_private_key(&session, &key.spki)?;
    cost(&[std::process::id()], |message| {
        sign(&session, &private, key.scheme, message)?;
        Ok(())
    })
}

/// With the module in the driver's process.
fn beside(key: &Key, request: impl Fn(&[u8]) -> Request) -> Outcome<(f64, f64)> {
    let (control, theirs) = UnixStream::pair()?;
    let mut driver = Driver(
        Command::new(programs::built(inkan_hsm_driver::PROGRAM)?)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()?,
    );
    let mut link = Link::new(control);
    let start = Start {
        module: key.spec.module_path()?.as_os_str().as_bytes().to_vec(),
        network: false,
        programs: false,
    };
    link.send(&start, MAX_REPLY)?;
    link.receive::<Sandbox>(MAX_REPLY)?;
    let control = link.into_stream();
    let (ours, theirs) = UnixStream::pair()?;
    handover::pass(&control, &theirs)?;
    drop(theirs);
    let mut link = Link::new(ours);
    let mut call = |request: Request| -> Outcome {
        link.send(&request, MAX_REQUEST)?;
        match link.receive::<Reply>(MAX_REPLY)? {
            Reply::Failed(failure) => Err(failure.detail.into()),
            _ => Ok(()),
        }
    };
    call(Request::Load)?;
    call(Request::FindToken(key.selector.clone()))?;
    call(Request::Open)?;
    call(Request::SendPin(WirePin(key.pin.clone())))?;
    let pids = [std::process::id(), driver.0.id()];
    let cost = cost(&pids, |message| call(request(message)))?;
    drop(control);
    driver.0.wait()?;
    Ok(cost)
}

/// Killed if the measurement fails.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Processor time of these processes, and time, for each signature.
#[allow(clippy::cast_precision_loss, reason = "a small number")]
fn cost(pids: &[u32], mut sign: impl FnMut(&[u8]) -> Outcome) -> Outcome<(f64, f64)> {
    let used = || {
        pids.iter()
            .map(|pid| cpu_seconds(*pid))
            .sum::<Outcome<f64>>()
    };
    let mut message = [0_u8; 600];
    let (mut before, mut begin) = (used()?, Instant::now());
    for number in 0..WARM_UP + SIGNATURES {
        if number == WARM_UP {
            (before, begin) = (used()?, Instant::now());
        }
        // Never the same message twice.
        message[..8].copy_from_slice(&(number as u64).to_be_bytes());
        sign(&message)?;
    }
    let each = |seconds: f64| seconds / SIGNATURES as f64;
    Ok((each(used()? - before), each(begin.elapsed().as_secs_f64())))
}
