//! Contracts at the counter.

use crate::store::contracts::Method;
use crate::workflow::Refusal;
use crate::workflow::testing::{World, at, caller, contract_form, refusal, said};
use crate::workflow::validation::{Field, Problem};

#[tokio::test]
async fn a_contract_is_entered_once_and_normalised() {
    let world = World::new().await;
    let people = world.people();
    let contract = world.contract("42").await;
    assert_eq!(
        (contract.branch.as_str(), contract.account.as_str()),
        ("100", "0000042")
    );
    assert_eq!(contract.company_kana, "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ");
    assert_eq!(contract.method, Method::Password);
    let again = people
        .create_contract("teller", contract_form("0000042"), caller(), at(1))
        .await;
    assert_eq!(refusal(again), Refusal::ContractExists);
    assert_eq!(
        world.last().await,
        said("contract.created", "refused", "contract-exists")
    );
    let by_auditor = people
        .create_contract("auditor", contract_form("43"), caller(), at(1))
        .await;
    assert_eq!(refusal(by_auditor), Refusal::RoleMissing);
    let by_nobody = people
        .create_contract("nobody", contract_form("43"), caller(), at(1))
        .await;
    assert_eq!(refusal(by_nobody), Refusal::RoleMissing);
    let mut form = contract_form("12345678");
    form.company_name = "𠮷野".to_owned();
    form.temp_confirmation = form.temp_login.clone();
    let Refusal::Fields(fields) = refusal(
        people
            .create_contract("teller", form, caller(), at(1))
            .await,
    ) else {
        panic!("other refusal");
    };
    let expected = [
        Field::Account.error(Problem::TooLong { max: 7 }),
        Field::CompanyName.error(Problem::NotRepresentable {
            found: '𠮷',
            position: 1,
        }),
        Field::TempConfirmationPassword.error(Problem::SameAsLoginPassword),
    ];
    assert_eq!(fields, expected, "every error at once");
    for row in world.log().await {
        assert!(!row.detail.contains("kari-"), "a password in the audit log");
    }
}
