//! The threads: spawning them, ordering them, tracking them, abandoning them.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Sender, unbounded};
use inkan_pki::pkcs11::Pkcs11Error;

use super::call_watchdog::{Call, CallWatchdog};
use super::driver::{Driver, Ended};
use super::login_session::{self, LoginSession};
use super::shared::Shared;
use super::worker::{self, Worker};

/// An event for the supervisor.
#[derive(Debug)]
pub(super) enum Event {
    /// The login session is logged in, in this process.
    Opened(Arc<Driver>),
    /// The login session is not logged in, and has no session.
    OpenFailed(login_session::Failure),
    /// A worker has a session.
    Joined,
    /// It could not get one.
    JoinFailed(Pkcs11Error),
    /// A session is unusable; its thread waits for the order to leave it.
    Fault(Pkcs11Error),
    /// A thread has no session any more.
    Left,
    /// A thread has ended.
    Gone,
    /// A process with the module has ended.
    DriverEnded(Ended),
    /// A person has decided about the PIN: there is one to try, or none any more.
    PinDecided,
    /// Shut down before this time.
    Stop(Instant),
}

/// An event and its thread; 0 is the outside.
pub(super) type Report = (u64, Event);

/// A thread's channel to the supervisor. Sends `Gone` when dropped, after a panic too.
#[derive(Debug)]
pub(super) struct SupervisorHandle {
    id: u64,
    events: Sender<Report>,
}

impl SupervisorHandle {
    pub(super) fn send(&self, event: Event) {
        // Nobody receives only after the pool is gone.
        let _ = self.events.send((self.id, event));
    }
}

impl Drop for SupervisorHandle {
    fn drop(&mut self) {
        self.send(Event::Gone);
    }
}

#[derive(Debug)]
enum Orders {
    LoginSession(Sender<login_session::Order>),
    Worker(Sender<worker::Order>),
}

/// State of a thread, as far as the supervisor was informed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SessionState {
    /// No session.
    Closed,
    /// Ordered to open one, or has one.
    Open { joined: bool },
    /// Ordered to close it.
    Closing,
}

#[derive(Debug)]
struct Member {
    id: u64,
    watchdog: Arc<CallWatchdog>,
    orders: Orders,
    session_state: SessionState,
}

/// An abandoned thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) call: Call,
    pub(super) login_session: bool,
}

#[derive(Debug)]
pub(super) struct WorkerPool {
    shared: Arc<Shared>,
    events: Sender<Report>,
    members: Vec<Member>,
    /// Abandoned and not returned.
    stuck: Vec<u64>,
    next_id: u64,
}

impl WorkerPool {
    pub(super) fn new(shared: Arc<Shared>, events: Sender<Report>) -> Self {
        Self {
            shared,
            events,
            members: Vec::new(),
            stuck: Vec::new(),
            next_id: 1,
        }
    }

    pub(super) fn stuck(&self) -> usize {
        self.stuck.len()
    }

    /// The process in which they hang has been killed: their calls end.
    pub(super) fn forget_stuck(&mut self) {
        self.stuck.clear();
    }

    /// Threads that have a session or are about to.
    pub(super) fn with_session(&self) -> usize {
        self.members
            .iter()
            .filter(|m| m.session_state != SessionState::Closed)
            .count()
    }

    /// Workers with a session.
    pub(super) fn joined(&self) -> usize {
        let joined = |m: &&Member| {
            matches!(m.orders, Orders::Worker(_))
                && m.session_state == (SessionState::Open { joined: true })
        };
        self.members.iter().filter(joined).count()
    }

    /// Lets the login session try; spawns a thread if there is none.
    pub(super) fn open(&mut self) -> std::io::Result<()> {
        if !self
            .members
            .iter()
            .any(|m| matches!(m.orders, Orders::LoginSession(_)))
        {
            self.spawn_login_session()?;
        }
        let login_session = self.members.iter_mut().find_map(|m| match &m.orders {
            Orders::LoginSession(orders) => Some((orders, &mut m.session_state)),
            Orders::Worker(_) => None,
        });
        if let Some((orders, session_state)) = login_session {
            let _ = orders.send(login_session::Order::Open);
            *session_state = SessionState::Open { joined: false };
        }
        Ok(())
    }

    /// Spawns or orders workers up to `wanted`, counting those with a session or opening one.
    pub(super) fn resize(&mut self, driver: &Arc<Driver>, wanted: usize) -> std::io::Result<()> {
        let is_worker = |m: &&Member| matches!(m.orders, Orders::Worker(_));
        let have = self
            .members
            .iter()
            .filter(is_worker)
            .filter(|m| m.session_state != SessionState::Closed)
            .count();
        for _ in have..wanted {
            let idle = |m: &Member| {
                matches!(m.orders, Orders::Worker(_)) && m.session_state == SessionState::Closed
            };
            if !self.members.iter().any(idle) {
                self.spawn_worker()?;
            }
            if let Some(member) = self.members.iter_mut().find(|m| idle(m))
                && let Orders::Worker(orders) = &member.orders
            {
                let _ = orders.send(worker::Order::Join(Arc::clone(driver)));
                member.session_state = SessionState::Open { joined: false };
            }
        }
        Ok(())
    }

    /// Orders all threads with a session to leave.
    pub(super) fn retire(&mut self) {
        for member in &mut self.members {
            if matches!(member.session_state, SessionState::Open { .. }) {
                match &member.orders {
                    Orders::LoginSession(orders) => drop(orders.send(login_session::Order::Leave)),
                    Orders::Worker(orders) => drop(orders.send(worker::Order::Leave)),
                }
                member.session_state = SessionState::Closing;
            }
        }
    }

    pub(super) fn has_joined(&mut self, id: u64) {
        if let Some(member) = self.member(id)
            && member.session_state == (SessionState::Open { joined: false })
        {
            member.session_state = SessionState::Open { joined: true };
        }
    }

    /// A thread could not open a session. One that was ordered to leave meanwhile still reports that it has left.
    pub(super) fn has_no_session(&mut self, id: u64) {
        if let Some(member) = self.member(id)
            && member.session_state != SessionState::Closing
        {
            member.session_state = SessionState::Closed;
        }
    }

    pub(super) fn has_left(&mut self, id: u64) {
        if let Some(member) = self.member(id) {
            member.session_state = SessionState::Closed;
        }
    }

    /// A thread ended. `Some(true)`: an abandoned one returned; `Some(false)`: any other.
    pub(super) fn gone(&mut self, id: u64) -> Option<bool> {
        if let Some(at) = self.stuck.iter().position(|stuck| *stuck == id) {
            self.stuck.swap_remove(at);
            return Some(true);
        }
        let at = self.members.iter().position(|m| m.id == id)?;
        self.members.swap_remove(at);
        Some(false)
    }

    /// Abandons every thread whose call is overdue.
    pub(super) fn give_up_overdue(&mut self, now: Instant) -> Vec<Lost> {
        let mut lost = Vec::new();
        let stuck = &mut self.stuck;
        self.members.retain(|member| {
            let Some(call) = member.watchdog.abandon_if_overdue(now) else {
                return true;
            };
            stuck.push(member.id);
            lost.push(Lost {
                call,
                login_session: matches!(member.orders, Orders::LoginSession(_)),
            });
            false
        });
        lost
    }

    fn member(&mut self, id: u64) -> Option<&mut Member> {
        self.members.iter_mut().find(|m| m.id == id)
    }

    fn spawn_login_session(&mut self) -> std::io::Result<()> {
        let (orders, inbox) = unbounded();
        let (supervisor, watchdog) = self.identity();
        let login_session = LoginSession {
            watchdog: Arc::clone(&watchdog),
            shared: Arc::clone(&self.shared),
            orders: inbox,
            supervisor,
        };
        self.spawn(
            watchdog,
            Orders::LoginSession(orders),
            "hsm-login",
            move || login_session.run(),
        )
    }

    fn spawn_worker(&mut self) -> std::io::Result<()> {
        let (orders, inbox) = unbounded();
        let (supervisor, watchdog) = self.identity();
        let worker = Worker {
            watchdog: Arc::clone(&watchdog),
            shared: Arc::clone(&self.shared),
            orders: inbox,
            supervisor,
        };
        self.spawn(watchdog, Orders::Worker(orders), "hsm-worker", move || {
            worker.run()
        })
    }

    fn identity(&mut self) -> (SupervisorHandle, Arc<CallWatchdog>) {
        let id = self.next_id;
        self.next_id += 1;
        (
            SupervisorHandle {
                id,
                events: self.events.clone(),
            },
            Arc::default(),
        )
    }

    fn spawn(
        &mut self,
        watchdog: Arc<CallWatchdog>,
        orders: Orders,
        name: &str,
        run: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<()> {
        let id = self.next_id - 1;
        // Never joined: joining a hanging thread would hang, too.
        thread::Builder::new().name(name.to_owned()).spawn(run)?;
        self.members.push(Member {
            id,
            watchdog,
            orders,
            session_state: SessionState::Closed,
        });
        Ok(())
    }
}
