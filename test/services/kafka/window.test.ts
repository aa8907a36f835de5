import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWindow } from '../../e2e/build.ts';
import { describeWithChromium } from '../../e2e/chromium.ts';
import { goTo } from '../../e2e/go-to.ts';
import {
  electronName,
  launchBrowserHost,
  launchElectron,
  temporaryFolder,
  type LaunchOptions,
  type RunningWindow,
} from '../../e2e/launchers.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { saslUser, startKafka, type Broker } from './start-kafka.ts';

/* One story over both hosts: a real broker, its topics, a stream with its flags, a recording of it. */
describeWithKafka('a topic in the window', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
    await buildWindow();
  });
  afterAll(() => broker.stop());

  describeWithChromium('over a real broker', () => {
    describe('in the browser host', () => story(launchBrowserHost, 'browser'));
    describe(`under Electron, ${electronName}`, () => story(launchElectron, 'electron'));
  });

  function story(launch: (options: LaunchOptions) => Promise<RunningWindow>, topic: string): void {
    test('connects, peeks, follows, finds flags in Triage, records, and stops', async () => {
      const folder = temporaryFolder();
      const home = join(folder.path, 'home');
      await broker.createTopic(topic, 2);
      await send(topic, 0, 400);
      const window = await launch({ home });
      try {
        const { page } = window;
        // The first start makes a case of its own; the engine has no time for anything else until then.
        await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
        await goTo(page, 'Sources');
        await page.getByRole('button', { name: /Connect to a topic$/ }).click();
        await page.getByLabel('Brokers').fill(broker.saslAddress);
        await page.getByLabel('Login', { exact: true }).selectOption('scram-sha-256');
        await page.getByLabel('User name').fill(saslUser.username);
        await page.getByLabel('Password').fill('wrong horse');
        await page.getByRole('button', { name: /Test$/ }).click();
        const findings = page.getByLabel('What the test found');
        await findings.getByText(/refused the login of analyst/).waitFor();
        await page.getByLabel('Password').fill(saslUser.password);
        await page.getByRole('button', { name: /Test$/ }).click();
        await findings.getByText('It works').waitFor();

        await page.getByRole('grid', { name: 'Topics' }).getByText(topic, { exact: true }).click();
        await page
          .getByRole('grid', { name: `First messages of ${topic}` })
          .getByText(/"account_balance"/)
          .first()
          .waitFor();
        await page.getByLabel('Train after').fill('300');
        await page.getByLabel('Train after').press('Enter');
        await page.getByRole('button', { name: /Follow$/ }).click();
        await page.getByRole('button', { name: `${topic}: choose a case` }).waitFor();
        await page.getByRole('figure', { name: 'Is Assay keeping up?' }).waitFor();

        await page.getByRole('button', { name: /Record$/ }).click();
        await page.getByRole('button', { name: /Recording 0; end it/ }).waitFor();
        await send(topic, 400, 500);
        await page.getByRole('button', { name: /Recording 100; end it/ }).click();
        await page.getByRole('button', { name: /Record$/ }).waitFor();
        await page.keyboard.press('p');
        await page.getByRole('button', { name: /Go on$/ }).waitFor();
        await page.keyboard.press('p');
        await page.getByRole('button', { name: /Pause$/ }).waitFor();

        await goTo(page, 'Triage');
        await page.getByRole('grid', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();
        await goTo(page, 'Sources');
        await page.getByRole('button', { name: /Stop$/ }).last().click();
        await page.getByText('Where is the stream?').waitFor();
        expect(window.consoleErrors).toEqual([]);

        const [recording] = readdirSync(home).filter((name) => existsSync(join(home, name, 'manifest.json')));
        const manifest = readFileSync(join(home, recording, 'manifest.json'), 'utf8');
        expect(manifest).toContain('"messages": 100');
      } finally {
        await window.close();
        folder.remove();
      }
    });
  }

  /** Payments of which now and then one is far from all others. */
  async function send(topic: string, from: number, to: number): Promise<void> {
    const client = new Kafka({ clientId: 'test', brokers: [broker.address], logLevel: logLevel.NOTHING });
    const producer = client.producer();
    await producer.connect();
    const messages = Array.from({ length: to - from }, (_, index) => {
      const id = from + index;
      const amount = id % 60 === 59 ? 90_000 + id : (id * 7919) % 1000;
      return { value: JSON.stringify({ id, amount, transaction_type: id % 3, account_balance: 1000 + (id % 97) }) };
    });
    await producer.send({ topic, messages });
    await producer.disconnect();
  }
});
