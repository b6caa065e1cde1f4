/**
 * Virtual time of a training job. The embedded trainer needs seconds where a GPU job needs minutes, so that real time
 * says nothing; this model depends on the input alone, and two rehearsals agree. Every constant is a round guess at what
 * SageMaker needs for a small job; none is measured on AWS.
 *
 *   starting    120 s (an instance is found and started, the image is pulled)
 *   downloading bytes / 100 MB/s
 *   training    30 s + epochs × (0.25 s + bytes / 50 MB/s)
 *   uploading   15 s
 *   interrupted 300 s for each spot interruption (capacity is waited for, the image is pulled again)
 */
export const STARTING_SECONDS = 120;
export const UPLOADING_SECONDS = 15;
export const INTERRUPTED_SECONDS = 300;
const DOWNLOAD_BYTES_PER_SECOND = 100e6;
const CONTAINER_START_SECONDS = 30;
const EPOCH_SECONDS = 0.25;
const EPOCH_BYTES_PER_SECOND = 50e6;

/** Spot costs about 30 % of on demand; BillableTimeInSeconds over TrainingTimeInSeconds is that share. */
const SPOT_SHARE = 0.3;

export const downloadSeconds = (bytes: number): number => Math.ceil(bytes / DOWNLOAD_BYTES_PER_SECOND);

/** @param epochs distinct epochs that the job reported; at least one is counted */
export const trainingSeconds = (bytes: number, epochs: number): number =>
  Math.ceil(CONTAINER_START_SECONDS + Math.max(1, epochs) * (EPOCH_SECONDS + bytes / EPOCH_BYTES_PER_SECOND));

export const billableSeconds = (seconds: number, spot: boolean): number =>
  spot ? Math.round(seconds * SPOT_SHARE) : seconds;
