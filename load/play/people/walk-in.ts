/**
 * A shopper who stands at a gate while the room is away: comes to the shop's page, is let in by an entry on lease or told to come
 * again, and lines up like everybody else once the room is back.
 */
import type { Outage } from '../gates/outage.ts';
import { GATED_PATH } from '../gates/start-gates.ts';
import { Over, pause } from '../web/patience.ts';
import type { Site, WebAnswer } from '../web/site.ts';
import type { Character } from './character.ts';
import { type Ending, unexpected } from './ending.ts';
import type { Belongings } from './meeting.ts';
import { shop } from './shop.ts';
import { live } from './shopper.ts';
import type { World } from './world.ts';

/** While there is a room to go to nobody is told when to come again. */
const LOOK_MS = 1000;

/** @throws Error when something did not go as promised */
export async function walkIn(
  world: World,
  character: Character,
  gates: Site,
  outage: Pick<Outage, 'stage'>,
): Promise<Ending> {
  const { meeting: _, ...alone } = world;
  try {
    const admission = await standAtGate(alone, character, gates, outage);
    if (admission === null) return await live(alone, character);
    world.memory.inside++;
    try {
      return await shop(alone, character, admission);
    } finally {
      world.memory.inside--;
    }
  } catch (error) {
    if (error instanceof Over) return 'sent-home';
    throw error;
  }
}

/** @returns null when the room is back and the line is the way in */
async function standAtGate(
  { memory, over }: World,
  { address, random }: Character,
  gates: Site,
  outage: Pick<Outage, 'stage'>,
): Promise<Belongings | null> {
  let cookies: Readonly<Record<string, string>> = {};
  const instance = random.integer(0, gates.origins.length - 1);
  memory.secrets.add(address);
  for (;;) {
    if (over.aborted) throw new Over();
    const { stage } = outage;
    const answer = await gates.ask({
      method: 'GET',
      path: GATED_PATH,
      address,
      instance,
      headers: { accept: 'text/html', cookie: headerOf(cookies) },
    });
    cookies = { ...cookies, ...answer.cookies };
    for (const value of Object.values(answer.cookies)) if (value !== '') memory.secrets.add(value);
    if (answer.status === 302 && answer.location === GATED_PATH) return admissionIn(answer, address, memory);
    if (answer.status === 302 && stage === 'over') return null;
    if (answer.status !== 302 && answer.status !== 503) throw unexpected('visiting a gate', answer);
    const againMs = answer.status === 503 && stage === 'away' ? answer.retryAfterMs : LOOK_MS;
    await pause(againMs * (1 + random.next() / 10), over);
  }
}

function admissionIn({ cookies }: WebAnswer, address: string, memory: World['memory']): Belongings {
  const named = (kind: string) =>
    Object.entries(cookies).find(([name]) => name.includes(`sluice_${kind}_`))?.[1] ?? '';
  const [token, secret] = [named('token'), named('secret')];
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    jti: string;
  };
  memory.admitted.add(jti);
  return { ticket: '', number: jti, token, secret, address };
}

function headerOf(cookies: Readonly<Record<string, string>>): string {
  return Object.entries(cookies)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}
