//! One more server of the same bank: same database, same HSM, other ports.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::{Outcome, machine, programs};

/// For a loaded machine.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A running server, which ends when it is dropped.
pub(super) struct Second {
    process: Child,
    pub(super) dev: Dev,
}

impl Second {
    /// Starts it beside the bank's first one.
    pub(super) fn beside(bank: &Bank) -> Outcome<Self> {
        let mut dev = bank.dev.clone();
        let mut config = fs::read_to_string(&dev.config)?;
        let public = bank.dev.public.clone();
        let of_the_bank = public.rsplit_once(':').map(|(_, port)| port);
        for url in [
            &mut dev.portal,
            &mut dev.certificate,
            &mut dev.staff,
            &mut dev.public,
            &mut dev.operations,
        ] {
            let (origin, old) = url.rsplit_once(':').ok_or("a URL without a port")?;
            let new = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            // The URLs in certificates and CRLs are the bank's, on every server: only the socket differs.
            let (from, to) = if of_the_bank == Some(old) {
                (
                    format!("\"127.0.0.1:{old}\""),
                    format!("\"127.0.0.1:{new}\""),
                )
            } else {
                (format!(":{old}\""), format!(":{new}\""))
            };
            config = config.replace(&from, &to);
            *url = format!("{origin}:{new}");
        }
        dev.config = bank.data().join("second.toml");
        fs::write(&dev.config, config)?;
        let log = bank.data().join("second.log");
        let process = Command::new(programs::built("inkan-server")?)
            .args(["serve", "--config"])
            .arg(&dev.config)
            .env("SOFTHSM2_CONF", &dev.softhsm_conf)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .spawn()?;
        let second = Self { process, dev };
        let (ready, begun) = (format!("{}/readyz", second.dev.operations), Instant::now());
        while machine::fetch(&ready).is_err() {
            if begun.elapsed() > TIMEOUT {
                let log = fs::read_to_string(log)?;
                return Err(format!("the second server is not ready:\n{log}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(second)
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
