import type { Cloud } from '../../types.ts';
import { arnOf } from '../common.ts';
import { perform } from './actions.ts';
import type { AlarmState } from './evaluation.ts';
import { announceChange } from './notice.ts';

export interface AlarmSettings {
  readonly name: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
}

/** Something that happened to an alarm. Times are virtual epoch milliseconds. */
export interface AlarmHistoryItem {
  readonly at: number;
  readonly alarm: string;
  readonly type: 'StateUpdate' | 'Action';
  readonly summary: string;
  readonly from?: AlarmState;
  readonly to?: AlarmState;
}

export interface Suppression {
  readonly by: 'WaitPeriod' | 'ExtensionPeriod' | 'Alarm';
  readonly reason: string;
}

/** What alarms of all kinds share: a state, who is told of its changes, and the memory of them. */
export abstract class Alarm {
  readonly cloud: Cloud;
  readonly settings: AlarmSettings;
  readonly arn: string;
  readonly history: AlarmHistoryItem[] = [];
  state: AlarmState = 'INSUFFICIENT_DATA';
  reason = 'Unchecked: Initial alarm creation';
  reasonData: string | undefined;
  actionsEnabled: boolean;
  /** Virtual epoch milliseconds of the last change of state. */
  changedAt: number;
  readonly #listeners = new Set<(alarm: Alarm) => void>();

  constructor(cloud: Cloud, settings: AlarmSettings) {
    this.cloud = cloud;
    this.settings = settings;
    this.arn = arnOf(cloud, 'cloudwatch', `alarm:${settings.name}`);
    this.actionsEnabled = settings.actionsEnabled;
    this.changedAt = cloud.clock.now();
  }

  get name(): string {
    return this.settings.name;
  }

  /** `configuration` of the alarm's state-change event. */
  abstract configuration(): Record<string, unknown>;
  /** `Trigger` of the alarm's notification. */
  abstract trigger(): Record<string, unknown>;

  /** Hears changes of state, before anybody outside does. */
  onChange(listener: (alarm: Alarm) => void): void {
    this.#listeners.add(listener);
  }

  /** Moves to a state; nothing happens if it is that already. */
  become(state: AlarmState, reason: string, reasonData?: string): void {
    const before = { state: this.state, reason: this.reason, data: this.reasonData, at: this.changedAt };
    this.reason = reason;
    this.reasonData = reasonData;
    if (state === before.state) return;
    this.state = state;
    this.changedAt = this.cloud.clock.now();
    this.history.push({
      at: this.changedAt,
      alarm: this.name,
      type: 'StateUpdate',
      summary: `Alarm updated from ${before.state} to ${state}`,
      from: before.state,
      to: state,
    });
    this.cloud.trace('cloudwatch', `${this.name}: ${before.state} → ${state} (${reason})`);
    for (const listener of this.#listeners) listener(this);
    const suppression = this.suppress(before.state);
    announceChange(this, before, suppression);
    if (!suppression) this.act(before.state);
  }

  /** Whether this change takes no actions for now; only composite alarms ever do. */
  protected suppress(_from: AlarmState): Suppression | undefined {
    return undefined;
  }

  /** Performs the actions of the present state. */
  protected act(from: AlarmState): void {
    if (!this.actionsEnabled) return;
    const { alarmActions, okActions, insufficientDataActions } = this.settings;
    const actions = { ALARM: alarmActions, OK: okActions, INSUFFICIENT_DATA: insufficientDataActions }[
      this.state
    ];
    for (const action of actions) perform(this, action, from);
  }
}
