/** Accounts, what proves them, and API keys over HTTP. */
import { Type } from 'typebox';
import { PASSWORD_LENGTH_MAX } from '../domain/password-rules.ts';
import { PERMISSIONS, ROLES } from '../domain/roles.ts';
import { KEY_SCOPES } from './access.ts';
import { DropId, Instant, Nullable } from './common.ts';
import { Assertion } from './passkeys.ts';

const Id = Type.String({ format: 'uuid' });
export const Email = Type.String({ format: 'email', maxLength: 254, description: 'Kept in small letters' });
const PersonName = Type.String({ minLength: 1, maxLength: 100 });
/** Its length and content are judged with the account at hand; here only what would cost to read. */
const Password = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX });
const Code = Type.String({
  minLength: 6,
  maxLength: 30,
  description: 'Six digits of the authenticator, or a recovery code',
});
const RoleName = Type.Enum([...ROLES]);
const Drops = Nullable(
  Type.Array(DropId, { maxItems: 500, uniqueItems: true, description: 'The only drops; null: all' }),
);
const LinkToken = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  description: 'What stands behind # in the link',
});

export const AccountParams = Type.Object({ account: Id });
export const SessionParams = Type.Object({ session: Id });

export const SignIn = Type.Object(
  { email: Email, password: Password, code: Type.Optional(Code), passkey: Type.Optional(Assertion) },
  { additionalProperties: false },
);

export const Renewal = Type.Object(
  { password: Type.Optional(Password), code: Type.Optional(Code), passkey: Type.Optional(Assertion) },
  { additionalProperties: false },
);

/** What a sign-in page has to know before anybody has said who they are. */
export const SignInWays = Type.Object({
  openid: Nullable(
    Type.Object({ host: Type.String({ description: 'Of the OpenID provider, for its name on the button' }) }),
  ),
});

export const SessionAnswer = Type.Object({
  account: Type.Object({ id: Id, email: Type.String(), name: Type.String(), role: RoleName }),
  drops: Drops,
  permissions: Type.Array(Type.Enum([...PERMISSIONS])),
  hasMfa: Type.Boolean({ description: 'A second factor was shown; without it nothing can be written' }),
  isMfaSetUp: Type.Boolean(),
  freshUntil: Instant,
  expiresAt: Instant,
  failedSignIns: Type.Integer({ description: 'Of this account, before this session began' }),
});

export const SessionList = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: Id,
      isThis: Type.Boolean(),
      hasMfa: Type.Boolean(),
      userAgent: Type.String(),
      createdAt: Instant,
      seenAt: Instant,
      expiresAt: Instant,
    }),
  ),
});

export const Enrolment = Type.Object(
  {
    token: LinkToken,
    password: Password,
    email: Type.Optional({ ...Email, description: 'Of the first owner; others have theirs already' }),
    name: Type.Optional(PersonName),
  },
  { additionalProperties: false },
);

export const ResetRequest = Type.Object({ email: Email }, { additionalProperties: false });
export const PasswordChange = Type.Object({ password: Password }, { additionalProperties: false });
export const TotpConfirmation = Type.Object(
  { code: Type.String({ pattern: '^\\d{6}$' }) },
  { additionalProperties: false },
);

export const TotpAnswer = Type.Object({
  secret: Type.String({ description: 'Base32' }),
  uri: Type.String({ description: 'otpauth://, for a QR code' }),
});

export const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'Shown once; each counts once' }),
});

const Account = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  drops: Drops,
  isDisabled: Type.Boolean(),
  hasPassword: Type.Boolean({ description: 'False: the invitation has not been accepted' }),
  isMfaSetUp: Type.Boolean(),
  failedSignIns: Type.Integer({ description: 'Since the last one that succeeded' }),
  lastSignInAt: Nullable(Instant),
  createdAt: Instant,
});
export const AccountAnswer = Account;
export const AccountList = Type.Object({ accounts: Type.Array(Account) });

export const Invitation = Type.Object(
  { email: Email, name: PersonName, role: RoleName, drops: Type.Optional(Drops) },
  { additionalProperties: false },
);

export const AccountChange = Type.Object(
  {
    name: Type.Optional(PersonName),
    role: Type.Optional(RoleName),
    drops: Type.Optional(Drops),
    isDisabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** Told once. */
const OneTimeLink = Type.Object({
  link: Nullable(Type.String({ description: 'Good once; null: it went by mail' })),
  expiresAt: Instant,
});
export const LinkAnswer = OneTimeLink;
export const InvitationAnswer = Type.Object({ account: Account, ...OneTimeLink.properties });

export const KeyParams = Type.Object({ key: Type.String({ pattern: '^[a-z2-7]{12}$' }) });

const Scopes = Type.Array(Type.Enum([...KEY_SCOPES]), { minItems: 1, uniqueItems: true });
export const KeyRequest = Type.Object(
  {
    name: PersonName,
    scopes: Scopes,
    drops: Type.Optional(Drops),
    expiresInDays: Type.Optional(
      Nullable(Type.Integer({ minimum: 1, maximum: 3650, default: 90, description: 'null: never' })),
    ),
  },
  { additionalProperties: false },
);

const Key = Type.Object({
  id: Type.String({ description: 'The part of the key that is shown' }),
  name: Type.String(),
  scopes: Type.Array(Type.Enum([...PERMISSIONS])),
  drops: Drops,
  createdBy: Type.String(),
  createdAt: Instant,
  expiresAt: Nullable(Instant),
  lastUsedAt: Nullable(Instant),
  revokedAt: Nullable(Instant),
});
export const KeyList = Type.Object({ keys: Type.Array(Key) });
export const KeyAnswer = Type.Object({
  ...Key.properties,
  key: Type.String({ description: 'The key itself; told this once' }),
});
