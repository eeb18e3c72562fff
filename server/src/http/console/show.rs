//! Facts and lines that several pages of the console share.

use crate::http::catalogue::{proposal as words, word};
use crate::http::lang::Lang;
use crate::services::approvals::ProposalLine;

use super::account_line;

/// A label and a value.
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: String,
}

/// Facts from pairs.
pub fn facts(pairs: Vec<(&'static str, String)>) -> Vec<Fact> {
    let facts = pairs.into_iter();
    facts.map(|(label, value)| Fact { label, value }).collect()
}

/// A proposal in a list.
pub struct Line {
    /// Its page.
    pub href: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its contract, if any.
    pub customer: String,
    /// The user or the member of staff whom it concerns, if any.
    pub whom: String,
    /// Who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: String,
    /// Whether the person who entered it has left.
    pub orphan: bool,
    /// State.
    pub state: &'static str,
    /// Who decided it, and when; or empty.
    pub decided: String,
    /// Reason for the rejection or withdrawal.
    pub reason: String,
}

/// A proposal as a line.
pub fn line(line: &ProposalLine, lang: Lang) -> Line {
    let proposal = &line.proposal;
    let customer = proposal.customer.as_ref().map(|customer| {
        let (branch, account) = (&customer.branch, &customer.account);
        let account = account_line(branch, customer.account_type, account, lang);
        format!("{account} {}", customer.company_name)
    });
    let user = proposal.user.as_ref();
    let user = user.map(|user| format!("{} ({})", user.name, user.login_id));
    let decided = proposal.decided_at.map(|at| {
        let by = line.decided_by.as_deref().unwrap_or_default();
        format!("{by} {}", word::time(at, lang))
    });
    Line {
        href: format!("/proposals/{}", proposal.id),
        kind: words::kind(proposal.kind, lang),
        customer: customer.unwrap_or_default(),
        whom: user.or_else(|| line.staff.clone()).unwrap_or_default(),
        entered_by: line.entered_by.clone(),
        entered_at: word::time(proposal.entered_at, lang),
        orphan: line.orphan,
        state: word::proposal_state(proposal.state, lang),
        decided: decided.unwrap_or_default(),
        reason: proposal.reason.clone().unwrap_or_default(),
    }
}

/// Proposals as lines.
pub fn lines(found: &[ProposalLine], lang: Lang) -> Vec<Line> {
    found.iter().map(|one| line(one, lang)).collect()
}
