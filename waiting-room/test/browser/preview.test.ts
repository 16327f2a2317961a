import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createDrop } from '../support/drop.ts';
import { previewLink } from '../support/preview-link.ts';
import { setStage } from './support/stage.ts';

const stage = setStage();

test('a page of the control plane can show a preview in a frame; one of anybody else can not', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000, drawn: true });
  const { page } = await stage.arrive(drop);
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<iframe src="${source}"></iframe>`);
  });
  let source = '';
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const own = `http://127.0.0.1:${port}`;
    const link = previewLink(drop, { origin: own });
    source = `${stage.room.url}/w/${drop}?preview=${link}&state=turn&lang=de`;
    await page.goto(own);
    const frame = page.frameLocator('iframe');
    await frame.locator('main[data-state=turn]').waitFor();
    expect(await frame.locator('#figure').textContent()).toBe('1:32');
    // A button that leads nowhere: the policy stops the form.
    await frame.getByRole('button').first().click();
    expect(await frame.locator('main').getAttribute('data-state')).toBe('turn');

    const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
    await page.goto(`http://localhost:${port}`);
    await refused;
    expect(await page.frameLocator('iframe').locator('main').count()).toBe(0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
