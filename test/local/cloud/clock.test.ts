import { setTimeout as realTime } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../local/cloud/clock.ts';

const DAY = 86_400_000;

describe('virtual time', () => {
  it('jumps from timer to timer and ends where it was sent', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    clock.after(2 * DAY, 'late', () => seen.push(clock.now()));
    clock.after(1000, 'early', () => seen.push(clock.now()));
    await clock.advanceTo(30 * DAY);
    expect(seen).toEqual([1000, 2 * DAY]);
    expect(clock.now()).toBe(30 * DAY);
  });

  it('runs timers of one instant in the order they were set, each to its end', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      clock.at(10, name, async () => {
        seen.push(`${name} begins`);
        await realTime(name === 'a' ? 5 : 1);
        seen.push(`${name} ends`);
      });
    }
    await clock.advanceTo(10);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('runs a timer of the past at once, and a cancelled one never', async () => {
    const clock = new VirtualClock(1000);
    const seen: string[] = [];
    clock.at(5, 'past', () => seen.push(`past at ${clock.now()}`));
    clock.after(1, 'cancelled', () => seen.push('cancelled')).cancel();
    await clock.advanceTo(2000);
    expect(seen).toEqual(['past at 1000']);
  });

  it('stands still while work is in flight', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    clock.spawn('work', async () => {
      await realTime(20);
      seen.push(`work ended at ${clock.now()}`);
    });
    clock.after(1, 'timer', () => seen.push(`timer at ${clock.now()}`));
    await clock.advanceTo(1);
    expect(seen).toEqual(['work ended at 0', 'timer at 1']);
  });

  it('passes while work sleeps, and holds again when it wakes', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    clock.spawn('work', async () => {
      await clock.sleep(100);
      await realTime(10);
      seen.push(`woke, worked until ${clock.now()}`);
    });
    clock.after(150, 'timer', () => seen.push(`timer at ${clock.now()}`));
    await clock.advanceTo(200);
    expect(seen).toEqual(['woke, worked until 100', 'timer at 150']);
  });

  it('passes when the innermost of nested work sleeps', async () => {
    const clock = new VirtualClock(0);
    let ended = -1;
    clock.spawn('outer', () =>
      clock.busy('middle', () =>
        clock.busy('inner', async () => {
          await clock.sleep(100);
          await realTime(5);
          ended = clock.now();
        }),
      ),
    );
    await clock.advanceTo(500);
    expect(ended).toBe(100);
  });

  it('stands still for one branch that works while its sibling sleeps', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    clock.spawn('parallel', async () => {
      await Promise.all([
        clock.busy('sleeper', async () => {
          await clock.sleep(10);
          seen.push(`sleeper at ${clock.now()}`);
        }),
        clock.busy('worker', async () => {
          await realTime(20);
          seen.push(`worker at ${clock.now()}`);
        }),
      ]);
    });
    await clock.advanceTo(100);
    expect(seen).toEqual(['worker at 0', 'sleeper at 10']);
  });

  it('holds for a branch that woke first while its sibling still sleeps', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    const branch = (name: string, ms: number) =>
      clock.busy(name, async () => {
        await clock.sleep(ms);
        await realTime(10);
        seen.push(`${name} at ${clock.now()}`);
      });
    clock.spawn('parallel', () => Promise.all([branch('short', 10), branch('long', 20)]));
    await clock.advanceTo(100);
    expect(seen).toEqual(['short at 10', 'long at 20']);
  });

  it('surfaces the failure of spawned work and of a timer', async () => {
    const clock = new VirtualClock(0);
    clock.spawn('work', async () => {
      throw new Error('work failed');
    });
    await expect(clock.advanceTo(1)).rejects.toThrow('work failed');
    clock.after(1, 'timer', () => {
      throw new Error('timer failed');
    });
    await expect(clock.advanceTo(10)).rejects.toThrow('timer failed');
    await clock.advanceTo(20);
    expect(clock.now()).toBe(20);
  });

  it('advances until a condition holds, and says when it does not in time', async () => {
    const clock = new VirtualClock(0);
    let ticks = 0;
    const tick = () => {
      ticks++;
      clock.after(60_000, 'tick', tick);
    };
    tick();
    expect(await clock.advanceUntil(() => ticks === 5, DAY)).toBe(true);
    expect(clock.now()).toBe(4 * 60_000);
    expect(await clock.advanceUntil(() => ticks === -1, clock.now() + 120_000)).toBe(false);
  });

  it('refuses to be advanced from inside work, which would wait for itself', async () => {
    const clock = new VirtualClock(0);
    await expect(clock.busy('work', () => clock.advanceTo(1))).rejects.toThrow(
      "'work' cannot advance the clock: it holds time still itself",
    );
  });

  it('can be waited for by two at once', async () => {
    const clock = new VirtualClock(0);
    clock.spawn('work', () => realTime(10));
    await Promise.all([clock.idle(), clock.idle()]);
    expect(clock.inFlight()).toEqual([]);
  });

  it('gives the same history twice for work that mixes sleeping and real waiting', async () => {
    const history = async () => {
      const clock = new VirtualClock(0);
      const seen: string[] = [];
      for (let i = 0; i < 20; i++) {
        clock.spawn(`w${i}`, async () => {
          await clock.sleep((i * 7) % 10);
          await realTime((i * 3) % 4);
          await clock.sleep((i * 3) % 5);
          seen.push(`${clock.now()}`);
        });
      }
      await clock.advanceTo(100);
      return seen;
    };
    expect(await history()).toEqual(await history());
  });
});
