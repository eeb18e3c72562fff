//! What customers notice of an HSM that misbehaves: the time of an issue and of a login, at the same rate of both.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::hostile::HostileBank;
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

/// The scenes, for one HSM and for two: the quiet one first and last, because their difference is the machine's own.
pub(crate) fn measure() -> Outcome<[Vec<Scene>; 2]> {
    let one = of_bank(
        &HostileBank::open()?,
        [
            "one, quiet",
            "one, which hangs for 3 s of every 15 s",
            "one, its driver killed every second",
            "one, quiet again",
        ],
    )?;
    let two = of_bank(
        &HostileBank::open_with_two()?,
        [
            "two, quiet",
            "two, one of which hangs for 3 s of every 15 s",
            "two, the driver of one killed every second",
            "two, quiet again",
        ],
    )?;
    Ok([one, two])
}

fn of_bank(hostile: &HostileBank, names: [&'static str; 4]) -> Outcome<Vec<Scene>> {
    let user = Arc::new(User::at(&hostile.bank)?);
    let disturbances: [fn(&HostileBank, Instant) -> Outcome; 4] = [quiet, hanging, killed, quiet];
    let scene = |(name, disturb): (&'static str, fn(&HostileBank, Instant) -> Outcome)| {
        hostile.until_up()?;
        let traffic = Traffic::start(&hostile.bank, &user, SECONDS * 2)?;
        disturb(hostile, Instant::now() + Duration::from_secs(SECONDS))?;
        Scene::of(name, traffic.end()?)
    };
    names.into_iter().zip(disturbances).map(scene).collect()
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

/// Kills the process whose module takes orders; nothing if there is none at the moment.
pub(crate) fn kill(hostile: &HostileBank) -> Outcome {
    if let Some(pid) = hostile.driver()?
        && let Some(pid) = Pid::from_raw(i32::try_from(pid)?)
    {
        // It may have ended in the meantime.
        let _ = kill_process(pid, Signal::KILL);
    }
    Ok(())
}
