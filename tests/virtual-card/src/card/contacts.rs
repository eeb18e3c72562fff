//! The reader's view of the card: power, reset, answer to reset, and single commands.

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use rand_core::{OsRng, RngCore as _};
use rustix::net::sockopt::set_tcp_quickack;
use vpicc::{Connection, VSmartCard};

use super::chip::{Application, Chip};
use super::pull::{Moment, Pause};
use super::transport::{Incoming, Transport};
use super::yubico::Yubico;
use super::{Model, Seen, Shared};

/// The answer to reset of an ordinary card with T=1 and chaining.
const ATR: [u8; 11] = [
    0x3b, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xff, 0x01, 0x00, 0x0b,
];

/// The same of a card that supports only T=0.
const ATR_T0: [u8; 7] = [0x3b, 0x05, 0x80, 0x73, 0xff, 0x01, 0x00];

/// The PIV application's full name, and the short one by which some programs select it.
const AID: [u8; 11] = [0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0];
const SHORT_AID: [u8; 5] = [0xa0, 0, 0, 3, 8];

/// The card's thread: in and out of readers until the card is dropped.
pub(super) fn live(model: Model, shared: &Shared) {
    let mut chip = Chip::new();
    let mut serial = [0; 4];
    OsRng.fill_bytes(&mut serial);
    // All programs expect a serial number to be a positive number of at most eight digits.
    serial[0] = 0;
    let mut yubico = Yubico::new(serial);
    while let Some(port) = wait_for_reader(shared) {
        let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let Ok(contact) = stream.try_clone() else {
            continue;
        };
        {
            let mut control = shared.control();
            if control.port != Some(port) {
                continue;
            }
            control.contact = contact.try_clone().ok();
        }
        let mut connection = Connection::from(stream);
        let mut connected = true;
        while connected {
            yubico.power_lost();
            connected = chip.power_on(|application| {
                let mut powered = Powered {
                    model,
                    serial,
                    application,
                    yubico: &mut yubico,
                    transport: Transport::new(model == Model::Strict),
                    shared,
                    lost_power: false,
                };
                loop {
                    // The kernel turns this off by itself; without it each command waits for a delayed acknowledgement.
                    let _ = set_tcp_quickack(&contact, true);
                    match connection.poll(&mut powered) {
                        Err(_) => return false,
                        Ok(()) if powered.lost_power => return true,
                        Ok(()) => {}
                    }
                }
            });
        }
        // pcscd may have stopped: a card that is still to be in the reader returns with it.
        shared.control().contact = None;
    }
}

fn wait_for_reader(shared: &Shared) -> Option<u16> {
    let mut control = shared.control();
    loop {
        if control.over {
            return None;
        }
        if let Some(port) = control.port {
            return Some(port);
        }
        control = shared
            .changed
            .wait(control)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
    }
}

/// The card between power-on and power-off.
struct Powered<'a, 'b> {
    model: Model,
    serial: [u8; 4],
    application: &'a mut Application<'b>,
    yubico: &'a mut Yubico,
    transport: Transport,
    shared: &'a Shared,
    lost_power: bool,
}

impl Powered<'_, '_> {
    fn execute_whole(&mut self, apdu: &[u8]) -> Vec<u8> {
        let (header, data, expected) = match self.transport.take(apdu) {
            Incoming::Answer(answer) => return answer,
            Incoming::Command {
                header,
                data,
                expected,
            } => (header, data, expected),
        };
        let data = match header {
            [_, 0xa4, 4, _] if data == SHORT_AID => AID.to_vec(),
            _ => data,
        };
        let (answer, status) = match (self.model, header) {
            (Model::Yubico, _) => self.yubico.answer(self.application, header, &data),
            (Model::Plain | Model::Strict, [_, 0xf8, ..]) => (self.serial.to_vec(), 0x9000),
            (Model::Plain | Model::Strict, [_, 0x87, _, 0x9b])
                if self.yubico.has_own_management_key() =>
            {
                self.yubico.answer(self.application, header, &data)
            }
            (Model::Plain | Model::Strict, _) => self.application.answer(header, &data),
        };
        // For a slot 9A without a key the application reports a failure, which no real card does.
        let status = match (header, status) {
            ([_, 0x87, ..], 0x6400) => 0x6a88,
            _ => status,
        };
        self.transport.give(answer, status, expected)
    }

    /// The pause that was arranged, if it was for this command.
    fn paused(&self, ins: u8) -> Option<Pause> {
        let mut control = self.shared.control();
        let here = control.pause.as_mut()?.at.reached(ins);
        if here { control.pause.take() } else { None }
    }

    /// The removal that was arranged, if it was for this command.
    fn pulled(&self, ins: u8) -> Option<Moment> {
        let mut control = self.shared.control();
        let pull = control.pull.as_mut()?;
        pull.reached(ins).then_some(pull.moment)
    }
}

impl VSmartCard for Powered<'_, '_> {
    fn atr(&self) -> &[u8] {
        match self.model {
            Model::Strict => &ATR_T0,
            Model::Plain | Model::Yubico => &ATR,
        }
    }

    fn power_off(&mut self) {
        self.lost_power = true;
    }

    fn reset(&mut self) {
        self.lost_power = true;
    }

    fn execute(&mut self, apdu: &[u8]) -> Vec<u8> {
        let ins = apdu.get(1).copied().unwrap_or_default();
        let mut pause = self.paused(ins);
        if let Some(now) = pause.take_if(|pause| pause.at.moment == Moment::Before) {
            now.stand_still();
        }
        let pulled = self.pulled(ins);
        if pulled == Some(Moment::Before) {
            self.shared.control().take_out();
            return Vec::new();
        }
        let instead = {
            let answers = &mut self.shared.control().answers;
            let last = apdu.first().is_some_and(|class| class & 0x10 == 0);
            let at = answers
                .iter()
                .position(|instead| instead.ins == ins && (last || !instead.last));
            at.map(|at| answers.remove(at).answer)
        };
        let orders = std::mem::take(&mut self.shared.control().orders);
        for order in orders {
            self.yubico.obey(self.application, order);
        }
        let answer = match instead {
            // The earlier pieces are no longer of use.
            Some(answer) => {
                self.transport.forget();
                answer
            }
            None => self.execute_whole(apdu),
        };
        let mut header = [0; 4];
        header
            .iter_mut()
            .zip(apdu)
            .for_each(|(to, from)| *to = *from);
        let status = match answer.as_slice() {
            [.., high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        if let Some(now) = pause {
            now.stand_still();
        }
        let mut control = self.shared.control();
        control.seen.push(Seen {
            header,
            status,
            data: apdu.len().saturating_sub(5),
        });
        if pulled == Some(Moment::After) {
            control.take_out();
        }
        answer
    }
}
