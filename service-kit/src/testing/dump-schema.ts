/** The schemas that a service owns, written down from Postgres's own catalogue as SQL that makes them again. */
import type { Pool } from 'pg';

export interface DumpedSchemas {
  /** Their tables but `migrations`, which is the ledger of the migrations themselves. */
  readonly owned: readonly string[];
  /** The command that writes the dump again; its first lines say so. */
  readonly update: string;
}

/** Each answers one column `text`: one thing a row, in an order that does not depend on when it was made. */
const PARTS: readonly [string, string][] = [
  [
    'Tables',
    `select format(E'create table %I.%I (\\n%s\\n)%s;', n.nspname, c.relname,
            string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
              case when co.collname = 'C' and a.atttypid = 'text'::regtype then ' collate "C"' else '' end,
              case when a.attidentity = 'a' then ' generated always as identity'
                   when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end,
              case when a.attnotnull then ' not null' else '' end), E',\\n' order by a.attnum),
            coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as text
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_collation co on co.oid = a.attcollation
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind = 'r' and n.nspname = any ($1) and c.relname <> 'migrations'
      group by n.nspname, c.relname, c.reloptions order by n.nspname, c.relname`,
  ],
  [
    'Constraints',
    `select format('alter table %I.%I add constraint %I %s;', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid, true)) as text
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any ($1) and k.contype in ('p', 'u', 'c', 'f') and c.relname <> 'migrations'
      order by k.contype = 'f', k.contype = 'c', n.nspname, c.relname, k.conname`,
  ],
  [
    'Views',
    `select format(E'create view %I.%I as\\n%s', schemaname, viewname, definition) as text
       from pg_views where schemaname = any ($1) order by schemaname, viewname`,
  ],
  [
    'Functions',
    `select pg_get_functiondef(p.oid) || ';' as text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = any ($1) order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)`,
  ],
  [
    // After the functions: one may index what a function says.
    'Indexes',
    `select i.indexdef || ';' as text from pg_indexes i
      where i.schemaname = any ($1) and i.tablename <> 'migrations'
        and not exists (select from pg_constraint k join pg_namespace n on n.oid = k.connamespace
                         where n.nspname = i.schemaname and k.conname = i.indexname)
      order by i.schemaname, i.tablename, i.indexname`,
  ],
  [
    'Triggers',
    `select pg_get_triggerdef(t.oid, true) || ';' as text
       from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any ($1) and not t.tgisinternal order by n.nspname, c.relname, t.tgname`,
  ],
  [
    'Publications',
    `select format('create publication %I for table %s with (publish = %L);', p.pubname,
            string_agg(format('%I.%I', t.schemaname, t.tablename), ', ' order by t.schemaname, t.tablename),
            concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                      case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end)) as text
       from pg_publication p join pg_publication_tables t using (pubname)
      where t.schemaname = any ($1) group by p.oid, p.pubname order by p.pubname`,
  ],
  [
    'Comments',
    `select format('comment on column %I.%I.%I is %L;', n.nspname, c.relname, a.attname, d.description) as text
       from pg_description d join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
       join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid
      where n.nspname = any ($1) order by n.nspname, c.relname, a.attname`,
  ],
];

export async function dumpSchema(database: Pool, { owned, update }: DumpedSchemas): Promise<string> {
  const client = await database.connect();
  try {
    // Names are written out, whatever the search path of the connection says.
    await client.query(`set search_path = pg_catalog`);
    const sections: string[] = [];
    for (const [title, text] of PARTS) {
      const { rows } = await client.query<{ text: string }>(text, [owned]);
      sections.push(`-- ${title}\n\n${rows.map((row) => row.text.trimEnd()).join('\n\n')}\n`);
    }
    return [
      '-- Generated from a database after all migrations; a test compares it. Not edited by hand:',
      `-- ${update}`,
      '',
      'set check_function_bodies = off;',
      ...owned.map((schema) => `create schema ${schema};`),
      '',
      sections.join('\n'),
    ].join('\n');
  } finally {
    client.release(true);
  }
}
