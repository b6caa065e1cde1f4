import { Construct } from 'constructs';
import type { RollbackFunction } from '../rollback/rollback-function.ts';
import { Machine } from '../shared/machine.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import type { ReleaseFunction } from './release-function.ts';

export interface ReleaseMachinesProps extends ModelStackProps {
  readonly releaseFunction: ReleaseFunction;
  readonly rollbackFunction: RollbackFunction;
}

/** The release machine and the rollback machine: the first starts the second, the second stops the first. */
export class ReleaseMachines extends Construct {
  readonly release: Machine;
  readonly rollback: Machine;

  constructor(scope: Construct, id: string, props: ReleaseMachinesProps) {
    super(scope, id);
    this.rollback = this.createRollback(props);
    this.release = this.createRelease(props);
    this.release.grantExecution(this, 'StopRelease', this.rollback.role, 'states:StopExecution');
    this.letFunctionsLook(props);
  }

  private createRollback(props: ReleaseMachinesProps): Machine {
    const { storage, definition, settings, rollbackFunction } = props;
    const machine = new Machine(this, 'Rollback', {
      name: 'rollback',
      definition,
      settings,
      key: storage.dataKey.key,
      substitutions: {
        RollbackFunction: rollbackFunction.function.functionArn,
        EventBusName: storage.platformBus.bus.eventBusName,
        Model: definition.name,
      },
    });
    rollbackFunction.grantInvoke(machine.role);
    storage.platformBus.grantPublishTo(machine.role);
    return machine;
  }

  private createRelease(props: ReleaseMachinesProps): Machine {
    const { storage, definition, settings, releaseFunction } = props;
    const machine = new Machine(this, 'Release', {
      name: 'release',
      definition,
      settings,
      key: storage.dataKey.key,
      substitutions: {
        ReleaseFunction: releaseFunction.function.functionArn,
        RollbackMachineArn: this.rollback.arn,
        EventBusName: storage.platformBus.bus.eventBusName,
        Model: definition.name,
      },
    });
    releaseFunction.grantInvoke(machine.role);
    storage.platformBus.grantPublishTo(machine.role);
    this.rollback.grantStart(this, 'StartRollback', machine.role);
    return machine;
  }

  /** A release or rollback whose execution is dead may be taken over: each function asks about its own. */
  private letFunctionsLook({ releaseFunction, rollbackFunction }: ReleaseMachinesProps): void {
    const look = 'states:DescribeExecution';
    this.release.grantExecution(this, 'LookAtReleases', releaseFunction.role, look);
    this.rollback.grantExecution(this, 'LookAtRollbacks', rollbackFunction.role, look);
  }
}
