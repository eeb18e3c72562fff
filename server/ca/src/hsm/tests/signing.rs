use std::sync::atomic::Ordering;

use super::bench::{Bench, RECOVERY, children, eventually, threads};
use super::*;
use inkan_pki::algorithm::KeyAlgorithm;

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_over_several_workers_all_verify() {
    let kinds = [
        ("p256", KeyAlgorithm::EcP256),
        ("p384", KeyAlgorithm::EcP384),
        ("rsa", KeyAlgorithm::Rsa2048),
    ];
    let bench = std::sync::Arc::new(Bench::new(&kinds));
    // All wait in the queue at once, and this is not about how long.
    let config = HsmConfig {
        deadline: Duration::from_secs(60),
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..240_usize {
        let (bench, pool) = (bench.clone(), pool.clone());
        tasks.spawn(async move {
            bench
                .sign(&pool, kinds[n % 3].0, format!("message {n}").as_bytes())
                .await
        });
    }
    for result in tasks.join_all().await {
        assert_eq!(result, Ok(()));
    }
    let state = pool.state();
    assert_eq!(
        (state.workers, state.logins, state.quarantined_total),
        (3, 1, 0),
        "{state:?}"
    );
    assert!(
        state.keys.iter().all(|key| key.found == KeyFound::Ready),
        "{state:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_the_hsm_is_an_answer_and_costs_no_session() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    let wrong = pool
        .sign("p256", SignatureScheme::RsaPkcs1Sha256, b"x".to_vec())
        .await;
    assert!(
        matches!(
            wrong,
            Err(HsmError::Refused {
                operation: "sign",
                ..
            })
        ),
        "{wrong:?}"
    );
    assert_eq!(bench.sign(&pool, "p256", b"y").await, Ok(()));
    assert_eq!(pool.state().logins, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_ends_the_process_of_the_module_and_answers_everybody() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    bench.sign(&pool, "p256", b"x").await.unwrap();
    let other = pool.clone();
    assert!(
        tokio::task::spawn_blocking(move || other.shutdown(RECOVERY))
            .await
            .unwrap()
    );
    assert_eq!(
        bench.sign(&pool, "p256", b"y").await,
        Err(HsmError::Stopped)
    );
    assert_eq!(pool.state().phase, HsmPhase::Stopped);
    assert_eq!(children(), Vec::<u32>::new());
    let driver = pool.state().driver;
    assert_eq!((driver.starts, driver.kills, driver.crashes), (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_ends_every_thread() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    let other = pool.clone();
    drop(pool);
    bench
        .sign(&other, "p256", b"the clone still works")
        .await
        .unwrap();
    let mut names = threads();
    names.sort();
    names.dedup();
    let wanted = [
        "hsm-driver",
        "hsm-driver-log",
        "hsm-login",
        "hsm-supervisor",
        "hsm-worker",
    ];
    assert_eq!(names, wanted);
    assert_eq!(children().len(), 1);
    drop(other);
    let until = Instant::now() + RECOVERY;
    while !threads().is_empty() || !children().is_empty() {
        assert!(Instant::now() < until, "{:?} {:?}", threads(), children());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_sessions_are_exercised() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        keepalive: Duration::from_millis(30),
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    let exercised = &pool.inner.shared.exercised;
    eventually("they are, again and again", &pool, |_| {
        exercised.load(Ordering::Relaxed) >= 8
    })
    .await;
    assert_eq!(pool.state().last_error, None);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let hsm = softhsm_test_helpers::SoftHsm::new();
    let config = || {
        let token = inkan_pki::pkcs11::TokenSelector::Label("t".to_owned());
        let keys = vec![HsmKey::by_label("a", "a")];
        HsmConfig::new(hsm.module_path(), token, Pin::new("1234"), keys)
    };
    let refused = |config| HsmPool::start(config).map(drop).unwrap_err();
    assert_eq!(
        refused(HsmConfig {
            workers: 0,
            ..config()
        }),
        StartError::Zero("workers")
    );
    assert_eq!(
        refused(HsmConfig {
            deadline: Duration::ZERO,
            ..config()
        }),
        StartError::Zero("deadline")
    );
    assert_eq!(
        refused(HsmConfig {
            keys: Vec::new(),
            ..config()
        }),
        StartError::Zero("keys")
    );
    let twice = vec![HsmKey::by_label("a", "a"), HsmKey::by_label("a", "b")];
    assert_eq!(
        refused(HsmConfig {
            keys: twice,
            ..config()
        }),
        StartError::KeyTwice("a".to_owned())
    );
    let unnamed = vec![HsmKey {
        id: "a".to_owned(),
        spki: None,
        label: None,
        specified: None,
    }];
    assert_eq!(
        refused(HsmConfig {
            keys: unnamed,
            ..config()
        }),
        StartError::KeyUnnamed("a".to_owned())
    );
    let nowhere = hsm.path().join("no-such-program");
    assert_eq!(
        refused(HsmConfig {
            driver: nowhere.clone(),
            ..config()
        }),
        StartError::DriverMissing(nowhere)
    );
    let nowhere = hsm.path().join("no-such-module.so");
    assert_eq!(
        refused(HsmConfig {
            module: nowhere.clone(),
            ..config()
        }),
        StartError::ModuleMissing(nowhere)
    );
}
