/** The same ports, with every request to the outside counted by kind when it is sent. Counts; changes nothing. */
import type { ActuatorPorts } from '../actuators/step-context.ts';
import type { SqlConnection, SqlInstances } from '../ports/sql-connection.ts';
import type { Connection, FileOperation } from './metric-labels.ts';

export interface RequestCounter {
  /** One statement, one round trip. */
  instance(instance: string, connection: Connection): void;
  shell(): void;
  folder(operation: FileOperation): void;
}

export function countedPorts(ports: ActuatorPorts, counter: RequestCounter): ActuatorPorts {
  const { files, shell } = ports;
  return {
    ...ports,
    sql: countedSql(ports.sql, counter),
    shell: {
      invoke: (request, options) => {
        counter.shell();
        return shell.invoke(request, options);
      },
    },
    files: {
      reaches: (folder) => files.reaches(folder),
      list: (folder, signal) => {
        counter.folder('list');
        return files.list(folder, signal);
      },
      copy: (source, target, options) => {
        counter.folder('copy');
        return files.copy(source, target, options);
      },
      move: (source, target, options) => {
        counter.folder('move');
        return files.move(source, target, options);
      },
      removeUnfinished: (path, options) => {
        counter.folder('remove');
        return files.removeUnfinished(path, options);
      },
    },
  };
}

function countedSql(sql: SqlInstances, counter: RequestCounter): SqlInstances {
  const run =
    (instance: string, kind: Connection, connection: SqlConnection): SqlConnection['run'] =>
    (statement, options) => {
      counter.instance(instance, kind);
      return connection.run(statement, options);
    };
  return {
    observer: (instance) => ({ run: run(instance, 'observer', sql.observer(instance)) }),
    open: async (instance, signal) => {
      const connection = await sql.open(instance, signal);
      return {
        run: run(instance, 'own', connection),
        [Symbol.asyncDispose]: async () => {
          await connection[Symbol.asyncDispose]();
        },
      };
    },
  };
}
