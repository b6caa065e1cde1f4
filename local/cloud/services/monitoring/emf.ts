import { z } from 'zod';

const directive = z.looseObject({
  Namespace: z.string(),
  Dimensions: z.array(z.array(z.string())),
  Metrics: z.array(z.looseObject({ Name: z.string(), Unit: z.string().optional() })),
});
const document = z.looseObject({
  _aws: z.looseObject({ Timestamp: z.number().optional(), CloudWatchMetrics: z.array(directive) }),
});

/** One sample of an embedded-metric document. */
export interface Sample {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Samples of a document in the embedded metric format: every metric of every directive, once for each of its dimension
 * sets, arrays value by value. What is no valid document gives none, as CloudWatch Logs extracts none and says nothing.
 * @param at the log event's time, where the document has none
 */
export function samplesOf(doc: object, at: number): Sample[] {
  const parsed = document.safeParse(doc);
  if (!parsed.success) return [];
  const samples: Sample[] = [];
  const when = parsed.data._aws.Timestamp ?? at;
  for (const { Namespace, Dimensions, Metrics } of parsed.data._aws.CloudWatchMetrics) {
    for (const names of Dimensions) {
      if (names.some((n) => parsed.data[n] === undefined)) continue;
      const dimensions = Object.fromEntries(names.map((n) => [n, String(parsed.data[n])]));
      for (const { Name, Unit } of Metrics) {
        const given = parsed.data[Name];
        for (const value of Array.isArray(given) ? given : [given])
          if (typeof value === 'number' && Number.isFinite(value))
            samples.push({
              namespace: Namespace,
              name: Name,
              dimensions,
              value,
              unit: Unit ?? 'None',
              at: when,
            });
      }
    }
  }
  return samples;
}
