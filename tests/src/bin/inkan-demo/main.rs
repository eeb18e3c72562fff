//! `make demo`: one certificate, from the bank's HSM to the customer's token, and a login with it, step by step.
//!
//! Without an option everything is ended and removed at the end. `--keep` keeps the bank running after the story,
//! `--dev` starts the bank without the story; both end with Ctrl-C.
//!
//! - [`telling`]: sentences with the time each step took
//! - [`story`]: the steps
//! - [`manually`]: how to continue in a browser and a terminal

mod manually;
mod story;
mod telling;

use std::process::ExitCode;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::customer::Customer;
use telling::Telling;

fn main() -> ExitCode {
    let options: Vec<String> = std::env::args().skip(1).collect();
    let telling = Telling::new();
    let told = match options
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => demo(&telling, false),
        ["--keep"] => demo(&telling, true),
        ["--dev"] => dev(&telling),
        _ => Err("usage: inkan-demo [--keep | --dev]".into()),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            telling.failed(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn demo(telling: &Telling, keep: bool) -> Outcome {
    telling
        .title("One certificate: from the bank's HSM to the customer's token, and a login with it");
    let (bank, customer) = story::tell(telling)?;
    if keep {
        telling.text(&manually::while_it_runs(&bank.dev, &customer, true));
        return until_interrupted(bank);
    }
    drop((bank, customer));
    telling.text("Everything was stopped and removed; nothing is left running.");
    telling.text(manually::HOW_TO_GO_ON);
    Ok(())
}

fn dev(telling: &Telling) -> Outcome {
    telling.title("A whole bank for trials");
    let bank = telling.step("The bank opens: HSM, database, five listeners.", Bank::open)?;
    let customer = telling.step(
        "A customer gets a USB token and installs the bank file.",
        || {
            let customer = Customer::with_token("OOZORA HANAKO")?;
            customer.install_bank(&bank.dev.bank_config)?;
            Ok(customer)
        },
    )?;
    telling.text(&manually::while_it_runs(&bank.dev, &customer, false));
    until_interrupted(bank)
}

/// Keeps the bank running until Ctrl-C; then ends it and removes its directories.
fn until_interrupted(bank: Bank) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    drop(bank);
    Ok(())
}
