/*
 * The sandboxed bridge: the only code of ours that can reach Electron's renderer side. It puts `window.assay` into the
 * page and nothing else; no channel name, event object or `ipcRenderer` gets through.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { AssayClient } from './contract/client.ts';
import type { Answer } from './contract/envelope.ts';
import { eventNames, type EventName } from './contract/events.ts';
import { channels, type DialogQuestion } from './contract/wire/channels.ts';
import type { Call, EventFrame } from './contract/wire/frames.ts';

const listeners = new Map<EventName, Set<(payload: never) => void>>(eventNames.map((name) => [name, new Set()]));

ipcRenderer.on(channels.event, (_event, frame: EventFrame) => {
  for (const listener of listeners.get(frame.name) ?? []) (listener as (payload: unknown) => void)(frame.payload);
});

const call = (body: Call): Promise<Answer<never>> => ipcRenderer.invoke(channels.call, body);
const ask = (question: DialogQuestion): Promise<readonly string[]> => ipcRenderer.invoke(channels.dialog, question);
const askForOne = async (question: DialogQuestion): Promise<string | null> => (await ask(question))[0] ?? null;

const client: AssayClient = {
  host: 'electron',
  request: (name, input) => call({ door: 'request', name, input }),
  startJob: (name, input) => call({ door: 'startJob', name, input }),
  cancelJob: (jobId) => call({ door: 'cancelJob', jobId }),
  on(name, listener) {
    const known = listeners.get(name);
    if (known === undefined) throw new Error(`There is no event ${name}.`);
    known.add(listener);
    if (known.size === 1) ipcRenderer.send(channels.subscription, { kind: 'subscribe', event: name });
    return () => {
      if (known.delete(listener) && known.size === 0)
        ipcRenderer.send(channels.subscription, { kind: 'unsubscribe', event: name });
    };
  },
  printReport: (report, output, force) => ipcRenderer.invoke(channels.print, { report, output, force }),
  dialogs: {
    chooseRecordings: () => ask({ kind: 'recordings' }),
    chooseCase: () => askForOne({ kind: 'case' }),
    chooseModel: () => askForOne({ kind: 'model' }),
    chooseCertificate: () => askForOne({ kind: 'certificate' }),
    chooseFolder: () => askForOne({ kind: 'folder' }),
    chooseNewFile: (suggestedName) => askForOne({ kind: 'newFile', suggestedName }),
    pathOfDroppedFile: (file) => {
      const path = webUtils.getPathForFile(file as File) || null;
      // Only a file that a person dropped has one: main hears of it before the page can ask for anything of it.
      if (path !== null) ipcRenderer.send(channels.dropped, path);
      return path;
    },
  },
};

contextBridge.exposeInMainWorld('assay', client);
