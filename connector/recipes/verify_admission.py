"""Verifies a Sluice admission token offline. Needs `pip install cryptography`, nothing else.

    reason = verify_admission(token, secret, drop, issuer=..., keys=keys_of(jwks))   # None: let the shopper through

Fetch the room's /.well-known/jwks.json every 5 minutes, and keep what you have while it cannot be reached.
Run as a program with the path of vectors.json it checks itself against every vector.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOKEN_LENGTH_MAX = 2048
TOLERANCE_SECONDS = 5
LIFETIME_MAX_SECONDS = 3600
DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")


def keys_of(jwks):
    """The room's Ed25519 keys, by kid."""
    return {
        key["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4)))
        for key in jwks["keys"]
        if key.get("kty") == "OKP" and key.get("crv") == "Ed25519" and key.get("kid")
    }


def verify_admission(token, secret, drop, *, issuer, keys, now=None):
    """None if the token opens this drop beside this secret, else the reason why not."""
    now = time.time() if now is None else now
    if not token:
        return "token-missing"
    if not secret:
        return "secret-missing"
    if len(token) > TOKEN_LENGTH_MAX or not re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", token):
        return "token-malformed"
    parts = [_decode(part) for part in token.split(".")]
    if None in parts:
        return "token-malformed"
    header = _json(parts[0])
    if not isinstance(header, dict):
        return "token-malformed"
    # Exactly what the room writes: any other member would be an instruction by whoever wrote the token.
    kid = header.get("kid")
    if set(header) != {"alg", "typ", "kid"} or header["alg"] != "EdDSA" or header["typ"] != "admission+jwt":
        return "header-not-allowed"
    if not isinstance(kid, str) or not kid:
        return "header-not-allowed"
    if kid not in keys:
        return "key-unknown"
    try:
        keys[kid].verify(parts[2], token.rpartition(".")[0].encode())
    except InvalidSignature:
        return "signature-invalid"
    claims = _json(parts[1])
    if not _has_form(claims):
        return "claims-invalid"
    if claims["iss"] != issuer:
        return "issuer-mismatch"
    if claims["aud"] != drop:
        return "drop-mismatch"
    if claims["exp"] - min(claims["iat"], claims["nbf"]) > LIFETIME_MAX_SECONDS:
        return "lifetime-too-long"
    if now >= claims["exp"] + TOLERANCE_SECONDS:
        return "expired"
    if now + TOLERANCE_SECONDS < max(claims["iat"], claims["nbf"]):
        return "not-yet-valid"
    bind = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode().rstrip("=")
    if not DIGEST.fullmatch(secret) or not hmac.compare_digest(bind, claims["cnf"]["bind"]):
        return "secret-mismatch"
    return None


def _has_form(claims):
    if not isinstance(claims, dict):
        return False
    times = [claims.get(name) for name in ("iat", "nbf", "exp")]
    if not all(isinstance(at, (int, float)) and not isinstance(at, bool) and 0 <= at < float("inf") for at in times):
        return False
    iat, nbf, exp = times
    customer = claims.get("customer", "nobody")
    return (
        isinstance(claims.get("iss"), str)
        and isinstance(claims.get("aud"), str)
        and _is_digest(claims.get("sub"))
        and claims.get("jti") == claims["sub"]
        and nbf < exp
        and iat < exp
        and isinstance(claims.get("cnf"), dict)
        and _is_digest(claims["cnf"].get("bind"))
        and isinstance(customer, str)
        and 0 < len(customer) <= 256
    )


def _is_digest(value):
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def _decode(part):
    """One token, one spelling: what decodes to the same bytes but is written differently is refused."""
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return None
    return decoded if base64.urlsafe_b64encode(decoded).decode().rstrip("=") == part else None


def _json(data):
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError:
        return None


def _check(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    keys = keys_of(vectors["jwks"])
    for case in vectors["tokens"]:
        merged = {**vectors, **case}
        verdict = verify_admission(
            case["token"], merged["secret"], merged["drop"], issuer=vectors["issuer"], keys=keys, now=merged["nowSeconds"]
        )
        if (verdict or "ok") != case["verdict"]:
            sys.exit(f"{case['name']}: {verdict or 'ok'}, expected {case['verdict']}")
    print(f"{len(vectors['tokens'])} verdicts, all as expected")


if __name__ == "__main__":
    _check(sys.argv[1])
