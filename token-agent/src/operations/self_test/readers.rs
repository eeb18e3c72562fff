//! The smart card service and its readers, by model.

use serde_json::{Value, json};

use super::finding::{Fault, Finding, Obstacle};
use super::private::model;
use crate::output::check::CheckId;
use crate::pcsc::{Reader, readers};

pub(super) fn check() -> Finding {
    let id = CheckId::Readers;
    match readers() {
        Err(_) => Finding::not_possible(id, Obstacle::ReaderService),
        Ok(readers) if readers.is_empty() => Finding::not_possible(id, Obstacle::NoReader),
        Ok(readers) => {
            let mute = readers.iter().any(|reader| reader.mute);
            let shown: Vec<Value> = readers.iter().map(shown).collect();
            Finding::ok(id)
                .unless(mute.then_some(Fault::Unresponsive))
                .fact("readers", shown)
        }
    }
}

fn shown(reader: &Reader) -> Value {
    let card = match (reader.card, reader.mute) {
        (_, true) => "unresponsive",
        (true, false) => "present",
        (false, false) => "none",
    };
    json!({ "model": model(&reader.name), "card": card })
}
