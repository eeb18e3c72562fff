//! Starts the worker, gives each of its phases a deadline, and collects what it found.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::judge;
use super::message::Message;
use super::report::{ProbeReport, Stopped};
use super::request::Request;
use crate::catalogue::{self, Explanation};
use crate::spec::Spec;

/// Longest message read, in bytes: a token with some hundred mechanisms.
const MAX_MESSAGE: u64 = 1024 * 1024;
/// Messages read ahead.
const QUEUE: usize = 16;

/// Probes a device. `worker` starts the process that calls [`run_worker`](super::run_worker). `deadline` holds for each phase.
/// `spec`: report what contradicts it.
///
/// # Errors
/// When the worker cannot be started or told what to do; what the module does wrong is in the report.
pub fn probe(
    request: &Request,
    spec: Option<&Spec>,
    mut worker: Command,
    deadline: Duration,
    now: Timestamp,
) -> io::Result<ProbeReport> {
    let request = request.clone().bounded();
    let mut child = worker
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let wanted = serde_json::to_vec(&request)?;
    let told = stdin.write_all(&wanted);
    drop(stdin);
    let mut report = ProbeReport {
        schema: 1,
        at: now,
        module: request.module,
        library: None,
        tokens: Vec::new(),
        token: None,
        sessions: None,
        keys: Vec::new(),
        idle: None,
        profiles: Vec::new(),
        contradictions: Vec::new(),
        stopped: None,
    };
    let ended = told.map(|()| {
        report.stopped = collect(&mut child, stdout, deadline, &mut report);
    });
    // It has ended, or must; both calls fail only when it has been waited for.
    let _ = child.kill();
    let _ = child.wait();
    ended?;
    judge::judge(&mut report, spec);
    Ok(report)
}

/// Takes messages until the end, a deadline or a crash; why it stopped early.
fn collect(
    child: &mut Child,
    stdout: ChildStdout,
    deadline: Duration,
    report: &mut ProbeReport,
) -> Option<Stopped> {
    let messages = receive(stdout);
    let mut phase = "start".to_owned();
    let mut until = Some(Instant::now() + deadline);
    loop {
        let next = match until {
            Some(until) => messages.recv_timeout(until.saturating_duration_since(Instant::now())),
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(Message::Begin { phase: next, extra }) => {
                phase = next;
                until = extra.map(|extra| Instant::now() + deadline + Duration::from_secs(extra));
            }
            Ok(Message::Library(facts)) => report.library = Some(facts),
            Ok(Message::Token(facts)) => report.tokens.push(*facts),
            Ok(Message::Chosen(label)) => report.token = Some(label),
            Ok(Message::Sessions(facts)) => report.sessions = Some(facts),
            Ok(Message::Key(facts)) => report.keys.push(facts),
            Ok(Message::Idle(facts)) => report.idle = Some(facts),
            Ok(Message::Stopped(stopped)) => return Some(stopped),
            Ok(Message::End) => return None,
            Err(RecvTimeoutError::Timeout) => {
                return Some(stopped(phase, catalogue::probe_hangs(deadline)));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let how = child.wait().ok().map(how_it_ended);
                return Some(stopped(phase, catalogue::probe_crashed(how.as_deref())));
            }
        }
    }
}

fn how_it_ended(status: ExitStatus) -> String {
    status.to_string()
}

fn stopped(phase: String, explanation: Explanation) -> Stopped {
    Stopped {
        phase,
        code: explanation.code.to_owned(),
        sentence: explanation.sentence,
        next: explanation.next,
        pin: false,
    }
}

/// Reads messages in a thread, which ends with the worker.
fn receive(stdout: ChildStdout) -> Receiver<Message> {
    let (sender, receiver) = sync_channel(QUEUE);
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout);
        loop {
            let mut line = Vec::new();
            let read = (&mut lines).take(MAX_MESSAGE).read_until(b'\n', &mut line);
            let message = match read {
                Ok(count) if count > 0 => serde_json::from_slice(&line),
                Ok(_) | Err(_) => return,
            };
            // What is no message is not from the worker; then it is treated as crashed.
            let Ok(message) = message else { return };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}
