import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import { kubernetesObject, type KubernetesObject, type StatefulSet } from '../support/kubernetes-schema.ts';

const deploy = path.resolve(import.meta.dirname, '../../deploy');
const USER = 10_001;

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** Of a Containerfile: comments left out, continued lines joined. */
const instructions: readonly Instruction[] = readFileSync(
  path.join(deploy, 'container/Containerfile'),
  'utf8',
)
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const last = (word: string): string => instructions.findLast((one) => one.word === word)?.rest ?? '';

const documents = parseAllDocuments(readFileSync(path.join(deploy, 'kubernetes/pchat.yaml'), 'utf8'));
const objects: readonly KubernetesObject[] = documents.map((document) =>
  kubernetesObject.parse(document.toJS()),
);
function only<Kind extends KubernetesObject['kind']>(kind: Kind): Extract<KubernetesObject, { kind: Kind }> {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found as Extract<KubernetesObject, { kind: Kind }>;
}
const set: StatefulSet = only('StatefulSet');
const pod = set.spec.template.spec;

describe('the container file', () => {
  test('has only instructions that builders know', () => {
    const known = [
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'ENV',
      'USER',
      'VOLUME',
      'STOPSIGNAL',
      'HEALTHCHECK',
      'ENTRYPOINT',
      'CMD',
    ];
    expect(instructions.map(({ word }) => word).filter((word) => !known.includes(word))).toEqual([]);
  });

  test('begins every stage with a Node.js that the product runs on', () => {
    const stages = instructions.filter(({ word }) => word === 'FROM');
    expect(stages).toHaveLength(2);
    for (const { rest } of stages) expect(rest).toMatch(/^node:24-/);
  });

  test('ends as a numbered user that is not root, after the last thing that root must do', () => {
    expect(last('USER')).toBe(`${String(USER)}:${String(USER)}`);
    const user = instructions.findLastIndex(({ word }) => word === 'USER');
    expect(instructions.findLastIndex(({ word }) => word === 'RUN')).toBeLessThan(user);
  });

  test('writes nowhere but in the volume of the journal', () => {
    expect([last('VOLUME'), last('WORKDIR')]).toEqual(['/var/lib/pchat', '/var/lib/pchat']);
    expect(instructions.filter(({ word, rest }) => word === 'COPY' && /--from/.test(rest))).toEqual([
      { word: 'COPY', rest: '--from=install --chown=root:root /opt/pchat /opt/pchat' },
    ]);
  });

  test('starts the daemon without a shell in between, so that SIGTERM reaches it', () => {
    expect(JSON.parse(last('ENTRYPOINT'))).toEqual(['pchat']);
    expect(JSON.parse(last('CMD'))).toEqual(['run', '--settings', '/etc/pchat/settings.yaml']);
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
  });
});

describe('the Kubernetes objects', () => {
  test('are well-formed YAML without warnings', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  test('are one of each kind, all but the namespace inside it', () => {
    const namespace = only('Namespace').metadata.name;
    expect(objects.map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ServiceAccount',
      'ConfigMap',
      'Service',
      'StatefulSet',
    ]);
    expect(objects.slice(1).filter(({ metadata }) => metadata.namespace !== namespace)).toEqual([]);
    expect(only('Namespace').metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  test('run one daemon on a volume that one pod holds, because the lease is a lock on its file', () => {
    expect(set.spec.replicas).toBe(1);
    expect(set.spec.volumeClaimTemplates.map(({ spec }) => spec.accessModes)).toEqual([['ReadWriteOncePod']]);
  });

  test('name what belongs together alike', () => {
    const { labels } = set.spec.template.metadata;
    expect([set.spec.selector.matchLabels, only('Service').spec.selector]).toEqual([labels, labels]);
    expect(set.spec.serviceName).toBe(only('Service').metadata.name);
    expect(pod.serviceAccountName).toBe(only('ServiceAccount').metadata.name);
    expect(pod.volumes).toContainEqual({
      name: 'settings',
      configMap: { name: only('ConfigMap').metadata.name },
    });
  });

  test('mount every volume, and nothing else', () => {
    const claimed = set.spec.volumeClaimTemplates.map(({ metadata }) => metadata.name);
    const volumes = [...claimed, ...pod.volumes.map(({ name }) => name)];
    const mounted = pod.containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
    expect(mounted.sort()).toEqual(volumes.sort());
  });

  test('run as the user of the image', () => {
    const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    expect([runAsUser, runAsGroup, fsGroup]).toEqual([USER, USER, USER]);
  });

  test('hold settings that the product accepts, with paths that are mounted and a probe at their port', () => {
    const [text = ''] = Object.values(only('ConfigMap').data);
    const settings = parseSettings(text, '/etc/pchat/settings.yaml');
    const mounts = pod.containers.flatMap(({ volumeMounts }) =>
      volumeMounts.map(({ mountPath }) => mountPath),
    );
    expect(mounts).toContain(settings.journal.directory);
    const files = text.match(/\/(run|mnt)\/[^\s,}]+/g) ?? [];
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((file) => !mounts.some((mount) => `${file}/`.startsWith(`${mount}/`)))).toEqual([]);
    for (const { livenessProbe } of pod.containers)
      expect(livenessProbe.exec.command.join(' ')).toContain(`:${String(settings.http.port)}/healthz`);
  });

  test('with a field that is misspelt are refused', () => {
    const [first] = documents;
    const wrong = { ...(first?.toJS() as object), metdata: {} };
    expect(kubernetesObject.safeParse(wrong).success).toBe(false);
  });
});
