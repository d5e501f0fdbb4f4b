import type { SimProcess } from '../process.ts';
import { Connection, type Network } from './connection.ts';
import type { PostgresServer } from './server.ts';
import type { State } from './rows.ts';

/** The Postgres of a world and everybody's connections to it. */
export class Database {
  readonly server: PostgresServer;
  readonly network: Network;
  readonly connections = new Set<Connection>();
  /** Set for a moment by a fault: the next verification is answered by a standby that knows only this. */
  standby: State | null = null;

  /** Processes whose connections to Postgres all fail. */
  readonly cutOff = new Set<SimProcess>();

  constructor(server: PostgresServer, network: Network) {
    this.server = server;
    this.network = network;
  }

  connect(process: SimProcess, label: string): Connection {
    const connection = new Connection(this.server, this.network, process, label, this.connections);
    if (this.cutOff.has(process)) connection.lose(false);
    return connection;
  }

  /** A statement on a connection that is used once. */
  async once<Result>(
    process: SimProcess,
    label: string,
    work: (one: Connection) => Promise<Result>,
  ): Promise<Result> {
    const connection = this.connect(process, label);
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }

  /** No answer reaches this process any more, and it is told at once; what is under way may arrive. */
  cut(process: SimProcess, arrives: boolean): void {
    this.cutOff.add(process);
    for (const connection of this.connections) if (connection.process === process) connection.lose(arrives);
  }

  takeStandby(): State | null {
    const { standby } = this;
    this.standby = null;
    return standby;
  }

  /** Immediate stop, or a fail-over: whatever was not committed is gone. */
  restart(change: (server: PostgresServer) => void): void {
    change(this.server);
    for (const connection of this.connections) connection.serverGone();
  }
}
