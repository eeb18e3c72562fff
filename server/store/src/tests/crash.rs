//! The process ends without warning, at every step of a transaction and anywhere, and the disk is full: every answer that
//! anybody got is compared with what is in the database afterwards.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};

use super::rows::bank;
use super::victim::Order;
use crate::audit::{self, Chain, Head};
use crate::engine::sqlite::steps::STEPS;
use crate::{Store, open};
use inkan_server_fixtures::database::Place;

/// How often the process dies at each step, each time a little later.
const AT_EACH: u32 = 25;
/// How often it is killed from outside.
const ANYWHERE: usize = 60;
const KILL: i32 = 9;

fn victim(order: &Order) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "tests::victim::victim",
            "--ignored",
            "--nocapture",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", serde_json::to_string(order).unwrap()).unwrap();
    child
}

/// Answers, until there are `most` or the process has ended.
fn answers(child: &mut Child, most: usize) -> Vec<String> {
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut answers = Vec::new();
    let mut line = String::new();
    while answers.len() < most && output.read_line(&mut line).unwrap() > 0 {
        // A line without its end is an answer that nobody got whole.
        answers.extend(
            line.strip_prefix('@')
                .and_then(|rest| rest.strip_suffix('\n'))
                .map(str::to_owned),
        );
        line.clear();
    }
    if answers.len() == most {
        child.kill().unwrap();
        // What it had already said.
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        let whole = rest.rsplit_once('\n').map_or("", |(whole, _)| whole);
        answers.extend(
            whole
                .lines()
                .filter_map(|line| line.strip_prefix('@'))
                .map(str::to_owned),
        );
    }
    answers
}

/// The rows since `before` continue the chain, and no answer contradicts them. Returns the new head.
async fn checked(url: &str, before: &Head, answers: &[String]) -> Head {
    let store = Store::open(url).await.unwrap();
    let (mut head, mut subjects) = (before.clone(), HashSet::new());
    let mut hashes = vec![head.hash.clone()];
    loop {
        let rows = audit::after(&store, head.seq, 1000).await.unwrap();
        if rows.is_empty() {
            break;
        }
        for row in rows {
            assert!(row.follows(&head.hash) && row.seq == head.seq + 1);
            subjects.insert(row.subject_id);
            hashes.push(row.hash.clone());
            head = Head {
                seq: row.seq,
                hash: row.hash,
            };
        }
    }
    assert_eq!(audit::head(&store).await.unwrap(), head);
    for answer in answers {
        let words: Vec<&str> = answer.split(' ').collect();
        match words[..] {
            ["done", id] => assert!(subjects.contains(id), "answered and lost: {id}"),
            ["undone", id] | ["failed", id, _] => {
                assert!(!subjects.contains(id), "not done, and there: {id}");
            }
            ["seen", seq, hash] => {
                let at = usize::try_from(seq.parse::<i64>().unwrap() - before.seq).unwrap();
                assert_eq!(
                    hashes.get(at).map(String::as_str),
                    Some(hash),
                    "seen and lost"
                );
            }
            _ => panic!("{answer}"),
        }
    }
    store.close().await;
    head
}

async fn prepared(place: &Place) -> (String, Head) {
    let url = place.url("crash");
    let store = Store::connect(&url).await.unwrap();
    bank(&store).await;
    let head = audit::head(&store).await.unwrap();
    store.close().await;
    (url, head)
}

async fn is_whole(url: &str) -> i64 {
    let store = Store::open(url).await.unwrap();
    let Chain::Whole { rows, .. } = audit::verify(&store).await.unwrap() else {
        panic!("the chain is broken");
    };
    store.close().await;
    rows
}

#[tokio::test]
async fn nothing_answered_is_lost_and_nothing_undone_is_there() {
    let place = Place::sqlite();
    let (url, mut head) = prepared(&place).await;
    let (mut answered, mut unanswered) = (0, 0);
    let steps = (0..STEPS.len()).flat_map(|step| (0..AT_EACH).map(move |time| Some((step, time))));
    let deaths: Vec<_> = steps.chain((0..ANYWHERE).map(|_| None)).collect();
    for (number, death) in deaths.into_iter().enumerate() {
        let mut child = victim(&Order {
            url: url.clone(),
            run: format!("r{number}"),
            dies_at: death.map(|(step, time)| (step, 1 + time * 3)),
            room: None,
        });
        let most = match death {
            Some(_) => usize::MAX,
            None => 1 + number % 40,
        };
        let said = answers(&mut child, most);
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(KILL), "{death:?}: {status}");
        let after = checked(&url, &head, &said).await;
        let done = said.iter().filter(|one| one.starts_with("done")).count();
        let rows = usize::try_from(after.seq - head.seq).unwrap();
        answered += done;
        // Durable, and the answer never came: the only difference that a crash may make.
        unanswered += rows - done;
        head = after;
    }
    assert_eq!(is_whole(&url).await, head.seq);
    assert!(
        answered > 500 && unanswered > 50,
        "{answered}, {unanswered}"
    );
    assert!(open::is_used(&url).await.unwrap());
}

#[tokio::test]
async fn a_full_disk_fails_everybody_who_waits_and_passes() {
    let place = Place::sqlite();
    let (url, head) = prepared(&place).await;
    let Place::Sqlite(dir) = &place else {
        panic!("no file");
    };
    let size = std::fs::metadata(dir.path().join("crash")).unwrap().len();
    for (number, room) in [40_000, 150_000, 300_000].into_iter().enumerate() {
        // The log is the file that has no room.
        let room = if room < size { room } else { size };
        let mut child = victim(&Order {
            url: url.clone(),
            run: format!("full{number}"),
            dies_at: None,
            room: Some(room),
        });
        let said = answers(&mut child, usize::MAX);
        assert!(child.wait().unwrap().success());
        let store = Store::open(&url).await.unwrap();
        store.close().await;
        let count = |what: &str| said.iter().filter(|one| one.contains(what)).count();
        assert_eq!(count("failed"), 8, "each writer fails once: {said:?}");
        assert_eq!(count(".again."), 8 * 17, "{said:?}");
        assert!(
            said.iter()
                .all(|one| !one.starts_with("failed") || one.ends_with("store-busy"))
        );
        checked(&url, &head, &said).await;
    }
    is_whole(&url).await;
}
