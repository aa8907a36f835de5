import { createContext, useCallback, useContext, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useReadOnlyWords, useSettings } from '../data/app-state.tsx';
import { useToast } from '../ui/toast.tsx';
import { boundKeys } from './command.ts';
import type { CommandDefinition } from './command.ts';
import { usePlace } from './go-to.tsx';
import { keyOf, typesText } from './keys.ts';

type Handler = () => void;

/** How long a key waits for the place that it was meant for. */
const EARLY_KEY_MS = 3000;

interface Commands {
  readonly definitions: readonly CommandDefinition[];
  readonly keys: ReadonlyMap<string, string | null>;
  /** Ids of commands that can be done now. */
  readonly available: ReadonlySet<string>;
  readonly run: (id: string) => void;
  readonly attach: (id: string, handler: Handler) => () => void;
}

const CommandsContext = createContext<Commands | null>(null);

function isWritingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio';
}

/** True where the key already means something to the focused control: Enter and Space on buttons, arrows in groups. */
function belongsToControl(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isPressable = target.closest('button, a, summary, [role="slider"], input[type="checkbox"]') !== null;
  return isPressable && (key === 'Enter' || key === 'Space' || key.includes('Arrow'));
}

/** Handlers attached now: a stack for each id, the last attached acts. */
class HandlerStacks {
  private readonly stacks = new Map<string, Handler[]>();
  attach(id: string, handler: Handler): () => void {
    const stack = this.stacks.get(id) ?? [];
    stack.push(handler);
    this.stacks.set(id, stack);
    return () => {
      stack.splice(stack.indexOf(handler), 1);
      if (stack.length === 0) this.stacks.delete(id);
    };
  }
  top(id: string): Handler | undefined {
    return this.stacks.get(id)?.at(-1);
  }
  ids(): ReadonlySet<string> {
    return new Set(this.stacks.keys());
  }
}

/** Knows every command of the window, listens for their keys, and runs those that are attached. */
export function CommandsProvider({
  definitions,
  children,
}: {
  readonly definitions: readonly CommandDefinition[];
  readonly children: ReactNode;
}) {
  const [{ keys: rebound }] = useSettings();
  const [handlers] = useState(() => new HandlerStacks());
  const place = usePlace();
  const readOnlyWords = useReadOnlyWords();
  const toast = useToast();
  const awaited = useRef<{ readonly id: string; readonly untilMs: number } | null>(null);
  const [attached, setAttached] = useState<ReadonlySet<string>>(new Set());
  const off = useMemo(
    () => new Set(readOnlyWords === null ? [] : definitions.filter((each) => each.changesCase).map(({ id }) => id)),
    [definitions, readOnlyWords],
  );
  const available = useMemo(() => new Set([...attached].filter((id) => !off.has(id))), [attached, off]);
  const keys = useMemo(() => boundKeys(definitions, rebound), [definitions, rebound]);

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyOf(event);
    if (key === null || belongsToControl(key, event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const isWriting = isWritingIn(event.target);
    // A place's own command wins over one that works everywhere.
    const candidates = definitions
      .filter((command) => keys.get(command.id) === key && handlers.top(command.id) !== undefined)
      .toSorted((first, second) => Number(first.place === null) - Number(second.place === null));
    const command = candidates.at(0);
    if (command === undefined) {
      // The place is not loaded yet: its key is kept until it is.
      const isLoaded = definitions.some(({ id, place: own }) => own === place && handlers.top(id) !== undefined);
      const early = definitions.find(({ id, place: own }) => own === place && keys.get(id) === key);
      if (early !== undefined && !isLoaded && !isWriting && !event.repeat)
        awaited.current = { id: early.id, untilMs: performance.now() + EARLY_KEY_MS };
      return;
    }
    if (isWriting && command.worksInFields !== true && typesText(key)) return;
    event.preventDefault();
    if (event.repeat && command.isRepeatable !== true) return;
    if (readOnlyWords !== null && off.has(command.id)) toast({ text: readOnlyWords });
    else handlers.top(command.id)?.();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);

  // Stays the same function: effects attach with it, and attaching is what changes `available`.
  const attach = useCallback(
    (id: string, handler: Handler) => {
      const detach = handlers.attach(id, handler);
      setAttached(handlers.ids());
      const early = awaited.current;
      if (early?.id === id) {
        awaited.current = null;
        if (performance.now() < early.untilMs) queueMicrotask(() => handlers.top(id)?.());
      }
      return () => {
        detach();
        setAttached(handlers.ids());
      };
    },
    [handlers],
  );
  const run = useCallback((id: string) => handlers.top(id)?.(), [handlers]);
  const value = useMemo<Commands>(
    () => ({ definitions, keys, available, run, attach }),
    [definitions, keys, available, run, attach],
  );
  return <CommandsContext value={value}>{children}</CommandsContext>;
}

/** Every command with its present key: for the palette, the sheet of shortcuts and the settings. */
export function useCommands(): Commands {
  const commands = useContext(CommandsContext);
  if (commands === null) throw new Error('Commands are known only inside CommandsProvider.');
  return commands;
}

/** What a command does while this component is on the screen; null: it cannot be done now. */
export function useCommand(id: string, handler: Handler | null): void {
  const { attach } = useCommands();
  const isAttached = handler !== null;
  const act = useEffectEvent(() => handler?.());
  useEffect(() => (isAttached ? attach(id, () => act()) : undefined), [id, isAttached, attach]);
}

/** The present key of a command, for the hint on its button. */
export function useCommandKey(id: string): string | null {
  return useCommands().keys.get(id) ?? null;
}
