//! The self-test in progress.

use std::cell::RefCell;

use jiff::Timestamp;
use serde_json::Value;

use super::Surroundings;
use super::finding::{Finding, Verdict};
use super::private::Private;
use crate::catalogue::self_test as texts;
use crate::config::banks::Installed;
use crate::error::Failure;
use crate::keystore::discovery::FoundToken;
use crate::keystore::view::TokenKind;
use crate::operations::Context;
use crate::output::check::{Check, CheckResult, SelfTestReport};
use crate::output::event::{Event, Work};
use crate::prompt::UserInterface;

/// The self-test in progress.
#[derive(Debug)]
pub(super) struct Running<'a> {
    pub(super) context: &'a Context,
    pub(super) ui: &'a dyn UserInterface,
    private: RefCell<Private>,
    checks: RefCell<Vec<Check>>,
}

impl<'a> Running<'a> {
    pub(super) fn new(
        around: &Surroundings,
        context: &'a Context,
        ui: &'a dyn UserInterface,
    ) -> Self {
        let mut private = Private::of(&around.machine);
        private.add_path(context.config.path(), "<configuration>");
        Self {
            context,
            ui,
            private: RefCell::new(private),
            checks: RefCell::default(),
        }
    }

    /// The report must not contain these banks.
    pub(super) fn hide_banks(&self, installed: &[Installed]) {
        let mut private = self.private.borrow_mut();
        for (id, bank) in installed {
            private.add(id, "<bank>");
            let Ok(bank) = bank else { continue };
            private.add(&bank.name, "<bank>");
            for origin in [&bank.portal, &bank.certificate] {
                private.add(&origin.host(), "<bank>");
                let host = origin.host();
                let name = host
                    .rsplit_once(':')
                    .map_or(host.as_str(), |(name, _)| name);
                private.add(name, "<bank>");
            }
        }
    }

    /// The report must not contain the names of this token.
    pub(super) fn hide_token(&self, found: &FoundToken) {
        let mut private = self.private.borrow_mut();
        private.add(&found.view.serial, "<token>");
        // Only there a user chooses it; elsewhere it is the model.
        if found.view.kind == TokenKind::Pkcs11 {
            private.add(&found.view.label, "<token>");
        }
    }

    /// The report must not contain this name of a token.
    pub(super) fn hide_name(&self, name: &str) {
        self.private.borrow_mut().add(name, "<token>");
    }

    /// Shows what may take long.
    pub(super) fn working(&self, work: Work) {
        self.ui.notify(&Event::Working(work));
    }

    /// Reports a finding.
    ///
    /// # Errors
    /// [`Failure::Cancelled`] if the user has cancelled.
    pub(super) fn report(&self, finding: Finding) -> Result<(), Failure> {
        let check = self.check(finding);
        self.ui.notify(&Event::Checked(check.clone()));
        self.checks.borrow_mut().push(check);
        if self.ui.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        Ok(())
    }

    fn check(&self, finding: Finding) -> Check {
        let private = self.private.borrow();
        let lang = self.context.lang;
        let (result, explained) = match &finding.verdict {
            Verdict::Ok => (CheckResult::Ok, None),
            Verdict::Failed(fault) => (CheckResult::Failed, Some(texts::fault(fault, lang))),
            Verdict::NotPossible(obstacle) => (
                CheckResult::NotPossible,
                Some(texts::obstacle(*obstacle, lang)),
            ),
        };
        let scrub = |text: String| private.scrub(&text);
        let (code, detail, sentence, next) = match explained {
            Some(why) => (
                Some(why.code),
                why.detail.map(scrub),
                Some(why.sentence),
                Some(why.next),
            ),
            None => (None, None, None, None),
        };
        let facts = finding.facts.into_iter();
        Check {
            check: finding.check,
            subject: finding.subject.map(scrub),
            result,
            code,
            detail,
            facts: facts
                .map(|(name, value)| (name, scrubbed(value, &private)))
                .collect(),
            sentence,
            next,
        }
    }

    pub(super) fn finish(self) -> SelfTestReport {
        let now = self.context.clock.now();
        let seconds = Timestamp::from_second(now.as_second());
        SelfTestReport::new(seconds.unwrap_or(now), self.checks.into_inner())
    }
}

/// Every text in the value without private names.
fn scrubbed(value: Value, private: &Private) -> Value {
    match value {
        Value::String(text) => private.scrub(&text).into(),
        Value::Array(values) => {
            let values = values.into_iter();
            values.map(|value| scrubbed(value, private)).collect()
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields
                .map(|(name, value)| (name, scrubbed(value, private)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        other => other,
    }
}
