//! 利用停止解除.

use inkan_pki::secret::Secret;

use super::world::{Company, later, missing, nobodies};
use crate::services::Refusal;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::testing::{LOGIN_PASSWORD, customer, refusal, said};
use crate::store::users::PasswordKind;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    a_lock_is_released_by_another_administrator_and_by_nobody_else => released,
    a_wrong_confirmation_releases_nothing_and_locks_itself => wrong,
    a_role_that_was_taken_away_opens_nothing => role_gone,
);

async fn released(place: &Place) {
    let company = Company::new(place).await;
    let saburo = company.saburo.clone();
    let refused = company.unlock(&company.jiro, &saburo, later(0)).await;
    assert_eq!(refusal(refused), CompanyRefusal::NotLocked.into());
    // Suspended for login, locked for a while for 確認用パスワード.
    company
        .fail(&saburo, PasswordKind::Login, 5, later(0))
        .await;
    company
        .fail(&saburo, PasswordKind::Login, 5, later(4000))
        .await;
    company
        .fail(&saburo, PasswordKind::Confirmation, 5, later(4000))
        .await;
    let now = later(4001);
    let suspended = company.user(&saburo).await;
    assert!(suspended.login.suspended && suspended.confirmation.locked_until.is_some());
    // Not by a general user, not by oneself, not by another company.
    let own = company.unlock(&saburo, &saburo, now).await;
    assert_eq!(refusal(own), Refusal::RoleMissing);
    assert_eq!(
        company.scene.world.last().await,
        said("user.lock-released", "refused", "role-missing")
    );
    let foreign = company.unlock(&company.stranger.id, &saburo, now).await;
    assert_eq!(refusal(foreign), missing());
    for nobody in nobodies(&company) {
        let done = company.unlock(&company.jiro, &nobody, now).await;
        assert_eq!(refusal(done), missing(), "{nobody:?}");
    }
    assert!(company.user(&saburo).await.login.suspended);
    // By Jiro: both are released, and the passwords are unchanged.
    company.unlock(&company.jiro, &saburo, now).await.unwrap();
    let after = company.user(&saburo).await;
    assert_eq!((after.login.failures, after.login.suspended), (0, false));
    assert_eq!(after.confirmation.locked_until, None);
    assert_eq!(after.login.hash, suspended.login.hash);
    let accounts = company.scene.world.accounts();
    let context = customer(&saburo, now);
    let again = accounts.prove(&context, PasswordKind::Login, Secret::new(LOGIN_PASSWORD));
    again.await.unwrap();
    // Administrators cannot release their own lock, nor can the master.
    for (who, other) in [
        (company.jiro.as_str(), company.hanako()),
        (company.hanako(), company.jiro.as_str()),
    ] {
        company.fail(who, PasswordKind::Login, 5, now).await;
        let own = company.unlock(who, who, now).await;
        assert_eq!(refusal(own), CompanyRefusal::OwnLock.into());
        company.unlock(other, who, now).await.unwrap();
    }
}

async fn wrong(place: &Place) {
    let company = Company::new(place).await;
    let (jiro, saburo) = (company.jiro.clone(), company.saburo.clone());
    let now = later(0);
    company.fail(&saburo, PasswordKind::Login, 5, now).await;
    let accounts = company.scene.world.accounts();
    for n in 1..=5 {
        let wrong = Secret::new("wrong-one");
        let context = customer(&jiro, now);
        let done = accounts.unlock_colleague(&context, &saburo, wrong);
        let refused = refusal(done.await);
        match n {
            5 => assert!(matches!(refused, Refusal::TemporarilyLocked { .. })),
            _ => assert_eq!(refused, Refusal::CredentialsWrong),
        }
    }
    // The correct password comes too late, and nothing was released.
    let late = company.unlock(&jiro, &saburo, now).await;
    assert!(matches!(refusal(late), Refusal::TemporarilyLocked { .. }));
    assert!(company.user(&saburo).await.login.locked_until.is_some());
    // It does not lock the administrator's login; a colleague releases the confirmation password.
    let locked = company.user(&jiro).await;
    assert_eq!(
        (locked.login.failures, locked.confirmation.failures),
        (0, 5)
    );
    company.unlock(company.hanako(), &jiro, now).await.unwrap();
    company.unlock(&jiro, &saburo, now).await.unwrap();
}

async fn role_gone(place: &Place) {
    let company = Company::new(place).await;
    let (jiro, saburo) = (company.jiro.clone(), company.saburo.clone());
    let session = company.session(&jiro).await;
    company
        .fail(&saburo, PasswordKind::Login, 5, later(0))
        .await;
    let accounts = company.scene.world.accounts();
    let hanako = company.hanako().to_owned();
    let confirmation = super::world::confirmation;
    let now = later(1);
    accounts
        .give_role(&customer(&hanako, now), &jiro, "general", confirmation())
        .await
        .unwrap();
    // The session continues, with the rights of a general user.
    assert!(company.scene.session_is_there(&session).await);
    let done = company.unlock(&jiro, &saburo, now).await;
    assert_eq!(refusal(done), Refusal::RoleMissing);
    let list = accounts.users_of_contract(&jiro, "").await;
    assert_eq!(refusal(list), Refusal::RoleMissing);
    let one = accounts.colleague(&jiro, &saburo, now).await;
    assert_eq!(refusal(one), Refusal::RoleMissing);
    let own = accounts.colleague(&jiro, &jiro, now).await.unwrap();
    assert!(!own.may_unlock && own.roles.is_empty());
}
