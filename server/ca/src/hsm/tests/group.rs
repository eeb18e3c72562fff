//! Two units with the same keys: two SoftHSM2 directories, each behind a module that misbehaves when it is ordered to.

use std::process::Command;
use std::sync::Arc;

use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_server_fixtures::ca::environment;
use metrics_exporter_prometheus::PrometheusBuilder;
use softhsm_test_helpers::SoftHsm;
use tokio::task::JoinSet;

use super::bench::{Bench, RECOVERY, verify};
use super::*;

const KEYS: [(&str, KeyAlgorithm); 2] = [
    ("p256", KeyAlgorithm::EcP256),
    ("other", KeyAlgorithm::EcP256),
];
const HEDGE: Duration = Duration::from_millis(150);

/// A bench, whose token is the unit `one`, and a copy of it, which is the unit `two`.
struct Two {
    bench: Bench,
    one: Control,
    two: Control,
    copy: SoftHsm,
}

impl Two {
    fn new() -> Self {
        let (bench, one) = Bench::hostile(&KEYS);
        let copy = SoftHsm::new();
        let mut cp = Command::new("cp");
        cp.arg("-a").arg(bench.hsm.token_directory().join("."));
        let copied = cp.arg(copy.token_directory()).status().unwrap();
        assert!(copied.success());
        let two = Control::new(copy.path());
        Self {
            bench,
            one,
            two,
            copy,
        }
    }

    /// The settings of both units.
    fn configs(&self) -> [HsmConfig; 2] {
        let config = |unit: &str, environment| HsmConfig {
            unit: unit.to_owned(),
            environment,
            deadline: Duration::from_secs(4),
            keepalive: Duration::from_millis(500),
            ..self.bench.config()
        };
        let own = self.two.environment(&self.bench.hsm.module_path());
        let own = own.into_iter().chain(self.copy.env());
        let mut second = environment();
        let own = own.map(|(name, value)| (name.into(), value.into()));
        set_variables(&mut second, own);
        [config("one", environment()), config("two", second)]
    }

    async fn group(&self, configs: [HsmConfig; 2]) -> HsmGroup {
        let group = HsmGroup::start(configs.to_vec(), HEDGE).unwrap();
        let all_in = |pool: &HsmState| pool.is_up() && pool.workers == pool.workers_configured;
        let both_up = || group.state().units().all(|unit| all_in(&unit.pool));
        until("both are up", both_up).await;
        group
    }

    /// One signature by the key "p256", verified.
    async fn sign(&self, group: &HsmGroup) -> Result<(), HsmError> {
        let (_, algorithm, spki) = &self.bench.keys[0];
        let signature = group
            .sign(
                "p256",
                algorithm.default_scheme(),
                b"x".to_vec(),
                Priority::Issuing,
            )
            .await?;
        verify(*algorithm, spki, b"x", &signature);
        Ok(())
    }

    async fn sign_eventually(&self, group: &HsmGroup) {
        let until = Instant::now() + RECOVERY;
        while let Err(error) = self.sign(group).await {
            assert!(error.retry_after().is_some(), "{error:?}");
            assert!(Instant::now() < until, "{error:?} {:?}", group.state());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + RECOVERY;
    while !holds() {
        assert!(Instant::now() < until, "not within {RECOVERY:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn progress(group: &HsmGroup, unit: &str) -> u64 {
    group.unit(unit).unwrap().progress()
}

/// Many callers at the same time, all of whom get a signature.
async fn all_sign(two: &Arc<Two>, group: &HsmGroup, callers: usize, each: usize) {
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (two, group) = (Arc::clone(two), group.clone());
        tasks.spawn(async move {
            for _ in 0..each {
                assert_eq!(two.sign(&group).await, Ok(()), "{:?}", group.state());
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn load_is_shared_and_a_unit_that_hangs_costs_no_signature_and_is_used_again_later() {
    let metrics = PrometheusBuilder::new().install_recorder().unwrap();
    let two = Arc::new(Two::new());
    let group = two.group(two.configs()).await;
    let before = ["one", "two"].map(|unit| progress(&group, unit));
    all_sign(&two, &group, 4, 10).await;
    let shares = ["one", "two"].map(|unit| progress(&group, unit));
    for (now, then) in shares.into_iter().zip(before) {
        assert!(now - then >= 10, "{shares:?} {before:?}");
    }

    two.one.set("hang:sign");
    all_sign(&two, &group, 6, 20).await;
    let text = metrics.render();
    let overdue = |unit: &str| {
        let name = format!("inkan_hsm_overdue_total{{unit=\"{unit}\"}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&name));
        value.map_or(0, |value| value.parse::<u32>().unwrap())
    };
    assert!((1..60).contains(&overdue("one")), "of 120: {text}");

    two.one.set("");
    let stop = Instant::now() + RECOVERY * 2;
    let avoided = |first: &UnitState| first.overdue || !first.pool.is_up();
    while avoided(&group.state().first) {
        assert!(Instant::now() < stop, "{:?}", group.state());
        // It shows life when idle sessions are exercised or its process is replaced, and then gets a job on trial.
        assert_eq!(two.sign(&group).await, Ok(()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = progress(&group, "one");
    all_sign(&two, &group, 4, 10).await;
    assert!(progress(&group, "one") > before, "{:?}", group.state());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_one_unit_does_the_other_signs() {
    let two = Arc::new(Two::new());
    let group = two.group(two.configs()).await;
    for words in [
        // Device error, function failed, mechanism invalid, not logged in, device removed, PIN incorrect.
        "answers:C_Sign:0x30",
        "answers:C_Sign:0x6",
        "answers:C_Sign:0x70",
        "answers:C_Sign:0x101",
        "answers:C_Sign:0x32",
        "answers:C_Sign:0xa0",
        "wrong-signatures",
        "short",
        "crash:sign",
        "segfault:sign",
        "hang:sign hang:find hang:login",
        "answers:C_OpenSession:0x30 answers:C_GetTokenInfo:0xe0 answers:C_Sign:0x30",
    ] {
        two.one.set(words);
        all_sign(&two, &group, 4, 5).await;
        let state = group.state();
        assert!(state.additional[0].pool.is_up(), "{words}: {state:?}");
        two.one.set("");
        // After some answers only an operator brings it back.
        group.restore_keys();
        let pool = group.unit("one").unwrap();
        pool.provide_pin(two.bench.pin());
        until(words, || pool.state().is_up()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_libraries_of_both_are_lost_again_and_again_and_every_caller_is_answered() {
    let two = Arc::new(Two::new());
    let group = two.group(two.configs()).await;
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let (two, group) = (Arc::clone(&two), group.clone());
        tasks.spawn(async move {
            for _ in 0..50 {
                two.sign_eventually(&group).await;
            }
        });
    }
    for round in 0..10 {
        let word = Control::once("finalise");
        let control = if round % 2 == 0 { &two.one } else { &two.two };
        control.set(&word);
        let before = progress(&group, "one") + progress(&group, "two");
        until("they sign", || {
            tasks.is_empty() || progress(&group, "one") + progress(&group, "two") > before + 3
        })
        .await;
        while let Some(done) = tasks.try_join_next() {
            done.unwrap();
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_both_are_unavailable_callers_are_refused_and_afterwards_it_signs_again() {
    const AWAY: &str = "answers:C_OpenSession:0x30 answers:C_GetTokenInfo:0xe0 answers:C_Sign:0x30";
    let two = Two::new();
    let group = two.group(two.configs()).await;
    for control in [&two.one, &two.two] {
        control.set(&format!("{AWAY} {}", Control::once("logout")));
    }
    until("both are down", || {
        let state = group.state();
        state.units().all(|unit| unit.pool.phase == HsmPhase::Down)
    })
    .await;
    let refused = two.sign(&group).await.unwrap_err();
    assert!(
        matches!(refused, HsmError::Unavailable { .. }),
        "{refused:?}"
    );
    assert!(!group.state().serves_every_key());

    // One is enough.
    two.two.set("");
    two.sign_eventually(&group).await;
    assert!(group.until_up(RECOVERY).await);
    two.one.set("");
    until("the other one as well", || group.state().first.pool.is_up()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_signed_with_where_it_is_and_another_key_of_its_name_never() {
    let two = Arc::new(Two::new());
    let [mut one, mut other] = two.configs();
    let spki = |n: usize| two.bench.keys[n].2.clone();
    // The second unit has a successor that the first one lacks, and another key by the name of the first one's.
    one.keys = vec![HsmKey::by_public_key("p256", spki(0))];
    other.keys = vec![
        HsmKey::by_label("p256", "other"),
        HsmKey::by_public_key("successor", spki(1)),
    ];
    let group = two.group([one.clone(), other.clone()]).await;
    assert_eq!(group.public_key("p256"), Some(spki(0)));
    assert_eq!(group.public_key("successor"), Some(spki(1)));
    assert_eq!(
        group.known_key("none"),
        Err(HsmError::UnknownKey("none".to_owned()))
    );
    for _ in 0..10 {
        assert_eq!(two.sign(&group).await, Ok(()));
        let scheme = SignatureScheme::EcdsaP256Sha256;
        let signed = group.sign("successor", scheme, b"y".to_vec(), Priority::Issuing);
        verify(KeyAlgorithm::EcP256, &spki(1), b"y", &signed.await.unwrap());
    }
    let state = group.state();
    let found: Vec<_> = state
        .keys("p256")
        .map(|(unit, key)| (&*unit.name, key.found))
        .collect();
    assert_eq!(found, [("one", KeyFound::Ready), ("two", KeyFound::Wrong)]);
    // Not even while the first one is away.
    two.one.set("answers:C_Sign:0x6");
    let refused = two.sign(&group).await.unwrap_err();
    assert!(refused.retry_after().is_some(), "{refused:?}");

    // What the configuration shows is refused at the start.
    other.keys = vec![HsmKey::by_public_key("p256", spki(1))];
    let differs = HsmGroup::start(vec![one.clone(), other], HEDGE).unwrap_err();
    assert_eq!(
        differs,
        StartError::KeyDiffers {
            key: "p256".to_owned(),
            one: "one".to_owned(),
            other: "two".to_owned(),
        }
    );
    let twice = HsmGroup::start(vec![one.clone(), one.clone()], HEDGE).unwrap_err();
    assert_eq!(twice, StartError::UnitTwice("one".to_owned()));
    assert_eq!(
        HsmGroup::start(Vec::new(), HEDGE).unwrap_err(),
        StartError::Units(0)
    );
    let five = vec![one.clone(); 5];
    assert_eq!(
        HsmGroup::start(five, HEDGE).unwrap_err(),
        StartError::Units(5)
    );
    let zero = HsmGroup::start(vec![one], Duration::ZERO).unwrap_err();
    assert_eq!(zero, StartError::Zero("hedge_after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_unit_is_sealed_none_signs_and_without_another_one_it_does() {
    let two = Two::new();
    let sealed = two.configs().map(|config| HsmConfig {
        pin: None,
        ..config
    });
    let group = HsmGroup::start(sealed.to_vec(), HEDGE).unwrap();
    let (first, second) = (group.first(), group.unit("two").unwrap());
    assert_eq!(two.sign(&group).await, Err(HsmError::Sealed));
    second.provide_pin(two.bench.pin());
    assert!(second.until_up(RECOVERY).await);
    assert_eq!(two.sign(&group).await, Err(HsmError::Sealed));
    first.provide_pin(two.bench.pin());
    assert!(first.until_up(RECOVERY).await);
    assert_eq!(two.sign(&group).await, Ok(()));
    assert!(second.seal(RECOVERY).await);
    assert_eq!(two.sign(&group).await, Ok(()));
    assert!(first.seal(RECOVERY).await);
    assert_eq!(two.sign(&group).await, Err(HsmError::Sealed));
    let ended = tokio::task::spawn_blocking(move || group.shutdown(RECOVERY));
    assert!(ended.await.unwrap());
}
