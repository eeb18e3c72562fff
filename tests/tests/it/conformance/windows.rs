//! The keys that Windows keeps: the agent for Windows as the driver's process, under Wine, with the test double of `ncrypt.dll`.
//! Wine's own certificate stores.

use inkan_agent::keystore::discovery::TokenProvider;
use inkan_pki::secret::Pin;
use inkan_tests::Outcome;
use inkan_tests::windows_computer::WindowsComputer;

use super::target::{ExternalActions, TokenUnderTest};
use super::{known, suite};

impl ExternalActions for WindowsComputer {
    fn pull(&mut self) -> Outcome<bool> {
        Ok(false)
    }

    fn put_back(&mut self) -> Outcome {
        Ok(())
    }

    fn make_always_authenticate_key(&mut self, _: &Pin) -> Outcome<bool> {
        Ok(false)
    }
}

#[test]
fn store_of_windows_with_the_test_double() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let provider = computer.tokens()?;
    let discovery = provider.find_tokens();
    let [token] = discovery.tokens.as_slice() else {
        return Err(format!("{discovery:?}").into());
    };
    suite::run(TokenUnderTest {
        name: "Windows",
        wanted: token.view.serial.clone(),
        provider: Box::new(provider),
        pin: Pin::new("123456"),
        without_pin: true,
        unblock: None,
        admin: None,
        module: None,
        external: Box::new(computer),
        known: known::WINDOWS,
        slow: &[],
    })
}
