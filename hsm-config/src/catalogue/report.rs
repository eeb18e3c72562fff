//! A report of `verify` for programs: the same checks, each finding with its code and sentences.

use serde::Serialize;

use super::{Explanation, finding, notice};
use crate::transcript::Details;
use crate::verify::{Aspect, Check, Report};

/// A [`Report`] as `inkan-hsm verify --json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedReport<'a> {
    environment: &'a str,
    at: jiff::Timestamp,
    checks: Vec<ExplainedCheck<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct ExplainedCheck<'a> {
    aspect: Aspect,
    subject: &'a str,
    details: &'a Details,
    finding: Option<Explanation>,
    notice: Option<Explanation>,
}

/// The report with its findings explained.
#[must_use]
pub fn report(report: &Report) -> ExplainedReport<'_> {
    ExplainedReport {
        environment: &report.environment,
        at: report.at,
        checks: report.checks.iter().map(explained).collect(),
    }
}

fn explained(check: &Check) -> ExplainedCheck<'_> {
    ExplainedCheck {
        aspect: check.aspect,
        subject: &check.subject,
        details: &check.details,
        finding: check.finding.as_ref().map(finding),
        notice: check.notice.as_ref().map(notice),
    }
}
