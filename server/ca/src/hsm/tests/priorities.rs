//! CRLs and OCSP responses go before certificates, and have a part of the queue of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use inkan_pki::algorithm::KeyAlgorithm;
use tokio::task::JoinSet;

use super::bench::{Bench, eventually};
use super::*;
use crate::hsm::queue::{Queue, Turn};

const ISSUES: usize = 256;

#[tokio::test(flavor = "multi_thread")]
async fn a_crl_is_signed_while_256_certificates_wait() {
    let bench = Bench::new(&[
        ("slow", KeyAlgorithm::EcP256),
        ("ca", KeyAlgorithm::Rsa2048),
    ]);
    let config = HsmConfig {
        workers: 1,
        queue: ISSUES,
        deadline: Duration::from_secs(60),
        open_deadline: Duration::from_secs(60),
        ..bench.config()
    };
    let group = HsmGroup::from(bench.pool(config).await);
    let pool = group.first().clone();
    let sign = |key: &'static str, priority| {
        let group = group.clone();
        let scheme = match key {
            "slow" => SignatureScheme::EcdsaP256Sha256,
            _ => SignatureScheme::RsaPkcs1Sha256,
        };
        async move { group.sign(key, scheme, b"x".to_vec(), priority).await }
    };
    // The only worker is inside the module.
    let jam = bench.jam("slow");
    let mut stuck = Box::pin(sign("slow", Priority::Issuing));
    // Polled once, it is in the queue.
    let polled = tokio::time::timeout(Duration::ZERO, &mut stuck).await;
    assert!(polled.is_err(), "it hangs");
    let called = "the worker has taken it";
    eventually(called, &pool, |_| pool.inner.shared.queue.is_empty()).await;
    let issued = Arc::new(AtomicUsize::new(0));
    let mut issues = JoinSet::new();
    for _ in 0..ISSUES {
        let (sign, issued) = (sign("ca", Priority::Issuing), Arc::clone(&issued));
        issues.spawn(async move {
            sign.await.unwrap();
            issued.fetch_add(1, Ordering::Relaxed)
        });
    }
    let full = "all certificates wait";
    eventually(full, &pool, |state| state.queue_length >= ISSUES).await;
    assert_eq!(sign("ca", Priority::Issuing).await, Err(HsmError::Busy));
    let status = [(); 3].map(|()| tokio::spawn(sign("ca", Priority::Status)));
    let there = "there is room for CRLs";
    eventually(there, &pool, |state| state.queue_length == ISSUES + 3).await;

    jam.release();
    for crl in status {
        crl.await.unwrap().unwrap();
    }
    let before = issued.load(Ordering::Relaxed);
    assert!(before < ISSUES / 2, "{before} certificates went first");
    issues.join_all().await;
    let _ = stuck.await;
}

#[test]
fn many_status_jobs_do_not_keep_certificates_waiting_for_ever() {
    let queue = Queue::new(8, 1);
    let mut turn = Turn::default();
    let [first, then] = queue.in_order(&turn);
    let (status, issuing) = (first.clone(), then.clone());
    for _ in 0..8 {
        assert!(queue.in_order(&turn)[0].same_channel(&status));
        turn.took(Priority::Status);
    }
    assert!(queue.in_order(&turn)[0].same_channel(&issuing));
    turn.took(Priority::Issuing);
    assert!(queue.in_order(&turn)[0].same_channel(&status));
}
