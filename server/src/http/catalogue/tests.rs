//! Every refusal has sentences in both languages and its own code.

use std::collections::HashSet;

use inkan_pki::x509::csr::CsrError;
use inkan_pki::x509::key_check::KeyWeakness;
use jiff::Timestamp;

use super::{Message, field, http, refusal};
use crate::http::lang::Lang;
use crate::http::problem::HttpProblem;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::certificates::lifecycle::LifecycleRefusal;
use crate::services::operations::unseal_refusal::UnsealRefusal;
use crate::services::validation::Problem;
use crate::services::{Refusal, StaffRefusal};

pub(super) fn refusals() -> Vec<Refusal> {
    use Refusal::*;
    let until = Timestamp::UNIX_EPOCH;
    let mut all = vec![
        ContractExists,
        ContractUnknown,
        ContractCancelled,
        ApplicationExists,
        SamePerson,
        RoleMissing,
        AccountNotMatched,
        AccountLocked { until },
        OutOfOrder,
        LoginIdTaken,
        Fields(Vec::new()),
        CredentialsWrong,
        TemporarilyLocked { until },
        Suspended,
        CertificateRequired,
        SessionEnded,
        LoginCodeInvalid,
        LoginOtherBrowser,
        GrantMissing,
        GrantWaiting { from: until },
        CertificateActive,
        RequestUnknown,
        RequestExpired,
        RequestUsed,
        CredentialInvalid,
        RequestClosed,
        KeyAlgorithmNotOffered,
        KeyAlreadyCertified,
        KeyMismatch,
        IssueUnderWay,
        IssueGivenUpTooOften,
        RenewalTooEarly { opens: until },
        RenewalPending,
        Unavailable { retry_after: 7 },
        Sealed { retry_after: 60 },
    ];
    all.extend(CertificateRefusal::ALL.map(Certificate));
    all.extend(LifecycleRefusal::ALL.map(Lifecycle));
    all.extend(CompanyRefusal::ALL.map(Company));
    all.extend(StaffRefusal::ALL.map(Staff));
    all.extend(UnsealRefusal::ALL.map(Unseal));
    let keys = [
        KeyWeakness::Malformed,
        KeyWeakness::AlgorithmNotAllowed,
        KeyWeakness::SizeNotAllowed(1024),
        KeyWeakness::Exponent,
        KeyWeakness::SmallFactor(3),
        KeyWeakness::Roca,
        KeyWeakness::ClosePrimes,
        KeyWeakness::SharedFactor,
        KeyWeakness::PointInvalid,
    ];
    all.extend(keys.map(|key| Csr(CsrError::Key(key))));
    let requests = [
        CsrError::TooLarge,
        CsrError::Malformed,
        CsrError::SignatureUnsupported,
        CsrError::SignatureInvalid,
    ];
    all.extend(requests.map(Csr));
    all
}

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c))
}

fn judge(ja: &Message, en: &Message) {
    assert_eq!(ja.code, en.code);
    for text in [&ja.sentence, &ja.next] {
        assert!(
            is_japanese(text) && text.ends_with('。'),
            "{}: {text}",
            ja.code
        );
    }
    for text in [&en.sentence, &en.next] {
        assert!(
            !is_japanese(text) && text.ends_with('.'),
            "{}: {text}",
            en.code
        );
    }
}

#[test]
fn http_catalogue_has_sentence_and_next_step_for_everything_in_both_languages() {
    let mut codes = HashSet::new();
    for refused in refusals() {
        let (ja, en) = (
            refusal::message(&refused, Lang::Ja),
            refusal::message(&refused, Lang::En),
        );
        judge(&ja, &en);
        assert_eq!(ja.code, refused.code());
        assert!(codes.insert(ja.code.into_owned()), "{refused:?}");
    }
    for problem in HttpProblem::samples() {
        let (ja, en) = (
            http::message(&problem, Lang::Ja),
            http::message(&problem, Lang::En),
        );
        judge(&ja, &en);
        assert!(codes.insert(ja.code.into_owned()), "{problem:?}");
    }
}

#[test]
fn http_catalogue_says_what_is_wrong_with_a_field() {
    let (found, position) = ('髙', 3);
    for problem in [
        Problem::Missing,
        Problem::TooShort { min: 6 },
        Problem::TooLong { max: 12 },
        Problem::Character { found, position },
        Problem::NotRepresentable { found, position },
        Problem::Invisible {
            code_point: 0x200b,
            position,
        },
        Problem::PasswordCharacter,
        Problem::NotAnAddress,
        Problem::NotAChoice,
        Problem::Differs,
        Problem::SameAsTemporary,
        Problem::SameAsLoginPassword,
        Problem::SameAsPresent,
        Problem::SameAsOther,
    ] {
        let (ja, en) = (
            field::sentence(problem, Lang::Ja),
            field::sentence(problem, Lang::En),
        );
        assert!(ja.ends_with('。') && en.ends_with('.'), "{ja} {en}");
        if let Problem::Character { .. } | Problem::NotRepresentable { .. } = problem {
            assert!(ja.contains('髙') && en.contains('髙'));
        }
    }
}
