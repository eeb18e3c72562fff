//! Customers who request certificates and log in at a steady rate, and wait as long as it takes: what they notice of the HSM.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::browser::Browser;
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::seed::{self, Work};
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, certificates, requests, whole_story};

/// Customers who request certificates at the same time.
const ISSUING: usize = 4;
/// Each requests one as often as this, unless it takes longer.
const ISSUE_EVERY: Duration = Duration::from_millis(400);
const LOGIN_EVERY: Duration = Duration::from_millis(100);
/// Until a request that was refused is repeated.
const RETRY: Duration = Duration::from_millis(100);
/// Customers written at once.
const CHUNK: usize = 100;

/// A user who can log in.
pub(crate) struct User {
    identity: Identity,
    password: String,
}

impl User {
    /// The demo's customer, registered, with a certificate whose key is in memory.
    pub(crate) fn at(bank: &Bank) -> Outcome<Self> {
        let (dev, person) = (&bank.dev, Person::hanako());
        let browser = Browser::new(&dev.server_ca)?;
        customer::register(&browser, dev, &dev.demo, &person)?;
        counter::approve_waiting(dev, &dev.demo.account)?;
        let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
        let page = customer::press_issue(&browser, &page.must_show("BSMS002")?)?;
        let ticket = Machine::new(dev)?
            .pick_up(&customer::agent_link(&page)?)?
            .granted()?;
        let (key, csr) = requests::honest()?;
        let chain = Machine::new(dev)?.enrol(&ticket, &csr)?.granted()?;
        let identity = certificates::soft(chain, &key);
        Machine::presenting(dev, &identity)?.activate()?.granted()?;
        Ok(Self {
            identity,
            password: person.login_password,
        })
    }

    /// A new connection with the certificate, and the password.
    fn log_in(&self, dev: &Dev) -> Outcome {
        let browser = Browser::presenting(&dev.server_ca, &self.identity)?;
        customer::log_in_with_certificate(&browser, dev, &self.password)?.must_show("BTOP001")?;
        Ok(())
    }
}

/// How long one customer waited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waited {
    /// From the first request to the success.
    pub(crate) time: Duration,
    /// Requests that were refused before.
    pub(crate) refused: usize,
}

/// All who came.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) issues: Vec<Waited>,
    pub(crate) logins: Vec<Duration>,
}

/// A worker's result; its error is text, because it crosses threads.
type Worker<T> = JoinHandle<Result<Vec<T>, String>>;

/// The customers, until they are sent home.
pub(crate) struct Traffic {
    stop: Arc<AtomicBool>,
    issues: Vec<Worker<Waited>>,
    logins: Worker<Duration>,
}

impl Traffic {
    /// Begins. `seconds`: how long it will be at most, for which enough customers are written now.
    pub(crate) fn start(bank: &Bank, user: &Arc<User>, seconds: u64) -> Outcome<Self> {
        let each = Duration::from_secs(seconds).as_millis() / ISSUE_EVERY.as_millis();
        let wanted = ISSUING * usize::try_from(each)? + CHUNK;
        let work = Arc::new(Mutex::new(seed::requests(bank, wanted)?));
        let stop = Arc::new(AtomicBool::new(false));
        let issues = (0..ISSUING).map(|_| {
            let (dev, work, stop) = (bank.dev.clone(), Arc::clone(&work), Arc::clone(&stop));
            std::thread::spawn(move || {
                issue(&dev, &work, &stop).map_err(|e| whole_story(e.as_ref()))
            })
        });
        let issues = issues.collect();
        let (dev, user) = (bank.dev.clone(), Arc::clone(user));
        let until = Arc::clone(&stop);
        let logins = std::thread::spawn(move || {
            log_in(&dev, &user, &until).map_err(|e| whole_story(e.as_ref()))
        });
        Ok(Self {
            stop,
            issues,
            logins,
        })
    }

    /// Nobody new comes; those who wait are served.
    pub(crate) fn end(self) -> Outcome<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        let mut seen = Seen::default();
        for worker in self.issues {
            seen.issues.extend(joined(worker)?);
        }
        seen.logins = joined(self.logins)?;
        Ok(seen)
    }
}

fn joined<T>(worker: Worker<T>) -> Outcome<Vec<T>> {
    Ok(worker.join().map_err(|_| "a customer panicked")??)
}

fn issue(dev: &Dev, work: &Mutex<Vec<Work>>, stop: &AtomicBool) -> Outcome<Vec<Waited>> {
    let machine = Machine::new(dev)?;
    let mut seen = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let next = work.lock().map_err(|e| e.to_string())?.pop();
        let one = next.ok_or("more customers came than were written")?;
        let link = format!("inkan:enroll?bank=dev&request={}", one.request);
        let ticket = machine.pick_up(&link)?.granted()?;
        let (begun, mut refused) = (Instant::now(), 0);
        while let Err(refusal) = machine.enrol(&ticket, &one.csr)? {
            if refusal.status != 503 {
                return Err(format!("not served: {refusal:?}").into());
            }
            refused += 1;
            sleep(RETRY);
        }
        let time = begun.elapsed();
        seen.push(Waited { time, refused });
        sleep(ISSUE_EVERY.saturating_sub(time));
    }
    Ok(seen)
}

fn log_in(dev: &Dev, user: &User, stop: &AtomicBool) -> Outcome<Vec<Duration>> {
    let mut times = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        user.log_in(dev)?;
        let time = begun.elapsed();
        times.push(time);
        sleep(LOGIN_EVERY.saturating_sub(time));
    }
    Ok(times)
}
