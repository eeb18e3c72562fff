//! Locks after wrong passwords (F4): 利用一時停止 is released at once by one person of the bank, 利用停止 is proposed and
//! released by a second one.

use jiff::Timestamp;
use serde_json::json;

use crate::store::proposals::{Kind, Proposal};
use crate::store::users;
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::proposals::{Wish, WishForm, rights};
use crate::workflow::{Caller, Result, StaffRefusal};

impl People<'_> {
    /// Releases what locks a user: at once (answers nothing), or by a proposal where the user is stopped.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::workflow::Refusal::RoleMissing),
    /// [`Refusal::Fields`](crate::workflow::Refusal::Fields), [`StaffRefusal::UserUnknown`],
    /// [`StaffRefusal::NotInThatState`] (nothing is locked), and those of [`Self::propose`].
    pub async fn release_lock(
        &self,
        staff_id: &str,
        user_id: &str,
        form: &WishForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Option<Proposal>> {
        let user = users::find(self.store, user_id).await?;
        if user.is_some_and(|user| user.is_stopped()) {
            let proposed = self.propose(staff_id, Kind::Unlock, user_id, form, caller, now);
            return proposed.await.map(Some);
        }
        let deed = Deed {
            staff_id,
            action: "user.lock-released",
            kind: "user",
            subject: user_id,
            caller,
            now,
        };
        let result = self.try_release(deed, form).await;
        self.audited(deed, result).await.map(|()| None)
    }

    async fn try_release(&self, deed: Deed<'_>, form: &WishForm) -> Result<()> {
        self.staff_with(deed.staff_id, rights::may_enter(Kind::Unlock))
            .await?;
        let wish = Wish::check(Kind::Unlock, form, &self.settings.characters)?;
        let mut tx = self.store.begin().await?;
        let user = users::find(&mut tx, deed.subject).await?;
        let user = user.ok_or(StaffRefusal::UserUnknown)?;
        let mut released = Vec::new();
        for (kind, password) in user.counted() {
            // Stopped meanwhile: that takes two people.
            if password.stopped {
                return Err(StaffRefusal::NotInThatState.into());
            }
            if password.locked_until.is_some_and(|until| deed.now < until) {
                // As when the time is over by itself: the count towards 利用停止 goes on.
                let failures = password.failures;
                users::set_password_state(&mut tx, &user.id, kind, failures, None, false).await?;
                released.push(format!("{kind:?}"));
            }
        }
        if released.is_empty() {
            return Err(StaffRefusal::NotInThatState.into());
        }
        let detail = json!({ "released": released, "note": wish.note() });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await.map_err(Into::into)
    }
}
