//! One connection: a line of at most so many bytes within so much time, and a line back.

use std::time::Duration;

use inkan_hsm_config::unseal::protocol::MAX_REQUEST;
use inkan_hsm_config::unseal::{Request, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use zeroize::Zeroizing;

use super::socket::is_allowed;
use super::unsealer::Unsealer;

/// For the whole request, and for the response.
const LIMIT: Duration = Duration::from_secs(10);

pub(super) async fn serve(mut stream: UnixStream, unsealer: &Unsealer) {
    if !is_allowed(&stream) {
        tracing::warn!("a process of another user was refused at the unseal socket");
        return;
    }
    let response = match tokio::time::timeout(LIMIT, read(&mut stream)).await {
        Ok(Ok(request)) => unsealer.answer(request).await,
        Ok(Err(code)) => unsealer.refuse(code).await,
        Err(_) => unsealer.refuse("too-slow").await,
    };
    let _ = tokio::time::timeout(LIMIT, write(&mut stream, &response)).await;
}

async fn read(stream: &mut UnixStream) -> Result<Request, &'static str> {
    // Its capacity is enough, so the content is never moved.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_REQUEST));
    loop {
        let byte = stream.read_u8().await.map_err(|_| "malformed")?;
        if byte == b'\n' {
            return serde_json::from_slice(&line).map_err(|_| "malformed");
        }
        if line.len() == MAX_REQUEST {
            return Err("too-large");
        }
        line.push(byte);
    }
}

async fn write(stream: &mut UnixStream, response: &Response) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(response)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.shutdown().await
}
