//! Fermat's factorisation: finds p and q at once when they are close.

use num_bigint::BigUint;

/// Rounds tried; keys seen in the wild with this fault fall in the first.
const ROUNDS: u32 = 100;

/// Whether N = p·q falls within [`ROUNDS`] rounds. `n` must be odd.
pub(super) fn factors(n: &BigUint) -> bool {
    let mut a = n.sqrt();
    if &a * &a < *n {
        a += 1u8;
    }
    for _ in 0..ROUNDS {
        let b2 = &a * &a - n;
        let b = b2.sqrt();
        if &b * &b == b2 {
            return true;
        }
        a += 1u8;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_factors_fall_and_distant_ones_do_not() {
        let p = (BigUint::from(1u8) << 1024) + 643u32;
        assert!(factors(&(&p * &p)));
        assert!(factors(&(&p * (&p + 1_000_000u32))));
        let distant = &p + (BigUint::from(1u8) << 1000);
        assert!(!factors(&(&p * distant)));
    }
}
