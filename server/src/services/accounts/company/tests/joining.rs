//! A colleague is registered, starts, and gets a role.

use inkan_pki::secret::Secret;

use super::world::{Company, confirmation, later, missing, newcomer, nobodies, start_form};
use crate::services::accounts::company::CompanyRefusal;
use crate::services::accounts::company::newcomer::Handover;
use crate::services::testing::{LOGIN_PASSWORD, anonymous, at, customer, refusal, said};
use crate::services::validation::{Field, Problem};
use crate::services::{Error, Refusal};
use crate::store::outbox::Language;
use crate::store::users::Role;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    what_was_handed_over_opens_one_page_once => starts,
    a_login_id_and_a_role_are_given_by_who_may => adds,
    passwords_are_handed_over_again_until_they_were_used => again,
    roles_are_given_by_the_master_alone => roles,
);

fn copy(made: &Handover) -> Handover {
    Handover {
        user: made.user.clone(),
        login: made.login.clone(),
        confirmation: made.confirmation.clone(),
    }
}

async fn starts(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let made = company.add(&company.jiro, "shiro1", "general").await;
    let made = made.unwrap();
    let id = made.user.id.clone();
    let context = anonymous(at(11));
    // No other page accepts them, and each page shows this to whoever has them.
    let login = accounts.password_login(&context, "shiro1", made.login.clone());
    assert_eq!(refusal(login.await), Refusal::CertificateRequired);
    let context = anonymous(at(11));
    let identify = accounts.identify_for_enrolment(&context, "shiro1", made.login.clone());
    assert_eq!(refusal(identify.await), CompanyRefusal::NotStarted.into());
    // One of the two is wrong; the new ones equal the old ones; then all is correct; and never again.
    let start = async |form| {
        let context = anonymous(at(20));
        let done = accounts.start_as_colleague(&context, form, Language::En);
        done.await
    };
    for (login, second) in [(true, false), (false, true)] {
        let mut form = start_form(copy(&made));
        let wrong = Secret::new("wrong-one");
        if login {
            form.temp_login = wrong;
        } else if second {
            form.temp_confirmation = wrong;
        }
        assert_eq!(refusal(start(form).await), Refusal::CredentialsWrong);
    }
    let mut lazy = start_form(copy(&made));
    lazy.login = made.login.clone();
    lazy.login_again = made.login.clone();
    let same = Field::LoginPassword.error(Problem::SameAsTemporary);
    assert_eq!(refusal(start(lazy).await), Refusal::Fields(vec![same]));
    start(start_form(copy(&made))).await.unwrap();
    assert_eq!(company.user(&id).await.temporary_until, None);
    let context = anonymous(at(21));
    let identified =
        accounts.identify_for_enrolment(&context, "shiro1", Secret::new(LOGIN_PASSWORD));
    identified.await.unwrap();
    let twice = start(start_form(copy(&made))).await;
    assert_eq!(refusal(twice), Refusal::CredentialsWrong);
    // A user who has chosen passwords and a login ID that does not exist get the same response.
    for login_id in ["hanakodt", "nobody01"] {
        let mut form = start_form(copy(&made));
        form.login_id = login_id.to_owned();
        form.temp_login = Secret::new(LOGIN_PASSWORD);
        form.temp_confirmation = confirmation();
        form.login = Secret::new("Another-1");
        form.login_again = Secret::new("Another-1");
        form.confirmation = Secret::new("Another-2");
        form.confirmation_again = Secret::new("Another-2");
        assert_eq!(refusal(start(form).await), Refusal::CredentialsWrong);
    }
    for row in company.scene.world.log().await {
        assert!(
            !row.detail.contains(made.login.expose()),
            "a password in the log"
        );
    }
}

async fn adds(place: &Place) {
    let company = Company::new(place).await;
    let (jiro, saburo) = (company.jiro.as_str(), company.saburo.as_str());
    let refused = company.add(saburo, "shiro1", "general").await;
    assert_eq!(refusal(refused), Refusal::RoleMissing);
    assert_eq!(
        company.scene.world.last().await,
        said("user.added", "refused", "role-missing")
    );
    let not_a_choice = Refusal::Fields(vec![Field::UserRole.error(Problem::NotAChoice)]);
    for (by, role) in [
        (jiro, "admin"),
        (jiro, "master"),
        (company.hanako(), "master"),
    ] {
        let refused = company.add(by, "shiro1", role).await;
        assert_eq!(refusal(refused), not_a_choice);
    }
    for taken in ["hanakodt", "stranger"] {
        let refused = company.add(jiro, taken, "general").await;
        assert_eq!(refusal(refused), Refusal::LoginIdTaken);
    }
    let accounts = company.scene.world.accounts();
    let form = newcomer("shiro1", "general");
    let context = customer(jiro, at(10));
    let wrong = accounts.add_colleague(&context, &form, Secret::new("wrong-one"));
    assert_eq!(refusal(wrong.await), Refusal::CredentialsWrong);
    let made = company.add(jiro, "shiro1", "general").await.unwrap();
    assert_eq!(made.user.contract_id, company.scene.contract.id);
    let page = accounts.users_of_contract(jiro, "").await.unwrap();
    let listed: Vec<_> = page
        .users
        .iter()
        .map(|(user, _)| user.login_id.as_str())
        .collect();
    assert_eq!(listed, ["hanakodt", "jiro01", "saburo", "shiro1"]);
    let rest = accounts.users_of_contract(jiro, "jiro01").await.unwrap();
    assert_eq!((rest.users.len(), rest.more), (2, None));
}

async fn again(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let first = company.add(company.hanako(), "shiro1", "general").await;
    let first = first.unwrap();
    let id = first.user.id.clone();
    let hand = async |by: &str, whom: &str| {
        let context = customer(by, at(15));
        let done = accounts.hand_over_again(&context, whom, confirmation());
        done.await
    };
    let second = hand(&company.jiro, &id).await.unwrap();
    let old = company.start(first).await;
    assert_eq!(refusal(old), Refusal::CredentialsWrong);
    // They expire.
    let late = at(15) + company.scene.world.settings.periods.grant;
    let form = start_form(copy(&second));
    let context = anonymous(late);
    let late = accounts.start_as_colleague(&context, form, Language::Ja);
    assert_eq!(refusal(late.await), Refusal::CredentialsWrong);
    company.start(second).await.unwrap();
    let started = hand(&company.jiro, &id).await;
    assert_eq!(refusal(started), CompanyRefusal::AlreadyStarted.into());
    for nobody in nobodies(&company) {
        assert_eq!(refusal(hand(&company.jiro, &nobody).await), missing());
    }
    assert_eq!(
        refusal(hand(&company.saburo, &id).await),
        Refusal::RoleMissing
    );
    // Whoever holds the passwords is the user, so nobody of the same role may create them.
    let equal = company.add(company.hanako(), "goro01", "admin").await;
    let equal = equal.unwrap().user.id;
    assert_eq!(
        refusal(hand(&company.jiro, &equal).await),
        Refusal::RoleMissing
    );
    hand(company.hanako(), &equal).await.unwrap();
}

async fn roles(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let give = async |by: &str, whom: &str, role: &str| {
        let context = customer(by, later(1));
        let done = accounts.give_role(&context, whom, role, confirmation());
        done.await
    };
    let (hanako, jiro, saburo) = (
        company.hanako(),
        company.jiro.as_str(),
        company.saburo.as_str(),
    );
    for by in [jiro, saburo] {
        for whom in [jiro, saburo, hanako] {
            let refused = refusal(give(by, whom, "admin").await);
            assert_eq!(refused, Refusal::RoleMissing, "{by} {whom}");
        }
    }
    let stays: Refusal = CompanyRefusal::RoleStays.into();
    assert_eq!(refusal(give(hanako, hanako, "general").await), stays);
    let master = refusal(give(hanako, saburo, "master").await);
    assert!(matches!(master, Refusal::Fields(_)));
    let foreign = give(&company.stranger.id, saburo, "admin").await;
    assert_eq!(refusal(foreign), missing());
    give(hanako, saburo, "admin").await.unwrap();
    assert_eq!(company.user(saburo).await.role, Role::Admin);
    let done: Result<(), Error> = give(hanako, jiro, "general").await;
    done.unwrap();
    assert_eq!(company.user(jiro).await.role, Role::General);
}
