//! Signatures that do not verify: never returned, counted, and after several in a row the key is taken out of service.

use inkan_pki::algorithm::KeyAlgorithm;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::bench::Bench;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_wrong_signatures_in_a_row_is_taken_out_of_service_until_an_operator_decides() {
    let metrics = PrometheusBuilder::new().install_recorder().unwrap();
    let keys = [
        ("p256", KeyAlgorithm::EcP256),
        ("rsa", KeyAlgorithm::Rsa2048),
    ];
    let (bench, control) = Bench::hostile(&keys);
    let pool = bench.pool(bench.config()).await;
    let wrong = || Err(HsmError::WrongSignature("p256".into()));
    let fault = || pool.state().keys.remove(0).signing;

    // Several, with a correct one in between: the count starts again.
    for words in ["wrong-signatures", "short"] {
        control.set(words);
        assert_eq!(bench.sign(&pool, "p256", b"wrong").await, wrong());
        assert_eq!(bench.sign(&pool, "p256", b"wrong").await, wrong());
        assert_eq!(fault(), Some(SigningFault::Wrong(2)));
        control.set("");
        assert_eq!(bench.sign(&pool, "p256", b"good").await, Ok(()));
        assert_eq!(fault(), None);
    }

    control.set("wrong-signatures");
    for _ in 0..3 {
        assert_eq!(bench.sign(&pool, "p256", b"wrong").await, wrong());
    }
    assert_eq!(fault(), Some(SigningFault::OutOfService(3)));
    control.set("");
    let out = HsmError::KeyOutOfService("p256".into());
    assert!(out.retry_after().is_some());
    for _ in 0..5 {
        assert_eq!(bench.sign(&pool, "p256", b"out").await, Err(out.clone()));
    }
    assert_eq!(bench.sign(&pool, "rsa", b"the other").await, Ok(()));
    let state = pool.state();
    assert!(state.is_up(), "the pool has no fault: {state:?}");
    assert!(!state.keys[0].is_usable() && state.keys[1].is_usable());

    pool.restore_keys();
    assert_eq!(bench.sign(&pool, "p256", b"good").await, Ok(()));
    assert_eq!(fault(), None);
    let text = metrics.render();
    let line = "inkan_hsm_wrong_signatures_total{unit=\"first\",key=\"p256\"} 7";
    assert!(text.contains(line), "{text}");
    assert!(
        text.contains("inkan_hsm_refused_total{unit=\"first\",code=\"hsm-key-out-of-service\"} 5"),
        "{text}"
    );
}
