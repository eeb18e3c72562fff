//! パスワード変更.

use inkan_pki::secret::Secret;

use super::world::{Company, later};
use crate::services::Refusal;
use crate::services::accounts::company::password::{ChangeForm, Own};
use crate::services::authentication::session::Authenticated;
use crate::services::testing::{
    CONFIRMATION_PASSWORD, LOGIN_PASSWORD, anonymous, customer, refusal, said,
};
use crate::services::validation::{Field, Problem};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    a_password_is_changed_by_who_knows_it_and_other_logins_end => changes,
    a_present_password_is_guessed_ten_times_at_most => guesses,
);

fn form(present: &str, new: &str) -> ChangeForm {
    ChangeForm {
        present: Secret::new(present),
        new: Secret::new(new),
        again: Secret::new(new),
    }
}

async fn here(company: &Company) -> Authenticated {
    Authenticated {
        session: company.session(company.hanako()).await.session,
        user: company.user(company.hanako()).await,
        contract: company.scene.contract.clone(),
    }
}

async fn changes(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let here = here(&company).await;
    let elsewhere = company.session(company.hanako()).await;
    let change = async |which, form| {
        let context = customer(&here.user.id, later(1));
        let done = accounts.change_password(&context, &here.session, which, form);
        done.await
    };
    let fields = |field: Field, problem| Refusal::Fields(vec![field.error(problem)]);
    let wrong = [
        (
            form(LOGIN_PASSWORD, LOGIN_PASSWORD),
            fields(Field::LoginPassword, Problem::SameAsPresent),
        ),
        (
            form(LOGIN_PASSWORD, "abc"),
            fields(Field::LoginPassword, Problem::TooShort { min: 6 }),
        ),
        (
            form(LOGIN_PASSWORD, CONFIRMATION_PASSWORD),
            fields(Field::LoginPassword, Problem::SameAsOther),
        ),
        // Whoever does not know the current password learns nothing about the other one.
        (
            form("wrong-one", CONFIRMATION_PASSWORD),
            Refusal::CredentialsWrong,
        ),
        (
            form("", "New-pass-1"),
            fields(Field::PresentPassword, Problem::Missing),
        ),
    ];
    for (form, expected) in wrong {
        assert_eq!(refusal(change(Own::Login, form).await), expected);
    }
    let mut differs = form(LOGIN_PASSWORD, "New-pass-1");
    differs.again = Secret::new("New-pass-2");
    let differs = refusal(change(Own::Login, differs).await);
    assert_eq!(differs, fields(Field::LoginPasswordAgain, Problem::Differs));
    assert!(company.scene.session_is_there(&elsewhere).await);
    change(Own::Login, form(LOGIN_PASSWORD, "New-pass-1"))
        .await
        .unwrap();
    assert_eq!(
        company.scene.world.last().await,
        said("user.password-changed", "done", "")
    );
    assert!(!company.scene.session_is_there(&elsewhere).await);
    let kept = crate::store::sessions::find(company.scene.store(), &here.session.token_sha256);
    assert!(kept.await.unwrap().is_some(), "this one goes on");
    let context = anonymous(later(2));
    let old = accounts.identify_for_enrolment(&context, "hanakodt", Secret::new(LOGIN_PASSWORD));
    assert_eq!(refusal(old.await), Refusal::CredentialsWrong);
    let context = anonymous(later(3));
    let new = accounts.identify_for_enrolment(&context, "hanakodt", Secret::new("New-pass-1"));
    new.await.unwrap();
    change(Own::Confirmation, form(CONFIRMATION_PASSWORD, "New-conf-1"))
        .await
        .unwrap();
    let context = customer(company.hanako(), later(4));
    let confirmed = accounts.confirm(&context, Secret::new("New-conf-1"));
    confirmed.await.unwrap();
}

async fn guesses(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let here = here(&company).await;
    let mut seen = Vec::new();
    for n in 0..12 {
        let now = later(2_000 * n);
        let guess = form("wrong-one", "New-pass-1");
        let context = customer(&here.user.id, now);
        let done = accounts.change_password(&context, &here.session, Own::Confirmation, guess);
        seen.push(refusal(done.await).code());
    }
    assert_eq!(seen[..4], ["credentials-wrong"; 4]);
    assert_eq!(seen[4], "temporarily-locked");
    assert_eq!(seen[9..], ["suspended"; 3]);
    let user = company.user(company.hanako()).await;
    assert!(user.confirmation.suspended && user.login.failures == 0);
}
