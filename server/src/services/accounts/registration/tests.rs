//! BLIS005 → BLIS006 → BLIS003 → BLIS004, and deviations from it.

use inkan_pki::secret::Secret;

use super::*;
use crate::services::authentication::session::Stage;
use crate::services::testing::{
    CONFIRMATION_PASSWORD, LOGIN_PASSWORD, TEMP_CONFIRMATION, TEMP_LOGIN, World, account_form,
    anonymous, at, refusal, said, user_form,
};
use crate::services::validation::{Field, Problem};
use crate::store::outbox::Language;
use crate::store::users::Role;

#[tokio::test]
async fn the_whole_way() {
    let world = World::new().await;
    let accounts = world.accounts();
    world.contract("1234567").await;
    let mut form = account_form("１２３４５６７");
    form.branch = "１００".to_owned();
    let wizard = accounts
        .check_account(&anonymous(at(1)), form)
        .await
        .unwrap();
    let token = wizard.token.expose();
    assert_eq!(token.len(), 64);
    assert!(
        accounts
            .registration(token, at(2))
            .await
            .unwrap()
            .user
            .is_none()
    );
    assert_eq!(
        refusal(
            accounts
                .register(&anonymous(at(2)), token, Language::Ja)
                .await
        ),
        Refusal::OutOfOrder
    );

    accounts
        .submit_user(token, user_form("hanakodt"), at(3))
        .await
        .unwrap();
    let view = accounts.registration(token, at(4)).await.unwrap();
    let user = view.user.unwrap();
    assert_eq!(
        (user.name.as_str(), user.login_id.as_str()),
        ("データ花子", "hanakodt")
    );
    assert_eq!(view.contract.company_name, "株式会社大空商事");
    // 戻る, and another login ID.
    accounts
        .submit_user(token, user_form("hanako-2"), at(5))
        .await
        .unwrap();

    // The server keeps no password in clear text between the pages.
    let session = accounts.session(token, at(6)).await.unwrap();
    let waiting = format!("{session:?}");
    for secret in [
        LOGIN_PASSWORD,
        CONFIRMATION_PASSWORD,
        TEMP_LOGIN,
        TEMP_CONFIRMATION,
    ] {
        assert!(!waiting.contains(secret), "{secret}");
    }

    let done = accounts
        .register(&anonymous(at(7)), token, Language::Ja)
        .await
        .unwrap();
    assert_eq!(
        (done.user.login_id.as_str(), done.user.role),
        ("hanako-2", Role::Master)
    );
    assert_eq!(
        done.contract.temp_login_hash, None,
        "the temporary passwords are used up"
    );
    assert_eq!(world.last().await, said("user.registered", "done", ""));
    assert_eq!(
        refusal(accounts.session(token, at(8)).await),
        Refusal::SessionEnded
    );
    assert_eq!(
        refusal(
            accounts
                .register(&anonymous(at(8)), token, Language::Ja)
                .await
        ),
        Refusal::SessionEnded
    );
    let next = done.started.token.expose();
    let found = accounts
        .authenticated(next, &[Stage::Registered], at(8))
        .await
        .unwrap();
    assert_eq!(found.user.id, done.user.id);
    let login = accounts
        .authenticated(next, &[Stage::LoggedIn], at(8))
        .await;
    assert_eq!(
        refusal(login),
        Refusal::OutOfOrder,
        "registering is not logging in"
    );
    accounts
        .password_login(&anonymous(at(9)), "hanako-2", Secret::new(LOGIN_PASSWORD))
        .await
        .unwrap();
    let again = accounts
        .check_account(&anonymous(at(9)), account_form("1234567"))
        .await;
    assert_eq!(refusal(again), Refusal::AccountNotMatched);
}

#[tokio::test]
async fn what_did_not_fit_is_not_said() {
    let world = World::new().await;
    let accounts = world.accounts();
    world.contract("1234567").await;
    world.contract("7654321").await;
    let wrong = async |account: &str, login: &str, confirmation: &str| {
        let mut form = account_form(account);
        form.temp_login = Secret::new(login);
        form.temp_confirmation = Secret::new(confirmation);
        accounts.check_account(&anonymous(at(1)), form).await
    };
    let mut codes = Vec::new();
    // A wrong login password, a wrong confirmation password, both swapped; and the same number of tries at an account
    // that does not exist.
    for account in ["1234567", "9999999"] {
        for (login, confirmation) in [
            ("wrong-1", TEMP_CONFIRMATION),
            (TEMP_LOGIN, "wrong-2"),
            (TEMP_CONFIRMATION, TEMP_LOGIN),
            ("wrong-1", "wrong-2"),
            ("wrong-1", "wrong-2"),
            (TEMP_LOGIN, TEMP_CONFIRMATION),
        ] {
            codes.push(refusal(wrong(account, login, confirmation).await));
        }
    }
    let until = at(1) + world.settings.locks.temporary_for;
    let locked = Refusal::AccountLocked { until };
    let no = Refusal::AccountNotMatched;
    let expected = [
        no.clone(),
        no.clone(),
        no.clone(),
        no,
        locked.clone(),
        locked,
    ];
    assert_eq!(
        codes.first_chunk::<6>(),
        Some(&expected),
        "locked at the fifth, also for the right ones"
    );
    assert_eq!(
        codes.last_chunk::<6>(),
        Some(&expected),
        "no account: the very same answers"
    );
    accounts
        .check_account(&anonymous(at(2)), account_form("7654321"))
        .await
        .expect("another contract is not locked");
    accounts
        .check_account(&anonymous(until), account_form("1234567"))
        .await
        .expect("the lock is over at its end");
    let row = world
        .log()
        .await
        .into_iter()
        .find(|row| row.subject_kind == "account")
        .unwrap();
    assert!(
        !format!("{row:?}").contains("9999999"),
        "what was typed stays out of the log"
    );
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let world = World::new().await;
    let accounts = world.accounts();
    world.contract("1234567").await;
    world.contract("7654321").await;
    world.user("7654321", "taken-id").await;
    let wizard = accounts
        .check_account(&anonymous(at(10)), account_form("1234567"))
        .await
        .unwrap();
    let token = wizard.token.expose();
    let fields = |result: Result<()>| match refusal(result) {
        Refusal::Fields(fields) => fields,
        other => panic!("{other:?}"),
    };

    let mut form = user_form("hanakodt");
    form.name = "𠮷田".to_owned();
    form.email_again = "other@oozora.co.jp".to_owned();
    form.login_id_again = "Hanakodt".to_owned();
    form.login_password_again = Secret::new("different");
    form.confirmation_password = form.login_password.clone();
    form.confirmation_password_again = form.login_password.clone();
    let expected = [
        Field::UserName.error(Problem::NotRepresentable {
            found: '𠮷',
            position: 1,
        }),
        Field::EmailAgain.error(Problem::Differs),
        Field::LoginIdAgain.error(Problem::Differs),
        Field::LoginPasswordAgain.error(Problem::Differs),
        Field::ConfirmationPassword.error(Problem::SameAsLoginPassword),
    ];
    assert_eq!(
        fields(accounts.submit_user(token, form, at(11)).await),
        expected
    );

    // Neither new password may be one of the temporary ones.
    let mut form = user_form("hanakodt");
    for field in [&mut form.login_password, &mut form.login_password_again] {
        *field = Secret::new(TEMP_CONFIRMATION);
    }
    let expected = [Field::LoginPassword.error(Problem::SameAsTemporary)];
    assert_eq!(
        fields(accounts.submit_user(token, form, at(12)).await),
        expected
    );

    let taken = accounts
        .submit_user(token, user_form("taken-id"), at(13))
        .await;
    assert_eq!(refusal(taken), Refusal::LoginIdTaken);
    assert!(
        accounts
            .registration(token, at(14))
            .await
            .unwrap()
            .user
            .is_none(),
        "nothing was taken in"
    );

    // An e-mail address that is repeated in another width is the same address.
    let mut form = user_form("hanakodt");
    form.email_again = "ｈanakodt@oozora.co.jp".to_owned();
    accounts.submit_user(token, form, at(15)).await.unwrap();
}

#[tokio::test]
async fn two_browsers_and_one_contract() {
    let world = World::new().await;
    let accounts = world.accounts();
    world.contract("1234567").await;
    world.contract("7654321").await;
    let context = anonymous(at(1));
    let wizard = |account| accounts.check_account(&context, account_form(account));
    let (first, second) = (
        wizard("1234567").await.unwrap(),
        wizard("1234567").await.unwrap(),
    );
    let other = wizard("7654321").await.unwrap();
    for (started, login_id) in [
        (&first, "first-id"),
        (&second, "second-id"),
        (&other, "first-id"),
    ] {
        accounts
            .submit_user(started.token.expose(), user_form(login_id), at(2))
            .await
            .unwrap();
    }
    accounts
        .register(&anonymous(at(3)), first.token.expose(), Language::Ja)
        .await
        .unwrap();
    let late = accounts
        .register(&anonymous(at(3)), second.token.expose(), Language::Ja)
        .await;
    assert_eq!(
        refusal(late),
        Refusal::OutOfOrder,
        "the contract has its user"
    );
    // The login ID is taken between BLIS006 and BLIS004: back to BLIS006, nothing is lost.
    let taken = accounts
        .register(&anonymous(at(3)), other.token.expose(), Language::Ja)
        .await;
    assert_eq!(refusal(taken), Refusal::LoginIdTaken);
    accounts
        .submit_user(other.token.expose(), user_form("third-id"), at(4))
        .await
        .unwrap();
    accounts
        .register(&anonymous(at(5)), other.token.expose(), Language::Ja)
        .await
        .unwrap();
}
