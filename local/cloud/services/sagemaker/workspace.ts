import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Caller, Cloud } from '../../types.ts';
import { filesIn } from './archive.ts';
import { parseS3Uri, type TrainingRequest } from './request.ts';

/** Where an object lands in its channel: what follows the prefix, or its name where the prefix is the whole key. */
export function localName(key: string, prefix: string): string {
  const rest = key.slice(prefix.length);
  if (prefix.endsWith('/') || prefix === '') return rest;
  return rest.startsWith('/') ? rest.slice(1) : key.slice(prefix.lastIndexOf('/') + 1);
}

/** The folder that a training process sees as /opt/ml, filled and emptied with the job's execution role. */
export class Workspace {
  readonly root: string;
  readonly #cloud: Cloud;
  readonly #caller: Caller;
  readonly #request: TrainingRequest;

  constructor(cloud: Cloud, caller: Caller, request: TrainingRequest) {
    this.#cloud = cloud;
    this.#caller = caller;
    this.#request = request;
    this.root = join(cloud.dir, 'sagemaker', request.TrainingJobName);
  }

  /** Makes the folder anew and writes the configuration files. */
  prepare(): void {
    const request = this.#request;
    this.remove();
    for (const folder of ['input/config', 'input/data', 'model', 'output/data', 'checkpoints'])
      mkdirSync(join(this.root, folder), { recursive: true });
    const write = (name: string, content: unknown) =>
      writeFileSync(join(this.root, 'input/config', name), JSON.stringify(content, null, 2));
    write('hyperparameters.json', request.HyperParameters);
    write(
      'inputdataconfig.json',
      Object.fromEntries(
        request.InputDataConfig.map((c) => [
          c.ChannelName,
          {
            ContentType: c.ContentType,
            TrainingInputMode: 'File',
            S3DistributionType: 'FullyReplicated',
            RecordWrapperType: 'None',
          },
        ]),
      ),
    );
    write('resourceconfig.json', {
      current_host: 'algo-1',
      current_instance_type: request.ResourceConfig.InstanceType,
      hosts: ['algo-1'],
      network_interface_name: 'eth0',
    });
  }

  /** Downloads every channel. @returns bytes @throws AwsError as S3 answers the execution role */
  async downloadChannels(): Promise<number> {
    let bytes = 0;
    for (const { ChannelName, DataSource } of this.#request.InputDataConfig) {
      const folder = join(this.root, 'input/data', ChannelName);
      const found = await this.#download(DataSource.S3DataSource.S3Uri, folder);
      if (found.files === 0)
        throw new Error(`no object is under ${DataSource.S3DataSource.S3Uri} for channel '${ChannelName}'`);
      bytes += found.bytes;
    }
    return bytes;
  }

  async downloadCheckpoints(): Promise<void> {
    const config = this.#request.CheckpointConfig;
    if (config) await this.#download(config.S3Uri, join(this.root, 'checkpoints'));
  }

  async uploadCheckpoints(): Promise<void> {
    const config = this.#request.CheckpointConfig;
    if (!config) return;
    const { bucket, prefix } = parseS3Uri(config.S3Uri);
    const base = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const folder = join(this.root, 'checkpoints');
    for (const name of filesIn(folder))
      await this.#put(bucket, base + name, readFileSync(join(folder, name)));
  }

  /** Writes an object below the job's output path. @returns its URI */
  async uploadOutput(name: string, bytes: Buffer): Promise<string> {
    const { bucket, prefix } = parseS3Uri(this.#request.OutputDataConfig.S3OutputPath);
    const base = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const key = `${base}${this.#request.TrainingJobName}/output/${name}`;
    await this.#put(bucket, key, bytes, this.#request.OutputDataConfig.KmsKeyId);
    return `s3://${bucket}/${key}`;
  }

  /** What the container wrote about its failure: 1024 characters at most are kept. */
  failure(): string | undefined {
    try {
      return readFileSync(join(this.root, 'output/failure'), 'utf8').trim().slice(0, 1024);
    } catch {
      return undefined;
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  async #put(Bucket: string, Key: string, Body: Buffer, key?: string): Promise<void> {
    const encryption = key ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key } : {};
    await this.#cloud.call(this.#caller, 's3', 'PutObject', { Bucket, Key, Body, ...encryption });
  }

  async #download(uri: string, folder: string): Promise<{ files: number; bytes: number }> {
    const { bucket, prefix } = parseS3Uri(uri);
    mkdirSync(folder, { recursive: true });
    let files = 0;
    let bytes = 0;
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#cloud.call(this.#caller, 's3', 'ListObjectsV2', {
        Bucket: bucket,
        Prefix: prefix,
        ...(ContinuationToken && { ContinuationToken }),
      });
      for (const { Key } of page.Contents ?? []) {
        if (Key.endsWith('/')) continue;
        const object = await this.#cloud.call(this.#caller, 's3', 'GetObject', { Bucket: bucket, Key });
        const path = join(folder, localName(Key, prefix));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, object.Body);
        files++;
        bytes += object.Body.length;
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    return { files, bytes };
  }
}
