// Verifies a Sluice admission token offline, with the standard library alone.
//
//	reason := VerifyAdmission(token, secret, drop, room, time.Now()) // "": let the shopper through
//
// Fetch the room's /.well-known/jwks.json every 5 minutes, and keep what you have while it cannot be reached.
// Run as a program with the path of vectors.json it checks itself against every vector.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	tokenLengthMax     = 2048
	toleranceSeconds   = 5
	lifetimeMaxSeconds = 3600
)

var (
	compact = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)
	digest  = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
	// Strict: spare bits that are set make another spelling of the same token.
	base64url = base64.RawURLEncoding.Strict()
)

// Room is what a verifier knows of the waiting room.
type Room struct {
	Issuer string
	Keys   map[string]ed25519.PublicKey
}

// JWKS is the room's key document.
type JWKS struct {
	Keys []struct{ Kty, Crv, Kid, X string }
}

// KeysOf gives the Ed25519 keys of a key document, by kid.
func KeysOf(jwks JWKS) map[string]ed25519.PublicKey {
	keys := map[string]ed25519.PublicKey{}
	for _, jwk := range jwks.Keys {
		x, err := base64url.DecodeString(jwk.X)
		if err == nil && jwk.Kty == "OKP" && jwk.Crv == "Ed25519" && jwk.Kid != "" && len(x) == ed25519.PublicKeySize {
			keys[jwk.Kid] = x
		}
	}
	return keys
}

// VerifyAdmission gives "" if the token opens this drop beside this secret, else the reason why not.
func VerifyAdmission(token, secret, drop string, room Room, at time.Time) string {
	if token == "" {
		return "token-missing"
	}
	if secret == "" {
		return "secret-missing"
	}
	if len(token) > tokenLengthMax || !compact.MatchString(token) {
		return "token-malformed"
	}
	parts := strings.Split(token, ".")
	head, errHead := base64url.DecodeString(parts[0])
	body, errBody := base64url.DecodeString(parts[1])
	signature, errSignature := base64url.DecodeString(parts[2])
	if errHead != nil || errBody != nil || errSignature != nil {
		return "token-malformed"
	}
	var header map[string]any
	if !utf8.Valid(head) || json.Unmarshal(head, &header) != nil || header == nil {
		return "token-malformed"
	}
	kid, _ := header["kid"].(string)
	// Exactly what the room writes: any other member would be an instruction by whoever wrote the token.
	if len(header) != 3 || header["alg"] != "EdDSA" || header["typ"] != "admission+jwt" || kid == "" {
		return "header-not-allowed"
	}
	key, known := room.Keys[kid]
	if !known {
		return "key-unknown"
	}
	if !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return "signature-invalid"
	}
	claims, ok := readClaims(body)
	if !ok {
		return "claims-invalid"
	}
	now := float64(at.UnixMilli()) / 1000
	switch {
	case claims.issuer != room.Issuer:
		return "issuer-mismatch"
	case claims.drop != drop:
		return "drop-mismatch"
	case claims.exp-math.Min(claims.iat, claims.nbf) > lifetimeMaxSeconds:
		return "lifetime-too-long"
	case now >= claims.exp+toleranceSeconds:
		return "expired"
	case now+toleranceSeconds < math.Max(claims.iat, claims.nbf):
		return "not-yet-valid"
	}
	sum := sha256.Sum256([]byte(secret))
	bind := base64url.EncodeToString(sum[:])
	if !digest.MatchString(secret) || subtle.ConstantTimeCompare([]byte(bind), []byte(claims.bind)) != 1 {
		return "secret-mismatch"
	}
	return ""
}

type claims struct {
	issuer, drop, bind string
	iat, nbf, exp      float64
}

func readClaims(body []byte) (claims, bool) {
	var all map[string]any
	if !utf8.Valid(body) || json.Unmarshal(body, &all) != nil || all == nil {
		return claims{}, false
	}
	text := func(value any) (string, bool) { word, ok := value.(string); return word, ok }
	moment := func(name string) (float64, bool) { at, ok := all[name].(float64); return at, ok && at >= 0 }
	issuer, hasIssuer := text(all["iss"])
	drop, hasDrop := text(all["aud"])
	number, hasNumber := text(all["sub"])
	iat, hasIat := moment("iat")
	nbf, hasNbf := moment("nbf")
	exp, hasExp := moment("exp")
	confirmation, hasConfirmation := all["cnf"].(map[string]any)
	if !hasIssuer || !hasDrop || !hasNumber || !hasIat || !hasNbf || !hasExp || !hasConfirmation {
		return claims{}, false
	}
	bind, _ := text(confirmation["bind"])
	if !digest.MatchString(number) || all["jti"] != number || !digest.MatchString(bind) || nbf >= exp || iat >= exp {
		return claims{}, false
	}
	if customer, given := all["customer"]; given {
		name, isText := text(customer)
		if !isText || name == "" || utf8.RuneCountInString(name) > 256 {
			return claims{}, false
		}
	}
	return claims{issuer, drop, bind, iat, nbf, exp}, true
}

func main() {
	type testCase struct {
		Name, Verdict string
		Token, Secret *string
		Drop          *string
		NowSeconds    *int64
	}
	var vectors struct {
		Issuer, Drop, Secret string
		NowSeconds           int64
		Jwks                 JWKS
		Tokens               []json.RawMessage
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil || json.Unmarshal(text, &vectors) != nil {
		fmt.Fprintln(os.Stderr, "cannot read the vectors")
		os.Exit(2)
	}
	room := Room{vectors.Issuer, KeysOf(vectors.Jwks)}
	for _, raw := range vectors.Tokens {
		secret, drop, now := vectors.Secret, vectors.Drop, vectors.NowSeconds
		one := testCase{Secret: &secret, Drop: &drop, NowSeconds: &now}
		// A member that is null takes the default away: nothing is presented.
		if json.Unmarshal(raw, &one) != nil {
			os.Exit(2)
		}
		verdict := VerifyAdmission(orEmpty(one.Token), orEmpty(one.Secret), *one.Drop, room, time.Unix(*one.NowSeconds, 0))
		if verdict == "" {
			verdict = "ok"
		}
		if verdict != one.Verdict {
			fmt.Fprintf(os.Stderr, "%s: %s, expected %s\n", one.Name, verdict, one.Verdict)
			os.Exit(1)
		}
	}
	fmt.Printf("%d verdicts, all as expected\n", len(vectors.Tokens))
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
