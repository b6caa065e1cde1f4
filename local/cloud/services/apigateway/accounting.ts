import type { Cloud } from '../../types.ts';
import { metricSink } from '../common.ts';
import type { LogsService } from '../internal.ts';
import { substitute } from './context.ts';
import type { Api, ApiMethod, Stage } from './records.ts';
import type { ApiResponse } from './responses.ts';
import { settingOf } from './settings.ts';

/** A finished request. */
export interface Finished {
  readonly api: Api;
  readonly stage: Stage;
  /** Undefined if no method fitted. */
  readonly method: ApiMethod | undefined;
  readonly response: ApiResponse;
  readonly context: Record<string, string>;
  readonly latencyMs: number;
}

/** Writes the access log and the metrics of a request. */
export function account(cloud: Cloud, finished: Finished): void {
  const { stage, response, context, latencyMs } = finished;
  context['status'] = String(response.status);
  context['responseLength'] = String(Buffer.byteLength(response.body));
  context['responseLatency'] = String(Math.round(latencyMs));
  const { accessLog } = stage;
  if (accessLog) {
    const line = substitute(accessLog.format, context, '-');
    cloud.service<LogsService>('logs').ingest(accessLog.group, accessLog.stream, [line]);
  }
  measure(cloud, finished);
}

/** Errors are published as 0 or 1 a request, so that their average is a rate, as in API Gateway. */
function measure(cloud: Cloud, { api, stage, method, response, context, latencyMs }: Finished): void {
  const sink = metricSink(cloud);
  if (!sink?.record) return;
  const at = cloud.clock.now();
  const { status } = response;
  const sets: Record<string, string>[] = [{ ApiName: api.name }, { ApiName: api.name, Stage: stage.name }];
  if (method && settingOf(stage, method)?.metrics)
    sets.push({
      ApiName: api.name,
      Stage: stage.name,
      Method: method.httpMethod,
      Resource: method.resourcePath,
    });
  const figures: [string, number, string][] = [
    ['Count', 1, 'Count'],
    ['4XXError', status >= 400 && status < 500 ? 1 : 0, 'Count'],
    ['5XXError', status >= 500 ? 1 : 0, 'Count'],
    ['Latency', latencyMs, 'Milliseconds'],
  ];
  const integration = context['integrationLatency'];
  if (integration !== undefined) figures.push(['IntegrationLatency', Number(integration), 'Milliseconds']);
  for (const dimensions of sets)
    for (const [name, value, unit] of figures)
      sink.record('AWS/ApiGateway', name, dimensions, value, unit, at);
}
