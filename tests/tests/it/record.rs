//! The audit log: what somebody with write access to the database can and cannot do without detection.

use inkan_store::Store;
use inkan_store::audit::{self, Chain};
use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::database::Database;
use inkan_tests::screens::counter;

use crate::scene::Scene;

/// The result of verifying the audit chain of this database.
fn chain(database: &Database) -> Outcome<Chain> {
    let url = database.url().replace("?mode=ro", "");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = Store::connect(&url).await?;
        let chain = audit::verify(&store).await?;
        store.close().await;
        Ok(chain)
    })
}

#[test]
fn a_changed_audit_row_shows() -> Outcome {
    let scene = Scene::open()?;
    scene.customer_with_certificate("OOZORA")?;
    let database = Database::embedded(&scene.bank.data())?;
    let Chain::Whole { rows, .. } = chain(&database)? else {
        return Err("the chain is broken from the start".into());
    };
    let actions = database.audit()?;
    assert_eq!(rows, i64::try_from(actions.len())?);

    // Somebody wants to hide that they issued a certificate.
    let changed = database.execute(
        "UPDATE audit_log SET actor_id = 'nobody' WHERE seq = (SELECT MAX(seq) FROM audit_log WHERE subject_kind = 'certificate')",
    )?;
    assert_eq!(changed, 1);
    assert!(matches!(chain(&database)?, Chain::Broken { .. }));
    Ok(())
}

#[test]
fn the_database_itself_refuses_one_person_twice() -> Outcome {
    let bank = Bank::open()?;
    let dev = &bank.dev;
    let teller = counter::at_work(dev, "teller")?;
    counter::open_contract(
        &teller,
        dev,
        "2345678",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    counter::enter_application(&teller, dev, "2345678")?;
    let refused = Database::embedded(&bank.data())?.execute(
        "UPDATE proposals SET state = 'approved', decided_by = entered_by, decided_employee_number = entered_employee_number, \
         decided_at = 0 WHERE state = 'entered'",
    );
    let story = refused.err().ok_or("one person was enough")?.to_string();
    assert!(story.contains("proposals_four_eyes"), "{story}");
    Ok(())
}
