//! The HSM's worst day: every return value of PKCS#11 from every function that the product calls, while certificates are
//! issued, CRLs are published and OCSP responses are signed. No certificate is lost or exists twice, and no PIN is sent
//! again to a token that did not accept it.
//!
//! `make test` runs a part that is always the same, `make faults` every cell, and writes `docs/hsm-faults.md`.
//!
//! - [`table`]: functions, values, cells
//! - [`supply`]: customers who want a certificate, and who want theirs revoked
//! - [`clients`]: what a customer, a relying party and an operator do and see
//! - [`customers`]: who repeat what has failed
//! - [`lane`]: one bank, one cell after the other
//! - [`judge`]: what the database has of it
//! - [`report`]: the document

#![allow(
    clippy::print_stdout,
    reason = "each cell is printed when this runs alone"
)]

mod clients;
mod customers;
mod judge;
mod lane;
mod report;
mod supply;
mod table;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use inkan_tests::{Outcome, programs, whole_story};

use judge::Judged;
use lane::Lane;
use table::Cell;

/// Where the table is.
const DOCUMENT: &str = "docs/hsm-faults.md";
/// Banks at the same time, because most of a cell's time is waiting: for a part, and for every cell.
const LANES: (usize, usize) = (4, 5);

/// Runs these cells, and judges each; begins none after `limit`.
fn run(
    cells: Vec<Cell>,
    lanes: usize,
    limit: Duration,
) -> Outcome<(Vec<Judged>, BTreeSet<String>)> {
    let waiting = Mutex::new(cells);
    let end = Instant::now() + limit;
    let finished = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes)
            .map(|_| {
                scope.spawn(|| one_lane(&waiting, end).map_err(|error| whole_story(error.as_ref())))
            })
            .collect();
        lanes
            .into_iter()
            .map(|lane| {
                lane.join()
                    .unwrap_or_else(|_| Err("a lane panicked".into()))
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let (mut judged, mut called) = (Vec::new(), BTreeSet::new());
    for (cells, functions) in finished {
        judged.extend(cells);
        called.extend(functions);
    }
    Ok((judged, called))
}

fn one_lane(waiting: &Mutex<Vec<Cell>>, end: Instant) -> Outcome<(Vec<Judged>, Vec<String>)> {
    let mut lane = Lane::open()?;
    let mut seen = Vec::new();
    loop {
        if Instant::now() > end {
            break;
        }
        let next = waiting.lock().map_err(|e| e.to_string())?.pop();
        let Some(cell) = next else { break };
        let begun = Instant::now();
        let one = lane.run(cell).map_err(|error| {
            format!(
                "{cell}: {}\n{}",
                whole_story(error.as_ref()),
                lane.log_end()
            )
        })?;
        println!(
            "{cell}: {} in {:.1} s",
            one.summary(),
            begun.elapsed().as_secs_f64()
        );
        seen.push(one);
    }
    let called = lane.called();
    Ok((judge::all(lane, seen)?, called))
}

fn check(judged: &[Judged]) {
    let bad: Vec<String> = judged.iter().filter_map(Judged::fault).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_fault_loses_no_certificate_and_costs_no_second_pin() -> Outcome {
    let everything = std::env::var_os("INKAN_FAULTS").is_some_and(|wanted| wanted == "all");
    let (mut cells, lanes) = if everything {
        (table::all(), LANES.1)
    } else {
        (table::part(), LANES.0)
    };
    // Values in turn, so that a run with a limit has all functions.
    cells.sort_by_key(|cell| std::cmp::Reverse(table::turn(cell)));
    let minutes = std::env::var("INKAN_FAULTS_MINUTES").ok();
    let minutes = minutes.map_or(Ok(24 * 60), |minutes| minutes.parse())?;
    let begun = Instant::now();
    let (judged, called) = run(cells, lanes, Duration::from_secs(minutes * 60))?;
    check(&judged);
    // A function that the product calls and the table lacks.
    let listed: BTreeSet<String> = table::FUNCTIONS.map(|(name, _)| name.to_owned()).into();
    assert_eq!(called, listed, "the functions that the product calls");
    if everything {
        let text = report::document(&judged, begun.elapsed())?;
        std::fs::write(programs::repository().join(DOCUMENT), text)?;
    }
    Ok(())
}

#[test]
fn the_document_is_for_the_functions_and_values_of_today() -> Outcome {
    let text = std::fs::read_to_string(programs::repository().join(DOCUMENT))?;
    for part in [report::scope(), report::classes()] {
        assert!(
            text.contains(&part),
            "{DOCUMENT} is out of date; run: make faults\n{part}"
        );
    }
    Ok(())
}
