/** A pool that counts what is sent through it, by the name of the statement. */
import type { Database } from '../../src/store/statements.ts';

export interface CountedDatabase {
  database: Database;
  /** Statements sent since the last `reset`, by name. */
  sent(): Record<string, number>;
  reset(): void;
}

export function countStatements(database: Database): CountedDatabase {
  let counts: Record<string, number> = {};
  const query = (statement: { name: string }) => {
    counts[statement.name] = (counts[statement.name] ?? 0) + 1;
    return database.query(statement as never);
  };
  return {
    database: new Proxy(database, {
      get: (target, name) => (name === 'query' ? query : Reflect.get(target, name, target)),
    }),
    sent: () => counts,
    reset: () => {
      counts = {};
    },
  };
}
