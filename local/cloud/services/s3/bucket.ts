import { AwsError, type PolicyDocument } from '../../types.ts';
import type { LifecycleRule } from './lifecycle.ts';
import type { MultipartUpload } from './multipart.ts';
import type { ObjectStore } from './store.ts';

/** A bucket: its objects and what its template says of it. */
export interface Bucket {
  readonly name: string;
  readonly arn: string;
  readonly versioned: boolean;
  /** ARN of the customer-managed key of the default encryption. */
  readonly kmsKey: string | undefined;
  readonly eventBridge: boolean;
  readonly lifecycle: readonly LifecycleRule[];
  readonly store: ObjectStore;
  readonly uploads: Map<string, MultipartUpload>;
  policy: PolicyDocument | undefined;
}

export class Buckets {
  readonly #byName = new Map<string, Bucket>();

  add(bucket: Bucket): void {
    if (this.#byName.has(bucket.name)) {
      throw new AwsError('BucketAlreadyOwnedByYou', `bucket ${bucket.name} exists already`, 409);
    }
    this.#byName.set(bucket.name, bucket);
  }

  find(name: string): Bucket | undefined {
    return this.#byName.get(name);
  }

  /** @throws AwsError NoSuchBucket */
  get(name: string): Bucket {
    const bucket = this.#byName.get(name);
    if (!bucket) {
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
    }
    return bucket;
  }

  all(): Bucket[] {
    return [...this.#byName.values()];
  }
}
