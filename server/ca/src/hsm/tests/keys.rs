use super::bench::Bench;
use super::*;
use inkan_pki::algorithm::KeyAlgorithm;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_held_to_its_public_key() {
    let bench = Bench::new(&[
        ("real", KeyAlgorithm::EcP256),
        ("other", KeyAlgorithm::EcP256),
    ]);
    let (real, other) = (bench.keys[0].2.clone(), bench.keys[1].2.clone());
    let absent = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let absent = rcgen::PublicKeyData::subject_public_key_info(&absent);
    let keys = vec![
        HsmKey::by_public_key("real", real.clone()),
        HsmKey::by_label("named", "other"),
        HsmKey::by_public_key("absent", absent.clone()),
        HsmKey {
            id: "exchanged".to_owned(),
            spki: Some(absent),
            label: Some("real".to_owned()),
            specified: None,
        },
    ];
    let pool = bench
        .pool(HsmConfig {
            keys,
            ..bench.config()
        })
        .await;
    let sign = async |key: &str| {
        pool.sign(key, SignatureScheme::EcdsaP256Sha256, b"x".to_vec())
            .await
    };

    assert_eq!(pool.public_key("real"), Some(real));
    assert_eq!(pool.public_key("named"), Some(other));
    assert!(sign("real").await.is_ok());
    assert!(sign("named").await.is_ok());
    assert_eq!(
        sign("absent").await,
        Err(HsmError::KeyMissing("absent".to_owned()))
    );
    assert_eq!(
        sign("exchanged").await,
        Err(HsmError::WrongKey("exchanged".to_owned()))
    );
    assert_eq!(
        sign("unheard-of").await,
        Err(HsmError::UnknownKey("unheard-of".to_owned()))
    );
    assert_eq!(pool.public_key("unheard-of"), None);
    let found: Vec<_> = pool.state().keys.into_iter().map(|key| key.found).collect();
    assert_eq!(
        found,
        [
            KeyFound::Ready,
            KeyFound::Ready,
            KeyFound::Missing,
            KeyFound::Wrong
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_tells_how_it_keeps_each_key_and_what_is_not_as_specified() {
    let bench = Bench::new(&[
        ("good", KeyAlgorithm::EcP256),
        ("renamed", KeyAlgorithm::EcP256),
    ]);
    let (good, renamed) = (bench.keys[0].2.clone(), bench.keys[1].2.clone());
    let keys = vec![
        HsmKey::by_public_key("good", good).specified("good", KeyAlgorithm::EcP256),
        HsmKey::by_public_key("renamed", renamed).specified("before", KeyAlgorithm::EcP384),
        HsmKey::by_label("absent", "absent").specified("absent", KeyAlgorithm::EcP256),
    ];
    let pool = bench
        .pool(HsmConfig {
            keys,
            ..bench.config()
        })
        .await;
    let state = pool.state();
    let [good, renamed, absent] = state.keys.as_slice() else {
        panic!("three keys");
    };
    assert_eq!(good.differences(), []);
    let seen = good.seen.as_ref().unwrap();
    assert_eq!(
        (&*seen.label, seen.algorithm),
        ("good", KeyAlgorithm::EcP256)
    );
    assert!(seen.attributes.sensitive && !seen.attributes.extractable);
    assert_eq!(
        renamed.differences(),
        [KeyDifference::Label, KeyDifference::Algorithm]
    );
    assert_eq!((absent.found, &absent.seen), (KeyFound::Missing, &None));
}
