//! Feldman's verifiable secret sharing over P-256, by the crate `vsss-rs`. The only file that knows it.

use inkan_pki::secret::locked::LockedBytes;
use p256::elliptic_curve::ff::{Field as _, PrimeField as _};
use p256::elliptic_curve::group::{Group as _, GroupEncoding as _};
use p256::{ProjectivePoint, Scalar};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use vsss_rs::{
    FeldmanVerifierSet, IdentifierPrimeField, PrimeFieldShare, ReadableShareSet as _, ValueGroup,
    feldman,
};
use zeroize::{Zeroize as _, Zeroizing};

use super::{NoRandomness, Share};

type FieldShare = PrimeFieldShare<Scalar>;
type Verifier = ValueGroup<ProjectivePoint>;

/// Bytes of a commitment: a compressed point (SEC 1, 2.3.3).
const COMMITMENT: usize = 33;

/// A new random secret and its shares.
pub(super) struct Split {
    pub(super) secret: LockedBytes,
    /// Values of the shares with the numbers 1, 2, 3, …
    pub(super) values: Vec<LockedBytes>,
    pub(super) commitments: Commitments,
}

/// Public commitments to the polynomial; as many as shares are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commitments(Vec<Verifier>);

/// Shares a new random secret among `count`, so that `threshold` of them are needed.
pub(super) fn split(threshold: u8, count: u8) -> Result<Split, NoRandomness> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|_| NoRandomness)?;
    let mut rng = StdRng::from_seed(*seed);
    let mut secret = IdentifierPrimeField(Scalar::random(&mut rng));
    let (mut shares, verifiers) = feldman::split_secret::<FieldShare, Verifier>(
        usize::from(threshold),
        usize::from(count),
        &secret,
        None,
        rng,
    )
    // It refuses only a threshold below two or above the count, which the caller has checked.
    .map_err(|_| NoRandomness)?;
    let values = shares
        .iter_mut()
        .map(|share| {
            let value = bytes(&share.value.0);
            share.value.zeroize();
            value
        })
        .collect();
    let split = Split {
        secret: bytes(&secret.0),
        values,
        commitments: Commitments(
            <Vec<Verifier> as FeldmanVerifierSet<FieldShare, Verifier>>::verifiers(&verifiers)
                .to_vec(),
        ),
    };
    secret.zeroize();
    Ok(split)
}

impl Commitments {
    /// Reads commitments; `None` if one is not a point, or is the point at infinity.
    pub(super) fn read(texts: &[String]) -> Option<Self> {
        let point = |text: &String| {
            let mut octets = [0; COMMITMENT];
            hex::decode_to_slice(text, &mut octets).ok()?;
            let point = ProjectivePoint::from_bytes(&octets.into()).into_option()?;
            (!bool::from(point.is_identity())).then_some(ValueGroup(point))
        };
        texts
            .iter()
            .map(point)
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    pub(super) fn write(&self) -> Vec<String> {
        let written = self.0.iter().map(|point| hex::encode(point.0.to_bytes()));
        written.collect()
    }

    /// Whether the share is the one that was made for its number.
    pub(super) fn verify(&self, share: &Share) -> bool {
        let generator = ValueGroup(ProjectivePoint::generator());
        let set = <Vec<Verifier> as FeldmanVerifierSet<FieldShare, Verifier>>::
            with_generator_and_verifiers(generator, &self.0);
        let Some(mut share) = field_share(share) else {
            return false;
        };
        let good = set.verify_share(&share).is_ok();
        share.value.zeroize();
        good
    }
}

/// The secret; `None` if a value is not one of the field, or two shares have the same number.
pub(super) fn combine(shares: &[&Share]) -> Option<LockedBytes> {
    let mut shares = shares
        .iter()
        .map(|share| field_share(share))
        .collect::<Option<Vec<_>>>()?;
    let secret = shares.combine().ok();
    for share in &mut shares {
        share.value.zeroize();
    }
    let mut secret = secret?;
    let secret_bytes = bytes(&secret.0);
    secret.zeroize();
    Some(secret_bytes)
}

fn field_share(share: &Share) -> Option<FieldShare> {
    let value: [u8; 32] = share.value().try_into().ok()?;
    let value = Scalar::from_repr(value.into()).into_option()?;
    Some(FieldShare {
        identifier: IdentifierPrimeField(Scalar::from(u64::from(share.index()))),
        value: IdentifierPrimeField(value),
    })
}

fn bytes(scalar: &Scalar) -> LockedBytes {
    let octets = Zeroizing::new(<[u8; 32]>::from(scalar.to_repr()));
    LockedBytes::new(&*octets)
}
