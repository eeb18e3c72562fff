//! Resources of a process: processor time, memory.

use std::time::Duration;

use inkan_tests::Outcome;

/// User and system time of a process so far, in seconds (`proc(5)`, fields 14 and 15 of `stat`).
pub(crate) fn cpu_seconds(pid: u32) -> Outcome<f64> {
    let stat = Stat::read(pid).ok_or("the process has ended")?;
    Ok(stat.seconds)
}

/// The same for a process and its descendants.
pub(crate) fn tree_cpu_seconds(pid: u32) -> Outcome<f64> {
    let all: Vec<(u32, Stat)> = std::fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, Stat::read(pid)?)))
        .collect();
    let (mut tree, mut seconds) = (vec![pid], 0.0);
    let mut at = 0;
    while let Some(parent) = tree.get(at).copied() {
        for (pid, stat) in &all {
            if *pid == parent {
                seconds += stat.seconds;
            }
            if stat.parent == parent {
                tree.push(*pid);
            }
        }
        at += 1;
    }
    Ok(seconds)
}

struct Stat {
    parent: u32,
    seconds: f64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
        let ticks = |at: usize| -> Option<f64> { fields.get(at)?.parse().ok() };
        let per_second = rustix::param::clock_ticks_per_second() as f64;
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            seconds: (ticks(11)? + ticks(12)?) / per_second,
        })
    }
}

/// Memory of a process in MiB: now, and the peak so far (or since [`forget_peak`]).
pub(crate) fn memory(pid: u32) -> Outcome<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let figure = |what: &str| -> Outcome<f64> {
        let line = status.lines().find(|line| line.starts_with(what));
        let kib: f64 = line
            .and_then(|line| line.split_whitespace().nth(1))
            .ok_or("no such figure")?
            .parse()?;
        Ok(kib / 1024.0)
    };
    Ok((figure("VmRSS:")?, figure("VmHWM:")?))
}

/// Resets the peak that [`memory`] returns (`proc(5)`, `clear_refs`).
pub(crate) fn forget_peak(pid: u32) -> Outcome {
    Ok(std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// A percentile of sorted times.
pub(crate) fn share(sorted: &[Duration], share: f64) -> Option<Duration> {
    let place = ((sorted.len() as f64 - 1.0) * share).round();
    sorted.get(place as usize).copied()
}
