/* Sends every message back with the name of its type, and ends with 3 when told to. */
process.parentPort.on('message', ({ data }) => {
  if (data === 'end') process.exit(3);
  process.parentPort.postMessage({ data, type: Object.prototype.toString.call(data) });
});
