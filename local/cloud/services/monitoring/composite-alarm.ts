import type { Timer } from '../../clock.ts';
import type { Cloud } from '../../types.ts';
import { Alarm, type AlarmSettings, type Suppression } from './alarm.ts';
import { alarmsIn, holds, parseRule, type Rule } from './alarm-rule.ts';
import type { AlarmState } from './evaluation.ts';

export interface Suppressor {
  readonly alarm: string;
  /** Seconds to wait for the suppressor to go into ALARM before acting. */
  readonly wait: number;
  /** Seconds to go on suppressing after it has left ALARM. */
  readonly extension: number;
}

/** An alarm over alarms. Its actions, not its state and events, can be held back by a suppressor alarm. */
export class CompositeAlarm extends Alarm {
  readonly source: string;
  readonly suppressor: Suppressor | undefined;
  suppressed: Suppression | undefined;
  readonly #rule: Rule;
  readonly #find: (nameOrArn: string) => Alarm;
  /** The state whose actions were performed last. */
  #acted: AlarmState = 'INSUFFICIENT_DATA';
  #timer: Timer | undefined;

  /** @param find an alarm by name or ARN. @throws AwsError for a rule that cannot be read or names no alarm */
  constructor(
    cloud: Cloud,
    settings: AlarmSettings,
    source: string,
    suppressor: Suppressor | undefined,
    find: (nameOrArn: string) => Alarm,
  ) {
    super(cloud, settings);
    this.source = source;
    this.suppressor = suppressor;
    this.#rule = parseRule(source);
    this.#find = find;
    for (const child of new Set(alarmsIn(this.#rule).map(find))) child.onChange(() => this.evaluate());
    if (suppressor) find(suppressor.alarm).onChange((a) => this.#suppressorChanged(a.state));
  }

  evaluate(): void {
    const alarm = holds(this.#rule, (name) => this.#find(name).state);
    const trigger = alarmsIn(this.#rule)
      .map((name) => this.#find(name))
      .filter((a) => a.state === 'ALARM')
      .map((a) => a.name);
    this.become(
      alarm ? 'ALARM' : 'OK',
      alarm ? `${trigger.join(', ') || 'its rule'} transitioned to ALARM` : 'the rule does not hold',
    );
  }

  protected override suppress(): Suppression | undefined {
    const { suppressor } = this;
    if (!suppressor) return undefined;
    if (this.state === this.#acted) {
      // Back where it was before anybody was told: there is nothing to tell.
      this.#stop();
      return { by: 'WaitPeriod', reason: 'the state returned before its actions were due' };
    }
    if (this.#find(suppressor.alarm).state === 'ALARM') return this.#hold('Alarm');
    if (this.suppressed?.by === 'ExtensionPeriod') return this.suppressed;
    return suppressor.wait > 0 ? this.#hold('WaitPeriod', suppressor.wait) : undefined;
  }

  protected override act(from: AlarmState): void {
    this.#acted = this.state;
    super.act(from);
  }

  #suppressorChanged(state: AlarmState): void {
    if (state === 'ALARM') {
      if (this.suppressed) this.#hold('Alarm');
      return;
    }
    if (this.suppressed?.by === 'Alarm') this.#hold('ExtensionPeriod', this.suppressor!.extension);
  }

  #hold(by: Suppression['by'], seconds?: number): Suppression {
    this.#stop();
    this.suppressed = { by, reason: `Actions suppressed by ${by} (${this.suppressor!.alarm})` };
    if (seconds !== undefined)
      this.#timer = this.cloud.clock.after(seconds * 1000, `${by} of ${this.name}`, () => this.#release());
    return this.suppressed;
  }

  #release(): void {
    const before = this.#acted;
    this.#stop();
    if (this.state !== before) this.act(before);
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.suppressed = undefined;
  }

  override configuration(): Record<string, unknown> {
    return {
      alarmRule: this.source,
      ...(this.suppressor && {
        actionsSuppressor: this.suppressor.alarm,
        actionsSuppressorWaitPeriod: this.suppressor.wait,
        actionsSuppressorExtensionPeriod: this.suppressor.extension,
      }),
    };
  }

  override trigger(): Record<string, unknown> {
    return { AlarmRule: this.source };
  }
}
