//! The outcome of a command's transaction.

use serde_json::Value;

use super::{Command, Entry};
use crate::services::Refusal;
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;

/// Done, or refused with changes that stay (a failure that is counted), and the content of the audit row.
pub(in crate::services) struct Outcome<T> {
    result: Result<T, Refusal>,
    record: Option<Record>,
}

/// What the audit row has in addition to the command.
#[derive(Default)]
pub(super) struct Record {
    action: Option<AuditAction>,
    actor: Option<Actor>,
    subject: Option<(&'static str, String)>,
    detail: Value,
    pub(super) unless_repeated: bool,
}

impl<T> Outcome<T> {
    /// It is done.
    pub(in crate::services) fn done(value: T) -> Self {
        Self {
            result: Ok(value),
            record: Some(Record::default()),
        }
    }

    /// It is done and its audit rows are written, or there was nothing to do.
    pub(in crate::services) fn recorded(value: T) -> Self {
        Self {
            result: Ok(value),
            record: None,
        }
    }

    /// It is refused, and its changes stay.
    pub(in crate::services) fn refused(refusal: Refusal) -> Self {
        Self {
            result: Err(refusal),
            record: Some(Record::default()),
        }
    }

    /// If the same was refused before, nothing stays and it is counted.
    pub(in crate::services) fn unless_repeated(self) -> Self {
        self.with(|record| record.unless_repeated = true)
    }

    /// With this detail in the row.
    pub(in crate::services) fn detail(self, detail: Value) -> Self {
        self.with(|record| record.detail = detail)
    }

    /// Done by an actor who is identified only now.
    pub(in crate::services) fn by(self, actor: Actor) -> Self {
        self.with(|record| record.actor = Some(actor))
    }

    /// Done to a subject that was not known before.
    pub(in crate::services) fn to(self, kind: &'static str, id: impl Into<String>) -> Self {
        self.with(|record| record.subject = Some((kind, id.into())))
    }

    /// Another action than the command's.
    pub(in crate::services) fn action(self, action: AuditAction) -> Self {
        self.with(|record| record.action = Some(action))
    }

    fn with(mut self, set: impl FnOnce(&mut Record)) -> Self {
        set(self.record.get_or_insert_default());
        self
    }

    pub(super) fn split(self) -> (Result<T, Refusal>, Option<Record>) {
        (self.result, self.record)
    }
}

impl Record {
    /// The row of the command.
    pub(super) fn entry<'a>(&'a self, command: Command<'a>) -> Entry<'a> {
        let subject = self.subject.as_ref();
        let subject = subject.map_or(command.subject, |(kind, id)| (*kind, id.as_str()));
        let action = self.action.unwrap_or(command.action);
        let mut entry = command.context.audit(action, subject);
        if let Some(actor) = &self.actor {
            entry = entry.by(actor.clone());
        }
        entry.detail(self.detail.clone())
    }
}
