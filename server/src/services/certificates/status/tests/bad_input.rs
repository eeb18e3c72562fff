//! Input that is no OCSP request, and requests that are too large.

use super::judge::Judge;
use crate::ca::ocsp::request::{LONGEST, MOST};
use crate::services::certificates::status::{OcspProblem, Reply};
use crate::services::testing::scene::{Scene, later};
use crate::store::certificates::State;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::Module;
use inkan_pki::x509::pem;
use inkan_server_fixtures::ca as testing;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(is_answered_and_costs_no_signature => bad);

async fn refused(scene: &Scene, request: &[u8]) -> OcspProblem {
    match scene.services.ocsp(request, later(0)).await {
        Reply::Refused(problem) => problem,
        other => panic!("{other:?}"),
    }
}

async fn bad(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let good = judge.ask(&[&serial], "-sha1", true);

    let mut garbage = vec![
        Vec::new(),
        b"GET / HTTP/1.1".to_vec(),
        vec![0x30; 100],
        vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        [good.as_slice(), b"more"].concat(),
        vec![0u8; LONGEST + 1],
        vec![0u8; 1_000_000],
    ];
    // Cut off at every octet, and every octet changed once.
    garbage.extend((0..good.len()).map(|end| good[..end].to_vec()));
    for request in garbage {
        let problem = refused(&scene, &request).await;
        assert_eq!(problem, OcspProblem::MalformedRequest);
    }
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 0x55;
        // Whatever it is now, it gets a response.
        scene.services.ocsp(&changed, later(0)).await;
    }

    // As many certificates as are allowed, and one more.
    let serials: Vec<String> = (0..=MOST).map(|n| format!("4a{n:04x}")).collect();
    let all: Vec<&str> = serials.iter().map(String::as_str).collect();
    let request = judge.ask(&all[..MOST], "-sha1", false);
    assert_eq!(refused(&scene, &request).await, OcspProblem::Unauthorized);
    let mut with_one: Vec<&str> = all[..MOST].to_vec();
    with_one[MOST - 1] = &serial;
    let request = judge.ask(&with_one, "-sha1", false);
    let reply = scene.services.ocsp(&request, later(0)).await;
    let text = judge.answer(
        &request,
        &super::responses::der(&reply),
        &with_one,
        later(0).as_second(),
    );
    assert_eq!(text.matches(": unknown").count(), MOST - 1, "{text}");
    let request = judge.ask(&all, "-sha1", false);
    assert_eq!(
        refused(&scene, &request).await,
        OcspProblem::MalformedRequest
    );

    // Another bank's CA, and a digest that nobody uses.
    let module = Module::load(&scene.bank.hsm.module_path()).unwrap();
    let token = scene.bank.hsm.init_token("stranger");
    module.reinitialise().unwrap();
    let stranger = testing::make_ca(&module, &token, KeyAlgorithm::EcP256);
    let stranger = Judge::new(&pem::encode_certificate(&stranger));
    for digest in ["-sha1", "-sha256"] {
        let request = stranger.ask(&[&serial], digest, false);
        assert_eq!(refused(&scene, &request).await, OcspProblem::Unauthorized);
    }
    let request = judge.ask(&[&serial], "-sha512", false);
    assert_eq!(refused(&scene, &request).await, OcspProblem::Unauthorized);
}
