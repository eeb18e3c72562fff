//! 失効 by a colleague and by oneself.

use inkan_pki::secret::Secret;

use super::world::{Company, confirmation, later, missing, nobodies};
use crate::services::Refusal;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::accounts::company::revoke::Revocation;
use crate::services::testing::{caller, customer, refusal, said};
use crate::services::validation::{Field, Problem};
use crate::store::certificates::State;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    a_colleagues_certificate_is_revoked_with_a_reason_and_its_sessions_end => colleagues,
    ones_own_certificate_is_revoked_by_anybody_who_confirms => own,
    nobody_reaches_beyond_their_contract_or_role => boundaries,
);

fn asked<'a>(owner: &'a str, certificate: &'a str) -> Revocation<'a> {
    Revocation {
        owner,
        certificate,
        reason: "keyCompromise",
    }
}

async fn colleagues(place: &Place) {
    let company = Company::new(place).await;
    let scene = &company.scene;
    let id = scene.certificate(State::Active).await;
    let session = company.session(company.hanako()).await;
    let accounts = scene.world.accounts();
    let jiro = company.jiro.as_str();
    let shown = accounts.colleague(jiro, company.hanako(), later(0)).await;
    assert_eq!(shown.unwrap().revocable.unwrap().id, id);
    let revoke = async |reason: &str| {
        let asked = Revocation {
            reason,
            ..asked(company.hanako(), &id)
        };
        let services = &scene.services;
        let context = customer(jiro, later(1));
        let done = services.revoke_in_company(&context, asked, confirmation());
        done.await
    };
    for reason in ["", "privilegeWithdrawn", "certificateHold", "lost"] {
        let missing = Field::RevocationReason.error(Problem::NotAChoice);
        assert_eq!(
            refusal(revoke(reason).await),
            Refusal::Fields(vec![missing])
        );
    }
    let revoked = revoke("keyCompromise").await.unwrap();
    assert_eq!(
        (revoked.state, revoked.reason.as_deref()),
        (State::Revoked, Some("keyCompromise"))
    );
    assert!(
        !scene.session_is_there(&session).await,
        "logged out at once"
    );
    let last = scene.world.log().await.pop().unwrap();
    assert_eq!(
        (last.action.as_str(), last.actor_id.as_deref()),
        ("certificate.revoked", Some(jiro))
    );
    // The memory has it at once: no other page or connection accepts it.
    let memory = scene.services.registered(b"one", caller(), later(2)).await;
    assert_eq!(refusal(memory).code(), "certificate-revoked");
    let again = revoke("keyCompromise").await;
    assert_eq!(refusal(again).code(), "lifecycle-already-revoked");
}

async fn own(place: &Place) {
    let company = Company::new(place).await;
    let scene = &company.scene;
    let services = &scene.services;
    let saburo = company.user(&company.saburo).await;
    let world = &scene.world;
    let id = world
        .certificate(&saburo, &scene.grant, b"two", State::Active)
        .await;
    for wrong in ["", "wrong-one"] {
        let context = customer(&saburo.id, later(1));
        let done = services.revoke_in_company(&context, asked(&saburo.id, &id), Secret::new(wrong));
        assert_eq!(refusal(done.await), Refusal::CredentialsWrong);
    }
    assert_eq!(scene.row(&id).await.state, State::Active);
    let context = customer(&saburo.id, later(1));
    let done = services.revoke_in_company(&context, asked(&saburo.id, &id), confirmation());
    assert_eq!(done.await.unwrap().state, State::Revoked);
}

async fn boundaries(place: &Place) {
    let company = Company::new(place).await;
    let scene = &company.scene;
    let id = scene.certificate(State::Active).await;
    let revoke = async |by: &str, owner: &str, certificate: &str| {
        let asked = asked(owner, certificate);
        let services = &scene.services;
        let context = customer(by, later(1));
        let done = services.revoke_in_company(&context, asked, confirmation());
        refusal(done.await)
    };
    let (hanako, jiro) = (company.hanako(), company.jiro.as_str());
    let (saburo, stranger) = (company.saburo.as_str(), company.stranger.id.as_str());
    // A general user gets the same response, whoever is named.
    for owner in [hanako, stranger, "nobody"] {
        assert_eq!(revoke(saburo, owner, &id).await, Refusal::RoleMissing);
    }
    // For an administrator, users of other contracts do not exist, just like unknown ids.
    for nobody in nobodies(&company) {
        assert_eq!(revoke(jiro, &nobody, &id).await, missing());
    }
    assert_eq!(revoke(stranger, hanako, &id).await, missing());
    // A certificate of another user than the one named.
    let none: Refusal = CompanyRefusal::NoCertificate.into();
    assert_eq!(revoke(jiro, saburo, &id).await, none);
    assert_eq!(revoke(saburo, saburo, &id).await, none);
    assert_eq!(revoke(stranger, stranger, &id).await, none);
    assert_eq!(revoke(jiro, hanako, "no such\0").await, none);
    assert_eq!(
        scene.world.last().await,
        said("certificate.revocation-asked", "refused", "no-certificate")
    );
    assert_eq!(scene.row(&id).await.state, State::Active);
}
