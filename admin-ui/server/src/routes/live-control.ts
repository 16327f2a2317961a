/** A running drop steered: its policy and rate, what is put over its schedule, and the way back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeOptions } from '../acts/change-drop.ts';
import { policyChange } from '../acts/change-policy.ts';
import { rateChange } from '../acts/change-rate.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { ignoreCapacityChange, OVERRIDE_ACTS, overrideChange } from '../acts/override-drop.ts';
import { steerDrop } from '../acts/steer-drop.ts';
import { tellDrop, tellJournaled } from '../acts/tell-drop.ts';
import { undo } from '../acts/undo.ts';
import { Act, GuardedAct, PolicyChange, RateChange, Undo } from '../contract/acts.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { DropAnswer, JournaledAnswer } from '../contract/drops.ts';
import type { AdmissionPolicy } from '../domain/admission-policy.ts';
import { byOperator } from '../plugins/access.ts';
import { sendVersion, versionAsked } from '../plugins/if-match.ts';
import { ACTS_PER_OPERATOR } from '../rate-limits.ts';

const SUMMARIES: Record<keyof typeof OVERRIDE_ACTS, string> = {
  pause: 'Pause: nobody is called or enters, every place and window stands still',
  resume: 'Take off whatever was put over the schedule',
  drain: 'Drain: no new places, those in line are served',
  close: 'Close for good; asks for a confirmation',
  'queue-all': 'Queue all: paused, and bypass list and leases are void; asks for a confirmation',
};

export const liveControlRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (
  app,
  { plane },
) => {
  const config = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  const schema = {
    params: DropParams,
    response: { 200: DropAnswer, 202: JournaledAnswer, ...PROBLEM_ANSWERS },
  };

  /** Every act goes this way: the drop and the version from the request, who and why beside them. */
  async function act(
    request: FastifyRequest,
    reply: FastifyReply,
    { act: name, decide }: Pick<ChangeOptions, 'act' | 'decide'>,
  ) {
    const { reason = null, confirm = false } = request.body as { reason?: string; confirm?: boolean };
    const { drop, isJournaled } = await steerDrop(plane, {
      act: name,
      drop: (request.params as { drop: string }).drop,
      ifVersion: versionAsked(request),
      actor: request.operator,
      reason,
      isConfirmed: confirm,
      decide,
    });
    sendVersion(reply, drop);
    if (isJournaled) return reply.code(202).send(tellJournaled(drop));
    return tellDrop(plane, drop);
  }

  app.patch(
    '/api/v1/drops/:drop/admission',
    {
      config,
      schema: {
        ...schema,
        summary: 'Change the admission policy; every instance has it within a second',
        body: PolicyChange,
      },
    },
    (request, reply) => {
      const { reason: _reason, confirm: _confirm, ...policy } = request.body;
      return act(request, reply, {
        act: 'policy.change',
        decide: (drop, live) => policyChange(policy as Partial<AdmissionPolicy>, drop, live),
      });
    },
  );

  app.post(
    '/api/v1/drops/:drop/rate',
    {
      config,
      schema: {
        ...schema,
        summary: 'Change the rate: to a value or by a step, at once or on a ramp',
        body: RateChange,
      },
    },
    (request, reply) =>
      act(request, reply, {
        act: 'rate.change',
        decide: (drop, live) => rateChange(request.body, drop, live),
      }),
  );

  for (const name of Object.keys(OVERRIDE_ACTS) as (keyof typeof OVERRIDE_ACTS)[]) {
    app.post(
      `/api/v1/drops/:drop/${name}`,
      { config, schema: { ...schema, summary: SUMMARIES[name], body: Act } },
      (request, reply) => {
        const { reason = null } = request.body;
        const wanted = { override: OVERRIDE_ACTS[name], owner: request.operator, reason, seconds: null };
        return act(request, reply, {
          act: `drop.${name}`,
          decide: (drop, live) => overrideChange(wanted, drop, live),
        });
      },
    );
  }

  app.post(
    '/api/v1/drops/:drop/pass-through',
    {
      config,
      schema: {
        ...schema,
        summary: 'Pass through: everyone enters at once, until it ends by itself; asks for a confirmation',
        body: GuardedAct,
      },
    },
    (request, reply) => {
      const { owner, reason, seconds } = request.body;
      return act(request, reply, {
        act: 'drop.pass-through',
        decide: (drop, live) =>
          overrideChange({ override: 'pass_through', owner, reason, seconds }, drop, live),
      });
    },
  );

  app.post(
    '/api/v1/drops/:drop/ignore-capacity',
    {
      config,
      schema: {
        ...schema,
        summary: 'Let entries go on while the checkout is silent, for so long; asks for a confirmation',
        body: GuardedAct,
      },
    },
    (request, reply) =>
      act(request, reply, {
        act: 'capacity.ignore',
        decide: (_drop, live) => ignoreCapacityChange(request.body.seconds, live),
      }),
  );

  app.post(
    '/api/v1/drops/:drop/heed-capacity',
    { config, schema: { ...schema, summary: 'Stop entries again while the checkout is silent', body: Act } },
    (request, reply) =>
      act(request, reply, {
        act: 'capacity.heed',
        decide: (_drop, live) => ignoreCapacityChange(null, live),
      }),
  );

  app.post(
    '/api/v1/drops/:drop/undo',
    {
      config,
      schema: {
        ...schema,
        summary: 'Take an act back, as a new act, unless somebody has changed the same again since',
        body: Undo,
      },
    },
    async (request, reply) => {
      const { seq = null, reason = null } = request.body;
      const drop = await undo(plane, {
        ...{ drop: request.params.drop, seq, reason, actor: request.operator },
        ifVersion: versionAsked(request),
        mayOverride: request.principal?.permissions.includes('drops.override') ?? false,
      });
      sendVersion(reply, drop);
      return tellDrop(plane, drop);
    },
  );
};
