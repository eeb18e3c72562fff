//! Bodies that report their progress: whether the peer still owes us part of its request, or we owe it part of the
//! response.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::table::{Activity, Phase};

/// A body whose end, or loss, changes what the connection is doing.
pub(super) struct Watched<B> {
    body: B,
    activity: Option<Arc<Activity>>,
    then: Phase,
}

impl<B> Watched<B> {
    /// A request's: receiving until its end, then processing.
    pub(super) fn request(body: B, activity: &Arc<Activity>) -> Self {
        activity.enter(Phase::Owing);
        Self {
            body,
            activity: Some(Arc::clone(activity)),
            then: Phase::Working,
        }
    }

    /// A response's: sending until its end, then the connection is idle.
    pub(super) fn response(body: B, activity: &Arc<Activity>) -> Self {
        activity.enter(Phase::Sending);
        Self {
            body,
            activity: Some(Arc::clone(activity)),
            then: Phase::Idle,
        }
    }

    fn over(&mut self) {
        if let Some(activity) = self.activity.take() {
            activity.enter(self.then);
        }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Watched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let last = match &polled {
            Poll::Ready(None | Some(Err(_))) => true,
            Poll::Ready(Some(Ok(_))) => self.body.is_end_stream(),
            Poll::Pending => false,
        };
        // A response's last frame is passed on, not sent yet: it has ended when the body is dropped.
        if last && self.then == Phase::Working {
            self.over();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Watched<B> {
    fn drop(&mut self) {
        // A request's body that nobody reads to its end is dropped while it is answered.
        self.over();
    }
}

/// A body that could not be read: reading it again returns the same error.
pub(super) fn failed(kind: io::ErrorKind) -> Body {
    Body::new(Failed(Some(kind)))
}

struct Failed(Option<io::ErrorKind>);

impl HttpBody for Failed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(self.0.take().map(|kind| Err(kind.into())))
    }
}
