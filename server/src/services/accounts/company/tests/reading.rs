//! 操作履歴.

use inkan_pki::secret::Secret;
use jiff::SignedDuration;

use super::world::{Company, later, missing, nobodies};
use crate::services::Refusal;
use crate::services::accounts::company::history::{HistoryFilter, LINES, Who};
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::tests::bank;
use crate::services::testing::{at, customer, refusal};
use crate::store::audit::Outcome;
use crate::store::audit::history::Action;
use crate::store::certificates::State;
use crate::store::users::PasswordKind;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    everybody_reads_their_own_and_administrators_the_whole_contract => whose,
    it_is_paged_filtered_and_kept => pages,
);

fn of(user: &str) -> HistoryFilter {
    HistoryFilter {
        user: user.to_owned(),
        ..HistoryFilter::default()
    }
}

async fn whose(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let (hanako, jiro, saburo) = (
        company.hanako(),
        company.jiro.as_str(),
        company.saburo.as_str(),
    );
    let id = company.scene.certificate(State::Active).await;
    company.fail(saburo, PasswordKind::Login, 5, later(0)).await;
    company.unlock(jiro, saburo, later(1)).await.unwrap();
    let bank = company.scene.services.accounts();
    bank::revoke(bank, &id, Reason::KeyCompromise, later(2))
        .await
        .unwrap();
    // Saburo sees what he did and what was done to him, and nothing about the others.
    let own = accounts.history(saburo, &of("")).await.unwrap();
    assert!(own.users.is_empty());
    let newest = &own.lines[0];
    let who = Who::User {
        login_id: "jiro01".into(),
        name: "大空次郎".into(),
    };
    assert_eq!((newest.action, &newest.who), (Action::LockReleased, &who));
    assert_eq!(newest.whom.as_deref(), Some("saburo"));
    let failed = &own.lines[1];
    assert_eq!(
        (failed.outcome, failed.code.as_str()),
        (Outcome::Refused, "temporarily-locked")
    );
    assert_eq!(failed.address.as_deref(), Some("192.0.2.7"));
    let foreign = own
        .lines
        .iter()
        .filter(|line| line.whom.as_deref() != Some("saburo"));
    assert_eq!(foreign.count(), 0);
    for other in [hanako, jiro, &company.stranger.id, "nobody"] {
        let refused = accounts.history(saburo, &of(other)).await;
        assert_eq!(refusal(refused), Refusal::RoleMissing);
    }
    assert_eq!(
        accounts.history(saburo, &of(saburo)).await.unwrap().lines,
        own.lines
    );
    // Jiro sees the whole contract's history; for the bank's operations neither the member of staff nor the address.
    let all = accounts.history(jiro, &of("")).await.unwrap();
    let revoked = &all.lines[0];
    assert_eq!(
        (revoked.action, &revoked.who, &revoked.address),
        (Action::Revoked, &Who::Bank, &None)
    );
    assert_eq!(revoked.whom.as_deref(), Some("hanakodt"));
    assert!(revoked.serial.is_some() && all.users.len() == 3);
    let hers = accounts.history(jiro, &of(hanako)).await.unwrap();
    assert!(hers.lines.len() < all.lines.len());
    for nobody in &nobodies(&company)[..3] {
        assert_eq!(
            refusal(accounts.history(jiro, &of(nobody)).await),
            missing()
        );
    }
    // Another company has its own history.
    let theirs = accounts
        .history(&company.stranger.id, &of(""))
        .await
        .unwrap();
    let of_them = |line: &&_| {
        let line: &&crate::services::accounts::company::history::HistoryLine = line;
        line.whom.as_deref() != Some("stranger")
    };
    assert_eq!(theirs.lines.iter().filter(of_them).count(), 0);
}

async fn pages(place: &Place) {
    let company = Company::new(place).await;
    let accounts = company.scene.world.accounts();
    let (jiro, saburo) = (company.jiro.as_str(), company.saburo.as_str());
    let many = usize::try_from(LINES).unwrap() + 5;
    for n in 0..many {
        let right = Secret::new(crate::services::testing::CONFIRMATION_PASSWORD);
        let now = later(i64::try_from(n).unwrap());
        accounts
            .confirm(&customer(saburo, now), right)
            .await
            .unwrap();
    }
    // After a hundred and one days everything is still there.
    let much_later = later(0) + SignedDuration::from_hours(101 * 24);
    company
        .fail(saburo, PasswordKind::Login, 1, much_later)
        .await;
    let first = accounts.history(jiro, &of(saburo)).await.unwrap();
    assert_eq!(first.lines.len(), usize::try_from(LINES).unwrap());
    assert_eq!(first.lines[0].action, Action::LoginPasswordGiven);
    let rest = HistoryFilter {
        before: first.older,
        ..of(saburo)
    };
    let rest = accounts.history(jiro, &rest).await.unwrap();
    assert_eq!(rest.older, None);
    let oldest = rest.lines.last().unwrap();
    assert_eq!((oldest.action, oldest.at), (Action::Added, at(10)));
    let confirmed = |page: &[crate::services::accounts::company::history::HistoryLine]| {
        let all = page.iter();
        all.filter(|line| line.action == Action::Confirmed).count()
    };
    assert_eq!(confirmed(&first.lines) + confirmed(&rest.lines), many);
    // By date: the first day is included, the last one is not.
    let day = HistoryFilter {
        from: Some(later(3)),
        until: Some(later(5)),
        ..of(saburo)
    };
    let day = accounts.history(jiro, &day).await.unwrap();
    let times: Vec<_> = day.lines.iter().map(|line| line.at).collect();
    assert_eq!(times, [later(4), later(3)]);
    let none = HistoryFilter {
        from: Some(much_later + SignedDuration::from_hours(1)),
        ..of("")
    };
    assert!(
        accounts
            .history(jiro, &none)
            .await
            .unwrap()
            .lines
            .is_empty()
    );
}
