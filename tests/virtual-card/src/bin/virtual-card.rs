//! Virtual cards to use manually: starts pcscd with two readers and inserts a card into the first one, until the input
//! ends.
//!
//! `virtual-card [plain|yubico]`, then one word per line: `in`, `out`, `block-pin`, `block-puk`.
#![allow(
    clippy::print_stdout,
    clippy::panic,
    reason = "a program for the terminal of whoever tries a card out"
)]

use std::io::BufRead as _;

use inkan_virtual_card::{Card, Model, PIN, PUK, Readers, spoil};

fn main() {
    let model = match std::env::args().nth(1).as_deref() {
        None | Some("yubico") => Model::Yubico,
        Some("plain") => Model::Plain,
        Some(other) => panic!("plain or yubico, not {other}"),
    };
    let readers = Readers::start();
    let reader = readers.first();
    let mut card = Card::inserted(model, &reader);
    println!(
        "A card is in the reader {}: PIN {PIN}, PUK {PUK}.",
        reader.name
    );
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match line.trim() {
            "in" if !card.is_in() => card.insert(&reader),
            "out" => card.pull(),
            "block-pin" => spoil::block_pin(&reader),
            "block-puk" => spoil::block_puk(&reader),
            _ => println!("in, out, block-pin, block-puk"),
        }
    }
}
