import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const pomPath = join(import.meta.dirname, 'pom.xml');
const cacheFolder = resolve(import.meta.dirname, '../../../.cache/kafka');

/** What this machine lacks to run a broker, in words; null where nothing is missing. */
export const missingForKafka: string | null = (() => {
  const found = /version "(\d+)/.exec(outputOf('java', ['-version']))?.[1];
  if (found === undefined) return 'Java is not installed';
  if (Number(found) < 17) return `Java ${found} is too old, Kafka 4 needs 17`;
  if (!/Apache Maven/.test(outputOf('mvn', ['-v'])) && !existsSync(jarFolder(pomPath))) return 'Maven is not installed';
  return null;
})();

/** The class path of the broker and the Java client; the jars come from Maven Central once. */
export async function kafkaClassPath(): Promise<string> {
  return join(await jarsOf(pomPath), '*');
}

/** The folder with the jars that a list of dependencies names; they come from Maven Central once. */
export async function jarsOf(pom: string): Promise<string> {
  const folder = jarFolder(pom);
  if (!existsSync(folder)) {
    mkdirSync(cacheFolder, { recursive: true });
    const partial = mkdtempSync(join(cacheFolder, 'part-'));
    const parameters = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
    await run('mvn', [...parameters, `-DoutputDirectory=${partial}`]);
    // Two workers may fetch at once: the first one to finish is kept.
    if (existsSync(folder)) rmSync(partial, { recursive: true });
    else renameSync(partial, folder);
  }
  return folder;
}

/** One folder per set of dependencies, so that a changed version is fetched anew. */
function jarFolder(pom: string): string {
  const digest = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8);
  return join(cacheFolder, `lib-${digest}`);
}

function outputOf(command: string, parameters: readonly string[]): string {
  try {
    return execFileSync('sh', ['-c', `${command} ${parameters.join(' ')} 2>&1`], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
