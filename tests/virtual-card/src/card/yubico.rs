//! Yubico's extensions of the standard (firmware 5.7), in front of the chip: metadata, an AES management key, keys that
//! can be deleted, the object that shows where the management key is stored.

use std::collections::BTreeMap;

use aes::cipher::{Block, BlockCipherEncrypt, KeyInit as _};
use aes::{Aes128, Aes192, Aes256};
use des::TdesEde3;
use rand_core::{OsRng, RngCore as _};

use super::Order;
use super::chip::Application;
use crate::MANAGEMENT_KEY;

const OK: u16 = 0x9000;
const NOT_ALLOWED: u16 = 0x6982;
const BAD_DATA: u16 = 0x6a80;
const BAD_PARAMETERS: u16 = 0x6a86;
const NO_SUCH_KEY: u16 = 0x6a88;
const NOT_FOUND: u16 = 0x6a82;

const TDES: u8 = 0x03;
const AES_192: u8 = 0x0a;

/// The slot for signatures.
const SIGNATURE: u8 = 0x9c;
/// The slot of the management key.
const MANAGEMENT: u8 = 0x9b;

/// Tag list of the object that shows where the management key is stored.
const ADMIN_DATA: [u8; 5] = [0x5c, 0x03, 0x5f, 0xff, 0x00];

/// A key that the card generated.
struct Made {
    algorithm: u8,
    public: Vec<u8>,
}

/// The state of the extensions. All but `admin` and `witness` survives the loss of power.
pub(super) struct Yubico {
    serial: [u8; 4],
    keys: BTreeMap<u8, Made>,
    management: (u8, Vec<u8>),
    admin_data: Vec<u8>,
    deleted: Vec<u8>,
    admin: bool,
    witness: Option<Vec<u8>>,
}

impl Yubico {
    pub(super) fn new(serial: [u8; 4]) -> Self {
        Self {
            serial,
            keys: BTreeMap::new(),
            management: (AES_192, MANAGEMENT_KEY.to_vec()),
            admin_data: Vec::new(),
            deleted: Vec::new(),
            admin: false,
            witness: None,
        }
    }

    pub(super) fn power_lost(&mut self) {
        self.admin = false;
        self.witness = None;
    }

    /// Does to the card what only its vendor could.
    pub(super) fn obey(&mut self, chip: &mut Application<'_>, order: Order) {
        match order {
            Order::ManagementKey(cipher, key) => {
                assert!(Cipher::new(cipher, &key).is_some(), "a key of that cipher");
                self.management = (cipher, key);
            }
            Order::KeepUnderPin(key) => {
                let length = u8::try_from(key.len()).expect("a management key");
                let value = [&[0x88, length + 2, 0x89, length], key.as_slice()].concat();
                put(chip, [0x5f, 0xc1, 0x09], &value);
                self.admin_data = vec![0x53, 5, 0x80, 3, 0x81, 1, 2];
            }
            Order::Object(name, value) => put(chip, name, &value),
        }
    }

    /// Whether the management key is no longer the vendor's default.
    pub(super) fn has_own_management_key(&self) -> bool {
        self.management.1 != MANAGEMENT_KEY
    }

    /// Processes a command, by itself or through the chip.
    pub(super) fn answer(
        &mut self,
        chip: &mut Application<'_>,
        header: [u8; 4],
        data: &[u8],
    ) -> (Vec<u8>, u16) {
        match header {
            [_, 0xfd, ..] => (vec![5, 7, 1], OK),
            [_, 0xf8, ..] => (self.serial.to_vec(), OK),
            [_, 0xf7, _, 0x80] => self.pin_metadata(chip),
            [_, 0xf7, _, MANAGEMENT] => {
                let default = self.management.1 == MANAGEMENT_KEY;
                let algorithm = self.management.0;
                (vec![1, 1, algorithm, 2, 2, 0, 1, 5, 1, default.into()], OK)
            }
            [_, 0xf7, _, slot] => self.key_metadata(slot),
            [_, 0xf6, 0xff, slot] => self.delete(slot),
            [_, 0xff, 0xff, _] => self.set_management_key(data),
            [_, 0x87, algorithm, MANAGEMENT] => self.authenticate(chip, algorithm, data),
            [_, 0x87, _, slot] if self.deleted.contains(&slot) => (Vec::new(), NO_SUCH_KEY),
            [_, 0x47, _, slot] => self.generate(chip, header, slot, data),
            [_, 0xcb, ..] if data == ADMIN_DATA => match self.admin_data.as_slice() {
                [] => (Vec::new(), NOT_FOUND),
                object => (object.to_vec(), OK),
            },
            [_, 0xdb, ..] if data.starts_with(&ADMIN_DATA) => {
                if self.admin {
                    self.admin_data = data[ADMIN_DATA.len()..].to_vec();
                    (Vec::new(), OK)
                } else {
                    (Vec::new(), NOT_ALLOWED)
                }
            }
            _ => chip.answer(header, data),
        }
    }

    fn pin_metadata(&self, chip: &mut Application<'_>) -> (Vec<u8>, u16) {
        let (_, status) = chip.answer([0, 0x20, 0, 0x80], &[]);
        let left = match status {
            0x63c0..=0x63cf => (status & 0xf) as u8,
            _ => 3,
        };
        (vec![1, 1, 0xff, 5, 1, 0, 6, 2, 3, left], OK)
    }

    fn key_metadata(&self, slot: u8) -> (Vec<u8>, u16) {
        let Some(made) = self.keys.get(&slot) else {
            return (Vec::new(), NO_SUCH_KEY);
        };
        // The PIN once, and always for signatures; never a touch.
        let policy = if slot == SIGNATURE { 3 } else { 2 };
        let mut answer = vec![1, 1, made.algorithm, 2, 2, policy, 1, 3, 1, 1, 4];
        push_length(&mut answer, made.public.len());
        answer.extend(&made.public);
        (answer, OK)
    }

    fn delete(&mut self, slot: u8) -> (Vec<u8>, u16) {
        if !self.admin {
            return (Vec::new(), NOT_ALLOWED);
        }
        match self.keys.remove(&slot) {
            Some(_) => {
                self.deleted.push(slot);
                (Vec::new(), OK)
            }
            None => (Vec::new(), NO_SUCH_KEY),
        }
    }

    fn generate(
        &mut self,
        chip: &mut Application<'_>,
        header: [u8; 4],
        slot: u8,
        data: &[u8],
    ) -> (Vec<u8>, u16) {
        let (answer, status) = chip.answer(header, data);
        if status == OK
            && let [0xac, _, 0x80, 1, algorithm, ..] = data
            && let Some(public) = inside(&answer)
        {
            let public = public.to_vec();
            let algorithm = *algorithm;
            self.keys.insert(slot, Made { algorithm, public });
            self.deleted.retain(|s| *s != slot);
        }
        (answer, status)
    }

    fn set_management_key(&mut self, data: &[u8]) -> (Vec<u8>, u16) {
        if !self.admin {
            return (Vec::new(), NOT_ALLOWED);
        }
        match data {
            [algorithm, MANAGEMENT, length, key @ ..]
                if usize::from(*length) == key.len() && Cipher::new(*algorithm, key).is_some() =>
            {
                self.management = (*algorithm, key.to_vec());
                (Vec::new(), OK)
            }
            _ => (Vec::new(), BAD_DATA),
        }
    }

    /// Mutual authentication with the key of the extensions; the chip is then authenticated with its own.
    fn authenticate(
        &mut self,
        chip: &mut Application<'_>,
        algorithm: u8,
        data: &[u8],
    ) -> (Vec<u8>, u16) {
        let (own, key) = &self.management;
        let Some(cipher) = Cipher::new(*own, key).filter(|_| *own == algorithm) else {
            return (Vec::new(), BAD_PARAMETERS);
        };
        let block = cipher.block();
        if data == [0x7c, 2, 0x80, 0] {
            let mut witness = vec![0; block];
            OsRng.fill_bytes(&mut witness);
            let shown = cipher.encrypt(&witness);
            self.witness = Some(witness);
            return (template(0x80, &shown), OK);
        }
        let Some(witness) = self.witness.take() else {
            return (Vec::new(), BAD_PARAMETERS);
        };
        let body = data.get(2..).unwrap_or_default();
        let proof = body.get(2..2 + block).unwrap_or_default();
        let challenge = body.get(4 + block..4 + 2 * block).unwrap_or_default();
        if body.first() != Some(&0x80) || proof != witness || challenge.len() != block {
            return (Vec::new(), NOT_ALLOWED);
        }
        let answer = template(0x82, &cipher.encrypt(challenge));
        if !tell_chip(chip) {
            return (Vec::new(), 0x6f00);
        }
        self.admin = true;
        (answer, OK)
    }
}

/// Writes a data object with the vendor's key. Verified secrets remain verified.
fn put(chip: &mut Application<'_>, name: [u8; 3], value: &[u8]) {
    assert!(tell_chip(chip), "the chip takes its own key");
    let mut object = [&[0x5c, 3][..], &name, &[0x53]].concat();
    push_length(&mut object, value.len());
    object.extend(value);
    let (_, status) = chip.answer([0, 0xdb, 0x3f, 0xff], &object);
    assert_eq!(status, OK, "the chip takes the object");
}

/// Authenticates to the chip, which keeps its original management key.
fn tell_chip(chip: &mut Application<'_>) -> bool {
    let header = [0, 0x87, TDES, MANAGEMENT];
    let (challenge, _) = chip.answer(header, &[0x7c, 2, 0x81, 0]);
    let (Some(cipher), Some(challenge)) = (Cipher::new(TDES, &MANAGEMENT_KEY), challenge.get(4..))
    else {
        return false;
    };
    let response = template(0x82, &cipher.encrypt(challenge));
    chip.answer(header, &response).1 == OK
}

/// `7C { tag value }` with short lengths.
fn template(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).expect("one block of a cipher");
    [&[0x7c, length + 2, tag, length], value].concat()
}

/// The content of a template with a tag of two bytes.
fn inside(answer: &[u8]) -> Option<&[u8]> {
    match answer {
        [_, _, 0x82, _, _, rest @ ..] | [_, _, 0x81, _, rest @ ..] => Some(rest),
        [_, _, length, rest @ ..] if *length < 0x80 => Some(rest),
        _ => None,
    }
}

fn push_length(to: &mut Vec<u8>, length: usize) {
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    match (high, low) {
        (0, 0..0x80) => to.push(low),
        (0, _) => to.extend([0x81, low]),
        _ => to.extend([0x82, high, low]),
    }
}

/// The ciphers of management keys.
enum Cipher {
    Tdes(TdesEde3),
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl Cipher {
    fn new(algorithm: u8, key: &[u8]) -> Option<Self> {
        match algorithm {
            TDES => TdesEde3::new_from_slice(key).ok().map(Self::Tdes),
            0x08 => Aes128::new_from_slice(key).ok().map(Self::Aes128),
            AES_192 => Aes192::new_from_slice(key).ok().map(Self::Aes192),
            0x0c => Aes256::new_from_slice(key).ok().map(Self::Aes256),
            _ => None,
        }
    }

    fn block(&self) -> usize {
        match self {
            Self::Tdes(_) => 8,
            _ => 16,
        }
    }

    fn encrypt(&self, block: &[u8]) -> Vec<u8> {
        match self {
            Self::Tdes(c) => encrypted(c, block),
            Self::Aes128(c) => encrypted(c, block),
            Self::Aes192(c) => encrypted(c, block),
            Self::Aes256(c) => encrypted(c, block),
        }
    }
}

/// The callers have checked the length of the block ([`Cipher::block`]).
fn encrypted<C: BlockCipherEncrypt>(cipher: &C, block: &[u8]) -> Vec<u8> {
    let mut block = Block::<C>::try_from(block).expect("a whole block");
    cipher.encrypt_block(&mut block);
    block.to_vec()
}
