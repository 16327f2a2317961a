/** What has been done: of one drop or all, latest first, and the whole log to take away. */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import type { ControlPlane } from '../acts/control-plane.ts';
import {
  AuditQuery,
  AuditVerdictAnswer,
  ENTRIES_PER_ANSWER,
  EntryList,
  EntryListQuery,
  ExportQuery,
} from '../contract/audit.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { byOperator } from '../plugins/access.ts';
import { EXPORTS_PER_OPERATOR, READS_PER_OPERATOR } from '../rate-limits.ts';
import type { AuditLog, EntryFilter, RecordedEntry } from '../store/audit-log.ts';

/** Entries read and sent at once: some 250 KB. */
const EXPORTED_AT_ONCE = 500;
/** Whoever has more needs the command, and another database. */
const FAULTS_TOLD_MAX = 100;

export const auditRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  async function readBack(
    drop: string | null,
    query: { limit?: number; before?: number; actor?: string; act?: string },
  ) {
    const { limit = ENTRIES_PER_ANSWER, before = Number.MAX_SAFE_INTEGER, actor, act } = query;
    const entries = await plane.audit.readBack({ drop, before, limit, actor, act });
    return { entries, next: entries.length === limit ? (entries.at(-1)?.seq ?? null) : null };
  }

  app.get(
    '/api/v1/audit',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'The audit log, all of it or what fits; latest first',
        querystring: AuditQuery,
        response: { 200: EntryList, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { drop, ...query } = request.query;
      return readBack(drop ?? null, query);
    },
  );

  app.get(
    '/api/v1/audit/verification',
    {
      config: { rateLimit: { ...EXPORTS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary:
          'Reads the whole log and says what of it has been edited, removed, inserted, swapped or cut off',
        response: { 200: AuditVerdictAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      const { entries, heads, faults } = await plane.verifyAudit();
      return { isIntact: faults.length === 0, entries, heads, faults: faults.slice(0, FAULTS_TOLD_MAX) };
    },
  );

  app.get(
    '/api/v1/audit/export',
    {
      config: { rateLimit: { ...EXPORTS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary:
          'The audit log as JSON Lines, all of it or what fits, from the first entry on or after the one that is named',
        querystring: ExportQuery,
      },
    },
    async (request, reply) => {
      const { after = 0, ...filter } = request.query;
      // The first read decides whether this is an answer or a problem document; later ones can only break it off.
      const first = await plane.audit.read({ ...filter, after, limit: EXPORTED_AT_ONCE });
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-disposition', 'attachment; filename="audit.jsonl"')
        .send(Readable.from(lines(plane.audit, first, filter)));
    },
  );

  app.get(
    '/api/v1/drops/:drop/acts',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'What was done to a drop: who, when, from, to, why; latest first',
        params: DropParams,
        querystring: EntryListQuery,
        response: { 200: EntryList, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      if (!(await plane.drops.find(drop))) throw problem('no-such-drop', `No drop has the id "${drop}".`);
      reply.header('cache-control', 'no-store');
      return readBack(drop, request.query);
    },
  );
};

async function* lines(
  audit: AuditLog,
  first: RecordedEntry[],
  filter: EntryFilter & { drop?: string },
): AsyncGenerator<string> {
  let page = first;
  while (page.length > 0) {
    yield `${page.map((entry) => JSON.stringify(entry)).join('\n')}\n`;
    const last = page.at(-1)?.seq ?? 0;
    page =
      page.length < EXPORTED_AT_ONCE
        ? []
        : await audit.read({ ...filter, after: last, limit: EXPORTED_AT_ONCE });
  }
}
