import { ipcMain, type BrowserWindow, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron';
import type { Answer } from '../../preload/contract/envelope.ts';
import { eventNames, type EventName } from '../../preload/contract/events.ts';
import { channels, isDialogQuestion } from '../../preload/contract/wire/channels.ts';
import { isCall, isClientFrame, type EventFrame } from '../../preload/contract/wire/frames.ts';
import { printOrderSchema, type PrintOrder } from '../printing/pdf-file.ts';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import { guardPaths, type GrantedPaths } from '../security/granted-paths.ts';
import { isTrustedSender } from '../security/trusted-page.ts';
import { withOwnAttempts } from '../own-attempts.ts';
import { askInDialog } from './dialogs.ts';

export interface WindowBridge {
  /** Lets a window talk to the engine until it is closed. */
  admit(window: BrowserWindow): void;
  /** To every window that subscribed to it. */
  send(event: EventFrame): void;
  /** Has the window open a case, as if it were chosen there; at the latest once it listens. */
  askForCase(path: string): void;
}

const forbidden: Answer<never> = {
  ok: false,
  error: { code: 'FORBIDDEN', kind: 'usage', message: 'This page may not talk to the engine.' },
};
const malformed: Answer<never> = {
  ok: false,
  error: { code: 'WRONG_USE', kind: 'usage', message: 'A call of an unknown shape was refused.' },
};

/**
 * Connects windows to the engine. Who sent a message is checked before what it says; names and inputs are then parsed
 * by the engine.
 * @param afterRequest hears every request that succeeded, for what main itself must follow, such as the theme, and
 * gives the data that the window gets
 * @param print makes a PDF of a report
 * @param paths what a window may use of this machine; dialogs and dropped files add to it
 */
export function bridgeWindows(
  engine: EngineSupervisor,
  afterRequest: (name: string, input: unknown, data: unknown) => unknown,
  print: (order: PrintOrder) => Promise<Answer<null>>,
  paths: GrantedPaths,
): WindowBridge {
  const guarded = guardPaths(engine, paths);
  const windows = new Map<number, { readonly window: BrowserWindow; readonly subscriptions: Set<EventName> }>();
  let askedCase: string | null = null;
  const known = (event: IpcMainEvent | IpcMainInvokeEvent) =>
    isTrustedSender(event, new Set(windows.keys())) ? windows.get(event.sender.id) : undefined;

  ipcMain.handle(channels.call, async (event, call: unknown): Promise<Answer<unknown>> => {
    if (known(event) === undefined) return forbidden;
    if (!isCall(call)) return malformed;
    const answer = withOwnAttempts(call, await guarded.call(call));
    if (!answer.ok || call.door !== 'request') return answer;
    return { ok: true, data: afterRequest(call.name, call.input, answer.data) };
  });
  ipcMain.handle(channels.dialog, async (event, question: unknown): Promise<readonly string[]> => {
    const sender = known(event);
    if (sender === undefined || !isDialogQuestion(question)) return [];
    const chosen = await askInDialog(sender.window, question);
    paths.choose(chosen);
    return chosen;
  });
  ipcMain.handle(channels.print, async (event, order: unknown): Promise<Answer<null>> => {
    if (known(event) === undefined) return forbidden;
    const parsed = printOrderSchema.safeParse(order);
    if (!parsed.success) return malformed;
    const { report, output } = parsed.data;
    return paths.allows(report) && paths.allows(output) ? print(parsed.data) : forbidden;
  });
  ipcMain.on(channels.dropped, (event, path: unknown) => {
    if (known(event) !== undefined && typeof path === 'string') paths.choose([path]);
  });
  ipcMain.on(channels.subscription, (event, frame: unknown) => {
    const sender = known(event);
    if (sender === undefined || !isClientFrame(frame, eventNames) || frame.kind === 'call') return;
    if (frame.kind === 'unsubscribe') {
      sender.subscriptions.delete(frame.event);
      return;
    }
    sender.subscriptions.add(frame.event);
    if (frame.event === 'case.asked' && askedCase !== null) askForCase(askedCase);
    // The first start is not news; a window that comes later hears what happened before it.
    if (frame.event === 'engine.state' && engine.state().cause !== null)
      event.sender.send(channels.event, { kind: 'event', name: 'engine.state', payload: engine.state() });
  });

  const send = (event: EventFrame): void => {
    for (const { window, subscriptions } of windows.values())
      if (subscriptions.has(event.name) && !window.isDestroyed()) window.webContents.send(channels.event, event);
  };
  const askForCase = (path: string): void => {
    paths.choose([path]);
    const isHeard = [...windows.values()].some(({ subscriptions }) => subscriptions.has('case.asked'));
    askedCase = isHeard ? null : path;
    send({ kind: 'event', name: 'case.asked', payload: { path } });
  };
  engine.onEvent(send);
  return {
    admit(window) {
      const { id } = window.webContents;
      windows.set(id, { window, subscriptions: new Set() });
      window.on('closed', () => windows.delete(id));
    },
    send,
    askForCase,
  };
}
