//! The names that Windows gives to providers, algorithms, blobs and properties, as texts.

/// The provider that keeps keys in the TPM.
pub const PLATFORM_PROVIDER: &str = "Microsoft Platform Crypto Provider";
/// The provider that keeps keys in files, protected by the user's password.
pub const SOFTWARE_PROVIDER: &str = "Microsoft Software Key Storage Provider";
/// The provider that keeps keys on smart cards, through their minidrivers.
pub const SMART_CARD_PROVIDER: &str = "Microsoft Smart Card Key Storage Provider";

/// ECDSA on P-256.
pub const ECDSA_P256: &str = "ECDSA_P256";
/// ECDSA on P-384.
pub const ECDSA_P384: &str = "ECDSA_P384";
/// RSA of any length.
pub const RSA: &str = "RSA";

/// The public part of an elliptic-curve key.
pub const ECC_PUBLIC_BLOB: &str = "ECCPUBLICBLOB";
/// The public part of an RSA key.
pub const RSA_PUBLIC_BLOB: &str = "RSAPUBLICBLOB";

/// Property: which forms of the private key may be exported, as flags. Zero: none.
pub const EXPORT_POLICY: &str = "Export Policy";
/// Property: what the key may be used for, as flags.
pub const KEY_USAGE: &str = "Key Usage";
/// Property: length of the key in bits.
pub const LENGTH: &str = "Length";
/// Property: family of the algorithm (`RSA`, `ECDSA`).
pub const ALGORITHM_GROUP: &str = "Algorithm Group";
/// Property of the Platform Crypto Provider: the length of the salt that the TPM uses for PSS (`NCRYPT_PCP_PSS_SALT_SIZE_PROPERTY`).
pub const PSS_SALT_SIZE: &str = "PSS Salt Size";

/// Value of [`PSS_SALT_SIZE`]: as long as the hash (`NCRYPT_TPM_PSS_SALT_SIZE_HASHSIZE`), which TLS 1.3 demands.
pub const PSS_SALT_SIZE_HASH: u32 = 2;
/// Value of [`KEY_USAGE`]: signatures (`NCRYPT_ALLOW_SIGNING_FLAG`).
pub const ALLOW_SIGNING: u32 = 2;
