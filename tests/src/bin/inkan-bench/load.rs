//! Clients that enrol as fast as the bank responds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use inkan_tests::Outcome;
use inkan_tests::bank::{Bank, Dev};
use inkan_tests::certificates;
use inkan_tests::seed::Work;
use inkan_tests::trust::{self, Identity};
use inkan_tests::whole_story;
use reqwest::{Client, Response};
use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::results::cpu_seconds;
use crate::table::Row;

/// One unit of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// EST `simpleenroll` alone, on a persistent connection; the requests were picked up before.
    Enrolment,
    /// Pick-up, `simpleenroll`, and the activation over a new mutual TLS connection with the new certificate.
    EndToEnd,
}

/// A client's connection and its server.
struct Session {
    client: Client,
    dev: Dev,
}

/// Has `clients` do all of `work`, and measures.
pub(crate) fn measure(bank: &Bank, what: What, clients: usize, work: Vec<Work>) -> Outcome<Row> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let pid = bank.pid().ok_or("the bank is not running")?;
    runtime.block_on(async {
        let mut jobs = Vec::with_capacity(work.len());
        let first = Session::open(&bank.dev)?;
        for piece in work {
            // Picked up in advance, unless that is measured.
            let credential = if what == What::Enrolment {
                Some(first.pick_up(&piece.request).await?)
            } else {
                None
            };
            jobs.push((piece, credential));
        }
        let jobs = Arc::new(Mutex::new(jobs));
        let (cpu, begin) = (cpu_seconds(pid)?, Instant::now());
        let mut running = JoinSet::new();
        for _ in 0..clients {
            let (jobs, session) = (Arc::clone(&jobs), Session::open(&bank.dev)?);
            running.spawn(async move {
                let mut times = Vec::new();
                loop {
                    let Some((piece, credential)) = jobs.lock().await.pop() else {
                        return Ok(times);
                    };
                    let begin = Instant::now();
                    session.enrol(&piece, credential).await?;
                    times.push(begin.elapsed());
                }
            });
        }
        let mut times: Vec<Duration> = Vec::new();
        while let Some(done) = running.join_next().await {
            times.extend(
                done.map_err(|e| e.to_string())?.map_err(
                    |e: Box<dyn std::error::Error + Send + Sync>| whole_story(e.as_ref()),
                )?,
            );
        }
        let (all, cpu) = (begin.elapsed(), cpu_seconds(pid)? - cpu);
        let name = match what {
            What::Enrolment => format!("EST simpleenroll, {clients} clients"),
            What::EndToEnd => {
                format!("pick-up, simpleenroll, activation over mutual TLS, {clients} clients")
            }
        };
        Ok(Row::of(name, times, all, Some(cpu)))
    })
}

impl Session {
    fn open(dev: &Dev) -> Outcome<Self> {
        Ok(Self {
            client: client(dev, &Identity::Nobody)?,
            dev: dev.clone(),
        })
    }

    async fn pick_up(&self, request: &str) -> Outcome<String> {
        let url = format!("{}/agent/requests/{request}/pickup", self.dev.portal);
        let answer = self
            .client
            .post(url)
            .json(&json!({ "agent": "bench/1" }))
            .send()
            .await?;
        let answer: Value = granted(answer).await?.json().await?;
        Ok(answer["credential"]
            .as_str()
            .ok_or("no credential")?
            .to_owned())
    }

    /// With a credential: EST alone. Without: everything.
    async fn enrol(&self, piece: &Work, credential: Option<String>) -> Outcome {
        let (credential, everything) = match credential {
            Some(credential) => (credential, false),
            None => (self.pick_up(&piece.request).await?, true),
        };
        let chain = self.certificate(piece, credential).await?;
        if everything {
            self.activate(&certificates::soft(chain, &piece.key))
                .await?;
        }
        Ok(())
    }

    async fn certificate(
        &self,
        piece: &Work,
        credential: String,
    ) -> Outcome<Vec<CertificateDer<'static>>> {
        let answer = self
            .client
            .post(format!("{}/.well-known/est/simpleenroll", self.dev.portal))
            .basic_auth(&piece.request, Some(credential))
            .header("content-type", "application/pkcs10")
            .body(BASE64.encode(&piece.csr))
            .send()
            .await?;
        let body = granted(answer).await?.bytes().await?;
        let der = inkan_pki::x509::transfer::decode(&body)?;
        let chain = inkan_pki::x509::certs_only::decode(&der)?;
        Ok(chain.into_iter().map(CertificateDer::from).collect())
    }

    async fn activate(&self, identity: &Identity) -> Outcome {
        let answer = client(&self.dev, identity)?
            .post(format!("{}/agent/activate", self.dev.certificate))
            .json(&json!({}))
            .send()
            .await?;
        granted(answer).await?;
        Ok(())
    }
}

/// A customer with an active certificate: does a whole unit of work and keeps the identity.
pub(crate) fn owner(bank: &Bank, piece: Work) -> Outcome<Identity> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let session = Session::open(&bank.dev)?;
        let credential = session.pick_up(&piece.request).await?;
        let chain = session.certificate(&piece, credential).await?;
        let identity = certificates::soft(chain, &piece.key);
        session.activate(&identity).await?;
        Ok(identity)
    })
}

fn client(dev: &Dev, identity: &Identity) -> Outcome<Client> {
    let tls = trust::client(&dev.server_ca, identity)?;
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()?)
}

async fn granted(answer: Response) -> Outcome<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    Err(format!("{}: {}", answer.status(), answer.text().await?).into())
}
