import type { Construct } from 'constructs';
import { ENV } from '../../contracts/names.ts';
import { ModelFunction } from '../lambda/model-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Records runs, seals and registers versions, keeps what operators have overridden. */
export class RegistryFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, {
      ...props,
      capability: 'registry',
      key: props.storage.dataKey.key,
      memoryMb: 1024,
      // Sealing copies a version's files and reads them back: seconds, more for a large model.
      timeoutSeconds: 300,
    });
    props.storage.registry.grantReadWrite(this);
    props.storage.buckets.grantSeal(this);
    props.storage.buckets.grantReadTrained(this);
    props.storage.buckets.grantReadDatasets(this);
    props.storage.platformBus.grantPublish(this);
    this.setEnvironment(ENV.commit, props.settings.commit);
  }
}
