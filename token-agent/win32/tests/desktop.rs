//! The functions of the desktop, called on Windows or Wine.
#![cfg(windows)]
#![allow(clippy::unwrap_used)]

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::windows::io::AsHandle as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use inkan_win32::account::{current_user, is_elevated, session, user_of_process};
use inkan_win32::job::Job;
use inkan_win32::pipe::{PipeServer, connect};
use inkan_win32::security::file_access;

fn name(test: &str) -> String {
    format!("inkan-test-{}-{test}", std::process::id())
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

#[test]
fn both_ends_of_a_pipe_learn_who_is_at_the_other() {
    let user = current_user().unwrap();
    let name = name("who");
    let mut server = PipeServer::create(&name, &user).unwrap();
    let mut client = connect(&name, soon()).unwrap();
    let seen = client.server().unwrap();
    assert_eq!(seen.process, std::process::id());
    assert_eq!((seen.owner, seen.user), (user.clone(), Some(user.clone())));
    let accepted = server.accept().unwrap();
    assert_eq!(accepted.user().unwrap(), user);
    client.write_all(b"link").unwrap();
    let mut stream = accepted.stream(soon()).unwrap();
    let mut text = [0; 4];
    stream.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"link");
    stream.write_all(b"word").unwrap();
    client.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"word");
    drop(client);
    assert_eq!(stream.read(&mut text).unwrap(), 0, "the end is noticed");
}

#[test]
fn a_name_that_is_taken_is_refused_and_serves_one_client_at_a_time() {
    let user = current_user().unwrap();
    let name = name("taken");
    let mut server = PipeServer::create(&name, &user).unwrap();
    let second = PipeServer::create(&name, &user).unwrap_err();
    assert_eq!(second.call, "CreateNamedPipeW");
    let first = connect(&name, soon()).unwrap();
    // ERROR_PIPE_BUSY
    let busy = connect(&name, soon()).unwrap_err();
    assert_eq!(busy.raw_os_error(), Some(231));
    let client = server.accept().unwrap();
    drop((client, first));
    assert!(
        connect(&name, soon()).is_err(),
        "not before the next is accepted"
    );
}

#[test]
fn a_silent_end_costs_no_more_than_the_deadline() {
    let user = current_user().unwrap();
    let name = name("silent");
    let mut server = PipeServer::create(&name, &user).unwrap();
    let mut client = connect(&name, Instant::now() + Duration::from_millis(50)).unwrap();
    let accepted = server.accept().unwrap();
    let error = client.read(&mut [0; 4]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let mut stream = accepted
        .stream(Instant::now() + Duration::from_millis(50))
        .unwrap();
    let error = stream.read(&mut [0; 4]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    // Nobody reads: the buffers fill up.
    let error = stream.write_all(&[0; 1024 * 1024]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_pipe_of_another_user_does_not_let_this_one_in_or_shows_its_owner() {
    let name = name("other");
    let server = PipeServer::create(&name, "S-1-5-18").unwrap();
    match connect(&name, soon()) {
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
        // Wine lets every process in.
        Ok(client) => assert_eq!(client.server().unwrap().owner, "S-1-5-18"),
    }
    drop(server);
}

#[test]
fn a_process_ends_with_its_job() {
    let mut child = Command::new("cmd.exe")
        .args(["/c", "pause"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let job = Job::new().unwrap();
    job.assign(child.as_handle()).unwrap();
    assert!(child.try_wait().unwrap().is_none());
    drop(job);
    child.wait().unwrap();
}

#[test]
fn this_process_runs_as_this_user() {
    let user = current_user().unwrap();
    assert!(user.starts_with("S-1-"), "{user}");
    assert_eq!(user_of_process(std::process::id()).unwrap(), user);
    assert!(user_of_process(0xffff_fff0).is_err());
    // Both are the computer's business; only the calls are checked.
    is_elevated().unwrap();
    session().unwrap();
}

#[test]
fn a_file_has_an_owner_and_readers() {
    let program = std::env::current_exe().unwrap();
    let access = file_access(&program).unwrap();
    assert!(access.owner.starts_with("S-1-"), "{access:?}");
    assert!(!access.readers.unwrap().is_empty());
    assert!(file_access(&program.with_file_name("missing")).is_err());
}
