import { createServer, type Socket, connect as tcpConnect } from 'node:net';

export interface TcpProxy {
  port: number;
  /** `pass` forwards; `hold` takes bytes and never answers; `drop` ends every connection at once. */
  mode: 'pass' | 'hold' | 'drop';
  stop(): Promise<void>;
}

/** Stands between the broker and a part, and fails as networks do. A change of mode also meets open connections. */
export async function startTcpProxy(target: { port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  let mode: TcpProxy['mode'] = 'pass';
  const server = createServer((client) => {
    keep(client);
    if (mode === 'drop') return void client.destroy();
    const upstream = tcpConnect(target.port, '127.0.0.1');
    keep(upstream);
    client.on('data', (chunk) => void (mode === 'pass' && upstream.write(chunk)));
    upstream.on('data', (chunk) => void (mode === 'pass' && client.write(chunk)));
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
      if (next === 'drop') for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
