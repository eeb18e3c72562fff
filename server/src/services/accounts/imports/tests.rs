//! Lists that are valid, invalid, hostile and huge.

use super::*;
use crate::services::Refusal;
use crate::services::approvals::ProposedChangeForm;
use crate::services::testing::{World, at, issued, refusal, said, staff};
use crate::services::validation::{Field, Problem};
use crate::store::proposals::Kind;

const LIST: &str = "\u{feff}branch,type,account,name,kana\r\n\
    100,1,1,大空商事,オオゾラ\r\n\
    \"100\",\"current\",\"0000001\",\"山\"\"の\"\"上\",\"ﾔﾏﾉｳｴ\"\r\n\
    \r\n\
    100,1,0000001,大空商事,オオゾラ\r\n\
    10,1,2,𠮷野,オオゾラ\r\n\
    100,1,3,大空商事\r\n\
    100,1,\"4,大空商事,オオゾラ\r\n\
    100,1,42,大空商事,オオゾラ\r\n";

#[tokio::test]
async fn a_dry_run_says_what_is_wrong_with_which_line_and_changes_nothing() {
    let world = World::new().await;
    let accounts = world.accounts();
    world.contract("42").await;
    let run = accounts
        .check_import(&staff("teller", at(1)), LIST.to_owned())
        .await
        .unwrap();
    assert_eq!(world.last().await, said("import.checked", "done", ""));
    let report = &run.report;
    assert_eq!((report.lines, report.good, report.bad_count), (7, 2, 5));
    let why: Vec<(usize, &Why)> = report
        .bad
        .iter()
        .map(|bad| (bad.number, &bad.why))
        .collect();
    let fields = Why::Fields(vec![
        Field::Branch.error(Problem::TooShort { min: 3 }),
        Field::CompanyName.error(Problem::NotRepresentable {
            found: '𠮷',
            position: 1,
        }),
    ]);
    let expected = [
        (5, &Why::Twice),
        (6, &fields),
        (7, &Why::Form),
        (8, &Why::Form),
        (9, &Why::Exists),
    ];
    assert_eq!(why, expected);
    assert_eq!(accounts.contracts(0).await.unwrap().len(), 1);

    // Nothing is imported before another person, who can read the list, has approved it; only the person who checked it
    // can enter it.
    let early = accounts.run_import(&staff("teller", at(2)), &run.id).await;
    assert_eq!(refusal(early), StaffRefusal::ImportUnknown.into());
    let form = ProposedChangeForm {
        note: "移行分".to_owned(),
        ..ProposedChangeForm::default()
    };
    let enter = async |who: &str| {
        let kind = Kind::Import;
        accounts
            .propose(&staff(who, at(2)), kind, &run.id, &form)
            .await
    };
    assert_eq!(
        refusal(enter("approver").await),
        StaffRefusal::ImportUnknown.into()
    );
    let entered = enter("teller").await.unwrap();
    assert_eq!(
        refusal(enter("teller").await),
        StaffRefusal::ProposalExists.into()
    );
    let list = accounts
        .import_list(&staff("approver", at(9)), &run.id)
        .await
        .unwrap();
    assert!(
        list.contains("\"2\",\"100\",\"1\",\"1\",\"大空商事\",\"オオゾラ\""),
        "{list}"
    );
    assert_eq!(list.lines().count(), 7);
    // A list that awaits approval is kept.
    let later = at(3 * 24 * 3600);
    let other = accounts
        .check_import(&staff("teller", later), "x".to_owned())
        .await;
    other.unwrap();
    let approve = async |who: &str| {
        accounts
            .approve_proposal(&staff(who, later), &entered.id, 1)
            .await
    };
    assert_eq!(refusal(approve("teller").await), Refusal::RoleMissing);
    assert_eq!(accounts.contracts(0).await.unwrap().len(), 1);
    approve("approver").await.unwrap();
    assert_eq!(accounts.contracts(0).await.unwrap().len(), 1);
    let done = accounts
        .run_import(&staff("teller", later), &run.id)
        .await
        .unwrap();
    assert_eq!(done.good, 2);
    let twice = accounts.run_import(&staff("teller", later), &run.id).await;
    assert_eq!(refusal(twice), StaffRefusal::ImportUnknown.into());
    assert_eq!(
        refusal(enter("teller").await),
        StaffRefusal::ImportUnknown.into()
    );
    assert_eq!(accounts.contracts(0).await.unwrap().len(), 3);
    let found = accounts.find_contracts("山", 0).await.unwrap();
    assert_eq!(found.len(), 1);
    // There are no temporary passwords before a letter is issued, and the letter is not shown to the person who entered
    // the list.
    assert!(found[0].temp_login_hash.is_none());
    let letter = async |who: &str| {
        accounts
            .issue_letter(&staff(who, later), &found[0].id)
            .await
    };
    assert!(issued(letter("approver").await).is_none());
    assert_eq!(
        refusal(letter("teller").await),
        StaffRefusal::LetterForAnother.into()
    );
    issued(letter("second-approver").await).unwrap();
    for who in ["auditor", "nobody"] {
        let refused = accounts
            .check_import(&staff(who, at(5)), LIST.to_owned())
            .await;
        assert_eq!(refusal(refused), Refusal::RoleMissing);
    }
}

/// Enters a list and has it approved.
async fn approved(world: &World, import_id: &str) {
    let accounts = world.accounts();
    let form = ProposedChangeForm {
        note: "移行分".to_owned(),
        ..ProposedChangeForm::default()
    };
    let context = staff("teller", at(1));
    let entered = accounts.propose(&context, Kind::Import, import_id, &form);
    let entered = entered.await.unwrap();
    let context = staff("approver", at(1));
    let done = accounts.approve_proposal(&context, &entered.id, 1);
    done.await.unwrap();
}

#[tokio::test]
async fn huge_and_hostile_lists_are_bounded() {
    let world = World::new().await;
    let accounts = world.accounts();
    let many = "x\n".repeat(MOST_LINES + 2);
    let large = "x".repeat(MOST_BYTES + 1);
    for list in [many, large] {
        let refused = accounts.check_import(&staff("teller", at(1)), list).await;
        assert_eq!(refusal(refused), StaffRefusal::ImportTooLarge.into());
    }
    let bad = "=cmd|' /C calc'!A0,,,,\n".repeat(2 * REPORTED);
    let run = accounts
        .check_import(&staff("teller", at(2)), bad)
        .await
        .unwrap();
    assert_eq!(
        (run.report.bad.len(), run.report.bad_count),
        (REPORTED, 2 * REPORTED)
    );
    let list = accounts
        .import_list(&staff("approver", at(9)), &run.id)
        .await
        .unwrap();
    assert!(
        !list.contains("\"=cmd"),
        "a formula for the spreadsheet of who approves"
    );
    for hostile in [
        "",
        "\"",
        "\0",
        "'; DROP TABLE contracts; --",
        "\"\"\"",
        ",,,,,,,,",
    ] {
        let run = accounts
            .check_import(&staff("teller", at(3)), format!("1{hostile}"))
            .await;
        assert_eq!(run.unwrap().report.good, 0, "{hostile:?}");
    }
}

#[tokio::test]
async fn an_import_that_broke_off_continues_where_it_was() {
    let world = World::new().await;
    let accounts = world.accounts();
    let list: String = (1..=3000)
        .map(|n| format!("100,1,{n},大空商事,ｵｵｿﾞﾗ\n"))
        .collect();
    let run = accounts
        .check_import(&staff("teller", at(1)), list + "100,1,0,\0,ｵ")
        .await;
    let id = run.unwrap().id;
    let kept = imports::find(&world.store, &id).await.unwrap().unwrap();
    assert!(!kept.content.contains('\0'), "PostgreSQL keeps no NUL");
    approved(&world, &id).await;
    world
        .execute(
            "CREATE TRIGGER full BEFORE INSERT ON contracts WHEN NEW.account = '0002500' \
         BEGIN SELECT RAISE(ABORT, 'no room'); END",
        )
        .await;
    let broken = accounts.run_import(&staff("teller", at(2)), &id).await;
    assert!(matches!(broken, Err(crate::services::Error::Fault(_))));
    world.execute("DROP TRIGGER full").await;
    let rest = accounts.run_import(&staff("teller", at(3)), &id).await;
    assert_eq!(rest.unwrap().good, 1000);
    assert_eq!(accounts.find_contracts("3000", 0).await.unwrap().len(), 1);
    assert_eq!(world.last().await, said("import.done", "done", ""));
    let again = accounts.run_import(&staff("teller", at(4)), &id).await;
    assert_eq!(refusal(again), StaffRefusal::ImportUnknown.into());
}
