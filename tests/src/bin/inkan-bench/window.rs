//! The agent's window: time until it is shown, memory and processor time when idle, size of the program.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_tests::desktop::{Desktop, TIMEOUT, end};
use inkan_tests::{Outcome, programs};

/// Number of starts, of which the median counts.
const STARTS: usize = 5;
/// How long it stays idle.
const IDLE: Duration = Duration::from_secs(10);

/// The results.
#[derive(Debug)]
pub(crate) struct WindowResults {
    /// From the start of the program to a window that is shown.
    pub(crate) shown: Duration,
    /// Its own memory and its share of libraries (PSS), in MiB.
    pub(crate) memory: f64,
    /// Processor time while nothing happens, in percent of one core.
    pub(crate) idle_percent: f64,
    /// Size of the program in MiB: as built, and without debug information.
    pub(crate) size: (f64, f64),
}

/// Measures on a separate display, with no card and no token driver.
pub(crate) fn measure() -> Outcome<WindowResults> {
    let program = programs::built("inkan-agent-window")?;
    let desktop = Desktop::open()?;
    let config = desktop.home().join(".config/inkan");
    fs::create_dir_all(&config)?;
    fs::write(config.join("modules.toml"), "module = []\n")?;
    let start = || -> Outcome<(Child, Duration)> {
        let started = Instant::now();
        let mut command = desktop.command(&program);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        while !desktop.shows("Tokens and certificates")? {
            if started.elapsed() > TIMEOUT {
                return Err("the agent's window did not come".into());
            }
            sleep(Duration::from_millis(1));
        }
        Ok((child, started.elapsed()))
    };
    let mut times = Vec::new();
    for _ in 1..STARTS {
        let (mut child, time) = start()?;
        times.push(time);
        end(&mut child);
    }
    let (mut child, time) = start()?;
    times.push(time);
    times.sort_unstable();
    sleep(Duration::from_secs(2));
    let before = processor(&child)?;
    sleep(IDLE);
    let spent = processor(&child)?.saturating_sub(before);
    let memory = memory(&child)?;
    end(&mut child);
    Ok(WindowResults {
        shown: times[STARTS / 2],
        memory,
        idle_percent: spent.as_secs_f64() * 100.0 / IDLE.as_secs_f64(),
        size: (mebibytes(&program)?, stripped(&program)?),
    })
}

fn mebibytes(file: &Path) -> Outcome<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1024.0 / 1024.0)
}

fn stripped(program: &Path) -> Outcome<f64> {
    let directory = tempfile::tempdir()?;
    let copy = directory.path().join("stripped");
    let done = Command::new("strip")
        .arg("-o")
        .arg(&copy)
        .arg(program)
        .output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    mebibytes(&copy)
}

/// User and system time so far.
fn processor(child: &Child) -> Outcome<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
    // The name in parentheses may contain anything; fields are counted after it.
    let rest = stat.rsplit_once(')').ok_or("no stat")?.1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| -> Outcome<u64> { Ok(fields.get(at).ok_or("a short stat")?.parse()?) };
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_secs_f64(
        (ticks(11)? + ticks(12)?) as f64 / per_second as f64,
    ))
}

fn memory(child: &Child) -> Outcome<f64> {
    let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id()))?;
    let line = rollup.lines().find_map(|l| l.strip_prefix("Pss:"));
    let kib: f64 = line
        .and_then(|l| l.split_whitespace().next())
        .ok_or("no Pss")?
        .parse()?;
    Ok(kib / 1024.0)
}
