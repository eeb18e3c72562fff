//! The connection to each bank, and this computer's clock against the bank's.

use jiff::{SignedDuration, Timestamp};

use super::finding::{Fault, Finding, Obstacle};
use crate::config::bank::Bank;
use crate::error::Failure;
use crate::operations::Context;
use crate::output::check::CheckId;

/// From this difference on the agent reports it elsewhere, too.
const TOLERATED: SignedDuration = SignedDuration::from_mins(3);

pub(super) fn checks(banks: &[Bank], context: &Context) -> Vec<Finding> {
    if banks.is_empty() {
        return vec![Finding::not_possible(CheckId::Clock, Obstacle::NoBank)];
    }
    let number = |index: usize| format!("bank {}", index + 1);
    let found = banks.iter().enumerate();
    found
        .map(|(index, bank)| check(bank, context).of(number(index)))
        .collect()
}

fn check(bank: &Bank, context: &Context) -> Finding {
    match time_of(bank, context) {
        Err(failure) => Finding::failed(CheckId::Clock, Fault::BankConnection(failure.into())),
        Ok(None) => Finding::ok(CheckId::Clock),
        Ok(Some(time)) => {
            let ahead = context.clock.ahead_of(time);
            Finding::ok(CheckId::Clock)
                .unless((ahead.abs() > TOLERATED).then_some(Fault::ClockWrong))
                .fact("seconds_ahead", ahead.as_secs())
        }
    }
}

/// The bank's time, if its server reports it.
fn time_of(bank: &Bank, context: &Context) -> Result<Option<Timestamp>, Failure> {
    let channel = context.channel(bank)?;
    let response = channel.send(channel.get("/"), "self-test")?;
    Ok(response.date)
}
