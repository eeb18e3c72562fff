//! Token buckets per client address and per network of it, with bounded memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::network::{Network, networks};

/// The limit of one address.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests at once.
    pub burst: u32,
    /// Requests per minute in the long run.
    pub per_minute: u32,
}

/// Buckets remembered; beyond that the fullest ones (which lose the least) are discarded first.
const MAX_BUCKETS: usize = 50_000;

/// Limit of a network as a multiple of the one within it (/24 and address; /48, /56 and /64).
const WIDER: u32 = 4;

/// Buckets of many addresses under one rate.
#[derive(Debug)]
pub struct RateLimiter {
    rate: Rate,
    buckets: Mutex<HashMap<Network, Bucket>>,
    capacity: usize,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
    burst: f64,
    per_second: f64,
}

impl RateLimiter {
    /// No address has made a request yet.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::new(HashMap::new()),
            capacity: MAX_BUCKETS,
        }
    }

    /// Takes one token of `address` and of each network it is in, or returns how long to wait until all have one.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let networks = networks(address);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let new = networks
            .iter()
            .filter(|one| !buckets.contains_key(one))
            .count();
        if new > 0 && buckets.len() + new > self.capacity {
            make_room(&mut buckets, now);
        }
        let (mut factor, mut wait) = (1, Duration::ZERO);
        for network in &networks {
            let full = self.full(factor, now);
            let bucket = buckets.entry(*network).or_insert(full);
            bucket.tokens = bucket.filled(now);
            bucket.at = now;
            wait = wait.max(bucket.wait());
            factor *= WIDER;
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        for network in &networks {
            if let Some(bucket) = buckets.get_mut(network) {
                bucket.tokens -= 1.0;
            }
        }
        Ok(())
    }

    fn full(&self, factor: u32, at: Instant) -> Bucket {
        let burst = f64::from(self.rate.burst.max(1)) * f64::from(factor);
        let per_minute = f64::from(self.rate.per_minute.max(1)) * f64::from(factor);
        Bucket {
            tokens: burst,
            at,
            burst,
            per_second: per_minute / 60.0,
        }
    }
}

impl Bucket {
    fn filled(&self, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        elapsed
            .mul_add(self.per_second, self.tokens)
            .min(self.burst)
    }

    /// How empty it is, relative to its size.
    fn level(&self, now: Instant) -> f64 {
        self.filled(now) / self.burst
    }

    /// Time until there is a token.
    fn wait(&self) -> Duration {
        if self.tokens >= 1.0 {
            return Duration::ZERO;
        }
        let missing = Duration::from_secs_f64((1.0 - self.tokens) / self.per_second);
        missing.max(Duration::from_nanos(1))
    }
}

/// Discards the full buckets; if they are few, the fuller half of the rest.
fn make_room(buckets: &mut HashMap<Network, Bucket>, now: Instant) {
    let before = buckets.len();
    buckets.retain(|_, bucket| bucket.level(now) < 1.0);
    // Stops only for a worthwhile number: each scan reads every bucket.
    if buckets.len() <= before - before / 8 {
        return;
    }
    let mut levels: Vec<f64> = buckets.values().map(|bucket| bucket.level(now)).collect();
    levels.sort_by(f64::total_cmp);
    let median = levels.get(levels.len() / 2).copied().unwrap_or(0.0);
    let mut surplus = buckets.len() / 2;
    buckets.retain(|_, bucket| {
        let goes = surplus > 0 && bucket.level(now) >= median;
        if goes {
            surplus -= 1;
        }
        !goes
    });
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

    /// How many requests at once get through from these addresses.
    fn taken(addresses: impl Iterator<Item = String>) -> usize {
        let (limiter, now) = (RateLimiter::new(RATE), Instant::now());
        addresses
            .filter(|one| limiter.take(one.parse().unwrap(), now).is_ok())
            .count()
    }

    #[test]
    fn http_rate_an_allocation_has_a_bucket_for_each_width() {
        let many = |step: usize| {
            (0..0x1_0000)
                .step_by(step)
                .map(|n| format!("2001:db8:1:{n:x}::1"))
        };
        assert_eq!(taken(many(1)), 32, "every /64 of a /48");
        assert_eq!(taken(many(1).take(256)), 8, "every /64 of a /56");
        assert_eq!(taken((0..256).map(|n| format!("192.0.2.{n}"))), 8, "a /24");
        let elsewhere = (0..16).map(|n| format!("198.51.{n}.1"));
        assert_eq!(taken(elsewhere), 16, "others go on");
    }

    #[test]
    fn http_rate_what_one_bucket_refuses_costs_the_others_nothing() {
        let (limiter, now) = (RateLimiter::new(RATE), Instant::now());
        let take = |address: &str| limiter.take(address.parse().unwrap(), now);
        for _ in 0..100 {
            let _ = take("2001:db8:1:1::1");
        }
        for n in 2..5 {
            assert!(take(&format!("2001:db8:1:{n}::1")).is_ok(), "{n}");
        }
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
