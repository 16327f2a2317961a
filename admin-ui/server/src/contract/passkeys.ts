/** Passkeys over HTTP, in the JSON forms of WebAuthn Level 3: what browsers give by `toJSON()` and take by `parse…OptionsFromJSON()`. */
import { Type } from 'typebox';
import { Instant, Nullable } from './common.ts';

/** A key of 4096 bits in base64url is 5.5 KB; extensions are small. */
const Bytes = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 16_384, description: 'base64url' });
const CredentialId = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 1400, description: 'base64url' });

/** Browsers may say more than is read here. */
const credentialOf = <T extends Parameters<typeof Type.Object>[0]>(response: T) =>
  Type.Object({
    id: CredentialId,
    rawId: CredentialId,
    type: Type.Literal('public-key'),
    response: Type.Object(response),
    clientExtensionResults: Type.Object({}),
  });

export const Assertion = credentialOf({
  clientDataJSON: Bytes,
  authenticatorData: Bytes,
  signature: Bytes,
  userHandle: Type.Optional(Bytes),
});

const Attestation = credentialOf({
  clientDataJSON: Bytes,
  attestationObject: Bytes,
  transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 })),
});

export const ChallengeRequest = Type.Object(
  {
    for: Type.Enum(['sign-in', 'second-factor'], {
      description: 'sign-in: by the passkey alone, which then has to know its holder',
    }),
  },
  { additionalProperties: false },
);

const Challenge = Type.String({ description: 'Good once, for five minutes' });

/** PublicKeyCredentialRequestOptionsJSON. */
export const ChallengeAnswer = Type.Object({
  challenge: Challenge,
  rpId: Type.String(),
  timeout: Type.Integer(),
  userVerification: Type.String(),
});

export const PasskeySignIn = Type.Object({ passkey: Assertion }, { additionalProperties: false });

/** PublicKeyCredentialCreationOptionsJSON. */
export const CreationAnswer = Type.Object(
  {
    challenge: Challenge,
    rp: Type.Object({ id: Type.String(), name: Type.String() }),
    user: Type.Object({ id: Type.String(), name: Type.String(), displayName: Type.String() }),
  },
  { additionalProperties: true },
);

export const PasskeyAddition = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'For its holder to tell it from others' }),
    passkey: Attestation,
  },
  { additionalProperties: false },
);

const Passkey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  isBackedUp: Type.Boolean({ description: "Copied by its maker's cloud: it outlives the device" }),
  createdAt: Instant,
  lastUsedAt: Nullable(Instant),
});

export const PasskeyList = Type.Object({ passkeys: Type.Array(Passkey) });

export const PasskeyAdded = Type.Object({
  passkey: Passkey,
  recoveryCodes: Nullable(
    Type.Array(Type.String(), {
      description: 'With the first second factor: shown once, each counts once. Null: there are some',
    }),
  ),
});

export const PasskeyParams = Type.Object({ passkey: Type.String({ format: 'uuid' }) });
