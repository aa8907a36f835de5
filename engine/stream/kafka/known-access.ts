import type { TopicAddress } from '../../domain/topic-address.ts';
import { kafkaAccess, type KafkaAccess } from './connection.ts';

/** Logins by broker list: in memory only, gone with the process. Each thread has its own. */
const known = new Map<string, KafkaAccess>();

function keyOf(brokers: readonly string[]): string {
  return [...brokers].sort().join(',');
}

/** All that is remembered, for a thread that is started now. */
export type KnownAccess = ReadonlyMap<string, KafkaAccess>;

export function allRememberedAccess(): KnownAccess {
  return known;
}

/** Takes over what another thread remembers. */
export function takeOverAccess(remembered: KnownAccess): void {
  for (const [brokers, access] of remembered) known.set(brokers, access);
}

/** Keeps how to enter these brokers until the process ends. */
export function rememberAccess(brokers: readonly string[], access: KafkaAccess): void {
  known.set(keyOf(brokers), access);
}

/** From now on the environment says how to enter these brokers. */
export function forgetAccess(brokers: readonly string[]): void {
  known.delete(keyOf(brokers));
}

/** The access remembered for these brokers, or undefined. */
export function rememberedAccess(brokers: readonly string[]): KafkaAccess | undefined {
  return known.get(keyOf(brokers));
}

/** How to enter the brokers of an address: as a person said in the window, else as the environment says. */
export function accessTo({ brokers }: Pick<TopicAddress, 'brokers'>): KafkaAccess {
  return rememberedAccess(brokers) ?? kafkaAccess();
}
