//! Everyday cases of a customer: another address, another name, another account, somebody leaves, back to passwords. Each
//! takes two people, and everybody concerned is told.

use jiff::SignedDuration;

use super::*;
use crate::services::accounts::counter::Handover;
use crate::services::approvals::recent::Recent;
use crate::services::testing::{LOGIN_PASSWORD, PREPARED, audit, caller, mail_to, refusal, staff};
use crate::services::validation::{Field, Problem};
use crate::services::{Refusal, RequestContext, StaffRefusal};
use crate::store::audit::Actor;
use crate::store::certificates::{self, State as Certificate};
use crate::store::contracts::{self, Method};
use crate::store::users::{self, Role as UserRole, User};
use crate::store::{Store, grants};
use inkan_pki::secret::Secret;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    a_user_gets_another_address_by_two_people => another_address,
    a_contract_gets_another_name_and_account_by_two_people => another_account,
    a_user_leaves_and_all_others_stay => leaves,
    the_only_user_leaves_and_a_new_one_registers => last_user,
    a_contract_goes_back_to_passwords => back_to_passwords,
    a_reissue_waits_and_one_call_stops_it => waits,
);

async fn bank(place: &Place) -> (World, User, String) {
    let store = Store::connect(&place.url("details")).await.unwrap();
    let mut world = World::over(store.with_mail()).await;
    for (name, employee_number, role) in [
        ("helpdesk", "helpdesk", Role::Helpdesk),
        ("teller-2", "teller-2", Role::Teller),
        ("approver-again", "approver", Role::Approver),
    ] {
        world.add_account(name, employee_number, role).await;
    }
    world.settings.periods.reissue_wait = SignedDuration::from_secs(1000);
    let contract = world.contract("42").await;
    let user = world.user("42", "hanakodt").await;
    (world, user, contract.id)
}

/// Another user of the contract.
async fn join(world: &World, contract_id: &str, id: &str, role: UserRole) -> User {
    let new = users::NewUser {
        id: id.to_owned(),
        contract_id: contract_id.to_owned(),
        login_id: format!("{id}01"),
        name: "データ次郎".to_owned(),
        email: format!("{id}@oozora.co.jp"),
        role,
        login_hash: String::new(),
        confirmation_hash: String::new(),
        created_at: at(4),
        registered_from: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    users::insert(&mut tx, &new).await.unwrap();
    let row = audit(Actor::System, PREPARED, "user", id);
    row.write(&mut tx, at(4)).await.unwrap();
    tx.commit().await.unwrap();
    users::find(&world.store, id).await.unwrap().unwrap()
}

fn changes() -> ProposedChangeForm {
    ProposedChangeForm {
        identity_check: "運転免許証".to_owned(),
        note: "改姓".to_owned(),
        ..ProposedChangeForm::default()
    }
}

async fn enter(
    world: &World,
    kind: Kind,
    subject: &str,
    form: &ProposedChangeForm,
) -> Result<Proposal> {
    let context = staff("teller", at(20));
    world
        .accounts()
        .propose(&context, kind, subject, form)
        .await
}

/// Kinds and recipients of the messages to a user about this.
async fn mail(world: &World, user: &str, kind: &str) -> Vec<String> {
    let mail = mail_to(&world.store, user).await;
    let mail = mail.into_iter().filter(|one| one.kind == kind);
    let mut to: Vec<String> = mail.map(|one| one.recipient).collect();
    to.sort();
    to
}

fn fields(result: Result<Proposal>) -> Vec<(Field, Problem)> {
    match refusal(result) {
        Refusal::Fields(errors) => errors.iter().map(|one| (one.field, one.problem)).collect(),
        other => panic!("{other:?}"),
    }
}

async fn user(world: &World, id: &str) -> User {
    users::find(&world.store, id).await.unwrap().unwrap()
}

async fn login(world: &World, login_id: &str) -> Result<()> {
    let context = RequestContext::anonymous(caller(), at(60));
    let password = Secret::new(LOGIN_PASSWORD);
    let accounts = world.accounts();
    let done = accounts.identify_for_enrolment(&context, login_id, password);
    done.await.map(drop)
}

async fn another_address(place: &Place) {
    let (world, hanako, contract) = bank(place).await;
    let kind = Kind::UserDetails;
    // Bad input: nothing, what is registered already, no address, no check of the identity.
    let nothing = enter(&world, kind, &hanako.id, &changes()).await;
    assert_eq!(
        fields(nothing),
        [(Field::UserName, Problem::NothingToChange)]
    );
    let mut form = ProposedChangeForm {
        email: hanako.email.clone(),
        ..changes()
    };
    let same = enter(&world, kind, &hanako.id, &form).await;
    assert_eq!(fields(same), [(Field::Email, Problem::Unchanged)]);
    form.email = "no address".to_owned();
    form.identity_check = " ".to_owned();
    let wrong = fields(enter(&world, kind, &hanako.id, &form).await);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert_eq!(wrong[1], (Field::IdentityCheck, Problem::Missing));
    let unknown = enter(&world, kind, "nobody", &changes()).await;
    assert!(matches!(refusal(unknown), Refusal::Fields(_)));

    // An application waits, and is for the address that its approver sees.
    let application = propose(&world, "teller", Kind::Application, &contract);
    let application = application.await.unwrap();
    let form = ProposedChangeForm {
        email: "ｎｅｗ@oozora.co.jp".to_owned(),
        user_name: "データ華子".to_owned(),
        ..changes()
    };
    let entered = enter(&world, kind, &hanako.id, &form).await.unwrap();
    let twice = enter(&world, kind, &hanako.id, &form).await;
    assert_eq!(refusal(twice), StaffRefusal::ProposalExists.into());
    assert_eq!(user(&world, &hanako.id).await, hanako, "only entered");
    // The help desk enters none; one person alone changes nothing, not even with another account.
    let context = staff("helpdesk", at(20));
    let accounts = world.accounts();
    let desk = accounts.propose(&context, kind, &hanako.id, &form).await;
    assert_eq!(refusal(desk), Refusal::RoleMissing);
    let context = staff("approver", at(25));
    let amended = accounts.amend_proposal(&context, &entered.id, 1, &form);
    let amended = amended.await.unwrap();
    for own in ["approver", "approver-again"] {
        let alone = approve(&world, own, &amended).await;
        assert_eq!(refusal(alone), Refusal::SamePerson, "{own}");
    }
    approve(&world, "second-approver", &amended).await.unwrap();

    let after = user(&world, &hanako.id).await;
    assert_eq!(
        (&*after.name, &*after.email),
        ("データ華子", "new@oozora.co.jp")
    );
    assert_eq!(
        mail(&world, &hanako.id, "details-changed").await,
        ["hanakodt@oozora.co.jp", "new@oozora.co.jp"]
    );
    let log = world.log().await;
    let row = log.iter().find(|row| row.action == "user.details-changed");
    for word in [
        "hanakodt@oozora.co.jp",
        "new@oozora.co.jp",
        "運転免許証",
        &amended.id,
    ] {
        assert!(row.unwrap().detail.contains(word), "{word}");
    }
    // Whoever decides on the application must look again, and sees what has changed.
    let stale = approve(&world, "second-approver", &application).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
    let members = accounts.staff_members().await.unwrap();
    let member = members.iter().find(|one| one.id == "approver").unwrap();
    let view = accounts.proposal(member, &application.id, at(40));
    let recent = view.await.unwrap().recent;
    let (before, after) = (hanako.email.clone(), after.email);
    let expected = Recent::Email {
        at: at(30),
        before,
        after,
    };
    assert!(recent.contains(&expected), "{recent:?}");
    assert_eq!(recent.len(), 2, "the name as well");
    let late = at(30) + SignedDuration::from_hours(31 * 24);
    let view = accounts.proposal(member, &application.id, late).await;
    assert_eq!(view.unwrap().recent, [], "only the last days");
}

async fn another_account(place: &Place) {
    let (world, hanako, contract) = bank(place).await;
    let other = world.contract("43").await;
    let colleague = join(&world, &contract, "jiro", UserRole::General).await;
    let kind = Kind::ContractDetails;
    let mut form = ProposedChangeForm {
        company_name: "大空商事HD株式会社".to_owned(),
        company_kana: "オオゾラショウジ".to_owned(),
        branch: "２０１".to_owned(),
        account: "43".to_owned(),
        ..changes()
    };
    let entered = enter(&world, kind, &contract, &form).await.unwrap();
    // The account is free at the entry, and taken at the approval.
    let mut tx = world.store.begin().await.unwrap();
    let elsewhere = contracts::Contract {
        branch: "201".to_owned(),
        ..other.clone()
    };
    assert!(contracts::set_details(&mut tx, &elsewhere).await.unwrap());
    let row = audit(Actor::System, PREPARED, "contract", &other.id);
    row.write(&mut tx, at(21)).await.unwrap();
    tx.commit().await.unwrap();
    let taken = approve(&world, "approver", &entered).await;
    assert_eq!(refusal(taken), Refusal::ContractExists);
    form.account = "44".to_owned();
    form.account_type = "current".to_owned();
    let context = staff("teller", at(22));
    let accounts = world.accounts();
    let amended = accounts.amend_proposal(&context, &entered.id, 1, &form);
    let amended = amended.await.unwrap();
    let alone = approve(&world, "teller", &amended).await;
    assert_eq!(refusal(alone), Refusal::RoleMissing);
    approve(&world, "approver", &amended).await.unwrap();

    let after = accounts.contract(&contract).await.unwrap();
    let account = (&*after.branch, after.account_type.as_str(), &*after.account);
    assert_eq!(account, ("201", "current", "0000044"));
    assert_eq!(
        (&*after.company_name, &*after.company_kana),
        ("大空商事ＨＤ株式会社", "ｵｵｿﾞﾗｼﾖｳｼﾞ")
    );
    for one in [&hanako, &colleague] {
        let told = mail(&world, &one.id, "details-changed").await;
        assert_eq!(told, [one.email.as_str()]);
    }
    assert!(told(&world, "contract.details-changed", &contract).await);
    // Somebody else changed it since the entry: it must be amended first.
    let form = ProposedChangeForm {
        branch: "100".to_owned(),
        ..changes()
    };
    let entered = enter(&world, kind, &contract, &form).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    assert!(contracts::set_details(&mut tx, &after).await.unwrap());
    let row = audit(Actor::System, PREPARED, "contract", &contract);
    row.write(&mut tx, at(26)).await.unwrap();
    tx.commit().await.unwrap();
    let stale = approve(&world, "approver", &entered).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
}

async fn leaves(place: &Place) {
    let (world, hanako, contract) = bank(place).await;
    let jiro = join(&world, &contract, "jiro", UserRole::Admin).await;
    let kind = Kind::UserLeave;
    let mut form = ProposedChangeForm {
        note: "退職".to_owned(),
        ..ProposedChangeForm::default()
    };
    let masterless = enter(&world, kind, &hanako.id, &form).await;
    assert_eq!(refusal(masterless), StaffRefusal::SuccessorNeeded.into());
    let not_a_choice = [(Field::Successor, Problem::NotAChoice)];
    for wrong in [&*hanako.login_id, "nobody"] {
        form.successor = wrong.to_owned();
        let wrong = enter(&world, kind, &hanako.id, &form).await;
        assert_eq!(fields(wrong), not_a_choice);
    }
    form.successor = hanako.login_id.clone();
    let needless = enter(&world, kind, &jiro.id, &form).await;
    assert_eq!(fields(needless), not_a_choice, "jiro is not the master");

    let named = ProposedChangeForm {
        reference: "申-1".to_owned(),
        ..ProposedChangeForm::default()
    };
    let named = enter(&world, Kind::Reissue, &hanako.id, &named)
        .await
        .unwrap();
    let grant = approve(&world, "approver", &named)
        .await
        .unwrap()
        .grant
        .unwrap();
    let active = Certificate::Active;
    let certificate = world.certificate(&hanako, &grant, b"one", active).await;
    form.successor = jiro.login_id.clone();
    let entered = enter(&world, kind, &hanako.id, &form).await.unwrap();
    approve(&world, "second-approver", &entered).await.unwrap();

    let left = user(&world, &hanako.id).await;
    assert_eq!((left.left_at, left.role), (Some(at(30)), UserRole::General));
    assert_eq!(user(&world, &jiro.id).await.role, UserRole::Master);
    let row = certificates::find(&world.store, &certificate)
        .await
        .unwrap();
    assert_eq!(row.unwrap().state, Certificate::Revoked);
    let open = grants::find(&world.store, &grant).await.unwrap().unwrap();
    assert_eq!(open.state, grants::State::Lapsed, "it was not used");
    let refused = login(&world, &hanako.login_id).await;
    assert_eq!(refusal(refused), Refusal::CredentialsWrong, "as if unknown");
    for (action, subject) in [("user.left", &hanako.id), ("user.role-changed", &jiro.id)] {
        assert!(told(&world, action, subject).await, "{action}");
    }
    for one in [&hanako, &jiro] {
        let told = mail(&world, &one.id, "user-left").await;
        assert_eq!(told, [one.email.as_str()]);
    }
    // Nothing is entered about somebody who has left.
    for kind in [
        Kind::UserLeave,
        Kind::PasswordReset,
        Kind::Reissue,
        Kind::Unlock,
    ] {
        let again = propose(&world, "teller", kind, &hanako.id).await;
        assert_eq!(
            refusal(again),
            StaffRefusal::NotInThatState.into(),
            "{kind:?}"
        );
    }
}

async fn last_user(place: &Place) {
    let (world, hanako, contract) = bank(place).await;
    let form = ProposedChangeForm {
        note: "代表者の交代".to_owned(),
        ..ProposedChangeForm::default()
    };
    let letter = async |who: &str| {
        let accounts = world.accounts();
        accounts.issue_letter(&staff(who, at(40)), &contract).await
    };
    let early = letter("teller-2").await;
    assert_eq!(refusal(early), StaffRefusal::NotInThatState.into());
    let entered = enter(&world, Kind::UserLeave, &hanako.id, &form)
        .await
        .unwrap();
    approve(&world, "approver", &entered).await.unwrap();
    // The contract has nobody: the next マスター registers with a letter that two people issue.
    assert!(matches!(letter("teller-2").await, Ok(Handover::Requested)));
    let shown = letter("second-approver").await;
    let Ok(Handover::Issued(shown)) = shown else {
        panic!("no letter");
    };
    let accounts = world.accounts();
    let mut account = crate::services::testing::account_form("42");
    account.temp_login = shown.login;
    account.temp_confirmation = shown.confirmation;
    let context = RequestContext::anonymous(caller(), at(50));
    let wizard = accounts.check_account(&context, account).await.unwrap();
    let token = wizard.token.expose();
    let taken = crate::services::testing::user_form("hanakodt");
    let taken = accounts.submit_user(token, taken, at(51)).await;
    assert_eq!(
        refusal(taken),
        Refusal::LoginIdTaken,
        "nobody gets it again"
    );
    let language = crate::store::outbox::Language::Ja;
    let new = crate::services::testing::user_form("tarodt01");
    accounts.submit_user(token, new, at(51)).await.unwrap();
    let registered = accounts.register(&context, token, language).await.unwrap();
    assert_eq!(registered.user.role, UserRole::Master);
    let overview = accounts.contract_overview(&contract).await.unwrap();
    assert_eq!((overview.users.len(), overview.former.len()), (1, 1));
}

async fn back_to_passwords(place: &Place) {
    let (world, hanako, contract) = bank(place).await;
    let jiro = join(&world, &contract, "jiro", UserRole::General).await;
    let kind = Kind::PasswordMethod;
    let form = ProposedChangeForm {
        note: "お申し出".to_owned(),
        ..ProposedChangeForm::default()
    };
    let early = enter(&world, kind, &contract, &form).await;
    assert_eq!(
        refusal(early),
        StaffRefusal::NotInThatState.into(),
        "it is on passwords"
    );
    let first = propose(&world, "teller", Kind::Reissue, &hanako.id)
        .await
        .unwrap();
    let grant = approve(&world, "approver", &first)
        .await
        .unwrap()
        .grant
        .unwrap();
    let active = Certificate::Active;
    let certificate = world.certificate(&hanako, &grant, b"one", active).await;
    let entered = enter(&world, kind, &contract, &form).await.unwrap();
    let alone = approve(&world, "teller", &entered).await;
    assert_eq!(refusal(alone), Refusal::RoleMissing);
    approve(&world, "approver", &entered).await.unwrap();
    let accounts = world.accounts();
    assert_eq!(
        accounts.contract(&contract).await.unwrap().method,
        Method::Password
    );
    let row = certificates::find(&world.store, &certificate)
        .await
        .unwrap();
    assert_eq!(row.unwrap().state, Certificate::Revoked);
    let open = grants::find(&world.store, &grant).await.unwrap().unwrap();
    assert_eq!(open.state, grants::State::Lapsed);
    for one in [&hanako, &jiro] {
        assert_eq!(
            mail(&world, &one.id, "password-method").await,
            [one.email.as_str()]
        );
        assert!(user(&world, &one.id).await.login.suspended);
    }
    // A stolen password opens nothing until two people have released it.
    assert_eq!(
        refusal(login(&world, &hanako.login_id).await),
        Refusal::Suspended
    );
    let unlock = propose(&world, "teller", Kind::Unlock, &hanako.id)
        .await
        .unwrap();
    approve(&world, "approver", &unlock).await.unwrap();
    login(&world, &hanako.login_id).await.unwrap();
}

async fn waits(place: &Place) {
    let (world, hanako, contract) = bank(place).await;
    let jiro = join(&world, &contract, "jiro", UserRole::General).await;
    let grant_of = async |proposal: Proposal| {
        let grant = approve(&world, "approver", &proposal).await.unwrap();
        grants::find(&world.store, &grant.grant.unwrap())
            .await
            .unwrap()
            .unwrap()
    };
    let reissue = async || {
        propose(&world, "teller", Kind::Reissue, &hanako.id)
            .await
            .unwrap()
    };
    // The first one of a contract is no re-issue.
    let first = grant_of(reissue().await).await;
    assert_eq!(first.usable_at, None);
    assert_eq!(mail(&world, &hanako.id, "grant-given").await.len(), 1);
    // With another address, an unused grant waits, too.
    let form = ProposedChangeForm {
        email: "new@oozora.co.jp".to_owned(),
        ..changes()
    };
    let moved = enter(&world, Kind::UserDetails, &hanako.id, &form)
        .await
        .unwrap();
    approve(&world, "approver", &moved).await.unwrap();
    let first = grants::find(&world.store, &first.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.usable_at, Some(at(1030)));

    let active = Certificate::Active;
    let certificate = world.certificate(&hanako, &first.id, b"one", active).await;
    world
        .set_state(&certificate, active, Certificate::Revoked)
        .await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(grants::lapse(&mut tx, &first.id).await.unwrap());
    let row = audit(Actor::System, PREPARED, "grant", &first.id);
    row.write(&mut tx, at(8)).await.unwrap();
    tx.commit().await.unwrap();

    // The second one waits, everybody of the contract is told, and the approver sees both.
    let again = reissue().await;
    let accounts = world.accounts();
    let members = accounts.staff_members().await.unwrap();
    let member = members.iter().find(|one| one.id == "approver").unwrap();
    let view = accounts.proposal(member, &again.id, at(30)).await.unwrap();
    assert_eq!(view.usable_from, Some(at(1030)));
    let kinds = view.recent.iter().map(|one| match one {
        Recent::Issued { .. } => "issued",
        Recent::Email { .. } => "email",
        Recent::Name { .. } => "name",
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["email", "issued"],
        "newest first"
    );
    let waiting = grant_of(again).await;
    assert_eq!(waiting.usable_at, Some(at(1030)));
    let grant_days = world.settings.periods.grant;
    assert_eq!(waiting.expires_at, at(1030) + grant_days, "no day is lost");
    for (one, address) in [(&hanako, "new@oozora.co.jp"), (&jiro, &*jiro.email)] {
        assert_eq!(mail(&world, &one.id, "reissue-approved").await, [address]);
    }
    let hanako = user(&world, &hanako.id).await;
    let shown = accounts.grant_waits(&hanako, at(1029)).await.unwrap();
    assert_eq!(shown, Some(at(1030)));
    assert_eq!(accounts.grant_waits(&hanako, at(1030)).await.unwrap(), None);

    // One call, one person: it can never be used, and everybody hears of it.
    let form = super::form();
    let blank = ProposedChangeForm::default();
    let stop = async |who: &str, form: &ProposedChangeForm| {
        let context = staff(who, at(40));
        accounts.stop_grant(&context, &waiting.id, form).await
    };
    assert_eq!(refusal(stop("auditor", &form).await), Refusal::RoleMissing);
    assert!(matches!(
        refusal(stop("helpdesk", &blank).await),
        Refusal::Fields(_)
    ));
    stop("helpdesk", &form).await.unwrap();
    let twice = refusal(stop("helpdesk", &form).await);
    assert_eq!(twice, StaffRefusal::NotInThatState.into());
    let stopped = grants::find(&world.store, &waiting.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stopped.state, grants::State::Lapsed);
    assert!(told(&world, "grant.stopped", &hanako.id).await);
    for one in [&hanako, &jiro] {
        assert_eq!(mail(&world, &one.id, "grant-stopped").await.len(), 1);
    }
}
