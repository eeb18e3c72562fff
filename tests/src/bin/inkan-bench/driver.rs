//! What it costs that the HSM's module is in a process of its own: the same signatures with the module in the process that
//! wants them, and through `inkan-hsm-driver`.

use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
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
/// What is measured, and in how many sessions at once.
const KINDS: [(&str, &str, usize); 5] = [
    ("one session, the module in the same process", "within", 1),
    ("one session through `inkan-hsm-driver`", "beside", 1),
    (
        "one session, an exchange with `inkan-hsm-driver` without a signature",
        "exchange",
        1,
    ),
    (
        "eight sessions, the module in the same process",
        "within",
        8,
    ),
    ("eight sessions through `inkan-hsm-driver`", "beside", 8),
];

/// One way to sign, in microseconds for each signature.
pub(crate) struct Cost {
    pub(crate) what: &'static str,
    /// The row that it is compared with.
    pub(crate) beside: Option<usize>,
    /// Processor time of all processes that take part, in each round.
    pub(crate) cpu: Vec<f64>,
    /// Time, in each round.
    pub(crate) time: Vec<f64>,
}

/// Signs on the bank's token, in a child process: the token's configuration is read from the environment of a process.
pub(crate) fn measure(bank: &Bank) -> Outcome<Vec<Cost>> {
    let mut costs = KINDS.map(|(what, kind, sessions)| Cost {
        what,
        // The first row with as many sessions is the module in the same process.
        beside: KINDS
            .iter()
            .position(|&(_, _, same)| same == sessions)
            .filter(|_| kind == "beside"),
        cpu: Vec::new(),
        time: Vec::new(),
    });
    for _ in 0..ROUNDS {
        for ((_, kind, sessions), cost) in KINDS.iter().zip(&mut costs) {
            let mut child = Command::new(std::env::current_exe()?);
            child.args(["driver-sign", kind, &sessions.to_string()]);
            child.arg(&bank.dev.hsm_spec);
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
    let [kind, sessions, spec] = arguments else {
        return Err("driver-sign within|beside|exchange SESSIONS SPEC".into());
    };
    let (key, sessions) = (Key::of(Path::new(spec))?, sessions.parse()?);
    let (cpu, time) = match *kind {
        "within" => within(&key, sessions)?,
        "beside" => beside(&key, sessions, |key, message| Request::Sign {
            spki: key.spki.clone().into(),
            scheme: key.scheme,
            message: message.to_vec().into(),
        })?,
        "exchange" => beside(&key, sessions, |_, _| Request::LoginState)?,
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

fn within(key: &Key, sessions: usize) -> Outcome<(f64, f64)> {
    let module = Module::load(&key.spec.module_path()?)?;
    let token = module.find_token(&key.selector)?;
    let open = || -> Outcome<_> {
        let session = Session::open(&module, &token, Access::ReadOnly)?;
        Ok(session)
    };
    let all = (0..sessions).map(|_| open()).collect::<Outcome<Vec<_>>>()?;
    let first = all.first().ok_or("no session")?;
    log_in_once(first, PinOwner::User, &key.pin)?;
    let signers = all.into_iter().map(|session| -> Outcome<_> {
        let private = find_private_key(&session, &key.spki)?;
        Ok(move |message: &[u8]| -> Outcome {
            sign(&session, &private, key.scheme, message)?;
            Ok(())
        })
    });
    cost(&[std::process::id()], signers.collect::<Outcome<_>>()?)
}

/// With the module in the driver's process.
fn beside(key: &Key, sessions: usize, request: fn(&Key, &[u8]) -> Request) -> Outcome<(f64, f64)> {
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
    let open = |first: bool| -> Outcome<_> {
        let (ours, theirs) = UnixStream::pair()?;
        handover::pass(&control, &theirs)?;
        drop(theirs);
        let mut link = Link::new(ours);
        if first {
            call(&mut link, &Request::Load)?;
            call(&mut link, &Request::FindToken(key.selector.clone()))?;
        }
        call(&mut link, &Request::Open)?;
        if first {
            call(&mut link, &Request::SendPin(WirePin(key.pin.clone())))?;
        }
        Ok(move |message: &[u8]| call(&mut link, &request(key, message)))
    };
    let callers = (0..sessions).map(|number| open(number == 0));
    let callers = callers.collect::<Outcome<_>>()?;
    let cost = cost(&[std::process::id(), driver.0.id()], callers)?;
    drop(control);
    driver.0.wait()?;
    Ok(cost)
}

fn call(link: &mut Link, request: &Request) -> Outcome {
    link.send(request, MAX_REQUEST)?;
    match link.receive::<Reply>(MAX_REPLY)? {
        Reply::Failed(failure) => Err(failure.detail.into()),
        _ => Ok(()),
    }
}

/// Killed if the measurement fails.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Processor time of these processes, and time, for each signature, while these all sign.
#[allow(clippy::cast_precision_loss, reason = "a small number")]
fn cost<S>(pids: &[u32], signers: Vec<S>) -> Outcome<(f64, f64)>
where
    S: FnMut(&[u8]) -> Outcome + Send,
{
    let used = || {
        pids.iter()
            .map(|pid| cpu_seconds(*pid))
            .sum::<Outcome<f64>>()
    };
    let sessions = signers.len();
    let each = SIGNATURES / sessions;
    // Everybody has warmed up; the clock has been started.
    let (warm, started) = (Barrier::new(sessions + 1), Barrier::new(sessions + 1));
    thread::scope(|scope| -> Outcome<_> {
        let begun = signers.into_iter().enumerate().map(|(session, mut sign)| {
            let (warm, started) = (&warm, &started);
            scope.spawn(move || {
                let mut many = |from: usize, count: usize| {
                    let mut message = [0_u8; 600];
                    for number in from..from + count {
                        // Never the same message twice.
                        message[..8].copy_from_slice(&(number as u64).to_be_bytes());
                        message[8] = session as u8;
                        sign(&message).map_err(|error| error.to_string())?;
                    }
                    Ok::<(), String>(())
                };
                let warmed = many(0, WARM_UP);
                warm.wait();
                started.wait();
                warmed.and_then(|()| many(WARM_UP, each))
            })
        });
        let begun: Vec<_> = begun.collect();
        warm.wait();
        let (before, begin) = (used(), Instant::now());
        started.wait();
        for signer in begun {
            signer.join().map_err(|_| "a signer panicked")??;
        }
        let (cpu, time) = (used()? - before?, begin.elapsed().as_secs_f64());
        let count = (each * sessions) as f64;
        Ok((cpu / count, time / count))
    })
}
