//! The development program, which creates staff without a second person, refuses databases of others.

use std::fs;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::database::Database;
use inkan_tests::postgres::Cluster;
use sqlx::Row;

const TABLES: &str = "SELECT CAST(relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                      WHERE n.nspname = 'public' ORDER BY relname";

/// Ends it, changes its configuration to that database, and starts it again, which must fail with this code.
fn refused(bank: &mut Bank, from: &str, to: &str) -> Outcome {
    bank.kill()?;
    let config = fs::read_to_string(&bank.dev.config)?;
    assert!(config.contains(from), "{config}");
    let pointed = config.replace(from, to);
    fs::write(&bank.dev.config, &pointed)?;
    let said = bank.restart().err().ok_or("it serves")?.to_string();
    assert!(said.contains("[dev-database]"), "{said}");
    assert_eq!(fs::read_to_string(&bank.dev.config)?, pointed);
    fs::write(&bank.dev.config, config)?;
    Ok(())
}

#[test]
fn the_database_of_a_bank_gets_no_staff_by_a_program_for_development() -> Outcome {
    let (own, banks) = (Cluster::start()?, Cluster::start()?);
    let there = Database::at(&banks.url());
    there.execute("CREATE TABLE staff (id TEXT)")?;
    let tables = || there.rows(TABLES, |row| row.try_get::<String, _>(0));
    let before = tables()?;

    // A separate database by its configuration, from the first start on; and one in a file to which the configuration
    // is changed.
    let mut bank = Bank::open_with(&["--store-url", &own.url()])?;
    bank.forget_options();
    refused(&mut bank, &own.url(), &banks.url())?;
    bank.restart()?;
    let mut bank = Bank::open()?;
    let file = format!(
        "sqlite://{}",
        bank.data().canonicalize()?.join("inkan.db").display()
    );
    refused(&mut bank, &file, &banks.url())?;
    bank.restart()?;

    // And never at a first start.
    let said = Bank::open_with(&["--store-url", &banks.url()]).err();
    let said = said.ok_or("it serves")?.to_string();
    assert!(said.contains("[dev-database]"), "{said}");
    assert_eq!(tables()?, before);
    assert_eq!(there.count("SELECT COUNT(*) FROM staff")?, 0);
    Ok(())
}
