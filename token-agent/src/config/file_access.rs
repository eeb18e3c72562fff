//! Whether the access list of a file on Windows lets others read it.

/// The system, and the administrators, who can read every file anyway.
const TRUSTED: [&str; 2] = ["S-1-5-18", "S-1-5-32-544"];
/// Stands for the owner, whoever that is.
const OWNER_RIGHTS: &str = "S-1-3-4";

/// Whether somebody other than the user with the SID `me`, the system and the administrators owns the file, and so decides who
/// reads it, or may read it. `readers`: the SIDs that may, or `None` if there is no access list.
pub(super) fn shared(me: &str, owner: &str, readers: Option<&[String]>) -> bool {
    let own = |sid: &str| sid == me || TRUSTED.contains(&sid);
    let Some(readers) = readers else { return true };
    !own(owner) || !readers.iter().all(|sid| own(sid) || sid == OWNER_RIGHTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "S-1-5-21-1-2-3-1001";
    const OTHER: &str = "S-1-5-21-1-2-3-1002";

    fn with(owner: &str, readers: &[&str]) -> bool {
        let readers: Vec<String> = readers.iter().map(|sid| (*sid).to_owned()).collect();
        shared(ME, owner, Some(&readers))
    }

    #[test]
    fn a_file_of_the_users_own_profile_is_private() {
        assert!(!with(ME, &["S-1-5-18", "S-1-5-32-544", ME]));
        assert!(!with("S-1-5-32-544", &["S-1-5-18", ME]));
        assert!(!with(ME, &[OWNER_RIGHTS]));
        assert!(!with(ME, &[]));
    }

    #[test]
    fn a_file_that_others_own_or_read_is_shared() {
        for everyone in ["S-1-1-0", "S-1-5-11", "S-1-5-32-545", OTHER] {
            assert!(with(ME, &[ME, everyone]), "{everyone}");
        }
        assert!(with(OTHER, &[ME]));
        assert!(shared(ME, ME, None), "no list");
    }
}
