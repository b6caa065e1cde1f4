import { expect, it } from 'vitest';
import { runCommand } from './rehearse.ts';

it('--help names every option and scenario', async () => {
  const { code, printed } = await runCommand(['--help']);
  expect(code).toBe(0);
  for (const word of ['--scenario', '--seed', '--out', '--serve', '--data', 'week', 'replay'])
    expect(printed).toContain(word);
});

const wrong: [string[], string][] = [
  [
    ['--sceanrio', 'week'],
    'Options are --scenario, --model, --data, --trainer, --seed, --out, --serve, --help',
  ],
  [['--trainer', 'gpu'], "--trainer takes embedded or container, not 'gpu'"],
  [['--scenario', 'year'], "unknown scenario 'year'; there are week, crash-release"],
  [['--seed', 'x'], "--seed takes a whole number from 0, not 'x'"],
  [['--model', 'term-deposit'], 'scenario week is about model fraud'],
  [['--scenario', 'replay'], 'scenario replay needs --data FILE'],
  [['--scenario', 'replay', '--data', '/nowhere.csv'], 'no file /nowhere.csv'],
];
for (const [args, sentence] of wrong) {
  it(`${args.join(' ')} is one line that says what is valid`, async () => {
    const { code, printed } = await runCommand(args);
    expect(code).toBe(2);
    expect(printed).toContain(sentence);
    expect(printed.trim().split('\n')).toHaveLength(1);
  });
}
