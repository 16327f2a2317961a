/** What stands in the description under a name. */
import { ProblemDocument } from './common.ts';
import { JoinAnswer, WaitSeconds } from './tickets.ts';

export const SCHEMA_NAMES = { Problem: ProblemDocument, Joined: JoinAnswer, WaitSeconds };
