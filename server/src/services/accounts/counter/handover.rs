//! A letter with a password takes two people: one requests it, another one is shown it within a day. The second person
//! cannot be the requester, for temporary passwords the person who entered the contract or took part in the reset, or
//! anybody on the other side of the contract ([`Side`](crate::store::contract_duties::Side)). The database refuses the same people.

use jiff::{SignedDuration, Timestamp};

use crate::services::{Result, StaffRefusal};
use crate::store::contract_duties;
use crate::store::password_letters::{self, Asked, Of};
use crate::store::proposals::{self, Contributor};
use crate::store::{Tx, id};

/// How long a request waits for the second person.
const WAITS: SignedDuration = SignedDuration::from_hours(24);

/// What a person who presses the button of a letter gets.
#[derive(Debug)]
pub enum Handover<L> {
    /// Nothing yet: the request is recorded, and another person gets the letter within a day.
    Requested,
    /// The letter, once.
    Issued(L),
}

impl<L> From<Option<L>> for Handover<L> {
    fn from(letter: Option<L>) -> Self {
        letter.map_or(Self::Requested, Self::Issued)
    }
}

/// The result for a person who requests a letter.
pub(super) enum Turn {
    /// The request is recorded now, replacing one that waited too long.
    Asked,
    /// The letter, which this account had requested.
    Shown {
        /// Account.
        asked_by: String,
    },
}

/// Requests a letter, or records to whom it is shown.
///
/// # Errors
/// [`StaffRefusal::LetterForAnother`]: a letter waits, and this employee number must not see it.
pub(super) async fn turn(
    tx: &mut Tx,
    of: Of<'_>,
    by: &Contributor,
    now: Timestamp,
) -> Result<Turn> {
    let waiting = password_letters::waiting(&mut *tx, of).await?;
    let fresh = waiting.filter(|one| now.duration_since(one.at).abs() < WAITS);
    let Some(asked) = fresh.filter(|one| one.by.employee_number != by.employee_number) else {
        password_letters::ask(tx, &id::new_id()?, of, by, now).await?;
        return Ok(Turn::Asked);
    };
    show(tx, of, &asked, by, now).await?;
    Ok(Turn::Shown {
        asked_by: asked.by.staff_id,
    })
}

async fn show(
    tx: &mut Tx,
    of: Of<'_>,
    asked: &Asked,
    by: &Contributor,
    now: Timestamp,
) -> Result<()> {
    let excluded = match of {
        Of::Contract(contract_id) => {
            password_letters::entered(&mut *tx, contract_id, &by.employee_number).await?
        }
        Of::Reset { reset_id, .. } => {
            proposals::took_part(&mut *tx, reset_id, &by.employee_number).await?
        }
        Of::Grant { .. } => false,
    };
    let free = !excluded && contract_duties::take(tx, of.contract_id(), by, of.side(), now).await?;
    if free && password_letters::show(tx, &asked.id, by, now).await? {
        return Ok(());
    }
    Err(StaffRefusal::LetterForAnother.into())
}
