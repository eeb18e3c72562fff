//! A run that was delayed while another instance did its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use inkan_pki::algorithm::KeyAlgorithm;
use jiff::SignedDuration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::mail::SmtpConfig;
use crate::mail::return_path::ReturnPath;
use crate::mail::smtp_config::{Contact, Protection, Sender, Server};
use crate::services::Services;
use crate::services::step::StepHook;
use crate::services::testing::audit;
use crate::services::testing::{PREPARED, World, at};
use crate::store::audit::Actor;
use inkan_server_fixtures::ca::bank;

fn smtp_config(port: u16) -> SmtpConfig {
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        protection: Protection::None,
        roots: None,
        login: None,
    };
    let contact = Contact {
        bank: "Bank".to_owned(),
        desk: "Desk".to_owned(),
        telephone: "0".to_owned(),
        hours: Vec::new(),
    };
    let sender = Sender {
        from: "bank@bank.example".parse().unwrap(),
        reply_to: None,
        return_path: ReturnPath::parse("bounces@bank.example").unwrap(),
        contact: (contact.clone(), contact),
        timeout: Duration::from_secs(60),
        give_up: SignedDuration::from_hours(24),
    };
    SmtpConfig::new(server, sender).unwrap()
}

/// Another instance sends all pending messages.
async fn send_all(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let waiting = outbox::due(&mut tx, at(100), at(200), 10).await.unwrap();
    for mail in waiting {
        assert!(
            outbox::set_sent(&mut tx, &mail.id, "ok", at(100))
                .await
                .unwrap()
        );
    }
    let row = audit(Actor::System, PREPARED, "mail", "all");
    row.write(&mut tx, at(100)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Accepts every message, and lets the other instance work before it responds.
async fn serve(stream: TcpStream, store: Store, taken: Arc<AtomicUsize>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 ready\r\n").await.unwrap();
    let mut inside = false;
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.as_str() {
            "." if inside => {
                inside = false;
                if taken.fetch_add(1, Ordering::SeqCst) == 0 {
                    send_all(&store).await;
                }
                "250 taken\r\n"
            }
            _ if inside => continue,
            "DATA" => {
                inside = true;
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        write.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_another_instance_sent_meanwhile_is_not_sent_again() {
    let (world, bank) = (World::new().await, bank(KeyAlgorithm::EcP256));
    let contract = world.contract("1234567").await;
    let user = world.user(&contract.account, "hanakodt").await;
    let store = world.store.clone().with_mail();
    let mut tx = store.begin().await.unwrap();
    for n in 0..3 {
        let notification = Notification::LoginIdRegistered { at: at(n) };
        assert!(
            tell(&mut tx, &user, &n.to_string(), &notification, at(n))
                .await
                .unwrap()
        );
    }
    let row = audit(Actor::System, PREPARED, "mail", "three");
    row.write(&mut tx, at(9)).await.unwrap();
    tx.commit().await.unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = world.settings.clone();
    settings.mail = Some(Arc::new(smtp_config(listener.local_addr().unwrap().port())));
    let authority = bank.authority.clone();
    let services = Services::new(store.clone(), authority, settings, StepHook::default());
    let taken = Arc::new(AtomicUsize::new(0));
    let (counted, other) = (Arc::clone(&taken), store.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream, other.clone(), Arc::clone(&counted)).await;
        }
    });
    services.deliver_mail(at(10)).await.unwrap();
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    assert_eq!(
        outbox::counts(&store).await.unwrap(),
        (0, 0),
        "all are sent"
    );
}
