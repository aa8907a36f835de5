import type { PlaceId } from './place.ts';

/** Something a person can do by name (palette), by key, or by a button that shows the key. */
export interface CommandDefinition {
  /** `place.verb`; stable, since rebound keys are stored under it. */
  readonly id: string;
  readonly title: string;
  /** Default key as in keys.ts, or null where it has none. */
  readonly key: string | null;
  /** Where it can be done; null: everywhere. Two commands of different places may share a key. */
  readonly place: PlaceId | null;
  /** Off where the open case can only be read. */
  readonly changesCase?: boolean;
  /** Acts again while the key is held, for moving through lists. */
  readonly isRepeatable?: boolean;
  /** Acts even while a person writes in a field. */
  readonly worksInFields?: boolean;
}

/** The key of every command after rebinding; an empty text takes the key away. */
export function boundKeys(
  commands: readonly CommandDefinition[],
  rebound: Readonly<Record<string, string>>,
): ReadonlyMap<string, string | null> {
  return new Map(
    commands.map((command) => {
      const own = rebound[command.id];
      return [command.id, own === undefined ? command.key : own === '' ? null : own];
    }),
  );
}

/**
 * Commands that cannot keep their key when `command` takes `key`: those of the same place, or everywhere. Two that
 * share a key by default do so on purpose: the place's own command acts before the one of everywhere.
 */
export function conflictsOf(
  command: CommandDefinition,
  key: string,
  commands: readonly CommandDefinition[],
  keys: ReadonlyMap<string, string | null>,
): readonly CommandDefinition[] {
  return commands.filter(
    (other) =>
      other.id !== command.id &&
      keys.get(other.id) === key &&
      !(other.key === key && command.key === key) &&
      (other.place === null || command.place === null || other.place === command.place),
  );
}

/**
 * Commands that match what was typed in the palette, best first: every typed word must begin a word of the title,
 * or its letters must occur in order in the title.
 */
export function matchingCommands<Command extends Pick<CommandDefinition, 'title'>>(
  typed: string,
  commands: readonly Command[],
): readonly Command[] {
  const query = typed.trim().toLowerCase();
  if (query === '') return commands;
  const words = query.split(/\s+/);
  const rankOf = (title: string): number => {
    const lower = title.toLowerCase();
    if (lower.startsWith(query)) return 0;
    const titleWords = lower.split(/[\s:]+/);
    if (words.every((word) => titleWords.some((titleWord) => titleWord.startsWith(word)))) return 1;
    if (lower.includes(query)) return 2;
    let from = 0;
    for (const letter of query.replaceAll(' ', '')) {
      const at = lower.indexOf(letter, from);
      if (at < 0) return Infinity;
      from = at + 1;
    }
    return 3;
  };
  return commands
    .map((command, index) => ({ command, index, rank: rankOf(command.title) }))
    .filter(({ rank }) => rank < Infinity)
    .toSorted((first, second) => first.rank - second.rank || first.index - second.index)
    .map(({ command }) => command);
}
