//! The process that [`crash`](super::crash) ends: writers at once, each of which answers on the standard output when its
//! transaction has ended.

use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tokio::signal::unix::SignalKind;

use super::rows::note;
use crate::engine::sqlite::steps::{STEPS, die_at};
use crate::{Store, audit};

const WRITERS: usize = 8;
/// More than anybody waits for, and an end if nobody does.
const ROUNDS: usize = 2000;

/// What it is told, in the first line of its standard input.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Order {
    pub(super) url: String,
    /// What its rows begin with.
    pub(super) run: String,
    /// It dies at this one of the steps, when it gets there so many times.
    pub(super) dies_at: Option<(usize, u32)>,
    /// The size that a file may have, in bytes, until the writers have failed.
    pub(super) room: Option<u64>,
}

#[test]
#[ignore = "the process that another test ends"]
fn victim() {
    let Some(order) = std::io::stdin().lines().next() else {
        return;
    };
    let order: Order = serde_json::from_str(&order.unwrap()).unwrap();
    if let Some((step, times)) = order.dies_at {
        die_at(STEPS[step], times);
    }
    let (url, run) = (order.url, order.run);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::connect(&url).await.unwrap();
        if let Some(room) = order.room {
            // The signal of a file without room, which would end the process, becomes an error of the write.
            let signal = SignalKind::from_raw(Signal::XFSZ.as_raw());
            let _caught = tokio::signal::unix::signal(signal).unwrap();
            limit(Some(room));
            // Each writes until there is no room; then there is room again.
            writers(&store, &format!("{run}.full"), true).await;
            limit(None);
            writers(&store, &format!("{run}.again"), true).await;
        } else {
            writers(&store, &run, false).await;
        }
    });
}

fn limit(room: Option<u64>) {
    let limit = Rlimit {
        current: room,
        maximum: None,
    };
    setrlimit(Resource::Fsize, limit).unwrap();
}

async fn writers(store: &Store, run: &str, bounded: bool) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (store, name) = (store.clone(), format!("{run}.{writer}"));
        writers.spawn(async move {
            for round in 0..ROUNDS {
                let failed = write(&store, &format!("{name}.{round}"), round).await;
                // A full disk stays full; with room, some rounds are enough.
                if bounded && (failed || (name.contains(".again.") && round == 20)) {
                    return;
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
}

/// One transaction and its answer; true if it failed.
#[allow(clippy::print_stdout)]
async fn write(store: &Store, id: &str, round: usize) -> bool {
    let answer = async {
        let mut tx = store.begin().await?;
        let seen = audit::head_in(&mut tx).await?;
        match round % 5 {
            // A refusal, decided by rows that another transaction may just have written.
            3 => {
                tx.rollback().await?;
                return Ok(format!("seen {} {}", seen.seq, seen.hash));
            }
            4 => {
                note(&mut tx, id).await?;
                tx.rollback().await?;
                return Ok(format!("undone {id}"));
            }
            _ => note(&mut tx, id).await?,
        };
        tx.commit().await?;
        Ok::<String, crate::StoreError>(format!("done {id}"))
    };
    match answer.await {
        Ok(answer) => {
            println!("\n@{answer}");
            false
        }
        Err(error) => {
            println!("\n@failed {id} {}", error.code());
            true
        }
    }
}
