//! A token bucket per client address, with bounded memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much one address may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests at once.
    pub burst: u32,
    /// Requests per minute in the long run.
    pub per_minute: u32,
}

/// Addresses remembered; beyond it the fullest buckets (the ones with the least
/// to lose) are forgotten first.
const MAX_ADDRESSES: usize = 20_000;

/// Buckets of many addresses under one rate.
#[derive(Debug)]
pub struct RateLimiter {
    rate: Rate,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
    capacity: usize,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl RateLimiter {
    /// No address has asked for anything yet.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::new(HashMap::new()),
            capacity: MAX_ADDRESSES,
        }
    }

    /// Takes one token of `address`, or says how long to wait for one.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let address = network(address);
        let burst = f64::from(self.rate.burst.max(1));
        let per_second = f64::from(self.rate.per_minute.max(1)) / 60.0;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.capacity && !buckets.contains_key(&address) {
            make_room(&mut buckets, burst, per_second, now);
        }
        let bucket = buckets.entry(address).or_insert(Bucket {
            tokens: burst,
            at: now,
        });
        bucket.tokens = bucket.filled(burst, per_second, now);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(())
        } else {
            Err(Duration::from_secs_f64((1.0 - bucket.tokens) / per_second))
        }
    }
}

impl Bucket {
    fn filled(&self, burst: f64, per_second: f64, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        elapsed.mul_add(per_second, self.tokens).min(burst)
    }
}

/// Forgets the full buckets; if they are few, the fuller half of the rest.
fn make_room(buckets: &mut HashMap<IpAddr, Bucket>, burst: f64, per_second: f64, now: Instant) {
    let before = buckets.len();
    buckets.retain(|_, bucket| bucket.filled(burst, per_second, now) < burst);
    // Only a good harvest is worth stopping at: each scan looks at every bucket.
    if buckets.len() <= before - before / 8 {
        return;
    }
    let mut levels: Vec<f64> = buckets
        .values()
        .map(|bucket| bucket.filled(burst, per_second, now))
        .collect();
    levels.sort_by(f64::total_cmp);
    let median = levels.get(levels.len() / 2).copied().unwrap_or(0.0);
    let mut surplus = buckets.len() / 2;
    buckets.retain(|_, bucket| {
        let goes = surplus > 0 && bucket.filled(burst, per_second, now) >= median;
        if goes {
            surplus -= 1;
        }
        !goes
    });
}

/// Whom an address stands for: an IPv6 customer owns a /64, one bucket for all of it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        burst: 2,
        per_minute: 60,
    };

    #[test]
    fn http_rate_burst_then_wait_then_again() {
        let limiter = RateLimiter::new(RATE);
        let start = Instant::now();
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let two: IpAddr = "192.0.2.2".parse().unwrap();
        assert!(limiter.take(one, start).is_ok());
        assert!(limiter.take(one, start).is_ok());
        let wait = limiter.take(one, start).unwrap_err();
        assert!(wait <= Duration::from_secs(1) && wait > Duration::from_millis(900));
        assert!(limiter.take(two, start).is_ok());
        assert!(limiter.take(one, start + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn http_rate_one_bucket_for_a_64_and_for_a_mapped_address() {
        let limiter = RateLimiter::new(RATE);
        let now = Instant::now();
        for address in ["2001:db8::1", "2001:db8::2"] {
            assert!(limiter.take(address.parse().unwrap(), now).is_ok());
        }
        assert!(limiter.take("2001:db8::3".parse().unwrap(), now).is_err());
        for address in ["::ffff:192.0.2.1", "192.0.2.1"] {
            assert!(limiter.take(address.parse().unwrap(), now).is_ok());
        }
        assert!(limiter.take("192.0.2.1".parse().unwrap(), now).is_err());
    }

    #[test]
    fn http_rate_memory_is_bounded_and_the_exhausted_stay_known() {
        let mut limiter = RateLimiter::new(RATE);
        limiter.capacity = 100;
        let now = Instant::now();
        let noisy: IpAddr = "192.0.2.1".parse().unwrap();
        while limiter.take(noisy, now).is_ok() {}
        for n in 0..10_000u32 {
            let _ = limiter.take(IpAddr::from((0x0a00_0000 + n).to_be_bytes()), now);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= 100);
        assert!(limiter.take(noisy, now).is_err());
    }
}
