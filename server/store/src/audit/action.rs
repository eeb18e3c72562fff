//! What is recorded in the log: every action has one word.

use crate::text_enum::text_enum;

text_enum! {
    /// An action. The words are stable: a new version reads old logs.
    pub enum AuditAction {
        /// A contract was created.
        ContractCreated => "contract.created",
        /// A password letter was requested; another person must be shown it.
        ContractLetterAsked => "contract.letter-asked",
        /// A password letter was shown.
        ContractLetterIssued => "contract.letter-issued",
        /// Its users log in by another method.
        ContractMethodChanged => "contract.method-changed",
        /// 解約.
        ContractCancelled => "contract.cancelled",
        /// Company name or main account were changed.
        ContractDetailsChanged => "contract.details-changed",
        /// The account and temporary password of a registration were entered, correctly or not.
        RegistrationAccount => "registration.account",
        /// BLIS003 登録.
        UserRegistered => "user.registered",
        /// A colleague was registered.
        UserAdded => "user.added",
        /// A colleague has chosen passwords of their own.
        UserStarted => "user.started",
        /// Temporary passwords were entered, correctly or not.
        UserHandedOverGiven => "user.handed-over-given",
        /// New passwords to hand over.
        UserPasswordsHandedOver => "user.passwords-handed-over",
        /// Another role.
        UserRoleChanged => "user.role-changed",
        /// Name or e-mail address were changed.
        UserDetailsChanged => "user.details-changed",
        /// The use of this user ended.
        UserLeft => "user.left",
        /// A temporary lock was released.
        UserLockReleased => "user.lock-released",
        /// A suspension was released.
        UserSuspensionReleased => "user.suspension-released",
        /// A reset of forgotten passwords was approved.
        UserPasswordResetApproved => "user.password-reset-approved",
        /// The letter of a reset was requested; another person must be shown it.
        UserResetLetterAsked => "user.reset-letter-asked",
        /// The letter was shown.
        UserResetLetterIssued => "user.reset-letter-issued",
        /// A new password.
        UserPasswordChanged => "user.password-changed",
        /// 確認用パスワード was entered, correctly or not.
        UserConfirmed => "user.confirmed",
        /// The login password was entered while logged in, correctly or not.
        UserLoginPasswordGiven => "user.login-password-given",
        /// Login by ID and password.
        LoginPassword => "login.password",
        /// Login with the certificate.
        LoginCertificate => "login.certificate",
        /// BSMS001.
        EnrolmentIdentified => "enrolment.identified",
        /// The certificate of a session was checked.
        SessionCertificate => "session.certificate",
        /// Logout.
        SessionEnded => "session.ended",
        /// A login with the agent was requested.
        AgentLoginCreated => "agent-login.created",
        /// The agent picked it up.
        AgentLoginPickedUp => "agent-login.picked-up",
        /// The agent proved the key.
        AgentLoginProved => "agent-login.proved",
        /// The agent reported a failure.
        AgentLoginFailed => "agent-login.failed",
        /// The browser completed it.
        AgentLoginOpened => "agent-login.opened",
        /// 発行 or 更新 was requested.
        RequestCreated => "request.created",
        /// The agent picked it up.
        RequestPickedUp => "request.picked-up",
        /// The agent reported a failure.
        RequestFailed => "request.failed",
        /// A CSR arrived.
        CertificateRequested => "certificate.requested",
        /// A CSR for a renewal arrived.
        CertificateRenewalRequested => "certificate.renewal-requested",
        /// The intent was recorded; the HSM signs next.
        CertificateIntended => "certificate.intended",
        /// Signed.
        CertificateIssued => "certificate.issued",
        /// It could not be written to the token, and was given up.
        CertificateGivenUp => "certificate.given-up",
        /// Activated.
        CertificateActivated => "certificate.activated",
        /// A certificate was presented that cannot be used.
        CertificatePresented => "certificate.presented",
        /// 失効 was requested by a user and refused.
        CertificateRevocationAsked => "certificate.revocation-asked",
        /// 失効.
        CertificateRevoked => "certificate.revoked",
        /// 一時停止.
        CertificateSuspended => "certificate.suspended",
        /// Its release.
        CertificateReleased => "certificate.released",
        /// A renewal replaced it.
        CertificateSuperseded => "certificate.superseded",
        /// It expired.
        CertificateLapsed => "certificate.lapsed",
        /// Its RSA key shares a prime with another.
        CertificateKeyBroken => "certificate.key-broken",
        /// After a restore: revoked in a published list, unknown here.
        CertificateUnknownRevoked => "certificate.unknown-revoked",
        /// 事故登録.
        IncidentReported => "incident.reported",
        /// 発行許可.
        GrantGiven => "grant.given",
        /// A letter with a certificate password was requested; another person must be shown it.
        GrantLetterAsked => "grant.letter-asked",
        /// The letter was shown.
        GrantLetterIssued => "grant.letter-issued",
        /// It can be used again.
        GrantReopened => "grant.reopened",
        /// It was not used in time.
        GrantLapsed => "grant.lapsed",
        /// Staff stopped it at once.
        GrantStopped => "grant.stopped",
        /// Entered by one person.
        ProposalEntered => "proposal.entered",
        /// Amended.
        ProposalAmended => "proposal.amended",
        /// Taken over by another person.
        ProposalTakenOver => "proposal.taken-over",
        /// Withdrawn.
        ProposalWithdrawn => "proposal.withdrawn",
        /// Approved by another person.
        ProposalApproved => "proposal.approved",
        /// Rejected by another person.
        ProposalRejected => "proposal.rejected",
        /// A list of contracts was uploaded and checked.
        ImportChecked => "import.checked",
        /// The list was approved.
        ImportApproved => "import.approved",
        /// A part of the list was imported.
        ImportContracts => "import.contracts",
        /// All of the list was imported.
        ImportDone => "import.done",
        /// One of the first two security officers.
        StaffBootstrapOfficer => "staff.bootstrap-officer",
        /// A new member of staff.
        StaffAdded => "staff.added",
        /// Another role.
        StaffRoleChanged => "staff.role-changed",
        /// 離任.
        StaffLeft => "staff.left",
        /// A half of an activation code was shown.
        StaffCredentialIssued => "staff.credential-issued",
        /// An activation code was used.
        StaffCredentialUsed => "staff.credential-used",
        /// A staff certificate was requested.
        StaffCertificateAsked => "staff.certificate-asked",
        /// A staff certificate was requested with an activation code.
        StaffEnrolled => "staff.enrolled",
        /// A staff certificate was registered.
        StaffCertificateRegistered => "staff.certificate-registered",
        /// A staff certificate was revoked at once.
        StaffCertificateRevokedAtOnce => "staff.certificate-revoked-at-once",
        /// A staff certificate was presented at the console.
        StaffPresented => "staff.presented",
        /// A page was requested that the role may not use.
        StaffOffLimits => "staff.off-limits",
        /// A message was delivered to the mail server.
        MailSent => "mail.sent",
        /// It came back.
        MailBounced => "mail.bounced",
        /// It could not be delivered.
        MailGivenUp => "mail.given-up",
        /// A message that was given up is sent again.
        MailRetried => "mail.retried",
        /// A notice about a certificate's expiry.
        NoticeWritten => "notice.written",
        /// A warning about an expiring item.
        ExpiryTold => "expiry.told",
        /// A CRL.
        CrlPublished => "crl.published",
        /// The contents of the OCSP signer's certificate were recorded.
        SignerIntended => "signer.intended",
        /// The OCSP signer's certificate.
        SignerIssued => "signer.issued",
        /// The head of the log was signed.
        AuditCheckpoint => "audit.checkpoint",
        /// The log was exported.
        AuditExported => "audit.exported",
        /// The log was verified.
        AuditVerified => "audit.verified",
        /// An officer's share was accepted.
        HsmShareAccepted => "hsm.share-accepted",
        /// A share was refused.
        HsmShareRefused => "hsm.share-refused",
        /// Enough officers have unsealed the HSM.
        HsmUnsealed => "hsm.unsealed",
        /// The PIN was not sent, because it was sent before and refused.
        HsmPinWithheld => "hsm.pin-withheld",
        /// An attempt to unseal took too long.
        HsmUnsealTimedOut => "hsm.unseal-timed-out",
        /// The HSM was sealed.
        HsmSealed => "hsm.sealed",
        /// A backup was restored.
        DatabaseRestored => "database.restored",
        /// A restored database was brought up to what was published.
        DatabaseReconciled => "database.reconciled",
    }
}
