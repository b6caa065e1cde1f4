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

it('lets elapsed time make one step an invocation, between its first and its second reading', () => {
  const out = run(`time.installClock(0); time.beginInvocation(0, 900);
    for (let i = 0; i < 3; i++) { out.push(performance.now()); real += 5; }
    time.endInvocation(); time.beginInvocation(0, 50); time.endInvocation(); out.push(performance.now());`);
  expect(out).toEqual([0, 900, 900, 950]);
});

it('lets elapsed time go on after half a minute too, and never back', () => {
  const out =
    run(`time.installClock(0); time.beginInvocation(0, 0); real = 40_000; out.push(performance.now());
    time.endInvocation(); time.beginInvocation(0, 0); out.push(performance.now());`);
  expect(out).toEqual([10_000, 10_000]);
});
