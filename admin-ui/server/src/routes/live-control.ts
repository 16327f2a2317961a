/** A running drop steered: its policy, and what is put over its schedule. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { changeDrop } from '../acts/change-drop.ts';
import { policyChange } from '../acts/change-policy.ts';
import type { ControlPlane } from '../acts/control-plane.ts';
import { OVERRIDE_ACTS, overrideChange } from '../acts/override-drop.ts';
import { tellDrop } from '../acts/tell-drop.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { Act, DropAnswer, PassThrough, PolicyChange } from '../contract/drops.ts';
import type { AdmissionPolicy } from '../domain/admission-policy.ts';
import { sendVersion, versionAsked } from '../plugins/if-match.ts';
import { byOperator } from '../plugins/operator.ts';
import { ACTS_PER_OPERATOR } from '../rate-limits.ts';

const SUMMARIES: Record<keyof typeof OVERRIDE_ACTS, string> = {
  pause: 'Pause: nobody is called or enters, every place and window stands still',
  resume: 'Take off whatever was put over the schedule',
  drain: 'Drain: no new places, those in line are served',
  close: 'Close for good',
  'queue-all': 'Queue all: paused, and bypass list and leases are void',
};

export const liveControlRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (
  app,
  { plane },
) => {
  const config = { rateLimit: { ...ACTS_PER_OPERATOR, keyGenerator: byOperator } };
  const response = { 200: DropAnswer, ...PROBLEM_ANSWERS };

  app.patch(
    '/api/v1/drops/:drop/admission',
    {
      config,
      schema: {
        summary: 'Change the admission policy; every instance has it within a second',
        params: DropParams,
        body: PolicyChange,
        response,
      },
    },
    async (request, reply) => {
      const { reason = null, ...policy } = request.body;
      const drop = await changeDrop(plane, {
        act: 'policy.change',
        drop: request.params.drop,
        ifVersion: versionAsked(request),
        actor: request.operator,
        reason,
        decide: (current, live) => policyChange(policy as Partial<AdmissionPolicy>, current, live),
      });
      sendVersion(reply, drop);
      return tellDrop(plane, drop);
    },
  );

  for (const name of Object.keys(OVERRIDE_ACTS) as (keyof typeof OVERRIDE_ACTS)[]) {
    app.post(
      `/api/v1/drops/:drop/${name}`,
      { config, schema: { summary: SUMMARIES[name], params: DropParams, body: Act, response } },
      async (request, reply) => {
        const drop = await changeDrop(plane, {
          act: `drop.${name}`,
          drop: request.params.drop,
          ifVersion: versionAsked(request),
          actor: request.operator,
          reason: request.body.reason ?? null,
          decide: (current, live) => overrideChange(OVERRIDE_ACTS[name], null, current, live),
        });
        sendVersion(reply, drop);
        return tellDrop(plane, drop);
      },
    );
  }

  app.post(
    '/api/v1/drops/:drop/pass-through',
    {
      config,
      schema: {
        summary: 'Pass through: everyone enters at once, until it ends by itself',
        params: DropParams,
        body: PassThrough,
        response,
      },
    },
    async (request, reply) => {
      const { owner, reason, seconds } = request.body;
      const drop = await changeDrop(plane, {
        act: 'drop.pass-through',
        drop: request.params.drop,
        ifVersion: versionAsked(request),
        actor: request.operator,
        reason: `${owner}: ${reason}`,
        decide: (current, live) =>
          overrideChange('pass_through', new Date(live.asOf.getTime() + seconds * 1000), current, live),
      });
      sendVersion(reply, drop);
      return tellDrop(plane, drop);
    },
  );
};
