//! Every metric of the server: its kind and what it means, as the HELP and TYPE lines of `/metrics`.
//! `docs/metrics.md` lists the same names; a test compares the two.

use metrics::{describe_counter, describe_gauge, describe_histogram};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Summary,
}

use Kind::{Counter, Gauge, Summary};

const METRICS: [(&str, Kind, &str); 50] = [
    (
        "inkan_http_requests_total",
        Counter,
        "Requests by listener, route and status.",
    ),
    (
        "inkan_http_request_seconds",
        Summary,
        "Time to the head of the response, in seconds.",
    ),
    (
        "inkan_tls_handshakes_total",
        Counter,
        "TLS handshakes by listener and outcome.",
    ),
    (
        "inkan_connections_refused_total",
        Counter,
        "Connections closed at once because an address or network holds too many.",
    ),
    (
        "inkan_proxy_headers_total",
        Counter,
        "Headers of load balancers (PROXY protocol) by listener and outcome.",
    ),
    (
        "inkan_connections_evicted_total",
        Counter,
        "Connections closed to make room, or because the staff token must be confirmed.",
    ),
    (
        "inkan_refusals_repeated_total",
        Counter,
        "Refusals that repeat a recorded one and were counted instead.",
    ),
    (
        "inkan_ready",
        Gauge,
        "1 while this instance can log customers in (for=logins) or issue certificates (for=issuing).",
    ),
    (
        "inkan_crl_fresh",
        Gauge,
        "1 while the CRL of every customer CA is within its validity period.",
    ),
    ("inkan_hsm_up", Gauge, "1 while the HSM signs."),
    (
        "inkan_hsm_sealed",
        Gauge,
        "1 while the HSM's PIN is shared among officers who have not unsealed it.",
    ),
    (
        "inkan_hsm_breaker",
        Gauge,
        "Circuit breaker of the HSM: 0 closed, 1 half-open, 2 open.",
    ),
    ("inkan_hsm_workers", Gauge, "HSM workers that sign."),
    (
        "inkan_hsm_quarantined",
        Gauge,
        "HSM calls that overran and hang in the module now.",
    ),
    (
        "inkan_hsm_quarantined_total",
        Counter,
        "HSM calls that overran the deadline.",
    ),
    (
        "inkan_hsm_driver_starts_total",
        Counter,
        "Processes started for the HSM's module.",
    ),
    (
        "inkan_hsm_driver_kills_total",
        Counter,
        "Processes of the HSM's module that were killed, because calls hung in them.",
    ),
    (
        "inkan_hsm_driver_crashes_total",
        Counter,
        "Processes of the HSM's module that crashed or answered nonsense.",
    ),
    (
        "inkan_hsm_driver_replaced_total",
        Counter,
        "Processes of the HSM's module that were replaced, because they used too much memory.",
    ),
    (
        "inkan_hsm_driver_memory_bytes",
        Gauge,
        "Memory that the process of the HSM's module uses.",
    ),
    (
        "inkan_hsm_driver_restricted",
        Gauge,
        "1 while the process of the HSM's module is kept from this part.",
    ),
    (
        "inkan_hsm_overdue_total",
        Counter,
        "Times that an HSM left a signature without an answer for too long.",
    ),
    (
        "inkan_hsm_queue_length",
        Gauge,
        "Signatures that wait for a worker.",
    ),
    (
        "inkan_hsm_sign_seconds",
        Summary,
        "Time of one signature in the HSM, in seconds.",
    ),
    (
        "inkan_hsm_errors_total",
        Counter,
        "Errors that the PKCS#11 module reported, by class.",
    ),
    (
        "inkan_hsm_refused_total",
        Counter,
        "Signatures that were refused, by code.",
    ),
    ("inkan_hsm_logins_total", Counter, "PINs sent to the token."),
    (
        "inkan_hsm_pin_halted",
        Gauge,
        "1 while no PIN is sent to the token for this reason.",
    ),
    (
        "inkan_hsm_key_usable",
        Gauge,
        "0 while the key is missing, refused, wrong or out of service.",
    ),
    (
        "inkan_hsm_wrong_signatures_total",
        Counter,
        "Signatures that did not verify and were discarded.",
    ),
    (
        "inkan_hsm_sign_refused_total",
        Counter,
        "Signatures that the HSM refused, by key and class.",
    ),
    (
        "inkan_broken_keys",
        Gauge,
        "Recorded RSA keys that share a prime with another one.",
    ),
    (
        "inkan_job_runs_total",
        Counter,
        "Runs of scheduled jobs by outcome.",
    ),
    (
        "inkan_job_seconds",
        Summary,
        "Time of a run of a job, in seconds.",
    ),
    (
        "inkan_job_failing",
        Gauge,
        "1 while the last run of the job failed.",
    ),
    ("inkan_mail_waiting", Gauge, "Messages to be sent."),
    (
        "inkan_mail_failed",
        Gauge,
        "Messages that were given up and not handled yet.",
    ),
    ("inkan_mail_total", Counter, "Deliveries by outcome."),
    (
        "inkan_ocsp_responses_total",
        Counter,
        "OCSP responses by outcome.",
    ),
    (
        "inkan_crl_seconds",
        Gauge,
        "Time that the last CRL of this scope took, in seconds.",
    ),
    (
        "inkan_status_inactive",
        Gauge,
        "Revoked, suspended and superseded certificates in this instance's memory.",
    ),
    (
        "inkan_status_age_seconds",
        Gauge,
        "Age of that memory, in seconds.",
    ),
    (
        "inkan_expiry_seconds",
        Gauge,
        "Time until something of the bank's own expires, in seconds.",
    ),
    ("inkan_expiry_days", Gauge, "The same, in days."),
    (
        "inkan_expiry_level",
        Gauge,
        "The same as a level: 0 fine, 1 soon, 2 urgent, 3 expired.",
    ),
    (
        "inkan_staff_certificates_expiring",
        Gauge,
        "Staff certificates that expire within warnings.staff_days.",
    ),
    (
        "inkan_reloads_total",
        Counter,
        "Files that were read again while the server runs, by outcome.",
    ),
    (
        "inkan_reload_broken",
        Gauge,
        "1 while the new file cannot be used and the old one stays in use.",
    ),
    (
        "inkan_high_water_age_seconds",
        Gauge,
        "Time since the high-water file was known to be up to date, in seconds.",
    ),
    (
        "inkan_build_info",
        Gauge,
        "1; the label version is the version of this program.",
    ),
];

/// Describes every metric to the recorder of this process, and reports the version.
pub(super) fn describe() {
    for (name, kind, help) in METRICS {
        match kind {
            Counter => describe_counter!(name, help),
            Gauge => describe_gauge!(name, help),
            Summary => describe_histogram!(name, help),
        }
    }
    metrics::gauge!("inkan_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
