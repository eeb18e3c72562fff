//! What customers notice of an HSM that misbehaves: the time of an issue and of a login, at the same rate of both.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_tests::hostile::HostileBank;
use inkan_tests::{Outcome, hsm_process};
use rustix::process::{Pid, Signal, kill_process};

use crate::results::share;
use crate::traffic::{Seen, Traffic, User};

/// How long each scene is.
const SECONDS: u64 = 60;
/// How long the module hangs, of every [`HANG_EVERY`].
const HANG: Duration = Duration::from_secs(3);
const HANG_EVERY: Duration = Duration::from_secs(15);

/// The times of one scene.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) issues: usize,
    /// Requests that were refused at first.
    pub(crate) refused: usize,
    pub(crate) issue: (Duration, Duration),
    pub(crate) logins: usize,
    pub(crate) login: (Duration, Duration),
}

impl Scene {
    fn of(name: &'static str, seen: Seen) -> Outcome<Self> {
        let mut issues: Vec<Duration> = seen.issues.iter().map(|one| one.time).collect();
        let mut logins = seen.logins;
        let both = |times: &mut Vec<Duration>| -> Outcome<(Duration, Duration)> {
            times.sort_unstable();
            let at = |part| share(times, part).ok_or("nobody came");
            Ok((at(0.5)?, at(0.99)?))
        };
        Ok(Self {
            name,
            issues: issues.len(),
            refused: seen.issues.iter().filter(|one| one.refused > 0).count(),
            issue: both(&mut issues)?,
            logins: logins.len(),
            login: both(&mut logins)?,
        })
    }
}

/// The scenes, the quiet one first and last: their difference is the machine's own.
pub(crate) fn measure() -> Outcome<Vec<Scene>> {
    let hostile = HostileBank::open()?;
    let user = Arc::new(User::at(&hostile.bank)?);
    let scene = |name, disturb: fn(&HostileBank, Instant) -> Outcome| -> Outcome<Scene> {
        hostile.until_up()?;
        let traffic = Traffic::start(&hostile.bank, &user, SECONDS * 2)?;
        disturb(&hostile, Instant::now() + Duration::from_secs(SECONDS))?;
        Scene::of(name, traffic.end()?)
    };
    Ok(vec![
        scene("quiet", quiet)?,
        scene("the module hangs for 3 s of every 15 s", hanging)?,
        scene("the driver is killed every second", killed)?,
        scene("quiet again", quiet)?,
    ])
}

fn quiet(_: &HostileBank, end: Instant) -> Outcome {
    sleep(end.saturating_duration_since(Instant::now()));
    Ok(())
}

fn hanging(hostile: &HostileBank, end: Instant) -> Outcome {
    while Instant::now() + HANG_EVERY <= end {
        sleep(HANG_EVERY.saturating_sub(HANG));
        hostile.control.set("hang:sign");
        sleep(HANG);
        hostile.control.set("");
    }
    quiet(hostile, end)
}

fn killed(hostile: &HostileBank, end: Instant) -> Outcome {
    while Instant::now() < end {
        sleep(Duration::from_secs(1));
        kill(hostile)?;
    }
    Ok(())
}

/// Kills the process that has loaded the module; nothing if there is none at the moment.
pub(crate) fn kill(hostile: &HostileBank) -> Outcome {
    if let Some(pid) = hsm_process::of(&hostile.bank)?
        && let Some(pid) = Pid::from_raw(i32::try_from(pid)?)
    {
        // It may have ended in the meantime.
        let _ = kill_process(pid, Signal::KILL);
    }
    Ok(())
}
