//! The threads: starting them, giving them orders, knowing where they are, giving them up.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Sender, unbounded};
use inkan_pki::pkcs11::Pkcs11Error;

use super::holder::{self, Attempt, Holder};
use super::shared::Shared;
use super::slot::{Call, Slot};
use super::token::Place;
use super::worker::{self, Worker};

/// What the supervisor hears.
#[derive(Debug)]
pub(super) enum Event {
    /// The holder is logged in.
    Opened(Arc<Place>),
    /// The holder is not, and has no session.
    OpenFailed(holder::Failure),
    /// A worker has a session.
    Joined,
    /// It could not get one.
    JoinFailed(Pkcs11Error),
    /// A session is no good; its thread waits for the order to leave it.
    Fault(Pkcs11Error),
    /// A thread has no session any more.
    Left,
    /// A thread has ended.
    Gone,
    /// A person has decided about the PIN.
    PinProvided,
    /// Leave by then.
    Stop(Instant),
}

/// An event and the thread it is from; 0 is the outside.
pub(super) type Report = (u64, Event);

/// A thread's way to the supervisor. Says `Gone` when dropped, by a panic too.
#[derive(Debug)]
pub(super) struct Tell {
    id: u64,
    events: Sender<Report>,
}

impl Tell {
    pub(super) fn say(&self, event: Event) {
        // Only after the pool is gone is nobody listening.
        let _ = self.events.send((self.id, event));
    }
}

impl Drop for Tell {
    fn drop(&mut self) {
        self.say(Event::Gone);
    }
}

#[derive(Debug)]
enum Orders {
    Holder(Sender<holder::Order>),
    Worker(Sender<worker::Order>),
}

/// Where a thread stands, as far as the supervisor has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// No session.
    Outside,
    /// Told to open one, or has one.
    Inside { joined: bool },
    /// Told to close it.
    Leaving,
}

#[derive(Debug)]
struct Member {
    id: u64,
    slot: Arc<Slot>,
    orders: Orders,
    standing: Standing,
}

/// A thread that was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) call: Call,
    pub(super) holder: bool,
}

#[derive(Debug)]
pub(super) struct Crew {
    shared: Arc<Shared>,
    events: Sender<Report>,
    members: Vec<Member>,
    /// Given up and not back.
    stuck: Vec<u64>,
    next_id: u64,
}

impl Crew {
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

    /// Threads that have a session or are about to.
    pub(super) fn inside(&self) -> usize {
        self.members
            .iter()
            .filter(|m| m.standing != Standing::Outside)
            .count()
    }

    /// Workers with a session.
    pub(super) fn joined(&self) -> usize {
        let joined = |m: &&Member| {
            matches!(m.orders, Orders::Worker(_))
                && m.standing == (Standing::Inside { joined: true })
        };
        self.members.iter().filter(joined).count()
    }

    /// Lets the holder try; a new thread when there is none.
    pub(super) fn open(&mut self, attempt: Attempt) -> std::io::Result<()> {
        if !self
            .members
            .iter()
            .any(|m| matches!(m.orders, Orders::Holder(_)))
        {
            self.hire_holder()?;
        }
        let holder = self.members.iter_mut().find_map(|m| match &m.orders {
            Orders::Holder(orders) => Some((orders, &mut m.standing)),
            Orders::Worker(_) => None,
        });
        if let Some((orders, standing)) = holder {
            let _ = orders.send(holder::Order::Open(attempt));
            *standing = Standing::Inside { joined: false };
        }
        Ok(())
    }

    /// Brings the workers inside, or on their way there, up to `wanted`.
    pub(super) fn staff(&mut self, place: &Arc<Place>, wanted: usize) -> std::io::Result<()> {
        let is_worker = |m: &&Member| matches!(m.orders, Orders::Worker(_));
        let have = self
            .members
            .iter()
            .filter(is_worker)
            .filter(|m| m.standing != Standing::Outside)
            .count();
        for _ in have..wanted {
            let idle = |m: &Member| {
                matches!(m.orders, Orders::Worker(_)) && m.standing == Standing::Outside
            };
            if !self.members.iter().any(idle) {
                self.hire_worker()?;
            }
            if let Some(member) = self.members.iter_mut().find(|m| idle(m))
                && let Orders::Worker(orders) = &member.orders
            {
                let _ = orders.send(worker::Order::Join(Arc::clone(place)));
                member.standing = Standing::Inside { joined: false };
            }
        }
        Ok(())
    }

    /// Tells everybody inside to leave.
    pub(super) fn leave(&mut self) {
        for member in &mut self.members {
            if matches!(member.standing, Standing::Inside { .. }) {
                match &member.orders {
                    Orders::Holder(orders) => drop(orders.send(holder::Order::Leave)),
                    Orders::Worker(orders) => drop(orders.send(worker::Order::Leave)),
                }
                member.standing = Standing::Leaving;
            }
        }
    }

    pub(super) fn has_joined(&mut self, id: u64) {
        if let Some(member) = self.member(id)
            && member.standing == (Standing::Inside { joined: false })
        {
            member.standing = Standing::Inside { joined: true };
        }
    }

    /// A thread could not open a session. One told to leave meanwhile will still say that it has.
    pub(super) fn is_outside(&mut self, id: u64) {
        if let Some(member) = self.member(id)
            && member.standing != Standing::Leaving
        {
            member.standing = Standing::Outside;
        }
    }

    pub(super) fn has_left(&mut self, id: u64) {
        if let Some(member) = self.member(id) {
            member.standing = Standing::Outside;
        }
    }

    /// A thread ended. `Some(true)`: one that was given up came back; `Some(false)`: one that was not.
    pub(super) fn gone(&mut self, id: u64) -> Option<bool> {
        if let Some(at) = self.stuck.iter().position(|stuck| *stuck == id) {
            self.stuck.swap_remove(at);
            return Some(true);
        }
        let at = self.members.iter().position(|m| m.id == id)?;
        self.members.swap_remove(at);
        Some(false)
    }

    /// Gives up every thread whose call is overdue.
    pub(super) fn give_up_overdue(&mut self, now: Instant) -> Vec<Lost> {
        let mut lost = Vec::new();
        let stuck = &mut self.stuck;
        self.members.retain(|member| {
            let Some(call) = member.slot.abandon_if_overdue(now) else {
                return true;
            };
            stuck.push(member.id);
            lost.push(Lost {
                call,
                holder: matches!(member.orders, Orders::Holder(_)),
            });
            false
        });
        lost
    }

    fn member(&mut self, id: u64) -> Option<&mut Member> {
        self.members.iter_mut().find(|m| m.id == id)
    }

    fn hire_holder(&mut self) -> std::io::Result<()> {
        let (orders, inbox) = unbounded();
        let (tell, slot) = self.identity();
        let holder = Holder {
            slot: Arc::clone(&slot),
            shared: Arc::clone(&self.shared),
            orders: inbox,
            tell,
        };
        self.hire(slot, Orders::Holder(orders), "hsm-holder", move || {
            holder.run()
        })
    }

    fn hire_worker(&mut self) -> std::io::Result<()> {
        let (orders, inbox) = unbounded();
        let (tell, slot) = self.identity();
        let worker = Worker {
            slot: Arc::clone(&slot),
            shared: Arc::clone(&self.shared),
            orders: inbox,
            tell,
        };
        self.hire(slot, Orders::Worker(orders), "hsm-worker", move || {
            worker.run()
        })
    }

    fn identity(&mut self) -> (Tell, Arc<Slot>) {
        let id = self.next_id;
        self.next_id += 1;
        (
            Tell {
                id,
                events: self.events.clone(),
            },
            Arc::default(),
        )
    }

    fn hire(
        &mut self,
        slot: Arc<Slot>,
        orders: Orders,
        name: &str,
        run: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<()> {
        let id = self.next_id - 1;
        // Never joined: a thread that is stuck would never let go of whoever joins it.
        thread::Builder::new().name(name.to_owned()).spawn(run)?;
        self.members.push(Member {
            id,
            slot,
            orders,
            standing: Standing::Outside,
        });
        Ok(())
    }
}
