import type { ModelCard } from '../../../contracts/card.ts';
import { bullets, number, table } from './text.ts';

/** What a registered version was made from and by. */
export function lineageSection({ run, lineage: l }: ModelCard): string {
  const tree = l.clean === null ? '' : l.clean ? ', working tree clean' : ', with uncommitted changes';
  const rows: [string, string][] = [
    ['run', run],
    ['started', `${l.startedAt} by ${l.by}: ${l.reason}`],
    ['evaluated', `${l.evaluatedAt}, ${number(l.seconds)} s after the start`],
    ['commit', `${l.commit}${tree}`],
    ['dataset version', l.dataset.version],
    ['manifest sha256', l.dataset.manifestSha256],
    ['feature spec', l.dataset.featureSpecHash],
    ['golden set', l.goldenVersion],
    ['seed', String(l.seed)],
    ['container', l.container.name],
    ['image', l.container.image ?? 'n/a'],
    ['image digest', l.container.digest ?? 'n/a'],
    ['training program', l.source ?? 'n/a'],
    ['training job', l.job.name ?? 'n/a'],
    [
      'instance',
      `${l.job.instanceCount ?? 'n/a'} × ${l.job.instanceType ?? 'n/a'}${l.job.spot ? ', spot' : ''}`,
    ],
    ['training seconds', number(l.job.seconds)],
    ['billed seconds', number(l.job.billableSeconds)],
    ['cost estimate, USD', number(l.job.costUsd)],
  ];
  const unknown = Object.entries(l.unknown).map(([field, why]) => `${field}: ${why}`);
  return `${table(['', ''], rows)}

${table(['package', 'version'], Object.entries(l.packages))}${
  unknown.length === 0 ? '' : `\n\nNot known:\n\n${bullets(unknown)}`
}`;
}
