//! Passkeys: WebAuthn as far as signing in needs it, read strictly. No attestation; ES256 and EdDSA; the person is verified
//! by their device every time.
//!
//! The names are those of Web Authentication Level 3: registering is its section 7.1, signing in its section 7.2.

mod cbor;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use cbor::{Item, Reader};

/// COSE numbers of the two algorithms.
pub(crate) const ES256: i64 = -7;
pub(crate) const EDDSA: i64 = -8;
/// Bits of the flags: the person is there, was verified; the key may be copied, is copied; what follows them.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MAY_BE_COPIED: u8 = 1 << 3;
const IS_COPIED: u8 = 1 << 4;
const HAS_KEY: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;
const HASH_BYTES: usize = 32;
/// Longest id of a credential, as the specification has it.
const MAX_ID_BYTES: usize = 1023;

/// Where the Desk is, as browsers know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// The host's name that passkeys belong to.
    pub(crate) rp_id: String,
    pub(crate) origin: String,
}

/// A public key as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registered {
    pub(crate) id: Vec<u8>,
    pub(crate) algorithm: i64,
    pub(crate) public_key: Vec<u8>,
    pub(crate) n_signed: i64,
}

/// What the browser says it did.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    is_cross_origin: bool,
}

/// What the authenticator says.
struct AuthenticatorData<'a> {
    n_signed: i64,
    flags: u8,
    rest: &'a [u8],
}

/// Why something is no passkey, for the log and the tests.
pub(crate) type Flaw = &'static str;

impl Site {
    /// The site of an address such as `https://desk.example.com`; `None` for one that passkeys cannot belong to, such as a
    /// number.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let authority = rest.split('/').next()?.to_ascii_lowercase();
        let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
        let is_name = host.contains(|c: char| c.is_ascii_alphabetic()) && !host.contains(['[', '@']);
        let is_safe = scheme == "https" || (scheme == "http" && host == "localhost");
        let (origin, rp_id) = (format!("{scheme}://{authority}"), host.to_owned());
        (is_name && is_safe).then_some(Self { rp_id, origin })
    }
}

/// The challenge in what the browser says it did, so that it can be looked up; nothing is checked yet.
pub(crate) fn challenge_of(client_data: &[u8]) -> Option<String> {
    serde_json::from_slice::<ClientData>(client_data).ok().map(|said| said.challenge)
}

/// The key that an attestation object registers. `challenge` is one that was given out for this and is used up.
pub(crate) fn registered(
    site: &Site,
    challenge: &str,
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Registered, Flaw> {
    check_client_data(site, ("webauthn.create", challenge), client_data)?;
    let mut reader = Reader::new(attestation);
    let object = reader.map()?;
    if !reader.is_at_end() || object.len() != 3 {
        return Err("the attestation object has something else in it");
    }
    let field = |name: &str| object.iter().find(|(key, _)| *key == Item::Text(name)).map(|(_, value)| value);
    if field("fmt") != Some(&Item::Text("none")) || field("attStmt") != Some(&Item::Map(Vec::new())) {
        return Err("there is an attestation, which was not asked for");
    }
    let Some(Item::Bytes(data)) = field("authData") else { return Err("there is no authenticator data") };
    let AuthenticatorData { n_signed, flags, rest } = authenticator_data(site, data)?;
    if flags & HAS_KEY == 0 {
        return Err("there is no key in it");
    }
    // The model of the authenticator, which is nobody's business, comes first.
    let (_, rest) = rest.split_at_checked(16).ok_or("it is cut off")?;
    let (length, rest) = rest.split_at_checked(2).ok_or("it is cut off")?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let (id, rest) = rest.split_at_checked(length).ok_or("it is cut off")?;
    if id.is_empty() || MAX_ID_BYTES < id.len() {
        return Err("the id of the key is too short or too long");
    }
    let mut reader = Reader::new(rest);
    let (algorithm, public_key) = public_key(&reader.map()?)?;
    if flags & HAS_EXTENSIONS != 0 {
        reader.map()?;
    }
    if !reader.is_at_end() {
        return Err("something follows the key");
    }
    Ok(Registered { id: id.to_vec(), algorithm, public_key, n_signed })
}

/// Whether a signature shows who has the key; returns how often it signed. `challenge` is one that was given out for this
/// and is used up.
pub(crate) fn asserted(
    site: &Site,
    challenge: &str,
    key: (i64, &[u8], i64),
    (client_data, data, signature): (&[u8], &[u8], &[u8]),
) -> Result<i64, Flaw> {
    check_client_data(site, ("webauthn.get", challenge), client_data)?;
    let AuthenticatorData { n_signed, flags, rest } = authenticator_data(site, data)?;
    if flags & HAS_KEY != 0 {
        return Err("there is a key where none belongs");
    }
    let mut reader = Reader::new(rest);
    if flags & HAS_EXTENSIONS != 0 {
        reader.map()?;
    }
    if !reader.is_at_end() {
        return Err("something follows the authenticator data");
    }
    let (algorithm, public_key, before) = key;
    let algorithm: &dyn VerificationAlgorithm = match algorithm {
        ES256 => &ECDSA_P256_SHA256_ASN1,
        EDDSA => &ED25519,
        _ => return Err("the kept key is of no known algorithm"),
    };
    let signed = [data, Sha256::digest(client_data).as_slice()].concat();
    let is_signed = UnparsedPublicKey::new(algorithm, public_key).verify(&signed, signature);
    is_signed.map_err(|_| "the signature is not that of the key")?;
    // One that does not count stays at zero.
    if (before, n_signed) != (0, 0) && n_signed <= before {
        return Err("it signed less often than before, so there are two of it");
    }
    Ok(n_signed)
}

fn check_client_data(site: &Site, (kind, challenge): (&str, &str), bytes: &[u8]) -> Result<(), Flaw> {
    let said: ClientData = serde_json::from_slice(bytes).map_err(|_| "the client data is no JSON")?;
    if said.kind != kind {
        return Err("it was made for something else");
    }
    if !bool::from(said.challenge.as_bytes().ct_eq(challenge.as_bytes())) {
        return Err("it answers another challenge");
    }
    if said.origin != site.origin || said.is_cross_origin {
        return Err("it was made for another site");
    }
    Ok(())
}

fn authenticator_data<'a>(site: &Site, data: &'a [u8]) -> Result<AuthenticatorData<'a>, Flaw> {
    let (hash, rest) = data.split_at_checked(HASH_BYTES).ok_or("it is cut off")?;
    let (head, rest) = rest.split_at_checked(5).ok_or("it is cut off")?;
    if !bool::from(hash.ct_eq(Sha256::digest(site.rp_id.as_bytes()).as_slice())) {
        return Err("the key is of another site");
    }
    let flags = head[0];
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err("the device did not verify who was there");
    }
    if flags & IS_COPIED != 0 && flags & MAY_BE_COPIED == 0 {
        return Err("the flags contradict each other");
    }
    let n_signed = i64::from(u32::from_be_bytes([head[1], head[2], head[3], head[4]]));
    Ok(AuthenticatorData { n_signed, flags, rest })
}

/// Algorithm and public key of a COSE key, in the form that `ring` checks with.
fn public_key(key: &[(Item<'_>, Item<'_>)]) -> Result<(i64, Vec<u8>), Flaw> {
    let field = |label: i64| key.iter().find(|(known, _)| *known == Item::Int(label)).map(|(_, value)| value);
    let bytes = |label: i64| match field(label) {
        Some(Item::Bytes(bytes)) if bytes.len() == HASH_BYTES => Ok(*bytes),
        Some(_) | None => Err("a coordinate of the key is missing"),
    };
    match (field(1), field(3), field(-1)) {
        (Some(Item::Int(2)), Some(Item::Int(ES256)), Some(Item::Int(1))) => {
            Ok((ES256, [&[4], bytes(-2)?, bytes(-3)?].concat()))
        }
        (Some(Item::Int(1)), Some(Item::Int(EDDSA)), Some(Item::Int(6))) => Ok((EDDSA, bytes(-2)?.to_vec())),
        _ => Err("the key is of no algorithm that was asked for"),
    }
}

/// Bytes as browsers and JSON have them.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The bytes of such a text.
pub(crate) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests;
