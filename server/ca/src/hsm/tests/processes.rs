//! The process that has loaded the module: killed, crashing, leaking, printing, replaced, missing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::{ErrorClass, PinState};
use rustix::process::{Pid, Signal, kill_process};
use tokio::task::JoinSet;

use super::bench::{Bench, RECOVERY, children, eventually};
use super::*;

const ONE: [(&str, KeyAlgorithm); 1] = [("p256", KeyAlgorithm::EcP256)];

/// Kills what runs now, as an operator or the kernel does.
fn kill_children() {
    for child in children() {
        let pid = Pid::from_raw(i32::try_from(child).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Memory of this process, in bytes.
fn own_memory() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * u64::try_from(rustix::param::page_size()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_kills_under_load_lose_no_caller_and_return_no_wrong_signature() {
    const KILLS: u64 = 100;
    let bench = Arc::new(Bench::new(&ONE));
    let pool = bench.pool(bench.config()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let total = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let (bench, pool, stop) = (bench.clone(), pool.clone(), stop.clone());
        let total = Arc::clone(&total);
        tasks.spawn(async move {
            let (mut asked, mut answered) = (0_u32, 0_u32);
            while !stop.load(Ordering::Relaxed) {
                asked += 1;
                // Verified there.
                match bench.sign(&pool, "p256", b"under load").await {
                    Ok(()) => {
                        total.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => {
                        assert!(error.retry_after().is_some(), "{error:?}");
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                }
                answered += 1;
            }
            (asked, answered)
        });
    }
    let mut times = Vec::new();
    for _ in 0..KILLS {
        let before = total.load(Ordering::Relaxed);
        kill_children();
        let killed = Instant::now();
        // Those in progress may still return.
        eventually("they sign again", &pool, |_| {
            total.load(Ordering::Relaxed) > before + 12
        })
        .await;
        times.push(killed.elapsed());
    }
    stop.store(true, Ordering::Relaxed);
    for (asked, answered) in tasks.join_all().await {
        assert_eq!(asked, answered, "every caller has an answer");
    }
    times.sort();
    println!(
        "time until twelve more signatures: p50 {:?}, longest {:?}; {} signatures",
        times[times.len() / 2],
        times.last().unwrap(),
        total.load(Ordering::Relaxed)
    );
    eventually("every end is counted", &pool, |state| {
        state.driver.crashes == KILLS
    })
    .await;
    assert_eq!(bench.token_info().pin, PinState::Unknown, "no wrong PIN");
    eventually("one process is left", &pool, |_| children().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_for_the_whole_service_are_for_the_server() {
    let bench = Bench::new(&ONE);
    let pool = bench.pool(bench.config()).await;
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        for child in children() {
            let pid = Pid::from_raw(i32::try_from(child).unwrap()).unwrap();
            kill_process(pid, signal).unwrap();
        }
        for _ in 0..20 {
            assert_eq!(bench.sign(&pool, "p256", b"still").await, Ok(()));
        }
    }
    let driver = pool.state().driver;
    assert_eq!((driver.starts, driver.crashes), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_crashes_at_each_signature_is_tried_ever_more_rarely() {
    let (bench, control) = Bench::hostile(&ONE);
    let config = HsmConfig {
        first_pause: Duration::from_millis(200),
        longest_pause: Duration::from_secs(2),
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    bench.sign(&pool, "p256", b"before").await.unwrap();
    control.set("segfault:sign");
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        let error = bench.sign(&pool, "p256", b"crash").await.unwrap_err();
        assert!(error.retry_after().is_some(), "{error:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let driver = pool.state().driver;
    assert!(driver.crashes >= 3, "{driver:?}");
    // 0, 200, 400, 800, 1600 ms, each with at most one crash more in the queue.
    assert!(driver.starts <= 8, "{driver:?}");
    assert_eq!(driver.kills, 0);
    let error = pool.state().last_error.unwrap();
    assert_eq!(error.class, Some(ErrorClass::LibraryLost));
    control.set("");
    bench.sign_eventually(&pool, "p256").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_leaks_is_replaced_and_this_process_does_not_grow() {
    const LIMIT: u64 = 48 * 1024 * 1024;
    let (bench, control) = Bench::hostile(&ONE);
    let config = HsmConfig {
        memory_limit: LIMIT,
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    bench.sign(&pool, "p256", b"before").await.unwrap();
    let before = own_memory();
    control.set("leak:1024");
    let until = Instant::now() + RECOVERY * 2;
    let mut signed = 0;
    let mut longest = Duration::ZERO;
    while pool.state().driver.replaced < 3 {
        assert!(Instant::now() < until, "{:?}", pool.state());
        let asked = Instant::now();
        assert_eq!(bench.sign(&pool, "p256", b"leak").await, Ok(()));
        longest = longest.max(asked.elapsed());
        signed += 1;
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    let grown = own_memory().saturating_sub(before);
    println!(
        "{signed} signatures of a module that leaks 1 MiB each; this process grew by {grown} bytes; longest signature {longest:?}"
    );
    assert!(signed > 60, "{signed}");
    assert!(grown < 16 * 1024 * 1024, "{grown}");
    let driver = pool.state().driver;
    assert_eq!((driver.kills, driver.crashes), (0, 0), "replaced in order");
    control.set("");
    bench.sign_eventually(&pool, "p256").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_prints_disturbs_nothing() {
    let (bench, control) = Bench::hostile(&ONE);
    control.set("chatter");
    let pool = bench.pool(bench.config()).await;
    // Far more than a pipe holds.
    for _ in 0..100 {
        assert_eq!(bench.sign(&pool, "p256", b"noise").await, Ok(()));
    }
    let driver = pool.state().driver;
    assert_eq!((driver.starts, driver.crashes), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_writes_into_every_descriptor_is_ended_and_recovered_from() {
    let (bench, control) = Bench::hostile(&ONE);
    let pool = bench.pool(bench.config()).await;
    bench.sign(&pool, "p256", b"before").await.unwrap();
    control.set("meddle");
    let error = bench.sign(&pool, "p256", b"meddling").await.unwrap_err();
    assert!(error.retry_after().is_some(), "{error:?}");
    eventually("it is ended", &pool, |state| state.driver.crashes >= 1).await;
    control.set("");
    bench.sign_eventually(&pool, "p256").await;
    assert_eq!(bench.token_info().pin, PinState::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_is_kept_from_the_network_from_programs_and_from_this_process() {
    let (bench, control) = Bench::hostile(&ONE);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let words = format!("escape:{port}");
    let tried = async |config: HsmConfig| {
        control.forget_escapes();
        control.set(&words);
        let pool = bench.pool(config).await;
        assert_eq!(bench.sign(&pool, "p256", b"escape").await, Ok(()));
        let sandbox = pool.state().driver.sandbox.unwrap();
        let ended = tokio::task::spawn_blocking(move || pool.shutdown(RECOVERY));
        assert!(ended.await.unwrap());
        (sandbox, control.escapes())
    };
    let (sandbox, escapes) = tried(bench.config()).await;
    let all_on = sandbox.parts().iter().all(|(_, guard)| *guard == Guard::On);
    assert!(all_on, "this kernel can do everything: {sandbox:?}");
    assert_eq!(escapes, Vec::<String>::new());

    let (sandbox, escapes) = tried(HsmConfig {
        network: true,
        programs: true,
        ..bench.config()
    })
    .await;
    assert_eq!(
        (sandbox.network, sandbox.programs),
        (Guard::Off, Guard::Off)
    );
    assert_eq!(escapes, ["network", "program"], "and only what is granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_file_that_is_replaced_counts_from_the_next_process_on() {
    let bench = Bench::new(&ONE);
    let link = bench.hsm.path().join("module.so");
    let put = |to: &std::path::Path| {
        let fresh = link.with_extension("fresh");
        symlink(to, &fresh).unwrap();
        fs::rename(&fresh, &link).unwrap();
    };
    put(&bench.hsm.module_path());
    let pool = bench
        .pool(HsmConfig {
            module: link.clone(),
            ..bench.config()
        })
        .await;
    bench.sign(&pool, "p256", b"before").await.unwrap();

    // An upgrade that went wrong: the running process does not notice.
    let text = bench.hsm.path().join("text.so");
    fs::write(&text, "not a library").unwrap();
    put(&text);
    bench.sign(&pool, "p256", b"still").await.unwrap();
    kill_children();
    eventually("the new file cannot be loaded", &pool, |state| {
        state.phase == HsmPhase::Down
            && state
                .last_error
                .as_ref()
                .is_some_and(|error| error.detail.contains("not a PKCS#11 module"))
    })
    .await;
    assert_eq!(
        pool.state().last_error.unwrap().operation,
        "load module",
        "the operator reads which step failed"
    );
    // And back: the older one again.
    put(&bench.hsm.module_path());
    bench.sign_eventually(&pool, "p256").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_is_no_program_or_answers_nonsense_is_told_by_its_name() {
    let bench = Bench::new(&ONE);
    let program = bench.hsm.path().join("driver");
    let endless = "exec cat /dev/zero >&0";
    for (text, told) in [
        ("no program", "cannot be started"),
        ("#!/bin/sh\nexit 3\n", "closed the connection"),
        (
            "#!/bin/sh\nprintf 'GET / HTTP/1.1' >&0\nsleep 9\n",
            "too long",
        ),
        (
            "#!/bin/sh\nprintf '\\000\\000\\000\\006\\011\\011\\011\\011\\011\\011' >&0\nsleep 9\n",
            "not a valid message",
        ),
        (endless, "cannot be started"),
        (&format!("#!/bin/sh\n{endless}\n"), "not a valid message"),
    ] {
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let pool = HsmPool::start(HsmConfig {
            driver: program.clone(),
            ..bench.config()
        })
        .unwrap();
        eventually(told, &pool, |state| {
            state.phase == HsmPhase::Down
                && state.last_error.as_ref().is_some_and(|error| {
                    error.operation == "start driver" && error.detail.contains(told)
                })
        })
        .await;
        assert!(bench.sign(&pool, "p256", b"x").await.is_err());
        assert_eq!(pool.state().logins, 0);
        let ended = tokio::task::spawn_blocking(move || pool.shutdown(RECOVERY));
        assert!(ended.await.unwrap(), "{text}");
        assert_eq!(children(), Vec::<u32>::new(), "{text}");
    }
}
