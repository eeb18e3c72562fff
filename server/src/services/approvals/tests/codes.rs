//! Split activation codes: from two officers, one hash over both halves, locked after wrong ones.

use inkan_pki::secret::Secret;

use super::*;
use crate::services::staff::access::Half;
use crate::services::staff::activation_code::fits;
use crate::services::testing::{anonymous, caller, refusal, staff};
use crate::services::{Refusal, StaffRefusal};
use crate::store::activation_codes::{self, ActivationCode};

async fn half(world: &World, who: &str) -> Result<Half> {
    let accounts = world.accounts();
    accounts
        .issue_activation_code_half(&staff(who, at(1)), "teller")
        .await
}

async fn kept(world: &World) -> ActivationCode {
    let found = activation_codes::find(&world.store, "teller").await;
    found.unwrap().unwrap()
}

#[tokio::test]
async fn an_activation_code_has_two_halves_from_two_officers() {
    let world = world().await;
    let accounts = world.accounts();
    assert_eq!(
        refusal(half(&world, "approver").await),
        Refusal::RoleMissing
    );
    let own = accounts
        .issue_activation_code_half(&staff("officer", at(1)), "officer-again")
        .await;
    assert_eq!(refusal(own), StaffRefusal::OwnAffair.into());
    assert!(!half(&world, "officer").await.unwrap().second);
    // The same person again, with another account: a new code, and no second half.
    assert!(!half(&world, "officer-again").await.unwrap().second);
    assert!(half(&world, "second-officer").await.unwrap().second);
    assert!(
        !half(&world, "second-officer").await.unwrap().second,
        "anew"
    );
}

/// The database contains nothing by which one half could be guessed without the other, and no fast digest.
#[tokio::test]
async fn one_hash_covers_both_halves() {
    let world = world().await;
    let first = half(&world, "officer").await.unwrap().secret;
    let waiting = kept(&world).await;
    assert!(waiting.first_hash.starts_with("$argon2id$") && waiting.code_hash.is_none());
    let second = half(&world, "second-officer").await.unwrap().secret;
    let code = kept(&world).await;
    let hash = code.code_hash.clone().unwrap();
    assert!(hash.starts_with("$argon2id$"));
    // Only salt and cost of the first half remain.
    assert!(waiting.first_hash.starts_with(&code.first_hash));
    assert_eq!(
        code.first_hash.matches('$').count() + 1,
        hash.matches('$').count()
    );
    let passwords = &world.passwords;
    for alone in [&first, &second] {
        let fits = passwords.verify(Some(hash.clone()), alone.clone(), caller());
        let fits = fits.await;
        assert!(!fits.unwrap(), "a half by itself");
    }
    let wrong = Secret::new("x");
    let blank = Secret::new(format!(" {} ", first.expose()));
    let expired = code.expires_at;
    for (presented, now, expected) in [
        ((&first, &second), at(2), true),
        ((&blank, &second), at(2), true),
        ((&second, &first), at(2), false),
        ((&first, &wrong), at(2), false),
        ((&wrong, &second), at(2), false),
        ((&first, &first), at(2), false),
        ((&first, &second), expired, false),
    ] {
        let done = fits(passwords, Some(&code), presented, caller(), now).await;
        assert_eq!(done.unwrap(), expected, "{presented:?}");
    }
    for known in [None, Some(&waiting)] {
        let done = fits(passwords, known, (&first, &second), caller(), at(2)).await;
        assert!(!done.unwrap());
    }
    for row in world.log().await {
        for half in [&first, &second] {
            assert!(
                !row.detail.contains(half.expose()),
                "a half in the audit log"
            );
        }
    }
}

#[tokio::test]
async fn wrong_halves_lock_a_number_whether_anybody_has_it_or_not() {
    let place = inkan_server_fixtures::database::Place::sqlite();
    let scene = crate::services::testing::scene::Scene::new(&place).await;
    for officer in ["o1", "o2"] {
        let role = Role::SecurityOfficer;
        scene.world.add_account(officer, officer, role).await;
    }
    scene
        .world
        .add_account("newcomer", "E-77", Role::Teller)
        .await;
    let accounts = scene.services.accounts();
    let half = async |who: &str| {
        let half = accounts
            .issue_activation_code_half(&staff(who, at(1)), "newcomer")
            .await;
        half.unwrap().secret
    };
    let (first, second) = (half("o1").await, half("o2").await);
    let wrong = Secret::new("wrong");
    let page = async |number: &str, second: &Secret, seconds| {
        let halves = (&first, second);
        let services = &scene.services;
        let context = anonymous(at(seconds));
        let asked = services.create_request_with_code(&context, number, halves, "b");
        asked.await.map(drop)
    };
    let mut answers = Vec::new();
    for number in ["e-77", "e-78"] {
        let mut codes = Vec::new();
        for n in 0..6 {
            codes.push(refusal(page(number, &wrong, 10 + n).await).code());
        }
        answers.push(codes);
    }
    assert_eq!(
        answers[0], answers[1],
        "a number that exists is told from one that does not"
    );
    assert_eq!(answers[0][..5], ["handover-invalid"; 5]);
    assert_eq!(answers[0][5], "temporarily-locked");
    // While locked, correct halves are refused like wrong ones; after the lock they are accepted.
    let locked = page("e-77", &second, 20).await;
    assert_eq!(refusal(locked).code(), "temporarily-locked");
    let open = 20 + 24 * 3600;
    page("E-77", &second, open).await.unwrap();

    // The same with EST, whose response does not show the reason.
    let est = async |credential: String, seconds| {
        let (services, credential) = (&scene.services, Secret::new(credential));
        let context = anonymous(at(seconds));
        let done = services.enroll_staff(&context, "newcomer", &credential, b"no csr");
        refusal(done.await).code()
    };
    let whole = format!("{}-{}", first.expose(), second.expose());
    assert_ne!(
        est(whole.clone(), open).await,
        "credential-invalid",
        "the code is good"
    );
    for n in 0..5 {
        let wrong = format!("{}-wrong", first.expose());
        assert_eq!(est(wrong, open + n).await, "credential-invalid");
    }
    assert_eq!(est(whole, open + 9).await, "credential-invalid", "locked");
}
