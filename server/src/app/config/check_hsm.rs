//! What a type cannot express about `[hsm]` and `[[hsm.additional]]`.

use std::collections::HashSet;

use super::additional_hsm::HsmUnit;
use super::check::Checker;
use super::sections::Hsm;
use crate::app::unseal::SIGNALS;
use crate::ca::hsm::{MAX_UNITS, is_product_variable};

/// The system allows 107.
const LONGEST_SOCKET: usize = 100;

impl Checker<'_> {
    pub(super) fn hsms(&self, hsm: &Hsm) {
        let mut names = HashSet::new();
        for unit in hsm.units() {
            self.unit(&unit);
            if !names.insert(unit.name) {
                let problem = format!("\"{}\" is the name of another HSM", unit.name);
                let next = "Give each HSM its own name.";
                self.fail(&format!("{}.name", unit.field), problem, next);
            }
        }
        if hsm.additional.len() >= MAX_UNITS {
            let problem = format!("{} HSMs are too many", hsm.additional.len() + 1);
            let next = format!("Keep {MAX_UNITS} at most, that of [hsm] included.");
            self.fail("hsm.additional", problem, next);
        }
        self.within("hsm.deadline_ms", hsm.deadline_ms, 50..=600_000);
        self.within("hsm.hedge_ms", hsm.hedge_ms, 10..=600_000);
        if !hsm.additional.is_empty() && hsm.hedge_ms >= hsm.deadline_ms {
            let problem = format!(
                "{} is not less than hsm.deadline_ms ({})",
                hsm.hedge_ms, hsm.deadline_ms
            );
            let next = "Write less, or no other HSM is called within the deadline.";
            self.fail("hsm.hedge_ms", problem, next);
        }
        self.within("hsm.unseal_minutes", hsm.unseal_minutes, 1..=120);
        for signal in &hsm.seal_on {
            if !SIGNALS.contains(&signal.as_str()) {
                let problem = format!("\"{signal}\" is not a signal that can seal");
                self.fail("hsm.seal_on", problem, "Use SIGUSR1 or SIGUSR2.");
            }
        }
        if let Some(socket) = &hsm.unseal_socket
            && (!socket.is_absolute() || socket.as_os_str().len() > LONGEST_SOCKET)
        {
            let problem = "is not an absolute path of at most 100 bytes";
            self.fail(
                "hsm.unseal_socket",
                problem,
                "Write /run/inkan/unseal/socket, for example.",
            );
        }
    }

    fn unit(&self, unit: &HsmUnit<'_>) {
        let field = |name: &str| format!("{}.{name}", unit.field);
        let next = "run `inkan-hsm apply` with it first";
        self.file(&field("spec"), unit.spec, next);
        self.within(&field("workers"), unit.workers, 1..=256);
        self.within(&field("queue"), unit.queue, 1..=100_000);
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=32).contains(&unit.name.len()) || !unit.name.chars().all(letter) {
            let problem = format!("\"{}\" is not a name", unit.name);
            let next = "Use 1 to 32 of a-z, 0-9 and -.";
            self.fail(&field("name"), problem, next);
        }
        for (name, value) in unit.module_variables {
            if !is_product_variable(name) {
                let problem = format!("{name} is not a variable of a known HSM product");
                let next = "Name the variable by which the module finds its configuration file. \
                            Others go into the server's environment and hsm.module_environment.";
                self.fail(&field("module_variables"), problem, next);
            } else if value.is_empty() || value.contains('\0') {
                let problem = format!("{name} has no value");
                let next = "Write the value, usually the absolute path of a file.";
                self.fail(&field("module_variables"), problem, next);
            }
        }
    }
}
