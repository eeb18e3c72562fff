//! Numbers that must not be used twice: moved past everything that was published.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::evidence::Evidence;
use super::regression;
use crate::ca::CaId;
use crate::services::Result;
use crate::services::certificates::status::{Scope, on_record};
use crate::store::sequence_floors::{self, Floor};
use crate::store::{Tx, positions};

/// Numbers that are left out after the last known ones: the last second may not have reached the evidence.
const MARGIN: i64 = 100;
/// The same for a sequence about which nothing is known: more CRLs than a scope gets in the life of a CA.
const WITHOUT_EVIDENCE: i64 = 100_000;

/// What is left out after the highest known number.
const fn margin(known: bool) -> i64 {
    if known { MARGIN } else { WITHOUT_EVIDENCE }
}

/// Moves CRL numbers and status changes past everything that was used. `last`: the last status change in the database.
pub(super) async fn raise(
    tx: &mut Tx,
    (evidence, cas): (&Evidence, &[CaId]),
    last: i64,
    now: Timestamp,
) -> Result<BTreeMap<String, i64>> {
    let seen = evidence.high_water.as_ref();
    let own = positions::crl_numbers((&mut *tx).into()).await?;
    let mut scopes = evidence.scopes();
    scopes.extend(own.crls.keys().cloned());
    let mut floors = Vec::new();
    for scope in scopes {
        let of_scope = evidence.crls.iter();
        let of_scope = of_scope.filter(|crl| regression::scope_name(crl) == scope);
        let mark = seen.and_then(|seen| seen.crls.get(&scope));
        // Each scope has its own numbers: a CRL of one shard says nothing about the others.
        let known = mark.is_some() || of_scope.clone().next().is_some();
        let highest = of_scope.clone().map(|crl| crl.number);
        let highest = highest.chain(mark.map(|crl| crl.number)).max();
        let value = highest.unwrap_or(0).max(own.number(&scope)) + margin(known);
        let times = of_scope.map(|crl| crl.this_update);
        let at = times.chain(seen.map(|seen| seen.at)).max();
        let at = at.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
        floors.push((sequence_floors::of_crl(&scope), Floor { value, at }));
    }
    // Shards that began in the lost time, and that nothing names.
    for ca in cas {
        let ca = Scope::whole(on_record(*ca)).name();
        let value = own.others.get(&ca).copied().unwrap_or(0) + WITHOUT_EVIDENCE;
        let at = seen.map_or(Timestamp::UNIX_EPOCH, |seen| seen.at).min(now);
        floors.push((sequence_floors::of_other_crls(&ca), Floor { value, at }));
    }
    let value = last.max(seen.map_or(0, |seen| seen.status_seq)) + margin(seen.is_some());
    floors.push((sequence_floors::STATUS.to_owned(), Floor { value, at: now }));
    let mut numbers = BTreeMap::new();
    for (name, floor) in floors {
        sequence_floors::raise(tx, &name, floor).await?;
        numbers.insert(name, floor.value);
    }
    Ok(numbers)
}
