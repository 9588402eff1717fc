// Passkeys, as browsers have them: what the server asks becomes their question, and their bytes become its text.
import type { PasskeyCreation, PasskeyRequest } from "./api/types";

export const hasPasskeys = typeof window !== "undefined" && "PublicKeyCredential" in window;

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const GONE = "no passkey was used; it was cancelled, or there is none for this Desk";

async function calmly<T>(asked: Promise<T | null>): Promise<T> {
  let found: T | null;
  try {
    found = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError")
      throw new Error("this device has a passkey for you already");
    throw new Error(GONE);
  }
  if (!found) throw new Error(GONE);
  return found;
}

/** Has the browser make a passkey. */
export async function createPasskey(asked: PasskeyCreation) {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: bytesOf(asked.challenge),
    rp: { id: asked.rp_id, name: "Parlour" },
    user: { id: bytesOf(asked.user_id), name: asked.handle, displayName: asked.name },
    pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: asked.known.map((id) => ({ type: "public-key", id: bytesOf(id) })),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    attestation: "none",
  };
  const made = (await calmly(navigator.credentials.create({ publicKey }))) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return { client_data: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) };
}

/** Has the browser sign with a passkey of this Desk. */
export async function signWithPasskey(asked: PasskeyRequest) {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytesOf(asked.challenge),
    rpId: asked.rp_id,
    userVerification: "required",
  };
  const used = (await calmly(navigator.credentials.get({ publicKey }))) as PublicKeyCredential;
  const response = used.response as AuthenticatorAssertionResponse;
  return {
    id: textOf(used.rawId),
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
  };
}
