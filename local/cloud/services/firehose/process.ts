import { gunzipSync } from 'node:zlib';

/** What a stream does to each record before it is buffered. */
export interface Processing {
  readonly decompress: boolean;
  /** Takes the messages out of CloudWatch Logs envelopes. */
  readonly extractMessages: boolean;
  /** Appended to each record. */
  readonly delimiter: string;
}

/**
 * Records that come out of one that went in.
 * @throws Error for bytes that are not gzip or no CloudWatch Logs envelope
 */
export function processRecord(data: Buffer, processing: Processing): Buffer[] {
  const raw = processing.decompress ? gunzipSync(data) : data;
  const end = Buffer.from(processing.delimiter);
  if (!processing.extractMessages) return [end.length > 0 ? Buffer.concat([raw, end]) : raw];
  const document: unknown = JSON.parse(raw.toString());
  if (typeof document !== 'object' || document === null || !('messageType' in document)) {
    throw new Error('the record is no CloudWatch Logs envelope');
  }
  // Control messages check that the destination can be reached; they carry no data.
  if (document.messageType !== 'DATA_MESSAGE') return [];
  const { logEvents } = document as unknown as { logEvents: readonly { message: string }[] };
  return logEvents.map(({ message }) => Buffer.from(message + processing.delimiter));
}
