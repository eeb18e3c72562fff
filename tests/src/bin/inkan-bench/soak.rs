//! A day of lost sessions in a few minutes: whether threads, sessions, open files and memory stay as they are.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_hostile_module::control::Control;
use inkan_tests::hostile::HostileBank;
use inkan_tests::{Outcome, hsm_process, machine, programs};
use serde::Serialize;
use serde_json::Value;

use crate::hsm::kill;
use crate::results::memory;
use crate::svg::{self, Curve};
use crate::traffic::{Traffic, User};

/// Sessions lost in a day: one a minute.
const DROPS: u64 = 24 * 60;
/// How long it is unless another number of minutes is given.
const MINUTES: u64 = 5;
/// Which of forty is a call that hangs.
const HANG: u64 = 30;
/// Short, so that calls that hang are many.
const DEADLINE: (&str, &str) = ("deadline_ms = 5000\n", "deadline_ms = 1000\n");
const SAMPLE_EVERY: Duration = Duration::from_secs(1);
const PICTURE: &str = "docs/soak.svg";
const SAMPLES: &str = "docs/soak.json";

/// What the processes have at a time.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sample {
    seconds: f64,
    server_threads: u64,
    server_files: u64,
    server_mib: f64,
    /// Of the process with the module; absent while there is none.
    driver_threads: Option<u64>,
    driver_files: Option<u64>,
    driver_mib: Option<f64>,
    /// Open sessions, counted by the module.
    sessions: Option<u64>,
}

/// A curve's beginning and end.
pub(crate) struct Trend {
    pub(crate) what: &'static str,
    /// Medians of the first and the last third, and the largest value.
    pub(crate) first: f64,
    pub(crate) last: f64,
    pub(crate) most: f64,
    /// Change in an hour by linear regression, after the first fifth.
    pub(crate) slope: f64,
}

/// The result.
pub(crate) struct Soak {
    pub(crate) drops: u64,
    pub(crate) seconds: u64,
    pub(crate) issues: usize,
    pub(crate) logins: usize,
    pub(crate) trends: Vec<Trend>,
}

/// Runs it, and writes picture and samples.
pub(crate) fn measure(minutes: Option<u64>) -> Outcome<Soak> {
    let seconds = minutes.unwrap_or(MINUTES) * 60;
    let hostile = HostileBank::open_with(DEADLINE.0, DEADLINE.1)?;
    let user = Arc::new(User::at(&hostile.bank)?);
    let traffic = Traffic::start(&hostile.bank, &user, seconds + 120)?;
    let begun = Instant::now();
    let (mut samples, mut drops, mut hangs) = (Vec::new(), 0, false);
    // Values returned before the last drop that has one.
    let mut before: Option<u64> = None;
    let end = Duration::from_secs(seconds);
    while begun.elapsed() < end {
        let due = DROPS as f64 * begun.elapsed().as_secs_f64() / end.as_secs_f64();
        // The next one only after the last one has happened, and been recovered from: one that strikes the recovery itself
        // makes the pauses before the next attempt longer.
        let happened = before.is_none_or(|before| hostile.control.struck("C_Sign") > before);
        if (drops as f64) < due && happened && (hangs || is_up(&hostile)?) {
            before = drop_session(&hostile, drops)?;
            // Only the next drop lifts it.
            hangs = drops % 40 == HANG;
            drops += 1;
        }
        if begun.elapsed() >= SAMPLE_EVERY * u32::try_from(samples.len())? {
            samples.push(sample(&hostile, begun)?);
        }
        sleep(Duration::from_millis(10));
    }
    hostile.control.set("");
    let seen = traffic.end()?;
    let root = programs::repository();
    std::fs::write(root.join(SAMPLES), serde_json::to_string(&samples)? + "\n")?;
    let curves = curves(&samples);
    std::fs::write(root.join(PICTURE), svg::picture(&curves))?;
    Ok(Soak {
        drops,
        seconds,
        issues: seen.issues.len(),
        logins: seen.logins.len(),
        trends: curves.iter().map(trend).collect(),
    })
}

/// In turn: of forty, thirty-five times the session is lost, three times the token, once the process is killed, once a signature
/// hangs. Returns the number of values returned before, if this one is a value that the next signature returns.
fn drop_session(hostile: &HostileBank, number: u64) -> Outcome<Option<u64>> {
    let control = &hostile.control;
    let value = match number % 40 {
        13 | 26 | 39 => 0x32,
        20 => {
            control.set("");
            kill(hostile)?;
            return Ok(None);
        }
        // Lifted by the next one; the call itself stays until its process is ended.
        HANG => {
            control.set("hang:sign");
            return Ok(None);
        }
        _ => 0xb3,
    };
    let before = control.struck("C_Sign");
    control.set(&Control::answers_once("C_Sign", value));
    Ok(Some(before))
}

fn is_up(hostile: &HostileBank) -> Outcome<bool> {
    let (_, body) = machine::fetch(&format!("{}/readyz", hostile.bank.dev.operations))?;
    let ready: Value = serde_json::from_slice(&body)?;
    Ok(ready["hsm"]["state"] == "up")
}

fn sample(hostile: &HostileBank, begun: Instant) -> Outcome<Sample> {
    let server = hostile.bank.pid().ok_or("the bank is not running")?;
    let driver = hsm_process::of(&hostile.bank)?;
    let (threads, files) = ("task", "fd");
    let of_driver = |what| driver.and_then(|pid| entries(pid, what));
    Ok(Sample {
        seconds: begun.elapsed().as_secs_f64(),
        server_threads: entries(server, threads).ok_or("the server has ended")?,
        server_files: entries(server, files).ok_or("the server has ended")?,
        server_mib: memory(server)?.0,
        driver_threads: of_driver(threads),
        driver_files: of_driver(files),
        driver_mib: driver.and_then(|pid| Some(memory(pid).ok()?.0)),
        sessions: driver.and_then(|pid| hostile.control.sessions(pid)),
    })
}

/// Number of entries of a directory of a process.
fn entries(pid: u32, what: &str) -> Option<u64> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/{what}")).ok()?;
    u64::try_from(entries.count()).ok()
}

fn curves(samples: &[Sample]) -> Vec<Curve> {
    let curve = |name, value: fn(&Sample) -> Option<f64>| Curve {
        name,
        points: samples
            .iter()
            .filter_map(|sample| Some((sample.seconds, value(sample)?)))
            .collect(),
    };
    vec![
        curve("server: threads", |s| Some(s.server_threads as f64)),
        curve("server: open files", |s| Some(s.server_files as f64)),
        curve("server: memory, MiB", |s| Some(s.server_mib)),
        curve("driver: threads", |s| Some(s.driver_threads? as f64)),
        curve("driver: open files", |s| Some(s.driver_files? as f64)),
        curve("driver: memory, MiB", |s| s.driver_mib),
        curve("driver: sessions", |s| Some(s.sessions? as f64)),
    ]
}

fn trend(curve: &Curve) -> Trend {
    let count = curve.points.len();
    let median = |points: &[(f64, f64)]| {
        let mut values: Vec<f64> = points.iter().map(|point| point.1).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let part = |from: usize, to: usize| curve.points.get(from..to).unwrap_or_default();
    let settled = part(count / 5, count);
    let mean = |values: &dyn Fn(&(f64, f64)) -> f64| {
        settled.iter().map(values).sum::<f64>() / settled.len() as f64
    };
    let (x, y) = (mean(&|point| point.0), mean(&|point| point.1));
    let above = mean(&|point| (point.0 - x) * (point.1 - y));
    let below = mean(&|point| (point.0 - x).powi(2));
    Trend {
        what: curve.name,
        first: median(part(0, count / 3)),
        last: median(part(count - count / 3, count)),
        most: curve.points.iter().map(|point| point.1).fold(0.0, f64::max),
        slope: above / below * 3_600.0,
    }
}
