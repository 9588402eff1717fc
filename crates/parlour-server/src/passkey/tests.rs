//! A made-up authenticator registers and signs; and everything that could be wrong about that is refused.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

use super::*;

const CHALLENGE: &str = "Y2hhbGxlbmdl";

fn site() -> Site {
    Site::of("https://desk.example.com/").unwrap()
}

enum Pair {
    P256(Box<EcdsaKeyPair>),
    Edwards(Box<Ed25519KeyPair>),
}

impl Pair {
    fn p256() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self::P256(Box::new(pair))
    }

    fn edwards() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Edwards(Box::new(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap()))
    }

    fn cose(&self) -> Vec<u8> {
        match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
                [&head[..], &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat()
            }
            Self::Edwards(pair) => {
                let head = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
                [&head[..], pair.public_key().as_ref()].concat()
            }
        }
    }

    fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signed = [data, Sha256::digest(client_data).as_slice()].concat();
        match self {
            Self::P256(pair) => pair.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec(),
            Self::Edwards(pair) => pair.sign(&signed).as_ref().to_vec(),
        }
    }
}

fn said(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    format!("{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\",\"crossOrigin\":false}}")
        .into_bytes()
}

fn data(rp_id: &str, flags: u8, n_signed: u32) -> Vec<u8> {
    [Sha256::digest(rp_id.as_bytes()).as_slice(), &[flags], &n_signed.to_be_bytes()].concat()
}

fn with_key(mut data: Vec<u8>, id: &[u8], cose: &[u8]) -> Vec<u8> {
    data.extend([0; 16]);
    data.extend((id.len() as u16).to_be_bytes());
    data.extend(id);
    data.extend(cose);
    data
}

fn attestation(fmt: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xa3, 0x63];
    bytes.extend(b"fmt");
    bytes.push(0x60 + fmt.len() as u8);
    bytes.extend(fmt.as_bytes());
    bytes.push(0x67);
    bytes.extend(b"attStmt");
    bytes.push(0xa0);
    bytes.push(0x68);
    bytes.extend(b"authData");
    bytes.extend([0x59, (data.len() >> 8) as u8, data.len() as u8]);
    // A length below 256 has a shorter form.
    if data.len() < 256 {
        let at = bytes.len() - 3;
        bytes.splice(at.., [0x58, data.len() as u8]);
    }
    bytes.extend(data);
    bytes
}

const FLAGS: u8 = PRESENT | VERIFIED;

#[test]
fn keys_of_both_kinds_register_and_sign() {
    let site = site();
    assert_eq!((site.rp_id.as_str(), site.origin.as_str()), ("desk.example.com", "https://desk.example.com"));
    for (pair, algorithm) in [(Pair::p256(), ES256), (Pair::edwards(), EDDSA)] {
        let whole = with_key(data(&site.rp_id, FLAGS | HAS_KEY, 0), b"an id of a key", &pair.cose());
        let created = said("webauthn.create", CHALLENGE, &site.origin);
        let key = registered(&site, CHALLENGE, &created, &attestation("none", &whole)).unwrap();
        assert_eq!((key.algorithm, key.id.as_slice(), key.n_signed), (algorithm, &b"an id of a key"[..], 0));
        let (data, got) = (data(&site.rp_id, FLAGS, 5), said("webauthn.get", CHALLENGE, &site.origin));
        let signature = pair.sign(&data, &got);
        let check = |before| {
            let kept = (key.algorithm, key.public_key.as_slice(), before);
            asserted(&site, CHALLENGE, kept, (&got, &data, &signature))
        };
        assert_eq!((check(0), check(4)), (Ok(5), Ok(5)));
        assert!(check(5).unwrap_err().contains("two of it"));
        assert!(check(9).is_err());
    }
}

#[test]
fn one_that_does_not_count_may_sign_again() {
    let (site, pair) = (site(), Pair::edwards());
    let (data, got) = (data(&site.rp_id, FLAGS, 0), said("webauthn.get", CHALLENGE, &site.origin));
    let public = pair.cose()[10..].to_vec();
    let signature = pair.sign(&data, &got);
    assert_eq!(asserted(&site, CHALLENGE, (EDDSA, &public, 0), (&got, &data, &signature)), Ok(0));
    assert!(asserted(&site, CHALLENGE, (EDDSA, &public, 1), (&got, &data, &signature)).is_err(), "it counted before");
}

#[test]
fn what_is_signed_for_something_else_is_refused() {
    let (site, pair) = (site(), Pair::p256());
    let cose = pair.cose();
    let point = [&[4], &cose[10..42], &cose[45..]].concat();
    let (fine_data, fine_said) = (data(&site.rp_id, FLAGS, 1), said("webauthn.get", CHALLENGE, &site.origin));
    let check = |said: &[u8], data: &[u8]| {
        let signature = pair.sign(data, said);
        asserted(&site, CHALLENGE, (ES256, &point, 0), (said, data, &signature))
    };
    assert_eq!(check(&fine_said, &fine_data), Ok(1));
    for wrong in [
        said("webauthn.create", CHALLENGE, &site.origin),
        said("webauthn.get", "b3RoZXI", &site.origin),
        said("webauthn.get", "", &site.origin),
        said("webauthn.get", CHALLENGE, "https://desk.example.com.evil.example"),
        said("webauthn.get", CHALLENGE, "http://desk.example.com"),
        said("webauthn.get", CHALLENGE, "https://desk.example.com:444"),
        String::from_utf8(fine_said.clone()).unwrap().replace("false", "true").into_bytes(),
        b"{}".to_vec(),
        Vec::new(),
    ] {
        assert!(check(&wrong, &fine_data).is_err(), "{}", String::from_utf8_lossy(&wrong));
    }
    for wrong in [
        data("example.com", FLAGS, 1),
        data(&site.rp_id, PRESENT, 1),
        data(&site.rp_id, VERIFIED, 1),
        data(&site.rp_id, FLAGS | IS_COPIED, 1),
        data(&site.rp_id, FLAGS | HAS_KEY, 1),
        data(&site.rp_id, FLAGS | HAS_EXTENSIONS, 1),
        [fine_data.clone(), vec![0]].concat(),
        fine_data[..36].to_vec(),
        Vec::new(),
    ] {
        assert!(check(&fine_said, &wrong).is_err(), "{wrong:?}");
    }
    let with_extensions = [data(&site.rp_id, FLAGS | HAS_EXTENSIONS, 1), vec![0xa1, 0x61, b'x', 0x01]].concat();
    assert_eq!(check(&fine_said, &with_extensions), Ok(1));
    assert_eq!(check(&fine_said, &data(&site.rp_id, FLAGS | MAY_BE_COPIED | IS_COPIED, 1)), Ok(1));
    let signature = pair.sign(&fine_data, &fine_said);
    let kept = (ES256, point.as_slice(), 0);
    for at in 0..signature.len() {
        let mut bent = signature.clone();
        bent[at] ^= 1;
        assert!(asserted(&site, CHALLENGE, kept, (&fine_said, &fine_data, &bent)).is_err());
    }
    let other = Pair::p256().sign(&fine_data, &fine_said);
    assert!(asserted(&site, CHALLENGE, kept, (&fine_said, &fine_data, &other)).is_err());
    assert!(asserted(&site, CHALLENGE, (-257, &point, 0), (&fine_said, &fine_data, &signature)).is_err());
}

#[test]
fn what_registers_nothing_sound_is_refused_and_nothing_panics() {
    let (site, pair) = (site(), Pair::p256());
    let created = said("webauthn.create", CHALLENGE, &site.origin);
    let whole = |id: &[u8], cose: &[u8]| with_key(data(&site.rp_id, FLAGS | HAS_KEY, 0), id, cose);
    let check = |bytes: &[u8]| registered(&site, CHALLENGE, &created, bytes);
    let fine = attestation("none", &whole(b"id", &pair.cose()));
    assert!(check(&fine).is_ok());
    assert!(registered(&site, CHALLENGE, &said("webauthn.get", CHALLENGE, &site.origin), &fine).is_err());
    let rsa = pair.cose().iter().map(|byte| if *byte == 0x26 { 0x27 } else { *byte }).collect::<Vec<u8>>();
    for wrong in [
        attestation("packed", &whole(b"id", &pair.cose())),
        attestation("none", &whole(b"", &pair.cose())),
        attestation("none", &whole(b"id", &rsa)),
        attestation("none", &whole(b"id", &[&pair.cose()[..], &[0]].concat())),
        attestation("none", &with_key(data("evil.example", FLAGS | HAS_KEY, 0), b"id", &pair.cose())),
        attestation("none", &with_key(data(&site.rp_id, PRESENT | HAS_KEY, 0), b"id", &pair.cose())),
        attestation("none", &data(&site.rp_id, FLAGS, 0)),
        [fine.clone(), vec![0]].concat(),
        vec![0xa1; 10_000],
        vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xa3, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01],
        vec![0xbf, 0xff],
        vec![0xa1, 0x18, 0x01, 0x00],
    ] {
        assert!(check(&wrong).is_err());
    }
    for end in 0..fine.len() {
        assert!(check(&fine[..end]).is_err(), "cut off at {end}");
    }
    for at in 0..fine.len() {
        for bit in 0..8 {
            let mut bent = fine.clone();
            bent[at] ^= 1 << bit;
            let _ = check(&bent);
        }
    }
}

#[test]
fn passkeys_belong_to_names_over_tls_or_this_machine() {
    let origin = |address: &str| Site::of(address).map(|site| (site.rp_id, site.origin));
    assert_eq!(
        origin("https://Desk.example.com:8443/parlour"),
        Some(("desk.example.com".to_owned(), "https://desk.example.com:8443".to_owned()))
    );
    assert_eq!(origin("http://localhost:4600"), Some(("localhost".to_owned(), "http://localhost:4600".to_owned())));
    for none in ["http://desk.example.com", "http://127.0.0.1:4600", "https://127.0.0.1", "https://[::1]", "desk", ""] {
        assert_eq!(origin(none), None, "{none}");
    }
}
