/* Everything of the context bridge and of ipcRenderer that a preload script of Assay could lean on. */
const { contextBridge, ipcRenderer } = require('electron');

function canRequire(name) {
  try {
    require(name);
    return true;
  } catch {
    return false;
  }
}

contextBridge.exposeInMainWorld('bridge', {
  canRequireFileSystem: canRequire('fs'),
  hasArgument: process.argv.includes('--of-the-window'),
  add: (first, second) => first + second,
  fail: () => {
    throw new Error('from the preload');
  },
  callBack: (call) => setTimeout(() => call({ count: 42 }), 1),
  nested: { deep: () => 'deep' },
  later: async () => ({ key: 'value' }),
  never: () => Promise.reject(new Error('rejected')),
  date: () => new Date(0),
  doubler: () => (value) => value * 2,
  invoke: (channel, ...parameters) => ipcRenderer.invoke(channel, ...parameters),
  send: (channel, ...parameters) => ipcRenderer.send(channel, ...parameters),
  ask: (channel, ...parameters) =>
    new Promise((resolve) => {
      ipcRenderer.on('answer', (_event, ...answer) => resolve(answer));
      ipcRenderer.send(channel, ...parameters);
    }),
});
