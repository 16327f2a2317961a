import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies Sluice admission tokens offline, with Java 15 and later alone.
 *
 * <pre>String reason = new VerifyAdmission(issuer, jwks).refusal(token, secret, drop, Instant.now()); // null: let through</pre>
 *
 * Fetch the room's /.well-known/jwks.json every 5 minutes, and keep what you have while it cannot be reached. Where a JSON
 * library is at hand, take it in place of {@link Json}. Run with the path of vectors.json it checks itself against every vector.
 */
public final class VerifyAdmission {
    private static final int TOKEN_LENGTH_MAX = 2048;
    private static final int TOLERANCE_SECONDS = 5;
    private static final int LIFETIME_MAX_SECONDS = 3600;
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final Pattern DIGEST = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final String issuer;
    private final Map<String, PublicKey> keys = new HashMap<>();

    public VerifyAdmission(String issuer, Map<?, ?> jwks) throws GeneralSecurityException {
        this.issuer = issuer;
        for (Object entry : (List<?>) jwks.get("keys")) {
            Map<?, ?> jwk = (Map<?, ?>) entry;
            if (!"OKP".equals(jwk.get("kty")) || !"Ed25519".equals(jwk.get("crv"))) continue;
            keys.put((String) jwk.get("kid"), keyOf(decode((String) jwk.get("x"))));
        }
    }

    /** Null if the token opens this drop beside this secret, else the reason why not. */
    public String refusal(String token, String secret, String drop, Instant at) throws GeneralSecurityException {
        if (token == null || token.isEmpty()) return "token-missing";
        if (secret == null || secret.isEmpty()) return "secret-missing";
        if (token.length() > TOKEN_LENGTH_MAX || !COMPACT.matcher(token).matches()) return "token-malformed";
        String[] parts = token.split("\\.");
        byte[] head = decode(parts[0]);
        byte[] body = decode(parts[1]);
        byte[] signed = decode(parts[2]);
        if (head == null || body == null || signed == null) return "token-malformed";
        if (!(Json.read(head) instanceof Map<?, ?> header)) return "token-malformed";
        // Exactly what the room writes: any other member would be an instruction by whoever wrote the token.
        if (!header.keySet().equals(Set.of("alg", "typ", "kid"))) return "header-not-allowed";
        if (!"EdDSA".equals(header.get("alg")) || !"admission+jwt".equals(header.get("typ"))) return "header-not-allowed";
        if (!(header.get("kid") instanceof String kid) || kid.isEmpty()) return "header-not-allowed";
        PublicKey key = keys.get(kid);
        if (key == null) return "key-unknown";
        if (!isSigned(key, (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII), signed)) return "signature-invalid";
        if (!(Json.read(body) instanceof Map<?, ?> claims) || !hasForm(claims)) return "claims-invalid";
        if (!issuer.equals(claims.get("iss"))) return "issuer-mismatch";
        if (!drop.equals(claims.get("aud"))) return "drop-mismatch";
        double iat = (Double) claims.get("iat");
        double nbf = (Double) claims.get("nbf");
        double exp = (Double) claims.get("exp");
        double now = at.toEpochMilli() / 1000.0;
        if (exp - Math.min(iat, nbf) > LIFETIME_MAX_SECONDS) return "lifetime-too-long";
        if (now >= exp + TOLERANCE_SECONDS) return "expired";
        if (now + TOLERANCE_SECONDS < Math.max(iat, nbf)) return "not-yet-valid";
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        String bind = (String) ((Map<?, ?>) claims.get("cnf")).get("bind");
        boolean fits = MessageDigest.isEqual(ENCODER.encode(digest), bind.getBytes(StandardCharsets.US_ASCII));
        return fits && isDigest(secret) ? null : "secret-mismatch";
    }

    private static boolean hasForm(Map<?, ?> claims) {
        for (String name : List.of("iat", "nbf", "exp")) {
            if (!(claims.get(name) instanceof Double at) || !Double.isFinite(at) || at < 0) return false;
        }
        if (claims.containsKey("customer")) {
            if (!(claims.get("customer") instanceof String name) || name.isEmpty() || name.length() > 256) return false;
        }
        double exp = (Double) claims.get("exp");
        return claims.get("iss") instanceof String && claims.get("aud") instanceof String
            && isDigest(claims.get("sub")) && claims.get("sub").equals(claims.get("jti"))
            && claims.get("cnf") instanceof Map<?, ?> cnf && isDigest(cnf.get("bind"))
            && (Double) claims.get("nbf") < exp && (Double) claims.get("iat") < exp;
    }

    private static boolean isDigest(Object value) {
        return value instanceof String text && DIGEST.matcher(text).matches();
    }

    private static boolean isSigned(PublicKey key, byte[] input, byte[] signed) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(input);
        try {
            return verifier.verify(signed);
        } catch (GeneralSecurityException wrongLength) {
            return false;
        }
    }

    /** RFC 8032: 32 bytes, least significant first; the highest bit tells whether x is odd. */
    private static PublicKey keyOf(byte[] raw) throws GeneralSecurityException {
        byte[] y = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) y[i] = raw[raw.length - 1 - i];
        boolean xIsOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7f;
        EdECPoint point = new EdECPoint(xIsOdd, new BigInteger(1, y));
        return KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    /** One token, one spelling: null for what decodes to the same bytes but is written differently. */
    private static byte[] decode(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            return ENCODER.encodeToString(bytes).equals(text) ? bytes : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    /** JSON in UTF-8 as maps, lists, texts, doubles, booleans and null; {@link #INVALID} for what is none. */
    static final class Json {
        static final Object INVALID = new Object();
        private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?");
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(byte[] bytes) {
            try {
                Json json = new Json(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
                Object value = json.value();
                json.space();
                return json.at == json.text.length() ? value : INVALID;
            } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException invalid) {
                return INVALID;
            }
        }

        private Object value() {
            space();
            char first = text.charAt(at);
            if (first == '{') return object();
            if (first == '[') return array();
            if (first == '"') return string();
            for (Map.Entry<String, Boolean> word : Map.of("true", true, "false", false).entrySet()) {
                if (text.startsWith(word.getKey(), at)) {
                    at += word.getKey().length();
                    return word.getValue();
                }
            }
            if (text.startsWith("null", at)) {
                at += 4;
                return null;
            }
            var number = NUMBER.matcher(text).region(at, text.length());
            if (!number.lookingAt()) throw new IllegalArgumentException("no value");
            at = number.end();
            return Double.valueOf(number.group());
        }

        private Map<String, Object> object() {
            Map<String, Object> members = new LinkedHashMap<>();
            for (boolean more = opens('}'); more; more = goesOn('}')) {
                space();
                String name = string();
                space();
                expect(':');
                members.put(name, value());
            }
            return members;
        }

        private List<Object> array() {
            List<Object> items = new ArrayList<>();
            for (boolean more = opens(']'); more; more = goesOn(']')) items.add(value());
            return items;
        }

        private boolean opens(char end) {
            at++;
            space();
            if (text.charAt(at) != end) return true;
            at++;
            return false;
        }

        private boolean goesOn(char end) {
            space();
            if (text.charAt(at) == end) {
                at++;
                return false;
            }
            expect(',');
            return true;
        }

        private String string() {
            expect('"');
            StringBuilder out = new StringBuilder();
            for (char next = text.charAt(at++); next != '"'; next = text.charAt(at++)) {
                if (next < ' ') throw new IllegalArgumentException("control character");
                out.append(next == '\\' ? escaped() : next);
            }
            return out.toString();
        }

        private char escaped() {
            char kind = text.charAt(at++);
            if (kind == 'u') {
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            int index = "\"\\/bfnrt".indexOf(kind);
            if (index < 0) throw new IllegalArgumentException("escape");
            return "\"\\/\b\f\n\r\t".charAt(index);
        }

        private void expect(char wanted) {
            if (text.charAt(at++) != wanted) throw new IllegalArgumentException("expected " + wanted);
        }

        private void space() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
        }
    }

    public static void main(String[] args) throws Exception {
        Map<?, ?> vectors = (Map<?, ?>) Json.read(Files.readAllBytes(Path.of(args[0])));
        VerifyAdmission room = new VerifyAdmission((String) vectors.get("issuer"), (Map<?, ?>) vectors.get("jwks"));
        List<?> cases = (List<?>) vectors.get("tokens");
        for (Object entry : cases) {
            Map<Object, Object> merged = new HashMap<>(vectors);
            merged.putAll((Map<?, ?>) entry);
            Instant at = Instant.ofEpochSecond(((Double) merged.get("nowSeconds")).longValue());
            String reason =
                room.refusal((String) merged.get("token"), (String) merged.get("secret"), (String) merged.get("drop"), at);
            String verdict = reason == null ? "ok" : reason;
            if (verdict.equals(merged.get("verdict"))) continue;
            System.err.println(merged.get("name") + ": " + verdict + ", expected " + merged.get("verdict"));
            System.exit(1);
        }
        System.out.println(cases.size() + " verdicts, all as expected");
    }
}
