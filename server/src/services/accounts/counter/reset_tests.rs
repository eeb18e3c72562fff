//! Forgotten passwords: who may enter, approve, request and see a reset, and what the user's passwords are meanwhile.

use inkan_pki::secret::Secret;
use serde_json::Value;

use crate::services::accounts::company::start::StartForm;
use crate::services::approvals::ProposedChangeForm;
use crate::services::authentication::session::{NewSession, Stage};
use crate::services::testing::{
    CONFIRMATION_PASSWORD, LOGIN_PASSWORD, World, anonymous, at, issued, mail_to, refusal, said,
    staff,
};
use crate::services::{Error, Refusal, StaffRefusal};
use crate::store::Store;
use crate::store::outbox::Language;
use crate::store::proposals::Kind;
use crate::store::staff::Role;
use crate::store::users::User;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    a_forgotten_password_is_reset_by_four_people => reset,
    an_approved_reset_lapses_and_is_good_for_one_letter => lapses,
);

const DAY: i64 = 24 * 60 * 60;

async fn world(place: &Place) -> (World, User) {
    let store = Store::connect(&place.url("resets"))
        .await
        .unwrap()
        .with_mail();
    let world = World::over(store).await;
    for (name, employee_number, role) in [
        ("desk", "desk", Role::Helpdesk),
        ("teller-2", "teller-2", Role::Teller),
        ("teller-2-again", "teller-2", Role::Teller),
        ("teller-3", "teller-3", Role::Teller),
    ] {
        world.add_account(name, employee_number, role).await;
    }
    world.contract("42").await;
    let user = world.user("42", "hanakodt").await;
    (world, user)
}

fn form() -> ProposedChangeForm {
    ProposedChangeForm {
        note: "運転免許証で本人確認".to_owned(),
        ..ProposedChangeForm::default()
    }
}

async fn mail(world: &World, user: &User) -> Vec<String> {
    let mail = mail_to(&world.store, &user.id).await;
    let kinds = mail.into_iter().map(|one| one.kind);
    kinds.filter(|kind| kind.contains("reset")).collect()
}

fn code<T>(result: Result<T, Error>) -> &'static str {
    refusal(result).code()
}

async fn reset(place: &Place) {
    let (world, user) = world(place).await;
    let accounts = world.accounts();
    let login = async |second: i64, password: &str| {
        let password = Secret::new(password);
        let context = anonymous(at(second));
        accounts
            .password_login(&context, "hanakodt", password)
            .await
    };
    login(1, LOGIN_PASSWORD).await.unwrap();
    let new = NewSession {
        user_id: Some(&user.id),
        certificate_id: None,
        stage: Stage::LoggedIn,
        data: Value::Null,
    };
    let open = accounts.start_session(new, at(1)).await.unwrap();
    let form = form();
    let letter = async |who: &str, id: &str| {
        let context = staff(who, at(20));
        accounts.issue_reset_letter(&context, id).await
    };

    // One enters, another approves; until the letter is issued, the passwords are the user's own.
    for nobody in ["auditor", "nobody"] {
        let context = staff(nobody, at(2));
        let entered = accounts.propose(&context, Kind::PasswordReset, &user.id, &form);
        assert_eq!(refusal(entered.await), Refusal::RoleMissing);
    }
    let context = staff("desk", at(2));
    let entered = accounts.propose(&context, Kind::PasswordReset, &user.id, &form);
    let entered = entered.await.unwrap();
    let early = letter("teller-2", &entered.id).await;
    assert_eq!(refusal(early), StaffRefusal::NotInThatState.into());
    let approve = async |who: &str| {
        let context = staff(who, at(3));
        accounts.approve_proposal(&context, &entered.id, 1).await
    };
    assert_eq!(code(approve("desk").await), "role-missing");
    assert_eq!(accounts.reset_due(&user, at(3)).await.unwrap(), None);
    approve("approver").await.unwrap();
    let due = accounts.reset_due(&user, at(3)).await.unwrap();
    assert_eq!(due.as_deref(), Some(&*entered.id));
    assert_eq!(mail(&world, &user).await, ["password-reset-approved"]);
    login(4, LOGIN_PASSWORD).await.unwrap();

    // The letter: for another person than the requester, who neither entered nor approved.
    assert_eq!(code(letter("desk", &entered.id).await), "role-missing");
    assert!(issued(letter("teller-2", &entered.id).await).is_none());
    assert_eq!(
        world.last().await,
        said("user.reset-letter-asked", "done", "")
    );
    assert_eq!(
        code(letter("approver", &entered.id).await),
        "letter-for-another"
    );
    for requester in ["teller-2-again", "teller-2"] {
        let letter = letter(requester, &entered.id).await;
        assert!(issued(letter).is_none(), "{requester}");
    }
    login(21, LOGIN_PASSWORD).await.unwrap();
    let made = issued(letter("teller-3", &entered.id).await).unwrap();
    assert_eq!(
        world.last().await,
        said("user.reset-letter-issued", "done", "")
    );
    assert_eq!(made.user.login_id, "hanakodt");
    assert_eq!(
        mail(&world, &user).await,
        ["password-reset-approved", "passwords-reset"]
    );

    // The earlier passwords and sessions are over; the temporary ones open one page.
    assert_eq!(
        refusal(login(22, LOGIN_PASSWORD).await),
        Refusal::CredentialsWrong
    );
    let ended = accounts.session(open.token.expose(), at(22)).await;
    assert_eq!(refusal(ended), Refusal::SessionEnded);
    let temporary = login(23, made.login.expose()).await;
    assert_eq!(code(temporary), "not-started");
    let start = StartForm {
        login_id: "hanakodt".to_owned(),
        temp_login: made.login,
        temp_confirmation: made.confirmation,
        login: Secret::new("momiji-11"),
        login_again: Secret::new("momiji-11"),
        confirmation: Secret::new(CONFIRMATION_PASSWORD),
        confirmation_again: Secret::new(CONFIRMATION_PASSWORD),
    };
    let context = anonymous(at(24));
    let started = accounts.start_as_colleague(&context, start, Language::Ja);
    started.await.unwrap();
    login(25, "momiji-11").await.unwrap();
}

async fn lapses(place: &Place) {
    let (world, user) = world(place).await;
    let accounts = world.accounts();
    let approved = async |second: i64| {
        let context = staff("teller", at(second));
        let form = form();
        let entered = accounts.propose(&context, Kind::PasswordReset, &user.id, &form);
        let entered = entered.await.unwrap();
        let context = staff("approver", at(second));
        let done = accounts.approve_proposal(&context, &entered.id, 1).await;
        done.unwrap();
        entered.id
    };
    let letter = async |who: &str, id: &str, second: i64| {
        let context = staff(who, at(second));
        accounts.issue_reset_letter(&context, id).await
    };
    // Too late.
    let first = approved(1).await;
    let late = letter("teller-2", &first, 15 * DAY).await;
    assert_eq!(refusal(late), StaffRefusal::NotInThatState.into());
    // Once: whoever loses the letter needs another reset, which another person approves.
    let second = approved(15 * DAY).await;
    for (who, ok) in [("teller-2", false), ("teller-3", true)] {
        let shown = issued(letter(who, &second, 15 * DAY + 1).await);
        assert_eq!(shown.is_some(), ok, "{who}");
    }
    for who in ["teller-2", "teller-3"] {
        let again = letter(who, &second, 15 * DAY + 2).await;
        assert_eq!(refusal(again), StaffRefusal::NotInThatState.into());
    }
    // Another proposal is no reset; and a reset of somebody unknown cannot be entered.
    let context = staff("teller", at(16 * DAY));
    let form = form();
    let unknown = accounts.propose(&context, Kind::PasswordReset, "nobody", &form);
    assert_eq!(refusal(unknown.await), StaffRefusal::UserUnknown.into());
    let nothing = letter("teller-2", "nothing", 16 * DAY).await;
    assert_eq!(refusal(nothing), StaffRefusal::ProposalUnknown.into());
}
