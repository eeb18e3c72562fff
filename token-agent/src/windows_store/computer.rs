//! What identifies this user on this computer: the serial number of the token, and a part of the names of its keys. A hash, so
//! that neither name is passed on.

use inkan_pki::x509::fingerprint::sha256_hex;

/// Length of the id in hex digits.
const ID: usize = 16;

/// The variables in which Windows gives the names of computer, domain and user to each program.
pub const VARIABLES: [&str; 3] = ["COMPUTERNAME", "USERDOMAIN", "USERNAME"];

/// The id, from the values of [`VARIABLES`]. Windows ignores case in these names.
#[must_use]
pub fn id(names: [&str; 3]) -> String {
    let names = names.map(str::to_lowercase).join("\0");
    sha256_hex(names.as_bytes()).chars().take(ID).collect()
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn every_name_counts_but_not_its_case() {
        let one = id(["PC-01", "OOZORA", "hana"]);
        assert_eq!(one.len(), super::ID);
        assert_eq!(one, id(["pc-01", "oozora", "Hana"]));
        for other in [
            ["PC-02", "OOZORA", "hana"],
            ["PC-01", "", "hana"],
            ["PC-01", "OOZORA", "花子"],
        ] {
            assert_ne!(one, id(other));
        }
    }
}
