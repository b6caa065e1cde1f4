import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const TIME = import.meta.resolve('../../../local/cloud/services/lambda/bootstrap/time.mjs');

/** Runs a program that has `real`, the real milliseconds that it may set, in a process with the clocks replaced. */
function run(program: string): unknown {
  const code = `let real = 0; performance.now = () => real;
    const time = await import(${JSON.stringify(TIME)}); const out = []; ${program}; process.stdout.write(JSON.stringify(out));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code]).toString());
}

it('lets Date stand still for half a minute of an invocation and go on after it, so that waiting loops end', () => {
  const out = run(`time.installClock(1000); out.push(Date.now());
    real = 100_000; time.beginInvocation(5000, 0); out.push(Date.now());
    real = 129_999; out.push(new Date().getTime());
    real = 140_000; out.push(Date.now(), Date.parse('1970-01-01'), new Date(7).getTime());`);
  expect(out).toEqual([1000, 5000, 5000, 15_000, 0, 7]);
});

it('adds slowness once, between the first and the second reading of elapsed time', () => {
  const out = run(`time.installClock(0); time.beginInvocation(0, 900);
    for (let i = 0; i < 3; i++) out.push(performance.now());
    time.endInvocation(); time.beginInvocation(0, 50); time.endInvocation(); out.push(performance.now());`);
  expect(out).toEqual([0, 900, 900, 950]);
});
