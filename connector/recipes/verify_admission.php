<?php
/**
 * Verifies a Sluice admission token offline, with what PHP 8 brings (sodium, json).
 *
 *     $reason = verify_admission($token, $secret, $drop, $issuer, keys_of($jwks));   // null: let the shopper through
 *
 * Fetch the room's /.well-known/jwks.json every 5 minutes (APCu, a file), and keep what you have while it cannot be reached.
 * Run as a program with the path of vectors.json it checks itself against every vector.
 */

declare(strict_types=1);

const TOKEN_LENGTH_MAX = 2048;
const TOLERANCE_SECONDS = 5;
const LIFETIME_MAX_SECONDS = 3600;

/** The room's Ed25519 keys, by kid. */
function keys_of(array $jwks): array
{
    $keys = [];
    foreach ($jwks['keys'] as $jwk) {
        $x = decode_canonical($jwk['x'] ?? '');
        if (($jwk['kty'] ?? '') === 'OKP' && ($jwk['crv'] ?? '') === 'Ed25519' && !empty($jwk['kid']) && strlen($x ?? '') === 32) {
            $keys[$jwk['kid']] = $x;
        }
    }
    return $keys;
}

/** null if the token opens this drop beside this secret, else the reason why not. */
function verify_admission(?string $token, ?string $secret, string $drop, string $issuer, array $keys, ?float $now = null): ?string
{
    $now ??= microtime(true);
    if ($token === null || $token === '') {
        return 'token-missing';
    }
    if ($secret === null || $secret === '') {
        return 'secret-missing';
    }
    if (strlen($token) > TOKEN_LENGTH_MAX || !preg_match('/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/D', $token)) {
        return 'token-malformed';
    }
    [$head, $body, $signature] = array_map('decode_canonical', explode('.', $token));
    if ($head === null || $body === null || $signature === null) {
        return 'token-malformed';
    }
    $header = json_decode($head);
    if (!$header instanceof stdClass) {
        return 'token-malformed';
    }
    // Exactly what the room writes: any other member would be an instruction by whoever wrote the token.
    $members = get_object_vars($header);
    ksort($members);
    $kid = $members['kid'] ?? null;
    if (array_keys($members) !== ['alg', 'kid', 'typ'] || $members['alg'] !== 'EdDSA' || $members['typ'] !== 'admission+jwt') {
        return 'header-not-allowed';
    }
    if (!is_string($kid) || $kid === '') {
        return 'header-not-allowed';
    }
    if (!isset($keys[$kid])) {
        return 'key-unknown';
    }
    $signed = substr($token, 0, strrpos($token, '.'));
    if (strlen($signature) !== 64 || !sodium_crypto_sign_verify_detached($signature, $signed, $keys[$kid])) {
        return 'signature-invalid';
    }
    $claims = json_decode($body);
    if (!has_form($claims)) {
        return 'claims-invalid';
    }
    if ($claims->iss !== $issuer) {
        return 'issuer-mismatch';
    }
    if ($claims->aud !== $drop) {
        return 'drop-mismatch';
    }
    if ($claims->exp - min($claims->iat, $claims->nbf) > LIFETIME_MAX_SECONDS) {
        return 'lifetime-too-long';
    }
    if ($now >= $claims->exp + TOLERANCE_SECONDS) {
        return 'expired';
    }
    if ($now + TOLERANCE_SECONDS < max($claims->iat, $claims->nbf)) {
        return 'not-yet-valid';
    }
    $bind = encode(hash('sha256', $secret, true));
    return is_digest($secret) && hash_equals($claims->cnf->bind, $bind) ? null : 'secret-mismatch';
}

function has_form(mixed $claims): bool
{
    if (!$claims instanceof stdClass || !($claims->cnf ?? null) instanceof stdClass) {
        return false;
    }
    foreach (['iat', 'nbf', 'exp'] as $name) {
        $at = $claims->$name ?? null;
        if (!(is_int($at) || is_float($at)) || !is_finite((float) $at) || $at < 0) {
            return false;
        }
    }
    if (property_exists($claims, 'customer')) {
        if (!is_string($claims->customer) || !preg_match('/^.{1,256}$/Dsu', $claims->customer)) {
            return false;
        }
    }
    return is_string($claims->iss ?? null) && is_string($claims->aud ?? null)
        && is_digest($claims->sub ?? null) && ($claims->jti ?? null) === $claims->sub
        && is_digest($claims->cnf->bind ?? null) && $claims->nbf < $claims->exp && $claims->iat < $claims->exp;
}

function is_digest(mixed $value): bool
{
    return is_string($value) && preg_match('/^[A-Za-z0-9_-]{43}$/D', $value) === 1;
}

function encode(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/** One token, one spelling: what decodes to the same bytes but is written differently is refused. */
function decode_canonical(string $text): ?string
{
    $bytes = base64_decode(strtr($text, '-_', '+/'), true);
    return $bytes !== false && encode($bytes) === $text ? $bytes : null;
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    $vectors = json_decode(file_get_contents($argv[1]), true);
    $keys = keys_of($vectors['jwks']);
    foreach ($vectors['tokens'] as $case) {
        $secret = array_key_exists('secret', $case) ? $case['secret'] : $vectors['secret'];
        $now = (float) ($case['nowSeconds'] ?? $vectors['nowSeconds']);
        $verdict = verify_admission($case['token'], $secret, $case['drop'] ?? $vectors['drop'], $vectors['issuer'], $keys, $now) ?? 'ok';
        if ($verdict !== $case['verdict']) {
            fwrite(STDERR, "{$case['name']}: $verdict, expected {$case['verdict']}\n");
            exit(1);
        }
    }
    echo count($vectors['tokens']), " verdicts, all as expected\n";
}
