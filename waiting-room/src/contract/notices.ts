/** Schemas of being told. */
import { Type } from 'typebox';

const Base64Url = (bytes: number) => {
  const length = Math.ceil((bytes * 4) / 3);
  return Type.String({ pattern: `^[A-Za-z0-9_-]{${length}}=*$` });
};

export const NoticeBody = Type.Union([
  Type.Object(
    {
      by: Type.Literal('mail'),
      to: Type.String({
        maxLength: 254,
        pattern: '^[^\\s@<>()\\[\\],;:"\\\\]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$',
        description: 'One e-mail address',
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      by: Type.Literal('push'),
      endpoint: Type.String({ maxLength: 1000, description: 'Of a push service that is known' }),
      p256dh: Base64Url(65),
      auth: Base64Url(16),
    },
    { additionalProperties: false, description: 'As PushSubscription.toJSON() has them' },
  ),
]);

export const NoticeWays = Type.Object({
  asked: Type.Boolean({ description: 'This ticket is told' }),
  mail: Type.Boolean({ description: 'Whether e-mails are sent' }),
  pushKey: Type.Union([Type.String(), Type.Null()], {
    description: 'applicationServerKey to subscribe with; null: no web push',
  }),
});
