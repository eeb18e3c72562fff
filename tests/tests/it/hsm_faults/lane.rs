//! One bank, one cell after the other, under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use inkan_hostile_module::control::Control;
use inkan_tests::hostile::{self, HostileBank};
use inkan_tests::machine::Machine;
use inkan_tests::{Outcome, whole_story};

use super::clients::{Clients, NO_CRL, Try, WITHHELD};
use super::customers::{all_succeed, load};
use super::supply::{Applicant, Supply};
use super::table::{Cell, When};

/// How long a step may take on a busy machine: the longest wait of the product is that after a PIN without a clear answer.
const LIMIT: Duration = Duration::from_secs(240);
const PAUSE: Duration = Duration::from_millis(200);
/// CKR_CRYPTOKI_NOT_INITIALIZED: the product closes everything and opens it again.
const LIBRARY_LOST: u64 = 0x190;

/// What happened in a cell.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) cell: Cell,
    /// The user of the cell's request, and its id.
    pub(crate) user: String,
    pub(crate) request: String,
    /// What the clients saw while the fault lasted.
    pub(crate) issue: String,
    pub(crate) ocsp: String,
    pub(crate) crl: String,
    /// Answers to the PINs that reached the module.
    pub(crate) logins: Vec<bool>,
    /// What an operator did.
    pub(crate) operator: String,
    /// From the end of the fault to the next success of all three.
    pub(crate) recovery: Duration,
}

impl Seen {
    /// PINs in a row that the token did not accept, at most.
    pub(crate) fn unaccepted(&self) -> usize {
        let runs = self.logins.split(|accepted| *accepted);
        runs.map(<[bool]>::len).max().unwrap_or_default()
    }

    pub(crate) fn summary(&self) -> String {
        format!(
            "issue {}, OCSP {}, CRL {}, PINs {:?}, operator {:?}, success after {:.1} s",
            self.issue,
            self.ocsp,
            self.crl,
            self.logins,
            self.operator,
            self.recovery.as_secs_f64()
        )
    }
}

pub(crate) struct Lane {
    pub(crate) hostile: HostileBank,
    clients: Clients,
    machine: Machine,
    supply: Arc<Supply>,
    stop: Arc<AtomicBool>,
    load: Option<JoinHandle<Result<Vec<String>, String>>>,
}

impl Lane {
    pub(crate) fn open() -> Outcome<Self> {
        let hostile = HostileBank::open()?;
        let (clients, machine) = (
            Clients::of(&hostile.bank)?,
            Machine::new(&hostile.bank.dev)?,
        );
        let (supply, stop) = (
            Arc::new(Supply::default()),
            Arc::new(AtomicBool::new(false)),
        );
        supply.fill(&hostile.bank, &machine)?;
        let load = {
            let (clients, machine) = (clients.clone(), Machine::new(&hostile.bank.dev)?);
            let (supply, stop) = (Arc::clone(&supply), Arc::clone(&stop));
            std::thread::spawn(move || {
                load(&clients, &machine, &supply, &stop).map_err(|e| whole_story(e.as_ref()))
            })
        };
        Ok(Self {
            hostile,
            clients,
            machine,
            supply,
            stop,
            load: Some(load),
        })
    }

    /// The functions that reached the module.
    pub(crate) fn called(&self) -> Vec<String> {
        self.hostile.control.called()
    }

    /// Ends the load; the users whose certificates it requested.
    pub(crate) fn end_load(&mut self) -> Outcome<Vec<String>> {
        self.stop.store(true, Ordering::Relaxed);
        let load = self.load.take().ok_or("it has ended")?;
        Ok(load.join().map_err(|_| "the load panicked")??)
    }

    pub(crate) fn log_end(&self) -> String {
        let log = self.hostile.bank.log().unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    pub(crate) fn run(&mut self, cell: Cell) -> Outcome<Seen> {
        self.supply.fill(&self.hostile.bank, &self.machine)?;
        let control = self.hostile.control.clone();
        let (logins, struck) = (control.logins().len(), control.struck(cell.function));
        let one = self.supply.applicant()?;
        let fault = format!("answers:{}:{:#x}", cell.function, cell.code);
        match cell.when {
            When::Signing => control.set(&fault),
            When::Opening => {
                control.set(&format!(
                    "{fault} {}",
                    Control::answers_once("C_Sign", LIBRARY_LOST)
                ));
                wait("the function is called", || {
                    Ok(control.struck(cell.function) > struck)
                })?;
            }
        }
        let (issue, ocsp, crl) = self.while_it_lasts(&one)?;
        if control.struck(cell.function) == struck {
            return Err("the function was never called".into());
        }
        control.set("");
        let lifted = Instant::now();
        let operator = self.until_all_succeed(&one)?;
        let recovery = lifted.elapsed();
        let answers = control.logins();
        Ok(Seen {
            cell,
            user: one.work.user.clone(),
            request: one.work.request.clone(),
            issue: told(&issue),
            ocsp: told(&ocsp),
            crl: told(&crl),
            logins: answers.get(logins..).unwrap_or_default().to_vec(),
            operator,
            recovery,
        })
    }

    /// One try of each.
    fn while_it_lasts(&self, one: &Applicant) -> Outcome<(Try, Try, Try)> {
        std::thread::scope(|scope| {
            let issue = scope.spawn(|| self.clients.issue(&self.machine, one).map(drop));
            let ocsp = scope.spawn(|| self.clients.ocsp());
            let crl = self.revoked_and_listed()?;
            let join = |thread: std::thread::ScopedJoinHandle<'_, Try>| {
                thread.join().map_err(|_| "a client panicked".to_owned())
            };
            Ok((join(issue)?, join(ocsp)?, crl))
        })
    }

    /// A certificate is revoked; it is on the next CRL, or the last valid CRL stays.
    fn revoked_and_listed(&self) -> Outcome<Try> {
        let before = self.clients.logged(NO_CRL)?;
        let owner = self.supply.owner()?;
        self.clients.revoke(&owner)?;
        let mut seen = Ok(());
        wait("the CRL is published or is not", || {
            if self.clients.is_listed(&owner)? {
                return Ok(true);
            }
            if self.clients.logged(NO_CRL)? > before {
                seen = Err("last CRL stays".to_owned());
                return Ok(true);
            }
            Ok(false)
        })?;
        Ok(seen)
    }

    /// Each repeats until it succeeds; the operator acts when nothing else helps. Returns what the operator did.
    fn until_all_succeed(&mut self, one: &Applicant) -> Outcome<String> {
        let (clients, supply) = (self.clients.clone(), Arc::clone(&self.supply));
        let machine = Machine::new(&self.hostile.bank.dev)?;
        let open = AtomicBool::new(true);
        std::thread::scope(|scope| {
            let customers = scope.spawn(|| {
                let done = all_succeed(&clients, &machine, &supply, one)
                    .map_err(|e| whole_story(e.as_ref()));
                open.store(false, Ordering::Relaxed);
                done
            });
            let mut acts = Vec::new();
            while open.load(Ordering::Relaxed) {
                if acts.len() < 2 && self.needs_operator() {
                    let act = self.act(acts.is_empty());
                    acts.push(act.map_err(|e| whole_story(e.as_ref()))?);
                }
                sleep(PAUSE);
            }
            let chain = customers
                .join()
                .map_err(|_| "a customer panicked".to_owned())??;
            supply
                .activate(&self.hostile.bank, one, chain)
                .map_err(|e| whole_story(e.as_ref()))?;
            Ok::<_, String>(acts.join(", then "))
        })
        .map_err(Into::into)
    }

    fn needs_operator(&self) -> bool {
        hostile::needs_operator(&self.clients.dev.operations).unwrap_or_default()
    }

    /// SIGHUP provides the PIN again; one that the token has refused is not sent again, and a restart is needed.
    fn act(&mut self, first: bool) -> Outcome<String> {
        if !first {
            self.hostile.bank.restart_as_serve()?;
            self.machine = Machine::new(&self.hostile.bank.dev)?;
            return Ok("restart".to_owned());
        }
        let withheld = self.clients.logged(WITHHELD)?;
        self.hostile.bank.signal("-HUP")?;
        let mut provided = "SIGHUP";
        wait("the PIN is sent or withheld", || {
            if self.clients.logged(WITHHELD)? > withheld {
                provided = "SIGHUP: the PIN is withheld";
                return Ok(true);
            }
            Ok(!self.needs_operator())
        })?;
        Ok(provided.to_owned())
    }
}

fn told<T>(seen: &Try<T>) -> String {
    match seen {
        Ok(_) => "success".to_owned(),
        Err(seen) => seen.clone(),
    }
}

/// Repeats until it is so.
pub(crate) fn wait(what: &str, mut so: impl FnMut() -> Outcome<bool>) -> Outcome {
    let end = Instant::now() + LIMIT;
    while !so()? {
        if Instant::now() > end {
            return Err(format!("not within {} s: {what}", LIMIT.as_secs()).into());
        }
        sleep(PAUSE);
    }
    Ok(())
}
