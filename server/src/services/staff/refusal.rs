//! Refusals for staff, besides those that customers can meet.

/// A refusal by a rule for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaffRefusal {
    /// A proposal of this kind waits for this subject.
    ProposalExists,
    /// No such proposal, or not for this role.
    ProposalUnknown,
    /// Already approved, rejected or withdrawn.
    ProposalDecided,
    /// The entry is not the one that was shown, or its subject has changed since.
    ProposalStale,
    /// A staff member decides about their own account.
    OwnAffair,
    /// Only the person who entered it may do this.
    NotYours,
    /// No such user.
    UserUnknown,
    /// No such certificate of a customer.
    CertificateUnknown,
    /// No such staff member.
    StaffUnknown,
    /// This person already has an account with this role.
    StaffExists,
    /// At least two security officers are required.
    OfficersNeeded,
    /// The subject is not in a state for this.
    NotInThatState,
    /// Whoever entered the contract, decided on its application or saw its other letter is not shown this one.
    LetterForAnother,
    /// Whoever was shown the letter with a contract's passwords decides on none of its applications.
    LetterSeen,
    /// Nobody has registered yet, so there is nobody whom the approver could see.
    RegistrationMissing,
    /// A contract with several users: the entry must name one of them.
    UserNeeded,
    /// The マスター of a contract with other users leaves: the entry must name the next one.
    SuccessorNeeded,
    /// The first officers are recorded already.
    StaffNotEmpty,
    /// The first officers must be two people.
    TwoPersons,
    /// The presented certificate is not a staff certificate, not active, or not within its validity period.
    CertificateInactive,
    /// Employee number and activation code do not match, or the code has expired; never shows which.
    HandoverInvalid,
    /// A list with too many lines or bytes.
    ImportTooLarge,
    /// The file is not a list in text.
    ImportNotText,
    /// No such list, somebody else's, not approved, or imported before.
    ImportUnknown,
}

impl StaffRefusal {
    /// Every one of them.
    pub const ALL: [Self; 24] = [
        Self::ProposalExists,
        Self::ProposalUnknown,
        Self::ProposalDecided,
        Self::ProposalStale,
        Self::OwnAffair,
        Self::NotYours,
        Self::UserUnknown,
        Self::CertificateUnknown,
        Self::StaffUnknown,
        Self::StaffExists,
        Self::OfficersNeeded,
        Self::NotInThatState,
        Self::LetterForAnother,
        Self::LetterSeen,
        Self::RegistrationMissing,
        Self::UserNeeded,
        Self::SuccessorNeeded,
        Self::StaffNotEmpty,
        Self::TwoPersons,
        Self::CertificateInactive,
        Self::HandoverInvalid,
        Self::ImportTooLarge,
        Self::ImportNotText,
        Self::ImportUnknown,
    ];

    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProposalExists => "proposal-exists",
            Self::ProposalUnknown => "proposal-unknown",
            Self::ProposalDecided => "proposal-decided",
            Self::ProposalStale => "proposal-stale",
            Self::OwnAffair => "own-affair",
            Self::NotYours => "not-yours",
            Self::UserUnknown => "user-unknown",
            Self::CertificateUnknown => "no-such-certificate",
            Self::StaffUnknown => "staff-unknown",
            Self::StaffExists => "staff-exists",
            Self::OfficersNeeded => "officers-needed",
            Self::NotInThatState => "not-in-that-state",
            Self::LetterForAnother => "letter-for-another",
            Self::LetterSeen => "letter-seen",
            Self::RegistrationMissing => "registration-missing",
            Self::UserNeeded => "user-needed",
            Self::SuccessorNeeded => "successor-needed",
            Self::StaffNotEmpty => "staff-not-empty",
            Self::TwoPersons => "two-persons-needed",
            Self::CertificateInactive => "staff-certificate-inactive",
            Self::HandoverInvalid => "handover-invalid",
            Self::ImportTooLarge => "import-too-large",
            Self::ImportNotText => "import-not-text",
            Self::ImportUnknown => "import-unknown",
        }
    }
}
