//! Contracts and letters at the counter: who may enter, request and see them, and who may not.

use crate::services::accounts::registration::AccountForm;
use crate::services::approvals::ProposedChangeForm;
use crate::services::testing::{
    World, account_form, anonymous, at, contract_form, issued, refusal, said, staff, user_form,
};
use crate::services::validation::{Field, Problem};
use crate::services::{Refusal, StaffRefusal};
use crate::store::contracts::Method;
use crate::store::outbox::Language;
use crate::store::proposals::Kind;
use crate::store::staff::Role;
use crate::store::{Store, contracts};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    a_contract_is_of_no_use_before_another_person_approved_it => contract,
    a_letter_is_shown_to_nobody_who_entered_or_asked_or_decided => letters,
    whoever_saw_a_letter_has_nothing_to_do_with_the_grant => separated,
);

async fn world(place: &Place) -> World {
    let store = Store::connect(&place.url("counter")).await.unwrap();
    let mut world = World::over(store).await;
    world.settings.passwords.acquisition = true;
    for (name, employee_number, role) in [
        ("teller-2", "teller-2", Role::Teller),
        ("teller-again", "teller", Role::Teller),
        ("third-approver", "third-approver", Role::Approver),
    ] {
        world.add_account(name, employee_number, role).await;
    }
    world
}

async fn contract(place: &Place) {
    let world = world(place).await;
    let accounts = world.accounts();
    let enter = async |who: &str, account: &str| {
        let form = contract_form(account);
        accounts
            .propose(&staff(who, at(1)), Kind::Contract, "", &form)
            .await
    };
    for nobody in ["auditor", "nobody"] {
        assert_eq!(refusal(enter(nobody, "42").await), Refusal::RoleMissing);
    }
    let entered = enter("teller", "42").await.unwrap();
    let twice = enter("teller-2", "0000042").await;
    assert_eq!(refusal(twice), StaffRefusal::ProposalExists.into());

    // It does not exist yet: no letter, no application, no registration, whatever passwords are tried.
    assert_eq!(accounts.contracts(0).await.unwrap(), []);
    let context = anonymous(at(2));
    let account = accounts.check_account(&context, account_form("42"));
    assert_eq!(refusal(account.await), Refusal::AccountNotMatched);
    for id in [&entered.id, &entered.subject] {
        let context = staff("teller-2", at(2));
        let letter = accounts.issue_letter(&context, id);
        assert_eq!(refusal(letter.await), Refusal::ContractUnknown);
        let form = ProposedChangeForm {
            reference: "A1".to_owned(),
            ..Default::default()
        };
        let context = staff("teller", at(2));
        let application = accounts.propose(&context, Kind::Application, id, &form);
        assert_eq!(refusal(application.await), Refusal::ContractUnknown);
    }
    let approve = async |who: &str, version| {
        accounts
            .approve_proposal(&staff(who, at(3)), &entered.id, version)
            .await
    };
    for (who, code) in [("teller", "role-missing"), ("auditor", "role-missing")] {
        assert_eq!(refusal(approve(who, 1).await).code(), code);
    }
    // Amended by an approver, who then cannot approve it; another account is another entry.
    let mut form = contract_form("42");
    form.company_name = "大空商事".to_owned();
    let context = staff("approver", at(3));
    let amended = accounts.amend_proposal(&context, &entered.id, 1, &form);
    amended.await.unwrap();
    assert_eq!(refusal(approve("approver", 2).await), Refusal::SamePerson);
    let another = contract_form("43");
    let context = staff("teller", at(3));
    let other = accounts.amend_proposal(&context, &entered.id, 2, &another);
    assert_eq!(refusal(other.await), StaffRefusal::NotInThatState.into());
    let done = approve("second-approver", 2).await.unwrap();
    let contract = accounts.contract(&done.contract.unwrap()).await.unwrap();
    assert_eq!(
        (contract.branch.as_str(), contract.account.as_str()),
        ("100", "0000042")
    );
    assert_eq!(contract.company_name, "大空商事");
    assert_eq!(contract.company_kana, "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ");
    assert_eq!(contract.method, Method::Password);
    assert_eq!(contract.temp_login_hash, None, "no letter yet");
    let again = enter("teller", "42").await;
    assert_eq!(refusal(again), Refusal::ContractExists);
    assert_eq!(
        world.last().await,
        said("proposal.entered", "refused", "contract-exists")
    );
    // Every error at once.
    let mut form = contract_form("12345678");
    form.company_name = "𠮷野".to_owned();
    let wrong = accounts
        .propose(&staff("teller", at(4)), Kind::Contract, "", &form)
        .await;
    let expected = vec![
        Field::Account.error(Problem::TooLong { max: 7 }),
        Field::CompanyName.error(Problem::NotRepresentable {
            found: '𠮷',
            position: 1,
        }),
    ];
    assert_eq!(refusal(wrong), Refusal::Fields(expected));
}

async fn letters(place: &Place) {
    let world = world(place).await;
    let accounts = world.accounts();
    // Entered by one, amended by another, approved by a third.
    let form = contract_form("42");
    let context = staff("teller", at(1));
    let entered = accounts.propose(&context, Kind::Contract, "", &form);
    let entered = entered.await.unwrap();
    let context = staff("teller-2", at(1));
    let amended = accounts.amend_proposal(&context, &entered.id, 1, &form);
    let amended = amended.await.unwrap();
    let context = staff("approver", at(1));
    let done = accounts.approve_proposal(&context, &entered.id, amended.version);
    let id = done.await.unwrap().contract.unwrap();
    let letter =
        async |who: &str, seconds| accounts.issue_letter(&staff(who, at(seconds)), &id).await;
    assert!(issued(letter("approver", 2).await).is_none());
    // If the requester requests it again, with either account, it stays a request; whoever entered or amended the
    // contract is not shown the letter.
    assert!(issued(letter("approver", 3).await).is_none());
    for enterer in ["teller", "teller-again", "teller-2"] {
        let refused = letter(enterer, 4).await;
        assert_eq!(
            refusal(refused),
            StaffRefusal::LetterForAnother.into(),
            "{enterer}"
        );
        assert_eq!(
            world.last().await,
            said("contract.letter-issued", "refused", "letter-for-another")
        );
    }
    let stored = contracts::find(&world.store, &id).await.unwrap().unwrap();
    assert_eq!(stored.temp_login_hash, None, "nothing was made");
    let shown = issued(letter("second-approver", 5).await).unwrap();
    // The person who entered the contract may request a further letter; somebody else is shown it, and the earlier one
    // becomes invalid.
    let day = 24 * 3600;
    assert!(issued(letter("teller", 6).await).is_none());
    assert!(
        issued(letter("approver", 7 + day).await).is_none(),
        "too late: it is requested anew"
    );
    let further = issued(letter("second-approver", 8 + day).await).unwrap();
    assert_ne!(shown.login.expose(), further.login.expose());
    let old = AccountForm {
        temp_login: shown.login.clone(),
        temp_confirmation: shown.confirmation.clone(),
        ..account_form("42")
    };
    let refused = accounts
        .check_account(&anonymous(at(9 + day)), old.clone())
        .await;
    assert_eq!(refusal(refused), Refusal::AccountNotMatched);
    let new = AccountForm {
        temp_login: further.login.clone(),
        temp_confirmation: further.confirmation.clone(),
        ..old
    };
    accounts
        .check_account(&anonymous(at(10 + day)), new)
        .await
        .unwrap();
    for row in world.log().await {
        for letter in [&shown, &further] {
            assert!(!row.detail.contains(letter.login.expose()));
            assert!(!row.detail.contains(letter.confirmation.expose()));
        }
    }
}

/// Four people at one contract: whoever has seen one of its secrets is never shown the other.
async fn separated(place: &Place) {
    let world = world(place).await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    let letter = async |who: &str, n| {
        accounts
            .issue_letter(&staff(who, at(n)), &contract.id)
            .await
    };
    assert!(issued(letter("teller", 1).await).is_none());
    let shown = issued(letter("second-approver", 2).await).unwrap();

    let form = ProposedChangeForm {
        reference: "A1".to_owned(),
        ..Default::default()
    };
    let context = staff("teller", at(3));
    let entered = accounts.propose(&context, Kind::Application, &contract.id, &form);
    let entered = entered.await.unwrap();
    let account = AccountForm {
        temp_login: shown.login,
        temp_confirmation: shown.confirmation,
        ..account_form("42")
    };
    let wizard = accounts
        .check_account(&anonymous(at(4)), account)
        .await
        .unwrap();
    let token = wizard.token.expose();
    accounts
        .submit_user(token, user_form("hanakodt"), at(5))
        .await
        .unwrap();
    let language = Language::Ja;
    accounts
        .register(&anonymous(at(6)), token, language)
        .await
        .unwrap();

    let decide = async |who: &str| {
        accounts
            .approve_proposal(&staff(who, at(7)), &entered.id, 2)
            .await
    };
    let seen = StaffRefusal::LetterSeen;
    assert_eq!(refusal(decide("second-approver").await), seen.into());
    let context = staff("second-approver", at(7));
    let rejected = accounts.reject_proposal(&context, &entered.id, 2, "不備");
    assert_eq!(refusal(rejected.await), seen.into());
    let member = accounts.staff_members().await.unwrap();
    let member = member
        .iter()
        .find(|one| one.id == "second-approver")
        .unwrap();
    let view = accounts.proposal(member, &entered.id, at(9)).await.unwrap();
    assert_eq!(
        view.hindrance(member),
        Some(seen.into()),
        "the page says so"
    );
    let grant = decide("approver").await.unwrap().grant.unwrap();

    // The certificate password: requested by one person, shown to another, never to anybody who saw the letter.
    let second = async |who: &str, n| {
        accounts
            .issue_acquisition_letter(&staff(who, at(n)), &grant)
            .await
    };
    assert!(issued(second("teller", 8).await).is_none());
    assert_eq!(world.last().await, said("grant.letter-asked", "done", ""));
    for who in ["teller", "teller-again"] {
        assert!(issued(second(who, 9).await).is_none(), "{who}");
    }
    assert_eq!(
        refusal(second("second-approver", 10).await),
        StaffRefusal::LetterForAnother.into()
    );
    issued(second("third-approver", 11).await).unwrap();
    assert_eq!(world.last().await, said("grant.letter-issued", "done", ""));

    // And the other way round: whoever decided on an application is not shown a letter.
    let contract = world.contract("43").await;
    let context = staff("teller", at(12));
    let entered = accounts.propose(&context, Kind::Application, &contract.id, &form);
    let entered = entered.await.unwrap();
    let context = staff("approver", at(13));
    let early = accounts.approve_proposal(&context, &entered.id, 1);
    assert_eq!(
        refusal(early.await),
        StaffRefusal::RegistrationMissing.into()
    );
    let context = staff("third-approver", at(14));
    let rejected = accounts.reject_proposal(&context, &entered.id, 1, "不備");
    rejected.await.unwrap();
    let letter = async |who: &str, n| {
        accounts
            .issue_letter(&staff(who, at(n)), &contract.id)
            .await
    };
    assert!(issued(letter("teller", 15).await).is_none());
    assert_eq!(
        refusal(letter("third-approver", 16).await),
        StaffRefusal::LetterForAnother.into()
    );
    issued(letter("approver", 17).await).unwrap();
}
