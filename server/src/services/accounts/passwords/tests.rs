use super::*;

fn cheap() -> PasswordSettings {
    PasswordSettings {
        memory_kib: 64,
        iterations: 3,
        parallelism: 2,
        ..PasswordSettings::default()
    }
}

fn from(address: &str) -> Caller {
    Caller {
        address: Some(address.parse().unwrap()),
    }
}

#[tokio::test]
async fn a_hash_fits_its_password_only() {
    let passwords = Passwords::new(&cheap());
    let hash = passwords.hash(Secret::new("sakura-8")).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=64,t=3,p=2$"), "{hash}");
    assert_ne!(
        hash,
        passwords.hash(Secret::new("sakura-8")).await.unwrap(),
        "the salt is fresh"
    );
    let verify = |hash: Option<String>, password: &str| {
        passwords.verify(hash, Secret::new(password), Caller::default())
    };
    assert!(verify(Some(hash.clone()), "sakura-8").await.unwrap());
    assert!(!verify(Some(hash.clone()), "sakura-9").await.unwrap());
    assert!(!verify(Some(hash.clone()), "").await.unwrap());
    assert!(!verify(None, "sakura-8").await.unwrap());
    assert!(
        verify(Some("no hash".to_owned()), "sakura-8")
            .await
            .is_err()
    );
    // A password that is too long is wrong, whatever is stored: it does not even match the hash of the empty password.
    let empty = passwords.hash(Secret::new("")).await.unwrap();
    assert!(!verify(Some(empty), &"a".repeat(LONGEST + 1)).await.unwrap());
}

/// The cost of a comparison is the set of hashes that it computes: the same with a hash of either cost, and with none.
#[tokio::test]
async fn a_comparison_costs_the_same_whatever_is_recorded() {
    let cheap_ones = Passwords::new(&cheap());
    let old = cheap_ones.hash(Secret::new("sakura-8")).await.unwrap();
    let dearer = PasswordSettings {
        memory_kib: 128,
        ..cheap()
    };
    let passwords = Passwords::new(&dearer);
    let new = passwords.hash(Secret::new("sakura-8")).await.unwrap();
    assert!(passwords.is_outdated(&old) && !passwords.is_outdated(&new));
    passwords.learn([old.clone()]);
    let spent = |hash: Option<&String>| {
        let (own, mut all) = passwords.work(hash.map(String::as_str)).unwrap();
        assert!(all.insert(own), "once");
        all
    };
    assert_eq!(spent(None), spent(Some(&old)));
    assert_eq!(spent(None), spent(Some(&new)));
    assert_eq!(spent(None).len(), 2);
    for hash in [&old, &new] {
        for (password, right) in [("sakura-8", true), ("sakura-9", false)] {
            let verify =
                passwords.verify(Some(hash.clone()), Secret::new(password), Caller::default());
            assert_eq!(verify.await.unwrap(), right);
        }
    }
    // A cost that is not configured is known from its first comparison on.
    let unaware = Passwords::new(&dearer);
    let verify = unaware.verify(Some(old), Secret::new("x"), Caller::default());
    assert!(!verify.await.unwrap());
    assert_eq!(unaware.costs().len(), 2);
}

#[tokio::test]
async fn a_hash_like_another_has_its_salt_and_cost() {
    let passwords = Passwords::new(&cheap());
    let hash = passwords.hash(Secret::new("sakura-8")).await.unwrap();
    let dearer = Passwords::new(&PasswordSettings {
        memory_kib: 128,
        ..cheap()
    });
    let (salt, _) = hash.rsplit_once('$').unwrap();
    let like = |like: Option<&str>, password: &str| {
        let like = like.map(str::to_owned);
        dearer.hash_like(like, Secret::new(password), Caller::default())
    };
    for other in [&*hash, salt] {
        assert_eq!(like(Some(other), "sakura-8").await.unwrap(), hash);
        assert_ne!(like(Some(other), "sakura-9").await.unwrap(), hash);
    }
    let none = like(None, "sakura-8").await;
    assert!(none.unwrap().starts_with("$argon2id$v=19$m=128,t=3,p=2$"));
}

#[tokio::test]
async fn a_flood_is_refused_and_leaves_nothing_behind() {
    let settings = PasswordSettings {
        concurrent: 1,
        queue: 16,
        ..cheap()
    };
    let passwords = Passwords::new(&settings);
    let turn = Arc::clone(&passwords.inner.turns)
        .acquire_owned()
        .await
        .unwrap();
    let verify = |passwords: &Passwords, address: &str| {
        let (passwords, caller) = (passwords.clone(), from(address));
        async move { passwords.verify(None, Secret::new("x"), caller).await }
    };
    let waiting = || passwords.inner.queue().waiting.len();
    let until = async |count: usize| {
        while waiting() != count {
            tokio::task::yield_now().await;
        }
    };
    let busy =
        |result: Result<bool>| matches!(result, Err(Error::Refused(Refusal::Unavailable { .. })));
    // Two places for one address; a third one is refused although places are free.
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..2 {
        crowd.spawn(verify(&passwords, "192.0.1.1"));
    }
    until(2).await;
    assert!(busy(verify(&passwords, "192.0.1.1").await));
    // Eight addresses with two each take every place.
    for n in 2..9 {
        for _ in 0..2 {
            crowd.spawn(verify(&passwords, &format!("192.0.{n}.1")));
        }
    }
    until(16).await;
    // Somebody else gets a place, and one of the crowd loses it.
    let mut customer = tokio::task::JoinSet::new();
    customer.spawn(verify(&passwords, "198.51.100.1"));
    assert!(busy(crowd.join_next().await.unwrap().unwrap()));
    until(16).await;
    assert_eq!(crowd.len(), 15);
    // They leave and their places are free; then everybody gets one in turn.
    crowd.abort_all();
    until(1).await;
    drop(turn);
    assert!(!customer.join_next().await.unwrap().unwrap().unwrap());
    assert_eq!(passwords.inner.turns.available_permits(), 1);
    assert!(passwords.inner.queue().held.is_empty());
}
