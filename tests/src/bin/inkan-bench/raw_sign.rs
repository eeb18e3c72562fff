//! C_Sign with the customer CA's key on the bank's own token, by a process that does nothing else: the limit of the token.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use inkan_hsm_config::Spec;
use inkan_pki::pkcs11::keys::find_private_key;
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::sign::sign;
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_pki::x509::summary::CertificateSummary;
use inkan_tests::bank::Bank;
use inkan_tests::{Outcome, programs};

use crate::table::Row;

/// How long to sign.
const FOR: Duration = Duration::from_secs(3);

/// Signs on the bank's token with `threads` sessions, in a child process: the token's configuration is read from the
/// environment of a process.
pub(crate) fn measure(bank: &Bank, threads: usize) -> Outcome<Row> {
    let mut child = Command::new(std::env::current_exe()?);
    child
        .args(["raw-sign", &threads.to_string()])
        .arg(&bank.dev.hsm_spec);
    let said = programs::run(child.env("SOFTHSM2_CONF", &bank.dev.softhsm_conf))?.expect_well()?;
    let times: Vec<Duration> = said
        .lines()
        .map(|l| l.parse().map(Duration::from_nanos))
        .collect::<Result<_, _>>()?;
    Ok(Row::of(
        format!("C_Sign on the same token, {threads} sessions"),
        times,
        FOR,
        None,
    ))
}

/// The child: prints the nanoseconds of each signature.
pub(crate) fn child(arguments: &[&str]) -> Outcome {
    let [threads, spec] = arguments else {
        return Err("raw-sign THREADS SPEC".into());
    };
    let (threads, spec): (usize, Spec) = (threads.parse()?, Spec::load(Path::new(spec))?);
    let module = Module::load(&spec.module_path()?)?;
    let key = spec
        .key("customer-ca")
        .ok_or("the specification has no customer CA")?;
    let token = spec
        .token(&key.token)
        .ok_or("the specification has no such token")?;
    let spki = CertificateSummary::parse(&inkan_hsm_config::chain::certificate_der(
        &spec,
        "customer-ca",
    )?)?
    .spki_der;
    let (info, pin) = (
        module.find_token(&TokenSelector::Label(token.label.clone()))?,
        token.read_pin(false)?,
    );

    let barrier = Barrier::new(threads);
    let work = || -> Outcome<Vec<u128>> {
        let session = Session::open(&module, &info, Access::ReadOnly)?;
        log_in_once(&session, PinOwner::User, &pin)?;
        let key = find_private_key(&session, &spki)?;
        barrier.wait();
        let (begin, mut times, mut message) = (Instant::now(), Vec::new(), [0_u8; 600]);
        while begin.elapsed() < FOR {
            // Never the same message twice.
            message[..8].copy_from_slice(&(times.len() as u64).to_be_bytes());
            let one = Instant::now();
            sign(&session, &key, key.algorithm.default_scheme(), &message)?;
            times.push(one.elapsed().as_nanos());
        }
        Ok(times)
    };
    let all: Vec<Outcome<Vec<u128>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|t| {
                t.join()
                    .unwrap_or_else(|_| Err("a thread ended badly".into()))
            })
            .collect()
    });
    let mut out = std::io::stdout().lock();
    for times in all {
        for time in times? {
            writeln!(out, "{time}")?;
        }
    }
    Ok(())
}
