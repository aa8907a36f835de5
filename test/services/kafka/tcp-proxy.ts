import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A stretch of network between two ports of this machine, to be cut and mended. */
export interface TcpProxy {
  /** Breaks every connection and lets none through. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Passes every connection to `listenPort` on to `targetPort`. */
export async function startTcpProxy(listenPort: number, targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  let server: Server | undefined;
  const mend = async (): Promise<void> => {
    server = createServer((near) => {
      const far = keep(connect(targetPort, '127.0.0.1'));
      keep(near).pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    }).listen(listenPort, '127.0.0.1');
    await once(server, 'listening');
  };
  await mend();
  return {
    cut: async () => {
      if (server === undefined) return;
      const closed = once(server, 'close');
      server.close();
      server = undefined;
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend,
  };
}
